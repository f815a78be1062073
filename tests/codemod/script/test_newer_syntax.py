"""A file that only a newer Python reads is told as such, with the Python to run raylift with; a broken one, or an old one, is not."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from raylift.lift import rewrite
from raylift.outcome import Failed
from raylift.pipeline.funnel import NotPython, can_matter
from raylift.script.newer_syntax import newer_python, too_new

NEWER = {
    'x = f"{a["b"]}"\n': (3, 12),
    "x = f'{a!r} {\"\\n\".join(y)}'\n": (3, 12),
    "x = f'''{\n a # b\n}'''\n": (3, 12),
    "def f[T](x: T) -> T: ...\n": (3, 12),
    "class A[T]: ...\n": (3, 12),
    "type X = int\n": (3, 12),
    "class A[T = int]: ...\n": (3, 13),
    'x = t"{a}"\n': (3, 14),
    "try:\n    pass\nexcept TypeError, ValueError:\n    pass\n": (3, 14),
}
BROKEN = [
    'print "x"\n',
    'x = f"{a[\n',
    "x = (1\n",
    "try:\n    pass\nexcept ValueError, error:\n    pass\n",
    "def f(:\n",
    "x = 1 +\n",
]


@pytest.mark.parametrize("source", NEWER)
def test_a_newer_syntax_names_the_python_that_has_it(source: str) -> None:
    version = NEWER[source]
    own = sys.version_info[:2]
    assert newer_python(source.encode()) == (f"{version[0]}.{version[1]}" if version > own else "")
    if version > own:
        with pytest.raises(
            NotPython, match=rf"syntax of Python {version[0]}\.{version[1]}, and raylift runs on {own[0]}\.{own[1]}"
        ):
            can_matter(f"import transformers\n{source}".encode(), explicit=False)
        outcome = rewrite(source.encode())
        assert isinstance(outcome, Failed)
        assert not outcome.ours
        assert outcome.message == too_new(source.encode())


@pytest.mark.parametrize("source", BROKEN)
def test_a_broken_file_is_told_as_before(source: str) -> None:
    assert not newer_python(source.encode())
    with pytest.raises(NotPython) as told:
        can_matter(f"import transformers\n{source}".encode(), explicit=False)
    assert "syntax of Python" not in str(told.value)


def test_a_file_that_this_python_reads_asks_for_no_other() -> None:
    assert not newer_python(b"match x:\n    case 1:\n        y = f'{x!r}'\n")


@pytest.mark.parametrize("deep", ["not\n", "("])
def test_a_file_that_no_parser_can_hold_ends_nothing(deep: str) -> None:
    assert not newer_python(f'x = f"{{a["b"]}}"\ny = ({deep * 20_000}x)\n'.encode())


@pytest.mark.skipif(sys.version_info >= (3, 12), reason="this Python reads it")
def test_one_such_file_in_a_folder_is_named_and_the_others_are_lifted(tmp_path: Path) -> None:
    train = "from transformers import Trainer\ntrainer = Trainer(1)\ntrainer.train()\n"
    (tmp_path / "newer.py").write_text(f'print(f"{{a["b"]}}")\n{train}')
    (tmp_path / "plain.py").write_text(train)
    done = subprocess.run([sys.executable, "-m", "raylift", "check", str(tmp_path)], capture_output=True, text=True)
    assert "newer.py:1: cannot be parsed: this is syntax of Python 3.12" in done.stdout
    assert "run raylift with Python 3.12 or newer" in done.stdout
    assert "plain.py:2: RL101" in done.stdout
    assert done.returncode == 2
