from __future__ import annotations

from pathlib import Path

import pytest
from tests.conftest import Raylift

TRAINING = "from transformers import Trainer\n\n\ndef train(model):\n    Trainer(model=model).train()\n"
SCRIPT = TRAINING + '\n\nif __name__ == "__main__":\n    train(None)\n'


@pytest.mark.parametrize(
    ("file", "source", "code"),
    [
        ("trl/trainer/inner.py", TRAINING, 0),
        ("trl/scripts/sft.py", SCRIPT, 1),
        ("mine/trainer/inner.py", TRAINING, 1),
        ("examples/trl/inner.py", TRAINING, 1),
    ],
)
def test_a_library_s_own_modules_are_left_alone_but_not_the_scripts_that_it_ships(
    file: str, source: str, code: int, raylift: Raylift, tmp_path: Path
) -> None:
    path = tmp_path / file
    path.parent.mkdir(parents=True)
    path.write_text(source)
    if not file.startswith("examples"):
        for folder in (path.parent, path.parent.parent):
            (folder / "__init__.py").touch()
    assert raylift("check", path).code == code
