"""What a launch command says about a script, as settings."""

from __future__ import annotations

import os

from raylift.launch_commands.accelerate_config import processes_in, read_whole_config
from raylift.launch_commands.from_text import Launch, LaunchError, launch_in
from raylift.project.files import BadInput
from raylift.request import STANDARD_INPUT, Request

SCRIPTS = (".sh", ".bash", ".sbatch", ".slurm", ".job")


def launch_settings(request: Request, path: str, *, takes_config: bool) -> dict[str, object]:
    """Worker count, GPU use and Accelerate config of the launch command that a user names for a script, by their settings' names.

    The config is written out where the user wants that, and where the TorchTrainer takes none. Raises BadInput with one line for
    a command that cannot be read, that launches another script, or whose config is none.
    """
    if request.launched_by is None:
        if request.inline_accelerate_config:
            raise BadInput("--inline-accelerate-config needs --launched-by with the command that names the config")
        return {}
    try:
        launch = launch_in(_text(request.launched_by), None if path == STANDARD_INPUT else path)
        workers, use_gpu = _by_config(launch)
        is_inline = request.inline_accelerate_config or not takes_config
        inline = read_whole_config(launch.accelerate_config) if is_inline else None
    except LaunchError as error:
        if path not in request.paths:
            return {}  # of the scripts in a folder it launches one
        raise BadInput(str(error)) from error
    config = launch.accelerate_config
    said: dict[str, object] = {
        "num_workers": workers if launch.num_workers is None else launch.num_workers,
        "use_gpu": use_gpu if launch.use_gpu is None else launch.use_gpu,
        "accelerate_config": None if config is None or inline is not None else _as_code(config),
        "inline_config": inline,
        "launch_notices": (*launch.notices, f"launch it with `{launch.replacement}`"),
    }
    return {name: value for name, value in said.items() if value is not None}


def _text(given: str) -> str:
    """The command itself, or the text of the shell script that is named instead."""
    if os.path.isfile(given):
        return _content(given)
    if given.endswith(SCRIPTS) and " " not in given:
        raise BadInput(f"--launched-by names {given}, which is not there")
    return given


def _content(path: str) -> str:
    try:
        with open(path, encoding="utf-8", errors="replace") as file:
            return file.read()
    except OSError as error:
        raise BadInput(f"{path} cannot be read: {error.strerror}") from error


def _by_config(launch: Launch) -> tuple[int | None, bool | None]:
    """How many processes, and whether on GPUs, the config file of a launch asks for."""
    config = launch.accelerate_config
    name = config.get("config_file") if isinstance(config, dict) else config
    if name is None:
        return None, None
    if not os.path.isfile(str(name)):
        raise LaunchError(f"its config file {name} is not there")
    return processes_in(str(name))


def _as_code(config: str | dict[str, object]) -> str:
    if isinstance(config, str):
        return f'"{config}"' if config.isprintable() and '"' not in config and "\\" not in config else repr(config)
    return "{" + ", ".join(f'"{name}": {_value(value)}' for name, value in config.items()) + "}"


def _value(value: object) -> str:
    return f'"{value}"' if isinstance(value, str) and value.isprintable() and not {'"', "\\"} & {*value} else repr(value)
