"""How the project's own files launch a script: shell scripts, batch jobs, Makefiles and READMEs are read, never run, and only hinted at."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from functools import cache

from raylift.launch_commands.from_text import LaunchError, launches_in
from raylift.launch_commands.shell_words import UnfinishedQuote
from raylift.project.files import BadInput, read_file
from raylift.project.module_paths import project_root

SHELL_SCRIPTS = (".sh", ".bash", ".sbatch", ".slurm", ".job")
BESIDE = ("scripts", "bin", "jobs", "slurm")
"""Folders at the top of a project in which launch files lie."""
LARGEST_HINT = 200_000
CODE_BLOCK = re.compile(r"^```[^\n]*\n(.*?)^```", re.DOTALL | re.MULTILINE)
RECIPE = re.compile(r"^\t@?((?:[^\n\\]|\\\n|\\.)*)", re.MULTILINE)


def launch_hint(path: str) -> str:
    """One sentence on the launch of a script that a file of its project holds; empty where none, or several that differ, is known."""
    real = os.path.realpath(path)
    root = project_root(os.path.dirname(real))
    found = {
        (file, count)
        for folder in _folders(real, root)
        for file, script, count in _launches(folder)
        if _is(script, file, root, real)
    }
    if len({count for _, count in found}) != 1:
        return ""
    file, count = min(found)
    shown = os.path.relpath(file, root)
    how = f"--launched-by {shown}" if file.endswith(SHELL_SCRIPTS) else "--launched-by with its command"
    return f"{shown} launches it with {count} processes: {how} takes that over"


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
def _launches(folder: str) -> tuple[tuple[str, str, int], ...]:
    """Each launch in the files of a folder whose number of processes is known: the file, the script and that number."""
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
            counts = ((each.script, each.num_workers or 1) for each in launches)
            found += [(os.path.join(folder, name), script, count) for script, count in counts if count > 1]
    return tuple(found)


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
