"""Named changes to one node; each takes the LibCST node as it stands and gives what to put there."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

import libcst as cst

from raylift.recast import Argument, with_argument

if TYPE_CHECKING:
    from raylift.plan import Change, Changed

NO_SPACE = cst.SimpleWhitespace("")


def rename_keyword(name: str) -> Change:
    """`old=x` becomes `name=x`."""

    def change(node: cst.CSTNode) -> cst.CSTNode:
        assert isinstance(node, cst.Arg)
        return node.with_changes(keyword=cst.Name(name))

    return change


def replace_argument(code: str) -> Change:
    """A keyword argument becomes another, given as it would be written."""
    call = cst.parse_expression(f"f({code})")
    assert isinstance(call, cst.Call)
    new = call.args[0]

    def change(node: cst.CSTNode) -> cst.CSTNode:
        assert isinstance(node, cst.Arg)
        return node.with_changes(keyword=new.keyword, value=new.value, equal=node.equal if node.keyword else new.equal)

    return change


def name_arguments(names: Sequence[str], start: int) -> Change:
    """Positional arguments from `start` on get their names."""

    def change(node: cst.CSTNode) -> cst.CSTNode:
        assert isinstance(node, cst.Call)
        equal = cst.AssignEqual(cst.SimpleWhitespace(""), cst.SimpleWhitespace(""))
        named = [
            arg.with_changes(keyword=cst.Name(names[i]), equal=equal)
            if i >= start and i < len(names) and arg.keyword is None and not arg.star
            else arg
            for i, arg in enumerate(node.args)
        ]
        return node.with_changes(args=named)

    return change


def insert_argument(after: Sequence[str], code: str) -> Change:
    """A call gets one more argument, right after the one that has one of these keywords; on a line of its own where that is."""
    new = cst.ensure_type(cst.parse_expression(f"f({code})"), cst.Call).args[0]

    def change(node: cst.CSTNode) -> cst.CSTNode:
        assert isinstance(node, cst.Call)
        args: list[cst.Arg] = []
        space: cst.BaseParenthesizableWhitespace = node.whitespace_before_args
        for arg in node.args:
            args.append(arg)
            if arg.keyword and arg.keyword.value in after:
                args[-1] = arg.with_changes(comma=cst.Comma(whitespace_after=_line_break(space)), whitespace_after_arg=NO_SPACE)
                args.append(new.with_changes(comma=arg.comma, whitespace_after_arg=arg.whitespace_after_arg))
            elif isinstance(arg.comma, cst.Comma):
                space = arg.comma.whitespace_after
        return node.with_changes(args=args)

    return change


def _line_break(space: cst.BaseParenthesizableWhitespace) -> cst.BaseParenthesizableWhitespace:
    """The same break of the line without its comments; a blank where there is none."""
    if not isinstance(space, cst.ParenthesizedWhitespace):
        return cst.SimpleWhitespace(" ")
    return space.with_changes(first_line=cst.TrailingWhitespace(), empty_lines=())


def remove(node: cst.CSTNode) -> Changed:
    """The argument goes."""
    return cst.RemoveFromParent()


class Nothing(cst.Pass):
    """Stands where a statement went whose comments stay; `without_gaps` hands them to the next one."""


def remove_statement(index: int) -> Change:
    """The small statement at `index` of a line goes; its comments stay, and what would be an empty block becomes `pass`."""

    def change(node: cst.CSTNode) -> Changed:
        assert isinstance(node, (cst.SimpleStatementLine, cst.SimpleStatementSuite))
        left = [*node.body[:index], *node.body[index + 1 :]]
        if left:
            return node.with_changes(body=[*left[:-1], left[-1].with_changes(semicolon=cst.MaybeSentinel.DEFAULT)])
        if isinstance(node, cst.SimpleStatementSuite):
            return node.with_changes(body=[cst.Pass()])
        return node.with_changes(body=[Nothing()]) if _has_comment(node) else cst.RemoveFromParent()

    return change


def without_gaps(body: Sequence[cst.BaseStatement]) -> list[cst.BaseStatement]:
    """Statements without those that went; their comments stand above what follows them, or at a `pass` if nothing does."""
    kept: list[cst.BaseStatement] = []
    comments: list[cst.EmptyLine] = []
    for place, statement in enumerate(body):
        if isinstance(statement, cst.SimpleStatementLine) and isinstance(statement.body[0], Nothing) and place < len(body) - 1:
            own = statement.trailing_whitespace.comment
            comments += [*statement.leading_lines, *([cst.EmptyLine(comment=own)] if own else [])]
            continue
        lines = [*comments, *getattr(statement, "leading_lines", ())]
        kept.append(statement.with_changes(leading_lines=lines) if comments else statement)
        comments = []
    return kept


def _has_comment(line: cst.SimpleStatementLine) -> bool:
    return line.trailing_whitespace.comment is not None or any(empty.comment for empty in line.leading_lines)


def replace_by(code: str) -> Change:
    """An expression becomes another, given as it would be written."""
    return lambda node: cst.parse_expression(code)


def rename_attribute(name: str) -> Change:
    """`x.old` becomes `x.name`."""

    def change(node: cst.CSTNode) -> cst.CSTNode:
        assert isinstance(node, cst.Attribute)
        return node.with_changes(attr=cst.Name(name))

    return change


def add_parameter(code: str) -> Change:
    """A function takes one more parameter, given as it would be written."""
    function = cst.parse_statement(f"def f({code}): ...")
    assert isinstance(function, cst.FunctionDef)
    new = function.params.params[0]

    def change(node: cst.CSTNode) -> cst.CSTNode:
        assert isinstance(node, cst.FunctionDef)
        params = [*node.params.params, new]
        return node.with_changes(params=node.params.with_changes(params=params))

    return change


def statements_of(*code: str) -> list[cst.SimpleStatementLine]:
    """Lines of code as statements."""
    parsed = [cst.parse_statement(line) for line in code]
    return [line for line in parsed if isinstance(line, cst.SimpleStatementLine)]


def follow_with(index: int, *code: str) -> Change:
    """The small statement at `index` of a line is followed by others, each on a line of its own."""
    return _spread(index, lambda small: [cst.SimpleStatementLine([small]), *statements_of(*code)])


def precede_with(index: int, *code: str) -> Change:
    """The small statement at `index` of a line is preceded by others, each on a line of its own."""
    return _spread(index, lambda small: [*statements_of(*code), cst.SimpleStatementLine([small])])


def guard_with(index: int, condition: str) -> Change:
    """The small statement at `index` of a line runs only under a condition."""

    def guarded(small: cst.BaseSmallStatement) -> list[cst.BaseStatement]:
        block = cst.parse_statement(f"if {condition}:\n    ...\n")
        assert isinstance(block, cst.If)
        return [block.with_changes(body=cst.IndentedBlock([cst.SimpleStatementLine([small])]))]

    return _spread(index, guarded)


def return_through(index: int, name: str, *code: str) -> Change:
    """`return x` becomes `name = x`, some lines, and the last of them as the returned expression."""

    def hoisted(small: cst.BaseSmallStatement) -> list[cst.BaseStatement]:
        assert isinstance(small, cst.Return) and small.value is not None
        assign = cst.Assign([cst.AssignTarget(cst.Name(name))], small.value)
        return [cst.SimpleStatementLine([assign]), *statements_of(*code[:-1], f"return {code[-1]}")]

    return _spread(index, hoisted)


def hoist_receiver(index: int, name: str, *code: str) -> Change:
    """`x.f()` becomes `name = x`, some lines, and `name.f()`; so do `y = x.f()` and `return x.f()`."""

    def hoisted(small: cst.BaseSmallStatement) -> list[cst.BaseStatement]:
        assert isinstance(small, (cst.Expr, cst.Assign, cst.Return))
        call = cst.ensure_type(small.value, cst.Call)
        func = cst.ensure_type(call.func, cst.Attribute)
        assign = cst.Assign([cst.AssignTarget(cst.Name(name))], func.value)
        short = small.with_changes(value=call.with_changes(func=func.with_changes(value=cst.Name(name))))
        return [cst.SimpleStatementLine([assign]), *statements_of(*code), cst.SimpleStatementLine([short])]

    return _spread(index, hoisted)


def change_first(node: Changed, change: Change) -> Changed:
    """The first of what a line has become is changed as well: a statement that stood further ahead in it."""
    if isinstance(node, cst.FlattenSentinel):
        return cst.FlattenSentinel(_with_first(list(node.nodes), change))
    if isinstance(node, cst.IndentedBlock):
        return node.with_changes(body=_with_first(list(node.body), change))
    assert isinstance(node, cst.CSTNode)
    return change(node)


def _with_first(nodes: list[cst.CSTNode], change: Change) -> list[cst.CSTNode]:
    first = change(nodes[0])
    if isinstance(first, cst.RemovalSentinel):
        return nodes[1:]
    return [*(first.nodes if isinstance(first, cst.FlattenSentinel) else [first]), *nodes[1:]]


def _spread(index: int, build: Callable[[cst.BaseSmallStatement], Sequence[cst.BaseStatement]]) -> Change:
    def change(node: cst.CSTNode) -> Changed:
        assert isinstance(node, (cst.SimpleStatementLine, cst.SimpleStatementSuite))
        before, small, after = node.body[:index], node.body[index], node.body[index + 1 :]
        lines = [*_line(before), *build(small.with_changes(semicolon=cst.MaybeSentinel.DEFAULT)), *_line(after)]
        if isinstance(node, cst.SimpleStatementSuite):
            header = node.trailing_whitespace if node.trailing_whitespace.comment else cst.TrailingWhitespace()
            return cst.IndentedBlock(lines, header=header)
        first = lines[0].with_changes(leading_lines=node.leading_lines)
        lines[0] = first
        carrier = len(_line(before))
        if isinstance(lines[carrier], cst.SimpleStatementLine):
            lines[carrier] = lines[carrier].with_changes(trailing_whitespace=node.trailing_whitespace)
        return cst.FlattenSentinel(lines)

    return change


def _line(smalls: Sequence[cst.BaseSmallStatement]) -> list[cst.BaseStatement]:
    if not smalls:
        return []
    last = smalls[-1].with_changes(semicolon=cst.MaybeSentinel.DEFAULT)
    return [cst.SimpleStatementLine([*smalls[:-1], last])]


def wrap_trainer(node: cst.CSTNode) -> cst.CSTNode:
    """`Trainer(...)` becomes `prepare_trainer(Trainer(..., callbacks=[RayTrainReportCallback()]))`."""
    assert isinstance(node, cst.Call)
    report = "RayTrainReportCallback()"
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
        joined = cst.ensure_type(cst.parse_expression(f"[*(old or []), {report}]"), cst.List)
        star = cst.ensure_type(joined.elements[0], cst.StarredElement)
        either = cst.ensure_type(star.value, cst.BooleanOperation).with_changes(left=given.value)
        elements = [star.with_changes(value=either), *joined.elements[1:]]
        args = [arg.with_changes(value=joined.with_changes(elements=elements)) if arg is given else arg for arg in node.args]
    return cst.Call(cst.Name("prepare_trainer"), [cst.Arg(node.with_changes(args=args))])


def wrap_in_call(name: str, *arguments: str) -> Change:
    """`x` becomes `name(x, arguments)`."""
    call = cst.ensure_type(cst.parse_expression(f"{name}(old, {', '.join(arguments)})"), cst.Call)

    def change(node: cst.CSTNode) -> cst.CSTNode:
        assert isinstance(node, cst.BaseExpression)
        return call.with_changes(args=[call.args[0].with_changes(value=node), *call.args[1:]])

    return change


def go_on_with(index: int, *code: str) -> Change:
    """A statement, of whatever kind, is followed by others; in a line of several it is the one at `index`."""

    def change(node: cst.CSTNode) -> Changed:
        lines = [cst.parse_statement(line) for line in code]
        is_last = isinstance(node, cst.SimpleStatementLine) and index == len(node.body) - 1
        if isinstance(node, (cst.SimpleStatementLine, cst.SimpleStatementSuite)) and not is_last:
            return _spread(index, lambda small: [cst.SimpleStatementLine([small]), *lines])(node)
        return cst.FlattenSentinel([node, *lines])

    return change


def add_arguments(*code: str) -> Change:
    """A call gets further keyword arguments, given as they would be written; long ones each on a line of its own."""
    is_short = sum(map(len, code)) < 60 and not any("\n" in argument for argument in code)
    lines = "".join("    " + argument.replace("\n", "\n    ") + ",\n" for argument in ("old", *code))
    call = cst.ensure_type(cst.parse_expression(f"f(old, {', '.join(code)})" if is_short else f"f(\n{lines})"), cst.Call)

    def change(node: cst.CSTNode) -> cst.CSTNode:
        assert isinstance(node, cst.Call)
        space = node.whitespace_before_args if is_short else call.whitespace_before_args
        if not node.args:
            return node.with_changes(whitespace_before_args=space, args=call.args[1:])
        first, last = node.args[:-1], node.args[-1].with_changes(comma=call.args[0].comma)
        return node.with_changes(whitespace_before_args=space, args=[*first, last, *call.args[1:]])

    return change
