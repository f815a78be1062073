"""Which variables code reads is seen in its text."""

from __future__ import annotations

import ast

import pytest

from raylift_runtime.travel.read_variables import variables_read


@pytest.mark.parametrize(
    "code",
    [
        'os.environ["MINE"]',
        'os.environ.get("MINE", "x")',
        'os.environ.pop("MINE", None)',
        'os.getenv("MINE")',
        'os.getenv(key="MINE")',
        'environ["MINE"]',
        'int(getenv("MINE"))',
        'flag = "MINE" in os.environ',
        'if "MINE" not in os.environ: pass',
        'NAME = "MINE"\ndef f():\n    return os.environ[NAME]',
        'NAMES = ("MINE", "MORE")\nfor name in NAMES:\n    print(os.environ[name])',
        'found = [os.environ[n] for n in ["MINE"]]',
        'def setting(default, name):\n    return os.environ.get(name, default)\nvalue = setting(1, "MINE")',
        'def setting(name):\n    return os.getenv(name)\nvalue = config.setting(name="MINE")',
        'option = typer.Option(None, envvar="MINE")',
        'option = click.option("--x", envvar=["MINE"])',
    ],
)
def test_a_variable_that_is_read_is_seen(code: str) -> None:
    assert "MINE" in variables_read([ast.parse(code)])


@pytest.mark.parametrize("code", ['os.environ["MINE"] = "1"', 'del os.environ["MINE"]', 'config.get("MINE")', 'print("MINE")'])
def test_what_is_set_or_is_no_variable_is_not_read(code: str) -> None:
    assert variables_read([ast.parse(code)]) == set()


def test_a_function_of_one_module_reads_what_another_names() -> None:
    reader = ast.parse("def setting(name): return os.environ[name]")
    assert variables_read([ast.parse('from settings import setting\nsetting("MINE")'), reader]) == {"MINE"}
