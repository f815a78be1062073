"""Whether running the result reaches its launcher: `TorchTrainer(train_func, ...)` and then its `fit()`."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from raylift.result_check.edited import without_frame
from raylift.result_check.fault import Fault
from raylift.result_check.launched import LaunchedTraining, is_main_test
from raylift.result_check.parsed_bytes import ParsedBytes

LEAVING_NODES = frozenset({"exit", "quit", "sys.exit", "os._exit", "os.abort"})


def launcher_faults(before: ParsedBytes, after: ParsedBytes, launch: LaunchedTraining | None) -> Iterator[Fault]:
    """What keeps a result from starting its workers when it is run as a program."""
    if launch is None:
        return
    if launch.guard is None:
        yield Fault(launch.call.lineno, "the launcher stands outside of the `__main__` guard")
        return
    moved = {after.text(node) for node in without_frame(launch.train_function.body)}
    guards = [node for node in before.tree.body if isinstance(node, ast.If) and is_main_test(node.test)]
    were = [ast.dump(guard.test) for guard in guards if before.text(guard) not in moved]
    if were and ast.dump(launch.guard.test) not in were:
        yield Fault(launch.guard.lineno, "the condition of the `__main__` guard has changed")
    if not _is_fitted(launch.guard.body, launch.call):
        yield Fault(launch.call.lineno, "the launcher is made and never told to `fit`")
    for node in after.tree.body[: after.tree.body.index(launch.guard)]:
        if _leaves(node):
            yield Fault(node.lineno, "the script ends before its launcher")


def _is_fitted(block: list[ast.stmt], call: ast.Call) -> bool:
    """Whether the launcher is bound, and a later statement of the block calls `fit` of it."""
    names: set[str] = set()
    for node in block:
        calls = [part.func for part in ast.walk(node) if isinstance(part, ast.Call)]
        fits = [func.value for func in calls if isinstance(func, ast.Attribute) and func.attr == "fit"]
        if any(isinstance(owner, ast.Name) and owner.id in names for owner in fits):
            return True
        if isinstance(node, ast.Assign) and node.value is call:
            names |= {target.id for target in node.targets if isinstance(target, ast.Name)}
    return False


def _leaves(node: ast.stmt) -> bool:
    call = node.value if isinstance(node, ast.Expr) else None
    return isinstance(node, ast.Raise) or (isinstance(call, ast.Call) and ast.unparse(call.func) in LEAVING_NODES)
