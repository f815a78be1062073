"""What a script asks of the process that it starts in, which a worker of stock Ray does not give it: command line and folder."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Iterator

from raylift.script import Script, ScriptNode

COMMAND_LINE_PACKAGES = frozenset({
    "absl", "argh", "argparse", "asyncclick", "chz", "click", "cloup", "configargparse", "cyclopts", "defopt", "docopt", "draccus",
    "fire", "hydra", "jsonargparse", "plac", "pydantic_settings", "pyrallis", "rich_click", "simple_parsing", "tap", "typer", "tyro",
})  # fmt: skip
COMMAND_LINE_NAMES = frozenset({"omegaconf.OmegaConf.from_cli", "sys.argv", "transformers.HfArgumentParser", "trl.TrlParser"})
FILE_CALL = re.compile(
    r"""^(builtins\.open | glob\.i?glob | io\.open | os\.(listdir|scandir|walk|makedirs|mkdir|remove|rename|replace|stat|chdir)
    | os\.path\.(abspath|exists|getsize|isdir|isfile|realpath) | pathlib\.(Path|PosixPath) | shutil\.\w+ | PIL\.Image\.open
    | cv2\.im(read|write) | h5py\.File | soundfile\.(read|write) | sqlite3\.connect | tarfile\.open | torchaudio\.(load|save) | zipfile\.ZipFile
    | (datasets\.)+load_from_disk | (joblib|torch|safetensors\.torch)\.(load|save)(_file)? | numpy\.(gen|load|save)\w* | pandas\.read_\w+)$""",
    re.VERBOSE,
)
FILE_METHOD = re.compile(
    r"^(load_adapter|load_state|save_model|save_pretrained|save_state|save_to_disk|to_(csv|json|parquet|pickle)|read_text|savefig|write_text)$"
)
FILE_NAME = re.compile(
    r"^\.{1,2}/|^(?!/|~)[^\s:{}]*\.(arrow|bin|csv|db|gz|h5|hdf5|jpe?g|jsonl?|model|npy|npz|parquet|pdf|pkl|png|pth?|safetensors|sqlite|tsv|txt|wav|xlsx|ya?ml|zip)$"
)
WHERE_RESULTS_GO = frozenset({"logging_dir", "output_dir"})
"""Arguments whose folder Ray's own storage stands in for: what is reported lies there."""


def reads_command_line(script: Script, reach: Iterable[ScriptNode] = ()) -> bool:
    """Whether the script, as a program, takes arguments; also where a module beside it parses them."""
    if any(binding.name.partition(".")[0] in COMMAND_LINE_PACKAGES for binding in script.imports()):
        return True
    names = (name for found in (ScriptNode(script, script.tree), *_beside(script, reach)) for name in _names_in(found))
    return any(
        name in COMMAND_LINE_NAMES or name.endswith("ArgumentParser") or name.partition(".")[0] in COMMAND_LINE_PACKAGES
        for name in names
    )


def uses_own_folder(script: Script, reach: Iterable[ScriptNode] = ()) -> bool:
    """Whether the script reads or writes files by names that mean the folder which it was started in."""
    return any(map(_uses_files, (ScriptNode(script, script.tree), *_beside(script, reach))))


def _beside(script: Script, reach: Iterable[ScriptNode]) -> Iterator[ScriptNode]:
    return (found for found in reach if found.script is not script)


def _names_in(found: ScriptNode) -> Iterator[str]:
    for node in ast.walk(found.node):
        if isinstance(node, (ast.Name, ast.Attribute)):
            yield from found.script.names(node)


def _uses_files(found: ScriptNode) -> bool:
    return any(
        _is_file_call(found.script, node) if isinstance(node, ast.Call) else _is_file_name(found.script, node)
        for node in ast.walk(found.node)
        if isinstance(node, (ast.Call, ast.Constant))
    )


def _is_file_call(script: Script, call: ast.Call) -> bool:
    if isinstance(call.func, ast.Attribute) and FILE_METHOD.match(call.func.attr) and (call.args or call.keywords):
        return True
    return any(map(FILE_CALL.search, script.names(call.func)))


def _is_file_name(script: Script, constant: ast.Constant) -> bool:
    if not isinstance(constant.value, str) or not FILE_NAME.search(constant.value):
        return False
    holder = script.parent(constant)
    if isinstance(holder, ast.keyword):
        return holder.arg not in WHERE_RESULTS_GO
    is_first = isinstance(holder, ast.Call) and holder.args[:1] == [constant]
    return not (is_first and isinstance(holder, ast.Call) and ast.unparse(holder.func).endswith("Arguments"))
