"""A script that names its dependencies in its header names what its lift imports, too."""

from __future__ import annotations

import pytest
from tests.codemod.lifting import lifted

TRAIN = "from transformers import Trainer\n\ntrainer = Trainer(load())\ntrainer.train()\n"


def header(*lines: str, end: str = "\n") -> str:
    """A header with these lines between its marks."""
    return end.join(["# /// script", *(f"# {line}" if line else "#" for line in lines), "# ///", ""])


def lifted_header(before: str, **settings: str) -> str:
    """What a header becomes."""
    return lifted(before + TRAIN, **settings).split("from transformers")[0]


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (['dependencies = ["trl", "peft"]'], ['dependencies = ["trl", "peft", "raylift[runtime]"]']),
        (["dependencies = ['trl']"], ["dependencies = ['trl', 'raylift[runtime]']"]),
        (["dependencies = []"], ['dependencies = ["raylift[runtime]"]']),
        (['requires-python = ">=3.10"', "dependencies = [", '    "trl[vlm]>=1",', '    "peft",', "]"],
         ['requires-python = ">=3.10"', "dependencies = [", '    "trl[vlm]>=1",', '    "peft",', '    "raylift[runtime]",', "]"]),
        (["dependencies = [", '  "trl",', '  "peft"', "]"], ["dependencies = [", '  "trl",', '  "peft",', '  "raylift[runtime]"', "]"]),
        (["dependencies = [", '  "trl",  # one', "  'a @ https://x#y', \"peft\"  # two", "]"],
         ["dependencies = [", '  "trl",  # one', "  'a @ https://x#y', \"peft\",  # two", "  'raylift[runtime]'", "]"]),
        (["dependencies = [", '  "trl"', "  # end", "]"], ["dependencies = [", '  "trl",', '  "raylift[runtime]"', "  # end", "]"]),
        (['dependencies = ["a[b]", "c",]  # [one]'], ['dependencies = ["a[b]", "c", "raylift[runtime]"]  # [one]']),
        (["dependencies = [ ]"], ['dependencies = ["raylift[runtime]"]']),
        (['dependencies = ["raylift"]'], ['dependencies = ["raylift"]']),
        (['dependencies = ["ray-like", "xray"]'], ['dependencies = ["ray-like", "xray", "raylift[runtime]"]']),
        (["dependencies = ['ray>=2']"], ["dependencies = ['ray>=2']"]),
        (['dependencies = ["ray[train]"]'], ['dependencies = ["ray[train]"]']),
        (['requires-python = ">=3.10"'], ['requires-python = ">=3.10"']),
    ],
)  # fmt: skip
@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_what_the_lift_imports_is_a_dependency(before: list[str], after: list[str], end: str) -> None:
    lift = lifted(header(*before, end=end) + TRAIN.replace("\n", end))
    assert lift.startswith(header(*after, end=end))


def test_stock_ray_is_a_dependency_of_its_own() -> None:
    assert '["trl", "ray[train]"]' in lifted_header(header('dependencies = ["trl"]'), runtime="ray")


def test_what_only_looks_like_a_header_stays() -> None:
    for text in (
        '# dependencies = ["trl"]\n',
        '# /// other\n# dependencies = ["trl"]\n# ///\n',
        '# /// script\n# dependencies = ["trl"]\n\n',
    ):
        assert lifted_header(text) == text
