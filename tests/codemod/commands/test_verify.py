"""`raylift verify` trains before and after, and says whether the losses are the same."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from tests.codemod.conftest import REFUSED
from tests.conftest import Raylift

EXAMPLE = Path(__file__).parents[3] / "examples/train.py"


def test_what_cannot_be_compared_is_told(raylift: Raylift, stand_in: object, tmp_path: Path) -> None:
    (tmp_path / "refused.py").write_bytes(REFUSED)
    (tmp_path / "plain.py").write_bytes(b"print(1)\n")
    assert raylift("verify", tmp_path / "missing.py").code == 2
    assert raylift("verify", tmp_path / "refused.py").code == 1
    assert "--lifted" in raylift("verify", tmp_path / "plain.py").err
    assert raylift("verify", tmp_path / "plain.py", "--lifted", tmp_path / "missing.py").code == 2


def verified(folder: Path, *flags: str) -> subprocess.CompletedProcess[str]:
    shutil.copy(EXAMPLE, folder / "train.py")
    command = [sys.executable, "-m", "raylift", "verify", "train.py", "-n", "2", "--no-use-gpu", *flags, "--", "--epochs", "1"]
    result = subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=280, check=False)
    assert (folder / "train.py").read_bytes() == EXAMPLE.read_bytes()
    assert not (folder / "sums-model").exists()
    return result


@pytest.mark.slow
@pytest.mark.ray
def test_the_example_trains_to_the_same_losses(tmp_path: Path) -> None:
    result = verified(tmp_path, "--steps", "3")
    assert result.returncode == 0, result.stdout + result.stderr
    assert result.stdout.splitlines()[1:3] == ["0     3       none              equal", "1     3       none              equal"]


@pytest.mark.slow
@pytest.mark.ray
def test_a_broken_lift_is_found_and_its_step_named(tmp_path: Path) -> None:
    lifted = subprocess.run(
        [sys.executable, "-m", "raylift", "rewrite", "-"], input=EXAMPLE.read_bytes(), capture_output=True, check=True
    )
    broken = lifted.stdout.replace(b"per_device_train_batch_size=8", b"per_device_train_batch_size=8, learning_rate=1e-3")
    (tmp_path / "broken.py").write_bytes(broken)
    result = verified(tmp_path, "--steps", "3", "--lifted", "broken.py")
    assert result.returncode == 1, result.stdout + result.stderr
    assert "loss 2: " in result.stdout.splitlines()[1]
    assert "DIFFERENTLY" in result.stdout
