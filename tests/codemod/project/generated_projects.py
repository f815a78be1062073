"""Projects made up at random: up to 30 modules, with a training up to five imports away from what starts it."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

from hypothesis import strategies as st

IMPORTS = {
    "from": ("from {package}.{module} import go_{n}", "go_{n}"),
    "alias": ("import {package}.{module} as beside", "beside.go_{n}"),
    "relative": ("from .{module} import go_{n} as onward", "onward"),
    "sibling": ("from . import {module}", "{module}.go_{n}"),
    "star": ("from {package}.{module} import *", "go_{n}"),
    "lazy": ("", "go_{n}"),
    "through the package": ("from {package} import go_{n}", "go_{n}"),
    "typing": (
        "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    from .{module} import go_{n} as hint\nimport {package}.{module}",
        "{package}.{module}.go_{n}",
    ),
    "table": ("from .{module} import go_{n}\nTABLE = {{'go': go_{n}}}", "TABLE['go']"),
}
ENTRIES = ("guard", "flat", "python -m", "console script", "commands")
LINKS = [name for name in IMPORTS if name != "lazy"]


class Project(NamedTuple):
    """The files of a project by their paths below its top, what starts it, and which of its files nothing starts."""

    files: dict[str, str]
    entry: str
    start: str
    unstarted: tuple[str, ...]

    def write(self, folder: Path) -> None:
        """Lay the project down in a folder."""
        for path, text in self.files.items():
            (folder / path).parent.mkdir(parents=True, exist_ok=True)
            (folder / path).write_text(text)


def link(module: str, n: int, way: str, package: str) -> str:
    """A module that does something of its own and goes on to the next one."""
    line, name = (part.format(module=module, n=n, package=package) for part in IMPORTS[way])
    inside = f"    from {package}.{module} import go_{n}\n" if way == "lazy" else ""
    return f"from lib import effect\n{line}\n\n\ndef go_{n - 1}(value):\n{inside}    effect({n})\n    return {name}(value)\n"


TRAINING = "from lib import effect\nfrom transformers import Trainer\n\n\ndef go_{n}(value):\n    trainer = Trainer(effect(value))\n    trainer.train()\n    effect(9)\n"
LIBRARY = "from transformers import Trainer\n\n\nclass Model{n}:\n    def fit(self):\n        trainer = Trainer(1)\n        trainer.train()\n\n    def predict(self):\n        return {n}\n"
EVALUATION = "from lib import effect\nfrom {package}.model_{n} import Model{n}\n\nif __name__ == '__main__':\n    effect(Model{n}().predict())\n"


def start_of(kind: str, package: str) -> tuple[str, str, str]:
    """The name of the entry's file in the package, its text, and what starts it."""
    head = f"from lib import effect\nfrom {package}.step_0 import go_0\n\n"
    if kind == "flat":
        return "start.py", f"{head}value = effect(1)\ngo_0(value)\neffect(8)\n", "run"
    if kind == "commands":
        text = (
            "import click\n"
            + head
            + (
                "\n@click.group()\ndef cli(): ...\n\n\n@cli.command()\ndef fit(value=3):\n    value = effect(value)\n    go_0(value)\n\n\n"
                "@cli.command()\ndef show():\n    effect(4)\n\n\nif __name__ == '__main__':\n    show()\n    fit()\n"
            )
        )
        return "start.py", text, "run"
    if kind == "console script":
        return "start.py", f"{head}\ndef main():\n    effect(1)\n    go_0(2)\n    return 0\n", "call"
    name = "__main__.py" if kind == "python -m" else "start.py"
    return name, f"{head}\ndef main(value):\n    go_0(value)\n\n\nif __name__ == '__main__':\n    main(effect(6))\n", "run"


@st.composite
def projects(draw: st.DrawFn) -> Project:
    """A project with one entry, a chain of modules to a training, evaluations, and libraries that nothing starts."""
    source = draw(st.sampled_from(["", "src/"]))
    package = draw(st.sampled_from(["pkg", "pkg.inner"]))
    place = source + package.replace(".", "/") + "/"
    depth = draw(st.integers(0, 4))
    files = {f"{place}__init__.py": "", f"{source}pkg/__init__.py": ""}
    for n in range(depth):
        way = draw(st.sampled_from(list(IMPORTS)))
        files[f"{place}step_{n}.py"] = link(f"step_{n + 1}", n + 1, way, package)
        if way == "through the package":
            init = f"{place}__init__.py"
            files[init] = f"from .step_{n + 1} import go_{n + 1}\n{files[init]}"  # the furthest first, or they go in a circle
    files[f"{place}step_{depth}.py"] = TRAINING.format(n=depth)
    unstarted = []
    for n in range(draw(st.integers(0, 3))):
        files[f"{place}model_{n}.py"] = LIBRARY.format(n=n)
        unstarted.append(f"{place}model_{n}.py")
        if draw(st.booleans()):
            files[f"{place}evaluate_{n}.py"] = EVALUATION.format(n=n, package=package)
    for n in range(draw(st.integers(0, 17))):
        files[f"{place}unrelated_{n}.py"] = f"import os\n\n\ndef unrelated_{n}():\n    return os.getcwd()\n"
    kind = draw(st.sampled_from(ENTRIES))
    name, text, start = start_of(kind, package)
    files[place + name] = text
    scripts = f'[project.scripts]\ntool = "{package}.start:main"\n' if kind == "console script" else ""
    files["pyproject.toml"] = f'[project]\nname = "pkg"\nversion = "0"\n{scripts}'
    return Project(files, place + name, start, tuple(unstarted))
