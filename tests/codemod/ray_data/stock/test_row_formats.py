"""Rows as the library `datasets` gives them, in the format that the script sets, where stock Ray hands over stored columns."""

from __future__ import annotations

import pytest
from tests.codemod.lifting import lifted, refusal
from tests.codemod.ray_data.test_handed_over import loop


def formatted(lines: str) -> str:
    return loop(f'rows = load_dataset("x")\n{lines}\nloader = DataLoader(rows, batch_size=4)')


@pytest.mark.parametrize(
    ("lines", "call"),
    [
        ("pass", 'fingerprint="batch")[:]'),
        ("rows.set_format('torch')", ".with_format('torch')[:]"),
        ("rows = rows.with_format(type='torch', columns=['x', 'y'])", ".with_format(type='torch', columns=['x', 'y'])[:]"),
        ("columns = ['x']\nrows.set_format('numpy', columns=columns)", ".with_format('numpy', columns=['x'])[:]"),
        ("rows.set_format('torch')\nrows = rows.shard(2, 0).with_format('torch')", ".with_format('torch')[:]"),
        ("rows.reset_format()", 'fingerprint="batch")[:]'),
    ],
)
def test_workers_set_the_format_that_the_script_sets_for_its_rows(lines: str, call: str) -> None:
    assert call in lifted(formatted(lines), data="ray", runtime="ray")


def test_a_format_that_is_set_where_the_loader_is_given_its_rows_is_set_as_well() -> None:
    source = loop('loader = DataLoader(load_dataset("x").with_format("torch"), batch_size=4)')
    assert '.with_format("torch")[:]' in lifted(source, data="ray", runtime="ray")


@pytest.mark.parametrize(
    ("lines", "reason"),
    [
        ("rows.set_format('torch', columns=rows.column_names)", "`rows.column_names` is made where the data are"),
        ("columns = ['x']\ncolumns.append('y')\nrows.set_format('torch', columns)", "`columns` is made where the data are"),
        ("rows.set_format(**make())", "is made where the data are"),
        ("rows.set_format('torch')\nrows = rows.with_format('numpy')", "more than one format"),
    ],
)
def test_a_format_that_a_worker_cannot_tell_is_refused_where_it_is_set_and_kept_by_the_bundled_runtime(
    lines: str, reason: str
) -> None:
    refused = refusal(formatted(lines), data="ray", runtime="ray")
    assert refused.rule == "RL345"
    assert reason in refused.text
    assert "format(" in formatted(lines).splitlines()[refused.line - 1]
    assert "format(" in lifted(formatted(lines), data="ray")
