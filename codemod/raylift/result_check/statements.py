"""Whether every statement of a source is in its result once, and in order along each path.

A path is what one process runs in a row: the top level of the result, and its train function. Statements are told by their
text; one that was edited by what stands in its place and is made of the same names.
"""

from __future__ import annotations

import ast
from bisect import bisect_right
from collections import Counter
from collections.abc import Iterator, Sequence

from raylift.result_check.driver_data import DriverData
from raylift.result_check.edited import counterpart, is_made_of, may_go, opened, without_frame
from raylift.result_check.fault import Fault
from raylift.result_check.launched import LaunchedTraining, is_main_test
from raylift.result_check.parsed_bytes import ParsedBytes, blocks_of

Block = Sequence[ast.stmt]


def statement_faults(before: ParsedBytes, after: ParsedBytes, launch: LaunchedTraining | None) -> Iterator[Fault]:
    """What of the source the result lacks, has twice, or has in another order."""
    comparison = Comparison(before, after, DriverData(before, after, launch), _declared_global(launch))
    if launch is None:
        yield from comparison.blocks(before.tree.body, [after.tree.body])
        return
    inside = without_frame(launch.train_function.body)
    there = {after.text(node) for node in (*after.tree.body, *inside)}
    guards = [node for node in before.tree.body if isinstance(node, ast.If) and is_main_test(node.test)]
    guards = [node for node in guards if before.text(node) not in there]  # the others stay, or move, as they are
    around = [node for node in after.tree.body if node is not launch.train_function and node is not launch.guard]
    source: list[ast.stmt] = []
    for node in before.tree.body:
        source += node.body if isinstance(node, ast.If) and node in guards else [node]
    yield from comparison.blocks(source, [around, inside])
    for guard in guards:
        if guard.orelse and launch.guard is not None:
            yield from comparison.blocks(guard.orelse, [launch.guard.orelse])


def _declared_global(launch: LaunchedTraining | None) -> frozenset[str]:
    """The names that the train function binds for its module."""
    body = without_frame(launch.train_function.body) if launch is not None else []
    return frozenset(name for node in body if isinstance(node, ast.Global) for name in node.names)


class Comparison:
    """Two sources whose blocks are compared, from the outside in."""

    def __init__(self, before: ParsedBytes, after: ParsedBytes, driver: DriverData, declared: frozenset[str]) -> None:
        self._driver = driver
        self._before = before
        self._after = after
        self._declared = declared

    def blocks(self, source: Block, paths: Sequence[Block]) -> Iterator[Fault]:
        """What is wrong with the paths that a block of the source has become."""
        texts = [self._text(self._before, node) for node in source]
        wanted = Counter(texts)
        present = {self._text(self._after, node) for path in paths for node in path}
        lost = [node for node, text in zip(source, texts, strict=True) if text not in present]
        opened_paths = [opened(path, lambda node: self._text(self._after, node) in wanted, lost) for path in paths]
        marks = [[self._text(self._after, node) for node in path] for path in opened_paths]
        found = Counter(mark for path in marks for mark in path if mark in wanted)
        if found == wanted:
            yield from _order(source, texts, opened_paths, marks)
            return
        alignment = Alignment(source, texts, opened_paths, marks)
        yield from self._differences(alignment)
        yield from _order(source, alignment.source_marks, opened_paths, alignment.path_marks)

    def _text(self, parsed: ParsedBytes, node: ast.stmt) -> bytes:
        """A statement as it is written, without its annotation where the train function declares its name `global`, which takes none."""
        text = parsed.text(node)
        if not (isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name) and node.target.id in self._declared):
            return text
        if node.annotation.end_lineno != node.lineno:
            return text
        value = text[(node.annotation.end_col_offset or 0) - node.col_offset :].partition(b"=")[2].lstrip()
        return b"%s = %s" % (node.target.id.encode(), value) if value else b"pass"

    def _differences(self, alignment: Alignment) -> Iterator[Fault]:
        for place in alignment.lost():
            node = alignment.source[place]
            if self._driver.has(node) or self._driver.is_prepared_less(node, alignment.extras()):
                continue
            other = counterpart(node, alignment.extras())
            if other is not None:
                alignment.pair(place, other)
                yield from self._parts(node, other)
            elif not is_made_of(node, alignment.around(place)) and not may_go(node, self._before, self._after):
                yield Fault(node.lineno, f"`{_shown(node)}` is lost")
        for extra in alignment.doubles(self._before.is_of_cells):
            yield Fault(extra.lineno, f"`{_shown(extra)}` is there once more than before")

    def _parts(self, old: ast.stmt, new: ast.stmt) -> Iterator[Fault]:
        pairs = zip(blocks_of(old), blocks_of(new), strict=False)
        if len(blocks_of(old)) != len(blocks_of(new)):
            yield Fault(old.lineno, f"`{_shown(old)}` has lost a branch")
        for block, other in pairs:
            yield from self.blocks(block, [other])


class Alignment:
    """Which statements of a block are found in its paths, and what is left on either side."""

    def __init__(self, source: Block, texts: list[bytes], paths: Sequence[Block], marks: list[list[bytes]]) -> None:
        self.source = source
        self.paths = paths
        self.source_marks: list[bytes | int] = list(texts)
        self.path_marks: list[list[bytes | int]] = [list(path) for path in marks]
        self._texts = Counter(texts)
        found = Counter(mark for path in marks for mark in path)
        self._lost = _beyond(texts, found)
        self._extra = {
            (which, place) for which, path in enumerate(marks) for place, mark in enumerate(path) if mark not in self._texts
        }

    def lost(self) -> list[int]:
        """The places of the source's statements that are not found by their text."""
        return sorted(self._lost)

    def extras(self) -> list[ast.stmt]:
        """The statements of the result that the source has not, by their text."""
        return [self.paths[which][place] for which, place in sorted(self._extra)]

    def pair(self, place: int, node: ast.stmt) -> None:
        """A lost statement has become this one."""
        at = next((which, i) for which, path in enumerate(self.paths) for i, each in enumerate(path) if each is node)
        self._extra.discard(at)
        self.source_marks[place] = self.path_marks[at[0]][at[1]] = place

    def around(self, place: int) -> list[ast.stmt]:
        """What a path has and the source has not, between the neighbours that a lost statement had there."""
        found: list[ast.stmt] = []
        for which, path in enumerate(self.paths):
            order = _aligned(self.source_marks, self.path_marks[which])
            first = max((i for i, at in enumerate(order) if at is not None and at < place), default=-1)
            last = min((i for i, at in enumerate(order) if at is not None and at > place), default=len(path))
            found += [path[i] for i in range(first + 1, last) if order[i] is None]
        return found

    def doubles(self, made_twice: bool) -> Iterator[ast.stmt]:
        """Statements of the source that the result has more often; along one path, where data may be made in two processes."""
        seen: Counter[bytes | int] = Counter()
        for path, marks in zip(self.paths, self.path_marks, strict=True):
            seen = Counter() if made_twice else seen
            for node, mark in zip(path, marks, strict=True):
                seen[mark] += 1
                if isinstance(mark, bytes) and 0 < self._texts[mark] < seen[mark] and not _is_empty(node):
                    yield node


def _beyond(texts: list[bytes], found: Counter[bytes]) -> set[int]:
    """The places of texts that are found less often than they are there."""
    left = Counter(found)
    lost: set[int] = set()
    for place, text in enumerate(texts):
        left[text] -= 1
        if left[text] < 0:
            lost.add(place)
    return lost


def _aligned(source: Sequence[bytes | int], path: Sequence[bytes | int]) -> list[int | None]:
    """For every statement of a path its place in the source; None where the source has none, at or after the one before."""
    places: dict[bytes | int, list[int]] = {}
    for place, mark in enumerate(source):
        places.setdefault(mark, []).append(place)
    order: list[int | None] = []
    last = -1
    for mark in path:
        of_mark = places.get(mark, [])
        after = bisect_right(of_mark, last)
        at = of_mark[after] if after < len(of_mark) else None
        order.append(at)
        last = last if at is None else at
    return order


def _order(
    source: Block, source_marks: Sequence[bytes | int], paths: Sequence[Block], path_marks: Sequence[Sequence[bytes | int]]
) -> Iterator[Fault]:
    """Statements that stand in another place than before; an import may stand anywhere above what uses it."""
    known = set(source_marks)
    for path, marks in zip(paths, path_marks, strict=True):
        rest = [
            (node, mark) for node, mark in zip(path, marks, strict=True) if not isinstance(node, (ast.Import, ast.ImportFrom))
        ]
        for (node, mark), at in zip(rest, _aligned(source_marks, [mark for _, mark in rest]), strict=True):
            if at is None and mark in known:
                yield Fault(node.lineno, f"`{_shown(node)}` stands in another place than before")


def _is_empty(node: ast.stmt) -> bool:
    return isinstance(node, (ast.Import, ast.ImportFrom, ast.Pass, ast.Global)) or (
        isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
    )


def _shown(node: ast.stmt) -> str:
    """A statement's first line, as it would be written."""
    first = ast.unparse(node).partition("\n")[0]
    return first if len(first) <= 60 else f"{first[:57]}..."
