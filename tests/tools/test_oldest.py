"""The oldest set that the tests are run with is the one that the project promises to support."""

from __future__ import annotations

import re
import sys
from pathlib import Path

from packaging.requirements import Requirement

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

ROOT = Path(__file__).parents[2]
ELSEWHERE = {"torch", "tomli"}  # not every torch has a build for CPUs alone; tomli is for Python 3.10


def test_the_oldest_set_is_what_the_project_promises() -> None:
    pinned = dict(re.findall(r"^([\w-]+)==([\d.]+)", (ROOT / "tools/oldest.txt").read_text(), re.MULTILINE))
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    promised = map(Requirement, [*project["dependencies"], *project["optional-dependencies"]["runtime"]])
    bounds = {each.name: bound.version for each in promised for bound in each.specifier if bound.operator == ">="}
    assert len(bounds) >= 6
    for name in bounds.keys() - ELSEWHERE:
        assert f"{pinned[name]}.".startswith(f"{bounds[name]}."), name
