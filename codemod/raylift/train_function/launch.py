"""How the train function is launched: workers, GPUs, and for stock Ray what its workers lack."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from raylift.plan import Launcher, NeededImport
from raylift.script import Script
from raylift.settings import Settings

COMMAND_LINE_PACKAGES = frozenset({
    "absl", "argparse", "click", "docopt", "fire", "hydra", "jsonargparse", "simple_parsing", "tap", "typer", "tyro",
})  # fmt: skip
COMMAND_LINE_NAMES = frozenset({"sys.argv", "transformers.HfArgumentParser", "trl.TrlParser"})


def launcher_for(script: Script, settings: Settings) -> tuple[Launcher, tuple[NeededImport, ...]]:
    """The launcher of a script and the imports that it needs."""
    use_gpu = not says_cpu(script) if settings.use_gpu is None else settings.use_gpu
    workers = 2 if settings.num_workers is None else settings.num_workers
    imports = [NeededImport("ray.train", "ScalingConfig"), NeededImport(settings.target.torch, "TorchTrainer")]
    arguments = [f"scaling_config=ScalingConfig(num_workers={workers}, use_gpu={use_gpu})"]
    if settings.storage_path is not None:
        imports.append(NeededImport("ray.train", "RunConfig"))
        arguments.append(f"run_config=RunConfig(storage_path={settings.storage_path!r})")
    if settings.accelerate_config is not None and settings.target.takes_accelerate_config:
        arguments.append(f"accelerate_config={settings.accelerate_config}")
    preamble: list[str] = []
    parameter = script.free_name("config", "ray_config")
    if not settings.target.reruns_script:
        preamble, config, needed = _written_out(script, use_gpu, parameter)
        imports += needed
        arguments[:0] = config
    return (
        Launcher(
            train_func=script.free_global_name("train_func", "ray_train_func"),
            torch_trainer="TorchTrainer",
            trainer=script.free_global_name("ray_trainer", "torch_trainer"),
            result=script.free_global_name("result", "ray_result"),
            arguments=tuple(arguments),
            preamble=tuple(preamble),
            parameter=parameter if any(f"{parameter}[" in line for line in preamble) else "",
            quits=not settings.target.reruns_script and _quits(script),
        ),
        tuple(imports),
    )


def says_cpu(script: Script) -> bool:
    """Whether the script asks for the CPU in so many words."""
    asks = {"use_cpu", "no_cuda", "cpu"}
    keywords = [keyword for call in script.all(ast.Call) for keyword in call.keywords if keyword.arg in asks]
    return any(isinstance(k.value, ast.Constant) and k.value.value is True for k in keywords)


def _written_out(script: Script, use_gpu: bool, parameter: str) -> tuple[list[str], list[str], list[NeededImport]]:
    """What the bundled runtime does for a worker, as lines of the train function and arguments of the trainer."""
    preamble: list[str] = []
    imports: list[NeededImport] = []
    config: list[str] = []
    if reads_command_line(script):
        config = ['train_loop_config={"argv": sys.argv, "cwd": os.getcwd()}']
        preamble += [f'sys.argv = {parameter}["argv"]', f'os.chdir({parameter}["cwd"])']
        imports += [NeededImport("os"), NeededImport("sys")]
        if names := sorted(_postponed_names(script)):
            given = ", ".join(f"{name}={name}" for name in names)
            preamble.append(f'vars(sys.modules["__main__"]).update({given})')
    if not use_gpu:
        preamble.append('os.environ["ACCELERATE_USE_CPU"] = "true"')
        imports.append(NeededImport("os"))
    have = {binding.name for binding in script.imports()}
    return preamble, config, [needed for needed in dict.fromkeys(imports) if needed.module not in have]


def reads_command_line(script: Script) -> bool:
    """Whether the script, as a program, takes arguments."""
    if any(binding.name.partition(".")[0] in COMMAND_LINE_PACKAGES for binding in script.imports()):
        return True
    names = (name for node in (*script.all(ast.Attribute), *script.all(ast.Name)) for name in script.names(node))
    return any(name in COMMAND_LINE_NAMES or name.endswith("ArgumentParser") for name in names)


def _postponed_names(script: Script) -> Iterator[str]:
    """Names in the annotations of dataclasses that are strings until `HfArgumentParser` looks them up in `__main__`."""
    if not any(binding.name == "__future__.annotations" for binding in script.imports()):
        return
    classes = [node for node in script.tree.body if isinstance(node, ast.ClassDef)]
    fields = [part for node in classes for part in node.body if isinstance(part, ast.AnnAssign)]
    names = {node.id for part in fields for node in ast.walk(part.annotation) if isinstance(node, ast.Name)}
    yield from (name for name in names if name in script.globals.bindings)


def _quits(script: Script) -> bool:
    """Whether the script may end by `sys.exit`, also through a command line library that always does."""
    packages = {binding.name.partition(".")[0] for binding in script.imports()}
    if packages & {"absl", "click", "typer"}:
        return True
    raised = (name for node in script.all(ast.Raise) for part in ast.walk(node) for name in script.names(part))
    return "builtins.SystemExit" in raised or any(True for _ in script.calls_to("sys.exit", "builtins.exit", "builtins.quit"))
