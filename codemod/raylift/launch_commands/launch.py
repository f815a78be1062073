"""What a launch command says, and how its words are read."""

from __future__ import annotations

import shlex
from collections.abc import Iterator
from dataclasses import dataclass, field

Words = tuple[str, ...]
Options = dict[str, str]


class LaunchError(ValueError):
    """A launch command that cannot be understood; one line that says why."""

    def __init__(self, reason: str) -> None:
        super().__init__(" ".join(reason.split()))


@dataclass(frozen=True, slots=True)
class Launch:
    """What a launch command says: which script, how many workers on what, and how Accelerate is set up.

    `num_workers` and `use_gpu` are None where the command leaves them open; `accelerate_config` is the path of a config file, or
    flags by name (`config_file` among them where both are given).
    """

    script: str
    script_arguments: Words = ()
    num_workers: int | None = None
    use_gpu: bool | None = None
    accelerate_config: str | dict[str, object] | None = None
    environment: dict[str, str] = field(default_factory=dict)
    notices: Words = ()

    @property
    def mixed_precision(self) -> str | None:
        """The mixed precision that the command itself asks for."""
        flags = self.accelerate_config if isinstance(self.accelerate_config, dict) else {}
        value = flags.get("mixed_precision")
        return None if value is None else str(value)

    @property
    def replacement(self) -> str:
        """The command that takes its place once the script is lifted."""
        variables = [f"{name}={shlex.quote(value)}" for name, value in self.environment.items()]
        return " ".join([*variables, shlex.join(("python", self.script, *self.script_arguments))])


def split(words: Words, flags: set[str], launcher: str) -> tuple[Options, str, Words]:
    """The launcher's own options, the script, and the script's arguments."""
    options: Options = {}
    rest = iter(words)
    for word in rest:
        if not word.startswith("-") or word == "-":
            script = f"{word.replace('.', '/')}.py" if {"m", "module"} & {*options} & flags else word
            _check_script(script, launcher)
            return options, script, tuple(rest)
        name, equals, value = word.lstrip("-").partition("=")
        name = name.replace("-", "_")
        options[name] = value if equals else "true" if name in flags else _next(rest, word, launcher)
    raise LaunchError(f"{launcher} is given no script")


def _next(rest: Iterator[str], option: str, launcher: str) -> str:
    try:
        return next(rest)
    except StopIteration:
        raise LaunchError(f"{launcher}: {option} is given no value") from None


def _check_script(script: str, launcher: str) -> None:
    if not script.endswith(".py"):
        raise LaunchError(f"{launcher} is given {script!r}, which is no Python script")


def number(option: str, value: str) -> int:
    if not value.isdigit():
        raise LaunchError(f"{option} {value} is no number that the command itself tells: give --num-workers")
    return int(value)


def literal(value: str) -> object:
    if value.lower() in ("true", "false"):
        return value.lower() == "true"
    for kind in (int, float):
        try:
            return kind(value)
        except ValueError:
            continue
    return value
