"""Whether a name that the result reads has been bound by then, as surely as it was before."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterable, Iterator
from functools import cached_property

from raylift.result_check.binding_flow import FUNCTION_NODES, NEVER, PERHAPS, BindingFlow, BoundNames, names_stored_in
from raylift.result_check.fault import Fault
from raylift.result_check.launched import LaunchedTraining, is_main_test
from raylift.result_check.names import KNOWN
from raylift.result_check.parsed_bytes import ParsedBytes, blocks_of, statements_in

FunctionNode = ast.FunctionDef | ast.AsyncFunctionDef
Reads = dict[str, dict[int, list[ast.stmt]]]


def use_faults(before: ParsedBytes, after: ParsedBytes, launch: LaunchedTraining | None) -> Iterator[Fault]:
    """Names that are read too early on the way through the script itself, or through a function that has changed."""
    known = _Known(before, after)
    yield from _compared(_reads_of_source(before), _reads_of_result(after, launch), known)
    if launch is not None:
        yield from _class_faults(launch.train_function, after)
    old = dict(_functions(before.tree.body, ""))
    for name, function in _functions(after.tree.body, "", opened=launch.train_function if launch else None):
        was = old.get(name)
        if was is None or before.text(was) != after.text(function):
            yield from _compared(_reads_in(was) if was is not None else {}, _reads_in(function), known)


class _Known:
    """Whether a statement of the result is one of the source's, by its text; asked of few."""

    def __init__(self, before: ParsedBytes, after: ParsedBytes) -> None:
        self._before, self._after = before, after

    @cached_property
    def _texts(self) -> set[bytes]:
        return {self._before.text(node) for node in statements_in(self._before.tree.body)}

    def __call__(self, node: ast.stmt) -> bool:
        return self._after.text(node) in self._texts


def _compared(old: Reads, new: Reads, is_known: Callable[[ast.stmt], bool]) -> Iterator[Fault]:
    """Names that are read less surely bound than before; what a lift adds may read what is bound perhaps, like its source's last line."""
    for name, levels in sorted(new.items()):
        was = min(old.get(name, {PERHAPS: []}))
        for level in sorted(level for level in levels if level < was):
            if reader := next((node for node in levels[level] if level == NEVER or is_known(node)), None):
                yield Fault(reader.lineno, f"`{name}` may be read before it is bound")
                break


def _reads_of_source(parsed: ParsedBytes) -> Reads:
    """What a script reads at its top level when it is run."""
    flow = BindingFlow()
    statements: list[ast.stmt] = []
    for node in parsed.tree.body:
        statements += _run_as_a_program(node)
    flow.block(statements, _with(flow, KNOWN))
    return flow.reads


def _run_as_a_program(node: ast.stmt) -> list[ast.stmt]:
    """What a statement does where its module is run: of a `__main__` guard what it asks, and what it holds."""
    if not (isinstance(node, ast.If) and is_main_test(node.test)):
        return [node]
    return [ast.copy_location(ast.Expr(node.test), node), *node.body]


def _reads_of_result(parsed: ParsedBytes, launch: LaunchedTraining | None) -> Reads:
    """What the driver reads at the top level, and what a worker reads in its train function after that."""
    flow = BindingFlow()
    ways = _with(flow, KNOWN)
    at_launch: BoundNames | None = None
    for node in parsed.tree.body:
        if launch is not None and node is launch.train_function:
            bits = flow.bits([node.name])
            ways = BoundNames(ways.surely | bits, ways.perhaps | bits)
            continue
        following = flow.block(_run_as_a_program(node), ways)
        if launch is not None and node is launch.guard:
            at_launch = ways
        if following is None:
            break
        ways = following
    if launch is not None:
        own = flow.bits(_locals(launch.train_function))
        here = at_launch or ways
        inside = BoundNames(here.surely & ~own, here.perhaps & ~own)
        given = flow.bits(_parameters(launch.train_function))
        flow.block(launch.train_function.body, BoundNames(inside.surely | given, inside.perhaps | given))
    return flow.reads


def _class_faults(function: FunctionNode, parsed: ParsedBytes) -> Iterator[Fault]:
    """A class body that binds a name finds what that was before in the module only, never in a function around it."""
    own = _locals(function)
    for node in (part for part in ast.walk(function) if isinstance(part, ast.ClassDef)):
        both = own & set(names_stored_in(node.body))
        if not both:
            continue
        flow = BindingFlow()
        flow.block(node.body, _with(flow, own - both))
        for name in sorted(both & {name for name, levels in flow.reads.items() if NEVER in levels}):
            yield Fault(flow.reads[name][NEVER][0].lineno, f"`{name}` is read in a class that does not see it here")


def _functions(
    block: Iterable[ast.stmt], prefix: str, opened: ast.FunctionDef | None = None
) -> Iterator[tuple[str, FunctionNode]]:
    """Every function with its full name; those in the train function as if they stood at the top level."""
    for node in block:
        name = getattr(node, "name", "")
        if isinstance(node, FUNCTION_NODES) and node is not opened:
            yield prefix + name, node
        inner = f"{prefix}{name}." if name and node is not opened else prefix
        for part in blocks_of(node):
            yield from _functions(part, inner, opened)


def _reads_in(function: FunctionNode) -> Reads:
    """What a function reads of its own variables."""
    flow = BindingFlow()
    own = _locals(function)
    flow.block(function.body, _with(flow, _parameters(function)))
    return {name: read for name, read in flow.reads.items() if name in own}


def _with(flow: BindingFlow, names: Iterable[str]) -> BoundNames:
    bits = flow.bits(names)
    return BoundNames(bits, bits)


def _parameters(function: FunctionNode) -> set[str]:
    given = function.args
    every = [*given.posonlyargs, *given.args, *given.kwonlyargs, given.vararg, given.kwarg]
    return {each.arg for each in every if each is not None}


def _locals(function: FunctionNode) -> set[str]:
    """The variables of a function itself."""
    stored: set[str] = set()
    shared: set[str] = set()
    waiting: list[ast.AST] = list(function.body)
    while waiting:
        node = waiting.pop()
        if isinstance(node, (*FUNCTION_NODES, ast.ClassDef)):
            stored.add(node.name)
            waiting += node.decorator_list
        elif isinstance(node, (ast.Global, ast.Nonlocal)):
            shared.update(node.names)
        elif isinstance(node, (ast.Import, ast.ImportFrom)):
            stored.update(alias.asname or alias.name.partition(".")[0] for alias in node.names)
        elif isinstance(node, ast.Name):
            stored.update([node.id] if not isinstance(node.ctx, ast.Load) else [])
        elif not isinstance(node, ast.Lambda):
            stored.update([node.name] if isinstance(node, ast.ExceptHandler) and node.name else [])
            waiting += ast.iter_child_nodes(node)
    return (stored | _parameters(function)) - shared
