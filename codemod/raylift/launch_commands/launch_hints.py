"""How the project's own files launch a script: shell scripts, batch jobs, Makefiles and READMEs are read, never run, and only hinted at."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from functools import cache
from typing import NamedTuple

from raylift.launch_commands.accelerate_config import processes_in
from raylift.launch_commands.from_text import LaunchError, launches_in
from raylift.launch_commands.launch import Launch
from raylift.launch_commands.shell_words import UnfinishedQuote
from raylift.project.files import BadInput, read_file
from raylift.project.module_paths import project_root

SHELL_SCRIPTS = (".sh", ".bash", ".sbatch", ".slurm", ".job")
BESIDE = ("scripts", "bin", "jobs", "slurm")
"""Folders at the top of a project in which launch files lie."""
LARGEST_HINT = 200_000
CODE_BLOCK = re.compile(r"^```[^\n]*\n(.*?)^```", re.DOTALL | re.MULTILINE)
RECIPE = re.compile(r"^\t@?((?:[^\n\\]|\\\n|\\.)*)", re.MULTILINE)


class HintedLaunch(NamedTuple):
    """A launch that a file of the project holds: of which script, with how many processes, and with which config of Accelerate."""

    file: str
    script: str
    processes: int
    config: str


def launch_hint(path: str) -> str:
    """One sentence on the launch of a script that a file of its project holds; empty where none is known, or several differ in their number."""
    real = os.path.realpath(path)
    root = project_root(os.path.dirname(real))
    found = sorted(
        each for folder in _folders(real, root) for each in _launches(folder, root) if _is(each.script, each.file, root, real)
    )
    if not found:
        return ""
    files = list(dict.fromkeys(os.path.relpath(each.file, root) for each in found))
    if len({(each.processes, each.config) for each in found}) == 1:
        how = f"--launched-by {files[0]}" if files[0].endswith(SHELL_SCRIPTS) else "--launched-by with its command"
        return f"{files[0]} launches it with {found[0].processes} processes: {how} takes that over"
    if not any(each.config for each in found):
        return ""
    others = f" and {len(files) - 2} more" if len(files) > 2 else ""
    where = f"{', '.join(files[:2])}{others} launch" if len(files) > 1 else f"{files[0]} launches"
    return f"{where} it in several ways: --launched-by with the command that you use takes over its processes and its config"


def _folders(path: str, root: str) -> Iterator[str]:
    """Where the launch files of a script lie: beside it and above it, and where projects keep them."""
    folder = os.path.dirname(path)
    yield folder
    while folder != root and folder.startswith(root + os.sep):
        folder = os.path.dirname(folder)
        yield folder
    yield from (os.path.join(root, name) for name in BESIDE)


def _is(script: str, file: str, root: str, path: str) -> bool:
    """Whether a launched script is this one: named from the folder of the launch file, the top of the project, or its `src`."""
    folders = (os.path.dirname(file), root, os.path.join(root, "src"))
    return any(os.path.realpath(os.path.join(folder, script)) == path for folder in folders)


@cache
def _launches(folder: str, root: str) -> tuple[HintedLaunch, ...]:
    """Each launch in the files of a folder that starts several processes, as it says itself or its config does."""
    try:
        names = sorted(os.listdir(folder))
    except OSError:
        return ()
    found = []
    for name in names:
        for text in _commands_of(os.path.join(folder, name), name):
            try:
                launches = list(launches_in(text))
            except (LaunchError, UnfinishedQuote):
                continue
            found += [_hinted(each, os.path.join(folder, name), root) for each in launches]
    return tuple(each for each in found if each.processes > 1)


def _hinted(launch: Launch, file: str, root: str) -> HintedLaunch:
    given = launch.accelerate_config
    named = given.get("config_file") if isinstance(given, dict) else given
    places = [os.path.join(folder, str(named)) for folder in (os.path.dirname(file), root)] if named else []
    config = next(filter(os.path.isfile, places), "")
    count = launch.num_workers
    if config and count is None:
        try:
            count, _ = processes_in(config)
        except LaunchError:
            config = ""
    return HintedLaunch(file, launch.script, count or 1, os.path.realpath(config) if config else "")


def _commands_of(path: str, name: str) -> list[str]:
    is_shell, is_recipe = name.endswith(SHELL_SCRIPTS), name in ("Makefile", "makefile", "GNUmakefile")
    is_page = name.upper().startswith("README") and name.endswith((".md", ".MD", ""))
    if not (is_shell or is_recipe or is_page):
        return []
    try:
        if os.path.getsize(path) > LARGEST_HINT:
            return []
        text = read_file(path).decode(errors="replace")
    except (OSError, BadInput):
        return []
    return [text] if is_shell else RECIPE.findall(text) if is_recipe else CODE_BLOCK.findall(text)
