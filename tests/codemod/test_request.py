from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from raylift.commands import typer_app as app
from raylift.request import Request, plain_request

WORDS = st.lists(
    st.sampled_from(
        [
            "a.py", "src/", "-", "-o", "out", "--output=o", "--num-workers", "4", "--num-workers=0", "--num-workers=x", "--use-gpu",
            "--no-use-gpu", "--storage-path", "s3://b", "--runtime", "ray", "--runtime=raylift", "--runtime=x", "--transformers", "4",
            "--transformers=5", "--help", "--unknown", "--", "", "--ignore", "RL201", "--exclude=x", "-q", "--format=json", "-j", "2", "-i",
        ]
    ),
    max_size=6,
)  # fmt: skip


def test_a_plain_command_is_read_without_typer() -> None:
    assert plain_request(["rewrite", "a.py", "-o", "b.py", "--num-workers=4", "--no-use-gpu"]) == Request(
        "rewrite", ("a.py",), output="b.py", num_workers=4, use_gpu=False
    )


@pytest.mark.parametrize(
    "arguments",
    [[], ["run", "a.py"], ["check"], ["check", "--help"], ["check", "a.py", "--num-workers"], ["check", "a.py", "--runtime=x"],
     ["check", "a.py", "-o", "b"], ["check", "a.py", "--quiet=yes"], ["--version"], ["check", "a.py", "--", "b.py"]],
)  # fmt: skip
def test_whatever_is_not_plain_and_right_is_left_to_typer(arguments: list[str]) -> None:
    assert plain_request(arguments) is None


@given(st.sampled_from(["check", "diff", "rewrite"]), WORDS)
def test_the_plain_parser_agrees_with_typer(command: str, words: list[str]) -> None:
    plain = plain_request([command, *words])
    if plain is not None:
        assert plain == request_by_typer([command, *words])


def request_by_typer(arguments: list[str]) -> Request:
    seen: list[Request] = []
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(app, "execute", lambda request: seen.append(request) or 0)
        assert app.run(arguments) == 0
    (request,) = seen
    return request
