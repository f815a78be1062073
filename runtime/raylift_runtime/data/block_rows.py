"""All rows of a dataset in blocks, of which a worker reads those that it is asked for."""

from __future__ import annotations

import bisect
import itertools
from collections import OrderedDict
from typing import TYPE_CHECKING, Any

from torch.utils.data import Dataset

from raylift_runtime.data.blocks import FORMAT, Blocks, starts_of
from raylift_runtime.data.epoch_order import WINDOW

if TYPE_CHECKING:
    from collections.abc import Sequence


class BlockRows(Dataset[Any]):  # type: ignore[misc]  # mypy does not follow torch here
    """The dataset that the driver handed over as `name`, with the rows as the Hugging Face dataset there would give them.

    It is as long as the whole dataset; a rank reads only the blocks in which its rows lie, and holds `WINDOW` of them at a time, in
    the node's shared memory. Not to be read in a subprocess, which Ray does not know.
    """

    def __init__(self, name: str, blocks: Blocks) -> None:
        self.name, self.blocks = name, blocks
        self._starts = starts_of(blocks.counts)
        self._open: OrderedDict[int, Any] = OrderedDict()

    def __len__(self) -> int:
        return self._starts[-1]

    @property
    def column_names(self) -> list[str]:
        """The names of the columns, as the Hugging Face dataset has them."""
        names: list[str] = self._block(0).column_names
        return names

    @property
    def features(self) -> Any:
        """The types of the columns, as the Hugging Face dataset has them."""
        return self._block(0).features

    def to_huggingface(self) -> Any:
        """All rows as a Hugging Face dataset, for what maps and filters it, as TRL's Trainers do: this node then holds all of it."""
        from datasets import concatenate_datasets

        return concatenate_datasets([self._block(number) for number in range(len(self.blocks.counts))])

    def __getitem__(self, row: int) -> Any:
        place = range(len(self))[row]  # raises IndexError, and counts from the end
        block = self._block_with(place)
        return self._block(block)[place - self._starts[block]]

    def __getitems__(self, rows: Sequence[int]) -> list[Any]:
        """The rows in the order in which they are asked for, read once a block: a DataLoader calls this for each batch."""
        found: dict[int, Any] = {}
        for block, group in itertools.groupby(sorted(set(rows)), self._block_with):
            places = list(group)
            read = self._block(block).__getitems__([place - self._starts[block] for place in places])
            found.update(zip(places, read, strict=True))
        return [found[row] for row in rows]

    def _block_with(self, row: int) -> int:
        return bisect.bisect_right(self._starts, row) - 1

    def _block(self, number: int) -> Any:
        """A block as a Hugging Face dataset, from shared memory without a copy, from another node if need be."""
        if number not in self._open:
            self._open[number] = _opened(self.blocks.references[number])
            while len(self._open) > WINDOW + 1:
                self._open.popitem(last=False)
        self._open.move_to_end(number)
        return self._open[number]


def rows_within(dataset: Any) -> BlockRows | None:
    """The rows in blocks that a dataset is, or that one of a script's own wraps, row by row; None where it has none."""
    held = [dataset, *(vars(dataset).values() if isinstance(dataset, Dataset) else ())]
    found = [each for each in held if isinstance(each, BlockRows)]
    return found[0] if len(found) == 1 and len(dataset) == len(found[0]) else None


def _opened(reference: Any) -> Any:
    import ray
    import ray.cloudpickle
    from datasets import Dataset
    from datasets.table import InMemoryTable

    table = ray.get(reference)
    chosen = ray.cloudpickle.loads(table.schema.metadata[FORMAT])
    dataset = Dataset(InMemoryTable(table), fingerprint=reference.hex())  # a fingerprint of its own would cost a reading of all
    dataset.set_format(
        chosen["type"], columns=chosen["columns"], output_all_columns=chosen["output_all_columns"], **chosen["format_kwargs"]
    )
    return dataset
