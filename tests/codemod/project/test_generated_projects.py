"""A lifted project does what its source does, and every file gets the same answer however it comes into a run."""

from __future__ import annotations

import importlib
import runpy
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from random import Random
from types import SimpleNamespace
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.codemod.project.generated_projects import Project, projects
from tests.codemod.stand_in_modules import in_their_places, training
from tests.generated import examples

from raylift.outcome import Outcome, Rewritten
from raylift.pipeline.outcomes import file_outcomes
from raylift.request import Request

EXAMPLES = settings(max_examples=examples(40), deadline=None, suppress_health_check=[HealthCheck.too_slow])


def answers(*paths: Path, runtime: str = "raylift") -> dict[Path, Outcome | None]:
    """What a run makes of each file."""
    request = Request("check", tuple(map(str, paths)), runtime=runtime, jobs=1)
    return {Path(file.found.path).resolve(): file.outcome for file in file_outcomes(request)}


def code_of(outcome: Outcome | None) -> bytes | None:
    """The new bytes of a file, if it has any."""
    return outcome.code if isinstance(outcome, Rewritten) else None


@contextmanager
def stand_ins(trace: list[object], launched: list[object]) -> Iterator[None]:
    """Modules that record what a project does and what it does on workers, in the place of those it trains with."""
    depth = 0

    def effect(value: int) -> int:
        trace.append(value)
        return value

    class Trainer:
        def __init__(self, value: int) -> None:
            effect(value)

        def train(self) -> None:
            trace.append("train")
            launched.append(depth)

        def add_callback(self, callback: object) -> None: ...

    class TorchTrainer:
        def __init__(self, train_func: Callable[..., None], train_loop_config: object = None, **_: Any) -> None:
            self._run = lambda: train_func(train_loop_config) if train_func.__code__.co_argcount else train_func()

        def fit(self) -> None:
            nonlocal depth
            depth += 1
            self._run()
            depth -= 1

    command = SimpleNamespace(command=lambda: lambda function: function)
    made = {"lib": {"effect": effect}, "click": {"group": lambda: lambda function: command}}
    with in_their_places({**made, **training(Trainer, TorchTrainer)}):
        yield


def run(project: Project, folder: Path) -> tuple[list[object], list[object]]:
    """What a project does when it is started, and for each training in how many launchers it ran."""
    trace: list[object] = []
    launched: list[object] = []
    source = folder / ("src" if project.entry.startswith("src/") else "")
    module = ".".join((folder / project.entry).relative_to(source).with_suffix("").parts)
    sys.path.insert(0, str(source))
    importlib.invalidate_caches()
    try:
        with stand_ins(trace, launched):
            if project.start == "call":
                trace.append(importlib.import_module(module).main())
            else:
                runpy.run_module(module.removesuffix(".__main__"), run_name="__main__")
    finally:
        sys.path.remove(str(source))
        for name in [name for name in sys.modules if name.partition(".")[0] == "pkg"]:
            del sys.modules[name]
    return trace, launched


def lift(project: Project, folder: Path, runtime: str) -> dict[Path, Outcome | None]:
    """Lift a project where it lies."""
    made = answers(folder, runtime=runtime)
    for path, outcome in made.items():
        if (code := code_of(outcome)) is not None:
            path.write_bytes(code)
    return made


@EXAMPLES
@given(projects(), st.sampled_from(["raylift", "ray"]))
def test_a_lifted_project_has_the_effects_of_its_source_and_trains_in_one_launcher(project: Project, runtime: str) -> None:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name).resolve()
        project.write(folder)
        before, unlaunched = run(project, folder)
        lift(project, folder, runtime)
        after, launched = run(project, folder)
    assert unlaunched == [0]
    assert after == before
    assert launched == [1]


@EXAMPLES
@given(projects())
def test_what_nothing_starts_is_left_alone_and_told(project: Project) -> None:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name).resolve()
        project.write(folder)
        made = answers(folder)
        changed = {str(path.relative_to(folder)) for path, outcome in made.items() if isinstance(outcome, Rewritten)}
        told = {str(path.relative_to(folder)) for path, outcome in made.items() if getattr(outcome, "notices", ())}
    assert project.entry in changed
    assert changed.isdisjoint(project.unstarted)
    assert not any("evaluate" in path for path in changed)
    assert told == set(project.unstarted)


@EXAMPLES
@given(projects(), st.randoms(use_true_random=False))
def test_a_file_gets_the_same_answer_however_it_comes_into_a_run(project: Project, random: Random) -> None:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name).resolve() / "project"
        project.write(folder)
        whole = {path: code_of(outcome) for path, outcome in answers(folder).items()}
        above = {path: code_of(outcome) for path, outcome in answers(folder.parent).items()}
        started = [path for path in whole if str(path.relative_to(folder)) not in project.unstarted]
        listed = random.sample(started, len(started))
        in_a_list = {path: code_of(outcome) for path, outcome in answers(*listed).items()}
        named = {path: code_of(answers(path)[path]) for path in started if "unrelated" not in path.name}
        package = {path: code_of(outcome) for path, outcome in answers((folder / project.entry).parent).items()}
    assert above == whole
    assert {path: in_a_list[path] for path in sorted(in_a_list)} == {path: whole[path] for path in sorted(started)}
    assert named == {path: whole[path] for path in named}
    assert package == {path: whole[path] for path in package}


@EXAMPLES
@given(projects())
def test_a_lifted_project_is_left_alone(project: Project) -> None:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name).resolve()
        project.write(folder)
        lift(project, folder, "raylift")
        again = answers(folder)
    assert not any(isinstance(outcome, Rewritten) for outcome in again.values())
