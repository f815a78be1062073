"""Ranks with batches of different sizes gather all rows; ranks are stood in for by what they send."""

from __future__ import annotations

import torch

from raylift_runtime.data.uneven_gather import gathered


def test_ranks_with_more_rows_lose_none_and_others_repeat_none() -> None:
    parts = [torch.tensor([[1.0], [2.0]]), torch.tensor([[3.0]])]

    def gather(tensor: torch.Tensor) -> torch.Tensor:
        """As rank 1 sees it: its own rows after those of rank 0."""
        return torch.cat([torch.tensor([2]) if tensor.ndim == 1 else parts[0], tensor])

    assert gathered(parts[1], gather).tolist() == [[1.0], [2.0], [3.0]]


def test_what_is_of_one_shape_is_gathered_as_ever() -> None:
    calls: list[torch.Tensor] = []

    def gather(tensor: torch.Tensor) -> torch.Tensor:
        calls.append(tensor)
        return torch.cat([tensor, tensor]) if tensor.ndim else tensor.repeat(2)

    assert gathered(torch.tensor(3.0), gather).tolist() == [3.0, 3.0]
    assert gathered(torch.tensor([1.0, 2.0]), gather).tolist() == [1.0, 2.0, 1.0, 2.0]
    assert [call.ndim for call in calls] == [0, 1, 1]
