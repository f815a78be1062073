"""What every name, attribute and element may stand for: found once, looked up ever after.

A place holds values: an expression, a name of a scope, an imported name, an attribute of `self`. Its row is filled from other
places, once, and hears of what these learn later, where they depend on each other in a circle. A value passes each such line
once, and a row holds at most `MOST`, so that all rows together cost what the script is long.
"""

from __future__ import annotations

import ast
import builtins
from collections import deque
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from raylift.script.registries import stored_in
from raylift.script.scopes import FUNCTIONS, Imported, Scope

if TYPE_CHECKING:
    from raylift.script import Script


MOST_VALUES = 256
"""Values of one place; what has more is as good as unknown, and the rest of them is left out."""


def may_lack_some(values: Collection[object]) -> bool:
    """Whether these may not be all values of a place, so that nothing can be said of every one."""
    return len(values) >= MOST_VALUES


@dataclass(frozen=True, slots=True)
class ScriptNode:
    """A node that a name stands for, and the script that holds it."""

    script: Script
    node: ast.AST


Value = str | ScriptNode
"""What an expression may stand for: the full name of something imported or built in, or a node in sight."""


@dataclass(frozen=True, slots=True)
class Holder:
    """What holds values: an expression, or all elements of a dict (`key` is the node); a name in a scope or bound nowhere
    (None), an imported name (the module's tree), an attribute of `self` (its class)."""

    script: Script
    key: ast.AST | Scope | None
    name: str = ""


Source = Value | Holder


class Make(Protocol):
    """Makes of a value what an attribute or an element of it is; `late` is what came round in a circle."""

    def __call__(self, value: Value, *, late: bool) -> Iterable[Source]: ...


@dataclass(eq=False, slots=True)
class Row:
    """What a place may stand for, as far as is known, and who must hear of more while that is still sought."""

    values: dict[Value, None]
    heard_by: dict[Row, None]
    made_into: list[tuple[Row, Make]]
    is_final: bool = False


class Facts:
    """The rows of a script and of all modules that it can see."""

    def __init__(self) -> None:
        self._rows: dict[Holder, Row] = {}
        self._news: deque[tuple[Row, Value]] = deque()
        self.answers: dict[object, object] = {}
        self.steps = 0
        self.full = 0

    def values(self, place: Holder) -> Iterable[Value]:
        """All that a place may stand for, in the order of the source."""
        row = self._rows.get(place)
        if row is None:
            row = self._settle(place)
        return row.values

    def _settle(self, place: Holder) -> Row:
        fresh: list[Row] = []
        try:
            self._spread_from(place, fresh)
        except BaseException:
            self._rows.clear()  # half-filled rows must not be taken for final ones
            self._news.clear()
            raise
        for row in fresh:
            row.is_final = True
            row.heard_by, row.made_into = {}, []
        return self._rows[place]

    def _spread_from(self, place: Holder, fresh: list[Row]) -> None:
        self._work([self._fill(place, fresh)], fresh)
        while self._news:
            row, value = self._news.popleft()
            for other in row.heard_by:
                self._tell(other, value)
            for other, make in row.made_into:
                self._work([self._take(other, make(value, late=True))], fresh)

    def _work(self, waiting: list[Iterator[Holder]], fresh: list[Row]) -> None:
        """Runs what waits, the last first: whatever it asks for is filled before it goes on."""
        while waiting:
            missing = next(waiting[-1], None)
            if missing is None:
                waiting.pop()
            elif missing not in self._rows:
                waiting.append(self._fill(missing, fresh))

    def _fill(self, place: Holder, fresh: list[Row]) -> Iterator[Holder]:
        row = self._rows[place] = Row({}, {}, [])
        fresh.append(row)
        if not isinstance(place.key, (ast.Attribute, ast.Subscript)):
            yield from self._take(row, sources(place))
            return
        origin, make = made_from(place.script, place.key)
        if not isinstance(origin, Holder):
            yield from self._take(row, make(origin, late=False))
            return
        if origin not in self._rows:
            yield origin
        other = self._rows[origin]
        if not other.is_final:
            other.made_into.append((row, make))  # before the values: what comes while they are taken is news
        for value in list(other.values):
            yield from self._take(row, make(value, late=False))

    def _take(self, row: Row, given: Iterable[Source]) -> Iterator[Holder]:
        for source in given:
            if not isinstance(source, Holder):
                self._tell(row, source)
                continue
            if source not in self._rows:
                yield source
            other = self._rows[source]
            if other is row:
                continue
            for value in other.values:
                self._tell(row, value)
            if not other.is_final:
                other.heard_by[row] = None

    def _tell(self, row: Row, value: Value) -> None:
        self.steps += 1
        if value in row.values:
            return
        if len(row.values) >= MOST_VALUES:
            self.full += 1
            return
        row.values[value] = None
        if row.heard_by or row.made_into:
            self._news.append((row, value))


def place_of(script: Script, expression: ast.AST) -> Source:
    """Where the values of an expression are held; itself, if it stands for nothing else."""
    while isinstance(expression, (ast.NamedExpr, ast.Await)):
        expression = expression.value
    if isinstance(expression, ast.Name):
        owner = script.scope(expression).owner(expression.id)
        return Holder(script, owner, expression.id)
    if isinstance(expression, ast.Attribute):
        if isinstance(expression.value, ast.Name) and expression.value.id == "self" and (holder := script.class_of(expression)):
            return Holder(script, holder, expression.attr)
        return Holder(script, expression)
    if isinstance(expression, (ast.IfExp, ast.BoolOp, ast.Subscript)):
        return Holder(script, expression)
    return ScriptNode(script, expression)


def sources(place: Holder) -> Iterator[Source]:
    """What fills the row of a place, in the order of the source."""
    script, key, name = place.script, place.key, place.name
    if key is None:
        yield from _from_afar(script, name)
    elif isinstance(key, Scope):
        yield from _of_bindings(script, key, name)
    elif key is script.tree:
        yield from _of_import(script, name)
    elif isinstance(key, ast.ClassDef):
        yield from (place_of(script, value) for value in script.attributes_set_in(key, name))
        yield from (ScriptNode(script, part) for part in key.body if isinstance(part, FUNCTIONS) and part.name == name)
    elif isinstance(key, ast.IfExp):
        yield from (place_of(script, part) for part in (key.body, key.orelse))
    elif isinstance(key, (ast.BoolOp, ast.Dict)):
        yield from (place_of(script, part) for part in key.values)
        if isinstance(key, ast.Dict):
            yield from (place_of(holder, part) for holder, part in stored_in(script, key))


def _of_bindings(script: Script, scope: Scope, name: str) -> Iterator[Source]:
    for binding in scope.bindings[name]:
        if isinstance(binding, Imported):
            yield Holder(script, script.tree, binding.name)
        elif isinstance(binding, ast.expr) and not (
            isinstance(binding, ast.Name) and isinstance(binding.ctx, (ast.Store, ast.Del))
        ):
            yield from (place_of(script, part) for part in _choices(binding))
        else:
            yield ScriptNode(script, binding)


def _choices(expression: ast.expr) -> Iterator[ast.expr]:
    """What an expression chooses from: `x or 5` needs no row of its own, which n of them would each fill with what `x` holds."""
    if isinstance(expression, ast.BoolOp):
        parts = expression.values
    elif isinstance(expression, ast.IfExp):
        parts = [expression.body, expression.orelse]
    else:
        yield expression
        return
    for part in parts:
        yield from _choices(part)


def _from_afar(script: Script, name: str) -> Iterator[Source]:
    """A name bound nowhere: from a star import, or built in."""
    for origin in script.globals.stars:
        yield Holder(script, script.tree, f"{origin}{'' if origin.endswith('.') else '.'}{name}")
    if hasattr(builtins, name):
        yield f"builtins.{name}"


def _of_import(script: Script, name: str) -> Iterator[Source]:
    """What an imported name stands for, here or in the module beside the script that it comes from."""
    module, _, attribute = name.rpartition(".")
    beside = script.neighbour(module) if module else None
    if beside is None:
        yield name
    elif attribute in beside.globals.bindings:
        yield Holder(beside, beside.globals, attribute)
    else:
        yield Holder(beside, None, attribute)
        yield name


def made_from(script: Script, node: ast.Attribute | ast.Subscript) -> tuple[Source, Make]:
    """What the values of an attribute or of an element are made from, and how."""
    return place_of(script, node.value), _attribute(script, node) if isinstance(node, ast.Attribute) else _element


def _attribute(script: Script, node: ast.Attribute) -> Make:
    def make(value: Value, *, late: bool) -> Iterator[Source]:
        if isinstance(value, str):
            if not (late and node.attr in value.split(".")):  # what comes round in a circle does not grow for ever
                yield Holder(script, script.tree, f"{value}.{node.attr}")
        elif isinstance(value.node, ast.Call):
            yield ScriptNode(script, node)

    return make


def _element(value: Value, *, late: bool) -> Iterator[Source]:
    if isinstance(value, ScriptNode) and isinstance(value.node, ast.Dict):
        yield Holder(value.script, value.node)
