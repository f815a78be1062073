"""Names and the fields of what they hold, told apart: `args.seed` is another thing than `args.local_rank`, and than all of `args`.

A name is one key, `args`, each of its fields another, `args.seed`, and `args.*` stands for whatever any of its fields is.
"""

from __future__ import annotations

import ast

from raylift.script import Script, remembered

RECORDS = frozenset({"argparse.Namespace", "builtins.dict", "types.SimpleNamespace"})


def read_keys(script: Script, node: ast.AST) -> tuple[str, ...]:
    """The keys that a node reads itself: a name with all that it holds, or `args.seed` and `config["seed"]` one field of it."""
    if isinstance(node, ast.Name):
        return node.id, f"{node.id}.*"
    if (
        not isinstance(node, (ast.Attribute, ast.Subscript))
        or not isinstance(node.value, ast.Name)
        or not _is_field(script, node)
    ):
        return ()
    return node.value.id, _field(node)


def inner_parts(script: Script, node: ast.AST) -> list[ast.AST]:
    """The parts of a node that read more than its own keys."""
    if isinstance(node, (ast.Attribute, ast.Subscript)) and read_keys(script, node):
        return [node.slice] if isinstance(node, ast.Subscript) else []
    return list(ast.iter_child_nodes(node))


def _is_field(script: Script, node: ast.Attribute | ast.Subscript) -> bool:
    """Whether a part of an object is read alone: a method, or a property, may read every field."""
    holder = script.parent(node)
    is_method = isinstance(holder, ast.Call) and holder.func is node
    is_computed = isinstance(node, ast.Attribute) and node.attr in _properties(script)
    return not is_method and not is_computed and bool(_field(node))


def stored_keys(target: ast.AST) -> tuple[str, ...]:
    """The keys that a target changes: a name, or one field of it and so whatever any of its fields is."""
    field = ""
    while isinstance(target, (ast.Attribute, ast.Subscript, ast.Starred)):
        field = "" if isinstance(target, ast.Starred) else _field(target)
        target = target.value
    if not isinstance(target, ast.Name) or target.id == "self":
        return ()
    return (field, f"{target.id}.*") if field else (target.id,)


def _field(node: ast.Attribute | ast.Subscript) -> str:
    if not isinstance(node.value, ast.Name):
        return ""
    if isinstance(node, ast.Attribute):
        return f"{node.value.id}.{node.attr}"
    return f"{node.value.id}.{node.slice.value!s}" if isinstance(node.slice, ast.Constant) else ""


def given_fields(script: Script, name: ast.expr, value: ast.expr) -> list[tuple[ast.AST, list[ast.AST]]]:
    """The fields of what a name is bound to with what each is given, where all of them are written out: `{"seed": 1}`, `Namespace(seed=1)`."""
    if not isinstance(name, ast.Name):
        return []
    pairs: list[tuple[ast.Constant, ast.expr]] = []
    if isinstance(value, ast.Dict):
        pairs = [(key, given) for key, given in zip(value.keys, value.values, strict=True) if isinstance(key, ast.Constant)]
        pairs = pairs if len(pairs) == len(value.keys) else []
    elif isinstance(value, ast.Call) and not value.args and _is_record(script, value.func):
        pairs = [(ast.Constant(keyword.arg), keyword.value) for keyword in value.keywords]
    found: list[tuple[ast.AST, list[ast.AST]]] = [(name, [])] if pairs else []
    for key, given in pairs:
        found.append((ast.Subscript(name, key, ast.Store()), [given]))
    return found


def _is_record(script: Script, function: ast.expr) -> bool:
    """Whether a call keeps what it is given, each under its name."""
    values = list(script.values(function))
    return bool(values) and all(value in RECORDS if isinstance(value, str) else _is_dataclass(value.node) for value in values)


def _is_dataclass(node: ast.AST) -> bool:
    return isinstance(node, ast.ClassDef) and any("dataclass" in ast.unparse(part) for part in node.decorator_list)


@remembered
def _properties(script: Script) -> frozenset[str]:
    """What looks like a field and is computed from others."""
    return frozenset(node.name for node in script.all(ast.FunctionDef) if node.decorator_list)
