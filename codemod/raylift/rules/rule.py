"""One rule of the catalogue."""

from __future__ import annotations

from typing import NamedTuple


class Rule(NamedTuple):
    """One rule: what it does, what it is about, why it matters, an example, and how to do it by hand.

    `kind` is "lift" (without it there is no lift), "update" (a change that the lift is right without), "notice", "refusal" or "leftover".
    `before` is a part of its script in fixtures/rules, `...` for what does not matter, and `after` of what raylift makes of it.
    `launches` are those that a script is launched for, `reports` those whose edits make it report by itself.
    `promise` is what lets a refused script be lifted all the same, where the user says it.
    `depends` is what it depends on whether it may speak at all: a flag, or "folder" where it matters whether one file or a folder is named.
    RL1xx lift, RL2xx bring arguments up to date or ask the reader to look, RL3xx refuse, RL4xx speak of the script's own
    `# raylift:` comments. A refusal has no `after`.
    """

    id: str
    kind: str
    name: str
    why: str
    before: str
    after: str
    by_hand: str
    promise: str = ""
    launches: bool = False
    reports: bool = False
    depends: str = ""
