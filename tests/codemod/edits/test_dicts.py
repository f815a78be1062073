"""A dict that loses an entry loses the line that it had for itself, and no comment on what stays."""

from __future__ import annotations

import pytest
from tests.codemod.edits.changing import changed

from raylift.edits.dicts import remove_entry


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ('{"a": 1, "gone": 2, "b": 3}', '{"a": 1, "b": 3}'),
        ('{"a": 1, "gone": 2,\n "b": 3}', '{"a": 1,\n "b": 3}'),
        ('{"a": 1,\n "gone": 2, "b": 3}', '{"a": 1, "b": 3}'),
        ('{\n    "a": 1,  # one\n    "gone": 2,\n    # about b\n    "b": 3,\n}', '{\n    "a": 1,  # one\n    # about b\n    "b": 3,\n}'),
        ('{\n    "a": 1,  # one\n    "gone": 2,\n}', '{\n    "a": 1,  # one\n}'),
        ('{"a": 1, "gone": 2}', '{"a": 1}'),
        ('{"gone": 2, "a": 1}', '{"a": 1}'),
        ('{"gone": 2}', "{}"),
        ('{\n    # about what goes\n    "gone": 2,  # gone\n    "a": 1,\n}', '{\n    # about what goes\n    "a": 1,\n}'),
        ('{\n    "a": 1,  # one\n    "gone": 2\n}', '{\n    "a": 1  # one\n}'),
        ('{\n    "a": 1,\n    # about what goes\n    "gone": 2,  # gone\n    # end\n}', '{\n    "a": 1,\n    # about what goes\n    # end\n}'),
    ],
)  # fmt: skip
def test_an_entry_goes_with_its_line(before: str, after: str) -> None:
    assert changed(before, remove_entry("gone")) == after


@pytest.mark.parametrize("before", ['{gone: 1, "a": 2}', '{**gone, "a": 2}', '{"a": "gone"}', '{b"gone": 1}'])
def test_what_only_reads_like_the_entry_stays(before: str) -> None:
    assert changed(before, remove_entry("gone")) == before
