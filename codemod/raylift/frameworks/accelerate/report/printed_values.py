"""The values that a script prints, named as it names them.

print(f"epoch {epoch}: loss {total / len(loader):.4f}")     {"epoch": epoch, "loss": total / len(loader)}
logger.info("accuracy %.3f", hits / seen)                   {"accuracy": hits / seen}
accelerator.print("metrics:", metrics)                      metrics
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from typing import NamedTuple

from raylift.frameworks.accelerate.accelerators import is_accelerator
from raylift.script import Script
from raylift.script.syntax import call_name

PRINTERS = frozenset({"debug", "info", "print", "warning", "write"})
MEASURE = re.compile(
    r"""loss|acc|metric|score|(^|_)f1|perplex|ppl|bleu|rouge|auc|err|mse|mae|rmse|precision|recall|(^|_)lr|eval|(^|_)val|train|epoch|step
    |result|iou|(^|_)map|(^|_)wer|(^|_)cer|corr|dice|kl|reward|elbo|psnr|ssim|fid|norm|mean|avg|rate""",
    re.IGNORECASE | re.VERBOSE,
)
FORMAT = re.compile(r"%[-+ #0-9.*]*([a-zA-Z])|\{(?P<field>[^{}:!]*)[^{}]*\}")
UNWRAPPED = frozenset({"cpu", "detach", "double", "float", "item", "mean", "numpy", "round", "tolist"})


class PrintedValue(NamedTuple):
    """A value that is printed, the text right before it, and whether it is printed as a number."""

    value: ast.expr
    label: str
    is_number: bool


def is_print(script: Script, call: ast.Call) -> bool:
    """Whether a call shows something to the reader of the console or the log."""
    if isinstance(call.func, ast.Name):
        return "builtins.print" in script.names(call.func) or call.func.id == "print"
    if call_name(call) not in PRINTERS or not isinstance(call.func, ast.Attribute):
        return False
    shown_by = ast.unparse(call.func.value).lower()
    return is_accelerator(script, call.func.value) or bool(re.search(r"log|tqdm|console|progress|pbar|bar$", shown_by))


def printed_values(call: ast.Call) -> Iterator[PrintedValue]:
    """Everything that a call prints, in order, with its label."""
    text = ""
    arguments = list(call.args)
    while arguments:
        argument = arguments.pop(0)
        if isinstance(argument, ast.Constant) and isinstance(argument.value, str):
            fields = len(FORMAT.findall(argument.value)) if "%" in argument.value else 0
            if fields and len(arguments) >= fields:
                yield from _fields(argument.value, arguments[:fields])
                del arguments[:fields]
            text = argument.value
        else:
            yield from _in_argument(argument, text)
            text = ""


def _in_argument(argument: ast.expr, text: str) -> Iterator[PrintedValue]:
    if isinstance(argument, ast.JoinedStr):
        for part in argument.values:
            if isinstance(part, ast.Constant):
                text += str(part.value)
            elif isinstance(part, ast.FormattedValue):
                yield PrintedValue(part.value, text, part.format_spec is not None)
                text = ""
    elif isinstance(argument, ast.BinOp) and isinstance(argument.op, ast.Mod) and isinstance(argument.left, ast.Constant):
        values = argument.right.elts if isinstance(argument.right, ast.Tuple) else [argument.right]
        yield from _fields(str(argument.left.value), values)
    elif call_name(argument) == "format" and isinstance(argument, ast.Call) and isinstance(argument.func, ast.Attribute):
        if isinstance(argument.func.value, ast.Constant):
            yield from _fields(str(argument.func.value.value), argument.args)
    elif isinstance(argument, ast.BinOp) and isinstance(argument.op, ast.Add) and _has_text(argument):
        yield from _in_sum(argument, text)
    else:
        yield PrintedValue(argument, text, False)


def _has_text(node: ast.expr) -> bool:
    """Whether a sum is one of texts, as far as its own words say."""
    return any(
        isinstance(part, ast.JoinedStr) or (isinstance(part, ast.Constant) and isinstance(part.value, str))
        for part in ast.walk(node)
    )


def _in_sum(argument: ast.BinOp, text: str) -> Iterator[PrintedValue]:
    """The values in `"loss: " + str(loss) + f", {rate}"`, each with the text before it."""
    for part in (argument.left, argument.right):
        if isinstance(part, ast.BinOp) and isinstance(part.op, ast.Add) and _has_text(part):
            yield from _in_sum(part, text)
        elif isinstance(part, ast.Constant):
            text = str(part.value)
        elif call_name(part) == "str" and isinstance(part, ast.Call) and len(part.args) == 1:
            yield PrintedValue(part.args[0], text, False)
        elif isinstance(part, (ast.JoinedStr, ast.BinOp, ast.Call)):
            yield from _in_argument(part, text)


def _fields(template: str, values: list[ast.expr]) -> Iterator[PrintedValue]:
    end = 0
    for field, value in zip(FORMAT.finditer(template), values, strict=False):
        yield PrintedValue(value, template[end : field.start()], field.group(1) not in ("s", "r") and len(field.group()) > 2)
        end = field.end()


def name_of(shown: PrintedValue) -> str:
    """What the script calls a printed value: its variable or key, else the words before it."""
    value = shown.value
    while isinstance(value, ast.Call) and isinstance(value.func, ast.Attribute) and _is_of_itself(value):
        value = value.func.value
    if isinstance(value, ast.Name):
        return value.id
    if isinstance(value, ast.Subscript) and isinstance(value.slice, ast.Constant) and isinstance(value.slice.value, str):
        return value.slice.value
    words = re.split(r"[^\w/ -]", shown.label.rstrip(" :=-\t"))[-1].split()
    if 0 < len(words) <= 3:
        return "_".join(words)
    if isinstance(value, ast.Attribute):
        return value.attr
    called = {_first_name(call.func) for call in ast.walk(value) if isinstance(call, ast.Call) and not _is_of_itself(call)}
    return next((node.id for node in ast.walk(value) if isinstance(node, ast.Name) and node not in called), "value")


def _is_of_itself(call: ast.Call) -> bool:
    """Whether a call is of a method that gives its own object in another form: `loss.item()`, but not `np.mean(losses)`."""
    return (
        isinstance(call.func, ast.Attribute)
        and call.func.attr in UNWRAPPED
        and all(isinstance(a, ast.Constant) for a in call.args)
    )


def _first_name(expression: ast.expr) -> ast.expr:
    """`np` of `np.random.mean`."""
    while isinstance(expression, ast.Attribute):
        expression = expression.value
    return expression


def is_measure(shown: PrintedValue) -> bool:
    """Whether a printed value is a number that says how the training goes."""
    return shown.is_number or call_name(shown.value) == "item" or bool(MEASURE.search(name_of(shown)))
