"""What a library starts only in the program's own file is refused; what the script itself starts is lifted."""

from __future__ import annotations

import pytest
from tests.codemod.lifting import lifted, refusal

BODY = "    trainer = Trainer(1)\n    trainer.train()\n"
HEAD = "from transformers import Trainer\n"
SACRED = "from sacred import Experiment\nex = Experiment('x')\n"


@pytest.mark.parametrize(
    ("head", "decorator"),
    [
        ("from fastcore.script import call_parse\n", "call_parse"),
        ("from fastcore.all import *\n", "call_parse"),
        ("import begin\n", "begin.start(auto_convert=True)"),
        ("from autocommand import autocommand\n", "autocommand(__name__)"),
        (SACRED, "ex.automain"),
    ],
)
@pytest.mark.parametrize("runtime", ["raylift", "ray"])
def test_a_decorator_that_runs_the_training_where_it_stands_is_refused(head: str, decorator: str, runtime: str) -> None:
    found = refusal(f"{HEAD}{head}\n@{decorator}\ndef main(lr=0.1):\n{BODY}", runtime=runtime)
    assert (found.rule, found.line) == ("RL305", 2 + head.count("\n") + 1)
    assert "`main` where it stands" in found.text


def test_what_an_experiment_starts_under_the_guard_is_lifted() -> None:
    source = f"{HEAD}{SACRED}\n@ex.main\ndef main(lr=0.1):\n{BODY}\nif __name__ == '__main__':\n    ex.run_commandline()\n"
    assert "    ex.run_commandline()\n" in lifted(source).split("def train_func")[1]


def test_a_decorator_of_a_function_that_does_not_train_is_none_of_ours() -> None:
    source = f"{HEAD}from fastcore.script import call_parse\n\n@call_parse\ndef show(x=1):\n    print(x)\n\ndef main():\n{BODY}\nmain()\n"
    assert "train_func" in lifted(source)


def test_a_command_line_that_offers_what_is_around_it_is_refused() -> None:
    source = f"from jsonargparse import CLI\n{HEAD}\ndef train(lr: float = 0.1):\n{BODY}\nif __name__ == '__main__':\n    CLI()\n"
    found = refusal(source)
    assert (found.rule, found.line, found.remedy) == ("RL305", 9, "name what it offers, as in `CLI(train)`")
    assert "    CLI(train)\n" in lifted(source.replace("CLI()", "CLI(train)"))
