"""Files that matter for what they import, or for who imports them: entries that hold no word of ours, modules that are handed what trains."""

from __future__ import annotations

import os
from collections.abc import Iterable

from raylift.pipeline import funnel
from raylift.pipeline.file_outcome import FileOutcome, PendingFile
from raylift.project.files import BadInput, read_file
from raylift.project.import_table import ImportTable, small_source
from raylift.project.module_paths import ModulePaths, project_root_of
from raylift.request import STANDARD_INPUT

SeenFile = FileOutcome | PendingFile
TRAINS = (b".train(", b".backward(", b".train)", b".train,")
"""What starts a training in a module that is handed its Trainer or its Accelerator."""


def with_related(seen: list[SeenFile]) -> list[SeenFile]:
    """The same files; what was left alone is looked at where it belongs to a file that matters."""
    related: set[int] = set()
    for (root, given), files in _projects(seen).items():
        is_whole = bool(given) and f"{root}{os.sep}".startswith(f"{given}{os.sep}")
        if not is_whole or any(isinstance(file, PendingFile) for file in files.values()):
            found = _related_in(root, files)
            related |= {id(files[path]) for path in found if path in files}
    return [_pending(file) if _is_alone(file) and id(file) in related else file for file in seen]


def _projects(seen: list[SeenFile]) -> dict[tuple[str, str], dict[str, SeenFile]]:
    """The files by their project and the folder that the user gave, each under its path there; links are resolved by folder."""
    folders: dict[tuple[str, str], tuple[str, str, str]] = {}
    projects: dict[tuple[str, str], dict[str, SeenFile]] = {}
    for file in seen:
        if file.found.path == STANDARD_INPUT:
            continue
        folder, name = os.path.split(file.found.path)
        if (folder, file.found.root) not in folders:
            real, given = os.path.realpath(folder), os.path.realpath(file.found.root) if file.found.root else ""
            folders[folder, file.found.root] = real, given, project_root_of(os.path.join(real, name), given)
        real, given, root = folders[folder, file.found.root]
        projects.setdefault((root, given), {})[os.path.join(real, name)] = file
    return projects


def _is_alone(file: SeenFile) -> bool:
    return isinstance(file, FileOutcome) and file.outcome is None


def _pending(file: SeenFile) -> SeenFile:
    try:
        return PendingFile(file.found, read_file(file.found.path))
    except BadInput:
        return file


def _related_in(root: str, files: dict[str, SeenFile]) -> Iterable[str]:
    """The files of one project that belong to one that matters."""
    if not any(map(_is_alone, files.values())):
        return ()
    table = ImportTable(ModulePaths(root))
    known = {path: isinstance(file, PendingFile) for path, file in files.items()}
    if any(file.found.root for file in files.values()):
        return _related_in_folder(table, known)
    return {path for path in list(known) if any(_matters(each, known) for each in table.all_imported(path))}


def _related_in_folder(table: ImportTable, known: dict[str, bool]) -> set[str]:
    """The same for a whole folder: the importers of what matters, and what those hand something to that trains."""
    mattering = [path for path in {*table.files, *known} if _matters(path, known)]
    if not mattering:
        return set()
    importers = set(table.all_importers(sorted(mattering)))
    imported = {path for importer in sorted(importers) for path in table.imports(importer)}
    return importers | {path for path in imported if _may_train(path)}


def _matters(path: str, known: dict[str, bool]) -> bool:
    if path not in known:
        try:
            known[path] = funnel.can_matter(small_source(path) or b"", explicit=False)
        except funnel.NotPython:
            known[path] = False
    return known[path]


def _may_train(path: str) -> bool:
    source = small_source(path) or b""
    return any(word in source for word in TRAINS)
