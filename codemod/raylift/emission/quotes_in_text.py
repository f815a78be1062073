"""What an edit puts into an f-string gets other quotes than that has: before Python 3.12 its own would end it.

f"{args.overwrite_output_dir}"        ->        f"{getattr(args, 'overwrite_output_dir', False)}"
"""

from __future__ import annotations

from typing import cast

import libcst as cst

OTHER = {'"': "'", "'": '"'}


def with_other_quotes(before: cst.FormattedString, after: cst.FormattedString) -> cst.FormattedString:
    """An f-string as it was edited, where its own quotes are in none of its expressions that had them not before."""
    quote = after.quote
    if quote not in OTHER or len(before.parts) != len(after.parts):
        return after
    parts = [
        cast(cst.BaseFormattedStringContent, new.visit(_Requoted(quote)))
        if quote in _code(new) and quote not in _code(old)
        else new
        for old, new in zip(before.parts, after.parts, strict=True)
    ]
    return after.with_changes(parts=parts)


def _code(part: cst.BaseFormattedStringContent) -> str:
    return cst.Module([]).code_for_node(part) if isinstance(part, cst.FormattedStringExpression) else ""


class _Requoted(cst.CSTTransformer):
    """Gives strings the other quotes, where they hold none of those."""

    def __init__(self, quote: str) -> None:
        super().__init__()
        self._quote = quote

    def leave_SimpleString(self, original_node: cst.SimpleString, updated_node: cst.SimpleString) -> cst.SimpleString:
        other, inner = OTHER[self._quote], updated_node.raw_value
        if updated_node.quote != self._quote or other in inner:
            return updated_node
        return updated_node.with_changes(value=f"{updated_node.prefix}{other}{inner}{other}")
