from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

import raylift

ROOT = Path(__file__).parents[2]
EXAMPLE = (ROOT / "examples/train.py").read_bytes()


def test_the_line_in_the_readme_lifts_a_script(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (line,) = re.findall(r"`(raylift\.rewrite\([^`]*)`", (ROOT / "README.md").read_text())
    (tmp_path / "train.py").write_bytes(EXAMPLE)
    monkeypatch.chdir(tmp_path)
    outcome = eval(line, {"raylift": raylift, "Path": Path})
    assert isinstance(outcome, raylift.Rewritten)
    assert b"ScalingConfig(num_workers=4" in outcome.code


def test_every_public_name_is_there_and_no_other() -> None:
    assert {name: getattr(raylift, name) for name in raylift.__all__}.keys() <= set(dir(raylift))
    with pytest.raises(AttributeError, match="no attribute 'Trainer'"):
        _ = raylift.Trainer  # type: ignore[attr-defined]  # that is the test


def test_importing_it_loads_nothing_of_it() -> None:
    program = "import sys, typing, __future__; old = {*sys.modules}; import raylift; print(sorted({*sys.modules} - old))"
    result = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert result.stdout == "['raylift']\n"


def test_comments_of_the_script_count() -> None:
    assert raylift.rewrite(b"# raylift: skip-file\n" + EXAMPLE) == raylift.Untouched("it says `# raylift: skip-file`")


@pytest.mark.filterwarnings("error")
def test_warnings_of_the_script_stay_with_the_script() -> None:
    assert isinstance(raylift.rewrite(EXAMPLE + b'pattern = "\\d"\n'), raylift.Rewritten)
