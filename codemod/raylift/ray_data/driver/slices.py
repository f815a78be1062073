"""The slice of a script that makes its data: the statements that the driver takes over, in the order in which they ran."""

from __future__ import annotations

import ast
import contextlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from operator import itemgetter

from raylift.plan import Case, Refusal
from raylift.ray_data.data_uses import DataUse
from raylift.ray_data.driver.frames import Frame, frames_to
from raylift.ray_data.driver.leaves import Leaf, Name, makers_of, names_read
from raylift.ray_data.driver.one_process import binds_processes, refuse_more_than_order
from raylift.ray_data.driver.telling import is_telling
from raylift.ray_data.driver.worker_only import refuse_parts_by_rank, refuse_worker
from raylift.script import Script
from raylift.script.scopes import DEFINITIONS, FUNCTIONS

RANDOM_METHODS = frozenset({"shuffle", "train_test_split"})
SEEDS = frozenset({
    "accelerate.utils.set_seed", "numpy.random.seed", "random.seed", "torch.manual_seed", "transformers.set_seed", "transformers.trainer_utils.set_seed",
})  # fmt: skip


@dataclass(frozen=True, slots=True)
class Part:
    """What one frame adds to the driver's function: what it is given, its statements, and the names of its Accelerators."""

    frame: Frame
    given: tuple[tuple[str, ast.expr], ...]
    taken: tuple[Leaf, ...]
    states: frozenset[str]


def in_order(given: Iterable[tuple[str, ast.expr]]) -> tuple[tuple[str, ast.expr], ...]:
    """What a function is given, as it stands in the source."""
    return tuple(sorted(given, key=lambda each: (each[1].lineno, each[1].col_offset, each[0])))


@dataclass(slots=True)
class _Need:
    """What one frame must still provide."""

    frame: Frame
    taken: set[Leaf] = field(default_factory=set)
    given: dict[str, ast.expr] = field(default_factory=dict)
    states: set[str] = field(default_factory=set)


def slice_of(case: Case, use: DataUse) -> list[Part]:
    """The parts of the slice that makes one dataset, the entry block's first; raises Refusal where a driver cannot run it."""
    return _Slicing(case, frames_to(case, use.place)).parts(use)


class _Slicing:
    def __init__(self, case: Case, frames: list[Frame]) -> None:
        self.script = case.script
        self.needs = [_Need(frame) for frame in frames]
        self.by_function = {need.frame.function: need for need in self.needs}
        self.makers = {need.frame.function: makers_of(need.frame.leaves) for need in self.needs}
        self.seen: set[Name] = set()
        self.waiting: list[tuple[Name, ast.AST]] = []

    def parts(self, use: DataUse) -> list[Part]:
        self._want(use.given)
        self._spread()
        if any(map(_is_random, (leaf.node for need in self.needs for leaf in need.taken))):
            for need in self.needs:
                for leaf in need.frame.leaves:
                    if is_seeding(self.script, leaf.node):
                        self._take(need, leaf)
            self._spread()
        self._take_telling()
        return [
            Part(
                need.frame,
                in_order(need.given.items()),
                tuple(sorted(need.taken, key=lambda leaf: (leaf.node.lineno, leaf.node.col_offset))),
                frozenset(need.states),
            )
            for need in self.needs
        ]

    def _take_telling(self) -> None:
        """What only looks at the data, as a log or a check does, goes with them, unless it tells what only a worker has."""
        for need in self.needs:
            for leaf in need.frame.leaves:
                if leaf not in need.taken and is_telling(self.script, leaf):
                    with self._as_before_a_refusal():
                        self._take(need, leaf)
                        self._spread()

    @contextlib.contextmanager
    def _as_before_a_refusal(self) -> Iterator[None]:
        """Within it, what is taken on the way to a refusal is not."""
        seen = set(self.seen)
        held = [(set(need.taken), dict(need.given), set(need.states)) for need in self.needs]
        try:
            yield
        except Refusal:
            self.seen, self.waiting = seen, []
            for need, (taken, given, states) in zip(self.needs, held, strict=True):
                need.taken, need.given, need.states = taken, given, states

    def _spread(self) -> None:
        while self.waiting:
            name, reader = self.waiting.pop()
            self._provide(name, reader)

    def _want(self, node: ast.AST) -> None:
        refuse_worker(self.script, node)
        refuse_more_than_order(self.script, node)
        for name in sorted(names_read(self.script, node), key=itemgetter(1)):
            if name not in self.seen:
                self.seen.add(name)
                self.waiting.append((name, node))

    def _provide(self, name: Name, reader: ast.AST) -> None:
        owner, text = name
        if owner is None:
            return
        function = owner.node if isinstance(owner.node, FUNCTIONS) else None
        if owner is self.script.globals:
            self._from_module(name)
        elif function not in self.by_function:
            place = getattr(reader, "lineno", 0)
            raise Refusal(
                place,
                "RL341",
                f"the data need `{text}` of `{getattr(owner.node, 'name', 'a class')}`",
                "load the data before, and apart from it",
            )
        need = self.by_function.get(function)
        if need is None:
            return
        is_given = function is not None and any(isinstance(b, ast.arg) for b in owner.bindings[text])
        if binds_processes(self.script, name):
            need.states |= set() if is_given else {text}
        else:
            for leaf in self.makers[function].get(name, ()):
                self._take(need, leaf)
        if function is not None and is_given:
            given = need.frame.given(text)
            if given is None:
                raise Refusal(
                    function.lineno,
                    "RL341",
                    f"what `{function.name}` is given for `{text}` is not in sight",
                    "give it by name, or load the data before",
                )
            need.given[text] = given
            self._want(given)

    def _from_module(self, name: Name) -> None:
        """What a function or class of the module reads of it when it is called."""
        for binding in self.script.globals.bindings.get(name[1], ()):
            if isinstance(binding, DEFINITIONS):
                refuse_parts_by_rank(self.script, binding)
                for read in sorted(names_read(self.script, binding), key=itemgetter(1)):
                    if read not in self.seen and read[0] is self.script.globals:
                        self.seen.add(read)
                        self.waiting.append((read, binding))

    def _take(self, need: _Need, leaf: Leaf) -> None:
        if leaf in need.taken:
            return
        need.taken.add(leaf)
        self._want(leaf.node)
        for holder in leaf.within:
            self._want(holder.test)


def _calls(node: ast.AST) -> list[ast.Call]:
    return [part for part in ast.walk(node) if isinstance(part, ast.Call)]


def is_seeding(script: Script, node: ast.stmt) -> bool:
    """Whether a statement seeds a generator of random numbers."""
    return any(not script.names(call.func).isdisjoint(SEEDS) for call in _calls(node))


def _is_random(node: ast.AST) -> bool:
    methods = [c for c in _calls(node) if isinstance(c.func, ast.Attribute) and c.func.attr in RANDOM_METHODS]
    return any(not call.args and all(k.arg != "seed" for k in call.keywords) for call in methods)
