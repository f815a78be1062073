"""What a worker asks about its own resources.

    session.get_trial_resources().bundles[-1].get("CPU", 1)

becomes

    int(ray.get_runtime_context().get_assigned_resources().get("CPU", 1))
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from raylift.edits.expressions import replace_by
from raylift.plan import Case, Edit, Finding, NeededImport, Notice
from raylift.script import Script
from raylift.script.expressions import written

QUESTIONS = ("ray.air.session.get_trial_resources", "ray.train.session.get_trial_resources")
ASSIGNED = "ray.get_runtime_context().get_assigned_resources()"
PINNED = re.compile(r"^(accelerate|datasets|ray|torch|transformers)(\[.*\])?\s*(==|<|~=)")


def answer_resource_questions(case: Case) -> Iterator[Finding]:
    """Ask the worker's own process, whose resources are those of the bundle that the trial had for it."""
    script = case.script
    for call in script.calls_to(*QUESTIONS):
        asked = _asked(script, call)
        if asked is not None:
            node, key, default = asked
            code = f"int({ASSIGNED}.get({key}, {default}))"
            yield Edit(node, replace_by(code), "RL230", "a worker knows its own resources")
            yield NeededImport("ray")
    yield from _pins(script)


def is_answered(script: Script, node: ast.AST) -> bool:
    """Whether a name belongs to a question about resources that has an answer."""
    call = script.parent(node)
    return isinstance(call, ast.Call) and call.func is node and _asked(script, call) is not None


def _asked(script: Script, call: ast.Call) -> tuple[ast.expr, str, str] | None:
    """The whole question, the resource it asks for, and the default: of a worker's bundle, which was the last one."""
    bundles = script.parent(call)
    bundle = script.parent(bundles) if isinstance(bundles, ast.Attribute) and bundles.attr == "bundles" else None
    if not isinstance(bundle, ast.Subscript) or ast.unparse(bundle.slice) not in ("-1", "1"):
        return None
    method = script.parent(bundle)
    whole = script.parent(method) if isinstance(method, ast.Attribute) and method.attr == "get" else None
    if isinstance(whole, ast.Call) and whole.args:
        return whole, written(script, whole.args[0]), written(script, whole.args[1]) if len(whole.args) > 1 else "1"
    return None


def _pins(script: Script) -> Iterator[Notice]:
    """Versions that the workers would still get."""
    for call in script.calls_to("ray.init"):
        for node in ast.walk(call):
            if isinstance(node, ast.Constant) and isinstance(node.value, str) and PINNED.match(node.value):
                text = f"`{node.value}` in `runtime_env` gives the workers a release that the lifted script was not written for"
                yield Notice(node.lineno, "RL237", text, "raise the version, or drop it where the cluster has its own")
