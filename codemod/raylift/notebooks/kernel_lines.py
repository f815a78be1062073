"""What a line that only a kernel reads has to do with the code around it: the names that it is given, and what it runs."""

from __future__ import annotations

import ast
import re

GIVEN = re.compile(r"(?<![$\\])\$(?P<name>[A-Za-z_]\w*)|\{(?P<code>[^{}]+)\}")
ABOUT = re.compile(r"\?{0,2}(?P<name>[A-Za-z_]\w*)[\w.]*\?{0,2}")
ONLY_SHOWS = re.compile(
    r"!\s*(?:ls|nvidia-smi|cat|head|tail|du|df|free|pwd|which|echo|wc|date|uname|lscpu|find|grep|tree|python3? --version)\b"
)
RUNS = re.compile(r"!|%{1,2}(?:pip|conda|mamba|uv|cd|env|set_env|run|sh|bash|script|writefile|system|sx|cp|mv|mkdir|rm)\b")


def names_given(magic: str) -> frozenset[str]:
    """The names of Python's whose values a line is given."""
    if "?" in magic and (asked := ABOUT.fullmatch(magic.strip())):
        return frozenset({asked["name"]})
    first = magic.partition("\n")[0] if magic.startswith("%%") else magic  # below a cell magic nothing is replaced
    names: set[str] = set()
    for found in GIVEN.finditer(first):
        names |= {found["name"]} if found["name"] else _names_in(found["code"])
    return frozenset(names)


def runs_something(magic: str) -> bool:
    """Whether a line does what code below it may wait for, such as an installation; not one that only shows something."""
    return RUNS.match(magic) is not None and ONLY_SHOWS.match(magic) is None


def _names_in(code: str) -> set[str]:
    try:
        tree = ast.parse(code.strip(), mode="eval")
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return set()
    return {node.id for node in ast.walk(tree) if isinstance(node, ast.Name)}
