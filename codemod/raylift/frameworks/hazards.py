"""What goes wrong on Ray workers in any script: GPUs chosen by hand (models spread over them: see device_maps), a process group of one's own, spawned processes.

os.environ["CUDA_VISIBLE_DEVICES"] = "0"                    removed: Ray gives each worker its GPU
os.environ["RANK"] = "0"                                    removed: Ray gives each worker its place
torch.distributed.init_process_group("nccl")                only where Ray has not done it
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

from raylift.edits import guard_with, remove_statement
from raylift.frameworks import device_maps
from raylift.frameworks.local_rank import ask_environment
from raylift.placement import Placement
from raylift.plan import Doubt, Edit, Finding, NeededImport, Notice, Refusal
from raylift.script import Found, Script

REFLECTION = ("builtins.exec", "builtins.eval", "builtins.globals", "builtins.locals", "builtins.vars")
PLACES = ("GROUP_RANK", "LOCAL_RANK", "LOCAL_WORLD_SIZE", "MASTER_ADDR", "MASTER_PORT", "NODE_RANK", "RANK", "WORLD_SIZE")
SPAWNERS = frozenset({
    "torch.multiprocessing.spawn", "torch.multiprocessing.start_processes", "torch_xla.distributed.xla_multiprocessing.spawn",
    "torch_xla.launch",
})  # fmt: skip


def hazards(script: Script, reached: list[Found]) -> Iterator[Finding]:
    """Repair or name what would hurt the run; refuse what starts processes of its own."""
    yield from _gpus_by_hand(script)
    yield from _places_by_hand(script)
    yield from device_maps.repair(script)
    yield from ask_environment(script)
    yield from _own_process_groups(script)
    _refuse_spawners(script, reached)


def _gpus_by_hand(script: Script) -> Iterator[Finding]:
    for node in script.all(ast.Assign):
        if any(_is_environment(script, target, "CUDA_VISIBLE_DEVICES") for target in node.targets):
            text = "`CUDA_VISIBLE_DEVICES` set by the script would take the GPU away that Ray gave to the worker"
            yield Edit(node, remove_statement(script.place_in_line(node)), "RL211", text)
            remedy = "it was removed; set it in the environment of the node, before Ray starts there"
            yield Notice(node.lineno, "RL211", text, remedy)


def _places_by_hand(script: Script) -> Iterator[Finding]:
    """A script that says which rank it is says so on every worker; where it asks first, it says nothing there."""
    for node in script.all(ast.Assign):
        name = next((name for name in PLACES if any(_is_environment(script, target, name) for target in node.targets)), None)
        tests = [ast.unparse(holder.test) for holder in script.enclosing(node) if isinstance(holder, ast.If)]
        if name and not any(name in test for test in tests):
            text = f"`{name}` set by the script would contradict the place that Ray gave to the worker"
            yield Edit(node, remove_statement(script.place_in_line(node)), "RL213", text)
            yield Notice(node.lineno, "RL213", text, "it was removed; Ray sets it on every worker")


def _is_environment(script: Script, target: ast.expr, name: str) -> bool:
    if not (isinstance(target, ast.Subscript) and isinstance(target.slice, ast.Constant) and target.slice.value == name):
        return False
    return "os.environ" in script.names(target.value)


def _own_process_groups(script: Script) -> Iterator[Finding]:
    for call in script.calls_to("torch.distributed.init_process_group"):
        statement = script.statement(call)
        if isinstance(statement, ast.Expr) and statement.value is call and not _is_guarded(script, call):
            module = ast.unparse(call.func.value) if isinstance(call.func, ast.Attribute) else "torch.distributed"
            condition = f"not {module}.is_initialized()"
            index = script.place_in_line(statement)
            why = "Ray has made the process group before the train function starts"
            needs = () if isinstance(call.func, ast.Attribute) else (NeededImport("torch.distributed"),)
            yield Edit(statement, guard_with(index, condition), "RL213", why, needs)


def _is_guarded(script: Script, call: ast.Call) -> bool:
    tests = [ast.unparse(node.test) for node in script.enclosing(call) if isinstance(node, ast.If)]
    return any("is_initialized" in test for test in tests)


def _refuse_spawners(script: Script, reached: list[Found]) -> None:
    inside = {node for found in reached if found.script is script for node in ast.walk(found.node)}
    for call in script.calls_to(*SPAWNERS):
        if call in inside:
            text = f"`{ast.unparse(call.func)}` starts worker processes of its own, and so would every Ray worker"
            raise Refusal(call.lineno, "RL303", text, "call the spawned function directly: Ray Train starts the workers")


def reflection(script: Script, placement: Placement) -> Iterator[Doubt]:
    """Code that looks names up by itself would no longer find those that move into the train function."""
    inside = {node for statement in placement.entry for node in ast.walk(statement)}
    for call in script.calls_to(*REFLECTION):
        bare = bool(call.args) and ast.unparse(call.func) == "vars"
        if call in inside and script.function(call) is None and not bare:
            text = f"`{ast.unparse(call)}` looks names up at module level, which become local to the train function"
            yield Doubt(call.lineno, "RL304", text, "put it into a function that is given what it needs")
