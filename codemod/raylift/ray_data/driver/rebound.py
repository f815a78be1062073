"""Names of data that mean something else once they have been given away: the driver would hand over the last of what they meant."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from raylift.plan import Refusal
from raylift.ray_data.data_uses import DataUse
from raylift.ray_data.driver.leaves import names_read
from raylift.ray_data.driver.slices import Part
from raylift.script import Script


def refuse_rebound(script: Script, slices: Mapping[DataUse, Sequence[Part]]) -> None:
    """Raise where a statement that makes other data changes what a use was given before."""
    taken = {leaf for parts in slices.values() for part in parts for leaf in part.taken}
    for use, parts in slices.items():
        own = {leaf for part in parts for leaf in part.taken}
        reads = names_read(script, use.given)
        for leaf in sorted(taken - own, key=lambda each: each.node.lineno):
            if changed := sorted(name for _, name in reads & leaf.makes):
                text = f"`{changed[0]}`, which is given here, becomes something else in line {leaf.node.lineno}"
                raise Refusal(use.line, "RL343", text, "give each dataset a name of its own")
