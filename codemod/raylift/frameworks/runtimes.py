"""Which runtime a lifted script names, and whether Ray runs it otherwise; asked before LibCST is worth its import."""

from __future__ import annotations

import ast

from raylift.script import Script
from raylift.settings import Settings
from raylift.targets import TARGETS


def changes_runtime(script: Script, settings: Settings) -> bool:
    """Whether a script is lifted for another runtime than the user now asks for."""
    others = {f"{target.torch}.TorchTrainer" for target in TARGETS.values() if target is not settings.target}
    return settings.retarget and any(binding.name in others for binding in script.imports())


def is_of_ray_today(name: str) -> bool:
    """Whether an imported name is one that only a script which Ray runs already would import."""
    return name.startswith(("ray.train", "raylift_runtime", "ray.remote"))


def reads_ray_train(script: Script) -> bool:
    """Whether a script reads Ray Train as a part of the package that it imports: `ray.train.report`."""
    has_package = any(found.name.partition(".")[0] == "ray" for found in script.imports())
    return has_package and any("ray.train" in script.names(node) for node in script.all(ast.Attribute) if node.attr == "train")


def has_ray_tasks(script: Script) -> bool:
    """Whether a script has Ray tasks or actors of its own."""
    return any("ray.remote" in script.names(node) for node in script.all(ast.Attribute) if node.attr == "remote")
