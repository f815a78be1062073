"""A checkpoint as a script wrote it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping


@dataclass(frozen=True)
class Source:
    """A checkpoint as a script wrote it: its folder on this node, its step, and the number of its training in the script.

    `on_each_node`: every node holds a whole copy. `may_link`: the folder's files are replaced, never overwritten, so the storage
    may share them. `inner`: folders that come to lie inside it, by name. `is_async`: training goes on while it is uploaded.
    `is_best`: by the Trainer's own metric, of those so far. `counted`: what this rank's Trainer had counted by then.
    """

    folder: str
    step: int
    training: int = 0
    on_each_node: bool = False
    may_link: bool = False
    inner: Mapping[str, str] = field(default_factory=dict)
    is_async: bool = False
    is_best: bool = False
    counted: Mapping[str, float] = field(default_factory=dict)
