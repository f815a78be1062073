"""A worker says at once what its node lacks."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest
import ray

from raylift_runtime.worker.needed_modules import Pickled, check_modules


def test_all_modules_that_are_missing_are_named_with_the_file_that_imports_them() -> None:
    with pytest.raises(
        ModuleNotFoundError, match=r"lacks what the script imports: nor_this \(data\.py\), not_here \(train\.py\)\. Inst"
    ):
        check_modules({"json": "/a/train.py", "not_here": "/a/train.py", "nor_this": "/a/data.py"})
    check_modules({"json": "/a/train.py", "torch": "/a/train.py"})


def test_a_function_whose_module_is_missing_names_it_instead_of_failing_in_pickle(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "only_here.py").write_text("def train_func():\n    return 42\n")
    monkeypatch.syspath_prepend(tmp_path)
    import only_here  # type: ignore[import-not-found]  # written above

    content = ray.cloudpickle.dumps(only_here.train_func)
    assert Pickled(content).function()() == 42
    monkeypatch.setattr(sys, "path", sys.path[1:])
    monkeypatch.delitem(sys.modules, "only_here")
    with pytest.raises(ModuleNotFoundError, match=r"lacks what the script imports: only_here\. Install") as raised:
        Pickled(content).function()
    assert raised.value.__suppress_context__
