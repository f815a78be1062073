"""Arguments that the chosen releases of transformers and of what builds on it no longer take.

    TrainingArguments(evaluation_strategy="epoch", no_cuda=True)      Trainer(model, tokenizer=tokenizer)

becomes

    TrainingArguments(eval_strategy="epoch", use_cpu=True)            Trainer(model, processing_class=tokenizer)
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from typing import TYPE_CHECKING

from raylift.edits.arguments import replace_argument
from raylift.edits.expressions import rename_attribute
from raylift.frameworks.hf_trainer.argument_changes import (
    dropped_argument,
    renamed_argument,
    replaced_argument,
    switched_argument,
    trl_argument,
)
from raylift.frameworks.hf_trainer.arguments_classes import arguments_constructions, declared
from raylift.frameworks.hf_trainer.connect import is_wrapped
from raylift.frameworks.hf_trainer.constructors import base_constructions, called_classes, sets_itself, takes
from raylift.frameworks.hf_trainer.given_arguments import arguments_given, as_written
from raylift.frameworks.hf_trainer.gone_arguments import (
    GONE_ARGUMENTS,
    INSIDE,
    WHEN_TRUE,
)
from raylift.frameworks.hf_trainer.library_classes import ARGUMENT_CLASSES, TRAINER, is_gone, library_class
from raylift.frameworks.hf_trainer.positional_arguments import has_shifted, name_shifted
from raylift.frameworks.hf_trainer.trainer_classes import is_trainer_itself, trainer_constructions
from raylift.frameworks.hf_trainer.trainings import is_trainer
from raylift.plan import Case, Edit, Finding
from raylift.releases.arguments import takes_argument
from raylift.script import Script, ScriptNode
from raylift.settings import Settings

if TYPE_CHECKING:
    from raylift.plan import Change


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
        name = library_class(script, call, settings, ARGUMENT_CLASSES)
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
            yield from switched_argument(script, argument, switch, given, name)
        elif old in INSIDE:
            code = f'{INSIDE[old]}={{"{old}": {as_written(script, argument)}}}'
            yield from replaced_argument(argument, INSIDE[old], replace_argument(code), given)
        elif gone := GONE_ARGUMENTS.get(old):
            yield from renamed_argument(argument, gone, given) if gone.name else dropped_argument(argument, gone.instead, name)
        elif name.startswith("trl."):
            yield from trl_argument(argument, given, name, settings)


def _own_fields(script: Script, call: ast.Call) -> set[str]:
    """Fields that a subclass in sight declares itself."""
    classes = [v.node for v in called_classes(script, call) if isinstance(v, ScriptNode) and isinstance(v.node, ast.ClassDef)]
    return {name for node in classes for name in declared(node)}


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
