"""Whether a file can matter at all: asked of its bytes first, then of its imports, and never of LibCST."""

from __future__ import annotations

import _ast  # the node classes without the rest of `ast`, which costs more than the parse
import re
import warnings
from collections.abc import Iterator

from raylift.libraries import LOOKED_FOR, MATTERING

NEEDLES = (
    *sorted(name.encode() for name in LOOKED_FOR), b"ray.train", b"ray.air", b"ray.ml", b"ray.util.sgd", b"from ray import", b"rainer",
    b"ccelerator", b"resume_from_checkpoint", b"unwrap_model", b"gather_for_metrics", b"import trl", b"from trl",
)  # fmt: skip
"""A file without any of these holds nothing to lift; `rainer` and `ccelerator` stand for what brings one, or makes one, elsewhere."""

OVERRIDE = b"def compute_loss("
"""What only a Trainer class overrides, whatever its base is called."""

USE_OF_A_MODULE = re.compile(rb"\.\w*(Trainer|ccelerator|gather_for_metrics|unwrap_model)\b|\bresume_from_checkpoint\s*=")
"""What is used of a module or an object without being imported by name."""
ONLY_AST = 0x400  # ast.PyCF_ONLY_AST


MARKER_BYTES = re.compile(rb"#\s*raylift:\s*RL\d")
"""What a marker that was left in a file looks like; its tokens decide."""


class NotPython(Exception):
    """The bytes are no Python source; `line` is 0 where none can be named."""

    def __init__(self, message: str, line: int = 0) -> None:
        super().__init__(message)
        self.line = line


def can_matter(source: bytes, explicit: bool) -> bool:
    """Whether somebody must look; raises NotPython for a broken file that the user named, or that could matter.

    In a file that the user named, a module that it imports may train.
    """
    if b"raylift:" in source and MARKER_BYTES.search(source):
        syntax_tree(source)
        return True
    for needle in NEEDLES:
        if needle in source:
            tree = syntax_tree(source)
            if _imports_a_source(tree) or USE_OF_A_MODULE.search(source) is not None:
                return True
            break
    if OVERRIDE in source:
        return any(True for _ in _imports(syntax_tree(source)))
    if explicit:
        return any(True for _ in _imports(syntax_tree(source))) and b"train" in source
    return False


def syntax_tree(source: bytes) -> _ast.Module:
    """The file's syntax tree; raises NotPython with the reason in one line."""
    if b"\0" in source:
        raise NotPython("is not Python source: it holds NUL bytes")
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # the script's own `\d` is not ours to report
            tree = compile(source, "<script>", "exec", ONLY_AST, dont_inherit=True)
    except SyntaxError as error:
        raise NotPython(f"cannot be parsed: {_why(source, error)}", error.lineno or 0) from None
    except (ValueError, OverflowError) as error:
        raise NotPython(f"cannot be parsed: {error}") from None
    except (RecursionError, MemoryError):
        raise NotPython("cannot be parsed: nested too deeply") from None
    assert isinstance(tree, _ast.Module)
    return tree


def _why(source: bytes, error: SyntaxError) -> str:
    from raylift.script.newer_syntax import too_new  # only a broken file pays it

    return too_new(source) or error.msg


def _imports_a_source(tree: _ast.Module) -> bool:
    return any(_is_source(root, names) for root, names in _imports(tree))


def _is_source(root: str, names: list[str]) -> bool:
    return root in MATTERING or any("rainer" in name or "ccelerator" in name for name in names)


def _imports(tree: _ast.Module) -> Iterator[tuple[str, list[str]]]:
    """Every import, however deeply it stands: the top-level package, the module, and the names that come from it."""
    waiting: list[object] = list(tree.body)
    while waiting:
        node = waiting.pop()
        if isinstance(node, _ast.Import):
            for alias in node.names:
                yield alias.name.partition(".")[0], [alias.name]
        elif isinstance(node, _ast.ImportFrom):
            yield (node.module or "").partition(".")[0], [node.module or "", *(alias.name for alias in node.names)]
        else:
            for block in ("body", "orelse", "handlers", "finalbody", "cases"):
                inner = getattr(node, block, ())
                if isinstance(inner, list):
                    waiting.extend(inner)
