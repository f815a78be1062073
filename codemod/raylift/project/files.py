"""Reading and replacing files: bytes in, bytes out, never half written."""

from __future__ import annotations

import contextlib
import os
import stat


class BadInput(Exception):
    """A path that cannot be read or written; the message is for the user."""


def read_file(path: str) -> bytes:
    """The bytes of a regular file; raises BadInput with the reason where there are none."""
    try:
        handle = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)  # a pipe must not make us wait
    except OSError as error:
        raise BadInput(reason(error)) from None
    try:
        status = os.fstat(handle)
        if not stat.S_ISREG(status.st_mode):
            raise BadInput("is not a regular file")
        return _read_all(handle, status.st_size)
    except OSError as error:
        raise BadInput(reason(error)) from None
    finally:
        os.close(handle)


def _read_all(handle: int, size: int) -> bytes:
    source = os.read(handle, size + 1)
    if len(source) == size:
        return source
    parts = [source]
    while part := os.read(handle, 1 << 20):
        parts.append(part)
    return b"".join(parts)


def replace_file(path: str, old: bytes, new: bytes) -> None:
    """Put `new` where `old` was read: whole or not at all, mode and symlink kept; BadInput where that cannot be done."""
    target = os.path.realpath(path)
    current = read_file(target)
    if current == new:
        return
    if current != old:
        raise BadInput("changed while it was looked at; left as it is, run again")
    status = os.stat(target)
    if not status.st_mode & 0o222 or not os.access(target, os.W_OK):
        raise BadInput("is read-only")
    write_file(target, new, stat.S_IMODE(status.st_mode), (status.st_uid, status.st_gid))


def keep_backup(path: str, data: bytes) -> None:
    """Leave a copy of a file's text beside it as NAME.bak, never over another one; raises BadInput."""
    target = os.path.realpath(path)
    backup, number = f"{target}.bak", 0
    while os.path.lexists(backup) and read_file(backup) != data:
        number += 1
        backup = f"{target}.bak{number}"
    write_file(backup, data, stat.S_IMODE(os.stat(target).st_mode))


def create_file(path: str, data: bytes, model: str) -> None:
    """Write a file that may be new, its folders too, with the mode of `model` where that is one; raises BadInput."""
    if os.path.isdir(path):
        raise BadInput(f"{path} is a folder")
    try:
        os.makedirs(os.path.dirname(path) or ".", exist_ok=True)
        mode = stat.S_IMODE(os.stat(model).st_mode) if os.path.isfile(model) else 0o644
    except OSError as error:
        raise BadInput(f"{path} cannot be written: {reason(error)}") from None
    write_file(os.path.realpath(path), data, mode)


def write_file(path: str, data: bytes, mode: int, owner: tuple[int, int] | None = None) -> None:
    """Write a file whole or not at all: beside it, then renamed over it; raises BadInput where that cannot be done."""
    folder, name = os.path.split(path)
    temporary = os.path.join(folder, f".{name}.{os.urandom(4).hex()}.tmp")
    try:
        _write_new(temporary, data, mode, owner)
        os.replace(temporary, path)
    except OSError as error:
        _remove(temporary)
        raise BadInput(f"cannot be written: {reason(error)}") from None
    except BaseException:
        _remove(temporary)
        raise
    _sync_folder(folder or ".")


def _write_new(path: str, data: bytes, mode: int, owner: tuple[int, int] | None) -> None:
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
    with open(handle, "wb") as file:
        if owner is not None and owner != (os.geteuid(), os.getegid()):
            with contextlib.suppress(PermissionError):  # only root may give a file away; its mode still holds
                os.fchown(handle, *owner)
        os.fchmod(handle, mode)
        file.write(data)
        file.flush()
        os.fsync(handle)


def _sync_folder(folder: str) -> None:
    with contextlib.suppress(OSError):  # some network file systems cannot; the rename stands all the same
        handle = os.open(folder, os.O_RDONLY | os.O_CLOEXEC)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


def _remove(path: str) -> None:
    with contextlib.suppress(OSError):
        os.unlink(path)


def reason(error: OSError) -> str:
    """What went wrong, as the end of a sentence."""
    reason = error.strerror or str(error)
    return reason[:1].lower() + reason[1:]
