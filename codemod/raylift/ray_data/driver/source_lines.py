"""Statements of the script as they stand in the driver's function: as they are written, with their comments."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Sequence, Set

from raylift.ray_data.driver.leaves import Leaf, is_rank_block
from raylift.script import Script
from raylift.script.expressions import written
from raylift.script.syntax import siblings

INDENT = "    "


class InnerLine(str):
    """A line that begins inside of a text."""


class DriverSource:
    """Writes leaves of a script; those that leave the worker take their comments along."""

    def __init__(self, script: Script, gone: Set[ast.AST]) -> None:
        self._script = script
        self._gone = gone
        self._lines = [line.decode("utf-8", "replace") for line in script.source.splitlines()]

    def lines(self, leaves: Sequence[Leaf], depth: int = 0) -> list[str]:
        """Leaves in their order, under their conditions."""
        found: list[str] = []
        waiting = list(leaves)
        while waiting:
            if len(waiting[0].within) == depth:
                lines = self._statement(waiting.pop(0).node)
                is_apart = bool(found) and found[-1].startswith(" ") and _is_definition(found) and lines[:1] != [""]
                found += ["", *lines] if is_apart else lines
                continue
            condition = waiting[0].within[depth]
            inside = [each for each in waiting if each.within[depth : depth + 1] == (condition,)]
            waiting = [each for each in waiting if each not in inside]
            found += self._under(condition, inside, depth)
        return found

    def _under(self, condition: ast.If, inside: Sequence[Leaf], depth: int) -> list[str]:
        first = [each for each in inside if any(_holds(self._script, node, each.node) for node in condition.body)]
        other = self.lines([each for each in inside if each not in first], depth + 1)
        body = self.lines(first, depth + 1) or ["pass"]
        found = [*self._comments_above(condition), f"if {written(self._script, condition.test)}:", *indented(body)]
        if other and _is_elif(condition):
            return [*found, f"el{other[0]}", *other[1:]]
        return [*found, "else:", *indented(other)] if other else found

    def _statement(self, node: ast.stmt) -> list[str]:
        decorators = getattr(node, "decorator_list", ())
        start = min([node.lineno, *(each.lineno for each in decorators)])
        end = node.end_lineno or node.lineno
        written = self._lines[start - 1 : end]
        margin = written[0][: len(written[0]) - len(written[0].lstrip())]
        if self._shares_line(node):
            return ast.unparse(node).splitlines()
        verbatim = {line for part in ast.walk(node) for line in _inner_lines(part)}
        text = [
            InnerLine(line) if start + i in verbatim else line.removeprefix(margin).rstrip() for i, line in enumerate(written)
        ]
        return [*self._blank_above(start), *self._comments_above(node), *text]

    def _shares_line(self, node: ast.stmt) -> bool:
        block = siblings(self._script, node)
        place = block.index(node)
        shared = [each for each in block[max(0, place - 1) : place + 2] if each is not node]
        return any(each.lineno == node.end_lineno or each.end_lineno == node.lineno for each in shared)

    def _blank_above(self, line: int) -> list[str]:
        """A blank line where one stands above a statement or its comments."""
        above = [each.strip() for each in self._lines[max(0, line - 20) : line - 1]]
        while above and above[-1].startswith("#"):
            del above[-1]
        return [""] if above and not above[-1] else []

    def _comments_above(self, node: ast.stmt) -> list[str]:
        """The comments that stand above a statement, or above the block of ranks that it is the first of."""
        if self._gone.isdisjoint((node, *self._script.enclosing(node))):
            return []
        start = min([node.lineno, *(each.lineno for each in getattr(node, "decorator_list", ()))])
        found: list[str] = []
        for line in reversed(self._lines[: start - 1]):
            if not line.strip():
                continue
            if not line.lstrip().startswith("#"):
                break
            found.insert(0, line.strip())
        holder = self._script.parent(node)
        if isinstance(holder, ast.stmt) and is_rank_block(holder) and holder.body[0] is node:  # type: ignore[attr-defined]  # a `with`
            return [*_of_holder(self, holder), *found]
        return found


def _of_holder(source: DriverSource, holder: ast.stmt) -> list[str]:
    return source._comments_above(holder)


def _is_definition(lines: Sequence[str]) -> bool:
    """Whether some lines end with a function."""
    return next(line for line in reversed(lines) if line and not line.startswith((" ", ")"))).startswith(("def ", "async def "))


def _is_elif(condition: ast.If) -> bool:
    """Whether all that happens otherwise stands under one more condition."""
    return (
        len(condition.orelse) == 1
        and isinstance(condition.orelse[0], ast.If)
        and condition.orelse[0].col_offset == condition.col_offset
    )


def _holds(script: Script, node: ast.stmt, inner: ast.stmt) -> bool:
    return node is inner or node in script.enclosing(inner)


def indented(lines: Sequence[str]) -> list[str]:
    """Lines as the body of something; those inside of a text stay as they are."""
    return [INDENT + line if line and not isinstance(line, InnerLine) else line for line in lines]


def _inner_lines(part: ast.AST) -> Iterator[int]:
    """The lines of a text of several lines but for its first: they are what they are, blanks included."""
    if isinstance(part, ast.JoinedStr) or (isinstance(part, ast.Constant) and isinstance(part.value, (str, bytes))):
        yield from range(part.lineno + 1, (part.end_lineno or part.lineno) + 1)
