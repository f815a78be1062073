"""A process group of the script's own, where Ray has made one."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from raylift.edits.statements import guard_with
from raylift.plan import Edit, Finding, NeededImport
from raylift.script import Script


def own_process_groups(script: Script) -> Iterator[Finding]:
    for call in script.calls_to("torch.distributed.init_process_group"):
        statement = script.statement(call)
        if isinstance(statement, ast.Expr) and statement.value is call and not _is_guarded(script, call):
            module = ast.unparse(call.func.value) if isinstance(call.func, ast.Attribute) else "torch.distributed"
            condition = f"not {module}.is_initialized()"
            index = script.place_in_line(statement)
            why = "Ray has made the process group before the train function starts"
            needs = () if isinstance(call.func, ast.Attribute) else (NeededImport("torch.distributed"),)
            yield Edit(statement, guard_with(index, condition), "RL213", why, needs)


def _is_guarded(script: Script, call: ast.Call) -> bool:
    tests = [ast.unparse(node.test) for node in script.enclosing(call) if isinstance(node, ast.If)]
    return any("is_initialized" in test for test in tests)
