from __future__ import annotations

import ast

import pytest

from raylift.project.path_additions import added_roots


@pytest.mark.parametrize(
    ("line", "folders"),
    [
        ("sys.path.insert(0, 'lib')", ["/project/scripts/lib"]),
        ("sys.path.append('../src')", ["/project/src"]),
        ("sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), '..', 'lib'))", ["/project/lib"]),
        ("sys.path.append(os.path.dirname(os.path.dirname(__file__)))", ["/project"]),
        ("sys.path.insert(0, str(Path(__file__).resolve().parent.parent / 'src'))", ["/project/src"]),
        ("sys.path.append(folder)", []),
        ("def later():\n    sys.path.append('lib')", []),
        ("paths.append('lib')", []),
    ],
)
def test_a_folder_is_read_off_the_line_that_adds_it(line: str, folders: list[str]) -> None:
    assert list(added_roots(ast.parse(line), "/project/scripts/start.py")) == folders
