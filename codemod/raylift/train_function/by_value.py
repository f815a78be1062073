"""Whether a script may travel to stock Ray's workers by value, or must be imported there by its own name.

Ray pickles what a script defines, as part of `__main__`, by value. Functions and constants survive that. A class becomes
another class on the worker: its dataclass fields no longer know `dataclasses.MISSING`, and names that only its body reads stay
behind. Caches, locks and registries become copies or cannot be pickled, and settings that an import needs come too late.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable

from raylift.script import Script
from raylift.script.scopes import FUNCTIONS
from raylift.train_function.statements import Statement

PLAIN_CALL = re.compile(r"^(builtins|logging|os|pathlib|re)\.|(^|\.)get_?logger$", re.IGNORECASE)
"""What gives values that are the same after pickling: text, numbers, paths, patterns and loggers."""
PLAIN_DECORATOR = re.compile(r"^(contextlib\.|torch\.(no_grad|inference_mode)$|builtins\.(property|staticmethod|classmethod)$)")


def travels_by_value(script: Script, every: Iterable[Statement], *, has_guard: bool) -> bool:
    """Whether the guides' form is right for a script: a train function that Ray pickles with all that it reads.

    Behind a guard whatever else stands at the top level would have to move into the train function, though the script
    keeps it for its functions; a flat script is all train function anyway.
    """
    statements = list(every)
    last_import = max((i for i, s in enumerate(statements) if s.kind == "import"), default=-1)
    first_effect = next((i for i, s in enumerate(statements) if s.kind in ("effect", "heavy")), len(statements))
    return all(
        _is_value(script, s) or (not has_guard and _moves(s, before_import=i < last_import, after_effect=i > first_effect))
        for i, s in enumerate(statements)
    )


def _is_value(script: Script, statement: Statement) -> bool:
    """Whether a statement may stay where it is: what it binds is the same on a worker."""
    if statement.kind == "function":
        return _has_plain_decorators(script, statement.node)
    if statement.kind == "fact":
        return not statement.is_local and _is_plain(script, statement.node)
    return statement.kind in ("import", "constant") and not _holds_class(statement.node)


def _moves(statement: Statement, *, before_import: bool, after_effect: bool) -> bool:
    """Whether a statement of a flat script becomes part of its train function."""
    if _holds_class(statement.node):
        return False
    if statement.kind == "setting":
        return not before_import
    if statement.kind == "binding":
        return after_effect or statement.is_local
    return statement.kind in ("effect", "heavy") or (statement.kind == "fact" and statement.is_local)


def _holds_class(node: ast.stmt) -> bool:
    """Whether a statement at the top level is a class, or a block such as `try:` or `if:` that defines one."""
    return not isinstance(node, FUNCTIONS) and any(isinstance(part, ast.ClassDef) for part in ast.walk(node))


def _has_plain_decorators(script: Script, node: ast.stmt) -> bool:
    decorators = node.decorator_list if isinstance(node, FUNCTIONS) else []
    named = [script.names(each.func if isinstance(each, ast.Call) else each) for each in decorators]
    return all(names and all(map(PLAIN_DECORATOR.search, names)) for names in named)


def _is_plain(script: Script, node: ast.stmt) -> bool:
    calls = [part for part in ast.walk(node) if isinstance(part, ast.Call)]
    named = [script.names(call.func) for call in calls]
    return all(names and all(map(PLAIN_CALL.search, names)) for names in named)
