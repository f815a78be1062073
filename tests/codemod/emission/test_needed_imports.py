"""Where the imports that a lift needs stand."""

from __future__ import annotations

import pytest
from tests.codemod.lifting import lifted

MAIN = "def main():\n    from transformers import Trainer\n    trainer = Trainer()\n    trainer.train()\n\n\nmain()\n"


@pytest.mark.parametrize("above", ["", '"""Trains."""\n', "import os\n", "# about main\n"])
def test_they_stand_above_the_first_function_whatever_is_imported_in_it(above: str) -> None:
    code = lifted(above + MAIN)
    assert code.index("from ray.train import ScalingConfig") < code.index("def main")
    assert code.startswith(above.replace("# about main\n", ""))


def test_settings_between_imports_keep_their_place_until_what_they_are_for_is_imported() -> None:
    head = "import os\nos.environ['HF_HOME'] = '/data'\nos.umask(2)\nos.nice(1)\nfrom transformers import Trainer\n"
    code = lifted(f"{head}trainer = Trainer()\ntrainer.train()\n")
    assert code.startswith(f"{head}\nfrom ray.train")
