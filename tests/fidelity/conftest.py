"""One Ray cluster for all scripts that are trained here."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from tests.fidelity.local_cluster import local_cluster


@pytest.fixture(scope="session")
def cluster() -> Iterator[str]:
    with local_cluster() as address:
        yield address
