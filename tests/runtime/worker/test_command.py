"""A worker starts a command that only launches workers once more, with all that its command line has set up before."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from tests.runtime.conftest import RunScript

PROGRAM = """
import sys
from raylift_runtime.worker.command import CommandTrained, command_of, is_started_again
{top}

class Trainer:
    def __init__(self, function, datasets=None):
        self.function = function

    def fit(self):
        if is_started_again():
            self.function()
            raise CommandTrained
        command = command_of(self.function)
        print("command", command is not None)
        if command:
            command.function()()
            print("trained")

def fit(name):
{body}

def main(name="x"):
    global seed
    seed = 3
    {before}
    try:
        fit(name)
    except Exception:
        print("no handler of errors hears of it")

{end}
"""
BODY = """\
    "A docstring."
    def train_func():
        print("train", name, seed, __name__)
    trainer = Trainer(train_func)
    result = trainer.fit()
    return 0
"""
GUARD = "if __name__ == '__main__':\n    main()"


def printed(run_script: RunScript, top: str = "", body: str = BODY, before: str = "", end: str = GUARD) -> list[str]:
    return run_script(PROGRAM.format(top=top, body=body, before=before, end=end)).stdout.splitlines()


def test_a_command_trains_within_what_started_it(run_script: RunScript) -> None:
    assert printed(run_script) == ["command True", "train x 3 __main__", "trained"]


@pytest.mark.parametrize(
    "changed",
    [
        {"end": "main()"},
        {"body": BODY.replace("    trainer =", "    print('more')\n    trainer =")},
        {"body": BODY.replace("    return 0\n", "    print(result)\n")},
        {"body": BODY.replace("Trainer(train_func)", "Trainer(train_func, datasets={})")},
        {"before": "'no' if seed == 3 else input()"},
        {"top": "def data():\n    return ray.data.range(3)"},
        {"top": "def option(**given): ...\noption(prompt='Name?')"},
    ],
)
def test_any_other_is_sent(run_script: RunScript, changed: dict[str, str]) -> None:
    assert "command False" in printed(run_script, **changed)


def test_a_command_may_stand_in_a_module_of_the_program(run_script: RunScript, tmp_path: Path) -> None:
    (tmp_path / "commands.py").write_text(PROGRAM.format(top="", body=BODY, before="", end=""))
    assert run_script(
        f"import commands\n{GUARD.replace('main()', 'sys.exit(commands.main())')}\n".replace("if", "import sys\nif", 1)
    ).stdout.splitlines() == [
        "command True",
        "train x 3 commands",
        "trained",
    ]


TYPER = """
    import json, sys, threading
    import torch, typer
    from pathlib import Path
    from accelerate import Accelerator
    from ray.train import ScalingConfig
    from raylift_runtime.torch import TorchTrainer

    lock = threading.Lock()
    app = typer.Typer()
    state = {}

    @app.callback()
    def common(seed: int = 0):
        state["seed"] = seed
        torch.manual_seed(seed)

    @app.command()
    def fit(rows: typer.FileText, dry: bool = False, out: Path = Path(".")):
        def train_func():
            if dry:
                raise typer.Exit()
            with lock:
                accelerator = Accelerator(cpu=True)
            seen = [state["seed"], torch.initial_seed(), rows.read(), accelerator.num_processes]
            (out / f"{accelerator.process_index}.json").write_text(json.dumps(seen))

        ray_trainer = TorchTrainer(train_func, scaling_config=ScalingConfig(num_workers=2))
        result = ray_trainer.fit()

    @app.command()
    def show():
        print("shown")

    if __name__ == "__main__":
        app()
"""


@pytest.mark.ray
def test_two_workers_have_what_the_command_line_made(run_script: RunScript, tmp_path: Path) -> None:
    (tmp_path / "rows.txt").write_text("1 2 3")
    run_script(TYPER, "--seed", "7", "fit", "rows.txt")
    for rank in range(2):
        assert json.loads((tmp_path / f"{rank}.json").read_text()) == [7, 7, "1 2 3", 2]
