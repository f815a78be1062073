"""Sources that only a newer Python reads: which one to run raylift with."""

from __future__ import annotations

import os
import re
import sys

HINT = re.compile(
    rb"""\b(f|t)r?["']|\br(f|t)["']|^[ \t]*(type[ \t]+\w+|(class|(async[ \t]+)?def)[ \t]+\w+[ \t]*\[|except\b)""",
    re.MULTILINE | re.IGNORECASE,
)
"""Without any of these there is nothing newer in a source."""
LARGEST_READ = 300_000
SECONDS = 10


def newer_python(source: bytes) -> str:
    """The oldest Python that reads a source which this one cannot, such as "3.12"; empty where none is known to."""
    if len(source) > LARGEST_READ or not HINT.search(source):
        return ""
    version = _asked(source)
    return version if version and tuple(map(int, version.split("."))) > sys.version_info[:2] else ""


def too_new(source: bytes) -> str:
    """The sentence about a source that a newer Python reads; empty where that is not why this one cannot."""
    version = newer_python(source)
    own = f"{sys.version_info[0]}.{sys.version_info[1]}"
    return (
        version and f"this is syntax of Python {version}, and raylift runs on {own}: run raylift with Python {version} or newer"
    )


def _asked(source: bytes) -> str:
    """What LibCST says, in a process of its own: some broken files overflow its stack."""
    import subprocess  # only a broken file pays it

    program = os.path.join(os.path.dirname(os.path.dirname(__file__)), "emission", "syntax_versions.py")
    try:
        asked = subprocess.run([sys.executable, program], input=source, capture_output=True, timeout=SECONDS, check=False)
    except (OSError, subprocess.SubprocessError):
        return ""
    return asked.stdout.decode() if asked.returncode == 0 else ""
