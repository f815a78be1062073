"""Plants deliberate faults in what changes scripts, and asks whether the judge or the tests notice.

    python tools/mutation_run.py --seed 0 --count 200 > faults.txt

Each fault lives in a process of its own, which lifts those fixtures that run its line, for both targets: the judge may refuse
the result, or the fixture's `after.py`, its notices or its outcome may differ from what is kept. Faults that pass all that meet
the tests of their room. Prints a line per fault and the survivors, and ends with status 1 if more than one in twenty survived.
"""

from __future__ import annotations

import argparse
import os
import pickle
import signal
import sys
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from importlib.machinery import SourceFileLoader
from pathlib import Path
from threading import Lock
from types import CodeType, FrameType
from typing import Any, NamedTuple

sys.path.insert(1, str(Path(__file__).parents[1]))

from mutants import Mutant, mutants
from tests.tested_through import CODEMOD

ROOT = Path(__file__).parents[1]
CODE = ROOT / "codemod/raylift"
ROOMS = {"emission": 0.2, "edits": 0.25, "train_function": 0.2, "frameworks": 0.35}
"""The rooms that get faults, and how many of all."""
TESTS = ROOT / "tests/codemod"
WHOLE = (
    "test_script_fixtures.py", "test_command_launch.py", "ray_data/test_hand_over.py", "notebooks/test_notebook_fixtures.py",
)  # fmt: skip
"""Tests that lift whole scripts, notebooks and commands, and data with them."""
MOST_FIXTURES = 6
PATIENCE = 20
"""Seconds of the processor that a fault may take on its fixtures; one that loops is noticed."""
ONE_AT_A_TIME = Lock()

Answer = tuple[str, str, tuple[str, ...]]


class Case(NamedTuple):
    """A fixture lifted for one target."""

    path: str
    runtime: str


class Fixtures(NamedTuple):
    """What every case gives without a fault, and which lines it runs."""

    answers: dict[Case, Answer]
    runs: dict[tuple[str, int], set[Case]]


def cases() -> list[Case]:
    scripts = [*ROOT.glob("fixtures/scripts/*/*/before.py"), *ROOT.glob("fixtures/rules/*/*.py")]
    found = [path for path in scripts if path.name in ("before.py", "triggers.py", "silent.py")]
    return [Case(str(path), runtime) for path in sorted(found) for runtime in ("raylift", "ray")]


def answer(case: Case) -> Answer:
    """The outcome of a case: its kind, its code, and the rules that it tells of."""
    from raylift.lift import rewrite
    from raylift.outcome import Failed, Refused, Rewritten
    from raylift.project.neighbours import neighbours_of
    from raylift.settings import Settings

    outcome = rewrite(Path(case.path).read_bytes(), Settings(runtime=case.runtime), neighbours_of(case.path))  # type: ignore[arg-type]  # one of two
    if isinstance(outcome, Failed):
        return (
            "judge" if "own result is wrong" in outcome.message else "crash" if outcome.ours else "failed",
            outcome.message,
            (),
        )
    told = outcome.notices if isinstance(outcome, (Refused, Rewritten)) else ()
    code = outcome.code.decode() if isinstance(outcome, Rewritten) else ""
    return type(outcome).__name__, code, tuple(sorted(f"{each.line} {each.rule}" for each in told))


def in_process(work: Callable[[], Any]) -> Any:
    """What some work gives in a process of its own; None if that dies or takes too long."""
    with ONE_AT_A_TIME:  # or a child would hold the pipe of another one open
        reading, writing = os.pipe()
        child = os.fork()
        if child:
            os.close(writing)
    if not child:
        os.close(reading)
        status = 1
        try:
            with os.fdopen(writing, "wb") as pipe:
                pickle.dump(work(), pipe)
            status = 0
        finally:
            os._exit(status)
    with os.fdopen(reading, "rb") as pipe:
        data = pipe.read()
    os.waitpid(child, 0)
    return pickle.loads(data) if data else None


def watched(some: list[Case]) -> Fixtures:
    """Some cases without a fault, with the lines of the rooms that they run."""
    rooms = tuple(str(CODE / room) for room in ROOMS)
    runs: dict[tuple[str, int], set[Case]] = {}
    seen: set[tuple[str, int]] = set()

    def trace(frame: FrameType, event: str, _: object) -> Any:
        if not frame.f_code.co_filename.startswith(rooms):
            return None
        seen.add((frame.f_code.co_filename, frame.f_lineno))
        return trace

    answers: dict[Case, Answer] = {}
    for case in some:
        seen.clear()
        sys.settrace(trace)
        answers[case] = answer(case)
        sys.settrace(None)
        for place in seen:
            runs.setdefault(place, set()).add(case)
    return Fixtures(answers, runs)


def joined(parts: list[Fixtures]) -> Fixtures:
    """What several processes have seen."""
    whole = Fixtures({}, {})
    for part in parts:
        whole.answers.update(part.answers)
        for place, found in part.runs.items():
            whole.runs.setdefault(place, set()).update(found)
    return whole


def plant(mutant: Mutant) -> None:
    """Let this process, which has not loaded the module yet, find it with its fault."""
    load = SourceFileLoader.get_code

    def get_code(self: SourceFileLoader, fullname: str) -> CodeType | None:
        if self.path == str(mutant.path):
            return compile(mutant.source, self.path, "exec")
        return load(self, fullname)

    SourceFileLoader.get_code = get_code  # type: ignore[method-assign]  # in a process of its own


def with_fault(mutant: Mutant, chosen: list[Case]) -> dict[Case, Answer]:
    """The answers of some cases where a module has a fault."""
    plant(mutant)
    signal.setitimer(signal.ITIMER_PROF, PATIENCE)
    return {case: answer(case) for case in chosen}


def verdict(mutant: Mutant, fixtures: Fixtures) -> str:
    """Who notices a fault first: the judge, a crash, or a fixture; empty if none of them does."""
    covering = sorted(fixtures.runs.get((str(mutant.path), mutant.line), ()), key=lambda case: (len(case.path), case))
    kept = [case for case in covering if keeps(case)]
    others = [case for case in covering if not keeps(case)]
    chosen = [
        *kept[:: max(1, len(kept) // MOST_FIXTURES)][:MOST_FIXTURES],
        *others[:: max(1, len(others) // MOST_FIXTURES)][:MOST_FIXTURES],
    ]
    if not chosen:
        return ""
    answers: dict[Case, Answer] | None = in_process(lambda: with_fault(mutant, chosen))
    if answers is None:
        return "crash"  # or it never ends
    kinds = {given[0] for given in answers.values()}
    differ = {case for case, given in answers.items() if given != fixtures.answers[case]}
    if "judge" in kinds:
        return "judge"
    if "crash" in kinds:
        return "crash"
    if any(keeps(case) for case in differ):
        return "fixture"
    return "rule" if any(is_told_otherwise(case, answers[case], fixtures.answers[case]) for case in differ) else ""


def keeps(case: Case) -> bool:
    """Whether a fixture keeps what its script becomes for a target, or why it is refused."""
    folder = Path(case.path).parent
    return (folder / ("after.py" if case.runtime == "raylift" else "after_stock.py")).exists() or (
        folder.name.startswith("refused_") and case.runtime == "raylift"
    )


def is_told_otherwise(case: Case, given: Answer, before: Answer) -> bool:
    """Whether the rule of a folder speaks where it was silent, is silent where it spoke, or a relative is no longer lifted."""
    rule = Path(case.path).parent.name
    spoke, speaks = (any(told.endswith(rule) for told in each[2]) for each in (before, given))
    return case.runtime == "raylift" and (spoke != speaks or (case.path.endswith("silent.py") and given[0] != before[0]))


def tests_say(mutant: Mutant) -> str:
    """Whether a fast test fails with the fault: of the module's own ones, else of its room's, else of those who use the module."""
    room = mutant.path.relative_to(CODE).parent.as_posix()
    own, rooms = test_of(mutant.path), [room] if (TESTS / room).exists() else []
    users = dict.fromkeys(test_of(path) for path in users_of(mutant.path))
    for chosen in ([own], [*rooms, *WHOLE], [test for test in users if test != own and not test.startswith(tuple(rooms))]):
        status = in_process(lambda chosen=chosen: tested(mutant, chosen)) if chosen else 0
        if status != 0:
            return "unknown" if status is None else "tests"
    return "survived"


def test_of(path: Path) -> str:
    """The tests that speak of a module."""
    room, name = path.relative_to(CODE).parent.as_posix(), path.stem
    own = f"{room}/test_{name}.py"
    return own if (TESTS / own).exists() else f"{CODEMOD.get(room, {}).get(name, room)}.py"


def users_of(path: Path) -> list[Path]:
    """The modules that import a module."""
    name = ".".join(("raylift", *path.relative_to(CODE).with_suffix("").parts))
    return [user for user in sorted(CODE.rglob("*.py")) if f"from {name} import" in user.read_text()]


def tested(mutant: Mutant, chosen: list[str]) -> int:
    """The exit code of some tests where a module has a fault."""
    import pytest

    os.setpgid(0, 0)  # a test may end the group of its process
    plant(mutant)
    signal.setitimer(signal.ITIMER_PROF, PATIENCE * 20)
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, 1)
    os.dup2(nowhere, 2)
    names = [str(TESTS / name) for name in chosen]
    return int(pytest.main(["-q", "-x", "-p", "no:cacheprovider", "-m", "not slow and not ray", *names]))


def main() -> int:
    """Plant, ask, print."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0] if __doc__ else "")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--count", type=int, default=200)
    parser.add_argument("--jobs", type=int, default=2)
    options = parser.parse_args()
    import hypothesis
    import libcst
    import pytest

    assert hypothesis and libcst and pytest  # loaded once, before the processes part
    planted = list(mutants({CODE / room: round(options.count * share) for room, share in ROOMS.items()}, options.seed))
    counts: Counter[str] = Counter()
    every = cases()
    with ThreadPoolExecutor(options.jobs) as pool:
        parts = pool.map(lambda first: in_process(lambda: watched(every[first :: options.jobs])), range(options.jobs))
        fixtures = joined(list(parts))
        found = pool.map(lambda mutant: verdict(mutant, fixtures) or tests_say(mutant), planted)
        for mutant, who in zip(planted, found, strict=True):
            counts[who] += 1
            print(f"{who:9} {mutant.path.relative_to(CODE)}:{mutant.line} {mutant.kind}: {mutant.before[:90]}", flush=True)
    total = sum(counts.values())
    print(f"{total} faults: {', '.join(f'{count} {who}' for who, count in counts.most_common())}")
    return int((counts["survived"] + counts["unknown"]) * 20 > total)


if __name__ == "__main__":
    sys.exit(main())
