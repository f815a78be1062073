"""Overrides of a Trainer take what the chosen release of transformers hands to them, wherever the class stands."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.codemod.lifting import lifted, notices

from raylift.lift import rewrite
from raylift.outcome import Rewritten, Untouched
from raylift.pipeline.outcomes import file_outcomes
from raylift.request import plain_request
from raylift.settings import Settings

CLASS = "from transformers import Trainer\n\n\nclass Mine(Trainer):\n    def {0}:\n        return 0\n"


def alone(source: str, **settings: object) -> str:
    """What becomes of a module that trains nothing."""
    outcome = rewrite(source.encode(), Settings(**settings))  # type: ignore[arg-type]  # by field name
    if isinstance(outcome, Untouched):
        return source
    assert isinstance(outcome, Rewritten), outcome
    assert isinstance(rewrite(outcome.code, Settings(**settings)), Untouched)  # type: ignore[arg-type]
    return outcome.code.decode()


@pytest.mark.parametrize(
    ("written", "becomes"),
    [
        (
            "compute_loss(self, model, inputs, return_outputs=False)",
            "compute_loss(self, model, inputs, return_outputs=False, num_items_in_batch=None)",
        ),
        ("compute_loss(self, model, batch)", "compute_loss(self, model, batch, num_items_in_batch=None)"),
        ("training_step(self, model, inputs)", "training_step(self, model, inputs, num_items_in_batch=None)"),
        ("log(self, logs)", "log(self, logs, start_time=None)"),
        ("_get_train_sampler(self)", "_get_train_sampler(self, train_dataset=None)"),
        ("create_optimizer(self)", "create_optimizer(self, model=None)"),
        ("log(self, logs, *args)", "log(self, logs, *args)"),
        ("compute_loss(self, *args, **kwargs)", "compute_loss(self, *args, **kwargs)"),
        ("compute_loss(self, model, inputs, *args)", "compute_loss(self, model, inputs, *args, num_items_in_batch=None)"),
        ("evaluate(self)", "evaluate(self)"),
    ],
)
def test_a_module_that_only_defines_a_trainer_is_brought_up_to_date(written: str, becomes: str) -> None:
    assert alone(CLASS.format(written)) == CLASS.format(becomes)


def test_a_class_that_trains_in_its_own_file_is_brought_up_to_date_as_well() -> None:
    code = lifted(CLASS.format("training_step(self, model, inputs)") + "\n\nMine(1).train()\n")
    assert "def training_step(self, model, inputs, num_items_in_batch=None):" in code


def test_what_such_a_class_hands_to_its_base_has_its_name_of_today() -> None:
    init = "    def __init__(self, model, tokenizer):\n        super().__init__(model, tokenizer=tokenizer)\n"
    code = alone(f"from transformers import Trainer\n\n\nclass Mine(Trainer):\n{init}")
    assert "super().__init__(model, processing_class=tokenizer)" in code
    assert "def __init__(self, model, tokenizer):" in code


@pytest.mark.parametrize("call", ["super(Mine, self).__init__", "Trainer.__init__"])
def test_the_base_is_known_however_its_constructor_is_called(call: str) -> None:
    init = f"    def __init__(self, m, tokenizer):\n        {call}({'self, ' if call[0] == 'T' else ''}m, tokenizer=tokenizer)\n"
    assert "processing_class=tokenizer" in alone(f"from transformers import Trainer\n\n\nclass Mine(Trainer):\n{init}")


def test_an_attribute_that_a_base_in_sight_sets_keeps_its_name() -> None:
    source = (
        "from transformers import Trainer\n\n\nclass Base(Trainer):\n    def __init__(self, m, tokenizer):\n        super().__init__(m)\n"
        "        self.tokenizer = tokenizer\n\n\nclass Mine(Base):\n    def f(self):\n        return self.tokenizer\n"
    )
    assert alone(source) == source
    called = f"{source}\n\nmine = Mine(1, tokenizer=t)\nmine.train()\nmine.tokenizer.save_pretrained('o')\n"
    assert "Mine(1, tokenizer=t" in lifted(called)
    assert "mine.tokenizer.save_pretrained" in lifted(called)


def test_a_constructor_that_looks_its_arguments_up_takes_them() -> None:
    source = (
        "from transformers import Trainer\n\n\nclass Mine(Trainer):\n    def __init__(self, *args, **more):\n"
        "        self.words = more.pop('tokenizer')\n        super().__init__(*args, **more)\n\n\nMine(1, tokenizer=t).train()\n"
    )
    assert "Mine(1, tokenizer=t" in lifted(source)


@pytest.mark.parametrize(
    ("source", "becomes"),
    [
        (
            "from transformers import TrainingArguments\n\n\ndef make():\n    return TrainingArguments('o', no_cuda=True)\n",
            "use_cpu=True",
        ),
        (
            "from transformers import Trainer\n\n\ndef make(m, t):\n    return Trainer(m, tokenizer=t)\n",
            "Trainer(m, processing_class=t)",
        ),
        ("from trl import SFTConfig\n\nARGS = SFTConfig('o', max_seq_length=8)\n", "max_length=8"),
        (
            "from transformers import TrainingArguments\n\n\ndef last(args: TrainingArguments):\n    return args.overwrite_output_dir\n",
            'getattr(args, "overwrite_output_dir", False)',
        ),
        ("from accelerate import Accelerator\n\n\ndef make():\n    return Accelerator(fp16=True)\n", 'mixed_precision="fp16"'),
    ],
)
def test_a_module_that_makes_what_others_train_with_is_brought_up_to_date(source: str, becomes: str) -> None:
    code = alone(source)
    assert becomes in code
    assert "TorchTrainer" not in code


def test_a_module_of_another_kind_is_left_alone() -> None:
    source = "from transformers import AutoModel\n\n\nclass Mine:\n    def compute_loss(self, model, inputs):\n        return self.tokenizer\n"
    assert alone(source) == source


def test_older_releases_hand_over_less() -> None:
    source = CLASS.format("log(self, logs)")
    assert alone(source, transformers=4, releases=(("transformers", (4, 46)),)) == source
    assert "start_time=None" in alone(source, transformers=4)


ENTRY = """\
from transformers import AutoTokenizer, TrainingArguments
from weighted import WeightedTrainer

if __name__ == "__main__":
    trainer = WeightedTrainer(1, TrainingArguments("o"), tokenizer=AutoTokenizer.from_pretrained("m"), weight=2.0)
    trainer.train()
"""
MODULE = """\
from {0}

class WeightedTrainer({1}):
    def __init__(self, *args, weight=1.0, **kwargs):
        super().__init__(*args, **kwargs)
        self.weight = weight

    def compute_loss(self, model, inputs, return_outputs=False):
        return model(**inputs).loss * self.weight

    def _save(self, output_dir=None, state_dict=None):
        super()._save(output_dir, state_dict)
        self.tokenizer.save_pretrained(output_dir)
"""


@pytest.mark.parametrize("runtime", ["raylift", "ray"])
@pytest.mark.parametrize("base", ["transformers import Trainer\n", "base import Finetuner\n"])
def test_a_trainer_of_another_module_is_the_same_named_or_found_with_its_entry_or_alone(
    base: str, runtime: str, tmp_path: Path
) -> None:
    (tmp_path / "train.py").write_text(ENTRY)
    (tmp_path / "weighted.py").write_text(MODULE.format(base, base.split()[-1]))
    (tmp_path / "base.py").write_text("from transformers import Trainer\n\n\nclass Finetuner(Trainer):\n    pass\n")
    module, entry = str(tmp_path / "weighted.py"), str(tmp_path / "train.py")

    def code_of(*paths: str) -> bytes:
        request = plain_request(["check", "--runtime", runtime, "--transformers", "5", *paths])
        assert request is not None
        (outcome,) = [each.outcome for each in file_outcomes(request) if each.found.path == module]
        assert isinstance(outcome, Rewritten), outcome
        return outcome.code

    code = code_of(module)
    assert b"return_outputs=False, num_items_in_batch=None):" in code
    assert b"self.processing_class.save_pretrained(output_dir)" in code
    assert code_of(str(tmp_path)) == code_of(entry, module) == code_of(module, entry) == code


@pytest.mark.parametrize(
    ("made", "is_told"),
    [
        ("TrainingArguments('o')", False),
        ("TrainingArguments('o', gradient_accumulation_steps=2)", True),
        ("TrainingArguments('o', **options())", True),
        ("HfArgumentParser(TrainingArguments).parse_args_into_dataclasses()[0]", True),
    ],
)
def test_a_loss_that_is_no_longer_divided_by_the_accumulated_steps_is_told(made: str, is_told: bool) -> None:
    source = CLASS.format("compute_loss(self, model, inputs)").replace(
        "import Trainer", "import HfArgumentParser, Trainer, TrainingArguments"
    )
    told = [(notice.rule, notice.line) for notice in notices(f"{source}\n\nMine(1, {made}).train()\n")]
    assert told == ([("RL205", 5)] if is_told else [])
