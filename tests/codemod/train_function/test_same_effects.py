"""A lifted script does what its source does, in the same order: generated scripts are run before and after, without Ray."""

from __future__ import annotations

import builtins
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from importlib.abc import Loader, MetaPathFinder
from importlib.machinery import ModuleSpec
from types import CodeType, ModuleType
from typing import Any

from hypothesis import assume, example, given, settings
from hypothesis import strategies as st
from tests.codemod.lifting import lifted
from tests.codemod.stand_in_modules import in_their_places, training
from tests.generated import examples

SCRIPT = "script_of_this_test"
NAMES = ["alpha", "beta", "gamma", "max", "config", "result", "trainer_args"]
FUNCTIONS = ["first", "second", "third"]
name = st.sampled_from(NAMES)
function = st.sampled_from(FUNCTIONS)
FIRST = st.sampled_from(["1", "[1]", "effect(2)", "len('abc')"])
STATEMENTS = st.one_of(
    st.builds("{} = effect({!r})".format, name, st.integers(0, 9)),
    st.builds("{} = effect({})".format, name, name),
    st.builds("{} = {}".format, name, st.integers(0, 9)),
    st.builds("{} = {}".format, name, name),
    st.builds("effect({}())".format, function),
    st.builds("effect({})".format, name),
    st.builds("for {} in range(2): effect({})".format, name, name),
    st.builds("if effect(1): {} = effect({})".format, name, name),
    st.builds("def {}(): return effect({})".format, function, name),
    st.builds("def {}(x={}): return effect(x)".format, function, name),
    st.builds("def {}():\n    return {}() if effect(0) is None else {}".format, function, function, name),
    st.builds("def {}():\n    global {}\n    {} = effect(7)".format, function, name, name).map(
        lambda code: code if code.split("global ")[1].split("\n")[0] == code.split("    ")[-1].split(" =")[0] else "pass"
    ),
    st.builds("class {}:\n    {} = {}\n    def run(self): return effect({})".format, st.sampled_from(["Kept"]), name, name, name),
    st.builds(
        "if effect(2):\n    class Kept:\n        {} += 1\n        def run(self, {}={}): return {}".format, name, name, name, name
    ),
    st.builds("def {}():\n    class Kept:\n        {} = {}\n    return effect(Kept.{})".format, function, name, name, name),
    st.just("effect(Kept().run())"),
    st.builds("{} = [effect({}) for x in range(2)]".format, name, name),
    st.builds("{}: int = {}".format, name, st.integers(0, 9)),
    st.builds("{}: int".format, name),
    st.builds("{} += effect(1)".format, name),
    st.builds("del {}".format, name),
    st.builds("import json as {}".format, name),
    st.builds("sys.lifted_once = {}".format, st.integers(0, 3)),
    st.builds("{} = getattr(sys, 'lifted_once', 0)".format, name),
    st.builds("{} = [1]".format, name),
    st.builds("{}.append(1)".format, name),
    st.builds("{} = len({})".format, name, name),
    st.builds("effect({} and len({}))".format, name, name),
)


def guarded(body: list[str]) -> list[str]:
    """Some statements behind a `__main__` guard."""
    inside = [f"    {line}" for part in body for line in part.split("\n")]
    return ['if __name__ == "__main__":', *inside] if inside else []


@st.composite
def scripts(draw: st.DrawFn) -> str:
    """A flat script, or one with a guard or several, that trains somewhere."""
    body = draw(st.lists(STATEMENTS, min_size=1, max_size=9))
    train = ["trainer = Trainer(effect(5))", "trainer.train()"]
    head = ["import sys", "from lib import effect", "from transformers import Trainer"]
    head += [f"{each} = {draw(FIRST)}" for each in NAMES if draw(st.integers(0, 3))]
    head += [f"def {each}(): return 1" for each in FUNCTIONS if draw(st.integers(0, 2))]
    if draw(st.booleans()):
        first, second, third = sorted(draw(st.integers(0, len(body))) for _ in range(3))
        ahead, inside, behind = body[first:second], body[second:third], body[third:]
        if draw(st.booleans()):
            return "\n".join([*head, *body[:second], *guarded([*inside, *behind, *train])]) + "\n"
        return "\n".join([*head, *body[:first], *guarded(ahead), *guarded([*inside, *train]), *guarded(behind)]) + "\n"
    place = draw(st.integers(0, len(body)))
    return "\n".join([*head, *body[:place], *train, *body[place:]]) + "\n"


def torch_trainer(trace: list[str]) -> type:
    """A TorchTrainer that runs its train function at once, as if in a worker."""

    class TorchTrainer:
        def __init__(self, train_func: Callable[..., None], train_loop_config: dict[str, Any] | None = None, **_: Any) -> None:
            self._run = train_func if train_loop_config is None else lambda: train_func(train_loop_config)
            self._imports = "script" in (train_loop_config or {})

        def fit(self) -> None:
            if self._imports:  # what the driver's own top level did, every worker does for itself
                trace.clear()
                vars(sys).pop("lifted_once", None)
            self._run()

    return TorchTrainer


@contextmanager
def stand_ins(trace: list[str]) -> Iterator[None]:
    """Modules that record what a script does, in the place of those it trains with."""

    def effect(*values: Any) -> Any:
        trace.append(repr([value if isinstance(value, int) else type(value).__name__ for value in values]))
        return len(trace)

    class Trainer:
        def __init__(self, *values: Any, **_: Any) -> None:
            effect(*values)

        def train(self) -> None:
            effect("train")

        def add_callback(self, callback: object) -> None: ...

    with in_their_places({"lib": {"effect": effect}, **training(Trainer, torch_trainer(trace))}):
        yield


class OnWorkers(MetaPathFinder, Loader):
    """Brings a script under its own name, as a worker of stock Ray imports it."""

    def __init__(self, code: CodeType) -> None:
        self._code = code

    def find_spec(self, fullname: str, path: object, target: object = None) -> ModuleSpec | None:
        return ModuleSpec(fullname, self) if fullname == SCRIPT else None

    def exec_module(self, module: ModuleType) -> None:
        exec(self._code, vars(module))  # noqa: S102  # generated


@contextmanager
def importable(code: CodeType) -> Iterator[None]:
    """Workers in this process that can import the script."""
    finder = OnWorkers(code)
    sys.meta_path.insert(0, finder)
    try:
        yield
    finally:
        sys.meta_path.remove(finder)
        sys.modules.pop(SCRIPT, None)


def trace_of(source: str) -> list[str]:
    """What running a script did, in order, and the error that ended it."""
    trace: list[str] = []
    vars(sys).pop("lifted_once", None)
    code = compile(source, "<script>", "exec")
    names = {"__name__": "__main__", "__builtins__": builtins, "__file__": f"/{SCRIPT}.py", "__spec__": None}
    with stand_ins(trace), importable(code):
        try:
            exec(code, names)  # noqa: S102  # generated
        except FAILURES as error:
            trace.append(type(error).__name__)
    return trace


HEAD = "from lib import effect\nfrom transformers import Trainer\n"
FAILURES = (NameError, TypeError, AttributeError, RecursionError, SyntaxError)
FAILED = {"UnboundLocalError", *(failure.__name__ for failure in FAILURES)}


@settings(max_examples=examples(400), deadline=None)
@given(scripts(), st.sampled_from(["raylift", "ray"]))
@example(f"{HEAD}max = effect(max(1, 2))\ntrainer = Trainer(max)\ntrainer.train()\n", "raylift")
@example(f"{HEAD}trainer = Trainer(1)\ntrainer.train()\nalpha = effect(max)\nmax = 0\n", "raylift")
@example(f"{HEAD}trainer = Trainer(1)\ntrainer.train()\nfor max in range(0):\n    effect(1)\nalpha = effect(max(1, 2))\n", "ray")
@example(f"{HEAD}alpha = effect(0)\nalpha: int = 0\ntrainer = Trainer(1)\ntrainer.train()\nimport json as alpha\n", "raylift")
@example(
    f"{HEAD}alpha = 1\nif __name__ == '__main__':\n    alpha: int = 1\n    trainer = Trainer(alpha)\n    trainer.train()\n",
    "raylift",
)
def test_a_lifted_script_has_the_effects_of_its_source(source: str, runtime: str) -> None:
    before = trace_of(source)
    assume(before[-1] not in FAILED)
    assert trace_of(lifted(source, runtime=runtime)) == before, f"{source}\n---\n{lifted(source, runtime=runtime)}"
