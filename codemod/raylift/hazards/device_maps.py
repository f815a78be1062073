"""Models that a script spreads over its GPUs, or puts on the first one: every Ray worker trains a replica on a GPU of its own.

from_pretrained(name, device_map="auto")        from_pretrained(name)
from_pretrained(name, device_map={"": 0})       from_pretrained(name, device_map={"": torch.cuda.current_device()})
torch.device("cuda:0")                          torch.device("cuda")
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

from raylift.edits.arguments import remove, replace_argument
from raylift.edits.expressions import replace_by
from raylift.plan import Edit, Finding, NeededImport, Notice
from raylift.script import Script, ScriptNode
from raylift.script.expressions import written

SPREAD_MAPS = ("auto", "balanced", "balanced_low_0", "sequential")
FIRST_GPU = (0, "cuda:0")
OWN_GPU = "torch.cuda.current_device()"


def repair_device_maps(script: Script) -> Iterator[Finding]:
    """Put every model, and what goes with it, on the GPU of its worker."""
    for call in script.all(ast.Call):
        device_map = next((keyword for keyword in call.keywords if keyword.arg == "device_map"), None)
        if device_map is not None and isinstance(call.func, ast.Attribute) and call.func.attr == "from_pretrained":
            yield from _device_map(script, device_map)
    yield from _numbered(script)
    yield from _in_dicts(script)


def _device_map(script: Script, keyword: ast.keyword) -> Iterator[Finding]:
    values = [value.node for value in script.values(keyword.value) if isinstance(value, ScriptNode)]
    if not values or len(values) < len(list(script.values(keyword.value))):
        return
    if all(_spreads(value) for value in values):
        text = f"`{ast.unparse(keyword)}` spreads one model over all GPUs; each Ray worker trains a replica on its own"
        yield Edit(keyword, remove, "RL212", text)
        yield Notice(keyword.lineno, "RL212", text, "it was removed; a model too large for one GPU needs FSDP or DeepSpeed")
    elif all(map(_is_first_gpu, values)):
        change = replace_argument(f'device_map={{"": {OWN_GPU}}}')
        needs = () if "torch" in {found.name for found in script.imports()} else (NeededImport("torch"),)
        yield Edit(keyword, change, "RL215", "each worker has a GPU of its own, and number 0 is that of one of them", needs)


def _spreads(value: ast.AST) -> bool:
    return isinstance(value, ast.Constant) and value.value in SPREAD_MAPS


def _is_first_gpu(value: ast.AST) -> bool:
    if isinstance(value, ast.Dict) and len(value.keys) == 1:
        key, place = value.keys[0], value.values[0]
        return isinstance(key, ast.Constant) and key.value == "" and isinstance(place, ast.Constant) and place.value in FIRST_GPU
    return isinstance(value, ast.Constant) and value.value == "cuda:0"


def _numbered(script: Script) -> Iterator[Finding]:
    """`cuda` is the GPU of whoever asks; what is compared or looked up by its name keeps it."""
    for node in script.all(ast.Constant):
        holder = script.parent(node)
        if node.value != "cuda:0" or isinstance(holder, (ast.Compare, ast.Dict, ast.Expr, ast.JoinedStr, ast.Subscript)):
            continue
        if not (isinstance(holder, ast.keyword) and holder.arg == "device_map"):
            why = "`cuda` is each worker's own GPU, `cuda:0` that of one of them"
            yield Edit(node, replace_by(written(script, node).replace("cuda:0", "cuda")), "RL215", why)


def _in_dicts(script: Script) -> Iterator[Finding]:
    """What is handed over by `**` is told only: who takes it is not in sight."""
    for node in (*script.all(ast.Dict), *script.all(ast.Call)):
        pairs = zip(node.keys, node.values, strict=True) if isinstance(node, ast.Dict) else ()
        given = [value for key, value in pairs if isinstance(key, ast.Constant) and key.value == "device_map"]
        if isinstance(node, ast.Call) and "builtins.dict" in script.names(node.func):
            given += [keyword.value for keyword in node.keywords if keyword.arg == "device_map"]
        for value in given:
            if _spreads(value) or _is_first_gpu(value):
                text = f"`device_map` is {ast.unparse(value)} here; each Ray worker trains a replica on a GPU of its own"
                yield Notice(value.lineno, "RL212", text, f'take it out, or use {{"": {OWN_GPU}}} for a quantized model')
