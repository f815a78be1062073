"""Names are imported from where the chosen release has them; those that are gone are told."""

from __future__ import annotations

import pytest
from tests.codemod.lifting import lifted, notices

TRAIN = "{0}\nargs = ORPOConfig('o')\nORPOTrainer(1, args=args, train_dataset=d).train()\n"


@pytest.mark.parametrize(
    ("written", "becomes"),
    [
        ("from trl import ORPOConfig, ORPOTrainer", "from trl.experimental.orpo import ORPOConfig, ORPOTrainer\n"),
        ("from trl.trainer import ORPOConfig, ORPOTrainer", "from trl.experimental.orpo import ORPOConfig, ORPOTrainer\n"),
        (
            "from trl import ModelConfig, ORPOConfig, ORPOTrainer",
            "from trl.experimental.orpo import ORPOConfig, ORPOTrainer\nfrom trl import ModelConfig\n",
        ),
    ],
)
def test_a_trainer_that_has_moved_is_imported_from_its_new_module(written: str, becomes: str) -> None:
    assert becomes in lifted(TRAIN.format(written))


def test_a_name_keeps_its_alias() -> None:
    code = lifted("from trl import CPOTrainer as T, CPOConfig\nT(1, args=CPOConfig('o')).train()\n")
    assert "from trl.experimental.cpo import CPOTrainer as T, CPOConfig" in code


def test_an_older_release_has_it_where_it_was() -> None:
    code = lifted(TRAIN.format("from trl import ORPOConfig, ORPOTrainer"), releases=(("trl", (0, 20)),))
    assert "from trl import ORPOConfig, ORPOTrainer\n" in code


def test_a_moved_trainer_is_asked_for_what_it_takes_where_it_is_now() -> None:
    code = lifted(
        "from trl import ORPOConfig, ORPOTrainer\nORPOTrainer(1, args=ORPOConfig('o', max_prompt_length=8), tokenizer=t).train()\n"
    )
    assert "ORPOTrainer(1, args=ORPOConfig('o'), processing_class=t)" in code


def test_a_name_that_is_gone_is_told_with_what_to_do() -> None:
    source = "from trl import DataCollatorForCompletionOnlyLM, SFTConfig, SFTTrainer\nSFTTrainer(1, SFTConfig('o')).train()\n"
    told = notices(source)
    assert [(notice.rule, notice.line) for notice in told] == [("RL208", 1)]
    assert "completion_only_loss" in told[0].remedy
    assert lifted(source).startswith("from trl import DataCollatorForCompletionOnlyLM, SFTConfig, SFTTrainer\n")


def test_an_import_that_is_tried_is_left() -> None:
    head = "try:\n    from trl import DataCollatorForCompletionOnlyLM\nexcept ImportError:\n    pass\n"
    assert notices(f"{head}from trl import SFTConfig, SFTTrainer\nSFTTrainer(1, SFTConfig('o')).train()\n") == []


def test_a_function_of_peft_has_its_name_of_today_where_it_is_called() -> None:
    source = (
        "from peft import get_peft_model, prepare_model_for_int8_training\nfrom transformers import Trainer\n\n\ndef main():\n"
        "    model = prepare_model_for_int8_training(load())\n    Trainer(get_peft_model(model)).train()\n\n\nmain()\n"
    )
    code = lifted(source)
    assert "prepare_model_for_int8_training" not in code
    assert "    model = prepare_model_for_kbit_training(load())\n" in code
    assert "prepare_model_for_int8_training" in lifted(source, releases=(("peft", (0, 8)),))
