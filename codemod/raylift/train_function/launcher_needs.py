"""Code that fails where no launcher has said which process it is: it belongs to the workers, who are told.

local_rank = int(os.environ["LOCAL_RANK"])        rank = torch.distributed.get_rank()        from setup import local_rank
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Iterator

from raylift.script import Script, ScriptNode, Value
from raylift.script.functions import called_functions
from raylift.script.scopes import FUNCTIONS
from raylift.script.spread import Spread

LAUNCHER_VARIABLE = re.compile(
    r"^((LOCAL_|GROUP_|ROLE_|NODE_)?RANK|(LOCAL_|GROUP_|ROLE_)?WORLD_SIZE|MASTER_(ADDR|PORT)|TORCHELASTIC_\w+"
    r"|SLURM_(PROCID|LOCALID|NTASKS|NODEID|STEP_\w+)|(OMPI|MV2)_COMM_WORLD_\w+|PMIX?_(RANK|SIZE))$"
)
"""What torchrun, accelerate launch, deepspeed, srun and mpirun set, and nobody else."""

ASKS_THE_GROUP = re.compile(
    r"^(torch\.distributed|deepspeed\.comm|torch_xla)\.((\w+\.)*get_(local_|global_|node_)?(rank|world_size|ordinal)|barrier)$"
)
"""What raises where no process group has been made."""

LAUNCHER_TESTS = frozenset({"is_initialized", "is_torchelastic_launched"})
EXIT_CALLS = frozenset({"builtins.exit", "builtins.quit", "os._exit", "sys.exit"})
NUMBERS = frozenset({"builtins.float", "builtins.int"})
ENVIRONMENT_READERS = frozenset({"os.environ.get", "os.getenv"})


def needs_launcher(script: Script, statement: ast.stmt) -> bool:
    """Whether a top-level statement fails when it runs in a process that no launcher has started."""
    if isinstance(statement, (ast.Import, ast.ImportFrom)):
        is_star = statement.names[0].name == "*"  # which cannot stand in a function
        return not is_star and imports_what_needs_launcher(script, statement)
    return _needs(script, statement) or any(map(_is_needy, _called(script, _now(statement))))


def imports_what_needs_launcher(script: Script, statement: ast.Import | ast.ImportFrom) -> bool:
    """Whether an import runs a module beside the script that fails without a launcher."""
    return any(map(_is_needy, _modules(script, statement)))


def _look(found: ScriptNode) -> bool | Iterable[Value]:
    """Whether a function, a class or a module needs a launcher itself, or else what it calls or imports."""
    script, node = found.script, found.node
    if isinstance(node, ast.Module):
        own = [part for part in node.body if not _is_guard(part)]
        imports = [part for part in own if isinstance(part, (ast.Import, ast.ImportFrom))]
        rest = [part for part in own if part not in imports]
        beside: list[Value] = [module for part in imports for module in _modules(script, part)]
        return any(_needs(script, part) for part in rest) or [*beside, *(f for part in rest for f in _called(script, _now(part)))]
    if isinstance(node, ast.ClassDef):
        inits = [part for part in node.body if isinstance(part, FUNCTIONS) and part.name in ("__init__", "__post_init__")]
        return [ScriptNode(script, part) for part in inits]
    if isinstance(node, FUNCTIONS):
        if any(_needs(script, part) for part in node.body):
            return True
        return [called for part in node.body for called in _called(script, _now(part))]
    return False


_is_needy = Spread(lambda name: False, _look)


def _is_guard(statement: ast.stmt) -> bool:
    return isinstance(statement, ast.If) and "__name__" in ast.unparse(statement.test)


def _modules(script: Script, statement: ast.Import | ast.ImportFrom) -> list[Value]:
    """The modules beside the script that an import runs."""
    if isinstance(statement, ast.Import):
        names = [alias.name for alias in statement.names]
    else:
        origin = "." * statement.level + (statement.module or "")
        joint = "" if origin.endswith(".") else "."
        names = [origin, *(f"{origin}{joint}{alias.name}" for alias in statement.names)]
    beside = (script.neighbour(name) for name in names if name.strip("."))
    return [ScriptNode(module, module.tree) for module in beside if module is not None]


def _called(script: Script, nodes: Iterable[ast.AST]) -> Iterator[ScriptNode]:
    """The functions and classes in sight that are called in some code."""
    for call in (node for node in nodes if isinstance(node, ast.Call)):
        yield from called_functions(script, call)
        for value in script.values(call.func):
            if isinstance(value, ScriptNode) and isinstance(value.node, ast.ClassDef):
                yield value


def _now(node: ast.AST) -> Iterator[ast.AST]:
    """What runs when a statement does: of a function its decorators and defaults, of a class all but its methods, nothing that is tried or asked for."""
    given: list[ast.AST]
    if isinstance(node, FUNCTIONS):
        given = [*node.decorator_list, *node.args.defaults, *(default for default in node.args.kw_defaults if default)]
    elif isinstance(node, ast.Lambda):
        given = []
    elif isinstance(node, ast.Try) and node.handlers:
        given = [*node.finalbody]
    elif isinstance(node, (ast.If, ast.IfExp)) and _asks_first(node.test):
        given = [node.test]
        yield node
    else:
        given = [*ast.iter_child_nodes(node)]
        yield node
    for child in given:
        yield from _now(child)


def _asks_first(test: ast.expr) -> bool:
    """Whether a test asks whether there is a launcher: `"RANK" in os.environ`, `dist.is_initialized()`."""
    if any(isinstance(node, ast.Attribute) and node.attr in LAUNCHER_TESTS for node in ast.walk(test)):
        return True
    compared = [node for node in ast.walk(test) if isinstance(node, ast.Compare)]
    is_asked = any(isinstance(op, (ast.In, ast.NotIn, ast.Is, ast.IsNot)) for node in compared for op in node.ops)
    return _names_launcher(test) and (is_asked or not compared)


def _names_launcher(test: ast.expr) -> bool:
    names = (node.value for node in ast.walk(test) if isinstance(node, ast.Constant) and isinstance(node.value, str))
    return any(map(LAUNCHER_VARIABLE.match, names))


def _insists(script: Script, node: ast.AST) -> bool:
    """Whether a statement ends a process that no launcher has started: `assert "RANK" in os.environ`."""
    if isinstance(node, ast.Assert):
        return _names_launcher(node.test) or _asks_first(node.test)
    if not isinstance(node, ast.If) or not _asks_first(node.test):
        return False
    denies = any(isinstance(part, (ast.Not, ast.NotIn, ast.Is)) for part in ast.walk(node.test))
    last = node.body[-1]
    ends = isinstance(last, ast.Raise) or (isinstance(last, ast.Expr) and bool(script.names(_called_by(last.value)) & EXIT_CALLS))
    return denies and ends


def _called_by(expression: ast.expr) -> ast.expr:
    return expression.func if isinstance(expression, ast.Call) else expression


def _needs(script: Script, statement: ast.AST) -> bool:
    return any(_fails_alone(script, node) for node in _now(statement))


def _fails_alone(script: Script, node: ast.AST) -> bool:
    """Whether evaluating a node raises without a launcher."""
    if isinstance(node, (ast.Assert, ast.If)):
        return _insists(script, node)
    if isinstance(node, ast.Subscript):
        return isinstance(node.ctx, ast.Load) and "os.environ" in script.names(node.value) and _is_of_launcher(script, node.slice)
    if not isinstance(node, ast.Call):
        return False
    names = script.names(node.func)
    if any(map(ASKS_THE_GROUP.match, names)):
        return True
    return bool(names & NUMBERS) and any(_may_be_none(script, given) for given in node.args[:1])


def _may_be_none(script: Script, expression: ast.expr) -> bool:
    """Whether an expression is what the environment holds, and nothing where it holds none: `os.environ.get("RANK")`."""
    values = list(script.values(expression))
    found = values[0] if len(values) == 1 else None
    if not isinstance(found, ScriptNode) or not isinstance(found.node, ast.Call) or found.node.keywords:
        return False
    call = found.node
    return (
        len(call.args) == 1
        and not found.script.names(call.func).isdisjoint(ENVIRONMENT_READERS)
        and _is_of_launcher(found.script, call.args[0])
    )


def _is_of_launcher(script: Script, name: ast.expr) -> bool:
    values = [value.node for value in script.values(name) if isinstance(value, ScriptNode)]
    return any(
        isinstance(node, ast.Constant) and isinstance(node.value, str) and LAUNCHER_VARIABLE.match(node.value) for node in values
    )
