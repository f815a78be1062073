"""What is checked on the driver before anything starts: each failure says within seconds what to do about it."""

from __future__ import annotations

import dis
import types
from typing import TYPE_CHECKING, Any

import pyarrow.fs

from raylift_runtime.preflight_error import PreflightError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from ray.train import RunConfig

# Built once per worker, because they hold the place of the process that built them: its rank, device and process group.
BUILT_ON_WORKERS = {
    "transformers.training_args.TrainingArguments": "TrainingArguments",
    "transformers.trainer.Trainer": "Trainer",
    "accelerate.accelerator.Accelerator": "Accelerator",
    "accelerate.state.PartialState": "PartialState",
    "accelerate.state.AcceleratorState": "AcceleratorState",
    "torch.nn.modules.module.Module": "model",
}
READS_GLOBALS = {"LOAD_GLOBAL", "LOAD_NAME"}  # the latter in the body of a class


def continued(run: RunConfig) -> str | None:
    """A sentence where a run of this name has checkpoints already: it goes on from them."""
    from raylift_runtime.storage.files import run_folder

    filesystem, folder = run_folder(run)
    if not filesystem.get_file_info(f"{folder}/checkpoint_manager_snapshot.json").is_file:
        return None
    return f"run {run.name} goes on from its newest checkpoint in {folder}; another RunConfig(name=...) begins anew."


def check_storage(run: RunConfig, nodes: int) -> None:
    """Makes the storage path absolute; raises PreflightError where it is not writable or not shared between nodes."""
    import os

    if run.storage_filesystem is not None:
        return
    path = os.path.expanduser(str(run.storage_path))
    if "://" not in path:
        path = os.path.abspath(path)
    run.storage_path = path
    filesystem, folder = pyarrow.fs.FileSystem.from_uri(path)
    if not isinstance(filesystem, pyarrow.fs.LocalFileSystem):
        return
    try:
        os.makedirs(folder, exist_ok=True)
    except OSError as error:
        raise PreflightError(
            f"storage_path {path}: {error.strerror}. Set RAYLIFT_STORAGE_PATH to a folder that you may write."
        ) from error
    if not os.access(folder, os.W_OK):
        raise PreflightError(f"storage_path {path} is not writable. Set RAYLIFT_STORAGE_PATH to a folder that you may write.")
    if nodes > 1 and not _is_shared(folder):
        raise PreflightError(
            f"storage_path {path} lies on this node only, and the cluster has {nodes} nodes: checkpoints of the others would be lost. "
            "Set RAYLIFT_STORAGE_PATH to a shared file system or a bucket (s3://...)."
        )


def _is_shared(folder: str) -> bool:
    """Whether the folder lies on a network file system, as the system's mount table says."""
    shared = ("nfs", "cifs", "smb", "lustre", "gpfs", "beegfs", "ceph", "fuse", "glusterfs", "9p", "afs", "wekafs", "orangefs")
    kind, longest = "", -1
    try:
        with open("/proc/self/mounts", encoding="utf-8") as table:
            mounts = [line.split()[1:3] for line in table]
    except OSError:
        return True  # without a mount table nobody can say, and Ray's own check comes later
    for mount, name in mounts:
        if (folder + "/").startswith(mount.rstrip("/") + "/") and len(mount) > longest:
            kind, longest = name, len(mount)
    return kind.startswith(shared)


def check_captured(function: Callable[..., Any], config: Mapping[str, Any] | None, by_value: bool) -> None:
    """Raises PreflightError where an object that each worker must build itself would travel from the driver."""
    given = config if config is None or hasattr(config, "items") else vars(config)  # a dataclass serves as well as a dict
    sources = [("train_loop_config", name, value) for name, value in (given or {}).items()]
    if by_value:
        sources += [(function.__qualname__, name, value) for name, value in captured_by(function)]
    for source, name, value in sources:
        if kind := _built_on_workers(value):
            raise PreflightError(
                f"{source} carries the {kind} {name!r} from the driver to the workers. It remembers the process that built it, so "
                f"every worker would train alone. Build it inside the train function."
            )


def captured_by(function: Callable[..., Any]) -> Iterator[tuple[str, Any]]:
    """The values that pickling a function takes along: its closure, the globals it reads, and those of functions among them."""
    seen: set[int] = set()

    def values(held: Any) -> Iterator[tuple[str, Any]]:
        if not isinstance(held, types.FunctionType) or id(held) in seen:
            return
        seen.add(id(held))
        cells = zip(held.__code__.co_freevars, held.__closure__ or (), strict=False)
        found = [(name, cell.cell_contents) for name, cell in cells if _is_filled(cell)]
        found += [(name, held.__globals__[name]) for name in sorted(_names(held.__code__)) if name in held.__globals__]
        for name, value in found:
            yield name, value
            if getattr(value, "__module__", None) == held.__module__:
                yield from values(value)

    yield from values(function)


def _is_filled(cell: types.CellType) -> bool:
    try:
        cell.cell_contents  # noqa: B018  # an empty cell raises
    except ValueError:
        return False
    return True


def _names(code: types.CodeType) -> set[str]:
    """The global names that code reads, as pickle finds them: `co_names` holds those of attributes, too."""
    inner = [constant for constant in code.co_consts if isinstance(constant, types.CodeType)]
    own = {str(each.argval) for each in dis.get_instructions(code) if each.opname in READS_GLOBALS}
    return own.union(*(_names(each) for each in inner))


def _built_on_workers(value: Any) -> str | None:
    if isinstance(value, type):
        return None
    names = (f"{kind.__module__}.{kind.__qualname__}" for kind in type(value).__mro__)
    return next((BUILT_ON_WORKERS[name] for name in names if name in BUILT_ON_WORKERS), None)
