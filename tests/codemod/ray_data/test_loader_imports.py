"""What made the loaders that a shard takes the place of is imported no longer, unless something else uses it."""

from __future__ import annotations

import pytest
from tests.codemod.lifting import lifted
from tests.codemod.ray_data.test_handed_over import loop

DATA = 'loader = DataLoader(load_dataset("x"), batch_size=4)'


@pytest.mark.parametrize("runtime", ["raylift", "ray"])
def test_the_import_of_the_loaders_that_are_gone_goes(runtime: str) -> None:
    assert "DataLoader" not in lifted(loop(DATA), data="ray", runtime=runtime)


@pytest.mark.parametrize("runtime", ["raylift", "ray"])
def test_what_is_imported_beside_it_stays(runtime: str) -> None:
    source = loop(DATA).replace("import DataLoader", "import DataLoader, Subset")
    assert "from torch.utils.data import Subset\n" in lifted(source, data="ray", runtime=runtime)


@pytest.mark.parametrize(
    "use", ["    other = DataLoader([1])\n", '    other: "DataLoader" = None\n', "    assert isinstance(loader, DataLoader)\n"]
)
def test_an_import_that_something_else_reads_stays(use: str) -> None:
    source = loop(DATA).replace("    for epoch", f"{use}    for epoch")
    assert "import DataLoader" in lifted(source, data="ray")


def test_an_import_that_nothing_used_stays() -> None:
    source = loop(DATA.replace("DataLoader", "torch.utils.data.DataLoader"))
    assert "import DataLoader" in lifted(source, data="ray")
