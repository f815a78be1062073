"""Changes that make a function, or make another one of it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import libcst as cst

from raylift.edits.statements import statements_of

if TYPE_CHECKING:
    from raylift.plan import Change

ParameterSpace = cst.BaseParenthesizableWhitespace


def add_parameter(code: str) -> Change:
    """A function takes one more parameter, given as it would be written; on a line of its own where each of the others has one."""
    new = cst.ensure_type(cst.parse_statement(f"def f({code}): ..."), cst.FunctionDef).params.params[0]

    def change(node: cst.CSTNode) -> cst.CSTNode:
        assert isinstance(node, cst.FunctionDef)
        old, params = node.params, list(node.params.params)
        if isinstance(old.star_arg, cst.Param):  # what follows it can only be given by name
            params += [old.star_arg, *old.kwonly_params]
        if params:
            spaces = [node.whitespace_before_params, *map(_space_after, params[:-1])]
            params[-1:] = _followed_by(params[-1], new, _joint(spaces[1:] or spaces))
        count = len(old.params)
        if isinstance(old.star_arg, cst.Param):
            by_name = params[count + 1 :]
            return node.with_changes(params=old.with_changes(star_arg=params[count], kwonly_params=by_name))
        return node.with_changes(params=old.with_changes(params=params or [new]))

    return change


def add_parameters(code: Sequence[str]) -> Change:
    """A function takes further parameters, given as they would be written."""

    def change(node: cst.CSTNode) -> cst.CSTNode:
        for parameter in code:
            node = cst.ensure_type(add_parameter(parameter)(node), cst.FunctionDef)
        return node

    return change


def _space_after(param: cst.Param) -> ParameterSpace:
    return param.comma.whitespace_after if isinstance(param.comma, cst.Comma) else cst.SimpleWhitespace("")


def _joint(spaces: Sequence[ParameterSpace]) -> ParameterSpace:
    """What separates one more parameter from the last one: a line break where all of them stand on lines of their own."""
    last = spaces[-1]
    if isinstance(last, cst.ParenthesizedWhitespace) and all(isinstance(space, cst.ParenthesizedWhitespace) for space in spaces):
        return last.with_changes(first_line=cst.TrailingWhitespace(), empty_lines=())
    return cst.SimpleWhitespace(" ")


def _followed_by(last: cst.Param, new: cst.Param, joint: ParameterSpace) -> tuple[cst.Param, cst.Param]:
    """The last parameter keeps the comment on its line; the new one stands before the bracket as that one did."""
    has_comma = isinstance(last.comma, cst.Comma)
    end = _space_after(last) if has_comma else last.whitespace_after_param
    if isinstance(end, cst.ParenthesizedWhitespace) and isinstance(joint, cst.ParenthesizedWhitespace):
        joint = joint.with_changes(first_line=end.first_line)
        end = end.with_changes(first_line=cst.TrailingWhitespace())
    comma = cst.Comma(whitespace_after=joint)
    new = new.with_changes(comma=cst.Comma(whitespace_after=end)) if has_comma else new.with_changes(whitespace_after_param=end)
    return last.with_changes(comma=comma, whitespace_after_param=cst.SimpleWhitespace("")), new


def become_train_function(name: str, parameter: str, first: Sequence[str]) -> Change:
    """A function gets a name and at most one parameter; what it was given as others is bound in its first lines."""

    def change(node: cst.CSTNode) -> cst.CSTNode:
        assert isinstance(node, cst.FunctionDef) and isinstance(node.body, cst.IndentedBlock)
        params = cst.Parameters([cst.Param(cst.Name(parameter))] if parameter else [])
        at = 1 if node.get_docstring() is not None else 0
        body = [*node.body.body[:at], *statements_of(*first), *node.body.body[at:]]
        block = node.body.with_changes(body=body)
        layout = cst.SimpleWhitespace("")
        return node.with_changes(name=cst.Name(name), params=params, whitespace_before_params=layout, returns=None, body=block)

    return change


def begin_with(lines: Sequence[str]) -> Change:
    """A function begins with more statements, after its docstring."""

    def change(node: cst.CSTNode) -> cst.CSTNode:
        assert isinstance(node, cst.FunctionDef) and isinstance(node.body, cst.IndentedBlock)
        at = 1 if node.get_docstring() is not None else 0
        body = [*node.body.body[:at], *statements_of(*lines), *node.body.body[at:]]
        return node.with_changes(body=node.body.with_changes(body=body))

    return change
