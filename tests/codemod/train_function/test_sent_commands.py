"""What stock Ray cannot send with a command is refused there; the bundled runtime's workers start the command line themselves."""

from __future__ import annotations

import pytest
from tests.codemod.lifting import lifted, refusal

HEAD = (
    "import click\nimport threading\nimport typer\nfrom rich.console import Console\nfrom transformers import Trainer, set_seed\n"
)
GROUP = "app = typer.Typer()\n\n@app.callback()\ndef common(seed: int = 0):\n    {0}\n\n"
TRAIN = "    Trainer(1).train()\n"
SHOW = "\n@app.command()\ndef show():\n    print(1)\n\nif __name__ == '__main__':\n    app()\n"


def program(command: str, before: str = "", group: str = "print(seed)") -> str:
    """A program of a command that trains and of one that does not."""
    return f"{HEAD}{before}{GROUP.format(group)}@app.command()\n{command}{TRAIN}{SHOW}"


UNSENDABLE = {
    "a console": (program("def fit():\n    console.print(1)\n", before="console = Console()\n"), 14, "`console` of line 6"),
    "a lock that a function reads": (
        program("def fit():\n    once()\n", before="lock = threading.Lock()\ndef once():\n    lock.acquire()\n"),
        16,
        "`lock` of line 6",
    ),
    "an open file": (program("def fit(rows: typer.FileText):\n    print(rows)\n"), 13, "`rows` as an open file"),
    "an open file of click's": (
        program("@click.option('--out', type=click.File('w'))\ndef fit(out):\n    print(out)\n"),
        14,
        "`out` as an open file",
    ),
    "a seed": (program("def fit():\n", group="set_seed(seed)"), 10, "sets a seed before the command `fit` trains"),
}


@pytest.mark.parametrize("name", UNSENDABLE)
def test_what_stock_ray_cannot_send_is_refused(name: str) -> None:
    source, line, text = UNSENDABLE[name]
    found = refusal(source, runtime="ray")
    assert (found.rule, found.line) == ("RL307", line)
    assert text in found.text
    assert "TorchTrainer(" in lifted(source)


def test_what_no_training_reads_is_no_obstacle() -> None:
    source = program("def fit(rows: typer.FileText):\n", before="console = Console()\n")
    assert "TorchTrainer(" in lifted(source.replace("print(1)", "console.print(1)"), runtime="ray")


@pytest.mark.parametrize(
    ("leaves", "is_refused"), [("typer.Exit()", True), ("typer.Exit(code=0)", True), ("typer.Exit(code=1)", False)]
)
def test_leaving_a_command_with_success_is_refused_where_it_would_be_a_failure(leaves: str, is_refused: bool) -> None:
    source = program(f"def fit(dry: bool = False):\n    if dry:\n        raise {leaves}\n")
    assert f"raise {leaves}" in lifted(source)
    if is_refused:
        assert refusal(source, runtime="ray").line == 15
    else:
        assert f"raise {leaves}" in lifted(source, runtime="ray")
