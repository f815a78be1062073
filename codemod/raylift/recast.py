"""Changes to whole calls, imports and functions, for code that takes another form and keeps its layout."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, NamedTuple

import libcst as cst

from raylift.edits import _spread, statements_of

if TYPE_CHECKING:
    from raylift.plan import Change, Changed

HOLE = "___"
Comma = cst.Comma | cst.MaybeSentinel


class Argument(NamedTuple):
    """What an argument becomes: its keyword ("" for none), and its value, in which `___` stands for the value it had."""

    keyword: str
    value: str = HOLE


def recast_call(callee: str, arguments: Mapping[int | str, Argument | None], added: Sequence[Argument] = ()) -> Change:
    """A call of `callee` with arguments, told by place or keyword, that change or go (None), and with some added at the end."""

    def change(node: cst.CSTNode) -> cst.CSTNode:
        assert isinstance(node, cst.Call)
        args: list[cst.Arg] = []
        for place, arg in enumerate(node.args):
            told = arg.keyword.value if arg.keyword else place
            if told not in arguments:
                args.append(arg)
            elif new := arguments[told]:
                args.append(_argument(new, arg))
        if args:
            args[-1] = args[-1].with_changes(comma=_last_comma(args[-1].comma, node.args[-1].comma))
        for each in added:
            args = _with_argument(args, each, node)
        return node.with_changes(func=cst.parse_expression(callee) if callee else node.func, args=args)

    return change


def _last_comma(own: Comma, last: Comma) -> Comma:
    """What follows an argument that has become the last one: its own comment, and the indentation of the bracket."""
    if isinstance(own, cst.Comma) and isinstance(last, cst.Comma):
        mine, space = own.whitespace_after, last.whitespace_after
        if isinstance(mine, cst.ParenthesizedWhitespace) and isinstance(space, cst.ParenthesizedWhitespace):
            return last.with_changes(whitespace_after=space.with_changes(first_line=mine.first_line))
    return last


def _argument(new: Argument, old: cst.Arg) -> cst.Arg:
    tight = cst.AssignEqual(cst.SimpleWhitespace(""), cst.SimpleWhitespace(""))
    value = old.value if new.value == HOLE else _filled(new.value, old.value)
    equal = old.equal if old.keyword and new.keyword else (tight if new.keyword else cst.MaybeSentinel.DEFAULT)
    return old.with_changes(keyword=cst.Name(new.keyword) if new.keyword else None, equal=equal, value=value)


def _filled(code: str, old: cst.BaseExpression) -> cst.BaseExpression:
    expression = cst.parse_expression(code)
    if HOLE not in code:
        return expression

    class Fill(cst.CSTTransformer):
        def leave_Name(self, original_node: cst.Name, updated_node: cst.Name) -> cst.BaseExpression:
            return old if original_node.value == HOLE else updated_node

    filled = expression.visit(Fill())
    assert isinstance(filled, cst.BaseExpression)
    return filled


def _with_argument(args: list[cst.Arg], new: Argument, node: cst.Call) -> list[cst.Arg]:
    """One argument more, on a line of its own where the others are."""
    code = f"f({new.keyword}={new.value})" if new.keyword else f"f({new.value})"
    arg = cst.ensure_type(cst.parse_expression(code), cst.Call).args[0]
    if not args:
        return [arg]
    last = args[-1]
    comma = args[0].comma if len(args) > 1 else _comma_after(node)
    return [*args[:-1], last.with_changes(comma=comma), arg.with_changes(comma=last.comma)]


def _comma_after(node: cst.Call) -> cst.Comma:
    before = node.whitespace_before_args
    return cst.Comma(whitespace_after=before if isinstance(before, cst.ParenthesizedWhitespace) else cst.SimpleWhitespace(" "))


def move_imports(index: int, moved: Mapping[str, Sequence[str]], kept: frozenset[str]) -> Change:
    """An import at `index` of its line keeps some of the names that it binds; others come from their new modules, or not at all.

    `moved` has the names as they are written after `import`, by module; those of no module are modules themselves.
    """
    lines = [f"from {module} import {', '.join(names)}" for module, names in moved.items() if module]
    lines[:0] = [f"import {module}" for module in moved.get("", ())]

    def change(node: cst.CSTNode) -> Changed:
        assert isinstance(node, (cst.SimpleStatementLine, cst.SimpleStatementSuite))
        small = node.body[index]
        assert isinstance(small, (cst.Import, cst.ImportFrom))
        if (
            isinstance(small, cst.ImportFrom)
            and not kept
            and len(moved) == 1
            and "" not in moved
            and _is_same_names(small, *moved.values())
        ):
            module = cst.ensure_type(cst.parse_expression(next(iter(moved))), cst.Attribute)
            body = [*node.body[:index], small.with_changes(module=module, relative=()), *node.body[index + 1 :]]
            return node.with_changes(body=body)
        if not lines and not kept:
            return _without(node, index)
        return _spread(index, lambda old: _import_lines(old, lines, kept))(node)

    return change


def _without(node: cst.SimpleStatementLine | cst.SimpleStatementSuite, index: int) -> Changed:
    body = [*node.body[:index], *node.body[index + 1 :]]
    if not body:
        return cst.RemoveFromParent()
    body[-1] = body[-1].with_changes(semicolon=cst.MaybeSentinel.DEFAULT)
    return node.with_changes(body=body)


def _is_same_names(statement: cst.ImportFrom, names: Sequence[str]) -> bool:
    if isinstance(statement.names, cst.ImportStar):
        return False
    return [_written(alias) for alias in statement.names] == list(names)


def _written(alias: cst.ImportAlias) -> str:
    name = cst.Module([]).code_for_node(alias.name)
    return f"{name} as {alias.evaluated_alias}" if alias.asname else name


def _bound(alias: cst.ImportAlias) -> str:
    return alias.evaluated_alias or alias.evaluated_name


def _import_lines(small: cst.BaseSmallStatement, lines: Sequence[str], kept: frozenset[str]) -> list[cst.BaseStatement]:
    assert isinstance(small, (cst.Import, cst.ImportFrom)) and not isinstance(small.names, cst.ImportStar)
    aliases = [alias for alias in small.names if _bound(alias) in kept]
    stay: list[cst.BaseStatement] = []
    if aliases:
        if not getattr(small, "lpar", None):
            aliases[-1] = aliases[-1].with_changes(comma=cst.MaybeSentinel.DEFAULT)
        stay = [cst.SimpleStatementLine([small.with_changes(names=aliases)])]
    return [*statements_of(*lines), *stay]


def precede_with_block(index: int, code: str, blank_lines: int) -> Change:
    """The small statement at `index` of a line is preceded by definitions, set apart by blank lines."""
    blanks = [cst.EmptyLine(indent=False)] * blank_lines

    def change(node: cst.CSTNode) -> Changed:
        assert isinstance(node, cst.SimpleStatementLine)
        blocks = list(cst.parse_module(code).body)
        lead = list(node.leading_lines)
        while lead and lead[0].comment is None:
            del lead[0]
        before, small = node.body[:index], node.with_changes(body=node.body[index:], leading_lines=[*blanks, *lead])
        first = blocks[0].with_changes(leading_lines=blanks)
        if not before:
            return cst.FlattenSentinel([first, *blocks[1:], small])
        ended = before[-1].with_changes(semicolon=cst.MaybeSentinel.DEFAULT)
        line = cst.SimpleStatementLine([*before[:-1], ended], leading_lines=lead)
        return cst.FlattenSentinel([line, first, *blocks[1:], small.with_changes(leading_lines=blanks)])

    return change


def wrap_in_with(index: int, header: str, *first: str) -> Change:
    """The small statement at `index` of a line runs inside `with header:`, after other statements if there are any."""

    def within(small: cst.BaseSmallStatement) -> list[cst.BaseStatement]:
        block = cst.ensure_type(cst.parse_statement(f"with {header}:\n    ...\n"), cst.With)
        return [block.with_changes(body=cst.IndentedBlock([*statements_of(*first), cst.SimpleStatementLine([small])]))]

    return _spread(index, within)


def become_train_function(name: str, parameter: str, first: Sequence[str]) -> Change:
    """A function gets a name and at most one parameter; what it was given as others is bound in its first lines."""

    def change(node: cst.CSTNode) -> cst.CSTNode:
        assert isinstance(node, cst.FunctionDef) and isinstance(node.body, cst.IndentedBlock)
        params = cst.Parameters([cst.Param(cst.Name(parameter))] if parameter else [])
        at = 1 if node.get_docstring(clean=False) is not None else 0
        body = [*node.body.body[:at], *statements_of(*first), *node.body.body[at:]]
        block = node.body.with_changes(body=body)
        layout = cst.SimpleWhitespace("")
        return node.with_changes(name=cst.Name(name), params=params, whitespace_before_params=layout, returns=None, body=block)

    return change


def replace_return(index: int, name: str, before: Sequence[str], after: Sequence[str]) -> Change:
    """`return x` becomes `name = x`, unless that is what it returns, with statements before and after it."""

    def lines(small: cst.BaseSmallStatement) -> list[cst.BaseStatement]:
        assert isinstance(small, cst.Return) and small.value is not None
        assign = cst.Assign([cst.AssignTarget(cst.Name(name))], small.value)
        is_itself = isinstance(small.value, cst.Name) and small.value.value == name
        made = [] if is_itself else [cst.SimpleStatementLine([assign])]
        return [*statements_of(*before), *made, *statements_of(*after)]

    return _spread(index, lines)


def begin_with(lines: Sequence[str]) -> Change:
    """A function begins with more statements, after its docstring."""

    def change(node: cst.CSTNode) -> cst.CSTNode:
        assert isinstance(node, cst.FunctionDef) and isinstance(node.body, cst.IndentedBlock)
        at = 1 if node.get_docstring(clean=False) is not None else 0
        body = [*node.body.body[:at], *statements_of(*lines), *node.body.body[at:]]
        return node.with_changes(body=node.body.with_changes(body=body))

    return change
