"""Whether anything trains outside of the train function: in the process that only launches."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator

from raylift.libraries import TRAINER_PACKAGES
from raylift.result_check.binding_flow import FUNCTION_NODES
from raylift.result_check.fault import Fault
from raylift.result_check.imported_names import imported_names
from raylift.result_check.launched import LaunchedTraining
from raylift.result_check.parsed_bytes import ParsedBytes

TRAINING_PACKAGES = TRAINER_PACKAGES | {"accelerate", "setfit"}
"""The packages whose trainers and accelerators train."""


def driver_faults(after: ParsedBytes, launch: LaunchedTraining | None) -> Iterator[Fault]:
    """Calls that train, or make what trains, among those that running the file makes before any worker."""
    if launch is None:
        return
    makers = {
        name.bound
        for name in imported_names(after)
        if name.full.partition(".")[0] in TRAINING_PACKAGES and name.full.endswith(("Trainer", ".Accelerator", "_launcher"))
    }
    for call in calls_made([node for node in after.tree.body if node is not launch.train_function], after):
        if isinstance(call.func, ast.Name) and call.func.id in makers:
            yield Fault(call.lineno, f"`{call.func.id}` is called outside of the train function")
        elif isinstance(call.func, ast.Attribute) and call.func.attr == "backward":
            yield Fault(call.lineno, f"`{ast.unparse(call.func)}` is called outside of the train function")


def calls_made(statements: Iterable[ast.AST], parsed: ParsedBytes) -> Iterator[ast.Call]:
    """The calls that running statements makes, those in functions of the file that they call included."""
    functions = {node.name: node for node in parsed.tree.body if isinstance(node, FUNCTION_NODES)}
    seen: set[str] = set()
    waiting: list[ast.AST] = list(statements)
    while waiting:
        node = waiting.pop()
        if isinstance(node, FUNCTION_NODES):
            waiting += [*node.decorator_list, *node.args.defaults, *(each for each in node.args.kw_defaults if each)]
            continue
        if isinstance(node, ast.Lambda):
            continue
        if isinstance(node, ast.Call):
            yield node
            name = node.func.id if isinstance(node.func, ast.Name) else ""
            if name in functions and name not in seen:
                seen.add(name)
                waiting += functions[name].body
        waiting += ast.iter_child_nodes(node)
