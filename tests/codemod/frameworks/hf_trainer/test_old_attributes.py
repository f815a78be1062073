"""What a script reads from its `TrainingArguments` is what they have today, wherever it got them from."""

from __future__ import annotations

from textwrap import dedent

import pytest
from tests.codemod.lifting import lifted, notices

PARSED = """\
    from transformers import HfArgumentParser, Trainer, TrainingArguments
    from mine import Data

    def main():
        parser = HfArgumentParser((Data, TrainingArguments))
        data, given = parser.parse_args_into_dataclasses()
        print({0})
        Trainer(1, given).train()

    if __name__ == "__main__":
        main()
"""


def read(expression: str) -> str:
    """What the script reads after the lift."""
    return lifted(dedent(PARSED.format(expression))).split("print(")[1].split(")\n")[0]


def test_a_renamed_argument_is_read_by_its_name_of_today() -> None:
    assert read("given.evaluation_strategy") == "given.eval_strategy"


def test_a_switch_that_is_gone_is_off() -> None:
    assert read("not given.overwrite_output_dir") == 'not getattr(given, "overwrite_output_dir", False)'


def test_what_is_gone_without_a_successor_is_told() -> None:
    told = notices(dedent(PARSED.format("given.logging_dir")))
    assert [(notice.rule, notice.line) for notice in told] == [("RL202", 7)]
    assert "AttributeError" in told[0].text


def test_a_switch_that_is_a_value_of_another_argument_is_asked_of_that() -> None:
    assert read("given.group_by_length") == '(given.train_sampling_strategy == "group_by_length")'
    assert read("given.include_inputs_for_metrics") == '("inputs" in given.include_for_metrics)'


@pytest.mark.parametrize("quote", ['"', "'"])
def test_what_is_read_in_an_f_string_has_no_quotes_of_its_own_there(quote: str) -> None:
    text = read(f"f{quote}{{given.group_by_length}} {{given.overwrite_output_dir}}{quote}")
    assert text.count(quote) == 2
    assert "getattr(given, " in text


def set_before(statement: str) -> str:
    """What becomes of a statement that sets an argument."""
    code = lifted(dedent(PARSED.format("1")).replace("print(1)", statement))
    return code.split("parse_args_into_dataclasses()\n    ")[1].split("\n")[0]


@pytest.mark.parametrize(
    ("written", "becomes"),
    [
        ("given.evaluation_strategy = 'steps'", "given.eval_strategy = 'steps'"),
        ("given.no_cuda, data.no_cuda = True, True", "given.use_cpu, data.no_cuda = True, True"),
        ("given.group_by_length = True", 'given.train_sampling_strategy = "group_by_length"'),
        (
            "given.adafactor = data.small",
            'given.optim = "adafactor" if data.small else "adamw_torch_fused" if given.optim == "adafactor" else given.optim',
        ),
        ("data.evaluation_strategy = 'steps'", "data.evaluation_strategy = 'steps'"),
    ],
)
def test_what_is_set_has_its_name_of_today(written: str, becomes: str) -> None:
    assert set_before(written) == becomes


def test_what_is_set_in_vain_is_told_and_may_be_read_again() -> None:
    told = notices(dedent(PARSED.format("given.logging_dir")).replace("print", "given.logging_dir = 'logs'; print"))
    assert [(notice.rule, notice.line) for notice in told] == [("RL202", 7)]
    assert "changes nothing" in told[0].text


def test_arguments_of_another_kind_keep_their_names() -> None:
    assert read("data.evaluation_strategy, data.overwrite_output_dir") == "data.evaluation_strategy, data.overwrite_output_dir"


def test_a_field_of_the_scripts_own_subclass_stays() -> None:
    source = """\
        from dataclasses import dataclass
        from transformers import Trainer, TrainingArguments

        @dataclass
        class Mine(TrainingArguments):
            overwrite_output_dir: bool = False

        args = Mine("o")
        print(args.overwrite_output_dir)
        Trainer(1, args).train()
    """
    assert "print(args.overwrite_output_dir)" in lifted(dedent(source))


def test_a_trainer_of_the_scripts_own_reads_its_arguments_and_its_tokenizer_by_their_names_of_today() -> None:
    source = """\
        from transformers import Trainer

        class Mine(Trainer):
            def evaluate(self):
                loop = self.prediction_loop if self.args.use_legacy_prediction_loop else self.evaluation_loop
                return loop(self.tokenizer)

        class Other:
            def tokens(self):
                return self.tokenizer

        Mine(1).train()
    """
    code = lifted(dedent(source))
    assert 'if getattr(self.args, "use_legacy_prediction_loop", False) else' in code
    assert "return loop(self.processing_class)" in code
    assert "return self.tokenizer" in code


def test_a_tokenizer_that_a_trainer_sets_itself_keeps_its_name() -> None:
    body = "    def __init__(self, t):\n        self.tokenizer = t\n\n    def f(self):\n        return self.tokenizer\n"
    code = lifted(f"from transformers import Trainer\n\nclass Mine(Trainer):\n{body}\nMine(1).train()\n")
    assert "return self.tokenizer" in code


@pytest.mark.parametrize(
    "function",
    [
        "def f(args: TrainingArguments):\n    return args.no_cuda\n",
        "def f(training_args):\n    args = training_args\n    return args.no_cuda\n",
        "def f(trainer):\n    args = 0\n    return trainer.args.no_cuda\n",
        "def f(a, given):\n    return given.no_cuda\n\nf(1, TrainingArguments('o'))\n",
    ],
)
def test_arguments_are_known_by_their_annotation_their_name_or_their_trainer(function: str) -> None:
    code = lifted(f"from transformers import Trainer, TrainingArguments\n{function}trainer = Trainer(1)\ntrainer.train()\n")
    assert ".use_cpu\n" in code


@pytest.mark.parametrize(
    "parsed",
    [
        "args, model_args = TrlParser((SFTConfig, ModelConfig)).parse_args_and_config()\n    main(args, model_args)",
        "parser = make_parser()\n    args, model_args = parser.parse_args_and_config()\n    main(args, model_args)",
        "main(SFTConfig('o'), model_args=ModelConfig())",
    ],
)
def test_what_is_read_from_a_config_of_trl_has_its_name_of_today_wherever_that_was_parsed(parsed: str) -> None:
    source = (
        "from trl import ModelConfig, SFTConfig, SFTTrainer, TrlParser\n\n\ndef make_parser():\n    parser = TrlParser((SFTConfig, ModelConfig))\n"
        "    return parser\n\n\ndef main(args, model_args):\n    print(args.max_seq_length, model_args.torch_dtype, other.torch_dtype)\n"
        f'    SFTTrainer(1, args).train()\n\n\nif __name__ == "__main__":\n    {parsed}\n'
    )
    assert "print(args.max_length, model_args.dtype, other.torch_dtype)" in lifted(source)
