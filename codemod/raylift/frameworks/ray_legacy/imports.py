"""Imports of legacy names: each gives way, where it stands, to the imports that its uses need today."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from itertools import chain

from raylift.edits.imports import move_imports
from raylift.frameworks.ray_legacy.legacy_names import CONTEXT_METHODS, LEGACY_TRAINERS, MODEL_CHECKPOINTS, MOVED, is_legacy
from raylift.frameworks.ray_legacy.modern_forms import trainer_import
from raylift.plan import Edit, Finding, NeededImport, Refusal
from raylift.script import Script
from raylift.settings import Settings

HOLDERS = frozenset(name.rpartition(".")[0] for name in LEGACY_TRAINERS) | {"ray.train.session"}
INTEGRATIONS = "ray.air.integrations."
WHY_MOVED = "what it imports has another place in today's Ray"


def replace_legacy_imports(
    script: Script, settings: Settings, needed: frozenset[NeededImport], changed: frozenset[ast.AST]
) -> Iterator[Finding]:
    """Replace the imports of legacy names, and take along what the other edits need, if an import of Ray goes anyway.

    `changed` is what the other edits change: a callback of Tune that is still used beside that keeps its import.
    """
    have = _imported_anyway(script)
    waiting = [each for each in sorted(needed) if not _is_there(each, have)]
    if any(found.name in LEGACY_TRAINERS for found in script.imports()):
        waiting = [each for each in waiting if each != trainer_import(script, settings)]  # it takes the old one's place
    statements: Iterator[ast.Import | ast.ImportFrom] = chain(script.all(ast.Import), script.all(ast.ImportFrom))
    for node in sorted(statements, key=lambda node: (node.lineno, node.col_offset)):
        legacy = [alias for alias in legacy_aliases(script, node) if not _is_kept(script, node, alias, changed)]
        if legacy:
            yield from _moved(script, node, legacy, settings, have, waiting)
    yield from waiting


def _full(needed: NeededImport) -> str:
    return f"{needed.module}.{needed.name}" if needed.name else f"import {needed.module}"


def _imported_anyway(script: Script) -> set[str]:
    """Everything that the script imports at its top level under its own name and that stays."""
    have: set[str] = set()
    for node in script.tree.body:
        if isinstance(node, ast.Import):
            have |= {f"import {alias.name}" for alias in node.names if not alias.asname}
        elif isinstance(node, ast.ImportFrom) and not node.level:
            have |= {f"{node.module}.{alias.name}" for alias in node.names if not alias.asname}
    return {name for name in have if not is_legacy(name.removeprefix("import "))}


def legacy_aliases(script: Script, node: ast.Import | ast.ImportFrom) -> list[ast.alias]:
    """What of an import is of an API that Ray has removed, or is only used with one."""
    names = {alias: imported_name(node, alias) for alias in node.names}
    return [
        alias
        for alias, name in names.items()
        if is_legacy(name) or _holds_only_legacy(script, name) or _goes_with_argument(script, alias, name)
    ]


def _holds_only_legacy(script: Script, module: str) -> bool:
    """Whether a module with legacy names in it is used for nothing else."""
    if module not in HOLDERS:
        return False
    names = [name for node in script.all(ast.Attribute) for name in script.names(node) if name.startswith(f"{module}.")]
    return bool(names) and all(is_legacy(name) or name in HOLDERS for name in names)


def _goes_with_argument(script: Script, alias: ast.alias, name: str) -> bool:
    """Whether a SyncConfig is only made for the argument that is dropped."""
    if not name.startswith("ray.") or not name.endswith(".SyncConfig"):
        return False
    uses = [node for node in script.all(ast.Name) if node.id == (alias.asname or alias.name)]
    inside = [any(isinstance(h, ast.keyword) and h.arg == "sync_config" for h in script.enclosing(use)) for use in uses]
    return bool(inside) and all(inside)


def imported_name(node: ast.Import | ast.ImportFrom, alias: ast.alias) -> str:
    """What an import brings, in full; empty for a neighbour's."""
    if isinstance(node, ast.Import):
        return alias.name
    return f"{node.module}.{alias.name}" if node.module and not node.level else ""


def _is_kept(script: Script, node: ast.Import | ast.ImportFrom, alias: ast.alias, changed: frozenset[ast.AST]) -> bool:
    """Whether a callback of Tune is used where no edit takes it out: its module is still there."""
    if not imported_name(node, alias).startswith(INTEGRATIONS):
        return False
    uses = [use for use in script.all(ast.Name) if use.id == (alias.asname or alias.name)]
    return any(changed.isdisjoint(script.enclosing(use)) for use in uses)


def _moved(
    script: Script,
    node: ast.Import | ast.ImportFrom,
    legacy: list[ast.alias],
    settings: Settings,
    have: set[str],
    waiting: list[NeededImport],
) -> Iterator[Edit]:
    moved: dict[str, list[str]] = {}
    wanted: list[tuple[NeededImport, ast.alias | None]] = [
        (each, alias) for alias in legacy for each in _target(script, node, alias, settings)
    ]
    if script.parent(node) is script.tree:
        akin = {each.module for each, _ in wanted} | {"ray.train"}
        brings_trainer = any(alias.name.endswith("Trainer") for alias in legacy)
        near = [each for each in waiting if brings_trainer and each.module.startswith(("ray", "accelerate"))]
        wanted += [(each, None) for each in waiting if each in near or each.module in akin]
        waiting[:] = [each for each in waiting if (each, None) not in wanted]
    for each, alias in sorted(wanted, key=lambda pair: (not pair[0].name, pair[0])):
        written = f"{each.name} as {alias.asname}" if alias and alias.asname and each.name == alias.name else each.name
        if " as " in written or not _is_there(each, have):
            have.add(_full(each))
            moved.setdefault(each.module if each.name else "", []).append(written or each.module)
    kept = frozenset(alias.asname or alias.name for alias in node.names if alias not in legacy)
    yield Edit(node, move_imports(script.place_in_line(node), moved, kept), "RL230", WHY_MOVED)


def _is_there(each: NeededImport, have: set[str]) -> bool:
    """Whether an import is there already; `ray.train` is also there where `ray` is and anything comes from `ray.train`."""
    whole = (
        each.module == "ray.train"
        and any(name.split(".")[0] == "import ray" for name in have)
        and any(name.startswith("ray.train.") for name in have)
    )
    return _full(each) in have or (not each.name and whole)


def _target(script: Script, node: ast.Import | ast.ImportFrom, alias: ast.alias, settings: Settings) -> Iterator[NeededImport]:
    """Where an imported name comes from now: module and name; nothing where its uses no longer need it."""
    name = imported_name(node, alias)
    if alias.name == "*":
        raise Refusal(node.lineno, "RL322", f"`from {name[:-2]} import *` hides which names are used", "import them by name")
    if name in LEGACY_TRAINERS:
        yield trainer_import(script, settings)
    elif name in MODEL_CHECKPOINTS:
        if _makes_checkpoints(script, alias.asname or alias.name):
            yield NeededImport("ray.train", "Checkpoint")
    elif name in MOVED:
        yield NeededImport(*MOVED[name])
    elif name in CONTEXT_METHODS or (isinstance(node, ast.Import) and not alias.asname):
        yield NeededImport("ray.train")


def _makes_checkpoints(script: Script, bound: str) -> bool:
    """Whether the class itself is still needed: for a call of one of its constructors, or as a type."""
    return any(node.id == bound and isinstance(node.ctx, ast.Load) for node in script.all(ast.Name))
