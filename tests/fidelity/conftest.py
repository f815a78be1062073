"""The originals of all shapes, each trained once."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from tests.fidelity.originals import Originals


@pytest.fixture(scope="session")
def originals(request: pytest.FixtureRequest, warm: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Originals]:
    """The originals; those of the shapes that tests of this session are about are trained before they are asked for."""
    tests = [item for item in request.session.items if isinstance(item, pytest.Function) and "originals" in item.fixturenames]
    with Originals(tmp_path_factory.mktemp("originals"), warm) as trained:
        run = [test for test in tests if not any(mark.args[0] for mark in test.iter_markers("skipif"))]
        trained.train(test.callspec.params["shape"] for test in run if hasattr(test, "callspec"))
        yield trained
