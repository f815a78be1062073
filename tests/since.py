"""Which tests need a library newer than the oldest one that is supported, and what the older one lacks."""

from __future__ import annotations

from importlib import metadata

import pytest
from packaging.version import Version


def is_since(package: str, version: str) -> bool:
    """Whether this version of a package, or a newer one, is installed."""
    return Version(metadata.version(package)) >= Version(version)


def needs(package: str, version: str, why: str) -> pytest.MarkDecorator:
    """Skips a test with an older package, and says what that one lacks."""
    return pytest.mark.skipif(not is_since(package, version), reason=f"{package} before {version}: {why}")
