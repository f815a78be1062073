"""An argument gets a name in front of the statement that gives it."""

from __future__ import annotations

import pytest
from tests.codemod.edits.changing import line_changed

from raylift.edits.hoisting import hoist_argument

SPLIT = "t = Trainer(\n    model,\n    args=Arguments(\n        a=1,\n        b=[\n            2,\n        ]{comma}\n    ),\n    data=d,\n)\n"
NAMED = "args = Arguments(\n    a=1,\n    b=[\n        2,\n    ]{comma}\n)\nuse(args)\nt = Trainer(\n    model,\n    args=args,\n    data=d,\n)\n"


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("t = Trainer(m, make(), data=d)\n", "args = make()\nuse(args)\nt = Trainer(m, args, data=d)\n"),
        (
            "# above\nt = wrap(Trainer(args=make(), data=d), args=1)  # one\n",
            "# above\nargs = make()\nuse(args)\nt = wrap(Trainer(args=args, data=d), args=1)  # one\n",
        ),
        (
            "t = Trainer(args=a(), data=Trainer(args=b(), data=d))\n",
            "args = b()\nuse(args)\nt = Trainer(args=a(), data=Trainer(args=args, data=d))\n",
        ),
        ("t = Trainer(m, [\n    a,\n], data=d)\n", "args = [\n    a,\n]\nuse(args)\nt = Trainer(m, args, data=d)\n"),
    ],
)
def test_the_call_takes_the_name_instead(before: str, after: str) -> None:
    assert line_changed(before, hoist_argument("data", "args", 1, "args", "use(args)")) == after


@pytest.mark.parametrize("comma", ["", ","])
def test_lines_move_to_the_left_until_the_last_begins_where_the_statement_does(comma: str) -> None:
    hoist = hoist_argument("data", "args", 1, "args", "use(args)")
    assert line_changed(SPLIT.format(comma=comma), hoist) == NAMED.format(comma=comma)
