"""A Trainer in the words of Ray's guide: batches of a shard, steps that are counted, and what cannot be had of batches."""

from __future__ import annotations

import ast

import pytest
from tests.codemod.lifting import lifted, notices, refusal

SCRIPT = """
from datasets import load_dataset
from transformers import Trainer, TrainingArguments

class Own(Trainer):
    {body}

def main():
    raw = load_dataset("glue", "mrpc")
    args = TrainingArguments("out"{given})
    trainer = {made}(model=make_model(), args=args, train_dataset=raw["train"]{more})
    trainer.train()
    {after}

if __name__ == "__main__":
    main()
"""


def script(given: str = "", made: str = "Trainer", more: str = "", body: str = "pass", after: str = "pass") -> str:
    return SCRIPT.format(given=given and f", {given}", made=made, more=more and f", {more}", body=body, after=after)


def main_of(source: str) -> str:
    """What `main` becomes, as plain code."""
    code = lifted(source, data="ray", runtime="ray")
    return next(ast.unparse(n) for n in ast.parse(code).body if isinstance(n, ast.FunctionDef) and n.name == "main")


def test_batches_have_the_settings_of_the_trainer_that_takes_them() -> None:
    code = main_of(script(more="eval_dataset=raw['validation']"))
    train, evaluation = (line for line in code.splitlines() if "iter_torch_batches" in line)
    assert "batch_size=args.per_device_train_batch_size" in train
    assert "local_shuffle_buffer_size=10000, local_shuffle_seed=args.seed" in train
    assert "batch_size=args.per_device_eval_batch_size" in evaluation
    assert "shuffle" not in evaluation
    assert "drop_last" not in code
    assert "train_dataset=train_batches, eval_dataset=eval_batches" in code


def test_settings_that_are_given_are_read_of_the_arguments() -> None:
    code = main_of(script("dataloader_drop_last=True, data_seed=4, max_steps=9"))
    assert "drop_last=args.dataloader_drop_last" in code
    assert "local_shuffle_seed=args.data_seed" in code
    assert "set_max_steps" not in code, "the script says how many steps there are"
    assert "set_max_steps(args, DATASET_ROWS['train'])" in main_of(script("max_steps=9, gradient_accumulation_steps=4"))


def test_rows_that_are_taken_in_their_order_are_not_shuffled() -> None:
    assert "shuffle" not in main_of(script("train_sampling_strategy='sequential'"))


def test_arguments_that_are_made_in_the_call_get_a_name() -> None:
    source = script().replace("args=args", 'args=TrainingArguments(\n            "in",\n        )')
    code = lifted(source, data="ray", runtime="ray")
    assert "    training_args = TrainingArguments(\n" in code
    assert "set_max_steps(training_args," in code
    assert "args=training_args" in code


def test_a_trainer_that_trains_at_once_gets_a_name() -> None:
    source = script().replace("trainer = Trainer(", "Trainer(").replace('["train"])', '["train"]).train()')
    code = main_of(source.replace("    trainer.train()\n", ""))
    assert "TrainerCollate(lambda: trainer)" in code
    assert "trainer = Trainer(" in code


def test_a_trainer_of_some_runs_only_takes_its_batches_in_those() -> None:
    code = main_of(script().replace('raw["train"]', 'raw["train"] if args.do_train else None'))
    assert "if args.do_train else None" in code
    assert "DATASET_ROWS.get('train', 0)" in code


@pytest.mark.parametrize(
    "given", ["", "group_by_length=False", "auto_find_batch_size=False", "accelerator_config={'split_batches': False}"]
)
def test_a_trainer_of_plain_batches_is_lifted_and_told_what_ray_leaves_out(given: str) -> None:
    assert "RL242" in {notice.rule for notice in notices(script(given), data="ray", runtime="ray")}


@pytest.mark.parametrize(
    "given",
    [
        "group_by_length=True",
        "train_sampling_strategy='batch_rebalance'",
        "auto_find_batch_size=True",
        "batch_eval_metrics=True",
        "accelerator_config={'split_batches': True}",
    ],
)
def test_arguments_that_batches_go_past_are_refused_where_they_are_given(given: str) -> None:
    told = refusal(script(given), data="ray", runtime="ray")
    assert (told.rule, told.line) == ("RL345", 10)
    assert told.remedy


@pytest.mark.parametrize(
    ("parts", "line"),
    [
        ({"made": "Own", "body": "def get_train_dataloader(self): ..."}, 6),
        ({"made": "Own", "body": "def _get_train_sampler(self, data=None): ..."}, 6),
        ({"made": "Own", "body": "def size(self): return len(self.train_dataset)"}, 6),
        ({"after": "print(trainer.train_dataset[0])"}, 13),
        ({"after": "print(len(trainer.get_train_dataloader()))"}, 13),
    ],
)
def test_who_wants_more_of_a_trainers_data_than_batches_is_refused(parts: dict[str, str], line: int) -> None:
    told = refusal(script(**parts), data="ray", runtime="ray")
    assert (told.rule, told.line) == ("RL345", line), told


def test_a_class_that_only_changes_the_loss_is_lifted() -> None:
    assert "Own(" in main_of(
        script(made="Own", body="def compute_loss(self, model, inputs, **more): return model(**inputs).loss")
    )


def test_a_trainer_of_trl_is_refused_where_it_is_made() -> None:
    source = (
        script()
        .replace("import Trainer,", "import")
        .replace("from datasets", "from trl import SFTTrainer as Trainer\nfrom datasets")
    )
    told = refusal(source, data="ray", runtime="ray")
    assert (told.rule, told.line) == ("RL345", 12)
    assert "SFTTrainer" in told.text


def test_rows_that_are_made_where_they_are_read_are_refused() -> None:
    source = script().replace("    args = T", "    raw = raw.with_transform(decode)\n    args = T")
    told = refusal(source, data="ray", runtime="ray")
    assert (told.rule, told.line) == ("RL345", 10)


def test_a_trainer_whose_arguments_are_out_of_sight_is_refused() -> None:
    assert refusal(script().replace("args=args, ", ""), data="ray", runtime="ray").rule == "RL345"


def test_a_prediction_keeps_the_rows_it_is_given() -> None:
    code = main_of(script(after='trainer.predict(raw["test"])'))
    assert "trainer.predict(raw['test'])" in code
    assert "load_dataset(" in code
