"""Arguments get the names of the chosen generation of transformers, and what is gone is dropped with a word."""

from __future__ import annotations

import pytest
from tests.codemod.lifting import lifted, notices

from raylift.frameworks.hf_trainer.gone_arguments import GONE_ARGUMENTS, WHEN_TRUE, SwitchArgument

HEAD = "from transformers import Trainer, TrainingArguments\n"


def arguments(written: str, **settings: int) -> str:
    """What stands between the brackets of TrainingArguments after the lift."""
    code = lifted(f"{HEAD}args = TrainingArguments({written})\nTrainer(1, args).train()\n", **settings)
    return code.split("args = TrainingArguments(")[1].split(")\n")[0]


@pytest.mark.parametrize(("old", "gone"), [(old, gone) for old, gone in GONE_ARGUMENTS.items() if gone.name])
def test_a_renamed_argument_keeps_its_value(old: str, gone: object) -> None:
    assert arguments(f"'o', {old}=value") == f"'o', {getattr(gone, 'name')}=value"  # noqa: B009  # Gone is a value of the table


@pytest.mark.parametrize("old", [old for old, gone in GONE_ARGUMENTS.items() if not gone.name])
def test_an_argument_that_is_gone_is_dropped_and_named(old: str) -> None:
    assert arguments(f"'o', {old}=value, seed=1") == "'o', seed=1"
    told = notices(f"{HEAD}Trainer(1, TrainingArguments('o', {old}=value)).train()\n")
    assert [notice.rule for notice in told] == ["RL202"]


@pytest.mark.parametrize(("old", "switch"), WHEN_TRUE.items())
def test_a_switch_becomes_its_successor(old: str, switch: SwitchArgument) -> None:
    assert arguments(f"{old}=True") == f"{switch.name}={switch.on}"
    assert arguments(f"{old}=False, seed=1") == "seed=1"


def test_a_switch_whose_value_is_only_known_at_run_time_stays_one() -> None:
    assert arguments("group_by_length=a.group") == 'train_sampling_strategy="group_by_length" if a.group else "random"'
    assert arguments("adafactor=1 if a else 0").startswith('optim="adafactor" if (1 if a else 0) else ')


def test_what_belongs_into_a_dict_now_is_put_there_whatever_its_value() -> None:
    assert arguments("dispatch_batches=flag") == 'accelerator_config={"dispatch_batches": flag}'
    assert arguments("split_batches=False") == 'accelerator_config={"split_batches": False}'


@pytest.mark.parametrize(
    ("written", "left"),
    [
        ("warmup_steps=5, warmup_ratio=0.1", "warmup_steps=5"),
        ("no_cuda=flag, use_cpu=True", "use_cpu=True"),
        ("adafactor=True, optim='sgd'", "optim='sgd'"),
        ("dispatch_batches=a, split_batches=b", 'accelerator_config={"dispatch_batches": a}'),
    ],
)
def test_an_argument_whose_successor_is_given_too_is_dropped_and_named(written: str, left: str) -> None:
    assert arguments(written) == left
    told = notices(f"{HEAD}Trainer(1, TrainingArguments({written})).train()\n")
    assert "is given as well" in told[0].text


def test_an_argument_whose_successor_says_nothing_takes_its_place() -> None:
    assert (
        arguments("'o', warmup_steps=0, warmup_ratio=0.1, use_cpu=False, no_cuda=True") == "'o', warmup_steps=0.1, use_cpu=True"
    )


def test_transformers_4_keeps_what_it_still_takes() -> None:
    assert arguments("no_cuda=True, evaluation_strategy='no'", transformers=4) == "no_cuda=True, eval_strategy='no'"


def test_arguments_of_a_subclass_are_its_own() -> None:
    source = (
        f"{HEAD}from dataclasses import dataclass\n\n\n@dataclass\nclass Mine(TrainingArguments):\n    logging_dir: str = 'x'\n\n\n"
        "Trainer(1, Mine('o', logging_dir='y', no_cuda=True)).train()\n"
    )
    assert "Mine('o', logging_dir='y', use_cpu=True)" in lifted(source)


def test_the_arguments_of_trl_are_arguments_of_the_trainer() -> None:
    code = lifted("from trl import SFTConfig, SFTTrainer\nSFTTrainer(1, SFTConfig('o', evaluation_strategy='no')).train()\n")
    assert "SFTConfig('o', eval_strategy='no')" in code


def test_a_tokenizer_is_a_processing_class_now() -> None:
    code = lifted(f"{HEAD}trainer = Trainer(1, tokenizer=tok)\ntrainer.train()\ntrainer.tokenizer.save_pretrained('o')\n")
    assert "Trainer(1, processing_class=tok)" in code
    assert "trainer.processing_class.save_pretrained" in code


def test_a_trainer_with_a_tokenizer_of_its_own_keeps_it() -> None:
    source = (
        f"{HEAD}\n\nclass Mine(Trainer):\n    def __init__(self, model, tokenizer): ...\n\n\nMine(1, tokenizer=tok).train()\n"
    )
    assert "Mine(1, tokenizer=tok" in lifted(source)


def test_positional_arguments_that_shifted_get_their_names() -> None:
    code = lifted(f"{HEAD}trainer = Trainer(m, a, c, t, e, k, None, metrics)\ntrainer.train()\n")
    assert "Trainer(m, a, c, t, e, k, model_init=None, compute_metrics=metrics)" in code


def test_more_positional_arguments_than_there_were_are_todays() -> None:
    call = "Trainer(m, a, c, t, e, k, None, loss, metrics, [], (None, None), None)"
    assert call in lifted(f"from transformers import Trainer\ntrainer = {call}\ntrainer.train()\n")


def test_an_override_of_compute_loss_takes_what_it_is_given_today() -> None:
    source = f"{HEAD}\n\nclass Mine(Trainer):\n    def compute_loss(self, model, inputs, return_outputs=False):\n        return 0\n\n\nMine(1).train()\n"
    assert "def compute_loss(self, model, inputs, return_outputs=False, num_items_in_batch=None):" in lifted(source)
    assert lifted(source.replace("return_outputs=False", "**kwargs")).count("num_items_in_batch") == 0


def test_stock_ray_saves_when_it_evaluates_for_only_that_is_reported() -> None:
    assert (
        arguments("'o', eval_strategy='epoch', seed=1", runtime="ray")
        == "'o', eval_strategy='epoch', save_strategy=\"epoch\", seed=1"
    )
    assert arguments("'o', eval_strategy='epoch'") == "'o', eval_strategy='epoch'"
    on_lines = arguments("\n    'o',  # out\n    eval_strategy='epoch'\n", runtime="ray")
    assert on_lines == "\n        'o',  # out\n        eval_strategy='epoch',\n        save_strategy=\"epoch\"\n    "
    told = notices(f"{HEAD}Trainer(1, TrainingArguments('o', save_strategy='no')).train()\n", runtime="ray")
    assert "RL214" in [notice.rule for notice in told]
