"""What becomes of an argument that is gone: another name, another argument, a place in a dict, or a word to the reader."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

from raylift.edits.arguments import replace_argument
from raylift.frameworks.hf_trainer.given_arguments import GivenArgument, as_written
from raylift.frameworks.hf_trainer.gone_arguments import INSIDE, TRL_DROPPED, TRL_NAMES, GoneArgument, SwitchArgument
from raylift.frameworks.hf_trainer.library_classes import gone_with
from raylift.plan import Edit, Finding, Notice
from raylift.releases.arguments import takes_argument
from raylift.script import Script
from raylift.settings import Settings

if TYPE_CHECKING:
    from raylift.plan import Change

Given = Mapping[str, GivenArgument]


def trl_argument(argument: GivenArgument, given: Given, name: str, settings: Settings) -> Iterator[Finding]:
    """What becomes of an argument that a class of TRL no longer takes."""
    successor = trl_name(settings, name, argument.name)
    if successor:
        yield from renamed_argument(argument, GoneArgument(successor), given)
    elif isinstance(argument.value, ast.Constant) and argument.value.value is None:
        yield argument.dropped("RL202", f"`{argument.name}` is gone from {gone_with(name, argument.name)}; this was its default")
    elif argument.name in TRL_DROPPED:
        yield from dropped_argument(argument, TRL_DROPPED[argument.name], name)
    else:
        text = f"`{argument.name}` is gone from {gone_with(name, argument.name)}, and {name.rpartition('.')[2]} raises TypeError"
        yield Notice(argument.line, "RL202", text, "see TRL's release notes for what does the same now, or pin the release")


def trl_name(settings: Settings, name: str, old: str) -> str:
    """The name under which a class of TRL takes what it took under another one; empty if there is none."""
    names = (old, *TRL_NAMES.get(old, ()))  # the same name first: that is where an argument moves to
    return next((each for each in names if takes_argument(settings, name, each)), "")


def dropped_argument(argument: GivenArgument, instead: str, name: str) -> Iterator[Finding]:
    """An argument goes, with a word about what to do instead."""
    finding = argument.dropped("RL202", f"`{argument.name}` is gone from {gone_with(name, argument.name)}: {instead}")
    yield finding
    if isinstance(finding, Edit):
        yield Notice(argument.line, "RL202", f"`{argument.name}` was dropped", instead)


def renamed_argument(argument: GivenArgument, gone: GoneArgument, given: Given) -> Iterator[Finding]:
    """An argument gets its new name; one of that name that says nothing makes room for it."""
    rival = given.get(gone.name)
    if rival is not None and isinstance(rival.value, ast.Constant) and not rival.value.value:
        yield rival.dropped("RL201", f"`{gone.name}` is given by `{argument.name}`", argument.node)
        rival = None
    why = f"`{argument.name}` is now `{gone.name}`"
    yield from _unless_given(argument, gone.name, argument.renamed(gone.name, "RL201", why), {} if rival is None else given)


def replaced_argument(argument: GivenArgument, name: str, change: Change, given: Given) -> Iterator[Finding]:
    """An argument becomes another one, given as a change of its keyword."""
    why = f"`{argument.name}` is now `{name}`"
    yield from _unless_given(argument, name, argument.replaced(change, "RL201", why), given)


def _unless_given(argument: GivenArgument, name: str, finding: Finding, given: Given) -> Iterator[Finding]:
    """An argument becomes another, unless that is given as well, or becomes it from another one already."""
    old = argument.name
    first = next(each for each in (*given, old) if each in (name, old) or INSIDE.get(each) == name)
    if name not in given and first == old:
        yield finding
        return
    yield argument.dropped("RL202", f"`{old}` is gone, and `{name}` is given as well")
    remedy = f"see that `{name}` says what `{old}={ast.unparse(argument.value)}` said"
    yield Notice(argument.line, "RL202", f"`{old}` was dropped, for `{name}` is given as well", remedy)


def switched_argument(
    script: Script, argument: GivenArgument, switch: SwitchArgument, given: Given, name: str
) -> Iterator[Finding]:
    """A switch becomes the value of another argument; off, it was the default."""
    value = argument.value
    if isinstance(value, ast.Constant) and not value.value:
        yield argument.dropped("RL202", f"`{argument.name}` is gone from {gone_with(name, argument.name)}; this is the default")
        return
    test = as_written(script, argument)
    test = f"({test})" if isinstance(value, (ast.IfExp, ast.Lambda)) else test
    code = switch.on if isinstance(value, ast.Constant) else f"{switch.on} if {test} else {switch.off}"
    yield from replaced_argument(argument, switch.name, replace_argument(f"{switch.name}={code}"), given)
