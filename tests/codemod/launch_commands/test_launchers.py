"""The flags of each launcher are all known."""

from __future__ import annotations

import argparse

import pytest

from raylift.launch_commands.launchers import ACCELERATE_FLAGS, TORCHRUN_FLAGS


def _without_values(parser: argparse.ArgumentParser) -> tuple[set[str], set[str]]:
    """The options of a parser that take no value, and those that do, by the names that are used here."""
    flags, valued = set(), set()
    for action in parser._actions:
        names = {name.lstrip("-").replace("-", "_") for name in action.option_strings}
        (flags if action.nargs == 0 or type(action).__name__ == "check_env" else valued).update(names)
    return flags, valued


def test_the_flags_of_accelerate_launch_are_all_known() -> None:
    launch = pytest.importorskip("accelerate.commands.launch")
    flags, valued = _without_values(launch.launch_command_parser())
    assert flags <= ACCELERATE_FLAGS
    assert not valued & ACCELERATE_FLAGS


def test_the_flags_of_torchrun_are_all_known() -> None:
    run = pytest.importorskip("torch.distributed.run")
    flags, valued = _without_values(run.get_args_parser())
    assert flags - {"h", "help"} <= TORCHRUN_FLAGS
    assert not valued & TORCHRUN_FLAGS
