"""A script says what its expressions stand for, however they are spelled."""

from __future__ import annotations

import ast

from raylift.script import Script

SOURCE = b"""\
import transformers as t
from transformers import Trainer as Mine
from somewhere import make

class Holder:
    def __init__(self, fast):
        self.kind = t.Seq2SeqTrainer if fast else Mine

    def build(self):
        kind = self.kind
        return kind(model=make())

Mine(1).train()
"""


def called(script: Script, *names: str) -> list[int]:
    return [call.lineno for call in script.calls_to(*names)]


def test_a_call_is_known_by_what_is_called_through_aliases_conditions_and_attributes() -> None:
    script = Script(SOURCE)
    assert called(script, "transformers.Trainer") == [11, 13]
    assert called(script, "transformers.Seq2SeqTrainer") == [11]
    assert called(script, "somewhere.make") == [11]
    assert called(script, "transformers.TrainingArguments") == []


def test_an_expression_has_every_name_that_it_may_stand_for() -> None:
    script = Script(SOURCE)
    (attribute,) = (node for node in script.all(ast.Attribute) if node.attr == "kind" and isinstance(node.ctx, ast.Load))
    assert script.names(attribute) == {"transformers.Trainer", "transformers.Seq2SeqTrainer"}


def test_a_value_that_has_no_name_is_the_expression_that_makes_it() -> None:
    script = Script(b"count = 3\ntotal = count\nprint(total)\n")
    (call,) = script.all(ast.Call)
    (value,) = script.values(call.args[0])
    assert not isinstance(value, str)
    assert ast.unparse(value.node) == "3"


def test_a_module_beside_it_is_asked_in_its_place() -> None:
    script = Script(
        b"from mine import Own\nOwn()\n",
        lambda name, level: b"from transformers import Trainer as Own\n" if name == "mine" else None,
    )
    assert called(script, "transformers.Trainer") == [2]


def test_the_calls_of_a_method_come_with_what_it_is_a_method_of() -> None:
    ((call, owner),) = Script(SOURCE).method_calls("train")
    assert (call.lineno, ast.unparse(owner)) == (13, "Mine(1)")
