from __future__ import annotations

import importlib.util
import sys
from pathlib import Path
from types import ModuleType

import pytest


def load(name: str) -> ModuleType:
    spec = importlib.util.spec_from_file_location(name, Path(__file__).parents[1] / f"{name}.py")
    assert spec is not None
    assert spec.loader is not None
    sys.modules[name] = module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


robustness = load("robustness")


@pytest.mark.parametrize("case", robustness.CASES)
def test_nothing_is_lost(case: str, tmp_path: Path) -> None:
    assert robustness.CASES[case](robustness.RAYLIFT, tmp_path) is True
