"""Arguments that come by `**` from a dict in sight have their names of today where it is made, or are told."""

from __future__ import annotations

import pytest
from tests.codemod.lifting import lifted, notices

HEAD = "from transformers import Trainer, TrainingArguments\n"


def options(made: str, more: str = "", **settings: object) -> str:
    """What stands right of `options = ` after the lift of a script that gives them to TrainingArguments."""
    code = lifted(f"{HEAD}options = {made}\n{more}Trainer(1, TrainingArguments('o', **options)).train()\n", **settings)
    return code.split("options = ", 1)[1].split("\nTrainer")[0].split("\n\n")[0]


@pytest.mark.parametrize(
    ("made", "becomes"),
    [
        ("dict(evaluation_strategy='no', seed=1)", "dict(eval_strategy='no', seed=1)"),
        ("{'evaluation_strategy': 'no', 'seed': 1}", "{\"eval_strategy\": 'no', 'seed': 1}"),
        ("{'overwrite_output_dir': True, 'seed': 1}", "{'seed': 1}"),
        ("{'seed': 1, 'overwrite_output_dir': True}", "{'seed': 1}"),
        ("{'seed': 1, 'overwrite_output_dir': True, 'past_index': 2, 'fp16': x}", "{'seed': 1, 'fp16': x}"),
        ("{\n    'seed': 1,  # one\n    'past_index': 2,\n}", "{\n    'seed': 1,  # one\n}"),
        (
            "{\n    'seed': 1,  # one\n    # why\n    'past_index': 2,\n    # the end\n}",
            "{\n    'seed': 1,  # one\n    # why\n    # the end\n}",
        ),
        ("{'overwrite_output_dir': True}", "{}"),
        ("dict(group_by_length=True)", 'dict(train_sampling_strategy="group_by_length")'),
    ],
)
def test_a_dict_that_is_only_given_to_the_arguments_is_changed(made: str, becomes: str) -> None:
    assert options(made) == becomes


def test_what_is_set_later_by_its_name_is_changed_with_it() -> None:
    code = options("{'seed': 1}", "if debug:\n    options['evaluation_strategy'] = 'no'\n")
    assert "options[\"eval_strategy\"] = 'no'" in code


def test_a_dict_that_is_written_in_the_call_is_changed_there() -> None:
    code = lifted(f"{HEAD}Trainer(**{{'model': 1, 'tokenizer': t}}, args=TrainingArguments(**dict(no_cuda=True))).train()\n")
    assert '"processing_class": t' in code
    assert "dict(use_cpu=True)" in code


@pytest.mark.parametrize("use", ["print(options['evaluation_strategy'])", "save(options)", "other(**options)"])
@pytest.mark.parametrize(
    "made",
    ["{'evaluation_strategy': 'no'}", "{'overwrite_output_dir': True}", "dict(evaluation_strategy='no')", "dict(past_index=1)"],
)
def test_a_dict_that_serves_other_ends_as_well_is_told_and_left(made: str, use: str) -> None:
    source = f"{HEAD}options = {made}\n{use}\nTrainer(1, TrainingArguments('o', **options)).train()\n"
    assert f"options = {made}\n" in lifted(source).replace("    options", "options")
    assert [notice.line for notice in notices(source) if "it comes from a dict" in notice.text] == [2]


def test_two_trainers_that_share_a_dict_see_one_change() -> None:
    source = f"{HEAD}options = dict(no_cuda=True)\n"
    source += "".join(f"Trainer({i}, TrainingArguments('o{i}', **options)).train()\n" for i in range(2))
    assert "options = dict(use_cpu=True)" in lifted(source)


def test_a_switch_in_a_dict_of_strings_is_told() -> None:
    source = f"{HEAD}options = {{'group_by_length': flag}}\nTrainer(1, TrainingArguments('o', **options)).train()\n"
    assert [(notice.rule, notice.line) for notice in notices(source)] == [("RL201", 2)]


def test_a_dict_of_another_file_or_of_a_function_says_nothing_wrong() -> None:
    source = f"{HEAD}Trainer(1, TrainingArguments('o', **make())).train()\n"
    assert notices(source) == []


def test_configs_of_trl_take_their_names_from_dicts_too() -> None:
    code = lifted(
        "from trl import SFTConfig, SFTTrainer\noptions = dict(max_seq_length=8)\nSFTTrainer(1, SFTConfig('o', **options)).train()\n"
    )
    assert "options = dict(max_length=8)" in code
