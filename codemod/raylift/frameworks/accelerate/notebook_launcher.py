"""Functions that a script hands to Accelerate's own launchers.

    notebook_launcher(training_loop, ("fp16", 42, 64), num_processes=8)

becomes, inside the train function of a TorchTrainer with as many workers:

    training_loop("fp16", 42, 64)
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from dataclasses import replace

from raylift.edits.expressions import replace_by
from raylift.frameworks.accelerate.launched_functions import unneeded_imports
from raylift.frameworks.accelerate.notebook_launches import LAUNCHERS, notebook_launches
from raylift.plan import Case, Doubt, Edit, Finding, Notice, Refusal
from raylift.script import Script, ScriptNode
from raylift.script.expressions import written, written_whole
from raylift.script.scopes import FUNCTIONS, Function
from raylift.settings import Settings

LIVE = re.compile(
    r"""(^|\.)(from_pretrained|from_config|DataLoader|load_dataset|load_from_disk|prepare|Accelerator|\w*Dataset|\w*Tokenizer\w*|AutoModel\w*
    |create_model|get_(peft_)?model|get_\w*dataloaders?|to|cuda|Sequential|Adam\w*|SGD|map|train_test_split)$""",
    re.VERBOSE,
)
LIVE_NAME = re.compile(r"(^|_)(model|tokenizer|loader|dataloader|dataset|optimizer|processor|net)s?$", re.IGNORECASE)


def launched_argument(script: Script, call: ast.Call, name: str) -> ast.expr | None:
    """What a launcher's call gives for a parameter, by place or by name."""
    names = next(LAUNCHERS[full] for full in script.names(call.func) if full in LAUNCHERS)
    by_name = next((keyword.value for keyword in call.keywords if keyword.arg == name), None)
    place = names.index(name) if name in names else len(call.args)
    return by_name or (call.args[place] if place < len(call.args) else None)


def call_directly(case: Case) -> Iterator[Finding]:
    """Every launched function is called by the train function itself."""
    script = case.script
    for call in notebook_launches(script):
        _refuse_unpacked(call)
        function, arguments = launched_argument(script, call, "function"), launched_argument(script, call, "args")
        if function is None:
            raise Refusal(call.lineno, "RL315", "the launcher is given no function to run", "call the training function directly")
        values = _elements(script, arguments)
        yield from _live(script, call, arguments, values)
        _refuse_misfit(script, call, function, values)
        name = written_whole(script, function)
        why = f"Ray Train starts the workers, so `{name}` is called directly"
        yield Edit(call, replace_by(f"{name}({_as_arguments(script, arguments)})"), "RL123", why)
    yield from unneeded_imports(script, [call.func for call in notebook_launches(script)], LAUNCHERS)


def _refuse_unpacked(call: ast.Call) -> None:
    if any(isinstance(value, ast.Starred) for value in call.args) or any(keyword.arg is None for keyword in call.keywords):
        text = f"the arguments of `{ast.unparse(call.func)}` come from a list or a dict"
        raise Refusal(call.lineno, "RL315", text, "write them out in the call, or call the training function directly")


def _elements(script: Script, arguments: ast.expr | None) -> list[ast.expr] | None:
    """The arguments one by one; None if they cannot be seen."""
    if arguments is None:
        return []
    for value in script.values(arguments):
        if isinstance(value, ScriptNode) and isinstance(value.node, (ast.Tuple, ast.List)) and value.script is script:
            return value.node.elts
    return None


def _as_arguments(script: Script, arguments: ast.expr | None) -> str:
    if arguments is None:
        return ""
    if isinstance(arguments, (ast.Tuple, ast.List)):
        return ", ".join(written(script, element) for element in arguments.elts)
    return f"*{written(script, arguments)}"


def _live(script: Script, call: ast.Call, arguments: ast.expr | None, values: list[ast.expr] | None) -> Iterator[Doubt]:
    """Models, tokenizers and data that exist before the launch were forked with it; a Ray worker makes its own."""
    for value in values if values is not None else [arguments] if arguments is not None else []:
        if _is_live(script, value):
            text = f"`{written(script, value)}` exists before the launch and is handed to every process"
            remedy = "make it inside the launched function, from a name or a path that you pass"
            yield Doubt(value.lineno, "RL314", text, remedy)


def _is_live(script: Script, value: ast.expr) -> bool:
    if isinstance(value, (ast.Constant, ast.JoinedStr)):
        return False
    for found in script.values(value):
        if isinstance(found, ScriptNode) and isinstance(found.node, ast.Call):
            function = found.node.func
            names = found.script.names(function) or {ast.unparse(function)}
            if any(LIVE.search(name) for name in names) or any(_is_module(made) for made in found.script.values(function)):
                return True
        elif isinstance(found, ScriptNode) and isinstance(found.node, (ast.Constant, ast.Dict, ast.List, ast.Tuple)):
            return False
    return isinstance(value, ast.Name) and bool(LIVE_NAME.search(value.id))


def _is_module(value: str | ScriptNode) -> bool:
    """Whether a value is a class of the script that derives from a model or a dataset."""
    if isinstance(value, str) or not isinstance(value.node, ast.ClassDef):
        return False
    bases = {name for base in value.node.bases for name in value.script.names(base)}
    return any(name.endswith((".Module", ".Dataset", "PreTrainedModel")) for name in bases)


def _refuse_misfit(script: Script, call: ast.Call, function: ast.expr, values: list[ast.expr] | None) -> None:
    if values is None or any(isinstance(value, ast.Starred) for value in values):
        return
    for found in script.values(function):
        if isinstance(found, ScriptNode) and isinstance(found.node, FUNCTIONS) and not _takes(found.node, len(values)):
            text = f"`{found.node.name}` does not take the {len(values)} arguments that the launcher is given for it"
            raise Refusal(call.lineno, "RL315", text, "give it the arguments that it takes")


def _takes(function: Function, count: int) -> bool:
    arguments = function.args
    most = len(arguments.posonlyargs) + len(arguments.args)
    return most - len(arguments.defaults) <= count and (count <= most or arguments.vararg is not None)


def settings_with_launch(script: Script, settings: Settings) -> Settings:
    """The settings with the number of processes and the precision that the script launches with, where nothing else was said."""
    for call in notebook_launches(script):
        workers = _constant(script, launched_argument(script, call, "num_processes"))
        nodes = _constant(script, next((k.value for k in call.keywords if k.arg == "num_nodes"), None))
        if settings.num_workers is None and isinstance(workers, int):
            settings = replace(settings, num_workers=workers * (nodes if isinstance(nodes, int) else 1))
        if settings.use_gpu is None and "debug_launcher" in ast.unparse(call.func):
            settings = replace(settings, use_gpu=False)
    if settings.accelerate_config is None and (precision := launched_precision(script)):
        settings = replace(settings, accelerate_config=f'{{"mixed_precision": "{precision}"}}')
    return settings


def launched_precision(script: Script) -> str:
    """The mixed precision that a script launches with; empty if it asks for none."""
    found = (_constant(script, launched_argument(script, call, "mixed_precision")) for call in notebook_launches(script))
    return next((precision for precision in found if isinstance(precision, str) and precision != "no"), "")


def tell_hidden_workers(case: Case) -> Iterator[Notice]:
    """What must be said where the number of processes is only known when the script runs."""
    script, settings = case.script, case.settings
    for call in notebook_launches(script):
        given = launched_argument(script, call, "num_processes")
        if given is not None and settings.num_workers is None and _constant(script, given) is None:
            text = f"the launcher's number of processes, `{written(script, given)}`, is only known when the script runs"
            yield Notice(call.lineno, "RL226", text, "lift with --num-workers, or set RAYLIFT_NUM_WORKERS")


def _constant(script: Script, expression: ast.expr | None) -> object:
    values = [] if expression is None else list(script.values(expression))
    found = [value.node.value for value in values if isinstance(value, ScriptNode) and isinstance(value.node, ast.Constant)]
    return found[0] if len(found) == len(values) == 1 else None
