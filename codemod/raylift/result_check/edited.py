"""What a statement that was edited is told by: its head, the names that it binds, what it is made of."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterable, Iterator, Sequence

from raylift.result_check.imported_names import imported_names
from raylift.result_check.parsed_bytes import ParsedBytes, blocks_of, statements_in

LEAST_COMMON = 1 / 3
"""How much of what a statement is made of must be found again in what stands in its place."""
STARTERS = ("launcher", "launch", "spawn", "Distributor", "Runner")
"""How what only starts a function ends."""
REMOVABLE = frozenset({
    "ASCEND_RT_VISIBLE_DEVICES", "CUDA_VISIBLE_DEVICES", "HABANA_VISIBLE_MODULES", "HIP_VISIBLE_DEVICES", "NEURON_RT_VISIBLE_CORES",
    "ONEAPI_DEVICE_SELECTOR", "ROCR_VISIBLE_DEVICES", "TPU_VISIBLE_CHIPS", "ZE_AFFINITY_MASK", "LOCAL_RANK", "LOCAL_WORLD_SIZE", "MASTER_ADDR", "MASTER_PORT", "RANK", "WORLD_SIZE",
})  # fmt: skip
"""Settings that a lift takes out, because Ray makes them."""


def opened(path: Sequence[ast.stmt], is_known: Callable[[ast.stmt], bool], lost: Sequence[ast.stmt]) -> list[ast.stmt]:
    """The statements of a path, with those in what a lift has put around them; its head counts as one, too."""
    found: list[ast.stmt] = []
    for place, node in enumerate(path):
        is_new = not is_known(node) and counterpart(node, lost) is None and not _was_function(node, lost)
        if is_new and _may_be_put_around(node, path):
            heads = [item.context_expr for item in getattr(node, "items", ())]
            inside = without_frame(blocks_of(node)[0])
            found += [*(ast.copy_location(ast.Expr(head), head) for head in heads), *opened(inside, is_known, lost)]
        elif not (is_wait(node) and any(_reports(other) and not is_known(other) for other in path[place + 1 : place + 2])):
            found.append(node)
    return found


def _was_function(node: ast.stmt, lost: Sequence[ast.stmt]) -> bool:
    """Whether a lost function has become this one under another name, and does not stand in it."""
    if not isinstance(node, ast.FunctionDef):
        return False
    inner = {part.name for part in statements_in(node.body) if isinstance(part, ast.FunctionDef)}
    functions = (each for each in lost if isinstance(each, ast.FunctionDef) and each.name not in inner)
    return any(counterpart(each, [node]) is not None for each in functions)


def without_frame(body: list[ast.stmt]) -> list[ast.stmt]:
    """The body of a train function without the `try` that lets a worker leave by `sys.exit(0)`."""
    only = body[0]
    if len(body) == 1 and isinstance(only, ast.Try) and len(only.handlers) == 1:
        kind = only.handlers[0].type
        return only.body if isinstance(kind, ast.Name) and kind.id == "SystemExit" and not only.finalbody else body
    return body


def is_wait(node: ast.stmt) -> bool:
    """`accelerator.wait_for_everyone()`, which stock Ray's report of a folder brings along."""
    call = node.value if isinstance(node, ast.Expr) else None
    return isinstance(call, ast.Call) and isinstance(call.func, ast.Attribute) and call.func.attr == "wait_for_everyone"


def _reports(node: ast.stmt) -> bool:
    call = node.value if isinstance(node, ast.Expr) else None
    return isinstance(call, ast.Call) and ast.unparse(call.func) == "ray.train.report"


def _may_be_put_around(node: ast.stmt, path: Sequence[ast.stmt]) -> bool:
    """`with` a folder, the test whether a process group exists, and a train function beside its launcher: they run what they hold."""
    if isinstance(node, ast.If) and not node.orelse:
        asked = node.test.operand if isinstance(node.test, ast.UnaryOp) and isinstance(node.test.op, ast.Not) else None
        return isinstance(asked, ast.Call) and ast.unparse(asked.func).endswith("is_initialized")
    if isinstance(node, ast.FunctionDef):
        made = [each.value for each in path if isinstance(each, ast.Assign) and isinstance(each.value, ast.Call)]
        return any(isinstance(given, ast.Name) and given.id == node.name for call in made for given in call.args[:1])
    return isinstance(node, ast.With)


def counterpart(node: ast.stmt, others: Iterable[ast.stmt]) -> ast.stmt | None:
    """The statement that another one has become: the same but for its layout, or one with the same head or most of its body."""
    of_kind = [other for other in others if type(other) is type(node)]
    if not blocks_of(node):
        return next((other for other in of_kind if ast.dump(other) == ast.dump(node)), None)
    head = _head(node)
    same_head = [other for other in of_kind if _head(other) == head]
    if len(same_head) == 1:
        return same_head[0]
    parts = _parts_within(node)
    shares = [(len(parts & _parts_within(other)) / max(1, len(parts)), other) for other in same_head or of_kind]
    share, nearest = max(shares, key=lambda each: each[0], default=(0.0, None))
    return nearest if same_head or share >= 1 / 2 else None


def _head(node: ast.stmt) -> str:
    """What tells a compound statement: its name, its target or its condition."""
    if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
        return node.name
    told = getattr(node, "target", None) or getattr(node, "test", None) or getattr(node, "subject", None)
    return ast.dump(told) if told is not None else " ".join(ast.dump(item) for item in getattr(node, "items", ()))


def _parts_within(node: ast.stmt) -> set[str]:
    """What a statement and those in it are made of."""
    inner = (each for block in blocks_of(node) for each in statements_in(block))
    return {part for each in (node, *inner) for part in _parts(each)}


def is_made_of(node: ast.stmt, others: Sequence[ast.stmt]) -> bool:
    """Whether other statements bind what one bound, and hold what it was made of; of blocks only the heads count."""
    parts, theirs = set(_parts(node)), {part for other in others for part in _parts(other)}
    if not _bound(node) <= {name for other in others for name in _bound(other)}:
        return False
    if started := set(_started(node)):
        return bool(started & theirs)
    is_value = isinstance(node, ast.Return) and not any(isinstance(part, ast.Call) for part in ast.walk(node))
    if is_value and any(isinstance(other, ast.Return) for other in others):  # a train function returns nothing
        return True
    if any(_called(node) == _called(other) != "" for other in others):
        return True
    texts = {part for part in parts if "\\n" in part}  # no rule changes a text of several lines
    common = parts & theirs
    return any(part.isidentifier() for part in common) and texts <= theirs and len(common) >= LEAST_COMMON * len(parts)


def _parts(node: ast.AST) -> Iterator[str]:
    """The names and values that a node is written with, without those of the statements in it."""
    if isinstance(node, ast.Name):
        yield node.id
    elif isinstance(node, (ast.Attribute, ast.keyword, ast.alias)):
        yield (node.attr if isinstance(node, ast.Attribute) else node.arg if isinstance(node, ast.keyword) else node.name) or ""
    elif isinstance(node, ast.Constant):
        yield repr(node.value)
    for child in ast.iter_child_nodes(node):
        if not isinstance(child, ast.stmt):
            yield from _parts(child)


def _bound(node: ast.AST) -> set[str]:
    return {part.id for part in ast.walk(node) if isinstance(part, ast.Name) and isinstance(part.ctx, ast.Store)}


def _called(node: ast.stmt) -> str:
    """The function that a statement of one call calls; empty for any other."""
    call = node.value if isinstance(node, ast.Expr) else None
    return ast.dump(call.func) if isinstance(call, ast.Call) else ""


def _started(node: ast.stmt) -> Iterator[str]:
    """The names among which the function is that a statement only starts; none if it does more."""
    value = getattr(node, "value", None) if isinstance(node, (ast.Expr, ast.Assign)) else None
    calls = [part for part in ast.walk(value) if isinstance(part, ast.Call)] if isinstance(value, ast.Call) else []
    if not any(ast.unparse(call.func).endswith(STARTERS) for call in calls):
        return
    for call in calls:
        for given in (*call.args, *(keyword.value for keyword in call.keywords)):
            if isinstance(given, (ast.Name, ast.Attribute)):
                yield given.id if isinstance(given, ast.Name) else given.attr


def may_go(node: ast.stmt, before: ParsedBytes, after: ParsedBytes) -> bool:
    """Whether a statement is one that a lift takes out: a launcher's import, a setting of Ray's, an argument of what is gone."""
    if isinstance(node, (ast.Import, ast.ImportFrom)):
        return True  # told by the names that it bound
    if any(isinstance(part, ast.Constant) and part.value in REMOVABLE for part in ast.walk(node)):
        return True
    if isinstance(node, ast.AnnAssign) and node.value is None:  # Python takes no annotation on a name that is declared `global`
        return isinstance(node.target, ast.Name) and node.target.id in _declared_global(after)
    of_ray = {name.bound for name in imported_names(before) if name.full.startswith("ray.")}
    read = {part.id for part in ast.walk(node) if isinstance(part, ast.Name)}
    return isinstance(node, ast.Assign) and bool(read & of_ray) and not _bound(node) & after.read_names


def _declared_global(parsed: ParsedBytes) -> set[str]:
    return {name for part in ast.walk(parsed.tree) if isinstance(part, ast.Global) for name in part.names}
