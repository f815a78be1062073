"""Refuses what a library starts by itself, and only in the program's own file: moved or imported, it would start nothing.

@ex.automain          @call_parse          @begin.start          CLI()
def main(lr): ...     def main(lr): ...    def main(lr): ...
"""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Iterator

from raylift.plan import Refusal
from raylift.script import Script
from raylift.script.scopes import DEFINITIONS, FUNCTIONS, Function

RUNS_AT_ONCE = re.compile(r"^(autocommand(\.\w+)*\.autocommand|begins?\.start|fast(core|script|ai)(\.\w+)*\.call_parse)$")
"""Decorators that run what they decorate where the module is `__main__`."""
LOOKS_AROUND = ("jsonargparse.CLI", "jsonargparse.auto_cli")
"""Command lines that, given no function, offer all that they find around their call."""
UNDER_GUARD = 'under `if __name__ == "__main__":`'


def refuse_started_unseen(script: Script, trains: Callable[[Script, list[ast.AST]], bool]) -> None:
    """Raise where what trains is started by where it stands."""
    for function, decorator in _run_at_once(script):
        if trains(script, [*function.body]):
            code = ast.unparse(decorator)
            text = f"`@{code}` runs `{function.name}` where it stands, and only where this file is the program itself"
            experiment = code.removesuffix(".automain")
            remedy = f"leave the decorator out, and parse the arguments and call `{function.name}` {UNDER_GUARD}"
            if experiment != code:
                remedy = f"write `@{experiment}.main`, and call `{experiment}.run_commandline()` {UNDER_GUARD}"
            raise Refusal(decorator.lineno, "RL305", text, remedy)
    for call in script.calls_to(*LOOKS_AROUND):
        offered: list[ast.AST] = [node for node in script.tree.body if isinstance(node, DEFINITIONS)]
        if not call.args and not call.keywords and trains(script, offered):
            text = f"`{ast.unparse(call)}` offers what it finds around it, which is nothing in a train function"
            raise Refusal(call.lineno, "RL305", text, f"name what it offers, as in `{ast.unparse(call.func)}(train)`")


def _run_at_once(script: Script) -> Iterator[tuple[Function, ast.expr]]:
    for node in script.tree.body:
        for decorator in node.decorator_list if isinstance(node, FUNCTIONS) else ():
            named = decorator.func if isinstance(decorator, ast.Call) else decorator
            is_sacred = isinstance(named, ast.Attribute) and named.attr == "automain"
            if is_sacred or any(map(RUNS_AT_ONCE.match, script.names(named))):
                assert isinstance(node, FUNCTIONS)
                yield node, named
