"""Several datasets that a Trainer evaluates: each of a dict travels under a name of its own."""

from __future__ import annotations

import pytest
from tests.codemod.lifting import lifted, refusal

SCRIPT = """
from datasets import load_dataset
from transformers import AutoModel, Trainer, TrainingArguments

def main():
    raw = load_dataset("x")
    small = raw["test"].select(range(8))
{before}
    args = TrainingArguments("out")
    trainer = Trainer(AutoModel.from_pretrained("x"), args, train_dataset=raw["train"], eval_dataset={given})
    trainer.train()

if __name__ == "__main__":
    main()
"""
WRITTEN = '{"small": small, "the rest": raw["test"] if raw else None}'


def script(given: str, before: str = "") -> str:
    return SCRIPT.format(given=given, before=f"    {before}")


def test_each_of_a_dict_is_handed_over_and_taken_by_its_own_name() -> None:
    code = lifted(script(WRITTEN), data="ray")
    assert '"validation_small": small' in code
    assert 'eval_dataset={"small": get_dataset_shard("validation_small"), "the rest": get_dataset_shard(' in code
    assert '"validation_the rest": raw["test"] if raw else None' in code


def test_a_dict_may_be_made_before_the_trainer() -> None:
    code = lifted(script("held", 'held = {"small": small}'), data="ray")
    assert 'held = {"small": get_dataset_shard("validation_small")}' in code
    assert "eval_dataset=held" in code


def test_with_stock_ray_each_has_batches_of_its_own() -> None:
    code = lifted(script(WRITTEN), data="ray", runtime="ray")
    assert 'eval_dataset={"small": validation_small_batches, "the rest": validation_the_rest_batches}' in code
    assert 'datasets_to_split=["train", "validation_small", "validation_the rest"]' in code


def test_with_stock_ray_a_dict_that_is_made_before_the_trainer_is_refused_there() -> None:
    source = script("held", 'held = {"small": small}')
    refused = refusal(source, data="ray", runtime="ray")
    assert refused.rule == "RL345"
    assert "held = {" in source.splitlines()[refused.line - 1]


@pytest.mark.parametrize("runtime", ["raylift", "ray"])
@pytest.mark.parametrize("given", ['{key: raw[key] for key in ("test",)}', "{**raw}", "{1: small}", '{"small": [*small]}'])
def test_a_dict_whose_datasets_are_not_written_out_is_refused(given: str, runtime: str) -> None:
    source = script(given)
    refused = refusal(source, data="ray", runtime=runtime)
    assert refused.rule == "RL342"
    assert "eval_dataset=" in source.splitlines()[refused.line - 1]
