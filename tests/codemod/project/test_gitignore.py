from __future__ import annotations

import subprocess
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.generated import examples

from raylift.project.discovery import found_files
from raylift.project.gitignore import Ignore
from raylift.request import Request


@pytest.mark.parametrize(
    ("pattern", "path", "is_folder", "verdict"),
    [
        ("build", "build", True, True),
        ("build", "src/build", False, True),
        ("/build", "src/build", False, None),
        ("build/", "build", False, None),
        ("build/", "build", True, True),
        ("*.py", "a/b.py", False, True),
        ("*.py[cod]", "a.pyc", False, True),
        ("a/*.py", "a/b/c.py", False, None),
        ("a/**/c.py", "a/c.py", False, True),
        ("**/c", "x/y/c", False, True),
        ("a/**", "a", True, None),
        ("# no", "# no", False, None),
        (r"\#yes", "#yes", False, True),
        ("spaced   ", "spaced", False, True),
        ("!kept.py", "kept.py", False, False),
        ("[!a].py", "b.py", False, True),
        ("[a", "[a", False, None),
    ],
)
def test_a_pattern_means_what_git_says(pattern: str, path: str, is_folder: bool, verdict: bool | None) -> None:
    assert Ignore(pattern).verdict(path, path.rsplit("/", 1)[-1], is_folder) is verdict


def test_the_last_rule_that_speaks_wins() -> None:
    ignore = Ignore("*.py\n!a.py\nb.py\n!b.py\nb.py")
    assert [ignore.verdict(name, name, False) for name in ("a.py", "b.py", "c.py")] == [False, True, True]


PIECES = st.sampled_from(["a", "b", "c.py", "*", "?", "**", "/", "!", "[ab]", "[!a]", "[", "]", "*.py", "\\a", " ", "#"])
PATTERNS = st.lists(st.lists(PIECES, min_size=1, max_size=5).map("".join), min_size=1, max_size=4)
FILES = ("a/b/c.py", "a/c.py", "b/a/a.py", "b/c.py", "c.py", "a.py", "ab.py", "b/b/b.py")


@pytest.fixture(scope="module")
def work_tree(tmp_path_factory: pytest.TempPathFactory) -> Path:
    top = tmp_path_factory.mktemp("tree")
    subprocess.run(["git", "init", "-q", str(top)], check=True)
    for name in FILES:
        (top / name).parent.mkdir(parents=True, exist_ok=True)
        (top / name).write_bytes(b"")
    return top


@settings(
    max_examples=examples(300), derandomize=True, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(rules=PATTERNS, inner=PATTERNS)
def test_a_walk_finds_what_git_would_add(work_tree: Path, rules: list[str], inner: list[str]) -> None:
    (work_tree / ".gitignore").write_text("\n".join(rules))
    (work_tree / "a/.gitignore").write_text("\n".join(inner))
    listing = ["git", "-C", str(work_tree), "ls-files", "-z", "--others", "--exclude-standard", "--", "*.py"]
    wanted = subprocess.run(listing, capture_output=True, check=True, text=True).stdout.split("\0")[:-1]
    found = find_in(work_tree)
    assert sorted(found) == sorted(wanted)


def find_in(top: Path) -> list[str]:
    from raylift.project.files import BadInput

    try:
        return [str(Path(file.path).relative_to(top)) for file in found_files(str(top), Request("check", ()))]
    except BadInput:
        return []
