"""Whether every report that a lift has added is reached by all ranks, and not once per step."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from raylift.result_check.binding_flow import FUNCTION_NODES
from raylift.result_check.fault import Fault
from raylift.result_check.imported_names import imported_names, uses_ray_training
from raylift.result_check.parsed_bytes import ParsedBytes, blocks_of

RANK = re.compile(
    r"\b(is_)?((local|world|global|node)_)?(rank|process_index|process_zero|main_process|last_process|rank_zero)\b"
    r"|\b(get_(\w+_)?rank|is_master\w*|is_rank_?0|(RANK|LOCAL_RANK))\b"
)
ONE_RANK = re.compile(r"\bon_(\w+_)?process\b|\brank_zero_only\b|\bmaster_only\b")
STEP_HOOKS = frozenset({"forward", "training_step", "compute_loss", "prediction_step", "evaluation_step", "validation_step"})
DATA_NAMES = re.compile(r"(loader|batch(es)?|dataset|(^|_)dl)\b", re.IGNORECASE)
WAYS_OUT = (ast.Return, ast.Continue, ast.Break)
LOOP_NODES = (ast.For, ast.AsyncFor, ast.While)
Way = list[ast.AST]


def report_faults(before: ParsedBytes, after: ParsedBytes) -> Iterator[Fault]:
    """Reports under a rank test, behind a way out for some ranks, or in the loop over batches."""
    names = {name.bound for name in imported_names(after) if name.full == "raylift_runtime.accelerate.report"}
    if uses_ray_training(before):
        return
    ways = list(_ways_to_reports(after.tree, names))
    ranks = _rank_names(after) if ways else frozenset[str]()
    for way in ways:
        for text in _wrong(way, ranks, after):
            yield Fault(getattr(way[-1], "lineno", 0), text)


def _ways_to_reports(tree: ast.Module, names: set[str]) -> Iterator[Way]:
    """Every statement that reports, with those that it stands in, the outermost first."""
    waiting: list[Way] = [[tree]]
    while waiting:
        way = waiting.pop()
        inner = [node for block in blocks_of(way[-1]) for node in block]
        waiting += [[*way, node] for node in inner if blocks_of(node)]
        yield from ([*way, node] for node in inner if isinstance(node, ast.Expr) and _reports(node.value, names))


def _reports(node: ast.expr, names: set[str]) -> bool:
    if not isinstance(node, ast.Call):
        return False
    if isinstance(node.func, ast.Name):
        return node.func.id in names
    return isinstance(node.func, ast.Attribute) and node.func.attr == "report" and ast.unparse(node.func) == "ray.train.report"


def _wrong(way: Way, ranks: frozenset[str], after: ParsedBytes) -> Iterator[str]:
    """What is wrong with the place of one report."""
    start = max((i for i, node in enumerate(way) if isinstance(node, FUNCTION_NODES)), default=0)
    function, inside = way[start], way[start:]
    tests = [node.test for node in inside if isinstance(node, (ast.If, ast.While))]
    if any(_asks_rank(test, ranks) for test in tests) or any(_lets_some_leave(node, inside, ranks) for node in inside):
        yield "a report stands where only some ranks get to"
    if isinstance(function, FUNCTION_NODES):
        if any(ONE_RANK.search(ast.unparse(decorator)) for decorator in function.decorator_list):
            yield "a report stands in a function that only some ranks run"
        if _is_called_for_some(function.name, after, ranks):
            yield "a report stands in a function that only some ranks call"
        if function.name in STEP_HOOKS:
            yield f"a report stands in `{function.name}`, which runs at every step"
    loop = next((node for node in reversed(inside) if isinstance(node, LOOP_NODES)), None)
    if loop is not None and _goes_over_batches(loop):
        yield "a report stands in the loop over batches"


def _rank_names(parsed: ParsedBytes) -> frozenset[str]:
    """The names that are bound to what tells the rank."""
    found: set[str] = set()
    for node in parsed.nodes:
        if not isinstance(node, ast.Assign) or not isinstance(node.value, (ast.Attribute, ast.Compare, ast.BoolOp, ast.UnaryOp)):
            continue
        if RANK.search(ast.unparse(node.value)):
            found |= {target.id for target in node.targets if isinstance(target, ast.Name)}
    return frozenset(found)


def _asks_rank(test: ast.expr, ranks: frozenset[str]) -> bool:
    names = {node.id for node in ast.walk(test) if isinstance(node, ast.Name)}
    return bool(names & ranks) or bool(RANK.search(ast.unparse(test)))


def _lets_some_leave(holder: ast.AST, way: Way, ranks: frozenset[str]) -> bool:
    """Whether a test of the rank before the report, in one of the blocks around it, ends in a way out."""
    for block in blocks_of(holder):
        at = next((i for i, node in enumerate(block) if node in way), 0)
        tests = [node for node in block[:at] if isinstance(node, ast.If) and _asks_rank(node.test, ranks)]
        if any(isinstance(branch[-1], WAYS_OUT) for test in tests for branch in blocks_of(test) if branch):
            return True
    return False


def _is_called_for_some(name: str, after: ParsedBytes, ranks: frozenset[str]) -> bool:
    """Whether a call of a function stands under a test of the rank."""
    tests = [node for node in after.nodes if isinstance(node, ast.If) and _asks_rank(node.test, ranks)]
    inside = (part for test in tests for branch in blocks_of(test) for node in branch for part in ast.walk(node))
    called = (part.func for part in inside if isinstance(part, ast.Call))
    return any(isinstance(function, ast.Name) and function.id == name for function in called)


def _goes_over_batches(loop: ast.AST) -> bool:
    """Whether a loop goes over data and trains with each piece of it."""
    if not isinstance(loop, (ast.For, ast.AsyncFor)) or not DATA_NAMES.search(
        f"{ast.unparse(loop.target)} {ast.unparse(loop.iter)}"
    ):
        return False
    own: list[ast.AST] = list(loop.body)
    while own:
        node = own.pop()
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "backward":
            return True
        if not isinstance(node, (*LOOP_NODES, *FUNCTION_NODES, ast.Lambda)):
            own += ast.iter_child_nodes(node)
    return False
