"""Which paths a `.gitignore` hides, by git's own rules."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterator

GLOB = re.compile(r"[*?\[\\]")


class Ignore:
    """The rules of one `.gitignore`; paths are given relative to its folder, with forward slashes."""

    def __init__(self, text: str) -> None:
        self._literal: dict[str, list[_Rule]] = {}
        self._globs: list[_Rule] = []
        for order, line in enumerate(text.splitlines()):
            if (rule := _Rule.read(order, line)) is None:
                continue
            if rule.is_literal:
                self._literal.setdefault(rule.pattern, []).append(rule)
            else:
                self._globs.append(rule)

    def verdict(self, path: str, name: str, is_folder: bool) -> bool | None:
        """True where the path is ignored, False where it is taken back by `!`, None where no rule speaks of it."""
        last: _Rule | None = None
        for rule in self._candidates(path, name):
            if (last is None or rule.order > last.order) and (is_folder or not rule.folders_only) and rule.matches(path, name):
                last = rule
        return None if last is None else not last.negated

    def hides(self, path: str) -> bool:
        """Whether a file is ignored, by its own name or by a folder above it."""
        parts = path.split("/")
        return any(
            self.verdict("/".join(parts[:end]), parts[end - 1], is_folder=end < len(parts)) for end in range(1, len(parts) + 1)
        )

    def _candidates(self, path: str, name: str) -> Iterator[_Rule]:
        yield from self._literal.get(path, ())
        if name != path:
            yield from self._literal.get(name, ())
        yield from self._globs


class _Rule:
    """One line; most are plain names or `*.suffix`, which need no regular expression."""

    def __init__(self, order: int, pattern: str, negated: bool, folders_only: bool, anchored: bool) -> None:
        self.order = order
        self.pattern = pattern
        self.negated = negated
        self.folders_only = folders_only
        self.anchored = anchored
        self.is_literal = GLOB.search(pattern) is None
        self._test: Callable[[str], object] | None = None

    @classmethod
    def read(cls, order: int, line: str) -> _Rule | None:
        """The rule in a line, or None for a blank or a comment."""
        line = re.sub(r"(?<!\\) +$", "", line.rstrip("\r"))
        if not line or line.startswith("#"):
            return None
        negated = line.startswith("!")
        pattern = line[negated:]
        folders_only = pattern.endswith("/")
        pattern = pattern[:-1] if folders_only else pattern
        anchored = "/" in pattern
        pattern = pattern.removeprefix("/")
        return cls(order, pattern, negated, folders_only, anchored) if pattern else None

    def matches(self, path: str, name: str) -> object:
        """Whether the rule speaks of this path."""
        subject = path if self.anchored else name
        if self.is_literal:
            return subject == self.pattern
        if self._test is None:
            self._test = _test_for(self.pattern, self.anchored)
        return self._test(subject)


def _test_for(pattern: str, anchored: bool) -> Callable[[str], object]:
    if pattern.startswith("*") and not anchored and not GLOB.search(pattern, 1):
        return lambda name: name.endswith(pattern[1:])
    try:
        return re.compile(translated(pattern), re.DOTALL).fullmatch
    except re.error:
        return lambda name: False


def translated(pattern: str) -> str:
    """A git glob as a regular expression: `*` and `?` stop at a slash, `**` between slashes does not."""
    pattern = re.sub(r"\*{3,}", "**", pattern)
    result, at = "", 0
    while at < len(pattern):
        free = pattern[at - 1 : at] in ("", "/") or not GLOB.search(pattern[:at])  # git cuts off what is literal first
        if free and pattern.startswith("**/", at):
            result, at = result + "(?:.*/)?", at + 3
        elif free and pattern[at:] == "**":
            result, at = result + (".+" if pattern[at - 1 : at] == "/" else ".*"), at + 2
        elif pattern[at] == "*":
            result, at = result + "[^/]*", at + 1
        elif pattern[at] == "?":
            result, at = result + "[^/]", at + 1
        elif pattern[at] == "[":
            piece, at = _character_class(pattern, at)
            result += piece
        else:
            at += pattern[at] == "\\" and at + 1 < len(pattern)
            result, at = result + re.escape(pattern[at]), at + 1
    return result


def _character_class(pattern: str, at: int) -> tuple[str, int]:
    first = at + 1 + (pattern[at + 1 : at + 2] in ("!", "^"))
    end = pattern.find("]", first + 1)
    if end < 0:
        return "(?!)", len(pattern)  # git gives up on a class without an end
    inside = pattern[first:end].replace("\\", "\\\\").replace("[", "\\[")
    return f"(?!/)[{'^' if first == at + 2 else ''}{inside}]", end + 1


def read_ignore(folder: str, name: str = ".gitignore") -> Ignore | None:
    """The rules in a folder, or None where there are none that can be read."""
    try:
        with open(os.path.join(folder, name), encoding="utf-8", errors="surrogateescape") as file:
            return Ignore(file.read())
    except OSError:
        return None


def ignores_above(folder: str) -> list[tuple[Ignore, str]]:
    """The rules between the top of the git work tree and this folder, each with the folder's path as the rules see it."""
    found: list[tuple[Ignore, str]] = []
    at, below = os.path.abspath(folder), ""
    while not os.path.exists(os.path.join(at, ".git")):
        at, name = os.path.split(at)
        if not name:
            return []
        below = f"{name}/{below}"
        if (ignore := read_ignore(at)) is not None:
            found.insert(0, (ignore, below))
    if (ignore := read_ignore(at, os.path.join(".git", "info", "exclude"))) is not None:
        found.insert(0, (ignore, below))
    return found
