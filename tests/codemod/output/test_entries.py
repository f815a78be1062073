from __future__ import annotations

from raylift.outcome import Failed, Refused, Rewritten, Untouched
from raylift.output.entries import Entry, entries_of
from raylift.plan import Notice

LOW, HIGH = Notice(3, "RL301", "no", "by hand"), Notice(1, "RL101", "yes")


def test_a_failure_names_its_line_where_it_has_one() -> None:
    assert [str(entry) for entry in entries_of("a.py", Failed("bad", 4))] == ["a.py:4: bad"]
    assert [str(entry) for entry in entries_of("a.py", Failed("bad", ours=True))] == ["a.py: bad"]


def test_changes_and_notices_come_in_the_order_of_their_lines() -> None:
    entries = entries_of("a.py", Rewritten(b"", notices=(LOW,), changes=(HIGH,)))
    assert [str(entry) for entry in entries] == ["a.py:1: RL101 yes", "a.py:3: RL301 no\n    by hand"]
    assert [entry.kind for entry in entries] == ["lift", "notice"]


def test_a_refusal_says_all_its_reasons() -> None:
    assert [entry.line for entry in entries_of("a.py", Refused((LOW, HIGH)))] == [1, 3]


def test_a_lift_without_a_named_change_is_told_all_the_same() -> None:
    assert entries_of("a.py", Rewritten(b"")) == [Entry("a.py", 1, "", "lift", "would be lifted")]


def test_what_is_left_alone_needs_no_words() -> None:
    assert entries_of("a.py", Untouched("why")) == []
