"""Named changes to one expression."""

from __future__ import annotations

from typing import TYPE_CHECKING

import libcst as cst

from raylift.edits.calls import Argument, as_operand, with_argument

if TYPE_CHECKING:
    from raylift.plan import Change


def replace_by(code: str) -> Change:
    """An expression becomes another, given as it would be written."""
    return lambda node: cst.parse_expression(code)


def rename_attribute(name: str) -> Change:
    """`x.old` becomes `x.name`."""

    def change(node: cst.CSTNode) -> cst.CSTNode:
        assert isinstance(node, cst.Attribute)
        return node.with_changes(attr=cst.Name(name))

    return change


def wrap_with_callback(node: cst.CSTNode, callback: str, prepare: str) -> cst.CSTNode:
    """`Trainer(...)` becomes `prepare(Trainer(..., callbacks=[callback()]))`."""
    assert isinstance(node, cst.Call)
    report = f"{callback}()"
    given = next((arg for arg in node.args if arg.keyword and arg.keyword.value == "callbacks"), None)
    hidden = next((arg for arg in node.args if arg.star == "**" and isinstance(arg.value, cst.Name)), None)
    if given is None and hidden is not None:
        name = cst.ensure_type(hidden.value, cst.Name).value
        code = f'f(**{{**{name}, "callbacks": [*({name}.get("callbacks") or []), {report}]}})'
        joint = cst.ensure_type(cst.parse_expression(code), cst.Call).args[0]
        args = [arg.with_changes(value=joint.value) if arg is hidden else arg for arg in node.args]
    elif given is None:
        args = with_argument(node.args, Argument("callbacks", f"[{report}]"), node)
    else:
        args = [arg.with_changes(value=_with_one_more(arg.value, report)) if arg is given else arg for arg in node.args]
    return cst.Call(cst.Name(prepare), [cst.Arg(node.with_changes(args=args))])


def _with_one_more(given: cst.BaseExpression, callback: str) -> cst.BaseExpression:
    """A list with one more element: in the list that is written here, or in one around what may be a list or None."""
    if isinstance(given, cst.List) and "\n" not in cst.Module([]).code_for_node(given):
        more = cst.Element(cst.parse_expression(callback))
        before = [
            element.with_changes(comma=cst.Comma(whitespace_after=cst.SimpleWhitespace(" "))) for element in given.elements[-1:]
        ]
        return given.with_changes(elements=[*given.elements[:-1], *before, more])
    joined = cst.ensure_type(cst.parse_expression(f"[*(old or []), {callback}]"), cst.List)
    star = cst.ensure_type(joined.elements[0], cst.StarredElement)
    either = cst.ensure_type(star.value, cst.BooleanOperation).with_changes(left=as_operand(given))
    return joined.with_changes(elements=[star.with_changes(value=either), *joined.elements[1:]])


def wrap_in_call(name: str, *arguments: str) -> Change:
    """`x` becomes `name(x, arguments)`."""
    call = cst.ensure_type(cst.parse_expression(f"{name}(old, {', '.join(arguments)})"), cst.Call)

    def change(node: cst.CSTNode) -> cst.CSTNode:
        assert isinstance(node, cst.BaseExpression)
        return call.with_changes(args=[call.args[0].with_changes(value=node), *call.args[1:]])

    return change
