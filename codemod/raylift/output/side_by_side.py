"""The change of one file in two columns: what stands on the left, what on the right, line beside line."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import zip_longest
from typing import NamedTuple

from raylift.output.unified_diff import byte_lines, hunks_of


class LinePair(NamedTuple):
    """A line of both columns; `kind` is equal, replace, delete or insert, and a number is 0 where a side has no line."""

    kind: str
    old_number: int
    old: bytes
    new_number: int
    new: bytes


def hunks(old: bytes, new: bytes) -> list[list[LinePair]]:
    """The rows of every place that changes, with the lines around it."""
    before, after = byte_lines(old), byte_lines(new)
    return [[row for tag, *range_ in hunk for row in _rows(tag, range_, before, after)] for hunk in hunks_of(before, after)]


def _rows(tag: str, range_: list[int], before: list[bytes], after: list[bytes]) -> Iterator[LinePair]:
    old_start, old_end, new_start, new_end = range_
    olds, news = range(old_start, old_end), range(new_start, new_end)
    for left, right in zip_longest(olds, news):
        yield LinePair(
            tag,
            0 if left is None else left + 1,
            b"" if left is None else before[left],
            0 if right is None else right + 1,
            b"" if right is None else after[right],
        )
