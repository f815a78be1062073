"""Outcomes, diffs and a summary for the reader; the only file that knows rich, and only on a terminal."""

from __future__ import annotations

import contextlib
import os
import sys
from collections import Counter
from collections.abc import Iterator
from typing import TYPE_CHECKING, TextIO

from raylift.output.shown_text import shown_text
from raylift.request import STANDARD_INPUT, Request

if TYPE_CHECKING:  # loads dataclasses, which the common case does without
    from raylift.outcome import Outcome
    from raylift.output.entries import Entry
    from raylift.output.terminal import Line


class Console:
    """What the user sees: `check` answers on standard output, the other commands speak beside theirs."""

    def __init__(self, request: Request) -> None:
        self._request = request
        self._counts: Counter[str] = Counter()
        self._entries: list[Entry] = []
        self._pages: list[Line] = []

    def tell(self, path: str, outcome: Outcome | None) -> None:
        """What became of one file, and what the reader must do about it."""
        shown = "<stdin>" if path == STANDARD_INPUT else path
        if outcome is None:
            self._counts["alone"] += 1
            reason = "nothing in it could matter"
        else:
            reason = self._tell_of(shown, outcome)
        if reason and self._request.verbose:
            put(sys.stderr, f"{shown}: left alone, {reason}\n")

    def _tell_of(self, path: str, outcome: Outcome) -> str:
        """Says what there is to say; returns why the file was left alone, if it was."""
        from raylift.outcome import Untouched
        from raylift.output.entries import entries_of

        entries = [entry for entry in entries_of(path, outcome) if entry.kind in kinds_told(self._request)]
        self._counts[KIND_OF[type(outcome).__name__]] += 1
        if self._request.format != "text" or self._request.statistics:
            self._entries += entries
        else:
            for entry in entries:
                put(sys.stdout if self._request.command == "check" else sys.stderr, f"{entry}\n")
        return outcome.reason if isinstance(outcome, Untouched) else ""

    def show_diff(self, path: str, old: bytes, new: bytes) -> None:
        """The change on standard output: coloured on a terminal, bytes for `git apply` in a pipe."""
        name = "stdin" if path == STANDARD_INPUT else path
        old, new = shown_text(path, old, new)
        if not is_coloured(sys.stdout) and not self._request.side_by_side:
            from raylift.output.unified_diff import unified_diff

            sys.stdout.flush()
            sys.stdout.buffer.writelines(unified_diff(old, new, name))
            sys.stdout.buffer.flush()
            return
        from raylift.output.terminal import in_colours, in_columns

        lines = in_columns(name, old, new) if self._request.side_by_side else in_colours(name, old, new)
        if self._request.command == "diff" and is_coloured(sys.stdout):
            self._pages += lines
        else:
            _print_lines(lines, paged=False)

    def close(self) -> None:
        """What can only be said at the end: the answer for machines or the statistics, and one line with the counts."""
        if self._pages:
            import shutil  # loads what compresses archives, too

            _print_lines(self._pages, paged=len(self._pages) >= shutil.get_terminal_size().lines)
        if self._request.format != "text":
            from raylift.output.machine_formats import FORMATS

            put(sys.stdout, FORMATS[self._request.format](self._entries, self._counts))
        elif self._request.statistics:
            put(sys.stdout, statistics(self._entries))
        if self._has_something_to_sum_up():
            put(sys.stderr, summary(self._request.command, self._counts) + "\n")

    def _has_something_to_sum_up(self) -> bool:
        """A single file whose lines have said it all needs no count."""
        if self._request.quiet or self._request.format != "text":
            return False
        return self._counts.total() != 1 or bool(self._counts["alone"]) or self._request.command == "rewrite"


def complain(message: str) -> None:
    """One line for a mistake in the arguments."""
    put(sys.stderr, f"raylift: {message}\n")


def ask(question: str, answers: str) -> str:
    """One of the letters that answer the question; the last one where there is nobody to answer."""
    while True:
        put(sys.stderr, question)
        sys.stderr.flush()
        line = sys.stdin.readline()
        letter = line.strip()[:1].lower() if line else answers[-1]
        if letter and letter in answers:
            return letter


KIND_OF = {"Rewritten": "lifted", "Refused": "refused", "Failed": "failed", "Untouched": "alone"}
PHRASES = {"lifted": "lifted", "refused": "needs a hand", "failed": "failed", "alone": "left alone"}


def kinds_told(request: Request) -> tuple[str, ...]:
    """The kinds of entries that this request wants to hear of."""
    if request.quiet:
        return ("refusal", "failure", "fault")
    return (
        ("lift", "notice", "refusal", "leftover", "failure", "fault")
        if request.command == "check"
        else ("notice", "refusal", "leftover", "failure", "fault")
    )


def summary(command: str, counts: Counter[str]) -> str:
    """The counts in words, most telling first."""
    told = [f"{counts[kind]} {phrase(command, kind, counts[kind])}" for kind in PHRASES if counts[kind]]
    return f"raylift: {', '.join(told) or 'nothing to look at'}"


def phrase(command: str, kind: str, count: int) -> str:
    """What became of so many files, in words."""
    if kind == "refused" and count != 1:
        return "need a hand"
    return f"would be {PHRASES[kind]}" if kind == "lifted" and command != "rewrite" else PHRASES[kind]


def statistics(entries: list[Entry]) -> str:
    """How often each rule speaks, the most frequent first, with one of its sentences."""
    counts = Counter(entry.rule or entry.kind for entry in entries)
    example = {entry.rule or entry.kind: entry.text for entry in reversed(entries)}
    return "".join(f"{count:5}  {rule:6} {example[rule]}\n" for rule, count in counts.most_common())


def put(stream: TextIO, text: str) -> None:
    """Print text that may hold a file name in no known encoding, whatever the terminal's encoding."""
    encoding = stream.encoding or "utf-8"
    stream.write(text.encode(encoding, "backslashreplace").decode(encoding))


def is_coloured(stream: TextIO) -> bool:
    """Whether to colour: a terminal that can, and a user who has not said NO_COLOR."""
    return stream.isatty() and not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"


def watched(outcomes: Iterator[Outcome], total: int) -> Iterator[Outcome]:
    """The same outcomes, counted by a bar on standard error where that is a terminal."""
    if not is_coloured(sys.stderr):
        yield from outcomes
        return
    from rich.console import Console as Terminal
    from rich.progress import track

    yield from track(outcomes, "Lifting", total, console=Terminal(stderr=True), transient=True)


def _print_lines(lines: list[Line], paged: bool) -> None:
    from rich.console import Console as Terminal
    from rich.text import Text

    # rich before 14 takes an empty NO_COLOR for one that is set, so we decide.
    no_color = not is_coloured(sys.stdout)
    terminal = Terminal(file=sys.stdout, highlight=False, markup=False, emoji=False, soft_wrap=True, no_color=no_color)
    os.environ.setdefault("LESS", "-FRX")  # or less would show colours as escapes
    texts = [Text.assemble(*line) for line in lines]
    with terminal.pager(styles=True) if paged else contextlib.nullcontext():
        for text in texts:
            terminal.print(text)
