"""What becomes of streams on the workers: Ray deals their rows out, where what trains takes them one by one."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from raylift.plan import Finding, NeededImport, Notice, Refusal
from raylift.ray_data.data_uses import DataUse
from raylift.ray_data.handed_over import HandedOver
from raylift.ray_data.trainers import takes_rows
from raylift.script import Script

WITHOUT = "run it without streaming, or lift it without `--data ray`"


def refuse_streams(script: Script, data: HandedOver, *, is_stock: bool) -> None:
    """Raise where rows that are dealt out while the training runs can be no dataset there."""
    for use in data.uses:
        stream = data.streams.get(use.name)
        if stream is None:
            continue
        what = "the data are a stream" if stream.is_certain else "the data may be a stream"
        if is_stock:
            text = f"{what}, whose rows the driver cannot count for stock Ray: `{ast.unparse(stream.cause)}`"
            raise Refusal(stream.cause.lineno, "RL345", text, "lift with `--runtime raylift`, which deals streams out")
        if stream.is_certain and _maps(script, use):
            text = f"{what}, which `{ast.unparse(use.call.func)}` maps itself: `{ast.unparse(stream.cause)}`"
            raise Refusal(stream.cause.lineno, "RL342", text, WITHOUT)


def dealt_streams(script: Script, data: HandedOver) -> list[str]:
    """The streams that Ray must deal out among the workers: a Trainer splits what it evaluates by itself."""
    names = (use.name for use in data.uses if not _maps(script, use) and (use.is_loader or use.name == "train"))
    return [name for name in dict.fromkeys(names) if name in data.streams]


def stream_findings(script: Script, data: HandedOver) -> Iterator[Finding]:
    """What the streams of a script need, and what its reader must know of them; told once."""
    if dealt_streams(script, data):
        yield NeededImport("ray.train", "DataConfig")
    for use in data.uses:
        if use.name not in data.streams:
            continue
        text = "the rows of a stream are dealt out while the training runs: what does not divide among the workers is left out"
        remedy = "give `max_steps`, or the steps of an epoch, that all workers have"
        if _maps(script, use):
            text = f"a run whose data are a stream ends at once: `{ast.unparse(use.call.func)}` maps what it is given"
            remedy = WITHOUT
        yield Notice(data.streams[use.name].cause.lineno, "RL244", text, remedy)
        return


def _maps(script: Script, use: DataUse) -> bool:
    """Whether a Trainer maps and filters its dataset first."""
    return not use.is_loader and not takes_rows(script, use)
