"""How an expression that names something legacy is written today."""

from __future__ import annotations

import ast
from copy import deepcopy

from raylift.frameworks.ray_legacy.legacy_names import CONTEXT_METHODS, LEGACY_TRAINERS, MODEL_CHECKPOINTS, MOVED, is_known
from raylift.plan import NeededImport
from raylift.script import Script
from raylift.script.expressions import written
from raylift.settings import Settings


def legacy_name(script: Script, node: ast.AST) -> str:
    """The legacy name that an expression stands for; empty for none."""
    return next((name for name in sorted(script.names(node)) if is_known(name)), "")


def torch_trainer(script: Script, settings: Settings) -> str:
    """How a script calls TorchTrainer: by its bare name, or in full where that name means another class."""
    module = settings.target.torch
    taken = script.globals.bindings.get("TorchTrainer", [])
    others = [found for found in taken if getattr(found, "name", "") != f"{module}.TorchTrainer"]
    return f"{module}.TorchTrainer" if others else "TorchTrainer"


def trainer_import(script: Script, settings: Settings) -> NeededImport:
    """The import that `torch_trainer` needs."""
    module = settings.target.torch
    return NeededImport(module, "TorchTrainer" if torch_trainer(script, settings) == "TorchTrainer" else "")


def ray_train(script: Script) -> str:
    """How a script says `ray.train`: by a name that it has for it, or in full."""
    for name, bindings in script.globals.bindings.items():
        if all(getattr(binding, "name", "") == "ray.train" for binding in bindings) and name != "ray":
            elsewhere = [
                node for node in script.all(ast.Name) if node.id == name and script.scope(node).owner(name) is not script.globals
            ]
            if not elsewhere:
                return name
    return "ray.train"


def modern_form(script: Script, node: ast.AST, settings: Settings) -> str:
    """What a Name or Attribute with a legacy name becomes; empty where it stays, because its import moves instead."""
    name = legacy_name(script, node)
    if name in LEGACY_TRAINERS:
        return torch_trainer(script, settings)
    if name in CONTEXT_METHODS:
        return f"{ray_train(script)}.get_context().{CONTEXT_METHODS[name]}"
    if name in MODEL_CHECKPOINTS:
        return "Checkpoint" if isinstance(node, ast.Name) else f"{ray_train(script)}.Checkpoint"
    if name in MOVED and isinstance(node, ast.Attribute):
        module, new = MOVED[name]
        return f"{ray_train(script) if module == 'ray.train' else module}.{new}"
    return ""


def modern_code(script: Script, node: ast.expr, settings: Settings) -> str:
    """An expression as it would be written today; as it is written where nothing in it has changed."""
    asked = list(ast.walk(node))
    new: dict[ast.AST, str] = {
        part: modern_form(script, part, settings) for part in asked if isinstance(part, (ast.Name, ast.Attribute))
    }
    if not any(new.values()):
        return written(script, node)

    class Modern(ast.NodeTransformer):
        def visit(self, part: ast.AST) -> ast.AST:
            code = new.get(originals[part], "")
            return ast.parse(code, mode="eval").body if code else self.generic_visit(part)

    copy = deepcopy(node)
    originals = dict(zip(ast.walk(copy), asked, strict=True))
    return ast.unparse(ast.fix_missing_locations(Modern().visit(copy)))
