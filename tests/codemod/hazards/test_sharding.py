"""What becomes of sharding that a script asks for where its workers get no GPU."""

from __future__ import annotations

import pytest
from tests.codemod.lifting import lifted, notices

HEAD = "from accelerate import Accelerator\nfrom accelerate.utils import DeepSpeedPlugin, FullyShardedDataParallelPlugin\n"
TRAINER = "from transformers import Trainer, TrainingArguments\n"
GLOO = 'from accelerate.utils import InitProcessGroupKwargs\ngroup = InitProcessGroupKwargs(backend="gloo")\n'
LOOP = """
model, optimizer, loader = accelerator.prepare(make_model(), make_optimizer(), make_loader())
for epoch in range(3):
    for batch in loader:
        loss = model(batch).loss
        accelerator.backward(loss)
        optimizer.step()
"""
FSDP = [
    f"{HEAD}accelerator = Accelerator(fsdp_plugin=FullyShardedDataParallelPlugin()){LOOP}",
    f"{HEAD}plugin = FullyShardedDataParallelPlugin()\naccelerator = Accelerator(**dict(fsdp_plugin=plugin)){LOOP}",
    f'{TRAINER}trainer = Trainer(m, TrainingArguments("out", fsdp="full_shard", fsdp_config="fsdp.json"))\ntrainer.train()\n',
]
DEEPSPEED = [
    f"{HEAD}accelerator = Accelerator(deepspeed_plugin=DeepSpeedPlugin(hf_ds_config=settings)){LOOP}",
    f'{TRAINER}trainer = Trainer(m, TrainingArguments("out", deepspeed="ds.json", use_cpu=True))\ntrainer.train()\n',
    f"{HEAD}{GLOO}accelerator = Accelerator(deepspeed_plugin=DeepSpeedPlugin(), kwargs_handlers=[group]){LOOP}",
]
ON_CPUS = 'os.environ["ACCELERATE_USE_CPU"] = "true"'


@pytest.mark.parametrize("source", FSDP)
def test_fsdp_without_gpus_is_told(source: str) -> None:
    told = {runtime: notices(source, runtime=runtime, use_gpu=False) for runtime in ("raylift", "ray")}
    assert [notice.text.partition("none: ")[2] for notice in told["raylift"] if notice.rule == "RL219"] == [
        "the lifted script stops before its first step"
    ]
    assert [notice.text.partition("none: ")[2] for notice in told["ray"] if notice.rule == "RL219"] == [
        "each of stock Ray's workers would train a whole copy of the model"
    ]


@pytest.mark.parametrize("source", [*FSDP, *DEEPSPEED])
@pytest.mark.parametrize("runtime", ["raylift", "ray"])
def test_sharding_on_gpus_is_as_it_was(source: str, runtime: str) -> None:
    assert "RL219" not in {notice.rule for notice in notices(source, runtime=runtime, use_gpu=True)}


@pytest.mark.parametrize(("source", "is_told"), list(zip(DEEPSPEED, [True, False, False], strict=True)))
def test_deepspeed_on_stock_ray_s_cpu_workers_is_not_switched_off(source: str, is_told: bool) -> None:
    assert ON_CPUS not in lifted(source, runtime="ray", use_gpu=False)
    assert ("RL219" in {notice.rule for notice in notices(source, runtime="ray", use_gpu=False)}) == is_told
    assert "RL219" not in {notice.rule for notice in notices(source, runtime="raylift", use_gpu=False)}


def test_an_argument_that_asks_for_no_sharding_is_none() -> None:
    source = f'{TRAINER}trainer = Trainer(m, TrainingArguments("out", deepspeed=None, fsdp=""))\ntrainer.train()\n'
    assert ON_CPUS in lifted(source, runtime="ray", use_gpu=False)
    assert "RL219" not in {notice.rule for notice in notices(source, use_gpu=False)}


@pytest.mark.parametrize("head", ["", "# which trains\n\n"])
def test_sharding_that_only_the_launch_command_asks_for_is_told_at_the_top(head: str) -> None:
    source = f"{head}from accelerate import Accelerator\naccelerator = Accelerator(){LOOP}"
    told = notices(source, runtime="ray", use_gpu=False, inline_config={"distributed_type": "FSDP"})
    assert [notice.line for notice in told if notice.rule == "RL219"] == [1]
    assert "RL219" not in {notice.rule for notice in notices(source, runtime="ray", use_gpu=False, inline_config={})}
