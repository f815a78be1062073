"""What a class consists of, and which of its methods run only where somebody asks for their names."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from raylift.script import Script, ScriptNode, remembered_for
from raylift.script.scopes import FUNCTIONS

PLAIN_BASES = frozenset({
    "abc.ABC", "builtins.object", "torch.nn.Module", "torch.nn.modules.module.Module", "torch.utils.data.Dataset",
    "torch.utils.data.IterableDataset", "typing.Generic", "typing.Protocol", "enum.Enum",
})  # fmt: skip
"""Classes out of sight that call no method of their children but those with underscores."""


@remembered_for
def class_parts(script: Script, holder: ast.ClassDef) -> list[tuple[ScriptNode, str]]:
    """What a class consists of; its methods with the name that they wait for, all else without one."""
    runs_any = not all(base in PLAIN_BASES for base in _bases_out_of_sight(script, holder))
    parts: list[tuple[ScriptNode, str]] = []
    for node in (*holder.body, *holder.decorator_list, *holder.bases, *(keyword.value for keyword in holder.keywords)):
        waits = isinstance(node, FUNCTIONS) and not node.name.startswith("__") and not runs_any
        parts.append((ScriptNode(script, node), node.name if waits and isinstance(node, FUNCTIONS) else ""))
    return parts


def _bases_out_of_sight(script: Script, holder: ast.ClassDef) -> Iterator[str]:
    """The full names of what a class, or a class in sight that it derives from, derives from; empty where nothing is known."""
    seen = {ScriptNode(script, holder)}
    waiting = list(seen)
    while waiting:
        value = waiting.pop()
        assert isinstance(value.node, ast.ClassDef)
        for base in value.node.bases:
            base = base.value if isinstance(base, ast.Subscript) else base
            known = list(value.script.values(base))
            yield from ([] if known else [""])
            for each in known:
                if isinstance(each, str):
                    yield each
                elif isinstance(each.node, ast.ClassDef) and each not in seen:
                    seen.add(each)
                    waiting.append(each)
