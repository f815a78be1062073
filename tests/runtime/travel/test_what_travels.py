"""What goes along to workers that do not inherit the driver's process is read from the running script."""

from __future__ import annotations

import sys
import types
from pathlib import Path
from types import SimpleNamespace

import pytest
import ray

from raylift_runtime.cluster.connection import Cluster, with_modules
from raylift_runtime.travel.what_travels import travel_to
from raylift_runtime.worker.driver_script import Script

FOREIGN = Cluster(inherits=False, is_foreign=True)
TEXT = b"""
import os, json, helper, not_even_here
def train_func():
    return os.environ["MADE_UP"], os.environ["AWS_MADE_UP"]
"""
SET = {"MADE_UP": "1", "IN_HELPER": "2", "UNREAD": "3", "AWS_MADE_UP": "4"}


@pytest.fixture
def script(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Script:
    (tmp_path / "train.py").write_bytes(TEXT)
    (tmp_path / "helper.py").write_text('import os, yaml\nvalue = os.getenv("IN_HELPER")')
    main = types.ModuleType("__main__")
    main.__file__ = str(tmp_path / "train.py")
    monkeypatch.setitem(sys.modules, "__main__", main)
    monkeypatch.syspath_prepend(tmp_path)
    return Script(main.__file__, TEXT, None, "train_func")


def train_func() -> None:
    print("trained")


def test_workers_that_inherit_this_process_are_sent_nothing(script: Script) -> None:
    travel = travel_to(Cluster(inherits=True, is_foreign=False), train_func, script, SET, "/here")
    assert (travel.variables.shown, travel.needed, travel.remarks) == ({}, {}, ())


def test_what_the_script_and_its_neighbours_read_goes_along(script: Script) -> None:
    travel = travel_to(FOREIGN, train_func, script, SET, "/here")
    assert travel.variables.shown == {"MADE_UP": "1", "IN_HELPER": "2"}
    assert len(travel.remarks) == 1 and travel.remarks[0].startswith("AWS_MADE_UP stays")


def test_a_worker_needs_what_this_process_has_and_the_script_imports(script: Script) -> None:
    assert set(travel_to(FOREIGN, train_func, script, {}, "/here").needed) == {"helper", "yaml"}
    assert travel_to(Cluster(inherits=False, is_foreign=False), train_func, script, {}, "/here").needed == {}
    assert travel_to(FOREIGN, train_func, None, {}, "/here").needed == {}  # by value: unpickling says what is missing


def reads_alone() -> str:
    import os

    return os.environ["MADE_UP"]


def test_of_a_notebook_s_function_the_text_is_read(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "__main__", types.ModuleType("__main__"))
    assert travel_to(FOREIGN, reads_alone, None, SET, "/here").variables.shown == {"MADE_UP": "1"}


@pytest.mark.parametrize(
    ("own", "job", "expected"),
    [
        ({}, {}, ["gcs://ours"]),
        ({}, {"py_modules": ["j"]}, ["gcs://ours", "j"]),
        ({"py_modules": ["o"]}, {}, ["gcs://ours", "o"]),
    ],
)
def test_what_travels_stands_beside_the_modules_that_are_sent_already(
    own: dict[str, list[str]], job: dict[str, list[str]], expected: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ray, "get_runtime_context", lambda: SimpleNamespace(runtime_env=job))
    sent = with_modules({"env_vars": {"A": "1"}, **own}, Cluster(False, True, py_modules=("gcs://ours",)))
    assert sent == {"env_vars": {"A": "1"}, "py_modules": expected}
    assert with_modules(own, FOREIGN) == own
