"""What may differ from rank to rank: rank tests, each rank's own data, chance, and whatever is computed from them.

accelerator.is_main_process        differs: a rank test
loss.item() for batch in loader    differs: every rank has its own batches
accelerator.gather(loss)           is the same everywhere, and so are arguments, counters, lengths and settings
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from raylift.frameworks.accelerate.accelerators import is_accelerator
from raylift.frameworks.accelerate.loops.loop_kinds import LOOPS
from raylift.frameworks.accelerate.ranks.rank_tests import RANK_CALL, tells_rank
from raylift.script import Script
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
NUMBERS = frozenset({"range", "trange"})
WRAPPERS = frozenset({"progress_bar", "resumable", "skip_first_batches", "tqdm", "track"})


class Ranks:
    """What may differ from rank to rank in one function, or in the module's own code."""

    def __init__(self, script: Script, holder: ast.AST) -> None:
        self._script = script
        self._differing: set[str] = set()
        arguments = [node for node in ast.walk(holder.args) if isinstance(node, ast.arg)] if isinstance(holder, FUNCTIONS) else []
        self._differing |= {argument.arg for argument in arguments if OWN_DATA.search(argument.arg)}
        bindings = list(_bindings(script, own_nodes(holder)))
        while more := {name for name, sources in bindings if name not in self._differing and any(map(self.differs, sources))}:
            self._differing |= more

    def differs(self, expression: ast.AST) -> bool:
        """Whether an expression may have another value on another rank."""
        if isinstance(expression, ast.Call):
            return self._call_differs(expression)
        if isinstance(expression, ast.Name):
            return expression.id in self._differing or tells_rank(self._script, expression, 0)
        if isinstance(expression, (ast.Attribute, ast.Constant)) and tells_rank(self._script, expression, 0):
            return True
        if isinstance(expression, (ast.ExceptHandler, _Elements)):
            return True
        return any(self.differs(child) for child in ast.iter_child_nodes(expression))

    def _call_differs(self, call: ast.Call) -> bool:
        name = call.func.attr if isinstance(call.func, ast.Attribute) else call.func.id if isinstance(call.func, ast.Name) else ""
        if name in SAME_EVERYWHERE:
            return False
        if RANK_CALL.search(name) or any(CHANCE.search(full) for full in self._script.names(call.func)):
            return True
        if name == "prepare":
            return True  # a prepared model, loader or optimizer holds what is the rank's own
        return any(self.differs(child) for child in ast.iter_child_nodes(call))


class _Elements(ast.AST):
    """Stands for what a loop takes from an iterable that is the rank's own."""


def _bindings(script: Script, nodes: Iterator[ast.AST]) -> Iterator[tuple[str, list[ast.AST]]]:
    """Every name that is bound, or changed in place, with all that its value depends on."""
    for node in nodes:
        for target, sources in _bound_by(script, node):
            name = _base(target)
            if name:
                yield name, [*sources, *_tests_above(script, node)]


def _bound_by(script: Script, node: ast.AST) -> Iterator[tuple[ast.AST, list[ast.AST]]]:
    if isinstance(node, ast.Assign):
        for target in node.targets:
            yield from _pairs(target, node.value)
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
    if name in NUMBERS:
        yield target, [*arguments]
    elif name in WRAPPERS and arguments:
        yield from _taken_from(target, arguments[0])
    elif name == "enumerate" and arguments and isinstance(target, ast.Tuple) and len(target.elts) == 2:
        yield target.elts[0], []
        yield from _taken_from(target.elts[1], arguments[0])
    else:
        literal = isinstance(iterable, (ast.Constant, ast.List, ast.Tuple, ast.Attribute))
        sources: list[ast.AST] = [iterable] if literal else [_Elements()]
        for part in ast.walk(target):
            if isinstance(part, ast.Name):
                yield part, sources


def _base(target: ast.AST) -> str:
    while isinstance(target, (ast.Attribute, ast.Subscript, ast.Starred)):
        target = target.value
    return target.id if isinstance(target, ast.Name) and target.id != "self" else ""


def _tests_above(script: Script, node: ast.AST) -> Iterator[ast.AST]:
    """What decides whether, and how often, a node runs within its function: conditions, handlers, who leaves a loop around it."""
    for holder in script.enclosing(node):
        if isinstance(holder, (*DEFINITIONS, ast.Lambda)):
            return
        yield from _own_tests(holder)
        if isinstance(holder, (ast.For, ast.AsyncFor, ast.While)):
            for jump in (part for part in own_nodes(holder) if _jumps_in(script, part, holder)):
                yield from (test for around in _up_to(script, jump, holder) for test in _own_tests(around))


def _jumps_in(script: Script, node: ast.AST, loop: ast.AST) -> bool:
    """Whether a node ends an iteration of this very loop, or the loop."""
    if not isinstance(node, (ast.Break, ast.Continue)):
        return False
    inner: ast.AST = node
    for holder in script.enclosing(node):
        if isinstance(holder, LOOPS) and inner not in holder.orelse:
            return holder is loop
        inner = holder
    return False


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
