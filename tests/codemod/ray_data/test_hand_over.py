"""`--data ray`: the driver makes the data, and each worker takes its shard."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest
from tests.codemod.lifting import lifted, notices
from tests.conftest import Expected
from tests.shapes import ROOT

FIXTURES = sorted((ROOT / "fixtures/ray_data").glob("*/before.py"))
LOOP = ROOT / "fixtures/ray_data/loop_in_functions/before.py"
TRAINER = """
from datasets import load_dataset
from transformers import AutoTokenizer, Trainer, TrainingArguments

def main():
    tokenizer = AutoTokenizer.from_pretrained("x")
    raw = load_dataset("glue", "mrpc")
{data}
    trainer = Trainer(args=TrainingArguments("out"), train_dataset={train}, processing_class=tokenizer)
    trainer.train()

if __name__ == "__main__":
    main()
"""


def script(data: str, train: str = 'raw["train"]') -> str:
    return TRAINER.format(data="".join(f"    {line}\n" for line in data.splitlines()), train=train)


def parts(code: str) -> tuple[str, str]:
    """The driver's function and the script's `main`."""
    functions = {node.name: ast.unparse(node) for node in ast.parse(code).body if isinstance(node, ast.FunctionDef)}
    return functions["load_datasets"], functions["main"]


@pytest.mark.parametrize("before", FIXTURES, ids=[path.parent.name for path in FIXTURES])
def test_a_script_becomes_what_its_fixture_says(before: Path, expected: Expected) -> None:
    for runtime, name in (("raylift", "after.py"), ("ray", "after_stock.py")):
        if runtime == "raylift" or before.with_name(name).exists():
            expected(before.with_name(name), lifted(before.read_text(), data="ray", runtime=runtime).encode())


def test_without_the_flag_nothing_changes() -> None:
    code = lifted(script(""))
    assert "load_datasets" not in code
    assert 'train_dataset=raw["train"]' in code


def test_what_only_makes_data_leaves_the_worker_and_what_both_need_stays() -> None:
    driver, worker = parts(lifted(script("data = raw.map(lambda x: tokenizer(x['text']))", 'data["train"]'), data="ray"))
    assert "raw.map" in driver
    assert "from_pretrained" in driver
    assert "load_dataset(" not in worker
    assert "from_pretrained" in worker
    assert "train_dataset=get_dataset_shard('train')" in worker


def test_what_the_worker_reads_of_the_data_is_made_there_as_well_and_told() -> None:
    source = script('labels = raw["train"].features["label"].names\nprint(labels)')
    driver, worker = parts(lifted(source, data="ray"))
    assert "load_dataset(" in driver
    assert "load_dataset(" in worker
    assert [notice.line for notice in notices(source, data="ray") if notice.rule == "RL241"] == [7]


def test_a_condition_that_only_makes_data_goes_as_a_whole() -> None:
    data = 'if "validation" not in raw:\n    raw = raw["train"].train_test_split(0.1, seed=1)\nelif raw:\n    print(raw)\n'
    driver, worker = parts(lifted(script(data), data="ray"))
    assert "elif raw:" in driver
    assert "validation" not in worker


def test_a_log_and_a_check_of_the_data_go_where_the_data_go() -> None:
    data = 'if "train" not in raw:\n    raise ValueError("no rows")\nfor i in range(3):\n    print(raw["train"][i])\n'
    driver, worker = parts(lifted(script(data), data="ray"))
    assert "raise ValueError('no rows')" in driver
    assert "print" not in worker


def test_a_count_of_rows_becomes_that_of_what_was_handed_over() -> None:
    source = script('train = raw["train"]', "train").replace(
        "trainer.train()", 'trainer.train()\n    print(f"{len(train)} rows")'
    )
    assert "{dataset_rows('train')} rows" in lifted(source, data="ray")


def test_a_dataset_of_some_runs_only_is_handed_over_in_those() -> None:
    source = script("", 'raw["train"] if tokenizer else None')
    driver, worker = parts(lifted(source, data="ray"))
    assert "if rows is not None" in driver
    assert "get_dataset_shard('train') if tokenizer else None" in worker


def test_a_seed_goes_along_where_the_data_are_shuffled_without_one() -> None:
    source = script("set_seed(3)\nraw = raw.shuffle()").replace("import AutoTokenizer", "import set_seed, AutoTokenizer")
    driver, worker = parts(lifted(source, data="ray"))
    assert "set_seed(3)" in driver
    assert "set_seed(3)" in worker
    assert "set_seed" not in parts(lifted(source.replace("shuffle()", "shuffle(seed=1)"), data="ray"))[0]


def test_the_argument_of_a_call_on_the_way_is_bound_by_its_parameter() -> None:
    source = script("").replace("def main():", "def main(name, unused):").replace('"glue", "mrpc"', "name")
    driver, _ = parts(lifted(source.replace("    main()\n", '    main("glue", 3)\n'), data="ray"))
    assert "name = 'glue'" in driver
    assert "unused" not in driver


def test_a_text_of_several_lines_and_the_comments_move_as_they_are() -> None:
    data = '# Why the rows are what they are\nraw = raw.filter(lambda row: row["text"] != """a\n    b""")'
    code = lifted(script(data), data="ray")
    assert code.count("# Why the rows are what they are") == 1
    assert '"""a\n        b"""' in code


def test_the_comment_of_an_inner_condition_moves_with_it() -> None:
    data = 'if raw:\n    # Why some are split\n    if "validation" not in raw:\n        raw = raw["train"].train_test_split(0.1, seed=1)\n'
    code = lifted(script(data), data="ray")
    assert code.count("# Why some are split") == 1
    assert "        # Why some are split\n" in code


def test_what_functions_are_given_is_written_in_the_order_of_the_calls() -> None:
    source = script("").replace("def main():", "def main(c, a, b):").replace('"glue", "mrpc"', "a, b, split=c")
    driver, _ = parts(lifted(source.replace("    main()\n", '    main("1", "2", "3")\n'), data="ray"))
    assert "c, a, b = ('1', '2', '3')" in driver


def test_a_script_that_workers_of_stock_ray_import_keeps_the_function_that_makes_the_data() -> None:
    before = LOOP
    source = f"{before.read_text()}\n".replace("\n\n\ndef ", "\n\n\nclass Kept:\n    rows = 1\n\n\ndef ", 1)
    code = lifted(source, data="ray", runtime="ray")
    functions = [node.name for node in ast.parse(code).body if isinstance(node, ast.FunctionDef)]
    assert functions[-3:] == ["load_datasets", "train_func", "start_worker"]


@pytest.mark.parametrize("size", ["config['batch_size'] * 2", "8 if small else 16"])
def test_a_batch_size_that_is_computed_divides_the_rows_as_a_whole(size: str) -> None:
    before = LOOP.read_text()
    given = before.replace("get_dataloaders(accelerator, batch_size)", f"get_dataloaders(accelerator, {size})")
    assert f'(DATASET_ROWS["train"] // ({size}))' in lifted(given, data="ray", runtime="ray")
    own = before.replace("batch_size=EVAL_BATCH_SIZE", "batch_size=2 * EVAL_BATCH_SIZE").replace(
        "len(train_dataloader)", "len(eval_dataloader)"
    )
    assert "/ (2 * EVAL_BATCH_SIZE))" in lifted(own, data="ray", runtime="ray")


def test_a_shuffle_that_is_a_choice_is_asked_for_as_a_whole() -> None:
    before = LOOP.read_text()
    code = lifted(before.replace("shuffle=True", "shuffle=True if small else False"), data="ray", runtime="ray")
    assert " if (True if small else False) else None" in code
