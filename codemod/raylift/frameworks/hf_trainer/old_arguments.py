"""Arguments that the chosen releases of transformers and of what builds on it no longer take.

    TrainingArguments(evaluation_strategy="epoch", no_cuda=True)      Trainer(model, tokenizer=tokenizer)

becomes

    TrainingArguments(eval_strategy="epoch", use_cpu=True)            Trainer(model, processing_class=tokenizer)
"""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

from raylift.edits.arguments import replace_argument
from raylift.edits.expressions import rename_attribute
from raylift.frameworks.hf_trainer.arguments_classes import arguments_constructions, declared
from raylift.frameworks.hf_trainer.connect import is_wrapped
from raylift.frameworks.hf_trainer.constructors import base_constructions, called_classes, sets_itself, takes
from raylift.frameworks.hf_trainer.given_arguments import GivenArgument, arguments_given, as_written
from raylift.frameworks.hf_trainer.gone_arguments import (
    GONE_ARGUMENTS,
    INSIDE,
    TRL_DROPPED,
    TRL_NAMES,
    WHEN_TRUE,
    GoneArgument,
    SwitchArgument,
)
from raylift.frameworks.hf_trainer.library_classes import ARGUMENTS, TRAINER, is_gone, library_class, since
from raylift.frameworks.hf_trainer.positional_arguments import has_shifted, name_shifted
from raylift.frameworks.hf_trainer.trainer_classes import is_trainer_itself, trainer_constructions
from raylift.frameworks.hf_trainer.trainings import is_trainer
from raylift.plan import Case, Edit, Finding, Notice
from raylift.releases.arguments import takes_argument
from raylift.script import Script, ScriptNode
from raylift.settings import Settings

if TYPE_CHECKING:
    from raylift.plan import Change

Given = Mapping[str, GivenArgument]


def update_arguments(case: Case) -> Iterator[Finding]:
    """Give every argument the name that the chosen releases know."""
    yield from each_once(_updates(case.script, case.settings))
    yield from _modern_attributes(case.script)


def each_once(findings: Iterator[Finding]) -> Iterator[Finding]:
    """The findings, each node changed once; what goes from one dict goes in one change."""
    edits: dict[ast.AST, Edit] = {}
    for finding in findings:
        if not isinstance(finding, Edit):
            yield finding
        elif finding.node not in edits:
            edits[finding.node] = finding
        elif isinstance(finding.node, ast.Dict):
            first = edits[finding.node]
            edits[finding.node] = Edit(first.node, _both(first.change, finding.change), first.rule, f"{first.why}; {finding.why}")
    yield from edits.values()


def _both(first: Change, second: Change) -> Change:
    return lambda node: second(first(node))  # type: ignore[arg-type]  # a dict stays a dict


def _updates(script: Script, settings: Settings) -> Iterator[Finding]:
    for call in arguments_constructions(script):
        name = library_class(script, call, settings, ARGUMENTS)
        yield from _modern_arguments(script, call, name, settings)
    for call in (*trainer_constructions(script), *base_constructions(script)):
        yield from _modern_trainer(script, call, settings)


def _modern_arguments(script: Script, call: ast.Call, name: str, settings: Settings) -> Iterator[Finding]:
    own = _own_fields(script, call)
    given = {each.name: each for each in arguments_given(script, call)}
    for old, argument in given.items():
        if old in own or not is_gone(settings, name, old):
            continue
        if switch := WHEN_TRUE.get(old):
            yield from _switched(script, argument, switch, given, name)
        elif old in INSIDE:
            code = f'{INSIDE[old]}={{"{old}": {as_written(script, argument)}}}'
            yield from _replaced(argument, INSIDE[old], replace_argument(code), given)
        elif gone := GONE_ARGUMENTS.get(old):
            yield from _renamed(argument, gone, given) if gone.name else _dropped(argument, gone.instead, name)
        elif name.startswith("trl."):
            yield from trl_argument(argument, given, name, settings)


def trl_argument(argument: GivenArgument, given: Given, name: str, settings: Settings) -> Iterator[Finding]:
    """What becomes of an argument that a class of TRL no longer takes."""
    successor = trl_name(settings, name, argument.name)
    if successor:
        yield from _renamed(argument, GoneArgument(successor), given)
    elif isinstance(argument.value, ast.Constant) and argument.value.value is None:
        yield argument.dropped("RL202", f"`{argument.name}` is gone from {since(name, argument.name)}; this was its default")
    elif argument.name in TRL_DROPPED:
        yield from _dropped(argument, TRL_DROPPED[argument.name], name)
    else:
        text = f"`{argument.name}` is gone from {since(name, argument.name)}, and {name.rpartition('.')[2]} raises TypeError"
        yield Notice(argument.line, "RL202", text, "see TRL's release notes for what does the same now, or pin the release")


def trl_name(settings: Settings, name: str, old: str) -> str:
    """The name under which a class of TRL takes what it took under another one; empty if there is none."""
    names = (old, *TRL_NAMES.get(old, ()))  # the same name first: that is where an argument moves to
    return next((each for each in names if takes_argument(settings, name, each)), "")


def _own_fields(script: Script, call: ast.Call) -> set[str]:
    """Fields that a subclass in sight declares itself."""
    classes = [v.node for v in called_classes(script, call) if isinstance(v, ScriptNode) and isinstance(v.node, ast.ClassDef)]
    return {name for node in classes for name in declared(node)}


def _dropped(argument: GivenArgument, instead: str, name: str) -> Iterator[Finding]:
    finding = argument.dropped("RL202", f"`{argument.name}` is gone from {since(name, argument.name)}: {instead}")
    yield finding
    if isinstance(finding, Edit):
        yield Notice(argument.line, "RL202", f"`{argument.name}` was dropped", instead)


def _renamed(argument: GivenArgument, gone: GoneArgument, given: Given) -> Iterator[Finding]:
    rival = given.get(gone.name)
    if rival is not None and isinstance(rival.value, ast.Constant) and not rival.value.value:
        yield rival.dropped("RL201", f"`{gone.name}` is given by `{argument.name}`", argument.node)
        rival = None
    why = f"`{argument.name}` is now `{gone.name}`"
    yield from _unless_given(argument, gone.name, argument.renamed(gone.name, "RL201", why), {} if rival is None else given)


def _replaced(argument: GivenArgument, name: str, change: Change, given: Given) -> Iterator[Finding]:
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


def _switched(script: Script, argument: GivenArgument, switch: SwitchArgument, given: Given, name: str) -> Iterator[Finding]:
    value = argument.value
    if isinstance(value, ast.Constant) and not value.value:
        yield argument.dropped("RL202", f"`{argument.name}` is gone from {since(name, argument.name)}; this is the default")
        return
    test = as_written(script, argument)
    test = f"({test})" if isinstance(value, (ast.IfExp, ast.Lambda)) else test
    code = switch.on if isinstance(value, ast.Constant) else f"{switch.on} if {test} else {switch.off}"
    yield from _replaced(argument, switch.name, replace_argument(f"{switch.name}={code}"), given)


def _modern_trainer(script: Script, call: ast.Call, settings: Settings) -> Iterator[Finding]:
    """A tokenizer is a processing class now, and what stood behind it by position has moved."""
    name = library_class(script, call, settings, TRAINER)
    given = {each.name: each for each in arguments_given(script, call)}
    old = given.get("tokenizer")
    is_old = is_gone(settings, name, "tokenizer") and takes_argument(settings, name, "processing_class")
    if old is not None and is_old and "processing_class" not in given and not takes(script, call, "tokenizer"):
        yield old.renamed("processing_class", "RL203", "`tokenizer` is now `processing_class`")
    if has_shifted(script, call) and not is_wrapped(script, call):
        yield Edit(call, name_shifted, "RL204", "positional arguments shifted in transformers 4.46")


def _modern_attributes(script: Script) -> Iterator[Finding]:
    for node in script.all(ast.Attribute):
        if node.attr == "tokenizer" and isinstance(node.value, ast.Name) and _is_its_own(script, node):
            yield Edit(
                node, rename_attribute("processing_class"), "RL203", "`trainer.tokenizer` is now `trainer.processing_class`"
            )


def _is_its_own(script: Script, node: ast.Attribute) -> bool:
    """Whether `trainer.tokenizer` is that of transformers, not set by the script."""
    if is_trainer_itself(script, node.value):
        holder = script.class_of(node)
        return holder is not None and not sets_itself([ScriptNode(script, holder)], node.attr)
    if not is_trainer(script, node.value):
        return False
    made = [(each.script, each.node) for each in script.values(node.value) if isinstance(each, ScriptNode)]
    classes = [called_classes(maker, call) for maker, call in made if isinstance(call, ast.Call)]
    return not any(sets_itself(values, node.attr) for values in classes)
