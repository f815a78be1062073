"""How the train function is launched: workers, GPUs, and for stock Ray what its workers lack.

A worker of stock Ray knows neither the script's command line nor its folder, and takes a CPU for no reason to train together.
What it needs of that begins the train function, or the function of its own that imports the script there by its name.
"""

from __future__ import annotations

import ast
from collections.abc import Iterable
from typing import NamedTuple

from raylift.plan import Case, Launcher, NeededImport
from raylift.script import Script
from raylift.script.scopes import Imported
from raylift.settings import Settings
from raylift.train_function.sharding import sharded_with
from raylift.train_function.worker_start import reads_command_line, uses_own_folder

EXITING_PACKAGES = frozenset({"absl", "asyncclick", "click", "cloup", "cyclopts", "rich_click", "typer"})
"""Command line libraries that end the process themselves once the command has run."""


class WrittenOut(NamedTuple):
    """What the bundled runtime does for a worker, as lines of code, and the entries of `train_loop_config` that they read."""

    config: tuple[str, ...] = ()
    lines: tuple[str, ...] = ()
    imports: tuple[NeededImport, ...] = ()


def launcher_for(case: Case, settings: Settings, more: WrittenOut = WrittenOut()) -> tuple[Launcher, tuple[NeededImport, ...]]:
    """The launcher of a script and the imports that it needs; `more` is what its workers are told beside."""
    script, target = case.script, settings.target
    use_gpu = uses_gpu(script, settings)
    workers = 2 if settings.num_workers is None else settings.num_workers
    imports = [NeededImport("ray.train", "ScalingConfig"), NeededImport(target.torch, "TorchTrainer")]
    arguments = [f"scaling_config=ScalingConfig(num_workers={workers}, use_gpu={use_gpu})"]
    if settings.storage_path is not None:
        imports.append(NeededImport("ray.train", "RunConfig"))
        arguments.append(f"run_config=RunConfig(storage_path={settings.storage_path!r})")
    if settings.accelerate_config is not None and target.takes_accelerate_config:
        arguments.append(f"accelerate_config={settings.accelerate_config}")
    parameter = script.free_name("config", "ray_config")
    train_func = script.free_global_name("train_func", "ray_train_func")
    out = WrittenOut() if target.knows_driver else written_out(case, use_gpu, parameter, train_func)
    out = _joined(out, more, train_func)
    is_imported = not target.reruns_script and case.placement is not None and case.placement.imported
    if out.config:
        arguments.insert(0, f"train_loop_config={_dict(out.config)}")
    launcher = Launcher(
        train_func=train_func,
        torch_trainer="TorchTrainer",
        workers=workers,
        trainer=script.free_global_name("ray_trainer", "torch_trainer"),
        result=script.free_global_name("result", "ray_result"),
        arguments=tuple(arguments),
        preamble=out.lines,
        parameter=parameter if out.config else "",
        quits=not target.knows_driver and _quits(script),
        start=script.free_global_name("start_worker", "start_ray_worker") if is_imported else "",
    )
    return launcher, (*imports, *out.imports)


def _joined(out: WrittenOut, more: WrittenOut, train_func: str) -> WrittenOut:
    """Both together; where the last line calls the train function by its module, that is also told the rest."""
    if not out.lines or not out.lines[-1].endswith(f").{train_func}()"):
        return WrittenOut(out.config + more.config, more.lines + out.lines, out.imports + more.imports)
    module = out.lines[-1].removesuffix(f".{train_func}()")
    lines = *out.lines[:-1], *(f"{module}.{line}" for line in more.lines), out.lines[-1]
    return WrittenOut(out.config + more.config, lines, out.imports + more.imports)


def _dict(entries: tuple[str, ...]) -> str:
    """A dict as it is written: in one line where it is short."""
    if len(entries) < 3:
        return f"{{{', '.join(entries)}}}"
    return "{\n" + "".join(f"    {entry},\n" for entry in entries) + "}"


def uses_gpu(script: Script, settings: Settings) -> bool:
    """Whether the workers get GPUs: what the user says, else what the script does."""
    return not says_cpu(script) if settings.use_gpu is None else settings.use_gpu


def says_cpu(script: Script) -> bool:
    """Whether the script asks for the CPU in so many words."""
    asks = {"use_cpu", "no_cuda", "cpu"}
    keywords = [keyword for call in script.all(ast.Call) for keyword in call.keywords if keyword.arg in asks]
    return any(isinstance(k.value, ast.Constant) and k.value.value is True for k in keywords)


def written_out(case: Case, use_gpu: bool, parameter: str, train_func: str) -> WrittenOut:
    """What a worker of stock Ray begins with."""
    is_imported = case.placement is not None and case.placement.imported
    config: list[str] = []
    lines: list[str] = []
    imports: list[NeededImport] = []
    if is_imported or reads_command_line(case.script, case.reach):
        config.append('"argv": sys.argv')
        lines.append(f'sys.argv = {parameter}["argv"]')
        imports.append(NeededImport("sys"))
    if config or uses_own_folder(case.script, case.reach):
        config.append('"cwd": os.getcwd()')
        lines.append(f'os.chdir({parameter}["cwd"])')
        imports.append(NeededImport("os"))
    if not use_gpu and "DEEPSPEED" not in sharded_with(case.script, case.settings):  # it would switch DeepSpeed off
        lines.append('os.environ["ACCELERATE_USE_CPU"] = "true"')
        imports.append(NeededImport("os"))
    if is_imported:
        if any(True for _ in case.script.calls_to("hydra.main")):  # of a module it looks for a package of configs
            lines.append('os.environ["HYDRA_MAIN_MODULE"] = "__main__"  # Hydra finds its configs beside the file of `__main__`')
        lines.insert(
            0, "# Imported by its own name the script is whole on a worker; pickled as `__main__` its classes would not be."
        )
        config.append('"script": __spec__.name if __spec__ else Path(__file__).stem')
        lines.append(f'import_module({parameter}["script"]).{train_func}()')
        imports += [NeededImport("importlib", "import_module"), NeededImport("pathlib", "Path")]
    return WrittenOut(tuple(config), tuple(lines), tuple(_not_there(case, imports)))


def _binds(imported: str) -> str:
    """What an import is called where it has no other name."""
    return imported.rpartition(".")[2]


def _not_there(case: Case, imports: Iterable[NeededImport]) -> list[NeededImport]:
    """The needed imports that the script has not, or only where they move into the train function."""
    moved = set(case.placement.moved) if case.placement is not None and case.placement.place is not None else set()
    stays = [node for node in case.script.tree.body if isinstance(node, (ast.Import, ast.ImportFrom)) and node not in moved]
    bound = case.script.globals.bindings.items()
    have = {each.name for name, made in bound for each in made if isinstance(each, Imported) and _binds(each.name) == name}
    if moved:
        have = {alias.name for node in stays if isinstance(node, ast.Import) for alias in node.names if not alias.asname}
    full = {each: f"{each.module}.{each.name}" if each.name else each.module for each in imports}
    return [each for each in full if full[each] not in have]


def _quits(script: Script) -> bool:
    """Whether the script may end by `sys.exit`, also through a command line library that always does."""
    packages = {binding.name.partition(".")[0] for binding in script.imports()}
    if packages & EXITING_PACKAGES:
        return True
    raised = (name for node in script.all(ast.Raise) for part in ast.walk(node) for name in script.names(part))
    return "builtins.SystemExit" in raised or any(True for _ in script.calls_to("sys.exit", "builtins.exit", "builtins.quit"))
