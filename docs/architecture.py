"""Writes docs/architecture.md, the way through the rooms: `python docs/architecture.py > docs/architecture.md`."""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterator
from pathlib import Path

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

ROOT = Path(__file__).parents[1]
SOURCES = {"raylift": ROOT / "codemod", "raylift_runtime": ROOT / "runtime"}
HEAD = """\
# The way through the rooms

Written by `python docs/architecture.py` from the docstrings of the packages and the import contracts in pyproject.toml, which
`lint-imports` checks. A floor knows only the floors below it.

## Two halves

`raylift` rewrites scripts and never imports what they use: its base install is LibCST, typer and rich. `raylift_runtime` is what a
lifted script imports on Ray: it knows ray, torch, transformers and accelerate, and nothing of the codemod. Neither imports the other.

## The way of a script

```
request -> files -> Script -> findings + placement -> Plan -> code -> Outcome -> delivery
```

1. `cli` reads the command line by `request`; what is plain is answered before typer, rich or LibCST load.
2. `pipeline` asks every file's bytes whether it can matter, and hands those that can to `lift.rewrite`, in processes where there are many.
3. `script.Script` is the untouched source, parsed once; it answers questions by `ast` alone (see asking_a_script.md).
4. `recognise` says whether anything in it trains. Up to here LibCST is not imported, and a contract sees to it.
5. `assemble` decides where top-level statements go (`train_function`), asks the steps of `frameworks` and `hazards`, and keeps what the
   user wants carried out (`suppression`). All is decided on the untouched tree: a step yields `Edit`, `NeededImport`, `Notice` or
   `Doubt`, or raises `Refusal`, and relies on no other step's place.
6. `emission` carries the plan out, once, through LibCST.
7. What became of the file is a value, `Rewritten`, `Untouched`, `Refused` or `Failed`; `pipeline.delivery` brings it to its place and
   `output` shows it.

What differs between the bundled runtime and stock Ray stands in `targets.py`; a step asks `case.settings.target`.

"""


def layers(container: str) -> list[str]:
    """The floors of a package, the highest first, as its contract names them."""
    contracts = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]["contracts"]
    found = [each for each in contracts if each["type"] == "layers" and each["containers"] == [container]]
    (contract,) = found
    names: list[str] = contract["layers"]
    return names


def docstring(module: str) -> str:
    """The first sentence of a module or package."""
    package, _, rest = module.partition(".")
    path = SOURCES[package] / package / rest.replace(".", "/")
    file = path / "__init__.py" if path.is_dir() else path.with_suffix(".py")
    return (ast.get_docstring(ast.parse(file.read_text())) or "").partition("\n")[0]


def table(container: str) -> Iterator[str]:
    """One row a room or file, floor by floor."""
    yield "| floor | room or file | what it is |\n| ---: | --- | --- |\n"
    for number, floor in enumerate(reversed(layers(container)), 1):
        for name in floor.replace(":", "|").split("|"):
            yield f"| {number} | `{name.strip()}` | {docstring(f'{container}.{name.strip()}')} |\n"


def page() -> str:
    """The whole page."""
    parts = [HEAD, "## The codemod, from the ground up\n\n", *table("raylift")]
    parts += ["\n### The source frameworks\n\n", *table("raylift.frameworks")]
    parts += ["\n### Accelerate\n\n", *table("raylift.frameworks.accelerate")]
    parts += ["\n### Data that are handed over\n\n", *table("raylift.ray_data")]
    parts += ["\n## The runtime, from the ground up\n\n", *table("raylift_runtime")]
    return "".join(parts)


if __name__ == "__main__":
    print(page(), end="")
