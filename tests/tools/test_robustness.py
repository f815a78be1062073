from __future__ import annotations

from pathlib import Path

import pytest
from tools import robustness


@pytest.mark.parametrize("case", robustness.CASES)
def test_nothing_is_lost(case: str, tmp_path: Path) -> None:
    assert robustness.CASES[case](robustness.RAYLIFT, tmp_path) is True
