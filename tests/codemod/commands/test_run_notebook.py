"""`raylift run` and `raylift verify` of notebooks."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest
from tests.codemod.notebooks.making import notebook
from tests.conftest import Raylift
from tests.fidelity.training_runs import environment_of_all

from raylift.commands import run, run_notebook
from raylift.commands.run_notebook import is_foreign
from raylift.notebooks.document import Notebook
from raylift.notebooks.rewrite import rewrite_notebook
from raylift.notebooks.shown_cells import cell_names
from raylift.outcome import Rewritten

NOTEBOOKS = Path(__file__).parents[3] / "fixtures/notebooks"
LOOP = NOTEBOOKS / "accelerate_cell/before.ipynb"
TIMEOUT_S = 280


@pytest.fixture
def installed(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing is missing."""
    for module in (run, run_notebook):
        monkeypatch.setattr(module, "NEEDED", ())


@pytest.mark.parametrize("command", ["run", "verify"])
def test_without_a_kernel_it_says_what_to_install(
    command: str, raylift: Raylift, installed: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(run_notebook, "NEEDED", ("no_such_package_here",))
    answer = raylift(command, LOOP)
    assert answer.code == 2
    assert answer.err.endswith("a notebook's kernel needs no_such_package_here: pip install 'raylift[notebook]'\n")


@pytest.mark.parametrize("command", ["run", "verify"])
def test_a_notebook_takes_no_arguments(command: str, raylift: Raylift, installed: None) -> None:
    answer = raylift(command, LOOP, "--", "--lr", "1")
    assert answer.code == 2
    assert "takes no arguments" in answer.err


def test_a_notebook_of_another_language_is_not_started(raylift: Raylift, installed: None) -> None:
    assert is_foreign((NOTEBOOKS / "julia/before.ipynb").read_bytes())
    assert not is_foreign(LOOP.read_bytes())
    answer = raylift("run", NOTEBOOKS / "julia/before.ipynb")
    assert answer.code == 2
    assert "not one of Python's" in answer.err


def test_a_refused_notebook_does_not_run(raylift: Raylift, installed: None, tmp_path: Path) -> None:
    (tmp_path / "a.ipynb").write_bytes(
        notebook("from transformers import Trainer", "trainer = Trainer(model, args)\ntrainer.hyperparameter_search()")
    )
    answer = raylift("run", tmp_path / "a.ipynb")
    assert answer.code == 1
    assert "cell 2:2" in answer.err


def test_cells_of_a_lifted_notebook_are_called_by_the_numbers_that_the_user_sees() -> None:
    source = LOOP.read_bytes()
    outcome = rewrite_notebook(source)
    assert isinstance(outcome, Rewritten)
    names = cell_names(source, outcome.code)
    assert names[0] == "cell 1"
    assert "lifted cell 6" in names
    assert names[-1] == "cell 7"
    assert "new cell behind cell 6" in names


@pytest.mark.slow
@pytest.mark.ray
def test_a_lifted_notebook_runs_on_a_worker_until_a_cell_fails(warm: str, cluster: str, tmp_path: Path) -> None:
    loop = [cell.source for cell in Notebook(LOOP.read_bytes()).cells if cell.kind == "code"]
    source = notebook(*loop, "print('trained')\n1 / 0", "print('never')")
    (tmp_path / "train.ipynb").write_bytes(source)
    command = [warm, "-m", "raylift", "run", "train.ipynb", "--num-workers", "1", "--no-use-gpu", "--address", cluster]
    variables = environment_of_all()
    done = subprocess.run(command, cwd=tmp_path, env=variables, capture_output=True, text=True, timeout=TIMEOUT_S, check=False)
    assert done.returncode == 1, done.stdout + done.stderr
    assert "epoch 1: loss " in done.stdout
    assert done.stdout.endswith("trained\n")
    assert done.stderr.splitlines()[-1] == "raylift: cell 5, line 2: ZeroDivisionError: division by zero"
    assert (tmp_path / "train.ipynb").read_bytes() == source


@pytest.mark.slow
@pytest.mark.ray
def test_a_notebook_that_launches_two_processes_trains_to_the_same_losses_on_two_workers(warm: str, tmp_path: Path) -> None:
    shutil.copytree(NOTEBOOKS / "notebook_launcher", tmp_path / "project")
    command = [warm, "-m", "raylift", "verify", "before.ipynb", "--no-use-gpu"]
    done = subprocess.run(command, cwd=tmp_path / "project", capture_output=True, text=True, timeout=600, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stdout.count("none              equal") == 2
