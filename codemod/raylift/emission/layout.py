"""What is left of a call's layout where some of its arguments went: lines stay lines, and comments on others stay."""

from __future__ import annotations

from collections.abc import Container

import libcst as cst

Space = cst.BaseParenthesizableWhitespace


def close_gaps(before: cst.Call, after: cst.Call, gone: Container[cst.CSTNode]) -> cst.Call:
    """A call after some of its arguments went, laid out as the rest of it was."""
    if len(before.args) == len(after.args):
        return after
    left = iter(after.args)
    args: list[cst.Arg] = []
    space = after.whitespace_before_args
    for old in before.args:
        if old not in gone:
            args.append(next(left))
        elif args:
            args[-1] = _before_gap(args[-1], old)
        elif isinstance(old.comma, cst.Comma):
            space = _at_start(space, old.comma.whitespace_after)
    return after.with_changes(args=args, whitespace_before_args=space if args else cst.SimpleWhitespace(""))


def _before_gap(arg: cst.Arg, gone: cst.Arg) -> cst.Arg:
    """An argument after the next one went; it may be the last now."""
    assert isinstance(arg.comma, cst.Comma)
    if isinstance(gone.comma, cst.Comma):
        space = _between(arg.comma.whitespace_after, gone.comma.whitespace_after)
        return arg.with_changes(comma=arg.comma.with_changes(whitespace_after=space))
    space = _at_end(arg.comma.whitespace_after, gone.whitespace_after_arg)
    return arg.with_changes(comma=cst.MaybeSentinel.DEFAULT, whitespace_after_arg=space)


def _at_start(own: Space, following: Space) -> Space:
    return _between(own, following) if _comments_below(following) else own


def _between(own: Space, following: Space) -> Space:
    """The line ends where it ended before or after what went, with the comments of both on what comes next."""
    if not isinstance(following, cst.ParenthesizedWhitespace):
        return own
    if not isinstance(own, cst.ParenthesizedWhitespace):
        return following
    lines = [*own.empty_lines, *following.empty_lines]
    return own.with_changes(empty_lines=lines, indent=following.indent, last_line=following.last_line)


def _at_end(own: Space, following: Space) -> Space:
    """The bracket closes where it closed, or below a comment."""
    if isinstance(following, cst.ParenthesizedWhitespace):
        return _between(own, following)
    has_comment = isinstance(own, cst.ParenthesizedWhitespace) and own.first_line.comment is not None
    return own if has_comment or _comments_below(own) else following


def _comments_below(space: Space) -> bool:
    return isinstance(space, cst.ParenthesizedWhitespace) and any(line.comment for line in space.empty_lines)
