"""Wrong arguments end the driver as the script's own parser would, before anything starts; whatever is not in sight is left to the workers."""

from __future__ import annotations

import importlib.util
import os
import subprocess
import sys
from pathlib import Path
from types import ModuleType

import pytest

from raylift_runtime.driver.arguments import check_arguments

ARGPARSE = """\
import argparse


def parse():
    parser = argparse.ArgumentParser()
    group = parser.add_argument_group("training")
    group.add_argument("--lr", type=float, required=True)
    parser.add_argument("--steps", type=int, default=1)
    {between}
    args = parser.parse_args()
    return args


def main():
    args = parse()
    raise AssertionError("it must not run")


def train_func():
    main()
"""
DATACLASSES = """\
from dataclasses import dataclass, field
from transformers import HfArgumentParser
import os
import sys


@dataclass
class Arguments:
    lr: float
    steps: int = field(default=1)


def main():
    parser = HfArgumentParser((Arguments,))
    if len(sys.argv) == 2 and sys.argv[1].endswith(".json"):
        (args,) = parser.parse_json_file(json_file=os.path.abspath(sys.argv[1]))
    else:
        (args,) = parser.parse_args_into_dataclasses()


def train_func():
    main()
"""
CLICK = """\
import click


@click.command()
@click.option("--lr", type=float, required=True)
@click.option("--steps", type=int, default=1)
def main(lr, steps):
    raise AssertionError("it must not run")


def train_func():
    main()
"""
TYPER = """\
import typer

app = typer.Typer()


@app.command()
def main(lr: float = typer.Option(...), steps: int = 1):
    raise AssertionError("it must not run")


def train_func():
    app()
"""
SCRIPTS = {"argparse": ARGPARSE.format(between="pass"), "dataclasses": DATACLASSES, "click": CLICK, "typer": TYPER}
WRONG = {
    "an unknown option": ["--lr", "1", "--speed", "2"],
    "a word for a number": ["--lr", "fast"],
    "a missing option": ["--steps", "2"],
    "a missing value": ["--lr"],
}


def _module(source: str, folder: Path) -> ModuleType:
    path = folder / "lifted_script.py"
    path.write_text(source)
    spec = importlib.util.spec_from_file_location("lifted_script", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules["lifted_script"] = module
    spec.loader.exec_module(module)
    return module


@pytest.mark.parametrize("name", SCRIPTS)
@pytest.mark.parametrize("wrong", WRONG)
def test_wrong_arguments_end_the_driver_with_the_usage_and_status_2(
    name: str, wrong: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    module = _module(SCRIPTS[name], tmp_path)
    with pytest.raises(SystemExit) as stop:
        check_arguments(module.train_func, WRONG[wrong])
    assert stop.value.code == 2
    assert "error: " in capsys.readouterr().err.lower()


@pytest.mark.parametrize("name", SCRIPTS)
def test_right_arguments_say_nothing_and_run_nothing(name: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    check_arguments(_module(SCRIPTS[name], tmp_path).train_func, ["--lr", "1", "--steps", "2"])
    assert capsys.readouterr() == ("", "")


LEFT = {
    "a parser that another function fills": ARGPARSE.format(between="add_more(parser)").replace(
        "def parse", "def add_more(parser):\n    parser.add_argument('--speed')\n\n\ndef parse"
    ),
    "a parser that a condition fills": ARGPARSE.format(between="if True:\n        parser.add_argument('--speed')"),
    "a parser that a loop fills": ARGPARSE.format(between="for name in ['--speed']:\n        parser.add_argument(name)"),
    "a parser of a function": ARGPARSE.format(between="pass")
    .replace("parser = argparse", "make = lambda: argparse")
    .replace("group = parser", "parser = make()\n    group = parser"),
    "known arguments only": ARGPARSE.format(between="pass").replace(
        "args = parser.parse_args()", "args, _ = parser.parse_known_args()"
    ),
    "arguments of its own": ARGPARSE.format(between="pass").replace("parse_args()", "parse_args(['--lr', '1'])"),
    "a command line of its own": ARGPARSE.format(between="sys.argv.remove('--speed')").replace(
        "import argparse", "import argparse, sys"
    ),
    "two parsers": ARGPARSE.format(between="pass").replace("    args = parse()", "    args = parse()\n    other.parse_args()"),
    "a default that only the function knows": ARGPARSE.format(
        between="steps = 3\n    parser.add_argument('--more', default=steps)"
    ),
}


@pytest.mark.parametrize("name", LEFT)
def test_a_parser_that_is_not_wholly_in_sight_is_left_to_the_workers(name: str, tmp_path: Path) -> None:
    check_arguments(_module(LEFT[name], tmp_path).train_func, ["--lr", "1", "--speed", "2"])


@pytest.mark.parametrize("argv", [["settings.json"], ["--config", "settings.yaml"]])
def test_arguments_from_a_file_are_left_to_the_workers(argv: list[str], tmp_path: Path) -> None:
    check_arguments(_module(DATACLASSES, tmp_path).train_func, argv)


def test_a_function_without_a_source_is_left_to_the_workers() -> None:
    check_arguments(eval("lambda: None"), ["--speed"])  # the test's own code
    check_arguments(len, ["--speed"])


@pytest.mark.slow
def test_a_lifted_script_with_wrong_arguments_ends_before_ray_starts(tmp_path: Path) -> None:
    body = "    trainer = Trainer(model=None, args=TrainingArguments('out'))\n    trainer.train()"
    source = (
        ARGPARSE.format(between="pass").replace('    raise AssertionError("it must not run")', body).split("def train_func")[0]
    )
    script = tmp_path / "train.py"
    script.write_text(f"from transformers import Trainer, TrainingArguments\n{source}if __name__ == '__main__':\n    main()\n")
    subprocess.run([sys.executable, "-m", "raylift", "rewrite", str(script)], check=True, capture_output=True)
    sitecustomize = "import ray\nray.init = None\n"
    (tmp_path / "sitecustomize.py").write_text(sitecustomize)
    environment = {**os.environ, "PYTHONPATH": f"{tmp_path}{os.pathsep}{os.environ.get('PYTHONPATH', '')}"}
    done = subprocess.run([sys.executable, str(script), "--speed", "2"], capture_output=True, text=True, env=environment)
    assert done.returncode == 2, done.stderr
    assert "the following arguments are required: --lr" in done.stderr
