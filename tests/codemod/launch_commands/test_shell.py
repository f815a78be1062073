"""Shell text is split into words and commands, or refused in one line."""

from __future__ import annotations

import shlex
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from raylift.launch_commands.from_text import LaunchError, launch_in
from raylift.launch_commands.shell import commands
from raylift.launch_commands.shell_words import UnfinishedQuote

words = st.lists(st.text(st.characters(codec="ascii", exclude_categories=["Cc"]), min_size=1), min_size=1, max_size=4)


@given(words)
def test_quoted_words_come_back_as_they_were(given_words: list[str]) -> None:
    assert [command.words for command in commands("run " + shlex.join(given_words))] == [("run", *given_words)]


@given(st.text())
def test_any_text_is_read_or_refused_in_one_line(text: str) -> None:
    refusals = []
    try:
        launch_in(text)
    except LaunchError as error:
        refusals.append(str(error))
    assert not any("\n" in refusal for refusal in refusals)


@given(st.text("$(){}[]<>|&;\"'`\\# \nab=1@*-", max_size=40))
def test_any_shell_punctuation_is_read_or_refused(text: str) -> None:
    try:
        read: list[Any] = list(commands(text))
    except UnfinishedQuote:
        return
    assert all(command.words for command in read)
