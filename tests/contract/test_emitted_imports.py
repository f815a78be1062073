"""Every import that the codemod writes into a script exists in the runtime or in Ray: asked of both by `ast` alone."""

from __future__ import annotations

import ast
import importlib.util
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.shapes import ROOT, SCRIPTS, outcome_of

from raylift.outcome import Rewritten
from raylift.settings import Settings

RUNTIMES = ("raylift", "ray")


def emitted_imports() -> Iterator[tuple[str, str]]:
    """What every fixture imports after its lift and did not before, as (module, name)."""
    for script in (ROOT / "examples/train.py", *SCRIPTS.values()):
        source = script.read_bytes()
        for runtime in RUNTIMES:
            outcome = outcome_of(script, Settings(runtime=runtime, storage_path="/there"))  # type: ignore[arg-type]  # one of the two
            if isinstance(outcome, Rewritten):
                yield from set(imports_in(outcome.code)) - set(imports_in(source))


def imports_in(source: bytes) -> Iterator[tuple[str, str]]:
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.ImportFrom) and node.module and not node.level:
            yield from ((node.module, alias.name) for alias in node.names)


@pytest.fixture(scope="module")
def emitted() -> set[tuple[str, str]]:
    return set(emitted_imports())


def source_of(module: str) -> Path | None:
    """The file of a module, found without importing anything."""
    package, *rest = module.split(".")
    spec = importlib.util.find_spec(package)
    if spec and spec.origin and not rest and not spec.submodule_search_locations:
        return Path(spec.origin)
    for place in (spec.submodule_search_locations or ()) if spec else ():
        for path in (Path(place, *rest).with_suffix(".py"), Path(place, *rest, "__init__.py")):
            if path.is_file():
                return path
    return None


def names_bound_in(path: Path) -> set[str]:
    """What a module binds by definition, assignment or import, wherever at its top level."""
    names: set[str] = set()
    for node in ast.walk(ast.parse(path.read_bytes())):
        if isinstance(node, (ast.FunctionDef, ast.ClassDef)):
            names.add(node.name)
        elif isinstance(node, (ast.Import, ast.ImportFrom)):
            names |= {alias.asname or alias.name for alias in node.names}
        elif isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            names.add(node.id)
    return names


def test_what_a_lifted_script_imports_exists(emitted: set[tuple[str, str]]) -> None:
    sources = {module: source_of(module) for module, _ in emitted}
    assert [module for module, path in sources.items() if path is None] == []
    bound = {module: names_bound_in(path) for module, path in sources.items() if path}
    assert [(module, name) for module, name in emitted if name not in bound[module]] == []


def test_both_runtimes_are_among_what_is_emitted(emitted: set[tuple[str, str]]) -> None:
    assert {("raylift_runtime.torch", "TorchTrainer"), ("ray.train.torch", "TorchTrainer")} <= emitted


def test_everything_that_the_codemod_names_is_in_the_runtime() -> None:
    named = {
        node.value
        for path in (ROOT / "codemod/raylift").rglob("*.py")
        for node in ast.walk(ast.parse(path.read_bytes()))
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and node.value.startswith("raylift_runtime.")
    }
    assert named
    assert {each for each in named if source_of(each) is None and not is_bound_in_its_module(each)} == set()


def is_bound_in_its_module(full_name: str) -> bool:
    module, _, name = full_name.rpartition(".")
    path = source_of(module)
    return path is not None and name in names_bound_in(path)
