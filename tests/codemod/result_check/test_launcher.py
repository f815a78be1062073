"""Running a result reaches its launcher, and nothing trains before that."""

from __future__ import annotations

import pytest
from tests.codemod.result_check.results import CONNECTED, HEAD, LAUNCH, TRAIN, faults, result

GUARDED = f'{HEAD}if __name__ == "__main__":\n    trainer = Trainer(1)\n    trainer.train()\n'


def test_a_launcher_in_the_guard_is_no_fault() -> None:
    assert faults(GUARDED, result()) == []


def test_a_launcher_that_is_never_started_is_one() -> None:
    launch = LAUNCH.replace("    result = ray_trainer.fit()\n", "")
    assert faults(GUARDED, result(launch=launch)) == ["the launcher is made and never told to `fit`"]


def test_a_launcher_without_a_guard_is_one() -> None:
    launch = "ray_trainer = TorchTrainer(train_func, scaling_config=ScalingConfig(num_workers=2))\nresult = ray_trainer.fit()\n"
    assert faults(f"{HEAD}{TRAIN}", result(launch=launch)) == ["the launcher stands outside of the `__main__` guard"]


def test_a_guard_with_another_condition_is_one() -> None:
    launch = LAUNCH.replace('"__main__":', '"__main__" and sys.argv:')
    assert faults(GUARDED, result(launch=launch)) == ["the condition of the `__main__` guard has changed"]
    assert faults(GUARDED.replace('"__main__":', '"__main__" and sys.argv:'), result(launch=launch)) == []


@pytest.mark.parametrize("leave", ["sys.exit(main())", "raise SystemExit", "exit()"])
def test_a_script_that_ends_before_its_launcher_is_one(leave: str) -> None:
    main = "def main():\n    pass\n"
    assert faults(f"{HEAD}{main}{TRAIN}{leave}\n", result(f"{main}{leave}\n")) == ["the script ends before its launcher"]
    assert faults(f"{HEAD}{main}{TRAIN}{leave}\n", result(main, f"{CONNECTED}{leave}\n")) == []


@pytest.mark.parametrize(
    ("stay", "moved", "said"),
    [
        ("def run():\n    Trainer(2)\n", "run()\n", []),
        ("def run():\n    Trainer(2)\nrun()\n", "", ["`Trainer` is called outside of the train function"]),
        (
            "def run():\n    make()\ndef make():\n    Trainer(2)\nrun()\n",
            "",
            ["`Trainer` is called outside of the train function"],
        ),
        ("class Own(Trainer):\n    pass\n", "", []),
        ("def step(loss):\n    loss.backward()\nstep(1)\n", "", ["`loss.backward` is called outside of the train function"]),
        ("def step(loss):\n    loss.backward()\nlater = lambda: step(1)\n", "", []),
    ],
)
def test_what_trains_belongs_into_the_train_function(stay: str, moved: str, said: list[str]) -> None:
    assert faults(f"{HEAD}{stay}{moved}{TRAIN}", result(stay, moved + CONNECTED)) == said


def test_a_name_like_it_is_no_trainer() -> None:
    head = f"{HEAD}from gym import PersonalTrainer\n"
    assert faults(f"{head}PersonalTrainer()\n{TRAIN}", result("PersonalTrainer()\n", head=head)) == []


def test_else_of_the_guard_stays() -> None:
    before = f"{GUARDED}else:\n    print(1)\n"
    assert faults(before, result(launch=f"{LAUNCH}else:\n    print(1)\n")) == []
    assert faults(before, result(launch=f"{LAUNCH}else:\n    pass\n")) == ["`print(1)` is lost"]
