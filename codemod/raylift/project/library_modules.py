"""The package that a file belongs to, and whether that is one of the libraries whose users' scripts are lifted."""

from __future__ import annotations

import os
from functools import cache

from raylift.libraries import LEFT_STANDING


def is_part_of_a_library(path: str, source: bytes) -> bool:
    """Whether a file is such a library's own module, rather than a script that the library ships."""
    return b"__main__" not in source and _package(os.path.dirname(os.path.abspath(path))) in LEFT_STANDING


@cache
def _package(folder: str) -> str:
    """The outermost package that a folder is part of; empty where it is none."""
    if not os.path.exists(os.path.join(folder, "__init__.py")):
        return ""
    above, name = os.path.split(folder)
    return _package(above) or name
