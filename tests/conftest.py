"""What tests of every room are given: the command line in this process, files to compare with, one Ray cluster for the session."""

from __future__ import annotations

import io
import os
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NamedTuple

import hypothesis
import pytest
from tests.fidelity.local_cluster import local_cluster
from tests.fidelity.training_runs import environment_of_all
from tests.warm_python import warm_python

# A busy machine is no failure. CI tries the same examples each time, so that a change is judged by itself; a run by hand looks for more.
hypothesis.settings.register_profile("unhurried", deadline=None, derandomize="CI" in os.environ)
hypothesis.settings.load_profile("unhurried")


class Run(NamedTuple):
    """What a command gave back."""

    code: int
    out: str
    err: str


Raylift = Callable[..., Run]


@pytest.fixture
def raylift(monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]) -> Raylift:
    """Runs `raylift ARGUMENTS` as the entry point would."""

    def run(*arguments: object, stdin: bytes = b"") -> Run:
        from raylift import cli

        monkeypatch.setattr(sys, "argv", ["raylift", *map(str, arguments)])
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(stdin)))
        capfd.readouterr()
        code = cli.main()
        out, err = capfd.readouterr()
        return Run(code, out, err)

    return run


Expected = Callable[[Path, bytes], None]


def pytest_itemcollected(item: pytest.Item) -> None:
    """Coverage doubles the time of a test: it is not measured where programs are generated, which only repeat what is reached."""
    if getattr(getattr(item, "obj", None), "is_hypothesis_test", False):
        item.add_marker("no_cover")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Those trainings come first that are about time, while what CI runs beside gives way to them."""
    items.sort(key=lambda item: item.get_closest_marker("ray") is not None and "runtime" not in item.path.parts)


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--update",
        action="store_true",
        help="write what the code gives now into the files it is compared with, for review by git diff",
    )


@pytest.fixture
def expected(request: pytest.FixtureRequest) -> Expected:
    """Compares with what a file keeps, where none keeps nothing; with `--update` the file is rewritten instead."""

    def compare(path: Path, made: bytes) -> None:
        kept = path.read_bytes() if path.exists() else b""
        if request.config.getoption("update") and made != kept:
            path.write_bytes(made) if made else path.unlink()
            return
        assert made.decode() == kept.decode(), f"not what {path.name} says; `pytest --update` rewrites it for review"

    return compare


@pytest.fixture(scope="session")
def warm(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The path of a Python that need not import what trains: for trainings whose start is not what is tested."""
    with warm_python(tmp_path_factory.mktemp("warm"), environment_of_all()) as path:
        yield path


@pytest.fixture(scope="session")
def cluster() -> Iterator[str]:
    """The address of a cluster with two CPUs."""
    with local_cluster() as address:
        yield address
