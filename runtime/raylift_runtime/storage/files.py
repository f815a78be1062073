"""One file's way into a run's storage, which may be away for a moment, slow, or full."""

from __future__ import annotations

import contextlib
import functools
import os
import shutil
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import pyarrow.fs

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from ray.train import RunConfig

T = TypeVar("T")

ATTEMPTS = 3
LINK_FROM = 1 << 20  # bytes: smaller files are copied, since somebody may edit them in place


def insist(action: Callable[[], T]) -> T:
    """What the action returns; one that fails is tried again, and raises its OSError after the third time.

    What does not exist will not exist a second later: FileNotFoundError is raised at once.
    """
    for attempt in range(1, ATTEMPTS):
        try:
            return action()
        except FileNotFoundError:
            raise
        except OSError:
            time.sleep(attempt)
    return action()


def put(file: str, filesystem: Any, target: str, may_link: bool = False) -> None:
    """Brings one file into the storage: as a second name of the same file where that is safe and possible, else as a copy.

    A copy that fails is tried again; raises OSError after the third time.
    """
    if may_link and isinstance(filesystem, pyarrow.fs.LocalFileSystem):
        filesystem.create_dir(target.rpartition("/")[0])
        if linked(file, target):
            return
    local = pyarrow.fs.LocalFileSystem()
    copy = functools.partial(pyarrow.fs.copy_files, file, target, source_filesystem=local, destination_filesystem=filesystem)
    insist(lambda: _in_its_folder(filesystem, target, copy))


def write(filesystem: Any, path: str, content: bytes) -> None:
    """Writes a file into the storage; raises OSError after the third time."""

    def once() -> None:
        with filesystem.open_output_stream(path) as stream:
            stream.write(content)

    insist(lambda: _in_its_folder(filesystem, path, once))


def _in_its_folder(filesystem: Any, path: str, action: Callable[[], T]) -> T:
    """What writes a file, and where its folder is missing makes that first: a bucket needs none, and throttles who asks for many."""
    try:
        return action()
    except FileNotFoundError:
        filesystem.create_dir(path.rpartition("/")[0])
        return action()


def replace(filesystem: Any, path: str, content: bytes) -> None:
    """Writes a file anew, so that readers see the old one or the new one; raises OSError after the third time."""
    write(filesystem, f"{path}.part", content)
    insist(lambda: filesystem.move(f"{path}.part", path))


def linked(file: str, target: str) -> bool:
    """Whether a big file has a second name now: not on another disk, or on a file system without links."""
    if os.path.getsize(file) < LINK_FROM:
        return False
    try:
        os.link(os.path.realpath(file), target)
    except FileExistsError:  # copying a file over its own second name would empty it
        return os.path.samefile(file, target)
    except OSError:
        return False
    return True


@contextlib.contextmanager
def failures_named(step: int, place: str) -> Iterator[None]:
    """Within it, an error says which checkpoint was being written, where to, and how much room is left there."""
    try:
        yield
    except Exception as error:
        raise RuntimeError(f"the checkpoint of step {step} could not be written to {place}{_room(place)}: {error}") from error


def _room(place: str) -> str:
    """How much is free where a path lies, nothing for a path that is not on this machine."""
    path = Path(place)
    folder = next((each for each in (path, *path.parents) if path.is_absolute() and each.is_dir()), None)
    return "" if folder is None else f" ({shutil.disk_usage(folder).free / 1e6:,.0f} MB are free there)"


def run_folder(run: RunConfig) -> tuple[pyarrow.fs.FileSystem, str]:
    """The file system of a run's storage, and the run's folder on it."""
    if run.storage_filesystem is not None:
        return run.storage_filesystem, f"{run.storage_path}/{run.name}"
    filesystem, path = pyarrow.fs.FileSystem.from_uri(str(run.storage_path))
    return filesystem, f"{path}/{run.name}"
