"""The failure of what is checked before a run starts anything."""

from __future__ import annotations


class PreflightError(ValueError):
    """The run cannot work as it is set up; nothing was started."""
