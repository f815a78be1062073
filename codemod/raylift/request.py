"""What the command line asked for, and the plain parser that reads it before typer is worth its import."""

from __future__ import annotations

from typing import NamedTuple

from raylift.flags import Flag, flags_of, value_of

STANDARD_INPUT = "-"
COMMANDS = ("check", "diff", "rewrite")


class Request(NamedTuple):
    """One run of a command; None where the user left the choice to the settings file, the script or us."""

    command: str
    paths: tuple[str, ...]
    output: str | None = None
    num_workers: int | None = None
    use_gpu: bool | None = None
    storage_path: str | None = None
    runtime: str | None = None
    transformers: int | None = None
    resumable: bool | None = None
    data: str | None = None
    launched_by: str | None = None
    inline_accelerate_config: bool | None = None
    address: str | None = None
    module: str | None = None
    steps: int | None = None
    tolerance: float = 0.0
    lifted: str | None = None
    select: tuple[str, ...] = ()
    ignore: tuple[str, ...] = ()
    mark: bool | None = None
    unsafe: bool | None = None
    exclude: tuple[str, ...] = ()
    force_exclude: bool = False
    jobs: int | None = None
    timeout: int | None = None
    format: str = "text"
    statistics: bool = False
    side_by_side: bool = False
    interactive: bool = False
    allow_dirty: bool = False
    backup: bool = False
    quiet: bool = False
    verbose: bool = False


def plain_request(arguments: list[str]) -> Request | None:
    """The request, where the arguments are in plain form and right; else None: typer then answers, helps or complains."""
    if not arguments or arguments[0] not in COMMANDS:
        return None
    command, *words = arguments
    known = {name: flag for flag in flags_of(command) for name in (*flag.names, *flag.no)}
    paths: list[str] = []
    chosen: dict[str, object] = {}
    try:
        while words:
            word = words.pop(0)
            if word == STANDARD_INPUT or not word.startswith("-"):
                paths.append(word)
            else:
                _choose(known, word, words, chosen)
    except (KeyError, IndexError, ValueError):
        return None
    return request(command, paths, chosen) if paths else None


def request(command: str, paths: list[str], chosen: dict[str, object]) -> Request:
    """A request of values whose types the flags have seen to."""
    return Request(command, tuple(paths), **chosen)  # type: ignore[arg-type]  # by field name, from the table of flags


def _choose(known: dict[str, Flag], word: str, words: list[str], chosen: dict[str, object]) -> None:
    name, equals, text = word.partition("=")
    flag = known[name]
    if flag.kind == "switch":
        if equals:
            raise ValueError(f"{name} takes no value")
        chosen[flag.field] = name in flag.names
        return
    value = value_of(flag, text if equals else words.pop(0))
    before = chosen.get(flag.field)
    chosen[flag.field] = (*before, *value) if isinstance(before, tuple) and isinstance(value, tuple) else value
