"""A result that is wrong is never delivered: the outcome is a fault of ours, and the file stays as it was."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.codemod.result_check.results import HEAD, TRAIN
from tests.conftest import Raylift

from raylift.emission import module
from raylift.lift import rewrite
from raylift.outcome import Failed, Rewritten
from raylift.settings import Settings

SOURCE = f"{HEAD}print(1)\n{TRAIN}".encode()


@pytest.fixture
def emits_wrongly(monkeypatch: pytest.MonkeyPatch) -> None:
    """What is emitted lacks a statement."""
    emit = module.emit
    monkeypatch.setattr(module, "emit", lambda *given: emit(*given).replace(b"print(1)", b"pass"))


@pytest.mark.usefixtures("emits_wrongly")
def test_a_wrong_result_is_a_fault_of_ours() -> None:
    outcome = rewrite(SOURCE)
    assert isinstance(outcome, Failed)
    assert outcome.ours
    assert "`print(1)` is lost" in outcome.message
    assert "please report it" in outcome.message


@pytest.mark.usefixtures("emits_wrongly")
def test_the_file_of_a_wrong_result_stays_and_the_exit_code_says_so(raylift: Raylift, tmp_path: Path) -> None:
    script = tmp_path / "train.py"
    script.write_bytes(SOURCE)
    run = raylift("rewrite", "--allow-dirty", script)
    assert run.code == 3
    assert run.err.count("please report it") == 1
    assert script.read_bytes() == SOURCE


def test_a_right_result_is_delivered() -> None:
    assert isinstance(rewrite(SOURCE), Rewritten)


LEGACY = (
    b"from ray.air import session\nfrom ray.train.torch import TorchTrainer\n"
    b"def loop():\n    session.report({'a': 1})\nTorchTrainer(loop).fit()\n"
)


def test_a_result_that_a_second_lift_would_change_is_a_fault_of_ours(monkeypatch: pytest.MonkeyPatch) -> None:
    assert isinstance(rewrite(LEGACY), Rewritten)
    monkeypatch.setattr(module, "emit", lambda script, plan, marks: script.source + b"\n")
    outcome = rewrite(LEGACY)
    assert isinstance(outcome, Failed)
    assert outcome.ours
    assert "a second lift would change it again" in outcome.message


@pytest.mark.parametrize("runtime", ["raylift", "ray"])
def test_a_star_import_stays_at_module_level(runtime: str) -> None:
    source = (
        "import warnings\nimport torch\nwarnings.simplefilter('ignore')\nfrom accelerate import Accelerator\n"
        "from one import *\nfrom two import *\n"
        "def main():\n    accelerator = Accelerator()\n    for epoch in range(3):\n        for batch in load():\n"
        "            accelerator.backward(step(batch))\n        accelerator.print(epoch)\n"
        'if __name__ == "__main__":\n    main()\n'
    )
    outcome = rewrite(source.encode(), Settings(runtime=runtime))
    assert isinstance(outcome, Rewritten), outcome
    assert b"\nfrom one import *\nfrom two import *\n" in outcome.code
