"""Streams are dealt out by Ray Data while the training runs, where the script may have one."""

from __future__ import annotations

import pytest
from tests.codemod.lifting import lifted, notices, refusal
from tests.codemod.ray_data.test_hand_over import parts, script
from tests.codemod.ray_data.test_handed_over import loop

LITERAL = 'raw = load_dataset("x", streaming=True)'
CHOSEN = 'raw = load_dataset("x", streaming=tokenizer.is_fast)'
MADE = 'raw = {"train": load_dataset("x", split="train").to_iterable_dataset(num_shards=4)}'
DEALT = "dataset_config=DataConfig(datasets_to_split=['train'])"


@pytest.mark.parametrize("data", [LITERAL, CHOSEN, MADE])
def test_ray_deals_a_stream_out_to_a_trainer(data: str) -> None:
    source = script(data).replace("train_dataset", 'eval_dataset=raw["test"], train_dataset')
    code = lifted(source, data="ray")
    assert DEALT.replace("'", '"') in code, "the Trainer splits what it evaluates"
    assert "from ray.train import DataConfig, ScalingConfig" in code
    assert [notice.line for notice in notices(source, data="ray") if notice.rule == "RL244"] == [8]


@pytest.mark.parametrize("data", ["", 'raw = load_dataset("x", streaming=False)'])
def test_what_is_no_stream_is_not_dealt_out(data: str) -> None:
    assert "DataConfig" not in lifted(script(data), data="ray")
    assert "RL244" not in {notice.rule for notice in notices(script(data), data="ray")}


def test_ray_deals_the_streams_of_all_loaders_out() -> None:
    data = 'raw = load_dataset("x", streaming=is_small)\nloader = DataLoader(raw["train"], batch_size=8)'
    source = loop(data).replace(
        "    loader, model", '    other = accelerator.prepare(DataLoader(raw["test"]))\n    loader, model'
    )
    assert 'DataConfig(datasets_to_split=["train", "test"])' in lifted(source, data="ray")


def test_a_stream_that_a_function_of_the_script_makes_is_one() -> None:
    source = script("raw = rows()").replace("def main", 'def rows():\n    return load_dataset("y", streaming=True)\n\ndef main')
    driver, _ = parts(lifted(source, data="ray"))
    assert "raw = rows()" in driver
    assert "dataset_config=" in lifted(source, data="ray")


@pytest.mark.parametrize("data", ['raw = load_dataset("x", streaming=True)', 'raw = load_dataset("x", streaming=is_small)'])
def test_stock_ray_cannot_count_a_stream(data: str) -> None:
    refused = refusal(loop(f'{data}\nloader = DataLoader(raw["train"])'), data="ray", runtime="ray")
    assert (refused.rule, refused.line) == ("RL345", 9)


def test_a_trainer_that_maps_its_data_takes_a_stream_only_where_the_run_may_have_none() -> None:
    source = (
        script(LITERAL)
        .replace("Trainer,", "TrainerCallback,")
        .replace("\ndef main", "from trl import SFTTrainer as Trainer\n\ndef main")
    )
    refused = refusal(source, data="ray")
    assert (refused.rule, refused.line) == ("RL342", 9)
    maybe = source.replace(LITERAL, CHOSEN)
    assert 'shard("train").to_huggingface()' in lifted(maybe, data="ray")
    assert "DataConfig" not in lifted(maybe, data="ray")
    assert [n.text for n in notices(maybe, data="ray") if n.rule == "RL244"] == [
        "a run whose data are a stream ends at once: `Trainer` maps what it is given"
    ]
