"""What only a launcher satisfies runs on the workers, who have one; what asks first, or knows another answer, stays where it is."""

from __future__ import annotations

import ast

import pytest
from tests.codemod.lifting import lifted

from raylift.lift import rewrite
from raylift.outcome import Refused, Rewritten
from raylift.settings import Settings

RUNTIMES = ["raylift", "ray"]
HEAD = "import os\nimport torch\nimport torch.distributed as dist\nfrom os import environ\nfrom transformers import Trainer\n\n"
MAIN = "\n\ndef main():\n    trainer = Trainer(1)\n    trainer.train()\n    print(rank)\n\n\nif __name__ == '__main__':\n    main()\n"
FAILS = {
    "a look-up": 'rank = int(os.environ["LOCAL_RANK"])',
    "a look-up by another name": 'rank = environ["RANK"]',
    "a look-up by a constant": 'NAME = "WORLD_SIZE"\nrank = int(os.environ[NAME])',
    "a number of nothing": 'rank = int(os.environ.get("LOCAL_RANK"))',
    "a number of nothing, in two steps": 'text = os.getenv("RANK")\nrank = int(text)',
    "a part of something more": 'rank = {"rank": int(os.environ["RANK"]), "device": f\'cuda:{os.environ["LOCAL_RANK"]}\'}',
    "an address": 'rank = os.environ["MASTER_ADDR"] + ":" + os.environ["MASTER_PORT"]',
    "the group": "rank = dist.get_rank()",
    "the group by its full name": "rank = torch.distributed.get_world_size()",
    "a function": 'def ask():\n    return int(os.environ["LOCAL_RANK"])\n\n\nrank = ask()',
    "a function of a function": 'def ask():\n    return os.environ["RANK"]\n\n\ndef number():\n    return int(ask())\n\n\nrank = number()',
    "an object": 'class Place:\n    def __init__(self):\n        self.rank = os.environ["RANK"]\n\n\nrank = Place()',
    "a class body": 'class rank:\n    local = int(os.environ["LOCAL_RANK"])',
    "a default": 'def rank(local=int(os.environ["LOCAL_RANK"])):\n    return local',
    "a word about launchers": 'rank = 0\nassert "RANK" in os.environ, "run it under torchrun"',
    "a number of processes": 'rank = 0\nassert int(os.environ.get("WORLD_SIZE", 1)) > 1',
    "an error": 'rank = 0\nif "LOCAL_RANK" not in os.environ:\n    raise RuntimeError("run it under torchrun")',
    "an end": 'import sys\n\nrank = 0\nif not os.environ.get("RANK"):\n    print("run it under torchrun")\n    sys.exit(1)',
    "a GPU": 'class Cuda:\n    is_available = staticmethod(lambda: True)\n\n\nrank = os.environ["LOCAL_RANK"] if Cuda.is_available() else ""',
    "a choice of imports": 'rank = 0\nif int(os.environ["LOCAL_RANK"]) == 0:\n    import wandb',
}
STANDS = {
    "another answer": 'rank = int(os.environ.get("LOCAL_RANK", 0))',
    "another answer by getenv": 'rank = int(os.getenv("LOCAL_RANK", "-1"))',
    "nothing": 'rank = os.environ.get("LOCAL_RANK")',
    "another variable": 'rank = os.environ["HOME"]',
    "a test": 'rank = int(os.environ["RANK"]) if "RANK" in os.environ else 0',
    "a function that is only defined": 'rank = 0\n\n\ndef ask():\n    return int(os.environ["LOCAL_RANK"])',
    "a test that goes on": 'rank = 0\nif "RANK" in os.environ:\n    rank = int(os.environ["RANK"])',
    "a test that only tells": 'rank = 0\nif "RANK" not in os.environ:\n    print("alone")',
    "a test that sets what is missing": 'rank = 0\nif not os.environ.get("RANK"):\n    rank = 1',
    "a test for the group": "rank = dist.get_rank() if dist.is_initialized() else 0",
    "a test for a launcher": 'rank = int(os.environ["RANK"]) if dist.is_torchelastic_launched() else 0',
    "a lambda": 'rank = lambda: os.environ["LOCAL_RANK"]',
}


def _module_level(code: str) -> str:
    """What the driver runs: the module without the train function, other functions' bodies and the guard."""
    body = [part for part in ast.parse(code).body if not isinstance(part, ast.If) or "__name__" not in ast.unparse(part.test)]
    return "\n".join(ast.unparse(part) for part in body if not (isinstance(part, ast.FunctionDef) and part.name == "train_func"))


@pytest.mark.parametrize("runtime", RUNTIMES)
@pytest.mark.parametrize("name", FAILS)
def test_what_needs_a_launcher_moves_to_the_workers(name: str, runtime: str) -> None:
    code = lifted(f"{HEAD}{FAILS[name]}{MAIN}", runtime=runtime)
    (train_func,) = [part for part in ast.parse(code).body if isinstance(part, ast.FunctionDef) and part.name == "train_func"]
    assert any(
        word in ast.unparse(train_func)
        for word in ("rank = ", "class rank", "def rank", "import wandb", "assert", "raise", "exit")
    )
    driver = {"__name__": "lifted", "Trainer": None}
    source = "\n".join(
        line
        for line in _module_level(code).splitlines()
        if not line.startswith(("from ray", "from transformers", "import torch"))
    )
    exec(source.replace("dist.", "None.").replace("torch.", "None."), driver)  # noqa: S102  # the test's own code


@pytest.mark.parametrize("name", STANDS)
def test_what_knows_an_answer_of_its_own_stays(name: str) -> None:
    stands = _module_level(lifted(f"{HEAD}{STANDS[name]}{MAIN}"))
    assert [ast.unparse(part) for part in ast.parse(STANDS[name]).body if ast.unparse(part) not in stands] == []


@pytest.mark.parametrize("name", FAILS)
def test_what_is_tried_stays_as_it_is(name: str) -> None:
    indented = "\n".join(f"    {line}" for line in FAILS[name].splitlines())
    code = lifted(f"{HEAD}rank = 0\ntry:\n{indented}\nexcept Exception:\n    rank = 0\n{MAIN}")
    assert "try:" in code


@pytest.mark.parametrize("runtime", RUNTIMES)
@pytest.mark.parametrize("form", ["from setup import rank", "import setup"])
def test_a_module_that_needs_a_launcher_is_imported_by_the_workers(form: str, runtime: str) -> None:
    deep = b'import os\n\nrank = int(os.environ["LOCAL_RANK"])\n'
    modules = {"setup": b"from place import rank\n", "place": deep}
    source = f"{form}\n{HEAD}{MAIN}".replace("print(rank)", "print(setup.rank)" if form == "import setup" else "print(rank)")
    outcome = rewrite(source.encode(), Settings(runtime=runtime), lambda name, level: modules.get(name))
    assert isinstance(outcome, Rewritten)
    assert form not in _module_level(outcome.code.decode())
    assert f"    {form}\n" in outcome.code.decode()


def test_a_star_import_that_needs_a_launcher_is_refused_where_it_stands() -> None:
    place = b'import os\n\nrank = int(os.environ["LOCAL_RANK"])\n'
    source = f"from place import *\n{HEAD}{MAIN}".encode()
    refused = rewrite(source, Settings(), lambda name, level: place if name == "place" else None)
    assert isinstance(refused, Refused)
    assert [(notice.rule, notice.line) for notice in refused.notices] == [("RL306", 1)]
    harmless = place.replace(b'os.environ["LOCAL_RANK"]', b'os.environ.get("LOCAL_RANK", 0)')
    assert isinstance(rewrite(source, Settings(), lambda name, level: harmless if name == "place" else None), Rewritten)


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ('os.environ["SLURM_PROCID"]', 'os.environ["RANK"]'),
        ('os.environ.get("SLURM_LOCALID", 0)', 'os.environ.get("LOCAL_RANK", 0)'),
        ('os.getenv("OMPI_COMM_WORLD_SIZE", "1")', 'os.getenv("WORLD_SIZE", "1")'),
        ('"PMI_RANK" in os.environ', '"RANK" in os.environ'),
    ],
)
def test_a_place_that_another_launcher_gave_is_that_of_the_worker(before: str, after: str) -> None:
    assert after in lifted(f"{HEAD}rank = {before}{MAIN}")
    chain = f'os.environ.get("{after.split(chr(34))[1]}", {before})'
    assert chain in lifted(f"{HEAD}rank = {chain}{MAIN}")
