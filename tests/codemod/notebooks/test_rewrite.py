"""What becomes of a notebook: one cell that trains, one that launches it, and all others as they were."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.codemod.notebooks.making import cells_of, lifted_cells, notebook
from tests.conftest import Raylift
from tests.generated import examples

from raylift.notebooks.rewrite import rewrite_notebook
from raylift.outcome import Failed, Refused, Rewritten, Untouched

IMPORTS = "from datasets import load_dataset\nfrom transformers import AutoModelForCausalLM, Trainer, TrainingArguments\n"
MODEL = 'model = AutoModelForCausalLM.from_pretrained("tiny")\n'
TRAINER = 'trainer = Trainer(model=model, args=TrainingArguments("out"), train_dataset=data)\n'
CELLS = ("#md # Title", IMPORTS, 'data = load_dataset("rows", split="train")\n', MODEL, TRAINER, "trainer.train()\n")


@pytest.mark.parametrize("runtime", ["raylift", "ray"])
def test_what_trains_moves_into_one_cell_and_its_launcher_stands_behind_it(runtime: str) -> None:
    *_, train, launch = lifted_cells(*CELLS, runtime=runtime)
    assert "\n\n\ndef train_func(" in train
    body = [line.strip() for line in train.splitlines()]
    order = [body.index(line.strip()) for line in (CELLS[2], MODEL, TRAINER, "trainer.train()")]
    assert order == sorted(order)
    assert launch.startswith("ray_trainer = TorchTrainer(\n    train_func,\n")
    assert launch.rstrip().endswith("result = ray_trainer.fit()")
    assert "__name__" not in train + launch


def test_data_that_a_cell_looks_at_stays_in_its_cell_and_is_made_on_the_workers_as_well() -> None:
    cells = lifted_cells(*CELLS[:3], "data[0]\n", *CELLS[3:])
    assert CELLS[2] in cells
    assert "data[0]\n" in cells
    assert f"    {CELLS[2]}" in cells[-2]
    assert "data[0]" not in cells[-2]


def test_what_is_changed_by_a_lift_has_no_outputs_and_all_else_keeps_its_bytes() -> None:
    before = notebook(*CELLS[:3], "data[0]\n", *CELLS[3:])
    outcome = rewrite_notebook(before)
    assert isinstance(outcome, Rewritten)
    old, new = json.loads(before), json.loads(outcome.code)
    assert [cell for cell in old["cells"] if cell["id"] in ("c1", "c3", "c4")] == [
        cell for cell in new["cells"] if cell["id"] in ("c1", "c3", "c4")
    ]
    changed = [cell for cell in new["cells"] if cell not in old["cells"]]
    assert [(cell["outputs"], cell["execution_count"]) for cell in changed] == [([], None)] * len(changed)
    assert old["metadata"] == new["metadata"]
    assert outcome.code.endswith(before[before.rindex(b'"metadata"') :])
    assert len({cell["id"] for cell in new["cells"]}) == len(new["cells"])


def test_what_reads_the_trainer_or_the_model_afterwards_moves_too() -> None:
    after = ("metrics = trainer.evaluate()\n", "print(metrics)\n", 'model.push_to_hub("me/mine")\n', "print('the end')\n")
    *_, train, _launch, last = lifted_cells(*CELLS, *after)
    assert all(f"    {line}" in train + "\n" for line in after[:3])
    assert last == after[3]


def test_what_is_loaded_from_the_results_folder_stays_behind_the_launcher() -> None:
    reload = 'loaded = AutoModelForCausalLM.from_pretrained("out", device_map="auto")\nloaded.generate()\n'
    cells = lifted_cells(*CELLS, 'trainer.save_model("out")\n', reload)
    assert cells[-1] == reload
    assert 'trainer.save_model("out")' in cells[-3]


def test_a_seed_and_a_variable_of_the_environment_are_set_in_both_places() -> None:
    setting = 'import os\nfrom transformers import set_seed\nos.environ["WANDB_MODE"] = "offline"\nset_seed(3)\n'
    cells = lifted_cells(*CELLS[:2], setting, *CELLS[2:])
    assert all(any(line in cell.splitlines() for cell in cells[:-2]) for line in setting.splitlines())
    assert '    os.environ["WANDB_MODE"] = "offline"\n    set_seed(3)\n' in cells[-2]


def test_what_stock_ray_needs_first_is_there_where_a_later_cell_imports_it() -> None:
    reading = CELLS[2].replace('"rows"', '"csv", data_files="a.csv"')
    cells = lifted_cells(
        *CELLS[:2], reading, *CELLS[3:], "import os\nprint(os.sep, trainer.state)\n", "trainer.train()\n", runtime="ray"
    )
    train = next(cell for cell in cells if "def train_func" in cell)
    assert 'def train_func(config):\n    import os\n    os.chdir(config["cwd"])\n' in train


def test_a_seed_between_two_trainings_finds_its_number_in_both_places() -> None:
    cells = lifted_cells(*CELLS, "import torch\nseed = 3\ntorch.manual_seed(seed)\n", "trainer.train()\n")
    assert cells[-1] == "import torch\nseed = 3\ntorch.manual_seed(seed)\n"
    assert "    seed = 3\n    torch.manual_seed(seed)\n    trainer.train()" in cells[-3]


def test_a_seed_after_the_training_is_that_of_the_kernel() -> None:
    after = "import torch\ntorch.manual_seed(3)\n"
    cells = lifted_cells(*CELLS, after)
    assert cells[-1] == after
    assert "manual_seed" not in cells[-3]


def test_a_login_and_an_installation_stay_and_the_launcher_waits_for_a_login() -> None:
    login = "from huggingface_hub import notebook_login\nnotebook_login()\n"
    cells = lifted_cells("!pip install -q transformers\n", *CELLS, login, "trainer.push_to_hub()\n")
    assert cells[0] == "!pip install -q transformers\n"
    assert cells.index(login) < next(at for at, cell in enumerate(cells) if "def train_func" in cell)


def test_functions_stay_in_their_cells_unless_they_read_what_the_workers_make() -> None:
    plain = "def tokenize(row):\n    return row\n"
    reading = 'def compute_metrics(given):\n    return {"size": len(data)}\n'
    cells = lifted_cells(
        *CELLS[:3],
        plain,
        reading,
        MODEL,
        TRAINER.replace("=data)", "=data.map(tokenize), compute_metrics=compute_metrics)"),
        CELLS[-1],
    )
    assert plain in cells
    assert reading not in cells
    assert "    def compute_metrics(given):\n" in cells[-2]


def test_constants_stay_where_they_can_be_changed_between_two_runs() -> None:
    cells = lifted_cells(
        *CELLS[:2], "RATE = 3e-5\n", *CELLS[2:4], TRAINER.replace('"out"', '"out", learning_rate=RATE'), CELLS[-1]
    )
    assert "RATE = 3e-5\n" in cells
    assert "RATE = " not in cells[-2]


def test_a_list_that_the_training_fills_is_made_where_it_is_filled() -> None:
    fill = "for row in data:\n    kept.append(row)\n"
    cells = lifted_cells(*CELLS[:3], "kept = []\n", fill, MODEL, TRAINER.replace("=data", "=kept"), CELLS[-1])
    assert "    kept = []\n" in cells[-2]


def test_a_name_that_means_something_else_later_is_told_apart() -> None:
    cells = lifted_cells("model = 3\n", *CELLS[1:], "model = 'a name'\n", "model.upper()\n")
    assert cells[0] == "model = 3\n"
    assert "model = 3" not in cells[-4]
    assert cells[-2:] == ["model = 'a name'\n", "model.upper()\n"]


def test_a_timing_magic_goes_with_the_code_that_it_timed() -> None:
    cells = lifted_cells(*CELLS[:-1], "%%time\ntrainer.train()\n")
    assert not any("%%time" in cell for cell in cells)


def test_what_a_magic_reads_is_there_when_it_is_run_again() -> None:
    timing, listing = "%time total = len(data)\n", "!ls {folder}\n"
    cells = lifted_cells(
        *CELLS[:3], timing, 'folder = "out"\n', listing, MODEL, TRAINER.replace('"out"', "folder"), "%time trainer.train()\n"
    )
    assert CELLS[2] in cells
    assert timing in cells
    assert 'folder = "out"\n' in cells
    assert listing in cells
    assert cells[-2].rstrip().endswith("    trainer.train()")


def test_a_picture_moves_whole() -> None:
    picture = "import matplotlib.pyplot as plt\nplt.figure()\nplt.plot([line['loss'] for line in trainer.state.log_history])\nplt.show()\n"
    cells = lifted_cells(*CELLS, picture)
    assert [line.strip() for line in cells[-2].splitlines()][-4:] == picture.splitlines()


def test_the_rest_of_a_picture_that_the_workers_draw_moves_and_the_reader_is_told() -> None:
    picture = "import matplotlib.pyplot as plt\nfig, ax = plt.subplots()\nax.plot([trainer.state.global_step])\nax.set_title('steps')\nplt.show()\n"
    outcome = rewrite_notebook(notebook(*CELLS, picture))
    assert isinstance(outcome, Rewritten)
    assert [(str(notice.line), notice.rule) for notice in outcome.notices] == [("cell 7:2", "RL240")]
    assert [line.strip() for line in lifted_cells(*CELLS, picture)[-2].splitlines()][-5:] == picture.splitlines()
    beside = lifted_cells(*CELLS, f"{picture}answer = 6 * 7\nprint(answer)\n")
    assert "answer = 6 * 7\nprint(answer)\n" in beside[-1]
    assert "answer" not in beside[-3]
    saved = rewrite_notebook(notebook(*CELLS, picture.replace("plt.show()", "plt.savefig('a.png')")))
    assert isinstance(saved, Rewritten)
    assert not saved.notices


def test_the_imports_of_a_lift_stand_with_what_uses_them_first_and_import_cells_stay_as_they_are() -> None:
    cells = lifted_cells(*CELLS)
    assert IMPORTS in cells
    assert cells[-2].startswith("from ray.train import ScalingConfig\n")
    loop = f"def main():\n    {MODEL}    {TRAINER}    trainer.train()\n"
    cells = lifted_cells(IMPORTS, CELLS[2], "def other():\n    return 3\n", loop, "main()\n")
    assert IMPORTS in cells
    assert next(cell for cell in cells if "def main" in cell).startswith("from ray.train import ScalingConfig\n")


@pytest.mark.parametrize("line", ["%time trainer.train()", "%time out = trainer.train()", "out = %time trainer.train()"])
def test_a_training_that_a_magic_times_is_a_training(line: str) -> None:
    cells = lifted_cells(*CELLS[:-1], f"{line}\n", "%time print(1)\n")
    assert "trainer.train()\n" in cells[-3] + "\n"
    assert "%" not in cells[-3]
    assert cells[-1] == "%time print(1)\n"


@pytest.mark.parametrize(
    "asked",
    [
        "from getpass import getpass\nTOKEN = getpass()\n",
        'from google.colab import userdata\nTOKEN = userdata.get("HF")\n',
        'TOKEN = input("token")\n',
    ],
)
def test_what_the_user_is_asked_is_asked_in_the_kernel_once_and_travels(asked: str) -> None:
    setting = 'import os\nos.environ["HF_TOKEN"] = TOKEN\n'
    cells = lifted_cells(asked, setting, *CELLS[:3], MODEL.replace('"tiny"', '"tiny", token=TOKEN'), *CELLS[4:])
    assert cells[:2] == [asked, setting]
    assert '    os.environ["HF_TOKEN"] = TOKEN\n' in cells[-2]
    assert asked.splitlines()[-1] not in cells[-2]


@pytest.mark.parametrize("begin", ['wandb.init(project="mine")\n', 'run = wandb.init(project="mine")\n'])
def test_the_record_of_a_training_begins_and_ends_where_it_trains(begin: str) -> None:
    cells = lifted_cells("import wandb\nwandb.login()\n", *CELLS[:-1], begin, CELLS[-1], "wandb.finish()\n")
    assert cells[0] == "import wandb\nwandb.login()\n"
    lines = [line.strip() for line in cells[-2].splitlines()]
    assert lines.index(begin.strip()) < lines.index("trainer.train()") < lines.index("wandb.finish()")
    assert "login" not in cells[-2]


def test_the_memory_that_a_training_took_is_measured_where_it_trains() -> None:
    before = "import torch\nstart = torch.cuda.max_memory_reserved()\nprint(start)\n"
    after = "used = torch.cuda.max_memory_reserved() - start\nprint(used)\n"
    for runtime in ("raylift", "ray"):
        cells = lifted_cells(*CELLS[:-1], before, CELLS[-1], after, runtime=runtime)
        measured = "    start = torch.cuda.max_memory_reserved()\n    print(start)\n    trainer.train()\n    used = "
        assert any(measured in cell for cell in cells)
        assert not any("max_memory" in cell and "def train_func" not in cell for cell in cells)


def test_a_gpu_that_is_looked_at_before_there_is_a_model_is_the_kernels() -> None:
    look = "import torch\nprint(torch.cuda.get_device_name(0))\n"
    assert lifted_cells(look, *CELLS)[0] == look


def test_a_guard_in_a_cell_is_opened_where_it_trains_and_stays_where_it_does_not() -> None:
    cells = lifted_cells(*CELLS[:-1], 'if __name__ == "__main__":\n    # go\n    trainer.train()\n')
    assert cells[-2].rstrip().endswith("    # go\n    trainer.train()")
    plain = 'if __name__ == "__main__":\n    print("hello")\n'
    assert plain in lifted_cells(*CELLS[:-1], plain, CELLS[-1])


def test_a_guard_with_a_condition_of_its_own_keeps_it_where_it_trains() -> None:
    *_, train, _ = lifted_cells(*CELLS[:5], 'if __name__ == "__main__" and ready:\n    trainer.train()\n')
    assert '    if __name__ == "__main__" and ready:\n        trainer.train()\n' in train


def test_a_class_that_a_cell_only_talks_of_does_not_take_that_cell_along() -> None:
    talk = "describe(Rows)\n"
    rows = "class Rows:\n    def __len__(self):\n        return 3\n"
    cells = lifted_cells(*CELLS[:4], rows, talk, "size = len(Rows())\n", TRAINER, "trainer.train(size)\n")
    assert talk in cells
    assert "describe(" not in cells[-2]


def test_an_import_that_a_later_cell_repeats_is_that_of_the_first() -> None:
    again = "from datasets import load_dataset\n"
    cells = lifted_cells(*CELLS, again, "other = load_dataset('other')\nother[0]\n")
    assert again in cells
    assert cells[-1] == "other = load_dataset('other')\nother[0]\n"


def test_what_is_deleted_is_deleted_where_it_is() -> None:
    cells = lifted_cells(*CELLS, "import gc\ndel model, trainer\ngc.collect()\n", "import gc\ngc.collect()\n")
    assert cells[-4].rstrip().endswith("    del model, trainer")
    assert cells[-1] == "import gc\ngc.collect()\n"


def test_a_function_for_later_use_follows_the_model_that_it_reads() -> None:
    cells = lifted_cells(*CELLS, "def predict(text):\n    return model(text)\n")
    assert cells[-2].rstrip().endswith("    def predict(text):\n        return model(text)")
    cells = lifted_cells(*CELLS, "def show(n):\n    print(data[n])\n")
    assert cells[-2].rstrip().endswith("    def show(n):\n        print(data[n])")
    shown = lifted_cells(*CELLS[:3], "data[0]\n", *CELLS[3:], "def show(n):\n    print(data[n])\n")
    assert shown[-1] == "def show(n):\n    print(data[n])\n"


@pytest.mark.parametrize(
    "taken", ["for batch in loader:\n    break\n", "batch = next(iter(loader))\n", "batch = list(iter(loader))[0]\n"]
)
def test_a_batch_that_is_drawn_after_a_seed_is_drawn_on_the_workers_too(taken: str) -> None:
    seed = "import torch\nfrom torch.utils.data import DataLoader\ntorch.manual_seed(1)\n"
    draw = f"loader = DataLoader(data, shuffle=True)\n{taken}batch\n"
    train = lifted_cells(seed, *CELLS[:3], draw, *CELLS[3:])[-2]
    assert train.index("torch.manual_seed(1)") < train.index(taken.strip().splitlines()[0]) < train.index("model = ")
    assert "batch" not in lifted_cells(seed.replace("torch.manual_seed(1)\n", ""), *CELLS[:3], draw, *CELLS[3:])[-2]


def test_a_shell_command_that_reads_what_has_moved_is_told() -> None:
    outcome = rewrite_notebook(notebook(*CELLS, 'path = f"at-{trainer.state.global_step}"\n', "!ls {path}\n"))
    assert isinstance(outcome, Rewritten)
    assert [(str(notice.line), notice.rule) for notice in outcome.notices] == [("cell 8:1", "RL239")]
    known = rewrite_notebook(notebook(*CELLS, 'path = "out"\n', "trainer.save_model(path)\n", "!ls {path}\n"))
    assert isinstance(known, Rewritten)
    assert not known.notices


def test_the_launcher_waits_for_an_installation_that_a_later_cell_of_the_workers_needs() -> None:
    install = "!pip install evaluate\n"
    cells = lifted_cells(*CELLS, install, "import evaluate\nevaluate.load('x').compute(trainer.evaluate())\n")
    assert cells.index(install) < next(at for at, cell in enumerate(cells) if "def train_func" in cell)
    shown = lifted_cells(*CELLS, "!nvidia-smi\n", "trainer.evaluate()\n")
    assert shown[-1] == "!nvidia-smi\n"


def test_two_trainings_one_after_the_other_share_the_train_function() -> None:
    second = TRAINER.replace('"out"', '"again"') + "trainer.train()\n"
    *_, train, _launch = lifted_cells(*CELLS, MODEL, second)
    assert train.count("trainer.train()") == 2
    assert train.count("prepare_trainer(trainer)") == 2


def test_what_a_kernel_shows_is_imported_where_workers_show_it() -> None:
    cells = lifted_cells(*CELLS, "display(trainer.evaluate())\n")
    assert any("from IPython.display import display" in cell for cell in cells)


@pytest.mark.parametrize("line", ["await started()\n", "if data:\n    !ls\n"])
def test_what_only_a_kernel_can_run_must_not_move(line: str) -> None:
    outcome = rewrite_notebook(
        notebook(*CELLS[:3], f"{line}data = data.map(len)\n" if "!" in line else f"data = {line}", *CELLS[3:])
    )
    if "!" in line:
        assert isinstance(outcome, Rewritten)  # the shell command has nothing to do with the training
        return
    assert isinstance(outcome, Refused)
    assert str(outcome.notices[0].line) == "cell 4:1"


@pytest.mark.parametrize(
    "early", ["print(trainer.state)\n", "for part in model.parameters():\n    pass\n", "trainer.args.seed = 3\n"]
)
def test_a_cell_that_reads_what_only_a_cell_below_makes_is_named(early: str) -> None:
    outcome = rewrite_notebook(notebook(*CELLS[:2], early, *CELLS[2:]))
    assert isinstance(outcome, Refused)
    assert [(str(notice.line), notice.rule) for notice in outcome.notices] == [("cell 3:1", "RL332")]


@pytest.mark.parametrize(
    "holder",
    [
        "class Holder:\n    model = model\n",
        "class Holder:\n    def model(self, model=model):\n        return model\n",
        "class Holder:\n    class Inner:\n        for model in model:\n            pass\n",
        "def make():\n    class Holder:\n        model = model\n    return Holder\n\nHolder = make()\n",
    ],
    ids=["class", "default", "nested", "function"],
)
def test_a_class_that_reads_a_name_which_it_binds_finds_it_in_the_module(holder: str) -> None:
    *_, train, _ = lifted_cells(IMPORTS, MODEL, holder, "trainer = Trainer(Holder)\n", "trainer.train()\n")
    assert f"\ndef train_func():\n    global model\n    {MODEL}" in train


def test_a_broken_cell_is_left_as_it_is_and_told_with_its_number() -> None:
    outcome = rewrite_notebook(notebook(*CELLS[:2], "print('half\n", *CELLS[2:]))
    assert isinstance(outcome, Rewritten)
    assert [(str(notice.line), notice.rule) for notice in outcome.notices] == [("cell 3:1", "RL238")]
    assert "print('half\n" in [cell.source for cell in cells_of(outcome.code)]


def test_a_notebook_that_needs_nothing_says_why() -> None:
    for raw, reason in (
        (notebook("print(1)\n"), "it starts no training that raylift knows"),
        (notebook("x <- 1\n").replace(b'"python"', b'"R"'), "its kernel speaks R, not Python"),
    ):
        assert rewrite_notebook(raw) == Untouched(reason)


@pytest.mark.parametrize("raw", [b"", b"{}", b"[1]", b'{"cells": 3}', b'{"cells": [3]}', b"\xff", b'{"cells": [', b"{" * 100_000])
def test_what_is_no_notebook_fails_in_one_line(raw: bytes) -> None:
    outcome = rewrite_notebook(raw)
    assert isinstance(outcome, Failed)
    assert not outcome.ours
    assert outcome.message.startswith("is no notebook: ")
    assert "\n" not in outcome.message


def test_notebook_launcher_becomes_the_call_that_it_makes() -> None:
    loop = (
        "def loop():\n    accelerator = Accelerator()\n    for epoch in range(2):\n        accelerator.backward(loss_of(epoch))\n"
    )
    cells = lifted_cells(
        "from accelerate import Accelerator, notebook_launcher\n", loop, "notebook_launcher(loop, num_processes=2)\n"
    )
    assert cells[-2] == "def train_func():\n    loop()\n"
    assert "num_workers=2" in cells[-1]


@settings(max_examples=examples(200), deadline=None)
@given(
    st.lists(st.text(max_size=60), max_size=5),
    st.sampled_from([None, 1, 2, 4]),
    st.booleans(),
    st.sampled_from(["\n", "", "\n\n"]),
    st.integers(0, 5),
)
def test_a_notebook_that_needs_nothing_comes_back_byte_for_byte(
    sources: list[str], indent: int | None, ascii_only: bool, end: str, minor: int
) -> None:
    raw = notebook(*sources, minor=minor, indent=indent, ensure_ascii=ascii_only).rstrip(b"\n") + end.encode()
    assert isinstance(rewrite_notebook(raw), Untouched)


@settings(max_examples=examples(60), deadline=None)
@given(st.sampled_from([None, 1, 2, 4]), st.booleans(), st.integers(0, 5), st.lists(st.text(max_size=20), max_size=2))
def test_however_its_json_is_written_a_lifted_notebook_is_one(
    indent: int | None, ascii_only: bool, minor: int, more: list[str]
) -> None:
    cells = [*CELLS, *(f"#md {text}" for text in more)]
    outcome = rewrite_notebook(notebook(*cells, minor=minor, indent=indent, ensure_ascii=ascii_only))
    assert isinstance(outcome, Rewritten)
    made = json.loads(outcome.code)
    assert set(made) == {"cells", "metadata", "nbformat", "nbformat_minor"}
    for cell in made["cells"]:
        keys = {"cell_type", "metadata", "source"} | ({"id"} if minor >= 5 else set())
        assert set(cell) == keys | ({"execution_count", "outputs"} if cell["cell_type"] == "code" else set())
    style = {"indent": indent, "ensure_ascii": ascii_only, "sort_keys": True}
    assert json.dumps(made, **style) + "\n" == outcome.code.decode()  # type: ignore[arg-type]  # as it was written


def test_a_notebook_of_format_3_is_lifted_in_its_own_form() -> None:
    cells = [
        {
            "cell_type": "code",
            "collapsed": False,
            "input": source.splitlines(keepends=True),
            "language": "python",
            "metadata": {},
            "outputs": [],
        }
        for source in CELLS[1:]
    ]
    raw = json.dumps(
        {"metadata": {"name": ""}, "nbformat": 3, "nbformat_minor": 0, "worksheets": [{"cells": cells, "metadata": {}}]}, indent=1
    )
    outcome = rewrite_notebook(raw.encode())
    assert isinstance(outcome, Rewritten)
    made = json.loads(outcome.code)["worksheets"][0]["cells"]
    assert "\ndef train_func():\n" in "".join(made[-2]["input"])
    assert {frozenset(cell) for cell in made} == {frozenset(cells[0])}


def test_a_notebook_goes_wherever_a_script_goes(raylift: Raylift, tmp_path: Path) -> None:
    path = tmp_path / "train.ipynb"
    path.write_bytes(notebook(*CELLS))
    checked = raylift("check", tmp_path)
    assert checked.code == 1
    assert f"{path}:cell 6:1: RL101" in checked.out or f"{path}:cell 5:1: RL101" in checked.out
    entry = json.loads(raylift("check", "--format", "json", path).out)["entries"][0]
    assert (entry["cell"], entry["line"]) == (5, 1)
    line = json.loads(raylift("check", "--format", "sarif", path).out)["runs"][0]["results"][0]["locations"][0][
        "physicalLocation"
    ]["region"]
    assert "Trainer(model" in path.read_text().splitlines()[line["startLine"] - 1]
    shown = raylift("diff", path)
    assert "+def train_func():" in shown.out
    assert '"cell_type"' not in shown.out
    assert raylift("rewrite", path, "--allow-dirty").code == 0
    assert json.loads(path.read_bytes())["nbformat"] == 4
    assert raylift("check", path).code == 0


def test_a_notebook_may_come_on_standard_input(raylift: Raylift) -> None:
    raw = notebook(*CELLS)
    assert "<stdin>:cell 5:1: RL101" in raylift("check", "-", stdin=raw).out
    assert json.loads(raylift("rewrite", "-", stdin=raw).out)["nbformat"] == 4
    assert raylift("check", "-", stdin=b'{"nbformat": 4').out.startswith("<stdin>: is no notebook: its JSON ends before")
    assert raylift("check", "-", stdin=b"{1: 2}\n").code == 0


def test_a_comment_of_ours_counts_in_a_cell_and_markers_are_left_there(raylift: Raylift, tmp_path: Path) -> None:
    path = tmp_path / "train.ipynb"
    path.write_bytes(notebook("# raylift: skip-file\n", *CELLS))
    assert raylift("check", path).code == 0
    broken = tmp_path / "broken.ipynb"
    broken.write_bytes(notebook(*CELLS[:2], "print('half\n", *CELLS[2:]))
    assert raylift("rewrite", "--mark", "--allow-dirty", broken).code == 0
    assert "# raylift: RL238" in broken.read_text()
