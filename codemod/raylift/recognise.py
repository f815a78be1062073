"""What starts a training, of every source that raylift lifts; asked before anything heavy is imported."""

from __future__ import annotations

import ast

from raylift.frameworks.hf_trainer.unseen import unseen_trainers
from raylift.frameworks.ray_legacy.legacy_uses import has_legacy
from raylift.frameworks.runtimes import has_ray_tasks, is_of_ray_today, reads_ray_train
from raylift.frameworks.starts import STARTS, UPDATED
from raylift.plan import Notice
from raylift.script import Script, remembered

HAS_RAY_TASKS = "it has Ray tasks or actors of its own"
NO_TRAINING = "it starts no training that raylift knows"


@remembered
def starts(script: Script) -> list[ast.AST]:
    """The nodes of a script that start a training."""
    return [node for starts_of in STARTS for node in starts_of(script)]


@remembered
def left_alone(script: Script) -> str:
    """Why a script needs no lift; empty if it may."""
    if is_test(script):
        return "it is a test"
    if has_legacy(script):
        return ""
    if any(is_of_ray_today(binding.name) for binding in script.imports()) or reads_ray_train(script):
        return "it already uses Ray Train"
    if has_ray_tasks(script):
        return HAS_RAY_TASKS
    may_change = starts(script) or script.has_neighbours or any(found(script) for found in UPDATED)
    if not may_change and not any(script.method_calls("hyperparameter_search")):
        return NO_TRAINING
    return ""


def doubtful_starts(script: Script) -> list[Notice]:
    """What must be said of a script in which nothing trains, as far as can be seen."""
    return unseen_trainers(script)


def uses_ray(script: Script) -> bool:
    """Whether the script imports anything of Ray's or of the bundled runtime, as every lifted one does."""
    return any(binding.name.partition(".")[0] in ("ray", "raylift_runtime") for binding in script.imports())


def is_test(script: Script) -> bool:
    """Whether the file is a collection of tests."""
    tests = [function for function in script.all(ast.FunctionDef) if function.name.startswith("test_")]
    framework = any(binding.name.partition(".")[0] in ("pytest", "unittest") for binding in script.imports())
    return len(tests) > (0 if framework else 2)
