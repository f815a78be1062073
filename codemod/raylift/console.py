"""Outcomes, diffs and a summary for the reader; the only file that knows rich, and only on a terminal."""

from __future__ import annotations

import os
import sys
from collections import Counter
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, TextIO

from raylift.request import STANDARD_INPUT

if TYPE_CHECKING:  # loads dataclasses, which the common case does without
    from raylift.outcome import Outcome
    from raylift.plan import Notice


class Console:
    """What the user sees: `check` answers on standard output, the other commands speak beside theirs."""

    def __init__(self, command: str) -> None:
        self._command = command
        self._answers = sys.stdout if command == "check" else sys.stderr
        self._counts: Counter[str] = Counter()

    def tell(self, path: str, outcome: Outcome | None) -> None:
        """What became of one file, and what the reader must do about it."""
        if outcome is None:
            self._counts["alone"] += 1
            return
        kind, lines = described("<stdin>" if path == STANDARD_INPUT else path, outcome, self._command)
        self._counts[kind] += 1
        for line in lines:
            put(self._answers, line + "\n")

    def show_diff(self, path: str, old: bytes, new: bytes) -> None:
        """The change as a unified diff on standard output: coloured on a terminal, bytes for `git apply` in a pipe."""
        from raylift.diffs import unified

        lines = unified(old, new, "stdin" if path == STANDARD_INPUT else path)
        if is_coloured(sys.stdout):
            _print_coloured(lines)
        else:
            sys.stdout.flush()
            sys.stdout.buffer.writelines(lines)
            sys.stdout.buffer.flush()

    def summarise(self) -> None:
        """One line with the counts, unless a single file has already said it all."""
        if self._counts.total() == 1 and not self._counts["alone"] and self._command != "rewrite":
            return
        put(sys.stderr, summary(self._command, self._counts) + "\n")

    def complain(self, message: str) -> None:
        """One line for a mistake in the arguments."""
        put(sys.stderr, f"raylift: {message}\n")


def described(path: str, outcome: Outcome, command: str) -> tuple[str, Iterator[str]]:
    """The kind of outcome, as the summary counts it, and its lines."""
    from raylift.outcome import Failed, Refused, Rewritten

    match outcome:
        case Failed(message, line):
            return "failed", iter([f"{path}:{line}: {message}" if line else f"{path}: {message}"])
        case Refused(notices):
            return "refused", noticed(path, notices)
        case Rewritten(notices=notices, changes=changes):
            return "lifted", noticed(path, sorted([*notices, *changes]) if command == "check" else notices)
    return "alone", iter(())


def noticed(path: str, notices: Iterable[Notice]) -> Iterator[str]:
    """`path:line: RLnnn sentence`, with the remedy on a line of its own."""
    for notice in notices:
        yield f"{path}:{notice.line}: {notice.rule} {notice.text}"
        if notice.remedy:
            yield f"    {notice.remedy}"


PHRASES = {
    "check": (("lifted", "would be lifted"), ("refused", "needs a hand"), ("failed", "failed"), ("alone", "left alone")),
    "rewrite": (("lifted", "lifted"), ("refused", "needs a hand"), ("failed", "failed"), ("alone", "left alone")),
}


def summary(command: str, counts: Counter[str]) -> str:
    """The counts in words, most telling first."""
    phrases = PHRASES.get(command, PHRASES["check"])
    told = [f"{counts[kind]} {phrase}" for kind, phrase in phrases if counts[kind]]
    return f"raylift: {', '.join(told) or 'nothing to look at'}"


def put(stream: TextIO, text: str) -> None:
    """Print text that may hold a file name in no known encoding, whatever the terminal's encoding."""
    encoding = stream.encoding or "utf-8"
    stream.write(text.encode(encoding, "backslashreplace").decode(encoding))


def is_coloured(stream: TextIO) -> bool:
    """Whether to colour: a terminal that can, and a user who has not said NO_COLOR."""
    return stream.isatty() and not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"


DIFF_STYLES = {b"-": "red", b"+": "green", b"@": "cyan"}


def _print_coloured(lines: list[bytes]) -> None:
    from rich.console import Console as Terminal
    from rich.text import Text

    terminal = Terminal(file=sys.stdout, highlight=False, markup=False, emoji=False, soft_wrap=True)
    for number, line in enumerate(lines):
        style = "bold" if number < 2 else DIFF_STYLES.get(line[:1], "")
        terminal.print(Text(visible(line), style=style))


def visible(line: bytes) -> str:
    """Source text for a terminal: nothing in it can move the cursor or change colours."""
    text = line.rstrip(b"\r\n").decode(errors="backslashreplace")
    return "".join(c if c.isprintable() or c == "\t" else repr(c)[1:-1] for c in text)
