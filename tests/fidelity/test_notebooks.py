"""A lifted notebook trains, cell by cell in a real kernel, to the losses that it gave before, and runs without an error."""

from __future__ import annotations

import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from tests.fidelity.notebook_runs import NOTEBOOKS, train_in_kernel
from tests.fidelity.training_runs import differences, train_original

from raylift.notebooks.rewrite import rewrite_notebook
from raylift.outcome import Rewritten
from raylift.settings import Settings

pytestmark = [pytest.mark.ray, pytest.mark.slow]
for needed in ("ipykernel", "nbconvert"):
    pytest.importorskip(needed, reason=f"{needed} is not installed: pip install 'raylift[notebook]'")

ALONE = [
    ("course", "ray"),
    ("two_trainers", "raylift"),
    ("accelerate_cell", "ray"),
    ("notebook_launcher", "raylift"),
    ("peft_plots", "raylift"),
    ("reassigned", "raylift"),
    ("magics", "raylift"),
    ("custom_trainer", "ray"),
]
"""One process before, one Ray worker after."""
TOGETHER = [("course", "ray"), ("loop_over_cells", "raylift"), ("trl_sft", "raylift")]
"""Two processes of torchrun before, two Ray workers after."""


def as_it_is(shape: str) -> bytes:
    """The notebook as it was written, with as many processes as a kernel is."""
    return (NOTEBOOKS / shape / "before.ipynb").read_bytes().replace(b"num_processes=2", b"num_processes=1")


def lifted(shape: str, settings: Settings) -> bytes:
    """What the notebook becomes."""
    outcome = rewrite_notebook(as_it_is(shape), settings)
    assert isinstance(outcome, Rewritten), outcome
    return outcome.code


def exported(notebook: bytes, folder: Path) -> Path:
    """The script that Jupyter makes of a notebook."""
    folder.mkdir()
    (folder / "train.ipynb").write_bytes(notebook)
    subprocess.run([sys.executable, "-m", "nbconvert", "--to", "script", "train.ipynb"], cwd=folder, check=True)
    return folder / "train.py"


@pytest.mark.parametrize(("shape", "runtime"), ALONE)
def test_a_lifted_notebook_trains_to_the_same_losses(shape: str, runtime: str, cluster: str, warm: str, tmp_path: Path) -> None:
    settings = Settings(num_workers=1, use_gpu=False, runtime=runtime, storage_path=str(tmp_path / "storage"))
    with ThreadPoolExecutor(1) as beside:
        before = beside.submit(train_in_kernel, as_it_is(shape), tmp_path / "original", warm)
        after = train_in_kernel(lifted(shape, settings), tmp_path / "lifted", warm, cluster)
    original = before.result()
    assert len(original.losses[0]) >= 6
    assert differences(original, after, 1) == []
    assert after.reports or runtime == "ray"  # stock Ray keeps none where the script saves no checkpoint


@pytest.mark.parametrize(("shape", "runtime"), TOGETHER)
def test_two_workers_of_a_lifted_notebook_train_as_its_exported_script_under_torchrun(
    shape: str, runtime: str, cluster: str, warm: str, tmp_path: Path
) -> None:
    settings = Settings(num_workers=2, use_gpu=False, runtime=runtime, storage_path=str(tmp_path / "storage"))
    script = exported(as_it_is(shape), tmp_path / "exported")
    original = train_original(script, [], 2, tmp_path / "original", warm)
    after = train_in_kernel(lifted(shape, settings), tmp_path / "lifted", warm, cluster)
    assert min(len(losses) for losses in original.losses.values()) >= 6
    assert differences(original, after, 2) == []
