"""What a report saves: the folder that the script itself writes every epoch, else the prepared model."""

from __future__ import annotations

import ast
import re
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass

from raylift.frameworks.accelerate.accelerators import is_accelerator
from raylift.frameworks.accelerate.loops.loop_kinds import LOOPS
from raylift.frameworks.accelerate.ranks.rank_tests import is_rank_test
from raylift.script import Script, ScriptNode
from raylift.script.scopes import DEFINITIONS
from raylift.script.syntax import call_name, own_nodes

MODEL = re.compile(r"(model|net|unet|transformer|encoder|decoder|generator|classifier|policy|adapter)\w*$", re.IGNORECASE)
NOT_A_MODEL = re.compile(r"(optim|sched|loader|dataset|tokenizer|processor)", re.IGNORECASE)
SEVERAL = re.compile(r"(models|nets|networks|encoders|decoders|generators|classifiers|policies|adapters)$", re.IGNORECASE)
MEASURES = re.compile(r"(criterion|loss|metric)", re.IGNORECASE)
FROZEN = re.compile(r"(^|[_.])(ema|frozen|ref|reference|target|teacher|text_encoder|vae|vgg|lpips)(_|$)", re.IGNORECASE)
MODEL_COLLECTIONS = (ast.Dict, ast.DictComp, ast.List, ast.ListComp, ast.Tuple, ast.GeneratorExp)
SAVERS = ("save_state", "save_pretrained", "save_model")


@dataclass(frozen=True, slots=True)
class SavedFolder:
    """A folder that the script writes, as an expression, and the statement of the block that writes it."""

    folder: ast.expr
    source: ast.stmt


def saved_folders(script: Script, block: list[ast.stmt]) -> list[SavedFolder]:
    """The folders that a block writes every time, the most complete first: the whole state, then the model."""
    found = [(SAVERS.index(call_name(call)), SavedFolder(folder, source)) for call, folder, source in _writes(script, block)]
    return [saved for _, saved in sorted(found, key=lambda pair: pair[0])]


def _writes(script: Script, block: list[ast.stmt]) -> Iterator[tuple[ast.Call, ast.expr, ast.stmt]]:
    for statement in block:
        for call in (node for node in ast.walk(statement) if isinstance(node, ast.Call)):
            name = call_name(call)
            if name in SAVERS and isinstance(call.func, ast.Attribute) and _always(script, call, statement):
                saves_model = name == "save_pretrained" and _holds_model(call.func.value)
                if saves_model or (name != "save_pretrained" and is_accelerator(script, call.func.value)):
                    position = 1 if name == "save_model" else 0
                    keywords = [k.value for k in call.keywords if k.arg in ("output_dir", "save_directory")]
                    given = [*call.args[position:], *keywords]
                    if given:
                        yield call, given[0], statement


def _holds_model(receiver: ast.expr) -> bool:
    text = ast.unparse(receiver)
    return "unwrap" in text or (bool(MODEL.search(text)) and not NOT_A_MODEL.search(text))


def _always(script: Script, call: ast.Call, statement: ast.stmt) -> bool:
    """Whether a call is made each time its statement runs, on one rank at least."""
    inner: ast.AST = call
    while inner is not statement:
        holder = script.parent(inner)
        assert holder is not None
        if isinstance(holder, (*LOOPS, *DEFINITIONS, ast.Lambda, ast.ExceptHandler, ast.Try, ast.Match, ast.IfExp, ast.BoolOp)):
            return False
        if isinstance(holder, ast.If) and not (_asks_rank_only(script, holder.test) and inner in holder.body):
            return False
        inner = holder
    return True


def _asks_rank_only(script: Script, test: ast.expr) -> bool:
    """Whether a test says nothing but which rank goes on: with another condition beside it a folder may be an old one."""
    parts = test.values if isinstance(test, ast.BoolOp) else [test]
    return all(is_rank_test(script, part) for part in parts)


def prepared_models(script: Script, anchor: ast.stmt) -> list[str]:
    """The prepared models that the code around a training uses, as it calls them; the one that it trains first."""
    holder = script.function(anchor) or script.tree
    return [name for name in _model_names(script, anchor) if not _holds_several(script, holder, name)]


def collected_models(script: Script, anchor: ast.stmt) -> list[str]:
    """The lists and dicts of models that the code around a training uses, or that the script fills with prepared ones."""
    holder = script.function(anchor) or script.tree
    named = [name for name in _model_names(script, anchor) if _holds_several(script, holder, name)]
    filled = [
        ast.unparse(target)
        for assign in script.all(ast.Assign)
        if isinstance(assign.value, MODEL_COLLECTIONS) and any(_is_prepare(script, part) for part in ast.walk(assign.value))
        for target in assign.targets
        if _is_model_name(ast.unparse(target))
    ]
    return list(dict.fromkeys([*named, *filled]))


def _model_names(script: Script, anchor: ast.stmt) -> list[str]:
    function, prepared = script.function(anchor), _prepared(script)
    holder = function or script.tree
    inside = _in_order(own_nodes(holder))
    chosen = _trained(inside, prepared)
    if not chosen:
        arguments = function.args if function else ast.arguments([], [], None, [], [], None, [])
        parameters = {node.arg for node in ast.walk(arguments) if isinstance(node, ast.arg)}
        chosen = [name for name in [*prepared, *parameters] if _is_model_name(name) and _is_used(inside, name)]
    if not chosen and (around := script.class_of(anchor)):
        own = [name for name in prepared if name.startswith("self.")]
        chosen = _trained(_in_order(ast.walk(around)), own) or [name for name in own if _is_model_name(name)]
    if not chosen and prepared:
        chosen = _trained(_in_order(ast.walk(holder)), prepared)
    return list(dict.fromkeys(chosen))


def _holds_several(script: Script, holder: ast.AST, name: str) -> bool:
    """Whether a name stands for a list or a dict of models, which have no weights of their own."""
    uses = [node for node in ast.walk(holder) if isinstance(node, (ast.Name, ast.Attribute)) and ast.unparse(node) == name]
    values = [value for node in uses[:1] for value in script.values(node)]
    known = [isinstance(value.node, MODEL_COLLECTIONS) for value in values if isinstance(value, ScriptNode)]
    return any(known) or (not values and bool(SEVERAL.search(name)))


def _in_order(nodes: Iterable[ast.AST]) -> list[ast.AST]:
    return sorted(nodes, key=lambda node: (getattr(node, "lineno", 0), getattr(node, "end_col_offset", 0)))


def _trained(nodes: list[ast.AST], prepared: Collection[str]) -> list[str]:
    """What some code trains or calls of what was prepared; where nothing was, what it calls a model and trains."""
    trained = [*_receivers(nodes, "train"), *_receivers(nodes, "eval")]
    called = [ast.unparse(node.func) for node in nodes if isinstance(node, ast.Call)]
    accumulated = [ast.unparse(part) for node in nodes if call_name(node) == "accumulate" for part in _arguments(node)]
    if not prepared:
        return [name for name in trained if MODEL.search(name)]
    wanted = [*accumulated, *trained, *(name for name in called if MODEL.search(name))]
    chosen = [name for name in wanted if name in prepared and not NOT_A_MODEL.search(name)]
    others = [name for name in called if name in prepared and not NOT_A_MODEL.search(name) and not MEASURES.search(name)]
    learning = [name for name in others if not FROZEN.search(name)]
    return sorted(chosen, key=lambda name: bool(FROZEN.search(name))) + learning or others


def _is_model_name(name: str) -> bool:
    return bool(MODEL.search(name)) and not NOT_A_MODEL.search(name)


def _is_used(nodes: list[ast.AST], name: str) -> bool:
    return any(isinstance(node, (ast.Name, ast.Attribute)) and ast.unparse(node) == name for node in nodes)


def _receivers(nodes: list[ast.AST], *names: str) -> list[str]:
    """What methods of these names are called on."""
    calls = [node for node in nodes if isinstance(node, ast.Call) and call_name(node) in names]
    return [ast.unparse(call.func.value) for call in calls if isinstance(call.func, ast.Attribute)]


def _arguments(call: ast.AST) -> list[ast.expr]:
    return call.args if isinstance(call, ast.Call) else []


def _prepared(script: Script) -> list[str]:
    """What `accelerator.prepare(...)` returned, as the script calls it."""
    names: list[str] = []
    for assign in script.all(ast.Assign):
        if _is_prepare(script, assign.value):
            for target in assign.targets:
                parts = target.elts if isinstance(target, (ast.Tuple, ast.List)) else [target]
                names += [ast.unparse(part) for part in parts]
    return list(dict.fromkeys(names))


def _is_prepare(script: Script, value: ast.AST) -> bool:
    if not isinstance(value, ast.Call) or call_name(value) not in ("prepare", "prepare_model"):
        return False
    return isinstance(value.func, ast.Attribute) and is_accelerator(script, value.func.value)
