"""What became of a script: rewritten, untouched, refused or failed; values only, never exceptions.

`leftovers` speak of the script's own `# raylift:` comments that have had their day.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from raylift.plan import Notice


@dataclass(frozen=True, slots=True)
class Rewritten:
    """The script was lifted: its new bytes, what changed and what the reader must look at.

    `together` are the paths of the other files of the same lift: if one of them cannot be changed, this one stays as it was.
    """

    code: bytes
    notices: tuple[Notice, ...] = ()
    changes: tuple[Notice, ...] = ()
    leftovers: tuple[Notice, ...] = ()
    together: tuple[str, ...] = field(default=(), repr=False)


@dataclass(frozen=True, slots=True)
class Untouched:
    """There is nothing to do, and why; `notices` are for a reader who may have expected something."""

    reason: str
    leftovers: tuple[Notice, ...] = ()
    notices: tuple[Notice, ...] = field(default=(), repr=False)


@dataclass(frozen=True, slots=True)
class Refused:
    """The script trains, but cannot be lifted safely; at least one notice says what to do by hand.

    `code` is the script with markers where that is, and they are wanted; nothing else of it differs.
    """

    notices: tuple[Notice, ...]
    leftovers: tuple[Notice, ...] = ()
    code: bytes | None = None


@dataclass(frozen=True, slots=True)
class Failed:
    """The script could not be read (`line` is 0 where none is known) or a fault of ours stopped the rewrite."""

    message: str
    line: int = 0
    ours: bool = False


Outcome = Rewritten | Untouched | Refused | Failed
