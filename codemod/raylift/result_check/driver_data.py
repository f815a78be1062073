"""What a result's driver does for its workers: the function that makes the data which the TorchTrainer is given."""

from __future__ import annotations

import ast
from collections.abc import Collection, Sequence

from raylift.result_check.launched import LaunchedTraining
from raylift.result_check.parsed_bytes import ParsedBytes, blocks_of, statements_in

BATCHES = frozenset({"iter_batches", "iter_torch_batches"})


class DriverData:
    """The statements of a source that the driver's own function has; a worker may be without them."""

    def __init__(self, before: ParsedBytes, after: ParsedBytes, launch: LaunchedTraining | None) -> None:
        function = data_function(before, after, launch) if launch is not None else None
        self._has_batches = any(isinstance(node, ast.Attribute) and node.attr in BATCHES for node in after.nodes)
        self._taken: Collection[str] = {ast.dump(node) for node in statements_in(function.body)} if function else ()

    def has(self, node: ast.stmt) -> bool:
        """Whether the driver runs a statement, or all that a condition or a block of ranks holds."""
        if not self._taken:
            return False
        if ast.dump(node) in self._taken:
            return True
        inner = [each for block in blocks_of(node) for each in block] if isinstance(node, (ast.If, ast.With)) else []
        return bool(inner) and all(map(self.has, inner))

    def is_prepared_less(self, node: ast.stmt, others: Collection[ast.stmt]) -> bool:
        """Whether what Ray Data's batches take the place of is all that a preparation has lost: `model = accelerator.prepare(model)`."""
        was = _prepared(node)
        if not (self._taken and self._has_batches and was):
            return False
        left = [pairs for other in others if (pairs := _prepared(other)) and pairs[0] == was[0]]
        return any(_is_part(pairs[1:], was[1:]) for pairs in left) if left else len(was) == 2


def _prepared(node: ast.stmt) -> list[str]:
    """What prepares, and each name that it binds with what that is made of; empty for other statements."""
    call = node.value if isinstance(node, ast.Assign) and len(node.targets) == 1 else None
    if not (isinstance(node, ast.Assign) and isinstance(call, ast.Call) and isinstance(call.func, ast.Attribute)):
        return []
    target = node.targets[0]
    targets = target.elts if isinstance(target, ast.Tuple) else [target]
    if not call.func.attr.startswith("prepare") or len(targets) != len(call.args):
        return []
    pairs = (f"{ast.unparse(bound)} = {ast.unparse(given)}" for bound, given in zip(targets, call.args, strict=True))
    return [ast.unparse(call.func), *pairs]


def _is_part(some: Sequence[str], every: Sequence[str]) -> bool:
    """Whether some are among all, in their order."""
    rest = iter(every)
    return all(each in rest for each in some)


def data_function(before: ParsedBytes, after: ParsedBytes, launch: LaunchedTraining) -> ast.FunctionDef | None:
    """The new function whose result the TorchTrainer is given: `datasets=load_datasets()`."""
    own = {node.name for node in before.tree.body if isinstance(node, ast.FunctionDef)}
    new = {node.name: node for node in after.tree.body if isinstance(node, ast.FunctionDef) and node.name not in own}
    given = next((keyword.value for keyword in launch.call.keywords if keyword.arg == "datasets"), None)
    if isinstance(given, ast.Name):
        bound = [
            n.value
            for n in after.nodes
            if isinstance(n, ast.Assign) and any(isinstance(t, ast.Name) and t.id == given.id for t in n.targets)
        ]
        given = bound[0] if len(bound) == 1 else None
    called = given.func if isinstance(given, ast.Call) and not given.args and not given.keywords else None
    return new.get(called.id) if isinstance(called, ast.Name) else None
