"""What the runtime's README says is there, is there."""

from __future__ import annotations

import re
from pathlib import Path

from raylift_runtime.driver import overrides as settings
from raylift_runtime.travel import forwarded_variables as environment

TESTS = Path(__file__).parent
README = (TESTS.parents[1] / "runtime" / "README.md").read_text()


def test_every_test_that_the_readme_names_exists() -> None:
    named = set(re.findall(r"`(test_\w+)`", README))
    files = [*TESTS.rglob("test_*.py"), *TESTS.with_name("codemod").rglob("test_*.py")]
    defined = {name for file in files for name in re.findall(r"^def (test_\w+)", file.read_text(), re.MULTILINE)}
    assert len(named) > 60
    assert named <= defined, named - defined


def test_every_limit_of_ray_s_callback_has_a_row() -> None:
    table = README.partition("## Limits")[2].partition("\n## ")[0]
    assert len([line for line in table.splitlines() if line.startswith("| ")]) == 31 + 2  # and the head with its rule


def test_every_behaviour_that_a_move_must_get_right_has_a_row_with_a_test() -> None:
    table = README.partition("## What a move")[2].partition("\n## ")[0]
    rows = re.findall(r"^\| (\d+) \| .* \| `test_.* \|$", table, re.MULTILINE)
    assert [int(number) for number in rows] == list(range(1, 26))


def test_every_variable_that_is_read_is_described() -> None:
    sources = [Path(str(module.__file__)).read_text() for module in (settings, environment)]
    sources.append((TESTS.parents[1] / "runtime/raylift_runtime/torch.py").read_text())
    read = set(re.findall(r'"(RAYLIFT_\w+)"', "".join(sources)))
    assert read == set(re.findall(r"^\| `(RAYLIFT_\w+)`", README, re.MULTILINE))
