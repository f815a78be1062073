from __future__ import annotations

from pathlib import Path

import pytest

from raylift.project.started_names import started_names


@pytest.mark.parametrize(
    ("name", "text", "started"),
    [
        ("pyproject.toml", '[project.scripts]\ntool = "pkg.cli:app"\n', [("pkg.cli", "app")]),
        ("pyproject.toml", '[project]\nscripts = {tool = "pkg.cli:main"}\n', [("pkg.cli", "main")]),
        ("pyproject.toml", '[tool.poetry.scripts]\ntool = "pkg.cli:main"\n', [("pkg.cli", "main")]),
        ("pyproject.toml", '[project.entry-points.console_scripts]\ntool = "pkg.cli:main [extra]"\n', [("pkg.cli", "main")]),
        ("pyproject.toml", '[project.entry-points.pytest11]\ntool = "pkg.plugin:hook"\n', []),
        ("pyproject.toml", "[project\n", []),
        ("setup.cfg", "[options.entry_points]\nconsole_scripts =\n    tool = pkg.cli:main\n    other = pkg.b:run\n[x]\ny = z.a:b\n",
         [("pkg.cli", "main"), ("pkg.b", "run")]),
        ("setup.py", "from setuptools import setup\nsetup(entry_points={'console_scripts': ['tool=pkg.cli:main']})\n", [("pkg.cli", "main")]),
        ("setup.py", "setup(entry_points='''[console_scripts]\n  tool = pkg.cli:main\n''')\n", [("pkg.cli", "main")]),
        ("setup.py", "raise SystemExit('never run')\n", []),
        ("setup.py", "def broken(:\n", []),
    ],
)  # fmt: skip
def test_the_commands_of_a_project_are_read_off_its_metadata(
    tmp_path: Path, name: str, text: str, started: list[tuple[str, str]]
) -> None:
    (tmp_path / name).write_text(text)
    assert list(started_names(str(tmp_path))) == started
