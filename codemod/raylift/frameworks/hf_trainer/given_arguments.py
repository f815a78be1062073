"""What a call is given by name, also through `**` from a dict that stands in sight, and how an argument there changes.

    options = dict(evaluation_strategy="no", overwrite_output_dir=True)        TrainingArguments("out", **options)

is as good as TrainingArguments("out", evaluation_strategy="no", overwrite_output_dir=True).
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from raylift.edits.arguments import remove, rename_keyword
from raylift.edits.dicts import remove_entry
from raylift.edits.expressions import replace_by
from raylift.plan import Edit, Finding, Notice
from raylift.script import Script, ScriptNode
from raylift.script.expressions import written

if TYPE_CHECKING:
    from raylift.plan import Change


@dataclass(frozen=True, slots=True)
class GivenArgument:
    """An argument by its name: the keyword, or the key of a dict; `holder` is the call or dict that it is an entry of.

    Where `is_shared`, what it stands in serves other ends as well, or stands in another file: it can only be spoken of.
    """

    name: str
    value: ast.expr
    node: ast.keyword | ast.Constant
    holder: ast.AST | None
    line: int
    is_shared: bool = False

    @property
    def is_keyword(self) -> bool:
        """Whether it stands in the call itself, or in that of `dict`."""
        return isinstance(self.node, ast.keyword) and not self.is_shared

    def renamed(self, name: str, rule: str, why: str, group: ast.AST | None = None) -> Finding:
        """It gets another name."""
        if self.is_shared:
            return self.told(rule, why)
        change = rename_keyword(name) if isinstance(self.node, ast.keyword) else replace_by(f'"{name}"')
        return Edit(self.node, change, rule, why, group=group)

    def dropped(self, rule: str, why: str, group: ast.AST | None = None) -> Finding:
        """It goes."""
        if isinstance(self.node, ast.keyword) and not self.is_shared:
            return Edit(self.node, remove, rule, why, group=group)
        if isinstance(self.holder, ast.Dict) and not self.is_shared:
            return Edit(self.holder, remove_entry(self.name), rule, why, group=group)
        return self.told(rule, why)

    def replaced(self, change: Change, rule: str, why: str) -> Finding:
        """It becomes another keyword argument."""
        return Edit(self.node, change, rule, why) if self.is_keyword else self.told(rule, why)

    def told(self, rule: str, why: str) -> Notice:
        """What its reader must do where it cannot be changed."""
        return Notice(
            self.line, rule, f"{why}; it comes from a dict, which was left as it is", "change it where the dict is made"
        )


def arguments_given(script: Script, call: ast.Call) -> list[GivenArgument]:
    """The arguments of a call that have a name in sight."""
    found: list[GivenArgument] = []
    for keyword in call.keywords:
        if keyword.arg is not None:
            found.append(GivenArgument(keyword.arg, keyword.value, keyword, call, keyword.lineno))
        else:
            found += _entries(script, keyword.value, call.lineno)
    return found


def hides_arguments(script: Script, call: ast.Call) -> bool:
    """Whether a call is given arguments whose names are not in sight."""
    spread = [keyword.value for keyword in call.keywords if keyword.arg is None]
    starred = any(isinstance(arg, ast.Starred) for arg in call.args)
    return starred or any(_dicts(script, value) is None for value in spread)


def _dicts(script: Script, expression: ast.expr) -> list[ScriptNode] | None:
    """The dicts that an expression may be, each written out; None where it may be something else."""
    values = list(script.values(expression))
    dicts = [value for value in values if isinstance(value, ScriptNode) and _is_written_out(value)]
    return dicts if dicts and len(dicts) == len(values) else None


def _is_written_out(value: ScriptNode) -> bool:
    node = value.node
    if isinstance(node, ast.Dict):
        return all(isinstance(key, ast.Constant) for key in node.keys)
    if not isinstance(node, ast.Call) or node.args or any(keyword.arg is None for keyword in node.keywords):
        return False
    return "builtins.dict" in value.script.names(node.func)


def _entries(script: Script, expression: ast.expr, line: int) -> Iterator[GivenArgument]:
    """The entries of all dicts that an expression may be, and those that are set later by their names."""
    is_shared = _is_shared(script, expression)
    for found in script.values(expression):
        if not isinstance(found, ScriptNode):
            continue
        node, is_ours = found.node, found.script is script
        if isinstance(node, ast.Dict):
            for key, value in zip(node.keys, node.values, strict=True):
                if isinstance(key, ast.Constant) and isinstance(key.value, str):
                    where = key.lineno if is_ours else line
                    yield GivenArgument(key.value, value, key, node, where, is_shared or not is_ours)
        elif isinstance(node, ast.Call) and "builtins.dict" in found.script.names(node.func):
            for keyword in node.keywords:
                if keyword.arg:
                    where = keyword.lineno if is_ours else line
                    yield GivenArgument(keyword.arg, keyword.value, keyword, node, where, is_shared or not is_ours)
    if isinstance(expression, ast.Name):
        yield from _set_later(script, expression, is_shared)


def _set_later(script: Script, name: ast.Name, is_shared: bool) -> Iterator[GivenArgument]:
    """What `options["name"] = value` puts into a dict."""
    for use in _uses(script, name):
        holder = script.parent(use)
        if isinstance(holder, ast.Subscript) and isinstance(holder.ctx, ast.Store) and isinstance(holder.slice, ast.Constant):
            key, statement = holder.slice, script.statement(use)
            if isinstance(key.value, str) and isinstance(statement, ast.Assign):
                yield GivenArgument(key.value, statement.value, key, None, key.lineno, is_shared)


def _is_shared(script: Script, expression: ast.expr) -> bool:
    """Whether a dict serves other ends than to be given by `**` to what is called like this."""
    if not isinstance(expression, ast.Name):
        return not isinstance(expression, (ast.Dict, ast.Call))
    called = {callee for use in _uses(script, expression) for callee in _given_to(script, use)}
    return None in called or len(called) != 1


def _given_to(script: Script, use: ast.Name) -> Iterator[str | None]:
    """What a use of a dict gives it to by `**`; None for a use of another kind, nothing where an entry is set."""
    holder = script.parent(use)
    if isinstance(use.ctx, ast.Store):
        return
    if isinstance(holder, ast.Subscript) and isinstance(holder.ctx, ast.Store) and isinstance(holder.slice, ast.Constant):
        return
    call = script.parent(holder) if isinstance(holder, ast.keyword) and holder.arg is None else None
    yield ast.unparse(call.func) if isinstance(call, ast.Call) else None


def _uses(script: Script, name: ast.Name) -> list[ast.Name]:
    owner = script.scope(name).owner(name.id)
    return [node for node in script.all(ast.Name) if node.id == name.id and script.scope(node).owner(name.id) is owner]


def as_written(script: Script, given: GivenArgument) -> str:
    """The value of an argument as the script writes it."""
    return written(script, given.value)
