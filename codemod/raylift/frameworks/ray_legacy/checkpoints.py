"""Checkpoints of `ray.air` and of Ray's removed trainers.

checkpoint=Checkpoint.from_dict({"epoch": epoch})     a file in a temporary folder, and Checkpoint.from_directory(folder)
state = checkpoint.to_dict()                          the same file read back
Checkpoint.from_uri(uri)                              Checkpoint(uri)
model = result.checkpoint.get_model(BertModel)        with trainer_folder(result.checkpoint) as folder:
                                                          model = BertModel.from_pretrained(folder)
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator

from raylift.edits.expressions import rename_attribute, replace_by
from raylift.edits.statements import precede_with, wrap_in_with
from raylift.frameworks.ray_legacy.legacy_names import CHECKPOINTS
from raylift.frameworks.ray_legacy.modern_forms import modern_code
from raylift.frameworks.ray_legacy.trainer_calls import is_none
from raylift.plan import Case, Edit, Finding, NeededImport, Refusal
from raylift.script import Script
from raylift.settings import Settings

STATE_FILE = "checkpoint.pt"
CONSTRUCTORS = ("from_bytes", "from_checkpoint", "from_dict", "from_model", "from_uri")
READERS = ("get_model", "get_tokenizer", "get_training_arguments", "to_dict")
GONE_METHODS = {
    "from_bytes": "write the bytes into a file in a folder and use Checkpoint.from_directory(folder)",
    "get_preprocessor": "keep the preprocessor yourself: checkpoints no longer hold one",
    "get_training_arguments": 'torch.load the file "training_args.bin" in the checkpoint',
    "to_bytes": "read the files in its as_directory()",
    "to_uri": "a checkpoint's `path` says where it is stored",
}


def replace_checkpoints(case: Case) -> Iterator[Finding]:
    """Give every use of a checkpoint that has lost a method its form of today; raises Refusal where it has none."""
    script, settings = case.script, case.settings
    for call in script.all(ast.Call):
        if not isinstance(call.func, ast.Attribute):
            continue
        method, owner = call.func.attr, call.func.value
        if method in CONSTRUCTORS and not script.names(owner).isdisjoint(CHECKPOINTS):
            yield from _made(script, call, owner, settings)
        elif method in (*READERS, *GONE_METHODS) and is_checkpoint(script, owner):
            yield from _read(script, call, owner, settings)
    for node in script.all(ast.Attribute):
        if node.attr == "uri" and is_checkpoint(script, node.value):
            yield Edit(node, rename_attribute("path"), "RL235", "a checkpoint's `uri` is now its `path`")


def is_checkpoint(script: Script, node: ast.expr) -> bool:
    """Whether an expression holds a checkpoint of Ray, as far as can be seen."""
    for value in script.values(node):
        if isinstance(value, str):
            continue
        made = value.node
        if isinstance(made, ast.Call):
            names = value.script.names(made.func)
            owner = value.script.names(made.func.value) if isinstance(made.func, ast.Attribute) else frozenset()
            if (names | owner) & CHECKPOINTS or any(name.endswith(".get_checkpoint") for name in names):
                return True
        if isinstance(made, ast.Attribute) and made.attr in ("checkpoint", "best_checkpoint"):
            return True
        if isinstance(made, ast.arg) and "checkpoint" in made.arg.lower():
            return True
    return isinstance(node, ast.Attribute) and node.attr in ("checkpoint", "best_checkpoint")


def _made(script: Script, call: ast.Call, owner: ast.expr, settings: Settings) -> Iterator[Finding]:
    assert isinstance(call.func, ast.Attribute)
    method, line = call.func.attr, call.lineno
    checkpoint = modern_code(script, owner, settings)
    if method in GONE_METHODS:
        raise Refusal(line, "RL326", f"`{ast.unparse(call.func)}` is gone", GONE_METHODS[method])
    argument = call.args[0] if call.args else next((k.value for k in call.keywords), None)
    if argument is None:
        raise Refusal(line, "RL326", f"`{ast.unparse(call)}` is given nothing", "give it what to hold")
    if method == "from_model":
        yield from _saved(script, call, checkpoint, settings)
        return
    code = modern_code(script, argument, settings)
    if method == "from_uri":
        yield Edit(call, replace_by(f"{checkpoint}({code})"), "RL235", "a checkpoint is made of a path or URI")
    elif method == "from_checkpoint":
        yield Edit(call, replace_by(code), "RL235", "there is one class of checkpoints only")
    else:
        folder = script.free_name("checkpoint_dir", "checkpoint_folder")
        save = f'torch.save({code}, os.path.join({folder}, "{STATE_FILE}"))'
        if _is_reported_at_once(script, call):
            header = f"tempfile.TemporaryDirectory() as {folder}"
            yield from _before(script, call, lambda index: wrap_in_with(index, header, save))
        else:
            made = f"{folder} = tempfile.mkdtemp()"
            yield from _before(script, call, lambda index: precede_with(index, made, save))
        yield Edit(call, replace_by(f"{checkpoint}.from_directory({folder})"), "RL235", "a checkpoint is a folder")
        yield from (NeededImport(module) for module in ("os", "tempfile", "torch"))


def _is_reported_at_once(script: Script, call: ast.Call) -> bool:
    """Whether the checkpoint goes into a report, which has stored it when it returns."""
    calls = [holder for holder in script.enclosing(call) if isinstance(holder, ast.Call)]
    is_report = any(name.endswith(".report") for holder in calls for name in script.names(holder.func))
    return is_report and isinstance(script.statement(call), ast.Expr)


def _saved(script: Script, call: ast.Call, checkpoint: str, settings: Settings) -> Iterator[Finding]:
    """`from_model(model, tokenizer, path=path)`: both save themselves into the folder."""
    given = {keyword.arg: keyword.value for keyword in call.keywords}
    given |= dict(zip(("model", "tokenizer"), call.args, strict=False))
    parts = [given[name] for name in ("model", "tokenizer") if name in given and not is_none(given[name])]
    if "path" not in given or not parts:
        text = f"`{ast.unparse(call)}` does not say which model goes into which folder"
        raise Refusal(call.lineno, "RL326", text, "use model.save_pretrained(folder) and Checkpoint.from_directory(folder)")
    folder = modern_code(script, given["path"], settings)
    lines = [f"{modern_code(script, part, settings)}.save_pretrained({folder})" for part in parts]
    yield from _before(script, call, lambda index: precede_with(index, *lines))
    yield Edit(call, replace_by(f"{checkpoint}.from_directory({folder})"), "RL235", "a model saves itself into a folder")


def _read(script: Script, call: ast.Call, owner: ast.expr, settings: Settings) -> Iterator[Finding]:
    assert isinstance(call.func, ast.Attribute)
    method, source = call.func.attr, modern_code(script, owner, settings)
    if method in GONE_METHODS:
        raise Refusal(call.lineno, "RL326", f"`{ast.unparse(call.func)}` is gone", GONE_METHODS[method])
    if method == "to_dict":
        folder = script.free_name("checkpoint_dir", "checkpoint_folder")
        yield from _before(script, call, lambda index: wrap_in_with(index, f"{source}.as_directory() as {folder}"))
        load = f'torch.load(os.path.join({folder}, "{STATE_FILE}"), weights_only=False)'
        yield Edit(call, replace_by(load), "RL235", "a checkpoint is a folder: what was a dict is a file in it")
        yield from (NeededImport(module) for module in ("os", "torch"))
        return
    given = {keyword.arg: keyword.value for keyword in call.keywords}
    loads = call.args[0] if call.args else given.get("model", given.get("tokenizer"))
    if loads is None:
        raise Refusal(call.lineno, "RL326", f"`{ast.unparse(call)}` names no class", "load it with from_pretrained")
    folder = script.free_name("folder", "model_folder")
    place = folder if settings.target.legacy else f'os.path.join({folder}, "checkpoint")'
    rest = "".join(f", {ast.unparse(keyword)}" for keyword in call.keywords if keyword.value is not loads)
    loaded = f"{modern_code(script, loads, settings)}.from_pretrained({place}{rest})"
    header = f"trainer_folder({source}) as {folder}" if settings.target.legacy else f"{source}.as_directory() as {folder}"
    yield from _before(script, call, lambda index: wrap_in_with(index, header))
    yield Edit(call, replace_by(loaded), "RL235", "a model is loaded from the checkpoint's folder")
    yield NeededImport(settings.target.legacy, "trainer_folder") if settings.target.legacy else NeededImport("os")


def _before(script: Script, call: ast.Call, change: Callable[[int], object]) -> Iterator[Edit]:
    """An edit of the simple statement that holds a call; raises Refusal where there is none."""
    statement = script.statement(call)
    conditional = (ast.Lambda, ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp, ast.BoolOp, ast.IfExp)
    inside = [holder for holder in script.enclosing(call) if holder in set(ast.walk(statement))]
    simple = isinstance(statement, (ast.Assign, ast.AnnAssign, ast.AugAssign, ast.Expr, ast.Return))
    if not simple or any(isinstance(holder, conditional) for holder in inside):
        text = f"`{ast.unparse(call)}` stands inside a larger statement"
        raise Refusal(call.lineno, "RL327", text, "assign it to a variable in a line of its own")
    why = "a checkpoint is a folder: its content is written and read as files"
    yield Edit(statement, change(script.place_in_line(statement)), "RL235", why)  # type: ignore[arg-type]  # built by the callers
