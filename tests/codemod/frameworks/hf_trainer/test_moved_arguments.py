"""What TRL's trainers no longer take goes into the config that they are given, and trains as it did."""

from __future__ import annotations

import ast
import dataclasses

import pytest
from tests.codemod.lifting import lifted, notices
from tests.since import is_since

from raylift.project.transformers_pin import library_releases

HEAD = "from transformers import TrainingArguments\nfrom trl import {trainer}, {config}\n"


def calls(code: str) -> dict[str, str]:
    """Every call by the name of what it calls, as Python reads it."""
    found = [node for node in ast.walk(ast.parse(code)) if isinstance(node, ast.Call)]
    return {ast.unparse(call.func).rpartition(".")[2]: ast.unparse(call) for call in found}


def moved(arguments: str, config: str = "SFTConfig('o')", trainer: str = "SFTTrainer", **settings: object) -> dict[str, str]:
    """The calls of a script that gives its trainer such arguments."""
    head = HEAD.format(trainer=trainer, config=f"{trainer.removesuffix('Trainer')}Config")
    return calls(lifted(f"{head}args = {config}\ntrainer = {trainer}(1, args=args, {arguments})\ntrainer.train()\n", **settings))


@pytest.mark.parametrize(
    ("trainer", "arguments", "config"),
    [
        ("SFTTrainer", "dataset_text_field='t', max_seq_length=8", "dataset_text_field='t', max_length=8"),
        (
            "SFTTrainer",
            "packing=True, eval_packing=False, dataset_num_proc=2",
            "packing=True, eval_packing=False, dataset_num_proc=2",
        ),
        ("SFTTrainer", "model_init_kwargs=d, dataset_kwargs=e", "model_init_kwargs=d, dataset_kwargs=e"),
        ("DPOTrainer", "beta=0.1, loss_type='ipo', label_smoothing=0.1", "beta=0.1, loss_type='ipo', label_smoothing=0.1"),
        ("DPOTrainer", "precompute_ref_log_probs=True", "precompute_ref_log_probs=True"),
        ("RewardTrainer", "max_length=64", "max_length=64"),
    ],
)
def test_an_argument_moves_into_the_config_of_its_trainer(trainer: str, arguments: str, config: str) -> None:
    name = trainer.replace("Trainer", "Config")
    code = moved(arguments, f"{name}('o')", trainer)
    assert code[name] == f"{name}('o', {config})"
    assert code[trainer] == f"{trainer}(1, args=args)"


def test_plain_training_arguments_become_the_config_and_keep_their_own_defaults() -> None:
    code = moved("max_seq_length=8", "TrainingArguments('o', bf16=True)")
    kept = "gradient_checkpointing=False, learning_rate=5e-05, logging_steps=500"
    assert code["SFTConfig"] == f"SFTConfig('o', bf16=True, max_length=8, {kept})"
    assert "TrainingArguments" not in code


def test_an_import_that_nothing_uses_any_more_goes() -> None:
    head = "from transformers import AutoTokenizer, TrainingArguments\nfrom trl import SFTTrainer\n"
    code = lifted(f"{head}trainer = SFTTrainer(AutoTokenizer, args=TrainingArguments('o'), packing=True)\ntrainer.train()\n")
    assert "from transformers import AutoTokenizer\n" in code
    assert "from trl import SFTConfig\n" in code


def test_a_trainer_without_arguments_is_given_a_config_that_writes_where_it_wrote() -> None:
    head = "from trl import SFTTrainer\n"
    code = calls(lifted(f"{head}trainer = SFTTrainer('m', max_seq_length=8, packing=True)\ntrainer.train()\n"))
    assert code["SFTConfig"] == "SFTConfig(output_dir='tmp_trainer', max_length=8, packing=True)"


def test_a_config_that_a_parser_makes_is_told_right_before_the_trainer() -> None:
    code = lifted(
        "from trl import SFTConfig, SFTTrainer, TrlParser\n\n\ndef main():\n    args, config = TrlParser((Mine, SFTConfig)).parse_args_and_config()\n"
        "    trainer = SFTTrainer(1, args=config, max_seq_length=args.length, packing=args.packing)\n    trainer.train()\n\n\nmain()\n"
    )
    assert (
        "    config.max_length = args.length\n    config.packing = args.packing\n    trainer = SFTTrainer(1, args=config)\n"
        in code
    )
    assert code.index("config.packing") < code.index("trainer = SFTTrainer") < code.index("trainer.add_callback")


def test_a_value_that_is_not_known_where_the_config_is_made_is_told_before_the_trainer() -> None:
    head = "from trl import SFTConfig, SFTTrainer\nargs = SFTConfig('o')\nlongest = measure()\n"
    code = lifted(f"{head}trainer = SFTTrainer(1, args=args, max_seq_length=longest, packing=True)\ntrainer.train()\n")
    assert "args = SFTConfig('o', packing=True)\n" in code
    assert "    args.max_length = longest\n    trainer = SFTTrainer(1, args=args)\n" in code


@pytest.mark.parametrize(
    "made",
    [
        "args = make()",
        "args = HfArgumentParser(TrainingArguments).parse_args_into_dataclasses()[0]",
    ],
)
def test_what_cannot_be_moved_is_told_with_its_line_and_left(made: str) -> None:
    head = "from transformers import HfArgumentParser, TrainingArguments\nfrom trl import SFTTrainer\n"
    source = f"{head}{made}\ntrainer = SFTTrainer(1, args=args, max_seq_length=8)\ntrainer.train()\n"
    assert "SFTTrainer(1, args=args, max_seq_length=8)" in lifted(source)
    assert [(notice.rule, notice.line) for notice in notices(source)] == [("RL206", 4)]


def test_what_has_no_use_any_more_is_dropped_and_what_changes_the_training_is_not() -> None:
    code = moved("max_prompt_length=8, is_encoder_decoder=False, ref_model=None", "DPOConfig('o')", "DPOTrainer")
    assert code["DPOTrainer"] == "DPOTrainer(1, args=args, ref_model=None)"
    code = moved("reference_free=True, padding_value=None", "DPOConfig('o')", "DPOTrainer")
    assert code["DPOTrainer"] == "DPOTrainer(1, args=args, reference_free=True)"
    source = f"{HEAD.format(trainer='DPOTrainer', config='DPOConfig')}t = DPOTrainer(1, reference_free=True)\nt.train()\n"
    assert [(notice.rule, "release notes" in notice.remedy) for notice in notices(source)] == [("RL202", True)]


def test_the_release_decides_what_moves() -> None:
    for release, expected in (
        ((0, 11), "SFTTrainer(1, args=args, max_seq_length=8, packing=True, tokenizer=t)"),
        ((0, 12), "SFTTrainer(1, args=args, max_seq_length=8, packing=True, processing_class=t)"),
        ((0, 16), "SFTTrainer(1, args=args, processing_class=t)"),
    ):
        code = moved("max_seq_length=8, packing=True, tokenizer=t", releases=(("trl", release),))
        assert code["SFTTrainer"] == expected
    assert code["SFTConfig"] == "SFTConfig('o', max_seq_length=8, packing=True)"


def test_names_within_a_config_are_those_of_the_release() -> None:
    source = "from trl import SFTConfig, SFTTrainer\nargs = SFTConfig('o', max_seq_length=8, use_liger=True)\nSFTTrainer(1, args).train()\n"
    assert "SFTConfig('o', max_length=8, use_liger_kernel=True)" in lifted(source)
    assert "SFTConfig('o', max_seq_length=8, use_liger=True)" in lifted(source, releases=(("trl", (0, 13)),))


def test_generation_options_of_grpo_and_rloo_have_their_names_of_today() -> None:
    source = (
        "from trl import GRPOConfig, GRPOTrainer\n"
        "args = GRPOConfig('o', max_prompt_length=8, vllm_max_model_len=9, use_liger_loss=True, vllm_dtype='auto', temperature=0.5)\n"
        "GRPOTrainer(1, reward_funcs=f, args=args, tokenizer=t).train()\n"
    )
    code = calls(lifted(source))
    assert code["GRPOConfig"] == "GRPOConfig('o', vllm_max_model_length=9, use_liger_kernel=True, temperature=0.5)"
    source = (
        "from trl import RLOOConfig, RLOOTrainer\nRLOOTrainer(config=RLOOConfig('o', rloo_k=4, kl_coef=0.1, response_length=9), policy=p, "
        "reward_model=r, processing_class=t).train()\n"
    )
    code = calls(lifted(source))
    assert code["RLOOConfig"] == "RLOOConfig('o', num_generations=4, beta=0.1, max_completion_length=9)"
    assert "args=RLOOConfig" in code["RLOOTrainer"]
    assert "model=p, reward_funcs=r" in code["RLOOTrainer"]


@pytest.mark.parametrize("runtime", ["raylift", "ray"])
def test_both_targets_get_the_same_config(runtime: str) -> None:
    code = moved("max_seq_length=8", "SFTConfig('o', eval_strategy='epoch')", runtime=runtime)
    assert "max_length=8" in code["SFTConfig"]
    assert ("save_strategy='epoch'" in code["SFTConfig"]) == (runtime == "ray")


def test_a_subclass_with_a_constructor_of_its_own_keeps_what_that_takes() -> None:
    source = (
        "from trl import SFTConfig, SFTTrainer\n\n\nclass Mine(SFTTrainer):\n    def __init__(self, *args, packing, **more):\n"
        "        super().__init__(*args, **more)\n\n\nMine(1, SFTConfig('o'), packing=True, max_seq_length=8).train()\n"
    )
    code = lifted(source)
    assert "packing=True" in calls(code)["Mine"]
    assert "SFTConfig('o', max_length=8)" in code


def test_a_change_that_is_ignored_is_left_out_whole() -> None:
    source = (
        "from transformers import TrainingArguments\nfrom trl import SFTTrainer\nargs = TrainingArguments('o')\n"
        "trainer = SFTTrainer(1, args=args, max_seq_length=8, packing=True)  # raylift: ignore[RL206]\ntrainer.train()\n"
    )
    code = lifted(source)
    assert "args = TrainingArguments('o')" in code
    assert "SFTTrainer(1, args=args, max_seq_length=8, packing=True)" in code


def test_what_the_config_says_already_is_only_taken_from_the_trainer() -> None:
    code = lifted(
        "from trl import SFTConfig, SFTTrainer, TrlParser\n\n\ndef main():\n    args, config = TrlParser((Mine, SFTConfig)).parse_args_and_config()\n"
        "    trainer = SFTTrainer(1, args=config, max_seq_length=config.max_seq_length, packing=config.packing)\n    trainer.train()\n"
        "    print(config.max_seq_length)\n\n\nmain()\n"
    )
    assert "    trainer = SFTTrainer(1, args=config)\n" in code
    assert "print(config.max_length)" in code
    assert "config.packing" not in code


def test_arguments_of_a_parser_become_the_config_where_they_are_given() -> None:
    head = "from transformers import HfArgumentParser, TrainingArguments\nfrom trl import SFTTrainer\n\n\ndef main():\n"
    parsed = "    mine, training_args = HfArgumentParser((Mine, TrainingArguments)).parse_args_into_dataclasses()\n"
    source = f"{head}{parsed}    trainer = SFTTrainer(1, args=training_args, max_seq_length=mine.length)\n    trainer.train()\n\n\nmain()\n"
    given = '{**training_args.to_dict(), "hub_token": training_args.hub_token, "max_length": mine.length}'
    assert f"SFTTrainer(1, args=SFTConfig(**{given}))" in lifted(source)
    assert "args=training_args, max_seq_length=mine.length" in lifted(source, transformers=4)


def test_a_config_that_a_function_is_handed_is_changed_where_it_is_made() -> None:
    code = lifted(
        "from transformers import TrainingArguments\nfrom trl import SFTTrainer\n\n\ndef build(args, length):\n"
        "    return SFTTrainer(1, args=args, max_seq_length=length, packing=True)\n\n\nbuild(TrainingArguments('o'), 8).train()\n"
    )
    assert calls(code)["SFTConfig"].startswith("SFTConfig('o', packing=True, bf16=False")
    assert "    args.max_length = length\n" in code


def test_a_config_that_says_something_else_already_is_told_the_trainers_value() -> None:
    head = "from trl import SFTConfig, SFTTrainer\n"
    code = lifted(
        f"{head}args = SFTConfig('o', max_seq_length=3)\ntrainer = SFTTrainer(1, args=args, max_seq_length=8)\ntrainer.train()\n"
    )
    assert "    args.max_length = 8\n" in code
    source = f"{head}trainer = SFTTrainer(1, args=SFTConfig('o', max_seq_length=3), max_seq_length=8)\ntrainer.train()\n"
    assert [notice.rule for notice in notices(source)] == ["RL206"]


@pytest.mark.slow
@pytest.mark.parametrize(
    ("trainer", "argument"), [("SFTTrainer", "max_seq_length"), ("DPOTrainer", "max_length"), ("RewardTrainer", "max_length")]
)
@pytest.mark.parametrize("given", ["", ", bf16=True", ", learning_rate=0.1, logging_steps=3"])
def test_the_config_that_training_arguments_become_says_what_they_said(trainer: str, argument: str, given: str) -> None:
    trl = pytest.importorskip("trl", reason="trl is not installed")
    if not is_since("trl", "0.23"):
        pytest.skip("trl before 0.23: its trainers take it themselves, or the configs have the defaults of TrainingArguments")
    from transformers import TrainingArguments

    name = trainer.replace("Trainer", "Config")
    code = moved(f"{argument}=8", f"TrainingArguments('o', use_cpu=True{given})", trainer, releases=library_releases("."))
    config = eval(code[name], {name: getattr(trl, name)})  # what the lifted script would run
    plain = eval(f"TrainingArguments('o', use_cpu=True{given})", {"TrainingArguments": TrainingArguments})
    fields = [field.name for field in dataclasses.fields(plain) if not field.name.startswith("_")]
    assert {each: getattr(config, each) for each in fields} == {each: getattr(plain, each) for each in fields}


@pytest.mark.parametrize(
    ("options", "is_moved"),
    [("{'train_dataset': d}", True), ("make()", False), ("{'train_dataset': d} if x else make()", False)],
)
def test_a_config_is_made_where_all_that_the_trainer_is_given_is_in_sight(options: str, is_moved: bool) -> None:
    source = f"from trl import SFTTrainer\noptions = {options}\ntrainer = SFTTrainer(1, max_seq_length=3, **options)\ntrainer.train()\n"
    assert ("args=SFTConfig(output_dir=" in lifted(source)) == is_moved
    assert [notice.rule for notice in notices(source)] == ([] if is_moved else ["RL206"])
