"""Commands that train launch workers of their own."""

from __future__ import annotations

import pytest
from tests.codemod.lifting import lifted, refusal

from raylift.lift import rewrite
from raylift.outcome import Rewritten

HEAD = "import click\nfrom transformers import Trainer\n\n@click.group()\ndef cli(): ...\n\n"
SHOW = "\n@cli.command()\ndef show():\n    print(1)\n\nif __name__ == '__main__':\n    cli()\n"


def program(command: str) -> str:
    """A program of one command that trains and one that does not."""
    return f"{HEAD}{command}{SHOW}"


def test_a_command_keeps_its_docstring_and_its_signature() -> None:
    made = lifted(program('@cli.command()\ndef fit(steps: int = 3) -> None:\n    """Train."""\n    Trainer(steps).train()\n'))
    assert '@cli.command()\ndef fit(steps: int = 3) -> None:\n    """Train."""\n    def train_func():\n' in made
    assert made.endswith("if __name__ == '__main__':\n    cli()\n")
    assert made.count("TorchTrainer(") == 1
    assert not any(line != line.rstrip() for line in made.splitlines())


def test_a_parameter_that_the_body_binds_anew_is_its_own() -> None:
    made = lifted(program("@cli.command()\ndef fit(steps, name):\n    steps = steps or 3\n    Trainer(steps, name).train()\n"))
    assert "    def train_func():\n        nonlocal steps\n        steps = steps or 3\n" in made


def test_the_names_of_a_launcher_make_way_for_those_of_the_body() -> None:
    made = lifted(program("@cli.command()\ndef fit():\n    train_func = result = 1\n    Trainer(result).train(train_func)\n"))
    assert "    def ray_train_func():\n        train_func = result = 1\n" in made
    assert "    ray_result = ray_trainer.fit()\n" in made


@pytest.mark.parametrize(
    ("ending", "inside", "last"),
    [
        ("return 0", "        return\n", "    result = ray_trainer.fit()\n    return 0\n"),
        ("return None", "        return\n", "    result = ray_trainer.fit()\n"),
        ("return evaluate(1)", "        evaluate(1); return\n", "    result = ray_trainer.fit()\n"),
    ],
)
def test_what_a_command_returns_is_not_sent_from_a_worker(ending: str, inside: str, last: str) -> None:
    made = lifted(program(f"@cli.command()\ndef fit():\n    Trainer(1).train()\n    {ending}\n"))
    assert inside in made
    assert f"{last}\n" in made


def test_what_functions_inside_a_command_return_is_theirs() -> None:
    inner = "    def rows(n):\n        if n:\n            return n\n        return [n]\n    class Rows:\n        def __len__(self):\n            return 3\n"
    made = lifted(program(f"@cli.command()\ndef fit():\n{inner}    Trainer(rows(1)).train()\n    return 0\n"))
    assert "".join(f"    {line}\n" for line in inner.splitlines()) in made


@pytest.mark.parametrize(
    "command",
    [
        "STATE = 0\n@cli.command()\ndef fit():\n    global STATE\n    STATE = 1\n    Trainer(1).train()\n",
        "@cli.command()\nasync def fit():\n    Trainer(1).train()\n",
    ],
)
def test_a_body_that_cannot_be_sent_is_refused(command: str) -> None:
    assert refusal(program(command)).rule == "RL307"


@pytest.mark.parametrize(
    "command",
    [
        "@cli.command()\n@click.pass_context\ndef fit(context):\n    Trainer(context.obj).train()\n",
        "@cli.command()\ndef fit(context: click.Context):\n    Trainer(context.obj).train()\n",
    ],
)
def test_a_context_is_there_where_workers_start_the_command_line_themselves(command: str) -> None:
    assert "Trainer(context.obj" in lifted(program(command)).split("def train_func():")[1]
    assert refusal(program(command), runtime="ray").rule == "RL307"
    asks = "\n@cli.command()\n@click.option('--sure', prompt=True)\ndef drop(sure):\n    print(sure)\n"
    assert refusal(program(f"{command}{asks}")).rule == "RL307"


def test_a_context_that_the_body_never_reads_is_no_obstacle() -> None:
    made = lifted(program("@cli.command()\n@click.pass_context\ndef fit(context, steps):\n    Trainer(steps).train()\n"))
    assert "def train_func():" in made


def test_a_program_whose_commands_all_train_is_launched_by_its_guard() -> None:
    source = f"{HEAD}@cli.command()\ndef fit():\n    Trainer(1).train()\n\nif __name__ == '__main__':\n    cli()\n"
    assert "def train_func():\n    cli()\n" in lifted(source)


def test_a_command_that_calls_another_one_leaves_the_launch_to_it() -> None:
    every = "@cli.command()\ndef fit():\n    Trainer(1).train()\n\n@cli.command()\ndef twice():\n    fit()\n    fit()\n"
    made = lifted(program(every))
    assert "def twice():\n    fit()\n    fit()\n" in made
    assert made.count("TorchTrainer(") == 1


@pytest.mark.parametrize(
    "registration",
    [
        "import typer\napp = typer.Typer()\napp.command()(fit)\napp.command()(show)\nif __name__ == '__main__':\n    app()\n",
        "import fire\nif __name__ == '__main__':\n    fire.Fire({'fit': fit, 'show': show})\n",
        (
            "import argparse\nif __name__ == '__main__':\n    parser = argparse.ArgumentParser()\n    sub = parser.add_subparsers()\n"
            "    sub.add_parser('fit').set_defaults(func=fit)\n    sub.add_parser('show').set_defaults(func=show)\n"
            "    args = parser.parse_args()\n    args.func()\n"
        ),
    ],
)
def test_commands_are_known_by_however_they_are_registered(registration: str) -> None:
    head = "from transformers import Trainer\n\ndef fit(args=None):\n    Trainer(1).train()\n\ndef show(args=None):\n    print(1)\n\n"
    made = lifted(f"{head}{registration}")
    assert "def fit(args=None):\n    def train_func():\n" in made


def test_a_command_of_a_group_that_is_put_together_later_is_one() -> None:
    commands = "@click.command()\ndef fit():\n    Trainer(1).train()\n\n@click.command()\ndef show():\n    print(1)\n\n"
    start = "cli = click.Group()\nfor each in (fit, show):\n    cli.add_command(each)\nif __name__ == '__main__':\n    cli()\n"
    made = lifted(f"import click\nfrom transformers import Trainer\n\n{commands}{start}")
    assert "def fit():\n    def train_func():\n" in made
    assert made.endswith(start)


def test_a_body_in_the_line_of_its_function_is_launched() -> None:
    outcome = rewrite(program("@cli.command()\ndef fit(): Trainer(1).train()\n").encode())
    assert isinstance(outcome, Rewritten)
    compile(outcome.code, "<lifted>", "exec")
