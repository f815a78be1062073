"""Whether a script asks for a sharded model, and with what, as far as it stands in the script."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from raylift.script import Script
from raylift.settings import Settings

SHARDING_KEYWORDS = {
    "deepspeed": "DEEPSPEED", "deepspeed_plugin": "DEEPSPEED", "deepspeed_plugins": "DEEPSPEED", "fsdp": "FSDP", "fsdp_plugin": "FSDP",
    "megatron_lm_plugin": "MEGATRON_LM",
}  # fmt: skip
CLASSES = {
    "DEEPSPEED": ("accelerate.DeepSpeedPlugin", "accelerate.utils.DeepSpeedPlugin"),
    "FSDP": ("accelerate.FullyShardedDataParallelPlugin", "accelerate.utils.FullyShardedDataParallelPlugin"),
    "MEGATRON_LM": ("accelerate.utils.MegatronLMPlugin",),
}
NOTHING = (None, False, "", ())


def sharded_with(script: Script, settings: Settings) -> dict[str, int]:
    """What shards the model, each with the first line that says so; line 1 for what a launch command has told it."""
    found = dict(sorted(_in_script(script), key=lambda pair: -pair[1]))
    kind = str((settings.inline_config or {}).get("distributed_type")).upper()
    return {kind: 1, **found} if kind in CLASSES else found


def _in_script(script: Script) -> Iterator[tuple[str, int]]:
    for kind, names in CLASSES.items():
        yield from ((kind, call.lineno) for call in script.calls_to(*names))
    for call in script.all(ast.Call):
        for keyword in call.keywords:
            if keyword.arg in SHARDING_KEYWORDS and not _is_nothing(keyword.value):
                yield SHARDING_KEYWORDS[keyword.arg], keyword.value.lineno


def _is_nothing(value: ast.expr) -> bool:
    return isinstance(value, ast.Constant) and value.value in NOTHING
