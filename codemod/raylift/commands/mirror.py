"""A project with some of its files changed, to run in: folders that hold a changed file are made anew, all else is linked to."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterable, Mapping


def mirror(root: str, to: str, changed: Mapping[str, bytes]) -> None:
    """Lay a project out anew with other bytes for some of its files, which are given by their real paths."""
    folders = {root}
    for path in changed:
        while (path := os.path.dirname(path)).startswith(root + os.sep):
            folders.add(path)
    for folder in sorted(folders):
        made = mirrored(folder, root, to)
        os.makedirs(made, exist_ok=True)
        for name in os.listdir(folder):
            path = os.path.join(folder, name)
            if path in changed:
                with open(os.path.join(made, name), "wb") as file:
                    file.write(changed[path])
            elif path not in folders and name != "__pycache__":
                os.symlink(path, os.path.join(made, name))


def mirrored(path: str, root: str, to: str) -> str:
    """Where a path of the project is in its mirror."""
    return os.path.normpath(os.path.join(to, os.path.relpath(path, root)))


def bring_back(root: str, to: str, changed: Iterable[str]) -> None:
    """What a run wrote beside its files goes where they are; what is there already stays."""
    ours = {mirrored(path, root, to) for path in changed}
    for folder, folders, names in os.walk(to):
        real = os.path.normpath(os.path.join(root, os.path.relpath(folder, to)))
        for name in (*folders, *names):
            made, target = os.path.join(folder, name), os.path.join(real, name)
            if not os.path.islink(made) and made not in ours and name != "__pycache__" and not os.path.lexists(target):
                shutil.move(made, target)
        folders[:] = [name for name in folders if os.path.isdir(os.path.join(folder, name)) and name != "__pycache__"]


def import_roots(paths: Iterable[str]) -> list[str]:
    """The folders from which the packages of some files are imported."""
    found = []
    for path in paths:
        folder = os.path.dirname(path)
        while os.path.exists(os.path.join(folder, "__init__.py")) and os.path.dirname(folder) != folder:
            folder = os.path.dirname(folder)
        found.append(folder)
    return list(dict.fromkeys(found))
