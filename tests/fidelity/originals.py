"""Scripts as they are, each trained once under torchrun in a session of tests, whoever compares with it."""

from __future__ import annotations

from collections.abc import Iterable
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from types import TracebackType

from tests.fidelity.training_runs import Run, train_original
from tests.shapes import SCRIPTS, arguments


class Originals:
    """The trainings of the originals, by shape; one after the other, while Ray's workers start and stop."""

    def __init__(self, folder: Path, python: str) -> None:
        self._folder, self._python = folder, python
        self._pool = ThreadPoolExecutor(1)
        self._runs: dict[str, Future[Run]] = {}

    def train(self, shapes: Iterable[str]) -> None:
        """Begins with those that are not trained yet."""
        for shape in shapes:
            if shape not in self._runs:
                self._runs[shape] = self._pool.submit(self._train, shape)

    def __getitem__(self, shape: str) -> Run:
        self.train([shape])
        return self._runs[shape].result()

    def _train(self, shape: str) -> Run:
        script = SCRIPTS[shape]
        return train_original(script, arguments(script), 2, self._folder / shape, self._python)

    def __enter__(self) -> Originals:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None) -> None:
        self._pool.shutdown(cancel_futures=True)
