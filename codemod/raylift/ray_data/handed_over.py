"""What goes to the driver's function, what stays with the workers, and what both need."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from raylift.frameworks.hf_trainer.trainer_classes import trainer_constructions
from raylift.plan import Case, Refusal
from raylift.ray_data.data_uses import DataUse, data_uses
from raylift.ray_data.driver.leaves import Leaf, Name, is_rank_block, makers_of
from raylift.ray_data.driver.rebound import refuse_rebound
from raylift.ray_data.driver.slices import Part, in_order, is_seeding, slice_of
from raylift.ray_data.driver.streams import Stream, stream_of
from raylift.ray_data.origins import refuse_other_data
from raylift.ray_data.row_wrappers import unwrapped
from raylift.ray_data.shared_loaders import called_for_each
from raylift.script import Script
from raylift.script.scopes import FUNCTIONS, Function


@dataclass(frozen=True, slots=True)
class RowCount:
    """A question for how many rows one of the datasets has."""

    call: ast.Call
    name: str


@dataclass(frozen=True, slots=True)
class HandedOver:
    """The data of a script: its uses, the parts of the driver's function, the statements that leave the workers, and what streams."""

    uses: tuple[DataUse, ...]
    parts: tuple[Part, ...]
    gone: frozenset[ast.stmt]
    repeated: tuple[ast.stmt, ...]
    counts: tuple[RowCount, ...]
    streams: Mapping[str, Stream]


def handed_over(case: Case) -> HandedOver:
    """How the data of a script are handed over; raises Refusal where they cannot be."""
    script = case.script
    uses = data_uses(script)
    if not uses:
        text = "nothing here can be handed over by Ray Data: no Trainer is given a dataset by name, and no DataLoader is made in this file"
        line = min((call.lineno for call in trainer_constructions(script)), default=1)
        raise Refusal(
            line, "RL340", text, "give the Trainer `train_dataset=`, load the data in this file, or lift it without `--data ray`"
        )
    if case.commands:
        raise Refusal(
            uses[0].line,
            "RL343",
            "a command launches the workers here, and loads the data itself",
            "lift it without `--data ray`",
        )
    uses = called_for_each(case, [unwrapped(script, use) for use in uses])
    uses = _of_one_name([unwrapped(script, use) for use in uses])
    for use in uses:
        refuse_other_data(script, use)
    _refuse_exclusive(script, uses)
    slices = {use: slice_of(case, use) for use in uses}
    refuse_rebound(script, slices)
    streams = {use.name: stream for use, each in slices.items() if (stream := stream_of(script, use.given, each))}
    parts = _joined([part for each in slices.values() for part in each])
    _refuse_mixed(parts)
    taken = [each for part in parts for each in part.taken]
    counts = tuple(row_counts(script, uses, taken))
    replaced = {node for use in uses for node in ast.walk(use.dataset)} | {
        node for count in counts for node in ast.walk(count.call)
    }
    gone = _gone(script, taken, replaced)
    repeated = tuple(sorted((each.node for each in taken if each.node not in gone), key=lambda node: node.lineno))
    return HandedOver(tuple(uses), tuple(parts), frozenset(gone), repeated, counts, streams)


def _of_one_name(uses: Sequence[DataUse]) -> list[DataUse]:
    """The uses, where several of one wrapper have the name of the first."""
    names = {use.wrapper: use.name for use in reversed(uses)}
    return [replace(use, name=names[use.wrapper]) if use.wrapper else use for use in uses]


def _refuse_exclusive(script: Script, uses: Sequence[DataUse]) -> None:
    """Raise where a run uses some datasets or all others, as a condition says: the driver would make both."""
    branches: dict[ast.If, tuple[list[DataUse], list[DataUse]]] = {}
    for use in uses:
        for place in {use.call, use.place}:
            inner: ast.AST = place
            for holder in script.enclosing(place):
                if isinstance(holder, ast.If):
                    branches.setdefault(holder, ([], []))[inner in holder.orelse].append(use)
                inner = holder
    for holder, (first, other) in branches.items():
        if first and other and {ast.dump(use.given) for use in first}.isdisjoint(ast.dump(use.given) for use in other):
            text = (
                f"a run trains on these data or on those of line {first[0].line}, as the condition in line {holder.lineno} says"
            )
            raise Refusal(other[0].line, "RL343", text, "choose the data first, and give them to one loader or Trainer")


def _joined(parts: Iterable[Part]) -> list[Part]:
    """The parts of all slices, one for each frame."""
    found: dict[Function | None, Part] = {}
    for part in parts:
        key = part.frame.function
        if key not in found:
            found[key] = part
            continue
        old = found[key]
        given = in_order({*old.given, *part.given})
        taken = sorted({*old.taken, *part.taken}, key=lambda each: (each.node.lineno, each.node.col_offset))
        found[key] = Part(old.frame, given, tuple(taken), old.states | part.states)
    return list(found.values())


def _refuse_mixed(parts: list[Part]) -> None:
    """Raise where one name means two things in functions whose statements come to stand in one."""
    held: dict[str, ast.AST] = {}
    for part in parts:
        made: dict[str, ast.AST] = {name: each.node for each in part.taken for _, name in each.makes}
        made |= {name: given for name, given in part.given if not (isinstance(given, ast.Name) and given.id == name)}
        for name in made.keys() & held.keys():
            text = f"`{name}` means one thing here and another where the data are made (line {getattr(held[name], 'lineno', 0)})"
            raise Refusal(getattr(made[name], "lineno", 0), "RL341", text, "give one of the two another name")
        for each in part.taken:
            if any(isinstance(inner, (*FUNCTIONS, ast.Lambda)) for inner in ast.walk(each.node)):
                held |= {name: each.node for owner, name in each.reads if owner is not None and owner.node is part.frame.function}


def _gone(script: Script, taken: list[Leaf], replaced: set[ast.AST]) -> set[ast.stmt]:
    """The statements that no worker needs: what they make is read by nothing that stays."""
    makers = makers_of(taken)
    nodes = {each.node for each in taken}
    conditions = {holder for each in taken for holder in each.within}
    inside: dict[ast.AST, ast.stmt] = {}
    for whole in nodes:
        inside |= dict.fromkeys(ast.walk(whole), whole)
    for holder in conditions:
        inside |= dict.fromkeys(ast.walk(holder.test), holder)
    reads: dict[ast.stmt | None, list[Name]] = {}
    for node in script.all(ast.Name):
        if isinstance(node.ctx, ast.Load) and node not in replaced:
            reads.setdefault(inside.get(node), []).append((script.scope(node).owner(node.id), node.id))
    kept = {node for node in nodes if is_seeding(script, node)}
    gone = nodes - kept
    waiting: list[ast.stmt | None] = [None, *kept, *(holder for holder in conditions if not _holds_only(holder, nodes))]
    while waiting:
        for name in reads.pop(waiting.pop(), ()):
            for each in makers.get(name, ()):
                if each.node in gone:
                    gone.remove(each.node)
                    waiting += [each.node, *each.within]
    return gone


def _holds_only(node: ast.stmt, taken: set[ast.stmt]) -> bool:
    """Whether a condition holds nothing but statements that the driver takes."""
    return all(inner in taken or (isinstance(inner, ast.If) and _holds_only(inner, taken)) for inner in inside_of(node))


def blocks_gone(script: Script, gone: frozenset[ast.stmt]) -> list[ast.stmt]:
    """The outermost statements that go: a condition, or a block of ranks, goes with all that it holds."""
    every = set(gone)
    waiting = list(gone)
    while waiting:
        holder = script.parent(waiting.pop())
        if not isinstance(holder, ast.stmt) or holder in every or not (isinstance(holder, ast.If) or is_rank_block(holder)):
            continue
        if all(node in every for node in inside_of(holder)):
            every.add(holder)
            waiting.append(holder)
    return [node for top in every if script.parent(top) not in every for node in _removable(script, top)]


def _removable(script: Script, node: ast.stmt) -> Iterator[ast.stmt]:
    holder = script.parent(node)
    is_elif = (
        isinstance(node, ast.If) and isinstance(holder, ast.If) and node in holder.orelse and node.col_offset == holder.col_offset
    )
    if not is_elif:
        yield node
        return
    for inner in inside_of(node):
        yield from _removable(script, inner)


def inside_of(node: ast.stmt) -> list[ast.stmt]:
    return [
        inner for _, block in ast.iter_fields(node) if isinstance(block, list) for inner in block if isinstance(inner, ast.stmt)
    ]


def row_counts(script: Script, uses: Iterable[DataUse], taken: Sequence[Leaf]) -> Iterator[RowCount]:
    """The calls `len(dataset)` of what is handed over, where that is made for good."""
    makers = makers_of(taken)
    nodes = {part for each in taken for part in ast.walk(each.node)}
    named = {key: use for use in uses if (key := _place(script, use.dataset))}
    for call in script.calls_to("builtins.len"):
        key = _place(script, call.args[0]) if call.args else None
        if key in named and call not in nodes and all(each.node.lineno < call.lineno for each in makers.get(key[0], ())):
            yield RowCount(call, named[key].name)


def _place(script: Script, dataset: ast.expr) -> tuple[Name, str] | None:
    """What tells one dataset from others: the name that holds it, or the one it is taken from by a key written there."""
    holder = dataset.value if isinstance(dataset, ast.Subscript) and isinstance(dataset.slice, ast.Constant) else dataset
    return ((script.scope(holder).owner(holder.id), holder.id), ast.unparse(dataset)) if isinstance(holder, ast.Name) else None
