"""One more argument or parameter, which stands as those before it do."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeVar

import libcst as cst

Space = cst.BaseParenthesizableWhitespace
Item = TypeVar("Item", cst.Arg, cst.Param)


def with_one_more(items: Sequence[Item], new: Item, before: Space) -> list[Item]:
    """Arguments or parameters, with what stands before the first of them, and another one at their end."""
    if not items:
        return [new]
    spaces = [before, *(_space_after(item.comma) for item in items[:-1])]
    more = list(items)
    more[-1:] = followed_by(more[-1], new, _joint(spaces[1:] or spaces))
    return more


def followed_by(last: Item, new: Item, joint: Space) -> tuple[Item, Item]:
    """What was last keeps the comment on its line; the new one stands before what follows, or the bracket, as that one did."""
    name = f"whitespace_after_{type(last).__name__.lower()}"
    has_comma = isinstance(last.comma, cst.Comma)
    end = _space_after(last.comma) if has_comma else getattr(last, name)
    if isinstance(end, cst.ParenthesizedWhitespace) and isinstance(joint, cst.ParenthesizedWhitespace):
        joint = joint.with_changes(first_line=end.first_line)
        end = end.with_changes(first_line=cst.TrailingWhitespace())
    new = new.with_changes(comma=cst.Comma(whitespace_after=end)) if has_comma else new.with_changes(**{name: end})
    return last.with_changes(**{"comma": cst.Comma(whitespace_after=joint), name: cst.SimpleWhitespace("")}), new


def line_break(space: Space) -> Space:
    """The same break of the line without its comments; a blank where there is none."""
    if not isinstance(space, cst.ParenthesizedWhitespace):
        return cst.SimpleWhitespace(" ")
    return space.with_changes(first_line=cst.TrailingWhitespace(), empty_lines=())


def _space_after(comma: cst.Comma | cst.MaybeSentinel) -> Space:
    return comma.whitespace_after if isinstance(comma, cst.Comma) else cst.SimpleWhitespace("")


def _joint(spaces: Sequence[Space]) -> Space:
    """What separates one more from the last one: a line break where all of them stand on lines of their own."""
    are_lines = all(isinstance(space, cst.ParenthesizedWhitespace) for space in spaces)
    return line_break(spaces[-1]) if are_lines else cst.SimpleWhitespace(" ")
