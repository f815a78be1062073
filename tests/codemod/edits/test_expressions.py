"""A Trainer that is connected where it is made keeps what it was given."""

from __future__ import annotations

import pytest
from tests.codemod.edits.changing import changed

from raylift.edits.expressions import wrap_in_call, wrap_with_callback


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("T()", "T(callbacks=[R()])"),
        ("T(\n    model,\n    args=a,\n)", "T(\n    model,\n    args=a,\n    callbacks=[R()],\n)"),
        ("T(*given)", "T(*given, callbacks=[R()])"),
        ("T(**make())", "T(**make(), callbacks=[R()])"),
        ("T(callbacks=[], b=1)", "T(callbacks=[R()], b=1)"),
        ("T(callbacks=[a , b,])", "T(callbacks=[a , b, R()])"),
        ("T(callbacks=mine)", "T(callbacks=[*(mine or []), R()])"),
        ("T(callbacks=a if b else c)", "T(callbacks=[*((a if b else c) or []), R()])"),
        ("T(callbacks=[\n    a,  # one\n])", "T(callbacks=[*([\n    a,  # one\n] or []), R()])"),
        ("T(callbacks=[a], **more)", "T(callbacks=[a, R()], **more)"),
        ("T(a, **more)", 'T(a, **{**more, "callbacks": [*(more.get("callbacks") or []), R()]})'),
    ],
)
def test_a_callback_more_leaves_the_others(before: str, after: str) -> None:
    assert changed(before, lambda node: wrap_with_callback(node, "R", "prepare")) == f"prepare({after})"


def test_what_a_call_wraps_is_its_first_argument() -> None:
    assert changed("x.y", wrap_in_call("f", "a=1", "b=2")) == "f(x.y, a=1, b=2)"
