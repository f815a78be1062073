"""Commands that launch workers themselves, each its own: the other commands of the same command line start none.

Before:

    @app.command()
    def finetune(config: str):
        run(config)

becomes:

    @app.command()
    def finetune(config: str):
        def train_func():
            run(config)

        ray_trainer = TorchTrainer(train_func, scaling_config=ScalingConfig(num_workers=2, use_gpu=True))
        result = ray_trainer.fit()
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import replace

from raylift.edits.launching import launch_body
from raylift.plan import Case, Edit, Finding, Refusal
from raylift.script import Script
from raylift.script.bound_names import free_name_in
from raylift.script.scopes import Function
from raylift.script.syntax import own_nodes
from raylift.settings import Settings
from raylift.train_function.launch import launcher_for
from raylift.train_function.sent_commands import asks_somebody, unsendable

CONTEXTS = ("click.Context", "typer.Context", "click.core.Context")
PASSED_BY_CLICK = ("pass_context", "pass_obj")


def launch_from_commands(case: Case, settings: Settings) -> Iterator[Finding]:
    """Let every command that trains run on workers of its own; raises Refusal where its body cannot be sent to them."""
    launcher, needed = launcher_for(case._replace(placement=None), settings)  # its module is there by its own name
    yield from needed
    for command in case.commands:
        _refuse(case.script, command)
        if not settings.target.reruns_script or asks_somebody(case.script):
            _refuse_unsendable(case.script, command)
        own = replace(
            launcher,
            train_func=free_name_in(case.script, command, launcher.train_func, "ray_train_func"),
            trainer=free_name_in(case.script, command, launcher.trainer, "torch_trainer"),
            result=free_name_in(case.script, command, launcher.result, "ray_result"),
        )
        rebound = _rebound_parameters(case.script, command)
        first = [*([f"nonlocal {', '.join(rebound)}"] if rebound else []), *launcher.preamble]
        change = launch_body(own, first, _exit_code(command))
        yield Edit(command, change, "RL107", f"`{command.name}` trains on Ray workers; the other commands start none")


def _refuse(script: Script, command: Function) -> None:
    """Raise where a body means something else, or cannot be sent, inside a function of its own."""
    text = remedy = ""
    nodes = list(own_nodes(command))
    if isinstance(command, ast.AsyncFunctionDef) or any(isinstance(node, (ast.Yield, ast.YieldFrom)) for node in nodes):
        text, remedy = "is no plain function", "let it call a plain function that trains"
    elif any(isinstance(node, ast.Global) for node in nodes):
        text, remedy = "binds names of its module, and would bind them on a worker", "hand over what it binds as arguments"
    if text:
        raise Refusal(command.lineno, "RL307", f"the command `{command.name}` trains, but {text}", remedy)


def _refuse_unsendable(script: Script, command: Function) -> None:
    """Raise where a body is pickled, and cannot be: workers would not start the command line themselves."""
    if name := _click_context(script, command):
        text = f"the command `{command.name}` trains, but uses `{name}`, which click makes for this process alone"
        raise Refusal(command.lineno, "RL307", text, "hand the values that the training needs to a function, and train there")
    for cause in unsendable(script, command):
        raise Refusal(cause.line, "RL307", cause.text, cause.remedy)


def _click_context(script: Script, command: Function) -> str:
    """The parameter that holds click's context, where the body uses it; empty if there is none."""
    decorators = {part.attr for node in command.decorator_list for part in ast.walk(node) if isinstance(part, ast.Attribute)}
    arguments = [*command.args.posonlyargs, *command.args.args, *command.args.kwonlyargs]
    names = [arg.arg for arg in arguments if arg.annotation is not None and not script.names(arg.annotation).isdisjoint(CONTEXTS)]
    names += [arg.arg for arg in arguments[:1] if not decorators.isdisjoint(PASSED_BY_CLICK)]
    read = {node.id for statement in command.body for node in ast.walk(statement) if isinstance(node, ast.Name)}
    return next((name for name in names if name in read), "")


def _rebound_parameters(script: Script, command: Function) -> list[str]:
    """The parameters that the body binds anew: in a function inside they would be other names."""
    bindings = script.scope(command.body[0]).bindings
    return [name for name, known in bindings.items() if len(known) > 1 and any(isinstance(each, ast.arg) for each in known)]


def _exit_code(command: Function) -> list[str]:
    """What a console script gives `sys.exit`, where the function returns one value whatever happens."""
    returns = [node.value for node in own_nodes(command) if isinstance(node, ast.Return)]
    values = {ast.unparse(value) for value in returns if isinstance(value, ast.Constant)}
    is_one = len(values) == 1 and all(isinstance(value, ast.Constant) for value in returns)
    return [f"return {value}" for value in values if is_one and value != "None"]
