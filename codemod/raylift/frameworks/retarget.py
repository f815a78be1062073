"""A lifted script that changes its mind about the runtime.

    from ray.train.torch import TorchTrainer

becomes, with `--runtime raylift`, and back with `--runtime ray` where nothing in the script needs the bundled runtime:

    from raylift_runtime.torch import TorchTrainer
"""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping

from raylift.edits.imports import move_imports
from raylift.plan import Case, Edit, Finding, Refusal
from raylift.script import Script
from raylift.targets import TARGETS, TRAINER_NAMES, Target
from raylift.train_function.by_value import travels_by_value
from raylift.train_function.placement import guards
from raylift.train_function.statements import statements
from raylift.train_function.worker_start import reads_command_line, uses_own_folder


def swap_runtime(case: Case) -> Iterator[Finding]:
    """Let every import of the other runtime name the one that is wanted; raises Refusal where more than imports would have to change."""
    script, target = case.script, case.settings.target
    for other in TARGETS.values():
        if other is not target and target.reruns_script < other.reruns_script:
            _refuse_bound(script, other)
        for node in script.all(ast.ImportFrom):
            modules = _modules(other, target) if other is not target else {}
            names = {alias.name: alias.asname for alias in node.names}
            swapped = modules.get(node.module or "", ("", ()))
            wanted = [name for name in names if name in swapped[1]]
            if wanted and not node.level:
                written = [f"{name} as {names[name]}" if names[name] else name for name in wanted]
                kept = frozenset(alias or name for name, alias in names.items() if name not in wanted)
                change = move_imports(script.place_in_line(node), {swapped[0]: written}, kept)
                yield Edit(node, change, "RL109", f"`{swapped[0]}` stands in for `{node.module}`")


def _modules(old: Target, new: Target) -> Mapping[str, tuple[str, tuple[str, ...]]]:
    """For each module of a runtime its counterpart, and the names that both have."""
    return {old.torch: (new.torch, ("TorchTrainer",)), old.transformers: (new.transformers, TRAINER_NAMES)}


def _refuse_bound(script: Script, bundled: Target) -> None:
    """Raise where a script that is lifted for the bundled runtime needs what only that does."""
    remedy = "lift the script as it was before with `--runtime ray`, which writes out what it needs"
    own = (bundled.accelerate, bundled.data, bundled.legacy)
    for node in script.all(ast.ImportFrom):
        if node.module in own:
            raise Refusal(node.lineno, "RL309", f"`{node.module}` has no counterpart in stock Ray", remedy)
    for call in script.calls_to(f"{bundled.torch}.TorchTrainer"):
        if any(keyword.arg == "accelerate_config" for keyword in call.keywords):
            raise Refusal(call.lineno, "RL309", "stock Ray's TorchTrainer takes no `accelerate_config`", remedy)
        found = guards(script)
        every = [each for each in statements(script) if each.node not in found]
        if reads_command_line(script) or uses_own_folder(script):
            raise Refusal(call.lineno, "RL309", "stock Ray's workers know neither its command line nor its folder", remedy)
        if not travels_by_value(script, every, has_guard=bool(found)):
            raise Refusal(call.lineno, "RL309", "not all of its top level can be pickled, as stock Ray would", remedy)
