"""Every statement of a source is in its result once, and in order along each path."""

from __future__ import annotations

import pytest
from tests.codemod.result_check.results import CONNECTED, HEAD, LAUNCH, TRAIN, faults, inside, result

FLAT = f"{HEAD}data = [1]\nprint(1)\nprint(2)\n{TRAIN}"


def test_a_lift_that_keeps_everything_is_no_fault() -> None:
    assert faults(FLAT, result("data = [1]\n", f"print(1)\nprint(2)\n{CONNECTED}")) == []


def test_a_statement_that_is_lost_is_named() -> None:
    assert faults(FLAT, result("data = [1]\n", f"print(2)\n{CONNECTED}")) == ["`print(1)` is lost"]


def test_a_statement_that_is_there_twice_is_named() -> None:
    assert faults(FLAT, result("data = [1]\nprint(1)\n", f"print(1)\nprint(2)\n{CONNECTED}")) == [
        "`print(1)` is there once more than before"
    ]


def test_statements_in_another_order_are_named() -> None:
    assert faults(FLAT, result("data = [1]\n", f"print(2)\nprint(1)\n{CONNECTED}")) == [
        "`print(1)` stands in another place than before"
    ]


def test_a_statement_may_stay_where_another_moves() -> None:
    assert faults(FLAT, result("data = [1]\nprint(2)\n", f"print(1)\n{CONNECTED}")) == []


def test_an_edited_statement_is_known_by_what_it_is_made_of() -> None:
    before = f"{HEAD}args = dict(evaluation_strategy='epoch', no_cuda=True)\n{TRAIN}"
    after = result("", f"args = dict(eval_strategy='epoch', use_cpu=True)\n{CONNECTED}")
    assert faults(before, after) == []


def test_another_statement_in_its_place_is_a_loss() -> None:
    before = f"{HEAD}args = dict(evaluation_strategy='epoch', no_cuda=True)\n{TRAIN}"
    assert faults(before, result("", f"other = dict(eval_strategy='epoch', use_cpu=True)\n{CONNECTED}")) == [
        "`args = dict(evaluation_strategy='epoch', no_cuda=True)` is lost"
    ]


LOOP = "for epoch in range(3):\n    first()\n    second()\n"


@pytest.mark.parametrize(
    ("loop", "said"),
    [
        ("for epoch in range(3):\n    first()\n    second()\n    report()\n", []),
        ("for epoch in resumable(range(3)):\n    first()\n    second()\n", []),
        ("for epoch in range(3):\n    second()\n", ["`first()` is lost"]),
        ("for epoch in range(3):\n    first()\nsecond()\n", ["`second()` is lost"]),
        ("for epoch in range(3):\n    second()\n    first()\n", ["`first()` stands in another place than before"]),
        ("for epoch in range(3):\n    if ready():\n        first()\n    second()\n", ["`first()` is lost"]),
        ("for epoch in range(3):\n    with folder():\n        first()\n    second()\n", []),
        ("for epoch in range(3):\n    if not dist.is_initialized():\n        first()\n    second()\n", []),
        ("for epoch in range(3):\n    if dist.is_initialized():\n        first()\n    second()\n", ["`first()` is lost"]),
        ("first()\nsecond()\n", ["`for epoch in range(3):` is lost"]),
    ],
)
def test_a_block_keeps_its_statements(loop: str, said: list[str]) -> None:
    head = f"{HEAD}import dist\nfrom a import first, second, report, resumable, folder, ready\n"
    assert faults(f"{head}{LOOP}{TRAIN}", result("", loop + CONNECTED, head=head)) == said


def test_a_lost_branch_is_named() -> None:
    before = f"{HEAD}if sys.argv:\n    print(1)\nelse:\n    print(2)\n{TRAIN}"
    after = result("", f"if sys.argv:\n    print(1)\n{CONNECTED}")
    assert faults(before, after) == ["`print(2)` is lost"]


def test_what_a_worker_leaves_by_is_no_branch_of_the_source() -> None:
    before = f"{HEAD}print(1)\n{TRAIN}"
    body = "print(1)\n" + CONNECTED
    wrapped = "try:\n" + "".join(f"    {line}\n" for line in body.splitlines())
    wrapped += "except SystemExit as stop:\n    if stop.code:\n        raise\n"
    assert faults(before, result("", wrapped)) == []
    assert faults(before, result("", wrapped.replace("SystemExit", "Exception"))) != []


def test_the_text_of_a_moved_string_is_compared_as_it_is() -> None:
    before = f'{HEAD}text = """a\n    b\n"""\n{TRAIN}'
    moved = 'def train_func():\n    text = """a\n    b\n"""\n'
    after = result("", CONNECTED).replace("def train_func():\n", moved)
    assert faults(before, after) == []
    assert faults(before, after.replace("a\n    b", "a\n  b")) == ["`text = 'a\\n    b\\n'` is lost"]


def test_a_launcher_may_become_a_call_of_what_it_launched() -> None:
    head = "from accelerate import notebook_launcher\ndef run():\n    pass\n"
    before = f"{head}notebook_launcher(run, (), num_processes=8)\n"
    needs = "from ray.train import ScalingConfig\nfrom raylift_runtime.torch import TorchTrainer\n"
    stay = "def run():\n    pass\n"
    assert faults(before, result(stay, "run()\n", needs=needs, head="")) == []
    assert faults(before, result(stay, "print()\n", needs=needs, head="")) == [
        "`notebook_launcher(run, (), num_processes=8)` is lost"
    ]


@pytest.mark.parametrize("start", ["pet.elastic_launch(config, run)()", "pet.TorchDistributor(num_processes=3).run(run)"])
def test_other_launchers_may_become_a_call_as_well(start: str) -> None:
    head, needs = (
        "import pet\nfrom a import config, run\n",
        "from ray.train import ScalingConfig\nfrom raylift_runtime.torch import TorchTrainer\n",
    )
    assert faults(f"{head}{start}\n", result("", "run()\n", needs=needs, head=head)) == []
    assert faults(f"{head}{start}\n", result("", "print()\n", needs=needs, head=head)) == [f"`{start}` is lost"]


def test_a_setting_that_ray_makes_may_go() -> None:
    before = f'{HEAD}import os\nos.environ["CUDA_VISIBLE_DEVICES"] = "0"\nos.environ["HF_HOME"] = "/data"\n{TRAIN}'
    stay = 'os.environ["HF_HOME"] = "/data"\n'
    assert faults(before, result(stay, head=f"{HEAD}import os\n")) == []
    assert faults(before, result("", head=f"{HEAD}import os\n")) == ["`os.environ['HF_HOME'] = '/data'` is lost"]


def test_an_argument_of_what_is_gone_may_go_where_nothing_reads_it() -> None:
    before = "from ray.data.preprocessors import BatchMapper\nhalf = BatchMapper(str)\nprint(1)\n"
    assert faults(before, "print(1)\n") == []
    assert faults(before.replace("(str)", "(str)\nprint(half)"), "print(half)\nprint(1)\n") == [
        "`half = BatchMapper(str)` is lost",
        "`half` is bound nowhere",
        "`half` may be read before it is bound",
    ]


def test_an_annotation_alone_may_go_where_its_name_becomes_global() -> None:
    before = f"{HEAD}best: float\n{TRAIN}"
    assert faults(before, result("", f"global best\npass\n{CONNECTED}")) == []
    assert faults(before, result()) == ["`best: float` is lost"]


COMMAND = "from training import run\ndef main():\n    run(1)\n    run(2)\n    return 0\n"
LAUNCHING = (
    "from ray.train import ScalingConfig\nfrom raylift_runtime.torch import TorchTrainer\nfrom training import run\n"
    "def main():\n    def train_func():\n        run(1)\n        run(2)\n        return\n"
    "    trainer = TorchTrainer(train_func, scaling_config=ScalingConfig(num_workers=2))\n    trainer.fit()\n    return 0\n"
)


def test_a_command_may_launch_its_own_body() -> None:
    assert faults(COMMAND, LAUNCHING) == []
    assert faults(COMMAND, LAUNCHING.replace("        run(2)\n", "")) == ["`run(2)` is lost"]
    assert faults(COMMAND, LAUNCHING.replace("TorchTrainer(train_func", "TorchTrainer(print")) != []


def test_a_function_inside_a_command_goes_with_its_body() -> None:
    own = "    def rows(n):\n        return [n]\n"
    before, after = (
        text.replace("    run(1)\n", "    run(rows(1))\n").replace("def main():\n", f"def main():\n{own}")
        for text in (COMMAND, LAUNCHING)
    )
    moved = inside(own)
    after = after.replace(own, "").replace("    def train_func():\n", f"    def train_func():\n{moved}")
    assert faults(before, after) == []
    assert faults(before, after.replace(moved, "")) != []


def test_what_loses_its_annotation_for_global_is_still_there_beside_the_same_without_one() -> None:
    before = f"{HEAD}best = 0\nif __name__ == '__main__':\n    best: float = 0\n    print(best)\n{inside(TRAIN)}"
    launch = LAUNCH.replace('"__main__"', "'__main__'")
    lifted = result("best = 0\n", f"global best\nbest = 0\nprint(best)\n{CONNECTED}", launch)
    assert faults(before, lifted) == []
    assert faults(before, lifted.replace("    best = 0\n", "")) == ["`best: float = 0` is lost"]
