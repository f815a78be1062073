"""Code that looks up by itself, at module level, names that move into the train function."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from raylift.plan import Doubt, Placement
from raylift.script import Script, ScriptNode

EVALUATORS = frozenset({"builtins.exec", "builtins.eval"})
NAMESPACES = frozenset({"builtins.globals", "builtins.locals", "builtins.vars"})


def reflection(script: Script, placement: Placement) -> Iterator[Doubt]:
    """Code that looks names up by itself would no longer find those that move into the train function."""
    inside = {node for statement in placement.entry for node in ast.walk(statement)}
    for call in script.calls_to(*EVALUATORS, *NAMESPACES):
        if call in inside and script.function(call) is None and not _looks_elsewhere(script, call):
            text = f"`{ast.unparse(call)}` looks names up at module level, which become local to the train function"
            yield Doubt(call.lineno, "RL304", text, "put it into a function that is given what it needs")


def _looks_elsewhere(script: Script, call: ast.Call) -> bool:
    """Whether a call asks for no name of the module: `vars(args)`, or code that has a namespace of its own or names nothing."""
    if script.names(call.func) & NAMESPACES:
        return bool(call.args)
    given = [*call.args[1:], *(k.value for k in call.keywords if k.arg in ("globals", "locals"))]
    own = [each for each in given if not _is_none(each)]
    is_unpacked = any(isinstance(each, ast.Starred) for each in call.args) or any(k.arg is None for k in call.keywords)
    if own and not is_unpacked and not any(_is_the_modules(script, each) for each in own):
        return _is_its_globals(call, own[0])
    return _names_nothing(script, call)


def _is_its_globals(call: ast.Call, own: ast.expr) -> bool:
    """Whether a namespace stands for the globals: with locals alone, code still reads the module's names."""
    by_name = next((keyword.value for keyword in call.keywords if keyword.arg == "globals"), None)
    return own is by_name or (len(call.args) > 1 and own is call.args[1])


def _is_none(expression: ast.expr) -> bool:
    return isinstance(expression, ast.Constant) and expression.value is None


def _is_the_modules(script: Script, namespace: ast.expr) -> bool:
    """Whether a namespace is, or is made of, what the module itself holds: `globals()`, `{**globals()}`, `module.__dict__`."""
    parts = [ScriptNode(script, namespace), *(value for value in script.values(namespace) if isinstance(value, ScriptNode))]
    return any(_holds_the_modules(value.script, part) for value in parts for part in ast.walk(value.node))


def _holds_the_modules(script: Script, part: ast.AST) -> bool:
    if isinstance(part, ast.Call):
        return not part.args and not script.names(part.func).isdisjoint(NAMESPACES)
    return isinstance(part, ast.Attribute) and part.attr == "__dict__"


def _names_nothing(script: Script, call: ast.Call) -> bool:
    """Whether the code is written out and uses only what is built in."""
    code = [value.node for value in script.values(call.args[0]) if isinstance(value, ScriptNode)] if call.args else []
    written = [node.value for node in code if isinstance(node, ast.Constant) and isinstance(node.value, str)]
    if not written or len(written) < len(list(script.values(call.args[0]))):
        return False
    try:
        trees = [ast.parse(text.strip()) for text in written]
    except (SyntaxError, ValueError):
        return False
    nodes = [node for tree in trees for node in ast.walk(tree)]
    stores = any(isinstance(node, ast.stmt) and not isinstance(node, ast.Expr) for node in nodes)
    return not stores and not any(isinstance(node, ast.Name) and node.id in script.globals.bindings for node in nodes)
