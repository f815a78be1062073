"""Ray's removed `TransformersTrainer` and `HuggingFaceTrainer`.

Before:

    def trainer_init_per_worker(train_dataset, eval_dataset, **config):
        ...
        return Trainer(model, args, train_dataset=train_dataset, eval_dataset=eval_dataset)

    TransformersTrainer(trainer_init_per_worker, trainer_init_config={"epochs": 2}, datasets=datasets)

becomes

    def train_func(config):
        train_dataset = get_dataset_shard("train")
        eval_dataset = get_dataset_shard("evaluation")
        ...
        trainer = Trainer(model, args, train_dataset=train_dataset, eval_dataset=eval_dataset)
        trainer.add_callback(RayTrainReportCallback())
        trainer = prepare_trainer(trainer)
        trainer.train()

    TorchTrainer(train_func, train_loop_config={"epochs": 2}, datasets=datasets)
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

from raylift.edits.arguments import replace_argument
from raylift.edits.calls import Argument, recast_call
from raylift.frameworks.ray_legacy.datasets import data_config, preprocessed
from raylift.frameworks.ray_legacy.init_function import TrainFunction, train_functions
from raylift.frameworks.ray_legacy.legacy_names import TRANSFORMERS_TRAINERS
from raylift.frameworks.ray_legacy.modern_forms import torch_trainer
from raylift.frameworks.ray_legacy.shards import arguments_of
from raylift.frameworks.ray_legacy.trainer_calls import FUNCTION_KEYWORDS, LegacyCall, as_configurations, legacy_call
from raylift.plan import Case, Edit, Finding, Notice, Refusal
from raylift.script import Script, ScriptNode
from raylift.settings import Settings

WHY_TRANSFORMERS_TRAINER = "TransformersTrainer is gone: TorchTrainer runs a train function, which trains the Trainer itself"


def lift_transformers_trainers(case: Case) -> Iterator[Finding]:
    """Make every init function a train function, and every legacy trainer a TorchTrainer."""
    script, settings = case.script, case.settings
    calls = [legacy_call(script, call) for call in script.calls_to(*TRANSFORMERS_TRAINERS)]
    for call in calls:
        _refuse_gpus(call)
    functions = train_functions(script, calls, settings)
    for call, function in zip(calls, functions, strict=True):
        yield from function.findings
        yield from _relaunched(script, call, function, settings)
    for init in dict.fromkeys(function.init for function in functions):  # trainers may share one
        yield from _integrations(script, init, settings)


def _relaunched(script: Script, call: LegacyCall, function: TrainFunction, settings: Settings) -> Iterator[Finding]:
    first = 0 if call.has_positional else FUNCTION_KEYWORDS[0]
    is_first = call.has_positional or call.node.keywords[0].arg == first  # else nothing may stand there by position
    changed: dict[int | str, Argument | None] = {first: Argument("" if is_first else FUNCTION_KEYWORDS[1], function.name)}
    added: list[Argument] = []
    for name in call.given:
        if name == "trainer_init_config":
            changed[name] = Argument("train_loop_config", function.config_value)
        elif name in ("preprocessor", "resume_from_checkpoint", "metadata"):
            changed[name] = None
    if "trainer_init_config" not in call.given and function.config_value:
        added.append(Argument("train_loop_config", function.config_value))
    if "metadata" in call.given:
        text = "`metadata` was dropped: a trainer no longer writes it into its checkpoints"
        yield Notice(call.line, "RL231", text, "call Checkpoint.update_metadata on the checkpoint that is reported")
    yield from as_configurations(call, changed)
    yield from preprocessed(script, call, changed, added)
    yield from data_config(script, call, changed, added)
    yield Edit(call.node, recast_call(torch_trainer(script, settings), changed, added), "RL131", WHY_TRANSFORMERS_TRAINER)


def _integrations(script: Script, init: ScriptNode | None, settings: Settings) -> Iterator[Finding]:
    """Ray switched every logging integration off; the Trainer itself would now start those that it is told to."""
    for call in arguments_of(init if init and init.script is script else None):
        given = {keyword.arg: keyword for keyword in call.keywords}
        chosen = given.get("report_to")
        if chosen is None and settings.transformers < 5:
            none = [Argument("report_to", '"none"')]
            yield Edit(call, recast_call("", {}, none), "RL135", "TransformersTrainer switched integrations off")
        if chosen is None or (isinstance(chosen.value, ast.Constant) and chosen.value.value == "none"):
            continue
        yield Edit(chosen, replace_argument('report_to="none"'), "RL135", "TransformersTrainer switched integrations off")
        text = f"`report_to={ast.unparse(chosen.value)}` had no effect under TransformersTrainer, which switched integrations off"
        yield Notice(chosen.lineno, "RL135", text, "it is `none` now; name the integration again, it will log on rank 0")


def _refuse_gpus(call: LegacyCall) -> None:
    scaling = call.given.get("scaling_config")
    for node in ast.walk(scaling) if scaling is not None else ():
        if isinstance(node, ast.Dict):
            for key, value in zip(node.keys, node.values, strict=True):
                is_gpu = isinstance(key, ast.Constant) and key.value == "GPU"
                if is_gpu and isinstance(value, ast.Constant) and value.value not in (0, 1):
                    text = f"{value.value!r} GPUs per worker: TransformersTrainer refused that, the Trainer uses exactly one"
                    raise Refusal(node.lineno, "RL325", text, "give each worker one GPU, and more workers")
