"""Rows of stock Ray's batches, as the library `datasets` gives them: decoded, in the format that the script sets.

rows.set_format("torch", columns=["x"])      Dataset(InMemoryTable(table), ...).with_format("torch", columns=["x"])
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

from raylift.plan import Refusal
from raylift.ray_data.handed_over import HandedOver
from raylift.script import Script, ScriptNode
from raylift.script.expressions import written
from raylift.script.syntax import call_name

FORMATTING = frozenset({"reset_format", "set_format", "with_format"})
ROWS_OF = '''def {name}(table):
    """The rows of a batch, as the library `datasets` gives them."""
    from datasets import Dataset
    from datasets.table import InMemoryTable

    columns = Dataset(InMemoryTable(table), fingerprint="batch"){format}[:]
    return [dict(zip(columns, row)) for row in zip(*columns.values())]
'''


def rows_function(script: Script, data: HandedOver) -> str:
    """The function that makes rows of a batch, written out."""
    return ROWS_OF.format(name=rows_name(script), format=_format(script, data))


def rows_name(script: Script) -> str:
    """What the function is called that makes rows of a batch."""
    return script.free_global_name("rows_of", "ray_rows_of")


def _format(script: Script, data: HandedOver) -> str:
    """The call that gives rows the format of the script, or nothing; raises Refusal where that cannot be said on a worker."""
    formats: dict[str, None] = {}
    for owner, call in _formatting(script, data):
        line = call.lineno if owner is script else data.uses[0].line
        formats[_call(owner, call, line)] = None
        if len(formats) > 1:
            text = "the rows have more than one format on their way, and stock Ray hands over stored columns"
            raise Refusal(line, "RL345", text, "set one format for all, or lift with `--runtime raylift`")
    return next(iter(formats), "")


def _formatting(script: Script, data: HandedOver) -> Iterator[tuple[Script, ast.Call]]:
    """The calls that set a format: in this file, whose functions make the data, and in those whose functions are called for it."""
    called = (node for part in data.parts for leaf in part.taken for node in ast.walk(leaf.node) if isinstance(node, ast.Call))
    values = (value for call in called for value in script.values(call.func))
    makers = [value.script for value in values if isinstance(value, ScriptNode)]
    for owner in dict.fromkeys([script, *makers]):
        yield from ((owner, call) for call in owner.all(ast.Call) if call_name(call) in FORMATTING)


def _call(owner: Script, call: ast.Call, line: int) -> str:
    """A call that sets a format, with arguments that read the same anywhere."""
    arguments = []
    for keyword, value in [*(("", each) for each in call.args), *((each.arg, each.value) for each in call.keywords)]:
        literal = _literal(owner, value) if keyword is not None else None
        if literal is None:
            text = f"`{ast.unparse(value)}` is made where the data are, and the workers of stock Ray set the format once more"
            raise Refusal(line, "RL345", text, "write it out where the format is set, or lift with `--runtime raylift`")
        arguments.append(f"{keyword}={literal}" if keyword else literal)
    return f".with_format({', '.join(arguments)})" if arguments else ""


def _literal(script: Script, value: ast.expr) -> str | None:
    """A literal as it is written, or what a name is bound to once, where nothing changes that."""
    if isinstance(value, ast.Name):
        owner = script.scope(value).owner(value.id)
        bindings = owner.bindings.get(value.id, []) if owner is not None else []
        reads = (script.parent(node) for node in script.all(ast.Name) if node.id == value.id)
        if len(bindings) != 1 or any(isinstance(holder, (ast.Attribute, ast.Subscript)) for holder in reads):
            return None
        value = bindings[0] if isinstance(bindings[0], ast.expr) else value
    try:
        ast.literal_eval(value)
    except (ValueError, TypeError):
        return None
    return written(script, value)
