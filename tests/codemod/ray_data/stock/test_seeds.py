"""The seed that a loop of stock Ray is shuffled by: what the script sets before its loader, where that is in sight."""

from __future__ import annotations

import re

import pytest
from tests.codemod.lifting import lifted
from tests.codemod.ray_data.test_handed_over import loop


def batches(seeding: str, loader: str = 'DataLoader(load_dataset("x"), batch_size=4, shuffle=True)') -> str:
    """The call that makes the batches of a loop, with what stands before its loader."""
    source = "from accelerate.utils import set_seed\nimport transformers\n" + loop(seeding + f"\nloader = {loader}")
    code = lifted(source, data="ray", runtime="ray")
    found = re.search(r"iter_torch_batches\(.*", code, re.DOTALL)
    assert found
    return found.group().partition("model")[0]


@pytest.mark.parametrize(
    ("seeding", "seed"),
    [
        ("set_seed(7)", "7"),
        ("transformers.set_seed(seed=7)", "7"),
        ("seed = make()\nset_seed(seed, device_specific=True)", "seed"),
        ("args = make()\nset_seed(args.seed)", "args.seed"),
        ("config = make()\nif config['seed'] is not None:\n    set_seed(config['seed'])", "config['seed']"),
        ("set_seed(1)\nset_seed(2)", "2"),
    ],
)
def test_a_seed_that_is_set_before_a_loader_is_that_of_its_batches(seeding: str, seed: str) -> None:
    assert f"local_shuffle_seed={seed}," in batches(seeding)


@pytest.mark.parametrize(
    "seeding",
    [
        "pass",
        "set_seed(make())",
        "set_seed(**make())",
        "if make():\n    set_seed(7)",
        "later = lambda: set_seed(7)",
        "def seeded():\n    set_seed(7)",
        "torch.manual_seed(7)",
    ],
)
def test_a_seed_that_may_not_be_set_by_then_is_left(seeding: str) -> None:
    code = batches(seeding)
    assert "local_shuffle_buffer_size" in code
    assert "local_shuffle_seed" not in code


def test_a_seed_that_is_set_after_the_loader_is_left() -> None:
    code = batches("pass", 'DataLoader(load_dataset("x"), batch_size=4, shuffle=True)\nset_seed(7)')
    assert "local_shuffle_seed" not in code


def test_batches_that_keep_their_order_have_no_seed() -> None:
    assert "seed" not in batches("set_seed(7)", 'DataLoader(load_dataset("x"), batch_size=4)')
