"""Finds, in a launch command or a shell script that holds one, how a script has been launched."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Iterable, Iterator
from pathlib import PurePosixPath

from raylift.launch_commands.launch import Launch, LaunchError
from raylift.launch_commands.launchers import launcher_in
from raylift.launch_commands.shell import Command, commands
from raylift.launch_commands.shell_words import UnfinishedQuote

__all__ = ["Launch", "LaunchError", "launch_in", "launches_in"]

NOT_LAUNCHING = {
    "echo",
    "printf",
    "pip",
    "pip3",
    "conda",
    "which",
    "type",
    "alias",
    "cd",
    "mkdir",
    "rm",
    "cp",
    "mv",
    "cat",
    "ls",
    "source",
    ".",
}
SHELLS = {"bash", "sh", "zsh"}
# Ray decides about these, for each worker.
SET_BY_RAY = {
    "CUDA_VISIBLE_DEVICES",
    "MASTER_ADDR",
    "MASTER_PORT",
    "RANK",
    "WORLD_SIZE",
    "LOCAL_RANK",
    "NODE_RANK",
    "ACCELERATE_USE_CPU",
}


def launch_in(text: str, script: str | None = None) -> Launch:
    """The launch of `script` in a command line or the text of a shell script, or the only launch in it.

    Raises LaunchError with one line where there is none, where there are several, or where it launches another script.
    """
    try:
        found = list(launches_in(text))
    except UnfinishedQuote as error:
        raise LaunchError(f"the launch command cannot be read: {error}") from error
    if not found:
        raise LaunchError(
            "no launch command in it: torchrun, accelerate launch, deepspeed, python -m torch.distributed.launch or python"
        )
    if script is not None:
        name = PurePosixPath(script).name
        found, others = [each for each in found if PurePosixPath(each.script).name == name], found
        if not found:
            raise LaunchError(f"it launches {_names(others)}, not {name}")
    if any(_facts(each) != _facts(found[0]) for each in found):
        raise LaunchError(f"it launches {_names(found)} in {len(found)} ways: give the one launch command that is meant")
    return found[0]


def launches_in(text: str) -> Iterator[Launch]:
    """Every launch in a command line or shell script, in order; plain `python` counts where no launcher is used."""
    pairs = list(_launches(commands(text)))
    launched = [launch for is_plain, launch in pairs if not is_plain]
    yield from launched or [launch for _, launch in pairs]


def _launches(found: Iterable[Command]) -> Iterator[tuple[bool, Launch]]:
    for command in found:
        words = command.words
        if words[0] in NOT_LAUNCHING:
            continue
        inner = _inner_script(words)
        if inner is not None:
            yield from _launches(commands(inner))
            continue
        place = launcher_in(words)
        if place is None:
            continue
        try:
            launch = place.read()
        except LaunchError:
            if place.is_plain or len(words) - place.at < 3:
                continue  # `python -m pip`, `torchrun --help`
            raise
        yield place.is_plain, _with_environment(launch, command.environment | _assigned(words[: place.at]))


def _inner_script(words: tuple[str, ...]) -> str | None:
    """The text in `srun ... bash -c "text"`."""
    for at, word in enumerate(words[:-2]):
        if word.rpartition("/")[2] in SHELLS and re.fullmatch(r"-\w*c", words[at + 1]):
            return words[at + 2]
    return None


def _assigned(prefix: tuple[str, ...]) -> dict[str, str]:
    """The variables of `env NAME=value` before a launcher."""
    return dict(word.split("=", 1) for word in prefix if re.match(r"[A-Za-z_]\w*=", word))


def _with_environment(launch: Launch, environment: dict[str, str]) -> Launch:
    notices, count, use_gpu = list(launch.notices), launch.num_workers, launch.use_gpu
    if (devices := environment.get("CUDA_VISIBLE_DEVICES")) is not None:
        if devices in ("", "-1"):
            use_gpu = False
        elif count is None and re.fullmatch(r"[\d,]+", devices):
            count, use_gpu = len(devices.split(",")), True
        notices.append(f"CUDA_VISIBLE_DEVICES={devices} is left out: Ray gives each worker its GPU")
    kept = {name: value for name, value in environment.items() if name not in SET_BY_RAY}
    return dataclasses.replace(launch, num_workers=count, use_gpu=use_gpu, environment=kept, notices=tuple(notices))


def _facts(launch: Launch) -> tuple[object, ...]:
    return launch.script, launch.script_arguments, launch.num_workers, launch.use_gpu, launch.accelerate_config


def _names(launches: Iterable[Launch]) -> str:
    return ", ".join(dict.fromkeys(launch.script for launch in launches))
