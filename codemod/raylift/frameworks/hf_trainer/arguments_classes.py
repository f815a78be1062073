"""Which classes are `TrainingArguments`, wherever they come from, and which expressions hold an instance."""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Iterator

from raylift.frameworks.hf_trainer.constructors import called_classes
from raylift.frameworks.hf_trainer.gone_arguments import GONE_ARGUMENTS, WHEN_TRUE
from raylift.frameworks.hf_trainer.trainer_classes import is_trainer_itself, root_module
from raylift.frameworks.hf_trainer.trainings import is_trainer
from raylift.libraries import TRAINER_PACKAGES
from raylift.script import Script, ScriptNode, Value, remembered
from raylift.script.functions import handed_over, returned
from raylift.script.scopes import FUNCTIONS
from raylift.script.spread import Look, Spread

PARSERS = frozenset({
    "parse_args", "parse_args_and_config", "parse_args_into_dataclasses", "parse_dict", "parse_json_file", "parse_yaml_file",
})  # fmt: skip
NAMED_SO = re.compile(r"(^|_)training_arg(ument)?s$")


def _is_known(name: str) -> bool:
    last = name.rpartition(".")[2]
    known = last.endswith("TrainingArguments") or (root_module(name) == "trl" and last.endswith("Config"))
    return known and root_module(name) in TRAINER_PACKAGES


def _bases(value: ScriptNode) -> list[Value]:
    bases = value.node.bases if isinstance(value.node, ast.ClassDef) else []
    return [found for base in bases for found in value.script.values(base)]


is_arguments_class = Spread(_is_known, _bases)
"""Whether a value is `TrainingArguments` or one of its subclasses, here or in a known library."""


@remembered
def arguments_constructions(script: Script) -> list[ast.Call]:
    """The calls that make `TrainingArguments`, or the part of them that is the library's."""
    return [call for call in script.all(ast.Call) if any(map(is_arguments_class, called_classes(script, call)))]


def declared(node: ast.ClassDef) -> set[str]:
    """The fields that a dataclass declares itself."""
    return {part.target.id for part in node.body if isinstance(part, ast.AnnAssign) and isinstance(part.target, ast.Name)}


@remembered
def own_fields(script: Script) -> set[str]:
    """The fields that a script's own subclasses of `TrainingArguments` declare."""
    classes = [node for node in script.all(ast.ClassDef) if is_arguments_class(ScriptNode(script, node))]
    return {name for node in classes for name in declared(node)}


@remembered
def old_uses(script: Script) -> list[ast.Attribute]:
    """Where a script reads or sets what `TrainingArguments` once had, but for what its own subclasses declare."""
    names = {*GONE_ARGUMENTS, *WHEN_TRUE} - own_fields(script)
    uses = [node for node in script.all(ast.Attribute) if node.attr in names and not isinstance(node.ctx, ast.Del)]
    return [node for node in uses if holds_arguments(script, node.value)]


def holds_arguments(script: Script, expression: ast.expr) -> bool:
    """Whether an expression holds `TrainingArguments`, as far as can be seen; a parameter is taken by its name."""
    if isinstance(expression, ast.Attribute) and expression.attr == "args":
        return is_trainer(script, expression.value) or is_trainer_itself(script, expression.value)
    return any(map(_is_instance, script.values(expression)))


def _origins(is_class: Callable[[Value], bool], is_named_so: Callable[[str], bool]) -> Look:
    """Whether a value is an instance of such a class, or what the calls of its function hand over for it."""

    def look(value: ScriptNode) -> bool | list[Value]:
        script, node = value.script, value.node
        if isinstance(node, ast.Call):
            return any(map(is_class, script.values(node.func))) or any(map(is_class, _parsed(value, 0)))
        if isinstance(node, ast.arg):
            if node.annotation is not None:
                return any(map(is_class, script.values(node.annotation)))
            return is_named_so(node.arg) or list(handed_over(script, node))
        return isinstance(node, ast.Name) and any(map(is_class, _unpacked(script, node)))

    return look


_is_instance = Spread(lambda name: False, _origins(is_arguments_class, lambda name: bool(NAMED_SO.search(name))))

_is_config_of_trl = Spread(lambda name: root_module(name) == "trl" and name.endswith("Config"), _bases)
is_trl_config = Spread(lambda name: False, _origins(_is_config_of_trl, lambda name: False))
"""Whether a value is surely the config of a Trainer of TRL."""


def classes_of(script: Script, expression: ast.expr) -> list[Value]:
    """The classes of which an expression holds an instance: as called, as a parser of dataclasses makes them, as handed over."""
    found: list[Value] = []
    waiting, seen = list(script.values(expression)), set[Value]()
    for value in waiting:
        if value in seen or not isinstance(value, ScriptNode):
            continue
        seen.add(value)
        if isinstance(value.node, ast.Call):
            found += [*_parsed(value, 0), *value.script.values(value.node.func)]
        elif isinstance(value.node, ast.Name):
            found += _unpacked(value.script, value.node)
        elif isinstance(value.node, ast.arg):
            annotation = value.node.annotation
            found += value.script.values(annotation) if annotation is not None else ()
            waiting += handed_over(value.script, value.node) if annotation is None else ()
    return found


def _unpacked(script: Script, name: ast.Name) -> Iterator[Value]:
    """What a name stands for that is bound by `a, b = parser.parse_args_into_dataclasses()`."""
    target, statement = script.parent(name), script.statement(name)
    if isinstance(target, (ast.Tuple, ast.List)) and isinstance(statement, ast.Assign) and target in statement.targets:
        yield from _parsed(ScriptNode(script, statement.value), target.elts.index(name))


def _parsed(value: ScriptNode, place: int) -> Iterator[Value]:
    """The class of which a parser of dataclasses gives an instance at a place."""
    call = value.node
    if not (isinstance(call, ast.Call) and isinstance(call.func, ast.Attribute) and call.func.attr in PARSERS):
        return
    for parser in _made_parsers(value.script, call.func.value):
        if isinstance(parser, ScriptNode) and isinstance(parser.node, ast.Call) and parser.node.args:
            for given in parser.script.values(parser.node.args[0]):
                yield from _at(given, place)


def _made_parsers(script: Script, expression: ast.expr) -> Iterator[Value]:
    """What a parser may be, also where a function of the script makes it."""
    for value in script.values(expression):
        yield value
        if isinstance(value, ScriptNode) and isinstance(value.node, ast.Call):
            for callee in value.script.values(value.node.func):
                if isinstance(callee, ScriptNode) and isinstance(callee.node, FUNCTIONS):
                    yield from returned(callee)


def _at(given: Value, place: int) -> Iterator[Value]:
    if isinstance(given, ScriptNode) and isinstance(given.node, (ast.Tuple, ast.List)):
        if place < len(given.node.elts):
            yield from given.script.values(given.node.elts[place])
    elif place == 0:
        yield given
