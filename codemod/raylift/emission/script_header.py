"""The dependencies that a script names in its own header (PEP 723), for `uv run` and its like.

    # /// script
    # dependencies = ["trl", "peft"]
    # ///

becomes

    # /// script
    # dependencies = ["trl", "peft", "raylift[runtime]"]
    # ///
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from raylift.plan import NeededImport

HEADER = re.compile(rb"^# /// script[ \t]*\r?\n(?P<body>(?:#(?: [^\r\n]*)?\r?\n)*?)# ///[ \t]*\r?$", re.MULTILINE)
ENTRIES = rb"(?:\"[^\"\r\n]*\"|'[^'\r\n]*'|[^#\"'\]\r\n])"
IN_ONE_LINE = re.compile(rb"^# dependencies\s*=\s*\[(?P<entries>" + ENTRIES + rb"*)\]", re.MULTILINE)
IN_LINES = re.compile(
    rb"^# dependencies\s*=\s*\[\s*?\r?\n(?:#[^\r\n]*\r?\n)*?(?P<indent>#\s+)(?P<last>(?=[\"'])"
    + ENTRIES
    + rb"*?)(?P<comma>,?)(?P<comment>[ \t]*(?:#[^\r\n]*)?)(?P<end>\r?\n)(?:#[ \t]*(?:#[^\r\n]*)?\r?\n)*# *\]",
    re.MULTILINE,
)


def with_dependency(code: bytes, imports: Iterable[NeededImport]) -> bytes:
    """The script's text with what its lift imports among the dependencies of its header, if it has any."""
    header, name = HEADER.search(code), _distribution(imports)
    if header is None or not name or re.search(rb"[\"'](ray|raylift)(?![\w-])", header["body"]):
        return code
    body = header["body"]
    if lines := IN_LINES.search(body):
        body = body[: lines.start("last")] + _one_line_more(lines, name) + body[lines.end("end") :]
    elif line := IN_ONE_LINE.search(body):
        body = body[: line.start("entries")] + _one_entry_more(line["entries"], name) + body[line.end("entries") :]
    return code[: header.start("body")] + body + code[header.end("body") :]


def _distribution(imports: Iterable[NeededImport]) -> bytes:
    roots = {needed.module.partition(".")[0] for needed in imports}
    return b"raylift[runtime]" if "raylift_runtime" in roots else b"ray[train]" if "ray" in roots else b""


def _one_line_more(lines: re.Match[bytes], name: bytes) -> bytes:
    quote = lines["last"][:1]
    above = lines["last"] + b"," + lines["comment"] + lines["end"]
    return above + lines["indent"] + quote + name + quote + lines["comma"] + lines["end"]


def _one_entry_more(entries: bytes, name: bytes) -> bytes:
    quote = entries.strip()[:1] or b'"'
    before = entries.rstrip(b", ") + b", " if entries.strip() else b""
    return before + quote + name + quote
