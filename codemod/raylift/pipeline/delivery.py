"""Where a rewrite goes: over its script, into a file or folder, to standard output, or nowhere but into a diff."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from typing import TYPE_CHECKING

from raylift.output.console import Console
from raylift.pipeline.file_outcome import FileOutcome
from raylift.pipeline.outcomes import failed_outcome
from raylift.project import files
from raylift.request import STANDARD_INPUT, Request

if TYPE_CHECKING:  # loads dataclasses, which the common case does without
    from raylift.outcome import Outcome
from raylift.pipeline.file_outcome import Deliver


class WrongUsage(Exception):
    """The arguments contradict each other or the disk; the message is for the user."""


def is_joint(request: Request) -> bool:
    """Whether files that change together are written in place, and must all be or none."""
    return request.command == "rewrite" and request.output is None and request.paths != (STANDARD_INPUT,)


def delivery_for(request: Request, console: Console) -> Deliver:
    """How this request delivers; raises WrongUsage where its flags do not fit each other or the paths."""
    if request.command == "check":
        return lambda looked: looked.outcome
    if request.command == "diff":
        return lambda looked: _show(looked, console)
    if STANDARD_INPUT in request.paths and (len(request.paths) > 1 or request.interactive):
        raise WrongUsage(f"- (standard input) does not go with {'--interactive' if request.interactive else 'other paths'}")
    deliver = _destination(request)
    if request.interactive:
        from raylift.pipeline.ask_first import ask_before

        return ask_before(deliver, console)
    return deliver


def _destination(request: Request) -> Deliver:
    if request.output is not None:
        return _into(request.output, request.paths)
    if request.paths == (STANDARD_INPUT,):
        return _to_standard_output
    return lambda looked: _in_place(looked, request)


def _into(output: str, paths: tuple[str, ...]) -> Deliver:
    many = len(paths) > 1 or os.path.isdir(paths[0])
    as_folder = many or os.path.isdir(output) or output.endswith("/")
    if as_folder and os.path.exists(output) and not os.path.isdir(output):
        raise WrongUsage(f"-o {output} is a file, but there is more than one file to write")
    if as_folder and paths == (STANDARD_INPUT,):
        raise WrongUsage(f"-o {output} is a folder; standard input has no name to take in it")
    return (lambda looked: _into_folder(looked, output)) if as_folder else (lambda looked: _into_file(looked, output))


def new_code(outcome: Outcome | None) -> bytes | None:
    """The lifted bytes, or those of a refused script with its markers, where there are any."""
    if outcome is None:
        return None
    from raylift.outcome import Refused, Rewritten

    return outcome.code if isinstance(outcome, (Refused, Rewritten)) else None


def is_done(outcome: Outcome | None) -> bool:
    """Whether the script needs nothing, neither now nor by hand."""
    if outcome is None:
        return True
    from raylift.outcome import Untouched

    return isinstance(outcome, Untouched)


def _show(looked: FileOutcome, console: Console) -> Outcome | None:
    if (code := new_code(looked.outcome)) is not None:
        console.show_diff(looked.found.path, looked.source, code)
    return looked.outcome


def _to_standard_output(looked: FileOutcome) -> Outcome | None:
    """A refused script passes through unchanged, so that an editor's filter never loses its text."""
    code = new_code(looked.outcome)
    sys.stdout.buffer.write(looked.source if code is None else code)
    sys.stdout.buffer.flush()
    return looked.outcome


def _in_place(looked: FileOutcome, request: Request) -> Outcome | None:
    path, old, code = looked.found.path, looked.source, new_code(looked.outcome)
    if code is None:
        return looked.outcome
    if not request.allow_dirty and _is_dirty(path):
        return failed_outcome("has changes that are not committed; commit them, or say --allow-dirty")

    def write() -> None:
        if request.backup:
            files.keep_backup(path, old)
        files.replace_file(path, old, code)

    return _written(looked, write)


def _is_dirty(path: str) -> bool:
    if os.environ.get("PRE_COMMIT"):  # a hook works on what is about to be committed
        return False
    from raylift.project.uncommitted import is_dirty

    return is_dirty(path)


def _into_file(looked: FileOutcome, output: str) -> Outcome | None:
    """A script that needs nothing is copied, so that what comes next finds the file."""
    code = looked.source if is_done(looked.outcome) else new_code(looked.outcome)
    if code is None:
        return looked.outcome
    return _written(looked, lambda: files.create_file(output, code, looked.found.path))


def _into_folder(looked: FileOutcome, output: str) -> Outcome | None:
    path, root = looked.found
    if (code := new_code(looked.outcome)) is None:
        return looked.outcome
    target = os.path.join(output, os.path.relpath(path, root) if root else os.path.basename(path))
    return _written(looked, lambda: files.create_file(target, code, path))


def _written(looked: FileOutcome, write: Callable[[], None]) -> Outcome | None:
    try:
        write()
    except files.BadInput as error:
        return failed_outcome(str(error))
    return looked.outcome
