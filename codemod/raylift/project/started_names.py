"""The commands that a project's metadata makes of its functions, read and never run."""

from __future__ import annotations

import ast
import os
import re
import sys
from collections.abc import Iterator
from typing import Any

from raylift.project.files import BadInput, read_file

TARGET = re.compile(r"^[\w.-]+\s*=\s*([\w.]+)\s*:\s*(\w+)", re.MULTILINE)
"""`name = package.module:function`."""


def started_names(folder: str) -> Iterator[tuple[str, str]]:
    """Each module and the name in it that a console script or another entry point of a project starts."""
    for name, targets in (("pyproject.toml", _of_pyproject), ("setup.cfg", _of_setup_cfg), ("setup.py", _of_setup_py)):
        try:
            text = read_file(os.path.join(folder, name)).decode(errors="replace")
        except BadInput:
            continue
        for target in targets(text):
            module, _, function = target.partition(":")
            yield module.strip(), function.strip().partition(".")[0].partition(" ")[0]


def _of_pyproject(text: str) -> Iterator[str]:
    if sys.version_info >= (3, 11):
        import tomllib
    else:
        import tomli as tomllib
    try:
        tables: dict[str, Any] = tomllib.loads(text)
    except ValueError:
        return
    project, poetry = tables.get("project", {}), tables.get("tool", {}).get("poetry", {})
    groups = [
        project.get("scripts"),
        project.get("gui-scripts"),
        poetry.get("scripts"),
        project.get("entry-points", {}).get("console_scripts"),
    ]
    for group in groups:
        if isinstance(group, dict):
            yield from (target for target in group.values() if isinstance(target, str))


def _of_setup_cfg(text: str) -> Iterator[str]:
    _, _, below = text.partition("[options.entry_points]")
    section = re.split(r"^\[", below, maxsplit=1, flags=re.MULTILINE)[0]
    yield from (f"{module}:{name}" for module, name in TARGET.findall(re.sub(r"^[ \t]+", "", section, flags=re.MULTILINE)))


def _of_setup_py(text: str) -> Iterator[str]:
    try:
        tree = ast.parse(text)
    except (SyntaxError, ValueError, RecursionError):
        return
    for node in ast.walk(tree):
        if isinstance(node, ast.keyword) and node.arg in ("entry_points", "console_scripts"):
            strings = [part.value for part in ast.walk(node.value) if isinstance(part, ast.Constant)]
            lines = "\n".join(line.strip() for text in strings if isinstance(text, str) for line in text.splitlines())
            yield from (f"{module}:{name}" for module, name in TARGET.findall(lines))
