"""The whole rewrite on one page: bytes in, outcome out."""

from __future__ import annotations

import ast

from raylift.frameworks.trainer_classes import training_calls
from raylift.outcome import Failed, Outcome, Refused, Rewritten, Untouched
from raylift.plan import Refusal
from raylift.script import Neighbours, Script, no_neighbours
from raylift.settings import Settings

NO_TRAINING = "it starts no training that raylift knows"


def rewrite(source: bytes, settings: Settings = Settings(), neighbours: Neighbours = no_neighbours) -> Outcome:
    """Lift a script, or say why not. Never runs or imports it; never raises."""
    try:
        script = Script(source, neighbours)
    except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
        return Failed(_unreadable(error), getattr(error, "lineno", 0) or 0)
    try:
        if reason := left_alone(script):
            return Untouched(reason)
        from raylift.assemble import assemble  # LibCST costs 0.1 s: only a script that may change pays it
        from raylift.emit import emit

        plan = assemble(script, settings)
        if plan is None:
            return Untouched(NO_TRAINING)
        return Rewritten(emit(script, plan), plan.notices, plan.changes)
    except Refusal as refusal:
        return Refused((refusal.notice,))
    except RecursionError:
        return Failed("the code is nested too deeply to be read")
    except Exception as error:  # noqa: BLE001  # whatever it is, the file stays as it was and the tool goes on
        return Failed(f"{type(error).__name__}: {error}", ours=True)


def left_alone(script: Script) -> str:
    """Why a script needs no lift; empty if it does."""
    if any(_is_lifted_name(binding.name) for binding in script.imports()):
        return "it already uses Ray Train"
    if is_test(script):
        return "it is a test"
    if not (training_calls(script) or script.has_neighbours or any(script.method_calls("hyperparameter_search"))):
        return NO_TRAINING
    return ""


def _is_lifted_name(name: str) -> bool:
    return name.startswith(("ray.train", "raylift_runtime", "ray.remote"))


def is_test(script: Script) -> bool:
    """Whether the file is a collection of tests."""
    if not any(binding.name.partition(".")[0] in ("pytest", "unittest") for binding in script.imports()):
        return False
    return any(function.name.startswith("test_") for function in script.all(ast.FunctionDef))


def _unreadable(error: BaseException) -> str:
    if isinstance(error, SyntaxError):
        return f"syntax error: {error.msg}"
    if isinstance(error, (RecursionError, MemoryError)):
        return "the code is nested too deeply to be read"
    return str(error)
