"""What a launch command says about a script, as if its user had said it with flags."""

from __future__ import annotations

import os

from raylift.launch_commands.accelerate_config import read_whole_config
from raylift.launch_commands.from_text import Launch, LaunchError, launch_in, read_config
from raylift.project.files import BadInput
from raylift.request import STANDARD_INPUT, Request

SCRIPTS = (".sh", ".bash", ".sbatch", ".slurm", ".job")


def with_launch(request: Request, path: str) -> Request:
    """The request with worker count, GPU use and Accelerate config of the launch command, where the user said nothing else.

    Raises BadInput with one line for a command that cannot be read, that launches another script, or whose config is none.
    """
    if request.launched_by is None:
        if request.inline_accelerate_config:
            raise BadInput("--inline-accelerate-config needs --launched-by with the command that names the config")
        return request
    try:
        launch = launch_in(_text(request.launched_by), None if path == STANDARD_INPUT else path)
        workers, use_gpu = _by_config(launch)
        inline = (
            read_whole_config(launch.accelerate_config) if request.inline_accelerate_config or request.runtime == "ray" else None
        )
    except LaunchError as error:
        if path not in request.paths:
            return request  # of the scripts in a folder it launches one
        raise BadInput(str(error)) from error
    config = launch.accelerate_config
    return request._replace(
        num_workers=next((n for n in (request.num_workers, launch.num_workers, workers) if n is not None), None),
        use_gpu=next((use for use in (request.use_gpu, launch.use_gpu, use_gpu) if use is not None), None),
        accelerate_config=None if config is None or inline is not None else _as_code(config),
        inline_config=inline,
        launch_notices=(*launch.notices, f"launch it with `{launch.replacement}`"),
    )


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
    return read_config(_content(str(name)), str(name))


def _as_code(config: str | dict[str, object]) -> str:
    if isinstance(config, str):
        return f'"{config}"' if config.isprintable() and '"' not in config and "\\" not in config else repr(config)
    return "{" + ", ".join(f'"{name}": {_value(value)}' for name, value in config.items()) + "}"


def _value(value: object) -> str:
    return f'"{value}"' if isinstance(value, str) and value.isprintable() and not {'"', "\\"} & {*value} else repr(value)
