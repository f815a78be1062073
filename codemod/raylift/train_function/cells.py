"""Where the statements of a notebook's cells go.

A cell stays as it is where it only imports, defines, or looks at data. What a training needs moves into the train function: all
that makes what it reads, as far back as that goes, and whatever reads afterwards what only the workers have. Data that cells
which stay look at is made twice, in its cell and on the workers; so is what sets something for the whole process, such as a seed.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace

from raylift.plan import Finding, NeededImport, Placement
from raylift.script import Script
from raylift.script.scopes import DEFINITIONS
from raylift.train_function.statements import Statement, statements

CELL_MARK = "%% "
"""What a statement begins with that stands for a cell's start, or for a line that only a kernel reads."""

READS = ", reads "

LOOKING = re.compile(
    r"(^|\.)(print\w*|p?print|display\w*|show\w*|plot\w*|head|tail|describe|info|hist\w*|value_counts|help|dir|len|type|visuali[sz]e\w*"
    r"|imshow|bar|scatter|figure|legend|title|[xy]label|[xy]ticks|subplots?\w*|tight_layout|savefig|print_\w+|HTML|Markdown|Image)$"
)
"""Calls that show something and change nothing."""
OF_THE_DRIVER = re.compile(
    r"(^|[._])(log_?in|notebook_login|interpreter_login|install\w*|mount|system|run|check_call|check_output|Popen|makedirs|mkdir|urlretrieve"
    r"|download\w*|snapshot_download|extractall|unpack_archive|getpass|input|create_repo|upload\w*|rmtree|copy\w*|ray\.init|set_trace)$"
)
"""Calls that need doing once, in the notebook's own process."""
SETTING_NAME = re.compile(
    r"(^|\.)(set_\w+|\w*seed\w*|filterwarnings|simplefilter|disable_\w+|enable_\w+|use_deterministic_algorithms|register\w*|basicConfig"
    r"|add_\w+|setdefault|update|empty_cache|append|insert)$"
)
OF_THE_WORKERS = re.compile(
    r"(Model|For[A-Z]\w+|Trainer|Arguments|Accelerator|Optimizer|Scheduler|AdamW?|SGD|\.pipeline|\.optim\.\w+|\.nn\.\w+|peft\.\w+|get_scheduler)\b"
)
"""What makes models, trainers and the like, which every worker makes for itself."""


ONLY_OF_WORKERS = frozenset({"RL211", "RL212", "RL213", "RL215", "RL216", "RL217", "RL222"})
"""What is no matter in a notebook's own process, such as a model that is spread over all GPUs to try it out."""


def is_cell_mark(statement: ast.stmt) -> bool:
    """Whether a statement stands for a cell's start or for a line of the kernel's."""
    value = statement.value if isinstance(statement, ast.Expr) else None
    return isinstance(value, ast.Constant) and isinstance(value.value, str) and value.value.startswith(CELL_MARK)


def is_notebook(script: Script) -> bool:
    """Whether a script was put together from a notebook's cells."""
    return bool(script.tree.body) and is_cell_mark(script.tree.body[0])


def cells_placement(script: Script, training: Collection[ast.stmt]) -> Placement:
    """Where every statement goes; `training` are those that start a training when they run."""
    cells = _cells_of(script)
    every = [_with_reads(s) for s in statements(script) if not is_cell_mark(s.node) or READS in ast.unparse(s.node)]
    flow = _Flow(script, every, training, [cells[statement.node] for statement in every])
    moved = [i for i in range(len(every)) if i in flow.worker and i not in flow.driver]
    repeated = [i for i in range(len(every)) if i in flow.worker and i in flow.driver]
    return Placement(
        tuple(every[i].node for i in moved),
        None,
        (),
        imported=False,
        repeated=tuple(every[i].node for i in repeated),
        place=every[flow.place()].node if every else None,
    )


def without_cells_that_stay(script: Script, placement: Placement, findings: Iterable[Finding]) -> Iterator[Finding]:
    """The findings without what hurts only on workers where the code stays in the notebook's own process."""
    entry = set(placement.entry)
    stays = [node for node in script.tree.body if node not in entry and not isinstance(node, DEFINITIONS)]
    lines = {line for node in stays for line in range(node.lineno, (node.end_lineno or node.lineno) + 1)}
    for finding in findings:
        if isinstance(finding, NeededImport) or not (finding.rule in ONLY_OF_WORKERS and finding.line in lines):
            yield finding


def _with_reads(statement: Statement) -> Statement:
    """A line that only a kernel reads, or what it gives to a name, with the names that it takes from Python."""
    value = getattr(statement.node, "value", None)
    text = value.value if isinstance(value, ast.Constant) else None
    if not isinstance(text, str) or not text.startswith(CELL_MARK) or READS not in text:
        return statement
    is_bare = isinstance(statement.node, ast.Expr)
    read = frozenset(text.partition(READS)[2].split())
    return replace(statement, kind="effect" if is_bare else statement.kind, reads_now=read)


def _cells_of(script: Script) -> dict[ast.stmt, int]:
    """The number of the cell, among those of code, that each statement stands in."""
    cells: dict[ast.stmt, int] = {}
    number = 0
    for node in script.tree.body:
        number += is_cell_mark(node) and str(node.value.value).startswith(f"{CELL_MARK}cell ")  # type: ignore[attr-defined]  # as it asks
        cells[node] = number
    return cells


class _Flow:
    """What each statement needs of those before it, and so who runs it: `worker` and `driver` hold their numbers."""

    def __init__(self, script: Script, every: Sequence[Statement], training: Collection[ast.stmt], cells: Sequence[int]) -> None:
        self._script, self._every, self._cells = script, every, cells
        self._training = {i for i, s in enumerate(every) if s.node in training}
        self.first_training = min(self._training, default=0)
        self._read_later = _read_through_functions(every)
        self._changed_by: list[set[str]] = [set() for _ in every]
        self._needs = self._definitions_read()
        self._is_repeatable = self._repeatable()
        self.worker: set[int] = set()
        self.driver: set[int] = set()
        self._decide()

    def place(self) -> int:
        """Behind which statement the workers are started: that which trains first, or a login that a later one of theirs waits for."""
        last = max(self.worker, default=0)
        waited_for = (i for i in range(self.first_training, last) if i not in self.worker and self._is_for_the_driver(i))
        return max(waited_for, default=self.first_training)

    def _is_for_the_driver(self, i: int) -> bool:
        return any(OF_THE_DRIVER.search(name) for name in self._names_called(self._every[i].node))

    def _definitions_read(self) -> list[set[int]]:
        """For each statement those before it that bind, or may change, what it reads."""
        reaching: dict[str, set[int]] = {}
        needs: list[set[int]] = []
        for i, statement in enumerate(self._every):
            needs.append({d for name in self._names_read(statement) for d in reaching.get(name, ()) if d != i})
            again = _imported_again(statement, reaching, self._every)
            for name in statement.binds - again:
                is_sure = isinstance(statement.node, (ast.Assign, ast.AnnAssign, ast.Import, ast.ImportFrom, *DEFINITIONS))
                reaching[name] = {i} if is_sure else reaching.get(name, set()) | {i}
            for name in self._changed(statement) & reaching.keys():
                if not all(self._cannot_change(d) for d in reaching[name]):
                    self._changed_by[i].add(name)
                    reaching[name] = reaching[name] | {i}
        return needs

    def _names_read(self, statement: Statement) -> frozenset[str]:
        own = statement.reads_now if isinstance(statement.node, DEFINITIONS) else statement.reads_now | statement.reads_later
        return own.union(*(self._read_later.get(name, ()) for name in own))

    def _changed(self, statement: Statement) -> frozenset[str]:
        """The names whose object a statement may change without binding it."""
        if isinstance(statement.node, DEFINITIONS) or statement.kind == "import" or self._only_looks(statement.node):
            return frozenset()
        changed: set[str] = set()
        for part in ast.walk(statement.node):
            if isinstance(part, (ast.Attribute, ast.Subscript)) and not isinstance(part.ctx, ast.Load):
                changed.add(_root(part))
            elif isinstance(part, ast.Expr) and isinstance(part.value, ast.Call):
                changed |= {node.id for node in ast.walk(part) if isinstance(node, ast.Name)}
        if statement.node in {self._every[i].node for i in self._training}:
            changed |= statement.reads_now
        return frozenset(changed)

    def _cannot_change(self, i: int) -> bool:
        """Whether what a statement binds is the same for ever: text, a number, a function, a module."""
        statement = self._every[i]
        if statement.kind != "constant":
            return statement.kind in ("import", "function", "class")
        return not any(isinstance(part, (ast.List, ast.Dict, ast.Set)) for part in ast.walk(statement.node))

    def _only_looks(self, node: ast.stmt) -> bool:
        """Whether a statement only shows something: an expression without calls, or calls that do that."""
        if isinstance(node, (ast.For, ast.If, ast.With)):
            return all(map(self._only_looks, [*node.body, *getattr(node, "orelse", ())]))
        if not isinstance(node, ast.Expr):
            return isinstance(node, ast.Pass)
        if not isinstance(node.value, ast.Call):
            return not any(isinstance(part, (ast.Await, ast.Yield)) for part in ast.walk(node))
        return bool(LOOKING.search(_called(node.value)))

    def _repeatable(self) -> list[bool]:
        """Whether the driver may make what a statement makes: it is no model or trainer, and needs none."""
        answers: list[bool] = []
        for i, statement in enumerate(self._every):
            is_definition = isinstance(statement.node, DEFINITIONS) or statement.kind == "import"
            makes = not is_definition and any(OF_THE_WORKERS.search(name) for name in self._names_called(statement.node))
            answers.append(i not in self._training and not makes and all(answers[need] for need in self._needs[i]))
        return answers

    def _names_called(self, node: ast.stmt) -> Iterator[str]:
        for call in (part for part in ast.walk(node) if isinstance(part, ast.Call)):
            yield from self._script.names(call.func) or (_called(call),)

    def _decide(self) -> None:
        self.worker |= self._training
        settings = {i for i, statement in enumerate(self._every) if self._sets_something(i, statement)}
        self.worker |= settings
        while True:
            before = len(self.worker)
            self._add_needed()
            self._add_followers()
            if len(self.worker) == before:
                break
        self.driver = set(settings)
        waiting = [i for i in range(len(self._every)) if i not in self.worker]
        while waiting:
            i = waiting.pop()
            self.driver.add(i)
            waiting += [need for need in self._needs[i] if need not in self.driver]
        self.driver -= self._training

    def _sets_something(self, i: int, statement: Statement) -> bool:
        """Whether a statement sets something for the whole process, and nothing of the training's own."""
        if i > max(self._training, default=-1) or statement.kind in ("import", "function", "class"):
            return False
        if self._needs[i] and not all(self._every[need].kind in ("import", "constant", "function") for need in self._needs[i]):
            return False
        node = statement.node
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Call):
            called = _called(node.value)
            if OF_THE_DRIVER.search(called) or LOOKING.search(called):
                return False
            return bool(SETTING_NAME.search(called)) or any(self._every[n].kind == "function" for n in self._needs[i])
        targets = node.targets if isinstance(node, ast.Assign) else []
        return bool(targets) and all(isinstance(target, (ast.Attribute, ast.Subscript)) for target in targets)

    def _add_needed(self) -> None:
        """All that the workers' statements need, unless it is the same when it travels there by value."""
        waiting = list(self.worker)
        while waiting:
            for need in self._needs[waiting.pop()]:
                if need not in self.worker and not self._travels(need):
                    self.worker.add(need)
                    waiting.append(need)

    def _travels(self, i: int) -> bool:
        """Whether what a statement binds may stay the module's, and reach the workers by value."""
        statement = self._every[i]
        if i > self.first_training:  # it is not there yet where the workers are started
            return False
        bound = {name for each in self.worker for name in self._every[each].binds}
        if statement.kind in ("constant", "import"):
            changed = {name for each in self.worker for name in self._changed_by[each]}
            return not statement.binds & (bound | changed)
        if statement.kind in ("function", "class"):
            is_plain = statement.kind == "function" or not getattr(statement.node, "decorator_list", ())
            return is_plain and not (statement.reads_later | statement.reads_now | statement.binds) & bound
        return False

    def _add_followers(self) -> None:
        """What reads what only the workers have."""
        for i in range(len(self._every)):
            if i in self.worker or isinstance(self._every[i].node, DEFINITIONS):
                continue
            if any(need in self.worker and not self._is_repeatable[need] for need in self._needs[i]):
                self.worker.add(i)
        shown = {(self._cells[i], name) for i in self.worker if self._is_shown(i) for name in self._every[i].reads_now}
        for i, statement in enumerate(self._every):
            is_own = i in self.worker or not all(self._every[need].kind == "import" for need in self._needs[i])
            if not is_own and self._is_shown(i) and any((self._cells[i], name) in shown for name in statement.reads_now):
                self.worker.add(i)

    def _is_shown(self, i: int) -> bool:
        """Whether a statement is part of a picture: a call that shows, of something imported."""
        node = self._every[i].node
        return (
            isinstance(node, ast.Expr)
            and isinstance(node.value, ast.Call)
            and "." in _called(node.value)
            and self._only_looks(node)
        )


def _imported_again(statement: Statement, reaching: Mapping[str, set[int]], every: Sequence[Statement]) -> set[str]:
    """The names of an import that mean the same already, through an import above."""
    again: set[str] = set()
    for name, origin in _origins(statement.node).items():
        before = [every[i].node for i in reaching.get(name, ())]
        if before and all(_origins(node).get(name) == origin for node in before):
            again.add(name)
    return again


def _origins(node: ast.stmt) -> dict[str, str]:
    """What each name of a plain import stands for."""
    if isinstance(node, ast.Import):
        return {a.asname or a.name.partition(".")[0]: a.name if a.asname else a.name.partition(".")[0] for a in node.names}
    if isinstance(node, ast.ImportFrom):
        return {a.asname or a.name: f"{'.' * node.level}{node.module or ''}.{a.name}" for a in node.names}
    return {}


def _read_through_functions(every: Sequence[Statement]) -> dict[str, frozenset[str]]:
    """For each function and class all names that calling it may read, through those that it names as well."""
    direct: dict[str, frozenset[str]] = {}
    for statement in every:
        if isinstance(statement.node, DEFINITIONS):
            name = statement.node.name
            direct[name] = direct.get(name, frozenset()) | statement.reads_later | statement.reads_now
    closed: dict[str, frozenset[str]] = {}
    for name in direct:
        seen: set[str] = set()
        waiting = [name]
        while waiting:
            for read in direct.get(waiting.pop(), ()):
                if read not in seen:
                    seen.add(read)
                    waiting.append(read)
        closed[name] = frozenset(seen)
    return closed


def _called(call: ast.Call) -> str:
    """The name of what is called, as it is written."""
    return ast.unparse(call.func) if isinstance(call.func, (ast.Name, ast.Attribute)) else ""


def _root(node: ast.expr) -> str:
    while isinstance(node, (ast.Attribute, ast.Subscript, ast.Call)):
        node = node.func if isinstance(node, ast.Call) else node.value
    return node.id if isinstance(node, ast.Name) else ""
