"""Functions that a script hands to a launcher of torch or Spark, which are called by the train function itself.

elastic_launch(LaunchConfig(nproc_per_node=2, ...), train)(seed)        train(seed)
TorchDistributor(num_processes=2, local_mode=True).run(train, seed)     train(seed)
"""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import NamedTuple

from raylift.edits.expressions import replace_by
from raylift.edits.imports import move_imports
from raylift.plan import Case, Edit, Finding, Notice, Refusal
from raylift.script import Script, ScriptNode, remembered
from raylift.script.expressions import written, written_whole
from raylift.script.origins import called_names
from raylift.settings import Settings

ELASTIC = frozenset({
    "torch.distributed.launcher.elastic_launch", "torch.distributed.launcher.api.elastic_launch", "torch.distributed.run.elastic_launch",
})  # fmt: skip
DISTRIBUTORS = frozenset({
    "pyspark.ml.torch.distributor.TorchDistributor", "pyspark.ml.torch.TorchDistributor",
})  # fmt: skip
RUNS = frozenset(f"{name}.run" for name in DISTRIBUTORS)


class Launched(NamedTuple):
    """A call that launches a function: what changes, into what, how many processes it asks for, and on GPUs or not."""

    call: ast.Call
    becomes: str
    workers: tuple[ast.expr, ...]
    gpus: ast.expr | None = None


@remembered
def launched_functions(script: Script) -> list[Launched]:
    """The launches of a script; raises Refusal where what is launched, or what it returned, cannot be told."""
    found = [_elastic(script, call) for call in script.calls_to(*ELASTIC)]
    for call, _ in script.method_calls("run"):
        if not RUNS.isdisjoint(called_names(script, call, frozenset({"run"}))):
            found.append(_distributed(script, call))
    return found


def _given(call: ast.Call, place: int, *names: str) -> ast.expr | None:
    by_name = next((keyword.value for keyword in call.keywords if keyword.arg in names), None)
    return by_name or (call.args[place] if place < len(call.args) else None)


def _made(script: Script, expression: ast.expr | None, name: str) -> ast.Call | None:
    """The one call of a class in sight that an expression stands for."""
    values = [] if expression is None else list(script.values(expression))
    found = values[0] if len(values) == 1 else None
    if not isinstance(found, ScriptNode) or not isinstance(found.node, ast.Call) or found.script is not script:
        return None
    return found.node if any(each.endswith(name) for each in script.names(found.node.func)) else None


def _elastic(script: Script, call: ast.Call) -> Launched:
    function = _given(call, 1, "entrypoint")
    _refuse_hidden(call, function)
    assert function is not None
    for outer in script.all(ast.Call):
        is_launch = outer.func is call or ScriptNode(script, call) in script.values(outer.func)
        if is_launch and not isinstance(script.parent(outer), ast.Expr):
            text = f"what `{ast.unparse(outer)}` returns is asked for: the results of all ranks, of which each worker has its own"
            raise Refusal(
                outer.lineno, "RL315", text, "let the function write or report its result, and launch it in a line of its own"
            )
    config = _made(script, _given(call, 0, "config"), "LaunchConfig")
    per_node = _given(config, 2, "nproc_per_node") if config else None
    nodes = _given(config, 1, "max_nodes") if config else None
    return Launched(call, written_whole(script, function), tuple(each for each in (per_node, nodes) if each is not None))


def _distributed(script: Script, call: ast.Call) -> Launched:
    _refuse_hidden(call, call.args[0] if call.args else None)
    made = _made(script, call.func.value, "TorchDistributor") if isinstance(call.func, ast.Attribute) else None
    given = [written(script, each) for each in call.args[1:]]
    given += [f"{keyword.arg}={written(script, keyword.value)}" for keyword in call.keywords]
    workers = _given(made, 0, "num_processes") if made else None
    gpus = _given(made, 2, "use_gpu") if made else None
    becomes = f"{written_whole(script, call.args[0])}({', '.join(given)})"
    return Launched(call, becomes, (workers,) if workers is not None else (), gpus)


def _refuse_hidden(call: ast.Call, function: ast.expr | None) -> None:
    hidden = any(isinstance(given, ast.Starred) for given in call.args) or any(k.arg is None for k in call.keywords)
    if hidden or function is None:
        text = f"which function `{ast.unparse(call.func)}` runs, and with what, is not in sight"
        raise Refusal(call.lineno, "RL315", text, "write the arguments out in the call, or call the training function directly")


def call_launched(case: Case) -> Iterator[Finding]:
    """Every launched function is called by the train function itself."""
    script = case.script
    launches = launched_functions(script) if case.trainings else []
    for launched in launches:
        _refuse_spark(case, launched)
        why = f"Ray Train starts the workers, so `{launched.becomes.partition('(')[0]}` is called directly"
        yield Edit(launched.call, replace_by(launched.becomes), "RL123", why)
        if case.settings.num_workers is None and launched.workers and _product(script, launched) is None:
            text = f"the launcher's number of processes, `{written(script, launched.workers[0])}`, is only known when the script runs"
            yield Notice(launched.call.lineno, "RL226", text, "lift with --num-workers, or set RAYLIFT_NUM_WORKERS")
    yield from unneeded_imports(script, [launched.call.func for launched in launches], ELASTIC)


def _refuse_spark(case: Case, launched: Launched) -> None:
    """A session of Spark belongs to the driver: every worker would start one."""
    for found in case.reach:
        for call in (
            node for node in ast.walk(found.node) if isinstance(node, ast.Call) and isinstance(launched.call.func, ast.Attribute)
        ):
            if any(name.startswith("pyspark.") and name not in DISTRIBUTORS for name in found.script.names(call.func)):
                text = f"`{ast.unparse(call.func)}` is Spark's, beside a training that Spark launches: every Ray worker would call it"
                remedy = "write what Spark computes to files, and train in a script that reads them"
                raise Refusal(call.lineno if found.script is case.script else launched.call.lineno, "RL315", text, remedy)


def unneeded_imports(script: Script, called: Iterable[ast.expr], names: Iterable[str]) -> Iterator[Edit]:
    """A launcher that was only imported to be called is no longer imported."""
    called, names = set(called), frozenset(names)
    used = {node.id for node in script.all(ast.Name) if isinstance(node.ctx, ast.Load) and node not in called}
    for node in script.all(ast.ImportFrom):
        bound = {alias.asname or alias.name: f"{node.module}.{alias.name}" for alias in node.names}
        unneeded = {name for name, full in bound.items() if called and full in names and name not in used}
        if unneeded:
            change = move_imports(script.place_in_line(node), {}, frozenset(bound) - unneeded)
            yield Edit(node, change, "RL123", "the launcher is no longer called")


def settings_launched(script: Script, settings: Settings) -> Settings:
    """The settings with the number of processes that the script launches, where nothing else was said."""
    for launched in launched_functions(script):
        workers = _product(script, launched)
        if settings.num_workers is None and workers is not None:
            settings = replace(settings, num_workers=workers)
        if settings.use_gpu is None and isinstance(launched.gpus, ast.Constant) and launched.gpus.value is False:
            settings = replace(settings, use_gpu=False)
    return settings


def _product(script: Script, launched: Launched) -> int | None:
    """How many processes are launched; None where that is not written down."""
    product = 1
    for given in launched.workers:
        values = [value.node for value in script.values(given) if isinstance(value, ScriptNode)]
        if len(values) != 1 or not isinstance(values[0], ast.Constant) or not isinstance(values[0].value, int):
            return None
        product *= values[0].value
    return product if launched.workers else None
