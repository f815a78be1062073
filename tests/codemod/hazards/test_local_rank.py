"""A script that older launchers told its local rank finds it in the environment."""

from __future__ import annotations

import pytest
from tests.codemod.lifting import lifted

SCRIPT = """\
import argparse
{imports}
from transformers import Trainer


def options():
    parser = argparse.ArgumentParser()
    parser.add_argument({argument})
    return parser.parse_args()


Trainer(options()).train()
"""


def lifted_argument(argument: str, imports: str = "import os") -> str:
    """The argument after the lift."""
    return lifted(SCRIPT.format(imports=imports, argument=argument)).split("add_argument(")[1].split(")\n    return")[0]


@pytest.mark.parametrize("option", ["--local_rank", "--local-rank"])
@pytest.mark.parametrize("default", ["-1", "0"])
def test_the_default_is_that_of_the_environment(option: str, default: str) -> None:
    found = lifted_argument(f'"{option}", type=int, default = {default}, help="x"')
    assert found == f'"{option}", type=int, default = int(os.environ.get("LOCAL_RANK", {default})), help="x"'


@pytest.mark.parametrize(
    "argument",
    [
        '"--local_rank", type=int',
        '"--local_rank", default=None',
        '"--rank", type=int, default=-1',
        '"--local_rank", default=RANK',
    ],
)
def test_what_is_no_number_by_default_stays(argument: str) -> None:
    assert lifted_argument(argument) == argument


def test_a_script_that_asks_the_environment_itself_stays() -> None:
    argument = '"--local_rank", type=int, default=-1'
    assert lifted_argument(argument, 'import os\nLOCAL = int(os.environ["LOCAL_RANK"])') == argument


def test_os_is_imported_where_the_script_does_not() -> None:
    source = SCRIPT.format(imports="import sys", argument='"--local_rank", default=-1')
    assert "\nimport os\n" in lifted(source)
    flat = source.replace("def options():\n", "").replace("    ", "").replace("return ", "found = ").replace("options()", "found")
    assert "LOCAL_RANK" not in lifted(flat)
