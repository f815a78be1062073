"""The comments and the logical lines of a source, as Python's tokenizer sees them: a string is never taken for a comment."""

from __future__ import annotations

import io
import token
import tokenize
from typing import NamedTuple

SPACE = frozenset({token.INDENT, token.DEDENT, token.ENDMARKER, token.NL})


class Comment(NamedTuple):
    """A comment, the line where it stands, and whether nothing else does."""

    line: int
    text: str
    stands_alone: bool


class Lines(NamedTuple):
    """What a source is made of; decorators count to the logical line that they decorate."""

    comments: tuple[Comment, ...] = ()
    logical: tuple[range, ...] = ()
    encoding: str = "utf-8"

    def around(self, line: int) -> range | None:
        """The logical line that holds a line of the source."""
        return next((lines for lines in self.logical if line in lines), None)

    def above(self, line: int) -> list[Comment]:
        """The comments right above a line, each alone in its own, the lowest first."""
        alone = {comment.line: comment for comment in self.comments if comment.stands_alone}
        found: list[Comment] = []
        while (line := line - 1) in alone:
            found.append(alone[line])
        return found

    def below(self, comment: Comment) -> int:
        """The first line below a comment that is more than a comment."""
        alone = {comment.line for comment in self.comments if comment.stands_alone}
        line = comment.line + 1
        while line in alone:
            line += 1
        return line


def source_lines(source: bytes) -> Lines:
    """The lines of a source; none at all where it is no Python."""
    try:
        return _read(source.replace(b"\r\n", b"\n").replace(b"\r", b"\n"))
    except (SyntaxError, ValueError, tokenize.TokenError):
        return Lines()


def _read(source: bytes) -> Lines:
    comments: list[Comment] = []
    logical: list[range] = []
    start = occupied = 0
    first = encoding = ""
    for each in tokenize.tokenize(io.BytesIO(source).readline):
        line = each.start[0]
        if each.type == token.COMMENT:
            comments.append(Comment(line, each.string, occupied != line))
        elif each.type == token.NEWLINE:
            if first not in ("", "@"):
                logical.append(range(start, line + 1))
                start = 0
            first = ""
        elif each.type == token.ENCODING:
            encoding = each.string
        elif each.type not in SPACE:
            start = start or line
            first = first or each.string
            occupied = each.end[0]
    return Lines(tuple(comments), tuple(logical), encoding)
