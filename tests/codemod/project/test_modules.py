"""A project as a user's disk has it: links, broken and huge neighbours, folders added to the path, circles."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from tests.conftest import Raylift

from raylift.project.discovery import Budget, python_files
from raylift.project.import_table import LARGEST_MODULE

MODULE = "from transformers import Trainer\n\n\ndef fit():\n    trainer = Trainer(1)\n    trainer.train()\n"
GUARD = "\n\nif __name__ == '__main__':\n    fit()\n"


@pytest.fixture
def lay(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty project, which is the working directory."""
    (tmp_path / "pyproject.toml").touch()
    monkeypatch.chdir(tmp_path)
    return tmp_path


def write(folder: Path, **files: str) -> None:
    """Lay files down; two underscores stand for a slash."""
    for name, text in files.items():
        path = folder / f"{name.replace('__', '/')}.py"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)


@pytest.mark.parametrize(
    ("files", "entry"),
    [
        ({"lib__work": MODULE, "start": f"import sys\nsys.path.insert(0, 'lib')\nfrom work import fit{GUARD}"}, "start.py"),
        ({"lib__work": MODULE, "bin__start": f"import sys\nfrom pathlib import Path\nsys.path.append(str(Path(__file__).parent.parent / 'lib'))\n"
          f"from work import fit{GUARD}"}, "bin/start.py"),
        ({"pkg__a": f"import pkg.b\n{MODULE}", "pkg__b": "import pkg.a\n\ndef fit():\n    pkg.a.fit()\n", "start": f"from pkg.b import fit{GUARD}"},
         "start.py"),
        ({"work": MODULE, "start": "def main():\n    from work import fit\n    fit()\n\nif __name__ == '__main__':\n    main()\n"}, "start.py"),
        ({"work": MODULE, "start": f"from work import *{GUARD}"}, "start.py"),
        ({"work": MODULE, "registry": "T = {}\ndef register(name):\n    def store(f):\n        T[name] = f\n        return f\n    return store\n",
          "methods": "from registry import register\nfrom work import fit\n\n@register('sft')\ndef sft():\n    fit()\n",
          "start": "import sys\nimport methods\nfrom registry import T\n\nif __name__ == '__main__':\n    T[sys.argv[1]]()\n"}, "start.py"),
        ({"work": MODULE, "sub": "import typer\nfrom work import fit\napp = typer.Typer()\n\n@app.command()\ndef go():\n    fit()\n",
          "start": "import typer\nimport sub\napp = typer.Typer()\napp.add_typer(sub.app)\n\nif __name__ == '__main__':\n    app()\n"}, "sub.py"),
    ],
)  # fmt: skip
def test_an_entry_finds_its_training(lay: Path, raylift: Raylift, files: dict[str, str], entry: str) -> None:
    write(lay, **files)
    assert raylift("rewrite", ".").code == 0
    assert "TorchTrainer" in (lay / entry).read_text()
    assert sum("TorchTrainer" in path.read_text() for path in lay.rglob("*.py")) == 1
    assert sum("prepare_trainer(trainer)" in path.read_text() for path in lay.rglob("*.py")) == 1


@pytest.mark.parametrize(
    "use",
    [
        "def show(model: Model):\n    model.predict()\n\nif __name__ == '__main__':\n    show(None)\n",
        "if __name__ == '__main__':\n    Model().predict()\n",
        "if __name__ == '__main__':\n    print(isinstance(1, Model))\n",
    ],
)
def test_what_does_not_ask_for_the_training_starts_none(lay: Path, raylift: Raylift, use: str) -> None:
    method = MODULE.replace("def fit():", "class Model:\n    def predict(self): ...\n\n    def fit(self):").replace(
        "    trainer", "        trainer"
    )
    write(lay, work=method, evaluate=f"from work import Model\n\n{use}")
    run = raylift("check", ".")
    assert run.code == 0
    assert "RL106" in run.out
    assert raylift("check", "evaluate.py").code == 0


def test_a_neighbour_that_is_no_python_leaves_the_rest_to_be_lifted(lay: Path, raylift: Raylift) -> None:
    write(lay, work=MODULE, broken="import transformers\ndef (:\n", start=f"import broken\nfrom work import fit{GUARD}")
    run = raylift("check", ".")
    assert "broken.py:2: cannot be parsed" in run.out
    assert "start.py" in run.out
    assert run.out.count("broken.py") == 1


def test_a_huge_neighbour_is_data(lay: Path, raylift: Raylift) -> None:
    write(
        lay, work=MODULE, rows=f"ROWS = '{'x' * LARGEST_MODULE}'\n", start=f"from rows import ROWS\nfrom work import fit{GUARD}"
    )
    assert raylift("check", "start.py").code == 1


def test_a_link_and_what_it_leads_to_are_one_file(lay: Path, raylift: Raylift) -> None:
    write(lay, work=MODULE, start=f"from work import fit{GUARD}")
    os.symlink("start.py", lay / "again.py")
    os.symlink("work.py", lay / "more.py")
    assert raylift("rewrite", ".").code == 0
    assert (lay / "again.py").is_symlink()
    assert (lay / "start.py").read_text().count("TorchTrainer(") == 1
    assert (lay / "work.py").read_text().count("prepare_trainer(trainer)") == 1


def test_two_runs_of_one_process_see_the_files_as_they_are(lay: Path, raylift: Raylift) -> None:
    write(lay, work="def fit(): ...\n", start=f"from work import fit{GUARD}")
    assert raylift("check", ".").code == 0
    write(lay, work=MODULE)
    assert raylift("check", ".").code == 1
    assert raylift("rewrite", ".").code == 0
    assert raylift("check", ".").code == 0


def test_a_tree_that_is_too_large_is_looked_at_as_far_as_the_budget_goes(tmp_path: Path) -> None:
    write(tmp_path, **{f"a__{n}": "" for n in range(5)}, **{f"b__{n}": "" for n in range(5)})
    assert len(list(python_files(str(tmp_path), Budget(100)))) == 10
    assert len(list(python_files(str(tmp_path), Budget(8)))) == 5
