"""Which code is light: cheap, free of training, and right to run on the driver as well as on every worker."""

from __future__ import annotations

import ast
import re
import sys
from collections.abc import Iterator

from raylift.script import Script, Value, remembered_for
from raylift.script.facts import may_lack_some
from raylift.script.scopes import DEFINITIONS, FUNCTIONS
from raylift.script.syntax import call_name

LIGHT_PACKAGES = frozenset(sys.stdlib_module_names) | {
    "absl", "click", "colorama", "colorlog", "dotenv", "loguru", "nltk", "numpy", "omegaconf", "packaging", "rich", "tqdm", "typer",
    "typing_extensions", "yaml",
}  # fmt: skip
HEAVY_NAMES = frozenset({"builtins.exec", "builtins.eval", "builtins.input", "builtins.__import__", "nltk.download"})
LIGHT_NAME = re.compile(
    r"""\.(get_?logger | is_\w+ | \w+_available | check_\w*version | require_version\w* | (set|get|add|disable|enable|suppress)_\w+
    | seed\w* | manual_seed\w* | filterwarnings | simplefilter | HfArgumentParser | TrlParser | device | ConfigStore | instance
    | current_\w+ | \w+_count | register\w* | patch\w* | replace_\w+ | keys | values | items | get | float\d+ | bfloat\d+)$""",
    re.VERBOSE,
)
TIMELESS = re.compile(
    r"""^(builtins\.(abs|bool|dict|float|frozenset|getattr|int|isinstance|len|list|max|min|range|round|set|sorted|str|sum|tuple|type|zip)
    | os\.(getenv|environ\.get|path\.(abspath|basename|dirname|expanduser|join|realpath|splitext)) | pathlib\.\w+ | re\.compile
    | functools\.partial | collections\.\w+ | typing\.\w+ | torch\.(device|cuda\.(is_available|device_count)|backends\.\w+\.is_\w+)
    | argparse\.ArgumentParser | (.*\.)?(get_?logger|HfArgumentParser|TrlParser|Typer|is_\w+_available))$""",
    re.VERBOSE | re.IGNORECASE,
)
SETTING = re.compile(r"^(os\.(environ|putenv|unsetenv|system)|sys\.(path|modules)|site|subprocess|warnings|matplotlib)(\.|$)")
LOCAL = re.compile(
    r"^(os\.(cpu_count|environ|getenv|getpid)|platform|socket|torch\.(accelerator|backends|cuda|distributed|mps|npu|xpu))(\.|$)"
)
HEAVY_METHODS = frozenset({
    "parse_args_into_dataclasses", "parse_args_and_config", "parse_dict", "parse_json_file", "parse_yaml_file",
})  # fmt: skip
"""They make `TrainingArguments`, which belong to the worker."""
ASKS_THE_GPU = re.compile(
    r"^torch\.(accelerator|cuda|hpu|mlu|mps|mtia|musa|npu|xpu)\.((?!is_available$|device_count$|is_initialized$|is_built$|(\w+_)?seed\w*$)\w+(\.\w+)*)$"
)
"""What fails, or takes memory of its GPU, on a driver that needs none; a seed waits until there is one."""
HEAVY_NAME = re.compile(r"\.(get_peft_model|get_dataset\w*|get_model\w*|set_epoch|set_device|get_\w*dataloader\w*)$")


def is_light(script: Script, node: ast.AST) -> bool:
    """Whether everything that a node calls while it is evaluated is light; function bodies do not count."""
    return not isinstance(node, ast.While) and all(_is_light_call(script, call, 0) for call in _calls_now(node))


def is_timeless(script: Script, node: ast.AST) -> bool:
    """Whether all that a node calls answers the same whenever it is asked."""
    return all(any(map(TIMELESS.search, script.names(call.func))) for call in _calls_now(node))


def is_setting(script: Script, node: ast.AST) -> bool:
    """Whether a node says how what is imported later shall behave, or brings it there."""
    parts = [part for part in ast.walk(node) if isinstance(part, (ast.Attribute, ast.Name))]
    return any(SETTING.search(name) for part in parts for name in script.names(part))


def asks_where_it_runs(script: Script, node: ast.AST) -> bool:
    """Whether a node reads what differs from process to process, or from the driver's machine to that of a worker."""
    parts = [part for part in ast.walk(node) if isinstance(part, (ast.Attribute, ast.Name))]
    return any(LOCAL.search(name) for part in parts for name in script.names(part))


def _calls_now(node: ast.AST) -> Iterator[ast.Call]:
    """The calls that evaluating a node makes itself; the bodies of functions in it run later."""
    if isinstance(node, FUNCTIONS):
        for part in (*node.decorator_list, *node.args.defaults, *(d for d in node.args.kw_defaults if d)):
            yield from _calls_now(part)
        return
    if isinstance(node, ast.Lambda):
        return
    if isinstance(node, ast.Call):
        yield node
    for child in ast.iter_child_nodes(node):
        yield from _calls_now(child)


def _is_light_call(script: Script, call: ast.Call, depth: int) -> bool:
    return _is_light_at(script, (call, depth))


@remembered_for
def _is_light_at(script: Script, asked: tuple[ast.Call, int]) -> bool:
    call, depth = asked
    if isinstance(call.func, ast.Attribute) and call.func.attr in HEAVY_METHODS:
        return False
    values = list(script.values(call.func))
    if may_lack_some(values):
        return False
    if values:
        return all(_is_light_value(script, value, depth) for value in values)
    if isinstance(call.func, ast.Attribute):
        return _is_light_receiver(script, call.func.value, depth)
    return False


def _is_light_receiver(script: Script, receiver: ast.expr, depth: int) -> bool:
    """A method of a literal, or of what a light call returned, is light; not of `getattr(torch, device_type)`, a GPU's module."""
    values = list(script.values(receiver))
    return bool(values) and not may_lack_some(values) and all(_is_light_object(script, value, depth) for value in values)


def _is_light_object(script: Script, value: Value, depth: int) -> bool:
    if isinstance(value, str):
        return _is_light_value(script, value, depth)
    if isinstance(value.node, ast.Call):
        is_chosen = call_name(value.node) == "getattr" and any(
            "torch" in value.script.names(part) for part in value.node.args[:1]
        )
        return depth < 8 and not is_chosen and _is_light_call(value.script, value.node, depth + 1)
    return isinstance(value.node, (ast.Constant, ast.JoinedStr, ast.List, ast.Dict, ast.Tuple, ast.Set, ast.BinOp, ast.ListComp))


def _is_light_value(script: Script, value: Value, depth: int) -> bool:
    if isinstance(value, str):
        root = value.lstrip(".").partition(".")[0]
        if value in HEAVY_NAMES or HEAVY_NAME.search(value) or ASKS_THE_GPU.match(value):
            return False
        return root == "builtins" or root in LIGHT_PACKAGES or bool(LIGHT_NAME.search(value)) or ".backends." in value
    if isinstance(value.node, DEFINITIONS):
        return depth < 8 and _is_light_definition(value.script, (value.node, depth))
    if isinstance(value.node, ast.Attribute):
        return _is_light_receiver(value.script, value.node.value, depth)
    return isinstance(value.node, ast.Lambda) and is_light(value.script, value.node.body)


@remembered_for
def _is_light_definition(script: Script, asked: tuple[ast.AST, int]) -> bool:
    """Calling a function of the script is light if all that it calls is; a class, if its own set-up is."""
    node, depth = asked
    if isinstance(node, ast.ClassDef):
        if not all(_is_light_base(value, depth) for base in node.bases for value in script.values(base)):
            return False
        bodies = [part for part in node.body if isinstance(part, FUNCTIONS) and part.name in ("__init__", "__post_init__")]
    else:
        assert isinstance(node, FUNCTIONS)
        bodies = [node]
    calls = [call for body in bodies for part in body.body for call in ast.walk(part) if isinstance(call, ast.Call)]
    return all(_is_light_call(script, call, depth + 1) for call in calls)


def _is_light_base(base: Value, depth: int) -> bool:
    """Whether a class may be set up as what it derives from is: a library's class is light if its package is, one in sight by its own."""
    if isinstance(base, str):
        return base.lstrip(".").partition(".")[0] in LIGHT_PACKAGES | {"builtins"}
    return not isinstance(base.node, ast.ClassDef) or (depth < 8 and _is_light_definition(base.script, (base.node, depth + 1)))
