"""Named changes to a dict that is written out."""

from __future__ import annotations

from typing import TYPE_CHECKING

import libcst as cst

if TYPE_CHECKING:
    from raylift.plan import Change


def remove_entry(key: str) -> Change:
    """The entry with this key goes, with its line where it has one of its own."""

    def change(node: cst.CSTNode) -> cst.CSTNode:
        assert isinstance(node, cst.Dict)
        kept: list[cst.BaseDictElement] = []
        end = node.rbrace
        for element in node.elements:
            if not _has_key(element, key):
                kept.append(element)
            elif kept and element is node.elements[-1]:
                end = end.with_changes(whitespace_before=_joined(_space_after(kept[-1]), end.whitespace_before))
                kept[-1] = kept[-1].with_changes(comma=element.comma)
            elif kept:
                space = _joined(_space_after(kept[-1]), _space_after(element))
                kept[-1] = kept[-1].with_changes(comma=cst.Comma(whitespace_after=space))
        return node.with_changes(elements=kept, rbrace=end)

    return change


def _space_after(element: cst.BaseDictElement) -> cst.BaseParenthesizableWhitespace:
    return element.comma.whitespace_after if isinstance(element.comma, cst.Comma) else cst.SimpleWhitespace("")


def _joined(
    before: cst.BaseParenthesizableWhitespace, after: cst.BaseParenthesizableWhitespace
) -> cst.BaseParenthesizableWhitespace:
    """What stands before and after an entry that went, with the comments that are not its own."""
    if not isinstance(before, cst.ParenthesizedWhitespace) or not isinstance(after, cst.ParenthesizedWhitespace):
        return after
    return after.with_changes(first_line=before.first_line, empty_lines=[*before.empty_lines, *after.empty_lines])


def _has_key(element: cst.BaseDictElement, key: str) -> bool:
    return (
        isinstance(element, cst.DictElement) and isinstance(element.key, cst.SimpleString) and element.key.evaluated_value == key
    )
