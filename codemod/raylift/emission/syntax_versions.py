"""The oldest Python that reads a source, as LibCST sees it; a program of its own, because a stack that LibCST overflows ends its process."""

from __future__ import annotations

import sys
from collections.abc import Iterator

import libcst as cst

Version = tuple[int, int]
SINCE: dict[str, Version] = {
    "Match": (3, 10),
    "TryStar": (3, 11),
    "TypeAlias": (3, 12),
    "TypeParameters": (3, 12),
    "TemplatedString": (3, 14),
}
"""Since when Python has each of these kinds of node."""


def oldest_python(source: bytes) -> str:
    """The oldest Python that has all that a source uses, such as "3.12"; empty where LibCST cannot read it or nothing in it is new."""
    try:
        module = cst.parse_module(source)
    except Exception:  # noqa: BLE001  # whatever it is, it is no syntax that LibCST knows
        return ""
    found = _Found()
    module.visit(found)
    return ".".join(map(str, max(found.versions, default=())))


class _Found(cst.CSTVisitor):
    """Gathers since when Python has each thing that a module uses."""

    def __init__(self) -> None:
        super().__init__()
        self.versions: set[Version] = set()

    def on_visit(self, node: cst.CSTNode) -> bool:
        name = type(node).__name__
        if name in SINCE:
            self.versions.add(SINCE[name])
        self.versions.update(_by_form(node))
        return True


def _by_form(node: cst.CSTNode) -> Iterator[Version]:
    """Since when a node may have the form that it has."""
    if isinstance(node, cst.FormattedString) and any(_was_forbidden(part, node.quote) for part in node.parts):
        yield 3, 12
    elif isinstance(node, cst.ExceptHandler) and isinstance(node.type, cst.Tuple) and not node.type.lpar:
        if not any(_is_variable(element.value) for element in node.type.elements):  # Python 2: `except ValueError, error:`
            yield 3, 14
    elif isinstance(node, cst.Index) and getattr(node, "star", None):
        yield 3, 11
    elif type(node).__name__ == "TypeParam" and getattr(node, "default", None) is not None:
        yield 3, 13


def _is_variable(expression: cst.BaseExpression) -> bool:
    return isinstance(expression, cst.Name) and expression.value.islower()


def _was_forbidden(part: cst.BaseFormattedStringContent, quote: str) -> bool:
    """Whether an f-string has what only its own grammar allows: its quotes once more, a backslash, a comment, a line break."""
    if not isinstance(part, cst.FormattedStringExpression):
        return False
    code = cst.Module([]).code_for_node(part)
    return quote in code or "\\" in code or "#" in code or (len(quote) == 1 and "\n" in code)


if __name__ == "__main__":
    sys.stdout.write(oldest_python(sys.stdin.buffer.read()))
