"""What may differ from rank to rank: rank tests, each rank's own data, chance, and whatever is computed from them.

accelerator.is_main_process        differs: a rank test
loss.item() for batch in loader    differs: every rank has its own batches
accelerator.gather(loss)           is the same everywhere, and so are arguments, counters, lengths and settings
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Iterator
from typing import Any

from raylift.frameworks.accelerate.accelerators import is_accelerator
from raylift.frameworks.accelerate.loops.loop_kinds import LOOPS
from raylift.frameworks.accelerate.ranks.fields import given_fields, inner_parts, read_keys, stored_keys
from raylift.frameworks.accelerate.ranks.rank_tests import RANK_CALL, tells_rank
from raylift.script import Script, remembered_for
from raylift.script.scopes import DEFINITIONS, FUNCTIONS
from raylift.script.syntax import call_name, own_nodes

SAME_EVERYWHERE = frozenset({
    "all_gather_object", "broadcast", "broadcast_object_list", "check_trigger", "gather", "gather_for_metrics", "gather_object",
    "hasattr", "isinstance", "len", "range", "reduce",
})  # fmt: skip
CHANCE = re.compile(
    r"^(random|secrets|time|uuid|numpy\.random|torch\.rand\w*|datetime|os\.(getpid|listdir|scandir|path\.(exists|is\w+))|glob|socket)(\.|$)"
)
OWN_DATA = re.compile(r"(^|_)(batch(es)?|loss(es)?|logits|loader|dataloader|outputs?|predictions?|model)$")
COUNTING_CALLS = frozenset({"range", "trange"})
WRAPPERS = frozenset({"progress_bar", "resumable", "skip_first_batches", "tqdm", "track"})


class Ranks:
    """What may differ from rank to rank in one function, or in the module's own code.

    One pass notes what every name, and every block, depends on; then whatever differs by itself spreads along these lines once.
    """

    def __init__(self, script: Script, holder: ast.AST) -> None:
        self._script = script
        self._known: dict[ast.AST, bool] = {}
        self._users: dict[object, list[object]] = {}
        self._differing: dict[object, int] = {}
        self._noted: set[ast.AST] = set()
        self.jumps: dict[ast.AST, list[Any]] = {}
        arguments = [node for node in ast.walk(holder.args) if isinstance(node, ast.arg)] if isinstance(holder, FUNCTIONS) else []
        self._by_itself: list[tuple[object, int]] = [
            (argument.arg, argument.lineno) for argument in arguments if OWN_DATA.search(argument.arg)
        ]
        own = list(own_nodes(holder))
        self._ends: dict[ast.AST, list[ast.AST]] = {}
        for node in own:
            if isinstance(node, (ast.Break, ast.Continue)) and (loop := _loop_of(script, node)):
                self._ends.setdefault(loop, []).append(node)
        for node in own:
            for target, sources in _bound_by(script, node):
                given = list(sources)
                for name in stored_keys(target):
                    self._note(name, given)
                    self._depends_on_block(name, node)
        while self._by_itself:
            one, line = self._by_itself.pop()
            if one not in self._differing:
                self._differing[one] = line
                self._by_itself += ((user, line) for user in self._users.get(one, ()))

    def differs(self, expression: ast.AST) -> bool:
        """Whether an expression may have another value on another rank."""
        if expression not in self._known:
            self._known[expression] = any(part is None or part in self._differing for part in self._parts(expression))
        return self._known[expression]

    def cause(self, expression: ast.expr) -> int:
        """The line that makes an expression differ: its own, or where a value that it reads came to differ."""
        lines = (self._differing.get(part, 0) for part in self._parts(expression) if part is not None)
        return next(filter(None, lines), expression.lineno)

    def _note(self, one: object, sources: Iterable[ast.AST]) -> None:
        """A name, or a block, differs if any of its sources does."""
        for source in sources:
            for part in self._parts(source):
                if part is None:
                    self._by_itself.append((one, getattr(source, "lineno", 0)))
                else:
                    self._users.setdefault(part, []).append(one)

    def _depends_on_block(self, one: object, node: ast.AST) -> None:
        """What is bound in a block depends on what decides whether, and how often, the block runs."""
        while True:
            holder = self._script.parent(node)
            if holder is None or isinstance(holder, (*DEFINITIONS, ast.Lambda)):
                return
            self._users.setdefault(holder, []).append(one)
            if holder in self._noted:
                return
            self._noted.add(holder)
            self._note(holder, _own_tests(holder))
            for jump in self._ends.get(holder, ()):
                self._note(holder, (test for around in _up_to(self._script, jump, holder) for test in _own_tests(around)))
            one = node = holder

    def _parts(self, expression: ast.AST) -> Iterator[str | None]:
        """The keys that an expression reads, and None for what differs by itself."""
        waiting = [expression]
        while waiting:
            node = waiting.pop()
            if isinstance(node, ast.Call) and call_name(node) in SAME_EVERYWHERE:
                continue
            if self._differs_by_itself(node):
                yield None
                continue
            yield from read_keys(self._script, node)
            waiting.extend(inner_parts(self._script, node))

    def _differs_by_itself(self, node: ast.AST) -> bool:
        if isinstance(node, ast.Call):  # a prepared model, loader or optimizer holds what is the rank's own
            name = call_name(node)
            chance = any(map(CHANCE.search, self._script.names(node.func)))
            return name == "prepare" or bool(RANK_CALL.search(name)) or chance
        if isinstance(node, (ast.ExceptHandler, _Elements)):
            return True
        return isinstance(node, (ast.Name, ast.Attribute, ast.Constant)) and tells_rank(self._script, node, 0)


@remembered_for
def ranks_in(script: Script, holder: ast.AST) -> Ranks:
    """What may differ in a function, or in the module's own code."""
    return Ranks(script, holder)


class _Elements(ast.AST):
    """Stands for what a loop takes from an iterable that is the rank's own."""

    def __init__(self, lineno: int) -> None:
        self.lineno = lineno


def _bound_by(script: Script, node: ast.AST) -> Iterator[tuple[ast.AST, list[ast.AST]]]:
    if isinstance(node, ast.Assign):
        for target in node.targets:
            yield from given_fields(script, target, node.value) or _pairs(target, node.value)
    elif isinstance(node, (ast.AnnAssign, ast.AugAssign, ast.NamedExpr)) and node.value is not None:
        yield node.target, [node.value]
    elif isinstance(node, (ast.For, ast.AsyncFor)):
        yield from _taken_from(node.target, node.iter)
    elif isinstance(node, (ast.With, ast.AsyncWith)):
        for item in node.items:
            if item.optional_vars is not None:
                yield item.optional_vars, [item.context_expr]
    elif isinstance(node, ast.ExceptHandler) and node.name:
        yield ast.Name(node.name), [node]
    elif isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and not _forgets(script, node.func.value):
        yield node.func.value, [*node.args, *node.keywords]


def _forgets(script: Script, receiver: ast.expr) -> bool:
    """Whether what a method is given cannot be asked for later: a module, the Accelerator."""
    return bool(script.names(receiver)) or is_accelerator(script, receiver)


def _pairs(target: ast.expr, value: ast.expr) -> Iterator[tuple[ast.AST, list[ast.AST]]]:
    if isinstance(target, (ast.Tuple, ast.List)):
        parts = value.elts if isinstance(value, (ast.Tuple, ast.List)) and len(value.elts) == len(target.elts) else None
        for index, part in enumerate(target.elts):
            yield from _pairs(part, parts[index] if parts else value)
    else:
        yield target, [value]


def _taken_from(target: ast.AST, iterable: ast.expr) -> Iterator[tuple[ast.AST, list[ast.AST]]]:
    """What a loop binds: numbers are the same on every rank, elements of anything but literals are the rank's own."""
    name = call_name(iterable)
    arguments = iterable.args if isinstance(iterable, ast.Call) else []
    if name in COUNTING_CALLS:
        yield target, [*arguments]
    elif name in WRAPPERS and arguments:
        yield from _taken_from(target, arguments[0])
    elif name == "enumerate" and arguments and isinstance(target, ast.Tuple) and len(target.elts) == 2:
        yield target.elts[0], []
        yield from _taken_from(target.elts[1], arguments[0])
    else:
        literal = isinstance(iterable, (ast.Constant, ast.List, ast.Tuple, ast.Attribute))
        sources: list[ast.AST] = [iterable] if literal else [_Elements(iterable.lineno)]
        for part in ast.walk(target):
            if isinstance(part, ast.Name):
                yield part, sources


def _loop_of(script: Script, jump: ast.AST) -> ast.AST | None:
    """The loop that a `break` or `continue` ends, or an iteration of it."""
    inner = jump
    for holder in script.enclosing(jump):
        if isinstance(holder, LOOPS) and inner not in holder.orelse:
            return holder
        inner = holder
    return None


def _own_tests(holder: ast.AST) -> Iterator[ast.AST]:
    if isinstance(holder, (ast.If, ast.While, ast.IfExp)):
        yield holder.test
    elif isinstance(holder, ast.Match):
        yield holder.subject
    elif isinstance(holder, ast.ExceptHandler):
        yield holder


def _up_to(script: Script, node: ast.AST, top: ast.AST) -> Iterator[ast.AST]:
    for holder in script.enclosing(node):
        if holder is top:
            return
        yield holder
