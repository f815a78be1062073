"""Imports of what Ray has removed that nothing uses: the script is lifted as one without them, and they go with its lift."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from raylift.edits.imports import move_imports
from raylift.frameworks.ray_legacy.imports import imported_name, legacy_aliases, replace_legacy_imports
from raylift.frameworks.ray_legacy.legacy_names import is_legacy
from raylift.frameworks.ray_legacy.legacy_uses import has_legacy, legacy_parts, tuners_over_trainers
from raylift.frameworks.ray_legacy.renames import dotted_names
from raylift.frameworks.runtimes import has_ray_tasks, is_of_ray_today, reads_ray_train
from raylift.plan import Case, Edit, Finding
from raylift.script import Script, remembered


@remembered
def is_lifted_in_place(script: Script) -> bool:
    """Whether a script uses what Ray has removed, or works with Ray in another way beside an import of it."""
    if not has_legacy(script):
        return False
    if has_ray_tasks(script) or reads_ray_train(script):
        return True
    if any(is_of_ray_today(found.name) and not is_legacy(found.name) for found in script.imports()):
        return True
    if any(True for _ in tuners_over_trainers(script)) or any(True for _ in legacy_parts(script)):
        return True
    names = (*(found.name for found in script.imports() if found.name.endswith(".*")), *_read_names(script))
    return any(map(is_legacy, names))


def _read_names(script: Script) -> Iterator[str]:
    """Everything that is read by a name or an attribute, in full."""
    return (name for node in dotted_names(script) for name in script.names(node))


def drop_unused_imports(case: Case) -> Iterator[Finding]:
    """Take out of a script that trains what it imports from Ray's removed modules and never uses."""
    script = case.script
    statements: list[ast.Import | ast.ImportFrom] = [*script.all(ast.Import), *script.all(ast.ImportFrom)]
    for node in statements:
        legacy = legacy_aliases(script, node)
        if gone := [alias for alias in legacy if not _is_read(script, imported_name(node, alias))]:
            yield _dropped(script, node, gone)


def _is_read(script: Script, imported: str) -> bool:
    """Whether anything that an import brings is used, be it for Ray Tune."""
    return any(name == imported or name.startswith(f"{imported}.") for name in _read_names(script))


def _dropped(script: Script, node: ast.Import | ast.ImportFrom, gone: list[ast.alias]) -> Edit:
    kept = frozenset(alias.asname or alias.name for alias in node.names if alias not in gone)
    package = any(isinstance(node, ast.Import) and not alias.asname for alias in gone) and _reads_ray(script)
    moved = {"": ["ray"]} if package and "ray" not in kept else {}
    return Edit(
        node, move_imports(script.place_in_line(node), moved, kept), "RL230", "Ray has removed it, and nothing here uses it"
    )


def _reads_ray(script: Script) -> bool:
    """Whether the package itself is read by its name."""
    return any(node.id == "ray" for node in script.all(ast.Name))


def with_places_of_today(case: Case, findings: list[Finding]) -> list[Finding]:
    """The findings, with today's places of what a module that trains nothing imports, perhaps for others."""
    if not has_legacy(case.script):
        return findings
    return [*findings, *replace_legacy_imports(case.script, case.settings, frozenset(), frozenset())]
