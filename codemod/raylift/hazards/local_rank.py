"""`--local_rank`: older launchers passed it to the script, Ray's workers have it in their environment as under torchrun.

    parser.add_argument("--local_rank", type=int, default=-1)

becomes

    parser.add_argument("--local_rank", type=int, default=int(os.environ.get("LOCAL_RANK", -1)))
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

from raylift.edits.arguments import replace_argument
from raylift.plan import Edit, NeededImport, Refusal
from raylift.script import Script
from raylift.script.expressions import written
from raylift.train_function.launcher_needs import imports_what_needs_launcher

OPTIONS = ("--local_rank", "--local-rank")


def read_local_rank(script: Script) -> Iterator[Edit]:
    """Let a script that was told its local rank find it, unless it already asks for it."""
    if any(node.value == "LOCAL_RANK" for node in script.all(ast.Constant)):
        return
    has_os = any(found.name == "os" for found in script.imports())
    for call, _ in script.method_calls("add_argument"):
        default = next((keyword for keyword in call.keywords if keyword.arg == "default"), None)
        if default is None or not _is_number(default.value) or not _is_option(call):
            continue
        if has_os or script.function(call):  # an import that is added may stand below code of the module
            change = replace_argument(f'default=int(os.environ.get("LOCAL_RANK", {written(script, default.value)}))')
            why = "nobody passes `--local_rank` on Ray's workers, which have it in their environment"
            yield Edit(default, change, "RL216", why, () if has_os else (NeededImport("os"),))


def refuse_star_imports(script: Script) -> None:
    """Raise where a module that needs a launcher is imported by a star: the driver cannot run it, and no function can hold it."""
    for node in script.tree.body:
        if isinstance(node, ast.ImportFrom) and node.names[0].name == "*" and imports_what_needs_launcher(script, node):
            text = f"`{ast.unparse(node)}` reads what only a launcher sets, which the driver does not have"
            remedy = 'import its names instead, or let it read os.environ.get("LOCAL_RANK", 0)'
            raise Refusal(node.lineno, "RL306", text, remedy)


def _is_option(call: ast.Call) -> bool:
    return any(isinstance(name, ast.Constant) and name.value in OPTIONS for name in call.args)


def _is_number(value: ast.expr) -> bool:
    number = value.operand if isinstance(value, ast.UnaryOp) else value
    return isinstance(number, ast.Constant) and type(number.value) is int
