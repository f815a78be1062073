"""Processes that the script starts to train in: so would every Ray worker.

mp.spawn(main, nprocs=8)        HorovodRunner(np=2).run(train)        subprocess.run(["torchrun", __file__])
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable

from raylift.plan import Refusal
from raylift.script import Script, ScriptNode
from raylift.script.functions import first_use
from raylift.script.origins import called_names
from raylift.script.scopes import DEFINITIONS

SPAWNERS = re.compile(
    r"""^(
      torch\.multiprocessing\.(spawn(\.spawn)? | start_processes)
    | torch\.distributed\.elastic\.multiprocessing\.(api\.)?start_processes
    | torch\.distributed\.launcher(\.api)?\.launch_agent
    | torch\.distributed\.(run | launch)\.(main | run | launch)
    | torch_xla\.(launch | distributed\.xla_multiprocessing\.spawn)
    | accelerate\.commands\.launch\.(main | launch_command | \w+_launcher)
    | deepspeed\.launcher\.\w+\.main
    | (sparkdl | spark_ml_tools)\.HorovodRunner\.run | horovod\.(\w+\.)*run
    | pyspark\.ml\.deepspeed\.(\w+\.)*DeepspeedTorchDistributor\.run
    | (lightning\.fabric | lightning | lightning_fabric)\.(\w+\.)*Fabric\.launch
    | ignite\.distributed\.(\w+\.)*(spawn | Parallel\.run | Parallel\.__enter__\.run)
    | detectron2\.engine\.(launch\.)?launch | torchrunx\.(\w+\.)*(Launcher\.run | launch)
    )$""",
    re.VERBOSE,
)
"""Calls that run a function, or a file, in processes of their own."""
SPAWNING_METHODS = frozenset({"launch", "run"})

SPAWNING_COMMANDS = re.compile(
    r"(^|[\s/\\])(torchrun|deepspeed|horovodrun|mpirun|srun)(\s|$)|accelerate[\s-]launch|torch\.distributed\.(run|launch)\b|accelerate\.commands\.launch"
)
SHELL_CALLS = re.compile(
    r"^(subprocess\.(run|call|check_call|check_output|Popen)|os\.(system|popen|exec\w+|spawn\w+|posix_spawnp?))$"
)
SPAWN_REMEDY = "call the spawned function directly: Ray Train starts the workers"


def refuse_spawners(script: Script, reached: Iterable[ScriptNode]) -> None:
    """Raise where what the script runs starts processes to train in, here or in a module beside it."""
    top_level = [ScriptNode(script, node) for node in script.tree.body if not isinstance(node, DEFINITIONS)]
    for found in (*reached, *top_level):
        for node in ast.walk(found.node):
            if not isinstance(node, ast.Call) or not _spawns(found.script, node):
                continue
            text = f"`{ast.unparse(node.func)}` starts worker processes of its own, and so would every Ray worker"
            if found.script is not script:
                name = getattr(found.node, "name", "")
                raise Refusal(first_use(script, found), "RL303", f"{text}, by `{name}` in a module beside this one", SPAWN_REMEDY)
            raise Refusal(node.lineno, "RL303", text, SPAWN_REMEDY)


def _spawns(script: Script, call: ast.Call) -> bool:
    names = called_names(script, call, SPAWNING_METHODS)
    if any(map(SPAWNERS.match, names)):
        return True
    return any(map(SHELL_CALLS.match, names)) and _runs_a_launcher(script, call) and not _asks_for_a_rank(script, call)


def _runs_a_launcher(script: Script, call: ast.Call) -> bool:
    """Whether a command line starts with what launches trainings: `["torchrun", __file__]`."""
    values = [value.node for given in call.args for value in script.values(given) if isinstance(value, ScriptNode)]
    words = [part.value for node in values for part in ast.walk(node) if isinstance(part, ast.Constant)]
    return bool(SPAWNING_COMMANDS.search(" ".join(word for word in words if isinstance(word, str))))


def _asks_for_a_rank(script: Script, call: ast.Call) -> bool:
    """Whether it runs only where no launcher has started the process, which one has on every worker."""
    tests = [node.test for node in script.enclosing(call) if isinstance(node, ast.If)]
    return any(name in ast.unparse(test) for test in tests for name in ("RANK", "WORLD_SIZE"))
