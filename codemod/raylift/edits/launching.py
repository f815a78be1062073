"""Changes that put a training into a train function, which a TorchTrainer launches."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import libcst as cst

from raylift.edits.lines import statements_of

if TYPE_CHECKING:
    from raylift.plan import Change, Launcher


def launching_statements(module: cst.Module, launcher: Launcher) -> list[cst.BaseStatement]:
    """The statements that make the TorchTrainer and run it, laid out as a module is."""
    indent = module.default_indent
    arguments = "".join(
        f"{indent}{argument},\n".replace("\n    ", f"\n{indent}    ").replace("\n}", f"\n{indent}}}")
        for argument in (launcher.start or launcher.train_func, *launcher.arguments)
    )
    return [
        *map(cst.parse_statement, launcher.before),
        cst.parse_statement(f"{launcher.trainer} = {launcher.torch_trainer}(\n{arguments})"),
        cst.parse_statement(f"{launcher.result} = {launcher.trainer}.fit()"),
    ]


def without_exit(block: cst.IndentedBlock) -> cst.IndentedBlock:
    """A worker that leaves by `sys.exit(0)` has done its work."""
    code = "try:\n    ...\nexcept SystemExit as stop:\n    if stop.code:\n        raise\n"
    attempt = cst.ensure_type(cst.parse_statement(code), cst.Try)
    return cst.IndentedBlock([attempt.with_changes(body=block.with_changes(indent=None))], indent=block.indent)


def launch_body(launcher: Launcher, first: Sequence[str], last: Sequence[str]) -> Change:
    """A function runs its body on the workers, after other statements if there are any, and itself only launches them."""

    def change(node: cst.CSTNode) -> cst.CSTNode:
        assert isinstance(node, cst.FunctionDef)
        suite = node.body
        block = suite if isinstance(suite, cst.IndentedBlock) else cst.IndentedBlock([cst.SimpleStatementLine(_small(suite))])
        at = 1 if node.get_docstring() is not None else 0
        inside = [*statements_of(*first), *block.body[at:]]
        body = block.with_changes(body=inside, header=cst.TrailingWhitespace(), footer=()).visit(_Valueless())
        assert isinstance(body, cst.IndentedBlock)
        function = cst.ensure_type(
            cst.parse_statement(f"def {launcher.train_func}({launcher.parameter}):\n    ...\n"), cst.FunctionDef
        )
        function = function.with_changes(body=without_exit(body) if launcher.quits else body)
        launch = launching_statements(cst.Module([], default_indent=block.indent or "    "), launcher)
        launch[0] = launch[0].with_changes(leading_lines=[cst.EmptyLine(indent=False)])
        return node.with_changes(body=block.with_changes(body=[*block.body[:at], function, *launch, *statements_of(*last)]))

    return change


def _small(suite: cst.BaseSuite) -> Sequence[cst.BaseSmallStatement]:
    return cst.ensure_type(suite, cst.SimpleStatementSuite).body


class _Valueless(cst.CSTTransformer):
    """A train function returns nothing: Ray would send it from the worker, and not every value can be sent."""

    def visit_FunctionDef(self, node: cst.FunctionDef) -> bool:
        return False

    def leave_Return(
        self, original_node: cst.Return, updated_node: cst.Return
    ) -> cst.Return | cst.FlattenSentinel[cst.BaseSmallStatement]:
        value = updated_node.value
        if value is None:
            return updated_node
        bare = updated_node.with_changes(value=None, whitespace_after_return=cst.SimpleWhitespace(""))
        if isinstance(value, (cst.Name, cst.Attribute, cst.BaseNumber, cst.BaseString)):
            return bare
        return cst.FlattenSentinel([cst.Expr(value), bare])
