"""What `notebook_launcher` is given: called directly, its worker count taken over, live objects refused."""

from __future__ import annotations

import pytest
from tests.codemod.lifting import lifted, notices, refusal

from raylift.lift import rewrite
from raylift.outcome import Untouched

LOOP = """\
from accelerate import Accelerator, debug_launcher, notebook_launcher
from torch import nn
from transformers import AutoModel

WORKERS = 4


class Net(nn.Module):
    pass


def loop(name, *rest):
    accelerator = Accelerator()
    accelerator.backward(loss_of(name))


"""

CALLS = {
    "arguments in place": ('notebook_launcher(loop, ("bert", 3), num_processes=8)', 'loop("bert", 3)', 8),
    "by name": ('notebook_launcher(function=loop, num_processes=8, args=("bert",))', 'loop("bert")', 8),
    "arguments by name": ('args = ("bert", 3)\nnotebook_launcher(loop, args, WORKERS)', "loop(*args)", 4),
    "no number": ('notebook_launcher(loop, ("bert",))', 'loop("bert")', 2),
    "several nodes": ('notebook_launcher(loop, ("bert",), num_processes=8, num_nodes=2)', 'loop("bert")', 16),
    "debug": ('debug_launcher(loop, ("bert",), 3)', 'loop("bert")', 3),
    "a choice of functions": (
        'notebook_launcher(loop if WORKERS else other, ("bert",), num_processes=2)',
        '(loop if WORKERS else other)("bert")',
        2,
    ),
    "behind a guard": ('if __name__ == "__main__":\n    notebook_launcher(loop, ("bert",), num_processes=2)', 'loop("bert")', 2),
}


@pytest.mark.parametrize("name", CALLS)
def test_the_function_is_called_by_as_many_workers(name: str) -> None:
    source, call, workers = CALLS[name]
    code = lifted(LOOP + source + "\n")
    assert f"def train_func():\n    {call}\n" in code
    assert f"num_workers={workers}, use_gpu={name != 'debug'}" in code


def test_a_launcher_that_nobody_calls_any_more_is_no_longer_imported() -> None:
    code = lifted(LOOP + 'notebook_launcher(loop, ("bert",))\n')
    assert code.startswith("from accelerate import Accelerator\nfrom torch import nn\n")
    alone = LOOP.replace(", notebook_launcher\n", "\nfrom accelerate import notebook_launcher as launch  # start\n")
    head = lifted(alone + 'launch(loop, ("bert",))\n').split("Ray")[0].split("\nclass Net")[0]
    assert "launch" not in head
    assert "# start\n" in head
    kept = lifted(LOOP + 'notebook_launcher(loop, ("bert",))\nprint(notebook_launcher)\n')
    assert "from accelerate import Accelerator, notebook_launcher\n" in kept


def test_the_users_own_number_wins() -> None:
    assert "num_workers=3," in lifted(LOOP + 'notebook_launcher(loop, ("bert",), num_processes=8)\n', num_workers=3)


def test_its_mixed_precision_goes_to_every_worker() -> None:
    code = lifted(LOOP + 'notebook_launcher(loop, ("bert",), 2, "bf16")\n')
    assert 'accelerate_config={"mixed_precision": "bf16"}' in code


def test_stock_ray_is_given_the_mixed_precision_in_the_script() -> None:
    code = lifted(LOOP + 'notebook_launcher(loop, ("bert",), 2, "bf16")\n', runtime="ray")
    assert 'accelerator = Accelerator(mixed_precision="bf16")' in code


def test_a_number_that_is_not_known_is_told() -> None:
    source = LOOP + 'import torch\nnotebook_launcher(loop, ("bert",), num_processes=torch.cuda.device_count())\n'
    assert "RL226" in [notice.rule for notice in notices(source)]


@pytest.mark.parametrize(
    "made", ["Net()", 'AutoModel.from_pretrained("bert")', "torch.utils.data.DataLoader(data)", "build_it()"]
)
def test_live_objects_are_refused(made: str) -> None:
    notice = refusal(LOOP + f"model = {made}\nnotebook_launcher(loop, (model, 3), num_processes=8)\n")
    assert (notice.rule, notice.text) == ("RL314", "`model` exists before the launch and is handed to every process")


@pytest.mark.parametrize("made", ["Net()", 'AutoModel.from_pretrained("bert")'])
def test_live_objects_are_known_by_what_makes_them_whatever_they_are_called(made: str) -> None:
    assert refusal(f"{LOOP}it = {made}\nnotebook_launcher(loop, (it, 3), num_processes=8)\n").rule == "RL314"
    assert "loop(it, 3)" in lifted(f"{LOOP}it = Path({made[:3]!r})\nnotebook_launcher(loop, (it, 3), num_processes=8)\n")


def test_arguments_that_do_not_fit_are_refused() -> None:
    source = LOOP.replace("(name, *rest)", "(name)") + 'notebook_launcher(loop, ("bert", 3), num_processes=8)\n'
    assert refusal(source).rule == "RL315"


@pytest.mark.parametrize("arguments", ["*launch", "loop, *rest", "loop, num_processes=8, **rest"])
def test_arguments_that_come_from_a_list_or_a_dict_are_refused(arguments: str) -> None:
    assert refusal(LOOP + f"notebook_launcher({arguments})\n").rule == "RL315"


def test_a_mention_in_a_docstring_is_left_alone() -> None:
    source = (
        b'"""Start this with `notebook_launcher(loop, (), num_processes=8)`."""\nimport accelerate\n\n\ndef loop():\n    pass\n'
    )
    assert isinstance(rewrite(source), Untouched)
