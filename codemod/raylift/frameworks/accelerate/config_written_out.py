"""An Accelerate config written out as arguments of `Accelerator`.

    distributed_type: FSDP
    mixed_precision: bf16
    fsdp_config: {fsdp_sharding_strategy: FULL_SHARD, fsdp_transformer_layer_cls_to_wrap: BertLayer}

becomes

    Accelerator(
        mixed_precision="bf16",
        fsdp_plugin=FullyShardedDataParallelPlugin(sharding_strategy="FULL_SHARD", transformer_cls_names_to_wrap=["BertLayer"]),
    )
"""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping
from typing import Any

from raylift.edits.arguments import add_arguments
from raylift.frameworks.accelerate.accelerators import accelerator_constructions
from raylift.frameworks.accelerate.config_arguments import SHARDED, config_arguments, kind_of_config, not_written
from raylift.frameworks.accelerate.notebook_launcher import launched_precision
from raylift.frameworks.accelerate.old_arguments import has_precision
from raylift.frameworks.hf_trainer.trainer_classes import trainer_constructions
from raylift.plan import Case, Edit, Finding, NeededImport, Notice, Refusal

LOST_REMEDY = {
    "DEEPSPEED": "give its config to TrainingArguments(deepspeed=...), or lift for the bundled runtime, whose TorchTrainer takes it",
    "FSDP": "give its config to TrainingArguments(fsdp=..., fsdp_config=...), or lift for the bundled runtime, whose TorchTrainer takes it",
    "MEGATRON_LM": "lift for the bundled runtime, whose TorchTrainer takes the config, without --inline-accelerate-config",
}


def write_out_config(case: Case) -> Iterator[Finding]:
    """Give every Accelerator what the config says and the script does not."""
    script, config = case.script, _config(case)
    if not config:
        return
    calls = accelerator_constructions(script)
    trainers = trainer_constructions(script)
    _refuse_lost_sharding(case, config, None if calls or not trainers else trainers[0])
    if trainers and not calls:
        text = "a Trainer makes its Accelerator itself, so the Accelerate config could not be written into it"
        yield Notice(trainers[0].lineno, "RL227", text, "give TrainingArguments what it says: bf16=True, torch_compile=True")
    elif not calls:
        text = "the Accelerator is made in another file, so the Accelerate config could not be written into it"
        yield Notice(1, "RL227", text, "lift that file with the same command")
    for call in calls:
        yield from _written_into(call, config)


def _written_into(call: ast.Call, config: Mapping[str, Any]) -> Iterator[Finding]:
    own = {keyword.arg for keyword in call.keywords} | ({"mixed_precision"} if has_precision(call) else set())
    new = [argument for argument in config_arguments(config) if argument.name not in own]
    for argument in config_arguments(config):
        if argument.name in own:
            text = f"the script gives the Accelerator its own `{argument.name}`, so the config's {argument.code} was not written into it"
            yield Notice(call.lineno, "RL227", text, "see that the script's own says the same")
    for section in not_written(config):
        text = f"the config's `{section}` has no place among the Accelerator's arguments that raylift writes"
        yield Notice(
            call.lineno,
            "RL227",
            text,
            "give it to the Accelerator by hand, or lift for the bundled runtime without --inline-accelerate-config",
        )
    if None in own and new:
        text = "the Accelerator's arguments are only known when the script runs, so the config was not written into it"
        yield Notice(call.lineno, "RL227", text, f"see that they hold {', '.join(argument.name for argument in new)}")
    elif new:
        why = "what the Accelerate config said to the launcher"
        yield Edit(call, add_arguments(*(f"{argument.name}={argument.code}" for argument in new)), "RL126", why)
        yield from (NeededImport("accelerate.utils", name) for argument in new for name in argument.classes)


def _refuse_lost_sharding(case: Case, config: Mapping[str, Any], trainer: ast.Call | None) -> None:
    """What the launcher told a Trainer about sharding has no Accelerator to be written into; nor has Megatron's part of a config."""
    kind = kind_of_config(config)
    if kind == "MEGATRON_LM" or (trainer is not None and kind in SHARDED):
        text = f"the launch command shards the model with {kind}, and the lifted script would train whole copies of it"
        raise Refusal(1 if trainer is None else trainer.lineno, "RL316", text, LOST_REMEDY[kind])


def _config(case: Case) -> Mapping[str, Any]:
    """The config that is asked for; with the script's own launcher's precision where a TorchTrainer does not take that."""
    config = case.settings.inline_config or {}
    precision = "" if case.settings.target.takes_accelerate_config else launched_precision(case.script)
    return {"mixed_precision": precision, **config} if precision else config
