"""Refuses trainings that are handed to what starts them many times: searches over settings, and processes of the script's own.

study.optimize(objective, n_trials=8)        wandb.agent(sweep, train)        Process(target=train)        pool.map(train, seeds)
"""

from __future__ import annotations

import ast
import re
from collections.abc import Callable
from typing import TYPE_CHECKING

from raylift.plan import Refusal
from raylift.script import Script
from raylift.script.origins import called_names

if TYPE_CHECKING:
    pass


Trains = Callable[[Script, ast.expr], bool]
SEARCHES = frozenset({"hyperopt.fmin", "ray.tune.Tuner", "ray.tune.run", "ray.tune.tuner.Tuner", "wandb.agent"})
PROCESSES = re.compile(
    r"^(((torch\.)?multiprocessing|multiprocess|pathos|ray\.util\.multiprocessing|concurrent\.futures\.ProcessPoolExecutor|loky)\.(\w+\.)*"
    r"(Process|apply|apply_async|i?map|imap_unordered|map_async|starmap|starmap_async|submit)|joblib\.delayed)$"
)
SEARCH_METHODS = frozenset({
    "Process", "apply", "apply_async", "imap", "imap_unordered", "map", "map_async", "starmap", "starmap_async", "submit",
})  # fmt: skip


def refuse_searches(script: Script, trains: Trains) -> None:
    """Raise where a call is handed a function that trains, to call it as often as it likes."""
    for call in script.all(ast.Call):
        names = called_names(script, call, SEARCH_METHODS)
        searches = not SEARCHES.isdisjoint(names) or _is_study(script, call)
        if not searches and not any(map(PROCESSES.match, names)):
            continue
        if any(trains(script, given) for given in (*call.args, *(keyword.value for keyword in call.keywords))):
            _refuse_search(call) if searches else _refuse_process(call)


def _is_study(script: Script, call: ast.Call) -> bool:
    """Whether a call is `study.optimize(...)` of Optuna."""
    is_named = isinstance(call.func, ast.Attribute) and call.func.attr == "optimize"
    return is_named and any(found.name.partition(".")[0] == "optuna" for found in script.imports())


def _refuse_search(call: ast.Call) -> None:
    text = f"`{ast.unparse(call.func)}` starts trials of its own, and each worker would draw others"
    remedy = "search with ray.tune.Tuner over a function that runs a TorchTrainer, or lift a script that trains once"
    raise Refusal(call.lineno, "RL301", text, remedy)


def _refuse_process(call: ast.Call) -> None:
    text = f"`{ast.unparse(call.func)}` starts a process of its own that trains, and so would every Ray worker"
    raise Refusal(call.lineno, "RL303", text, "call its function directly: Ray Train starts the workers")


def refuse_hyperparameter_search(script: Script) -> None:
    """Raise where a Trainer is used in a way that has no faithful form on Ray Train."""
    for call, _ in script.method_calls("hyperparameter_search"):
        text = "`hyperparameter_search` starts trials of its own, each with its own Trainer and workers"
        remedy = "search with ray.tune.Tuner over a function that runs a TorchTrainer, or lift a script that trains once"
        raise Refusal(call.lineno, "RL301", text, remedy)
