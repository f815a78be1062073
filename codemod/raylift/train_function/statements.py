"""What one top-level statement binds and reads, now and later, and what kind of statement it is."""

from __future__ import annotations

import ast
import re
from dataclasses import dataclass

from raylift.libraries import TRAINER_PACKAGES
from raylift.script import Script
from raylift.script.scopes import DEFINITIONS, FUNCTIONS
from raylift.train_function.launcher_needs import needs_launcher
from raylift.train_function.light_code import asks_where_it_runs, is_light, is_setting, is_timeless

TRAINS = re.compile(r"(^|\.)(Accelerator|\w*Trainer)$")
TRAINING_PACKAGES = TRAINER_PACKAGES | {"accelerate"}


@dataclass(frozen=True, slots=True)
class Statement:
    """A top-level statement and the module-level names that it touches.

    `reads_now` are read when the statement runs, `reads_later` when a function that it defines is called;
    `kind` is "import", "function", "class", "constant", "fact", "binding", "setting", "effect" or "heavy": a fact is a
    binding to what is the same whenever it is asked, a setting is an effect that imports below it may need; `is_local`
    are those that ask the process or the machine that they run in.
    """

    node: ast.stmt
    kind: str
    binds: frozenset[str]
    reads_now: frozenset[str]
    reads_later: frozenset[str]
    is_local: bool = False

    @property
    def defines(self) -> frozenset[str]:
        """What it binds itself; what a function declares `global` is bound only when that is called."""
        return frozenset({self.node.name}) if isinstance(self.node, DEFINITIONS) else self.binds


def statements(script: Script) -> list[Statement]:
    """The facts of every top-level statement, in order."""
    return [facts(script, node) for node in script.tree.body]


def facts(script: Script, node: ast.stmt) -> Statement:
    """What one statement binds and reads at module level."""
    binds: set[str] = set()
    now: set[str] = set()
    later: set[str] = set()
    for part in ast.walk(node):
        if isinstance(part, ast.Name):
            owner = script.scope(part).owner(part.id)
            is_own = owner is None or owner is script.globals
            if not is_own and not _reads_past_class(script, part):
                continue
            if isinstance(part.ctx, ast.Load) or not is_own:
                (later if script.scope(part).is_deferred else now).add(part.id)
            else:
                binds.add(part.id)
                if isinstance(script.parent(part), ast.AugAssign):
                    now.add(part.id)
        elif isinstance(part, (ast.alias, ast.ExceptHandler, *DEFINITIONS)) and script.scope(part) is script.globals:
            bound = (part.asname or part.name.partition(".")[0]) if isinstance(part, ast.alias) else part.name
            binds.update([bound] if bound and bound != "*" else [])
    of_kind = kind(script, node)
    is_local = of_kind in ("fact", "binding") and asks_where_it_runs(script, node)
    return Statement(node, of_kind, frozenset(binds), frozenset(now), frozenset(later), is_local)


def read_past_classes(script: Script, node: ast.stmt) -> set[str]:
    """Names that class bodies both bind and read, such as `model = model`: they find them in the module, never in a function around."""
    return {part.id for part in ast.walk(node) if isinstance(part, ast.Name) and _reads_past_class(script, part)}


def _reads_past_class(script: Script, name: ast.Name) -> bool:
    """Whether a class body that binds a name may read the module's here."""
    scope = script.scope(name)
    is_read = isinstance(name.ctx, ast.Load) or isinstance(script.parent(name), ast.AugAssign)
    is_own = isinstance(scope.node, ast.ClassDef) and scope.owner(name.id) is scope
    return is_read and is_own and name.id in script.globals.bindings


def kind(script: Script, node: ast.stmt) -> str:
    """What a statement is, for the question whether it may stay where it is."""
    if needs_launcher(script, node):
        return "heavy"
    if isinstance(node, (ast.Import, ast.ImportFrom)):
        return "import"
    if isinstance(node, FUNCTIONS):
        return "function"
    if isinstance(node, ast.ClassDef):
        return "heavy" if _makes_trainer(script, node) else "class"
    if not is_light(script, node):
        return "heavy"
    if _is_choice_of_imports(node):
        return "import"
    if isinstance(node, (ast.Assign, ast.AnnAssign)) and _binds_names_only(node):
        return "constant" if _is_literal(node.value) else "fact" if is_timeless(script, node) else "binding"
    if _does_nothing(node):
        return "constant"
    return "setting" if is_setting(script, node) else "effect"


def _makes_trainer(script: Script, node: ast.ClassDef) -> bool:
    """Whether the body of a class, which runs where it stands, makes what trains: `accelerator = Accelerator()`."""
    calls = (part for part in ast.walk(node) if isinstance(part, ast.Call) and not script.scope(part).is_deferred)
    return any(
        TRAINS.search(name) and name.partition(".")[0] in TRAINING_PACKAGES for call in calls for name in script.names(call.func)
    )


def _is_choice_of_imports(node: ast.stmt) -> bool:
    """`try: import x` with its fallback, `if TYPE_CHECKING:` and the like."""
    if not isinstance(node, (ast.If, ast.Try)):
        return False
    inside = [part for part in ast.walk(node) if isinstance(part, ast.stmt) and part is not node]
    return any(isinstance(part, (ast.Import, ast.ImportFrom)) for part in inside)


def _binds_names_only(node: ast.Assign | ast.AnnAssign) -> bool:
    targets = node.targets if isinstance(node, ast.Assign) else [node.target]
    parts = [part for target in targets for part in ast.walk(target)]
    return not any(isinstance(part, (ast.Attribute, ast.Subscript)) for part in parts)


def _is_literal(value: ast.expr | None) -> bool:
    if value is None:
        return True
    parts = (ast.Constant, ast.Tuple, ast.List, ast.Dict, ast.Set, ast.UnaryOp, ast.BinOp, ast.operator, ast.unaryop)
    return all(isinstance(part, (*parts, ast.expr_context)) for part in ast.walk(value))


def _does_nothing(node: ast.stmt) -> bool:
    return isinstance(node, (ast.Pass, ast.Global)) or (isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant))
