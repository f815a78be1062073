"""Names that a library has moved to another of its modules, or no longer has.

from trl import ORPOConfig, ORPOTrainer        from trl.experimental.orpo import ORPOConfig, ORPOTrainer
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

from raylift.edits.expressions import replace_by
from raylift.edits.imports import move_imports
from raylift.plan import Case, Edit, Finding, Notice
from raylift.releases.arguments import module_of_name, name_gone_since
from raylift.script import Script
from raylift.settings import Settings

OTHER_NAMES = {"prepare_model_for_int8_training": "prepare_model_for_kbit_training"}
NAME_REMEDY = "see the release notes, or pin an older release"
INSTEAD_OF_NAMES = {
    "DataCollatorForCompletionOnlyLM": "set completion_only_loss or assistant_only_loss of SFTConfig",
    "DPOScriptArguments": "it is ScriptArguments",
    "PPOv2Config": "it is PPOConfig",
    "PPOv2Trainer": "it is PPOTrainer",
    "SFTScriptArguments": "it is ScriptArguments",
    "setup_chat_format": "use clone_chat_template, or a tokenizer with a chat template",
}


def update_imports(case: Case) -> Iterator[Finding]:
    """Import every name from where the chosen release has it."""
    for node in case.script.all(ast.ImportFrom):
        if node.module and not node.level and not any(isinstance(each, ast.Try) for each in case.script.enclosing(node)):
            yield from _update_import(case.script, node, case.settings)


def _update_import(script: Script, node: ast.ImportFrom, settings: Settings) -> Iterator[Finding]:
    moved: dict[str, list[str]] = {}
    kept: set[str] = set()
    gone: dict[tuple[str, str], list[str]] = {}
    for alias in node.names:
        home = _home(settings, node.module or "", alias.name)
        known_as = alias.asname or alias.name
        if home is None:
            kept.add(known_as)
        elif home:
            moved.setdefault(home, []).append(f"{alias.name} as {alias.asname}" if alias.asname else alias.name)
        elif alias.name in OTHER_NAMES and not script.is_taken(OTHER_NAMES[alias.name]):
            moved.setdefault(node.module or "", []).append(
                f"{OTHER_NAMES[alias.name]}{f' as {alias.asname}' if alias.asname else ''}"
            )
            yield from () if alias.asname else _renamed_uses(script, alias.name)
        else:
            kept.add(known_as)
            gone.setdefault(
                (name_gone_since(node.module or "", alias.name), INSTEAD_OF_NAMES.get(alias.name, NAME_REMEDY)), []
            ).append(alias.name)
    for (since, instead), names in gone.items():
        text = f"{_listed(names)} gone from {since}, and importing {'them' if len(names) > 1 else 'it'} fails"
        yield Notice(node.lineno, "RL208", text, instead)
    if moved:
        why = f"{_listed([name for each in moved.values() for name in each])} imported from `{', '.join(moved)}` now"
        yield Edit(node, move_imports(script.place_in_line(node), moved, frozenset(kept)), "RL207", why)


def _listed(names: list[str]) -> str:
    return f"{', '.join(f'`{name}`' for name in names)} {'are' if len(names) > 1 else 'is'}"


def _home(settings: Settings, module: str, name: str) -> str | None:
    """The module that has a name today; None where nothing changes."""
    package = "trl" if module.startswith("trl.") and ".experimental" not in module else module
    home = module_of_name(settings, package, name)
    return None if home == package else home


def _renamed_uses(script: Script, name: str) -> Iterator[Edit]:
    for node in script.all(ast.Name):
        if node.id == name and script.scope(node).owner(name) is script.globals:
            yield Edit(node, replace_by(OTHER_NAMES[name]), "RL207", f"`{name}` is now `{OTHER_NAMES[name]}`")
