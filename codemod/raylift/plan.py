"""Values that describe a decision: what to edit, where statements go, what to tell the reader."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    import libcst as cst

    from raylift.script import Script, ScriptNode
    from raylift.script.scopes import Function
    from raylift.settings import Settings

    Changed = cst.CSTNode | cst.FlattenSentinel[cst.CSTNode] | cst.RemovalSentinel
    Change = Callable[[cst.CSTNode], Changed]


@dataclass(frozen=True, slots=True, order=True)
class Notice:
    """A sentence for the reader: the line it speaks of, the rule behind it, and what to do about it."""

    line: int
    rule: str
    text: str
    remedy: str = ""


class Refusal(Exception):
    """Raised where a script cannot be lifted safely; carries the notices that say so."""

    def __init__(self, line: int, rule: str, text: str, remedy: str, *more: Notice) -> None:
        super().__init__(text)
        self.notices = (Notice(line, rule, text, remedy), *more)


@dataclass(frozen=True, slots=True, order=True)
class Doubt:
    """What stops a lift unless the user promises what its rule names, which no reading of the script can prove."""

    line: int
    rule: str
    text: str
    remedy: str


class Declined(Exception):
    """Raised where the user wants no lift: a rule is off without which it would not be right; says which."""


@dataclass(frozen=True, slots=True)
class Edit:
    """One change to the node at the place of `node`; to its whole line where `node` is a simple statement.

    `needs` are imports that only this change uses; edits of one `group` are right together only. A node has one edit, and
    one more that comes `last`: it changes the first of what the other has made of the node.
    """

    node: ast.AST
    change: Change
    rule: str
    why: str
    needs: tuple[NeededImport, ...] = ()
    group: ast.AST | None = None
    last: bool = False

    @property
    def line(self) -> int:
        return getattr(self.node, "lineno", 0)

    @property
    def column(self) -> int:
        return getattr(self.node, "col_offset", 0)


@dataclass(frozen=True, slots=True, order=True)
class NeededImport:
    """A name that the result uses: `from module import name`, or `import module` where `name` is empty."""

    module: str
    name: str = ""


Finding = Edit | NeededImport | Notice | Doubt


def needed_imports(findings: Iterable[Finding]) -> list[NeededImport]:
    """The imports among some findings, and those that only their edits use."""
    needed: list[NeededImport] = []
    for finding in findings:
        needed += [finding] if isinstance(finding, NeededImport) else finding.needs if isinstance(finding, Edit) else ()
    return needed


@dataclass(frozen=True, slots=True)
class Launcher:
    """What starts the train function: the names it uses and the arguments of `TorchTrainer`, as they are written.

    `start` is the name of a function of its own, with the lines of `preamble`, that runs the train function on a worker; where
    it is empty the train function begins with them itself. `functions` are those of the driver, as code, that the arguments call,
    `before` the statements that come first.
    """

    train_func: str
    torch_trainer: str
    trainer: str
    result: str
    arguments: tuple[str, ...]
    workers: int
    preamble: tuple[str, ...] = ()
    parameter: str = ""
    quits: bool = False
    start: str = ""
    functions: tuple[str, ...] = ()
    before: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Plan:
    """Everything that will change in a script, decided on its untouched form.

    `fired` are all rules that had something to say, with their lines, also where the user has settled it.
    """

    edits: tuple[Edit, ...]
    imports: tuple[NeededImport, ...]
    notices: tuple[Notice, ...]
    placement: Placement | None = None
    launcher: Launcher | None = None
    fired: frozenset[tuple[str, int]] = frozenset()

    @property
    def changes(self) -> tuple[Notice, ...]:
        """The edits as sentences, in the order of their lines; those that a notice speaks of are left to it."""
        told = {(notice.line, notice.rule) for notice in self.notices}
        return tuple(sorted({Notice(e.line, e.rule, e.why) for e in self.edits if (e.line, e.rule) not in told}))


@dataclass(frozen=True, slots=True)
class Placement:
    """Where the top-level statements of a script go.

    `moved` are those that the train function starts with, `guard` the `__main__` guard whose body follows them, and
    `shared` the names that the train function binds for the module, because code outside of it reads them. A script that is
    `imported` runs its top level on every worker, too, instead of travelling there by value. Of a notebook some statements
    are `repeated`, in their cells and in the train function, which stands behind the statement at its `place`, and of a guard
    that is `opened` only what it holds moves.
    """

    moved: tuple[ast.stmt, ...]
    guard: ast.If | None
    shared: tuple[str, ...]
    imported: bool = True
    repeated: tuple[ast.stmt, ...] = ()
    place: ast.stmt | None = None
    opened: tuple[ast.If, ...] = ()

    @property
    def entry(self) -> tuple[ast.stmt, ...]:
        """Everything that the train function will run, in order."""
        inside = sorted((*self.moved, *self.repeated), key=lambda node: node.lineno) if self.repeated else self.moved
        return (*inside, *(self.guard.body if self.guard else ()))


class Case(NamedTuple):
    """What a step looks at: a script, what the user has set, where its statements go, and what its entry reaches.

    `trainings` are the functions and statements among `reach` that start a training themselves. A script that is lifted in
    place has no placement: nothing of it moves. `commands` are the functions that launch workers themselves.
    """

    script: Script
    settings: Settings
    placement: Placement | None = None
    reach: tuple[ScriptNode, ...] = ()
    trainings: tuple[ScriptNode, ...] = ()
    commands: tuple[Function, ...] = ()


Step = Callable[[Case], Iterable[Finding]]
"""Yields what it finds in a script; raises Refusal where that cannot be lifted. No step relies on another's place in the order."""

Completion = Callable[[Case, list[Finding]], list[Finding]]
"""What else a lift takes once it is known which findings the user wants carried out."""


class Lift(NamedTuple):
    """One way to lift a script: the steps that look at it, and what completes their findings."""

    steps: tuple[Step, ...]
    complete: Completion
