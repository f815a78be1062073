"""What travels to a worker of stock Ray: scripts are really pickled by a driver, and unpickled in a fresh interpreter."""

from __future__ import annotations

import os
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path
from textwrap import dedent

import pytest
from tests.codemod.lifting import lifted

RAY = list(spec.submodule_search_locations or ()) if (spec := find_spec("ray")) else []
HEAD = "from lib import effect\nfrom transformers import Trainer\n"
STAND_INS = {
    "lib": "import os\n\n\ndef effect(*values):\n    if os.environ.get('WORKER'):\n        print(*values)\n    return values[0]\n",
    "transformers": """\
        from dataclasses import MISSING, dataclass, field, fields
        from typing import get_type_hints

        class Trainer:
            def __init__(self, *values, callbacks=()): print("made of", *values)
            def train(self): print("trains")
            def add_callback(self, callback): pass

        @dataclass
        class TrainingArguments:
            output_dir: str = "out"

        class HfArgumentParser:
            def __init__(self, kind): self.kind = kind
            def parse(self):
                get_type_hints(self.kind)
                made = {f.name: f.default_factory() for f in fields(self.kind) if f.default_factory is not MISSING}
                return self.kind(**made)
    """,
    "ray/__init__": f"__path__.extend({RAY!r})\n",  # its own pickler is the real one
    "ray/train/__init__": "class ScalingConfig:\n    def __init__(self, **_): pass\n",
    "ray/train/huggingface/__init__": "",
    "ray/train/huggingface/transformers": """\
        class RayTrainReportCallback: pass
        def prepare_trainer(trainer): return trainer
    """,
    "ray/train/torch": """\
        import os
        from ray import cloudpickle
        class TorchTrainer:
            def __init__(self, train_func, train_loop_config=None, **_): self.work = train_func, train_loop_config
            def fit(self):
                with open(os.environ["PICKLED"], "wb") as file:
                    cloudpickle.dump(self.work, file)
    """,
}
WORKER = "import os, pickle; run, config = pickle.load(open(os.environ['PICKLED'], 'rb')); run(*([config] if config else []))"
SHAPES = {
    "a dataclass that derives from TrainingArguments": """\
        from dataclasses import dataclass, field
        from transformers import HfArgumentParser, TrainingArguments
        @dataclass
        class Arguments(TrainingArguments):
            names: list = field(default_factory=list)
            size: int = field(default=effect(3))
        def main():
            Trainer(HfArgumentParser(Arguments).parse()).train()
    """,
    "annotations that are looked up later": """\
        from __future__ import annotations
        from dataclasses import dataclass, field
        from typing import Optional
        from transformers import HfArgumentParser
        @dataclass
        class Arguments:
            name: Optional[str] = field(default=None)
        def main():
            Trainer(HfArgumentParser(Arguments).parse()).train()
    """,
    "an enum": """\
        import enum
        class Kind(enum.Enum):
            SMALL = "small"
        def main(kind=Kind.SMALL):
            Trainer(kind is Kind("small"), kind).train()
    """,
    "a NamedTuple and a class with slots": """\
        from typing import NamedTuple
        class Point(NamedTuple):
            x: int = 1
        class Slim:
            __slots__ = ("a",)
        def main():
            slim = Slim()
            slim.a = Point(2)
            Trainer(slim.a, isinstance(slim.a, Point)).train()
    """,
    "a metaclass that registers": """\
        class Registering(type):
            known = {}
            def __new__(kind, name, bases, body):
                made = super().__new__(kind, name, bases, body)
                Registering.known[name] = made
                return made
        class Net(metaclass=Registering): pass
        def main():
            Trainer(sorted(Registering.known), Registering.known["Net"] is Net).train()
    """,
    "a class body that reads names of the module": """\
        import math
        SIZES = [1, 2]
        class Net:
            size = len(SIZES) + math.floor(1.5)
            ready = effect("ready")
        def main():
            Trainer(Net.size, Net.ready).train()
    """,
    "a generic class": """\
        from typing import Generic, TypeVar
        T = TypeVar("T")
        class Box(Generic[T]):
            def __init__(self, value: T) -> None: self.value = value
        def main():
            Trainer(Box[int](3).value).train()
    """,
    "a decorator of the script's own and a cache": """\
        import functools
        calls = []
        def counted(function):
            @functools.wraps(function)
            def inner(*values):
                calls.append(values)
                return function(*values)
            return inner
        @counted
        def add(a, b): return a + b
        @functools.lru_cache(maxsize=None)
        def square(x): return effect(x * x)
        def main():
            Trainer(add(1, 2), square(2), square(2), len(calls)).train()
    """,
    "a lock and a logger": """\
        import logging, threading
        logger = logging.getLogger(__name__)
        lock = threading.Lock()
        def main():
            with lock:
                logger.debug("in")
            Trainer(lock.locked()).train()
    """,
    "a registry that functions fill": """\
        TASKS = {}
        def task(function):
            TASKS[function.__name__] = function
            return function
        @task
        def one(): return effect(1)
        def main():
            Trainer(TASKS["one"](), TASKS["one"] is one).train()
    """,
    "a setting that an import needs": """\
        import sys
        sys.path.insert(0, "deep")
        import late
        def main():
            Trainer(late.SAID).train()
    """,
    "a command line that is read at the top": """\
        import argparse
        parser = argparse.ArgumentParser()
        parser.add_argument("--size", type=int, default=1)
        args = parser.parse_args()
        def main():
            Trainer(args.size).train()
    """,
    "functions and constants": """\
        import math
        SIZE = 4
        def half(x): return math.floor(x / 2)
        def main():
            Trainer(half(SIZE)).train()
    """,
}


@pytest.mark.parametrize("form", ["behind a guard", "flat", "as a module"])
@pytest.mark.parametrize("shape", SHAPES)
def test_a_worker_of_stock_ray_does_what_the_script_does(tmp_path: Path, shape: str, form: str) -> None:
    for name, code in STAND_INS.items():
        path = tmp_path / "stand_ins" / f"{name}.py"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(dedent(code))
    work = tmp_path / "work"
    (work / "deep").mkdir(parents=True)
    (work / "deep/late.py").write_text("SAID = 'late'\n")
    code = dedent(SHAPES[shape])
    future, code = (code[: code.index("\n") + 1], code[code.index("\n") + 1 :]) if "__future__" in code else ("", code)
    source = future + HEAD + code + ("main()\n" if form == "flat" else "if __name__ == '__main__':\n    main()\n")
    environment = {**os.environ, "PYTHONPATH": str(tmp_path / "stand_ins"), "PICKLED": str(tmp_path / "pickled")}
    how = ["-m", "the_script"] if form == "as a module" else ["the_script.py"]

    def run(arguments: list[str], folder: Path, **more: str) -> str:
        done = subprocess.run(
            [sys.executable, *arguments], cwd=folder, env={**environment, **more}, capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, done.stderr
        return done.stdout

    (work / "the_script.py").write_text(source)
    before = run([*how, "--size", "7"] if "--size" in source else how, work, WORKER="1")
    (work / "the_script.py").write_text(lifted(source, runtime="ray"))
    run([*how, "--size", "7"] if "--size" in source else how, work)
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    paths = os.pathsep.join([str(work), environment["PYTHONPATH"]])  # as Ray gives a worker the driver's
    assert run(["-c", WORKER], elsewhere, WORKER="1", PYTHONPATH=paths) == before
