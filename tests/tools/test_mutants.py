"""A fault that is planted changes what code does, as far as can be told from the code alone."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest
from tests.shapes import ROOT

sys.path.append(str(ROOT / "tools"))  # they are programs, which find each other in their own folder
from mutants import mutants


def planted(tmp_path: Path, code: str) -> set[str]:
    """The kinds of faults that the function of a module may get."""
    (tmp_path / "module.py").write_text(code)
    return {mutant.kind for mutant in mutants({tmp_path: 1000}, 0)}


@pytest.mark.parametrize(
    ("kind", "is_one", "is_none"),
    [
        ("swap_elements", "def f(x):\n    return (x, y)\n", "def f(x):\n    return x in (1, 2)\n"),
        ("swap_elements", "def f(x):\n    z = (A, B)\n    return z\n", "def f(x):\n    z = (A, B)\n    return isinstance(x, z)\n"),
        ("swap_statements", "def f(x):\n    y = x\n    z = y\n", "def f(x):\n    y = x\n    z = x.up()\n"),
        ("swap_statements", "def f(x):\n    y = pop(x)\n    z = x.pop()\n", "def f(x):\n    y = x[0]\n    z = x[1]\n"),
        ("swap_statements", "def f(x):\n    y = g(x)\n    z = h(x)\n    x.add(y)\n    return z\n", "def f(x):\n    y = g(x)\n    z = h(x)\n    return z, y\n"),
        ("swap_statements", "def f(x):\n    yield x\n    yield Edit(x)\n", "def f(x):\n    yield Edit(x)\n    yield NeededImport(y)\n"),
        ("drop_statement", "def f(x):\n    g(x)\n", "def __init__(self):\n    super().__init__()\n    self.x = 1\n"),
        ("swap_statements", "def f(self):\n    g(x)\n    self.x = 1\n", "def __init__(self):\n    super().__init__()\n    self.x = 1\n"),
        ("misname", "def f(x):\n    return g('a')\n", "def f(x):\n    _refuse(x, 'a')\n"),
        ("misname", "def f(x):\n    return x.dropped('RL201', w)\n", "def f(x):\n    return x.dropped(r, f'{x} goes')\n"),
        ("misname", "def f(x):\n    return cast(T, x['a'])\n", "def f(x):\n    return cast('T', x)\n"),
        ("drop_keyword", "def f(x):\n    return zip(x, y=1)\n", "def f(x):\n    return zip(x, x, strict=True)\n"),
        ("flip", "def f(x):\n    return zip(x, x, strict=False)\n", "def f(x):\n    return zip(x, x, strict=True)\n"),
    ],
)  # fmt: skip
def test_what_cannot_change_behaviour_is_no_fault(kind: str, is_one: str, is_none: str, tmp_path: Path) -> None:
    assert kind in planted(tmp_path, is_one)
    assert kind not in planted(tmp_path, is_none)
