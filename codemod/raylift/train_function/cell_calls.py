"""What the calls in a notebook's cells are for, as far as their names tell."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from raylift.script import Script

LOOKING = re.compile(
    r"(^|\.)(print\w*|p?print|display\w*|show\w*|plot\w*|head|tail|describe|info|hist\w*|value_counts|help|dir|len|type|visuali[sz]e\w*"
    r"|imshow|bar|scatter|figure|legend|title|[xy]label|[xy]ticks|subplots?\w*|tight_layout|savefig|print_\w+|HTML|Markdown|Image)$"
)
"""Show something and change nothing."""
DRAWING = re.compile(
    r"(^|\.)(plot\w*|hist\w*|imshow|bar|scatter|figure|subplots?\w*|savefig|show|heatmap|ConfusionMatrixDisplay\w*|display)$"
)
"""Make a picture, or show one."""
PICTURED = re.compile(r"(^|\.)(pyplot\.\w+|plot\w*|hist\w*|imshow|bar|scatter|heatmap)$")
"""Draw something."""
SAVED = re.compile(r"(^|\.)(savefig|imsave|write_image|write_html)$")
"""Keep a picture in a file."""
OF_THE_DRIVER = re.compile(
    r"(^|[._])(log_?in|notebook_login|interpreter_login|install\w*|mount|system|run|check_call|check_output|Popen|makedirs|mkdir|urlretrieve"
    r"|download\w*|snapshot_download|extractall|unpack_archive|getpass|input|create_repo|upload\w*|rmtree|copy\w*|ray\.init|set_trace)$"
)
"""Need doing once, in the notebook's own process."""
ASKED = re.compile(r"(^|\.)(getpass(\.getpass)?|input|raw_input|prompt|userdata\.get|get_secret|get_gcloud_credential|upload)$")
"""Ask the person at the notebook, or what keeps their secrets: no worker can."""
SETTING_NAME = re.compile(
    r"(^|\.)(set_\w+|\w*seed\w*|filterwarnings|simplefilter|disable_\w+|enable_\w+|use_deterministic_algorithms|register\w*|basicConfig"
    r"|add_\w+|setdefault|update|empty_cache|append|insert|autolog)$"
)
OF_THE_WORKERS = re.compile(
    r"(Model|For[A-Z]\w+|Trainer|Arguments|Accelerator|Optimizer|Scheduler|AdamW?|SGD|\.pipeline|\.optim\.\w+|\.nn\.\w+|peft\.\w+|get_scheduler)\b"
)
"""Make models, trainers and the like, which every worker makes for itself."""
TRACKED = re.compile(
    r"^((wandb|swanlab|trackio|aim|comet_ml)\.(init|Run|Experiment|start)|mlflow\.start_run|neptune\.init(_run)?|clearml\.Task\.init)$"
)
"""Begin what a training is recorded by, in the process that trains."""
MEMORY = re.compile(
    r"\.(accelerator|cuda|xpu)\.(max_)?(memory_\w+|reset_\w+stats|mem_get_info|get_device_(name|properties)|get_memory_info)$"
)
"""Measure the memory of their own process and of its GPU: once there is a model, that is the workers'."""
DRAWS = re.compile(r"^(torch\.(rand\w*|bernoulli|normal|multinomial)|numpy\.random\.(?!default_rng|RandomState|seed)\w+)$")
"""Take random numbers from the process's own store of them."""

LOADER = re.compile(r"(^|\.)DataLoader$")
"""Make what gives batches in an order of its own."""


def written_name(call: ast.Call) -> str:
    """The name of what is called, as it is written."""
    return ast.unparse(call.func) if isinstance(call.func, (ast.Name, ast.Attribute)) else ""


def names_called(script: Script, node: ast.AST) -> Iterator[str]:
    """The full names of what is called in a statement, or as they are written where nobody knows."""
    for call in (part for part in ast.walk(node) if isinstance(part, ast.Call)):
        yield from script.names(call.func) or (written_name(call),)


def calls_any(script: Script, node: ast.AST, kind: re.Pattern[str]) -> bool:
    """Whether a statement calls something of a kind."""
    return any(kind.search(name) for name in names_called(script, node))


def only_looks(node: ast.stmt) -> bool:
    """Whether a statement only shows something: an expression without calls, or calls that do that."""
    if isinstance(node, (ast.For, ast.If, ast.With)):
        return all(map(only_looks, [*node.body, *getattr(node, "orelse", ())]))
    if not isinstance(node, ast.Expr):
        return isinstance(node, ast.Pass)
    if not isinstance(node.value, ast.Call):
        return not any(isinstance(part, (ast.Await, ast.Yield)) for part in ast.walk(node))
    return bool(LOOKING.search(written_name(node.value)))
