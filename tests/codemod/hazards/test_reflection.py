"""Code that is looked up by itself is refused where it may ask for the module's names, and lifted where it cannot."""

from __future__ import annotations

import pytest
from tests.codemod.lifting import lifted, refusal

SCRIPT = "import sys\nfrom transformers import Trainer\n\nspace = {{}}\ncode = open('code.txt').read()\n{}\ntrainer = Trainer(1)\ntrainer.train()\n"


@pytest.mark.parametrize("runtime", ["raylift", "ray"])
@pytest.mark.parametrize(
    "call",
    [
        "exec(code, {}, space)",
        "exec(code, space)",
        "exec(code, dict(space))",
        "exec(compile(code, 'x', 'exec'), space)",
        'exec("x = 1", {"__builtins__": {}}, space)',
        'value = eval(code, {"x": 1})',
        "value = eval(code, {}, {})",
        'value = eval("2 ** 10")',
        'value = eval("max(1, 2)")',
        "value = eval(code, vars(sys))",
        "print(vars(sys))",
    ],
)
def test_code_with_a_namespace_of_its_own_asks_for_no_name_of_the_module(call: str, runtime: str) -> None:
    assert "def train_func" in lifted(SCRIPT.format(call), runtime=runtime)


@pytest.mark.parametrize(
    "call",
    [
        "exec(code)",
        "exec(code, None, space)",
        "exec(code, globals())",
        "exec(code, {}, locals())",
        "exec(code, {**globals()})",
        "exec(code, dict(globals()))",
        "exec(*[code, space])",
        'exec("import json")',
        "exec(code, sys.modules[__name__].__dict__)",
        'value = eval("space")',
        "value = eval(code)",
        "scope = globals()\nexec(code, scope)",
    ],
)
def test_code_that_may_ask_for_names_of_the_module_is_refused_at_its_line(call: str) -> None:
    source = SCRIPT.format(call)
    notice = refusal(source)
    assert notice.rule == "RL304"
    assert source.splitlines()[notice.line - 1] == call.splitlines()[-1]
