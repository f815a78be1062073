"""What a name may stand for is known once, in as many steps as the code is long."""

from __future__ import annotations

import ast
from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.generated import examples
from tools.growth import GROWING, steps_of

from raylift.lift import rewrite
from raylift.outcome import Rewritten
from raylift.script import Script, ScriptNode
from raylift.script.facts import MOST_VALUES, may_lack_some
from raylift.script.spread import Spread


def last(script: Script) -> list[str]:
    """What the last expression of a script may stand for, as it is written."""
    statement = script.tree.body[-1]
    assert isinstance(statement, ast.Expr)
    return [value if isinstance(value, str) else ast.unparse(value.node) for value in script.values(statement.value)]


@pytest.mark.parametrize(
    ("source", "values"),
    [
        ("a = 1\nb = a\nb", ["1"]),
        ("a = 1\nif x:\n    a = 2\na", ["1", "2"]),
        ("a = 1 if x else 2\na or 3", ["1", "2", "3"]),
        ("a = b\nb = a\na = 1\na", ["1"]),
        ("from lib import a as b\nc = b.d\nc.e", ["lib.a.d.e"]),
        ("t = {'x': 1, 'y': 2}\nt[name]", ["1", "2"]),
        ("t = {}\nt['x'] = 1\ndef g():\n    t[x] = 2\nt[name]", ["1", "2"]),
        ("a, b = 1, 2\nb", ["2"]),
        ("x = x.a\nfrom lib import x\nx", ["lib.x", "lib.x.a"]),
        ("len", ["builtins.len"]),
    ],
)
def test_a_name_stands_for_all_that_it_was_bound_to(source: str, values: list[str]) -> None:
    assert sorted(last(Script(source.encode()))) == sorted(values)


def test_a_table_holds_what_its_decorator_registers() -> None:
    source = "T = {}\ndef register(n):\n    def store(f):\n        T[n] = f\n        return f\n    return store\n"
    source += "@register('a')\ndef first(): ...\n@register('b')\nclass Second: ...\nT[name]\n"
    names = [value.node.name for value in values_of_last(source) if isinstance(value.node, (ast.FunctionDef, ast.ClassDef))]
    assert sorted(names) == ["Second", "first"]


def values_of_last(source: str) -> list[ScriptNode]:
    """The nodes that the last expression of a script may stand for."""
    script = Script(source.encode())
    statement = script.tree.body[-1]
    assert isinstance(statement, ast.Expr)
    return [value for value in script.values(statement.value) if isinstance(value, ScriptNode)]


def test_an_answer_does_not_depend_on_what_was_asked_before() -> None:
    source = "a = b or 1\nb = c or 2\nc = a or 3\n"
    asked = {}
    for order in ("abc", "cba", "bca"):
        script = Script(source.encode())
        names = {node.id: node for node in script.all(ast.Name) if isinstance(node.ctx, ast.Load)}
        found = {name: {ast.unparse(v.node) for v in script.values(names[name]) if isinstance(v, ScriptNode)} for name in order}
        asked[order] = dict(sorted(found.items()))
    assert asked["abc"] == asked["cba"] == asked["bca"]
    assert asked["abc"]["a"] == {"1", "2", "3"}


def test_a_place_that_is_full_says_so() -> None:
    source = "a = 0\n" + "".join(f"a = {n}\n" for n in range(MOST_VALUES + 10)) + "a\n"
    values = values_of_last(source)
    assert len(values) == MOST_VALUES
    assert may_lack_some(values)


def test_a_call_of_what_may_be_anything_is_not_light() -> None:
    bindings = "".join(f"f = logging.f{n}\n" for n in range(MOST_VALUES + 10))
    script = Script(f"import logging\n{bindings}f = heavy.load\nf()\n".encode())
    from raylift.train_function.light_code import is_light

    assert not is_light(script, script.tree.body[-1])


def test_a_failure_in_the_middle_leaves_nothing_half_known(monkeypatch: pytest.MonkeyPatch) -> None:
    script = Script(b"a = b\nb = c\nc = 1\na\n")
    kept = script.facts._tell

    def fail(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(script.facts, "_tell", fail)
    with pytest.raises(KeyboardInterrupt):
        last(script)
    monkeypatch.setattr(script.facts, "_tell", kept)
    assert last(script) == ["1"]


def test_a_yes_spreads_to_all_that_may_come_from_it() -> None:
    script = Script(b"class A(Known): ...\nclass B(A): ...\nclass C(B): ...\nclass D: ...\nfrom lib import Known\n")
    looked: list[ast.AST] = []

    def bases(value: ScriptNode) -> list[object]:
        looked.append(value.node)
        assert isinstance(value.node, ast.ClassDef)
        return [found for base in value.node.bases for found in value.script.values(base)]

    is_known = Spread("lib.Known".__eq__, bases)  # type: ignore[arg-type]  # what the classes hold are values
    answers = {node.name: is_known(ScriptNode(script, node)) for node in script.tree.body if isinstance(node, ast.ClassDef)}
    assert answers == {"A": True, "B": True, "C": True, "D": False}
    assert len(looked) == len(set(looked))


STEPS_A_NODE = 2


@settings(max_examples=examples(30), deadline=None)
@given(st.sampled_from(sorted(GROWING)), st.integers(1, 120))
def test_the_steps_are_bounded_by_the_nodes_of_the_code(kind: str, n: int) -> None:
    nodes, steps = steps_of(GROWING[kind](n))
    assert steps <= STEPS_A_NODE * nodes


@pytest.mark.parametrize("kind", sorted(GROWING))
def test_twice_the_code_takes_about_twice_the_steps(kind: str) -> None:
    half, whole = (steps_of(GROWING[kind](n))[1] for n in (60, 120))
    assert whole <= 2.5 * half + 50


@pytest.mark.parametrize("make", GROWING.values(), ids=GROWING)
def test_what_grew_is_lifted(make: Callable[[int], str]) -> None:
    assert isinstance(rewrite(make(12).encode()), Rewritten)
