"""The statements of a function, or of the entry block, that a slice takes or leaves one by one, and the names that each touches."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from raylift.script import Script, ScriptNode, remembered_for
from raylift.script.scopes import DEFINITIONS, FUNCTIONS, Imported, Scope

LOGGING = frozenset({
    "critical", "debug", "error", "exception", "info", "log", "print", "save_pretrained", "warn", "warning", "warning_once",
})  # fmt: skip
"""Methods that change nothing of what they are called of."""
OF_THE_MODEL = frozenset({
    "ddp_find_unused_parameters", "deepspeed", "fsdp", "fsdp_config", "gradient_checkpointing", "gradient_checkpointing_kwargs",
    "hub_model_id", "model_init_kwargs", "optim", "optim_args", "ref_model_init_kwargs", "report_to", "reward_model_init_kwargs",
    "run_name", "teacher_model_init_kwargs", "use_cache",
})  # fmt: skip
"""Settings of training arguments that no data are made by."""

Name = tuple[Scope | None, str]
"""A name by the scope that binds it; None for what nothing in sight binds."""


@dataclass(frozen=True, slots=True)
class Leaf:
    """A statement taken as a whole, and the conditions around it, from the outside in; `makes` are names it binds or changes."""

    node: ast.stmt
    within: tuple[ast.If, ...]
    makes: frozenset[Name]
    reads: frozenset[Name]


def is_rank_block(node: ast.stmt) -> bool:
    """`with accelerator.main_process_first():`, which only orders ranks: a driver has none."""
    if not isinstance(node, (ast.With, ast.AsyncWith)):
        return False
    calls = [item.context_expr for item in node.items]
    return all(
        isinstance(c, ast.Call) and isinstance(c.func, ast.Attribute) and c.func.attr.endswith("main_process_first")
        for c in calls
    )


def leaves(script: Script, block: Iterable[ast.stmt], end: ast.AST | None, within: tuple[ast.If, ...] = ()) -> Iterator[Leaf]:
    """The leaves of a block, up to the one that holds `end`; what is around `end` is gone into, whatever it is."""
    for node in block:
        holds_end = _holds(script, node, end)
        if holds_end and not _blocks(node):
            return
        if is_rank_block(node) or (holds_end and not isinstance(node, ast.If)):
            for inner in _blocks(node):
                yield from leaves(script, inner, end if holds_end else None, within)
        elif isinstance(node, ast.If):
            for inner in _blocks(node):
                around = within if any(_holds(script, each, end) for each in inner) else (*within, node)
                if not (holds_end and around != within):
                    yield from leaves(script, inner, end if holds_end else None, around)
        else:
            yield leaf(script, node, within)
        if holds_end:
            return


def _holds(script: Script, node: ast.AST, end: ast.AST | None) -> bool:
    return end is not None and (end is node or node in script.enclosing(end))


def _blocks(node: ast.stmt) -> list[list[ast.stmt]]:
    if isinstance(node, DEFINITIONS):
        return []
    return [block for _, block in ast.iter_fields(node) if isinstance(block, list) and block and isinstance(block[0], ast.stmt)]


def leaf(script: Script, node: ast.stmt, within: tuple[ast.If, ...] = ()) -> Leaf:
    """A statement with the names that it touches."""
    makes, reads = _touched(script, node)
    return Leaf(node, within, makes, reads)


@remembered_for
def _touched(script: Script, node: ast.stmt) -> tuple[frozenset[Name], frozenset[Name]]:
    makes: set[Name] = set()
    for part in ast.walk(node):
        if isinstance(part, ast.Name) and not isinstance(part.ctx, ast.Load):
            makes.add((script.scope(part).owner(part.id), part.id))
        elif isinstance(part, (ast.alias, *DEFINITIONS)) and (part is node or isinstance(part, ast.alias)):
            bound = (part.asname or part.name.partition(".")[0]) if isinstance(part, ast.alias) else part.name
            makes.add((script.scope(part).owner(bound), bound))
        else:
            makes |= {key for name in _changed(script, part) if (key := name_of(script, name))}
    inner = {part for part in ast.walk(node) if isinstance(part, (*FUNCTIONS, ast.Lambda))}
    return frozenset(m for m in makes if m[0] is None or m[0].node not in inner), names_read(script, node)


def _changed(script: Script, part: ast.AST) -> Iterator[ast.Name]:
    """The names whose value a part of a statement changes: it sets something of it, or calls it for what it does."""
    if isinstance(part, (ast.Attribute, ast.Subscript)) and not isinstance(part.ctx, ast.Load):
        if not (isinstance(part, ast.Attribute) and part.attr in OF_THE_MODEL):
            yield from _root(part)
    elif isinstance(part, ast.Expr) and isinstance(part.value, ast.Call):
        if isinstance(part.value.func, ast.Attribute) and part.value.func.attr not in LOGGING:
            yield from _root(part.value.func)
        if any(isinstance(v, ScriptNode) and isinstance(v.node, FUNCTIONS) for v in script.values(part.value.func)):
            yield from (given for given in part.value.args if isinstance(given, ast.Name))


def _root(node: ast.expr) -> Iterator[ast.Name]:
    while isinstance(node, (ast.Attribute, ast.Subscript, ast.Call)):
        node = node.func if isinstance(node, ast.Call) else node.value
    if isinstance(node, ast.Name):
        yield node


def name_of(script: Script, node: ast.Name) -> Name | None:
    """What a name is, told from others of the same spelling; None for an import, which every process has."""
    owner = script.scope(node).owner(node.id)
    is_import = owner is not None and all(isinstance(binding, Imported) for binding in owner.bindings[node.id])
    return None if is_import else (owner, node.id)


def names_read(script: Script, node: ast.AST) -> frozenset[Name]:
    """The names from around a node that it reads."""
    inside = {
        part
        for part in ast.walk(node)
        if isinstance(part, (*FUNCTIONS, ast.Lambda, ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp))
    }
    found: set[Name] = set()
    for part in ast.walk(node):
        if isinstance(part, ast.Name) and isinstance(part.ctx, ast.Load):
            owner = script.scope(part).owner(part.id)
            if owner is not None and owner.node not in inside:
                found.add((owner, part.id))
    return frozenset(found)


def makers_of(leaves: Iterable[Leaf]) -> dict[Name, list[Leaf]]:
    """The leaves that bind or change each name."""
    found: dict[Name, list[Leaf]] = {}
    for each in leaves:
        for name in each.makes:
            found.setdefault(name, []).append(each)
    return found
