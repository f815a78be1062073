"""Writes what the releases of the libraries take, by reading their wheels with `ast` and importing none of them.

    python tools/argument_tables.py WHEELS

downloads the wheels that are not yet in the folder WHEELS, one of each minor release named below, and writes
codemod/raylift/releases/table.py. To learn a new release, name it below and run this again.
"""

from __future__ import annotations

import ast
import json
import re
import subprocess
import sys
import zipfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

TABLE = Path(__file__).parents[1] / "codemod/raylift/releases/table.py"
RELEASES = {
    "transformers": "4.30.2 4.36.2 4.40.2 4.41.2 4.45.2 4.46.3 4.47.1 4.49.0 4.52.4 4.55.4 4.57.6 5.0.0 5.4.0 5.10.4 5.16.1 5.20.2 5.23.0",
    "trl": "0.7.11 0.8.6 0.9.6 0.10.1 0.11.4 0.12.2 0.13.0 0.14.0 0.15.2 0.16.1 0.17.0 0.18.2 0.19.1 0.20.0 0.21.0 0.22.2 0.23.1 0.24.0 "
    "0.25.1 0.26.2 0.27.2 0.28.0 0.29.1 1.0.0 1.1.0 1.2.0 1.3.0 1.4.0 1.5.1 1.6.0 1.7.1 1.8.0 1.9.2 1.10.0 1.11.0 1.12.0 1.13.0 1.14.2 "
    "1.15.0 1.16.0",
    "peft": "0.4.0 0.6.2 0.8.2 0.10.0 0.12.0 0.13.2 0.14.0 0.15.2 0.16.0 0.17.1 0.18.1 0.19.1 0.20.0 0.21.2",
    "accelerate": "0.20.3 0.25.0 0.28.0 0.30.1 0.34.2 1.0.1 1.1.1 1.3.0 1.5.2 1.7.0 1.10.1 1.12.0 1.15.0",
    "sentence-transformers": "3.0.1 3.1.1 3.2.1 3.3.1 3.4.1 4.0.2 4.1.0 5.0.0 5.1.2 5.2.3 5.3.0 5.4.1 5.7.0 6.0.1 6.2.0",
    "setfit": "0.7.0 1.0.3 1.1.3 1.2.0",
}
PACKAGES = {
    "transformers": {
        "transformers.training_args",
        "transformers.training_args_seq2seq",
        "transformers.trainer",
        "transformers.trainer_seq2seq",
    },
    "trl": {"trl"},
    "peft": {"peft"},
    "accelerate": {"accelerate", "accelerate.utils"},
    "sentence_transformers": {
        "sentence_transformers",
        "sentence_transformers.cross_encoder",
        "sentence_transformers.sparse_encoder",
    },
    "setfit": {"setfit"},
}
"""What users import from; every package of `trl.experimental` as well."""
CALLED = re.compile(r"(Trainer|Config|TrainingArguments|Accelerator|Plugin|Configuration|Kwargs)$")
OUTSIDE = {"TrainingArguments": "transformers.TrainingArguments", "Trainer": "transformers.Trainer"}
SHOWN = re.compile(r"\.(trainer|training_args)(_seq2seq)?$")
MODULE = re.compile(r"^(?P<name>[\w/]+?)(/__init__)?\.py$")


@dataclass
class Taken:
    """What a class takes in one release: names, defaults that are literals, and the class outside that takes the rest."""

    names: set[str] = field(default_factory=set)
    defaults: dict[str, object] = field(default_factory=dict)
    rest: str = ""


class Wheel:
    """The modules of one release."""

    def __init__(self, path: Path) -> None:
        self.files = zipfile.ZipFile(path)
        self.modules = {m["name"].replace("/", "."): name for name in self.files.namelist() if (m := MODULE.match(name))}
        self.packages = {module for module, name in self.modules.items() if name.endswith("__init__.py")}

    @cache  # noqa: B019  # a wheel lives as long as the program
    def tree(self, module: str) -> ast.Module:
        return ast.parse(self.files.read(self.modules[module]))

    @cache  # noqa: B019  # and so do its modules
    def bound(self, module: str) -> dict[str, ast.ClassDef | tuple[str, str]]:
        """The classes of a module, and what it imports from modules of the wheel: (module, name)."""
        found: dict[str, ast.ClassDef | tuple[str, str]] = {}
        for node in ast.walk(self.tree(module)):
            if isinstance(node, ast.ImportFrom):
                parts = module.split(".")
                up = node.level - (module in self.packages)
                base = [*parts[: len(parts) - up], *filter(None, [node.module])] if node.level else [node.module or ""]
                for alias in node.names:
                    found.setdefault(alias.asname or alias.name, (".".join(base), alias.name))
        classes = [node for node in self.tree(module).body if isinstance(node, ast.ClassDef)]
        return found | {node.name: node for node in classes}

    def definition(self, module: str, name: str) -> tuple[str, ast.ClassDef] | None:
        """The class that a name of a module is, and the module that defines it."""
        seen = set()
        while module in self.modules and (module, name) not in seen:
            seen.add((module, name))
            found = self.bound(module).get(name)
            if isinstance(found, ast.ClassDef):
                return module, found
            if found is None:
                return None
            module, name = found
        return None

    def taken(self, module: str, node: ast.ClassDef) -> Taken:
        """What a class takes, with what its bases take where it hands that on."""
        init = next((part for part in node.body if isinstance(part, ast.FunctionDef) and part.name == "__init__"), None)
        taken = of_signature(init.args) if init else of_fields(node)
        if init and init.args.kwarg is None:
            return taken
        for base in map(ast.unparse, node.bases):
            found = self.definition(module, base)
            if found and found[1] is not node:
                above = self.taken(*found)
                taken = Taken(taken.names | above.names, above.defaults | taken.defaults, taken.rest or above.rest)
            elif base in OUTSIDE:
                taken.rest = taken.rest or OUTSIDE[base]
        return taken


def of_signature(args: ast.arguments) -> Taken:
    return Taken({argument.arg for argument in (*args.posonlyargs, *args.args, *args.kwonlyargs)} - {"self"})


def of_fields(node: ast.ClassDef) -> Taken:
    """The fields of a dataclass, without those that its `__init__` does not take."""
    taken = Taken()
    if not any("dataclass" in ast.unparse(decorator) for decorator in node.decorator_list):
        return taken
    for part in node.body:
        if (
            isinstance(part, ast.AnnAssign)
            and isinstance(part.target, ast.Name)
            and "ClassVar" not in ast.unparse(part.annotation)
        ):
            options = {keyword.arg: keyword.value for keyword in part.value.keywords} if isinstance(part.value, ast.Call) else {}
            if not ("init" in options and ast.unparse(options["init"]) == "False"):
                taken.names.add(part.target.id)
                default = options.get("default", part.value)
                if isinstance(default, ast.Constant):
                    taken.defaults[part.target.id] = default.value
    return taken


def public_modules(wheel: Wheel, library: str) -> Iterator[str]:
    for module in sorted(wheel.modules):
        if module in PACKAGES[library] or (module.startswith(f"{library}.experimental.") and module in wheel.packages):
            yield module


@dataclass
class Release:
    """What one release of a library has: its classes by full names, and the public names of each package."""

    classes: dict[str, Taken]
    names: dict[str, set[str]]
    methods: dict[str, list[str]]


@cache
def release_of(library: str, version: str, wheels: Path) -> Release:
    wheel = Wheel(next(wheels.glob(f"{library}-{version}-*.whl")))
    release = Release({}, {}, {})
    for module in public_modules(wheel, library):
        names = {
            name for name, found in wheel.bound(module).items() if isinstance(found, ast.ClassDef) or is_part(found[0], library)
        }
        release.names[SHOWN.sub("", module)] = {name for name in names if not name.startswith("_")}
        for name in filter(CALLED.search, names):
            if known := wheel.definition(module, name):
                release.classes[f"{SHOWN.sub('', module)}.{name}"] = wheel.taken(*known)
                if name == "Trainer" and library == "transformers":
                    release.methods |= methods_of(known[1])
    return release


def methods_of(node: ast.ClassDef) -> dict[str, list[str]]:
    """The parameters of each method that takes no others by `*` or `**`."""
    methods = [part for part in node.body if isinstance(part, ast.FunctionDef) and not part.name.startswith("__")]
    plain = [method for method in methods if not (method.args.vararg or method.args.kwarg or method.args.kwonlyargs)]
    return {method.name: [argument.arg for argument in (*method.args.posonlyargs, *method.args.args)][1:] for method in plain}


def is_part(module: str, library: str) -> bool:
    return module == library or module.startswith(f"{library}.")


def spans_of(indexes: Iterable[int], releases: list[str]) -> str:
    """Releases as spans, the last one open where it reaches the newest: `0.9-0.12 1.0-`."""
    numbers, spans = sorted(indexes), []
    while numbers:
        first = last = numbers.pop(0)
        while numbers and numbers[0] == last + 1:
            last = numbers.pop(0)
        spans.append(f"{releases[first]}-{releases[last] if last + 1 < len(releases) else ''}")
    return " ".join(spans)


def by_spans(read: list[set[str]], releases: list[str]) -> dict[str, str]:
    """Names by the releases that have them."""
    found: dict[str, list[str]] = {}
    for name in sorted(set().union(*read)):
        span = spans_of((index for index, names in enumerate(read) if name in names), releases)
        found.setdefault(span, []).append(name)
    return {span: " ".join(names) for span, names in sorted(found.items())}


def arguments_of(read: list[Release], releases: list[str], shared: set[str]) -> dict[str, dict[str, str]]:
    """What each class takes, by spans: "" for the class itself, "**" for who takes the rest, "=x=1" for a default."""
    table: dict[str, dict[str, str]] = {}
    for name in sorted({name for release in read for name in release.classes}):
        if name.startswith("transformers") and not name.endswith(("Trainer", "TrainingArguments")):
            continue
        taken = [release.classes.get(name, Taken()) for release in read]
        whole = spans_of((index for index, release in enumerate(read) if name in release.classes), releases)
        defaults = [{f"={each}={value!r}" for each, value in one.defaults.items() if each in shared} for one in taken]
        rest = next((one.rest for one in reversed(taken) if one.rest), "")
        rows = {"": whole} | by_spans([one.names for one in taken], releases) | ({"**": rest} if rest else {})
        rows |= (
            {text: spans for spans, texts in by_spans(defaults, releases).items() for text in texts.split()}
            if rest or "Arg" in name
            else {}
        )
        if name.startswith(("trl", "transformers")) or any(span and not span.endswith("-") for span in rows if "-" in span):
            table[name] = rows
    return table


def grown_methods(read: list[Release], releases: list[str]) -> dict[str, dict[str, str]]:
    """The methods that got further parameters, with their parameters by releases."""
    table: dict[str, dict[str, str]] = {}
    for method in sorted({name for release in read for name in release.methods}):
        forms = [" ".join(release.methods[method]) if method in release.methods else "-" for release in read]
        if any(has_grown(form, later) for form in forms for later in forms):
            table[method] = {
                spans_of((i for i, each in enumerate(forms) if each == form), releases): form for form in dict.fromkeys(forms)
            }
            table[method].pop(spans_of((i for i, each in enumerate(forms) if each == "-"), releases), None)
    return table


def has_grown(before: str, later: str) -> bool:
    """Whether a method's parameters are those of another release and more; one that a release lacks is `-`."""
    return "-" not in (before, later) and before != later and later.startswith(f"{before} " if before else "")


def gone_names(read: list[Release], releases: list[str]) -> dict[str, dict[str, str]]:
    """The names that a package no longer has, and the packages below it that have them now."""
    table: dict[str, dict[str, str]] = {}
    gone: set[str] = set()
    for package in sorted({package for release in read for package in release.names}):
        names = [release.names.get(package, set()) for release in read]
        left = (set().union(*names) - names[-1]) if ".experimental." not in package else gone
        gone |= left
        if rows := by_spans([each & left for each in names], releases):
            table[package] = rows
    return table


def shared_defaults(wheels: Path) -> set[str]:
    """The arguments that some class of TRL gives another default than TrainingArguments has."""
    newest = RELEASES["transformers"].split()[-1]
    base = release_of("transformers", newest, wheels).classes["transformers.TrainingArguments"]
    found = set()
    for version in RELEASES["trl"].split():
        for taken in release_of("trl", version, wheels).classes.values():
            if taken.rest:
                found |= {name for name, value in taken.defaults.items() if base.defaults.get(name, value) != value}
    return found & base.names


def download(wheels: Path) -> None:
    for library, versions in RELEASES.items():
        for version in versions.split():
            if not any(wheels.glob(f"{library.replace('-', '_')}-{version}-*.whl")):
                command = [sys.executable, "-m", "pip", "download", "-q", "--no-deps", "-d", str(wheels), f"{library}=={version}"]
                subprocess.run(command, check=True)


def literal(name: str, kind: str, value: object) -> str:
    """A constant of the table, as it is written."""
    return f"{name}: {kind} = {json.dumps(value, indent=4, sort_keys=False, ensure_ascii=False)}  # fmt: skip\n"


def main(wheels: Path) -> None:
    """Read every release and write the table."""
    wheels.mkdir(exist_ok=True)
    download(wheels)
    shared = shared_defaults(wheels)
    read_from, arguments, gone, methods = {}, {}, {}, {}
    for library in PACKAGES:
        versions = RELEASES[library.replace("_", "-")].split()
        releases = [".".join(version.split(".")[:2]) for version in versions]
        read = [release_of(library, version, wheels) for version in versions]
        read_from[library] = " ".join(versions)
        arguments |= arguments_of(read, releases, shared)
        gone |= gone_names(read, releases)
        methods |= grown_methods(read, releases)
    TABLE.write_text(
        HEAD
        + literal("READ_FROM", "dict[str, str]", read_from)
        + literal("ARGUMENTS", "dict[str, dict[str, str]]", arguments)
        + literal("GONE_NAMES", "dict[str, dict[str, str]]", gone)
        + literal("METHODS", "dict[str, dict[str, str]]", methods)
    )


HEAD = '''"""What the releases of the libraries take; written by `python tools/argument_tables.py`, not by hand.

`READ_FROM` are the releases that were read. `ARGUMENTS` has, by the full name of a class: "" the releases that have the class,
"0.9-0.12" the arguments that those releases take (without an end: up to the newest), "**" the class that takes all others, and
"=name=default" the releases with that default. `GONE_NAMES` has the names that a package had, by its releases, and the packages
that have them now. `METHODS` are the methods of `transformers.Trainer` that got further parameters, with their parameters.
"""

from __future__ import annotations

'''

if __name__ == "__main__":
    main(Path(sys.argv[1]))
