"""What the command line asked for, and the plain parser that reads it before typer is worth its import."""

from __future__ import annotations

from typing import NamedTuple


class Request(NamedTuple):
    """One run of `check`, `diff` or `rewrite`; None where the user left the choice to the settings or the script."""

    command: str
    paths: tuple[str, ...]
    output: str | None = None
    num_workers: int | None = None
    use_gpu: bool | None = None
    storage_path: str | None = None
    runtime: str | None = None
    transformers: int | None = None


STANDARD_INPUT = "-"
COMMANDS = ("check", "diff", "rewrite")

VALUES = {
    "-o": "output",
    "--output": "output",
    "--num-workers": "num_workers",
    "--storage-path": "storage_path",
    "--runtime": "runtime",
    "--transformers": "transformers",
}
SWITCHES = {
    "--use-gpu": ("use_gpu", True),
    "--no-use-gpu": ("use_gpu", False),
}
CHOICES = {"runtime": ("raylift", "ray"), "transformers": ("4", "5")}
NUMBERS = ("num_workers", "transformers")


def plain_request(arguments: list[str]) -> Request | None:
    """The request, where the arguments are in plain form and right; else None: typer then answers, helps or complains."""
    if not arguments or arguments[0] not in COMMANDS:
        return None
    command, *words = arguments
    paths: list[str] = []
    chosen: dict[str, object] = {}
    while words:
        word = words.pop(0)
        if word == "-" or not word.startswith("-"):
            paths.append(word)
        elif word in SWITCHES:
            name, switch = SWITCHES[word]
            chosen[name] = switch
        else:
            flag, equals, value = word.partition("=")
            if flag not in VALUES or not (equals or words):
                return None
            chosen[VALUES[flag]] = value if equals else words.pop(0)
    if not paths or not (command == "rewrite" or "output" not in chosen):
        return None
    return _typed(command, paths, chosen)


def _typed(command: str, paths: list[str], chosen: dict[str, object]) -> Request | None:
    for name, value in chosen.items():
        if name in CHOICES and value not in CHOICES[name]:
            return None
        if name in NUMBERS:
            if not str(value).isdecimal():
                return None
            chosen[name] = int(str(value))
    return Request(command, tuple(paths), **chosen)  # type: ignore[arg-type]  # names and types come from the tables above
