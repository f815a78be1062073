"""Lifts Hugging Face training scripts onto Ray Train: `raylift.rewrite(source, settings)` gives an `Outcome`."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from raylift.lift import rewrite
    from raylift.outcome import Failed, Outcome, Refused, Rewritten, Untouched
    from raylift.plan import Notice
    from raylift.settings import Settings

__all__ = ["Failed", "Notice", "Outcome", "Refused", "Rewritten", "Settings", "Untouched", "rewrite"]

_HOMES = {"rewrite": "lift", "Notice": "plan", "Settings": "settings"}


def __getattr__(name: str) -> object:
    """A public name, once it is asked for: the command line answers most files without any of them."""
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from importlib import import_module

    return getattr(import_module(f"{__name__}.{_HOMES.get(name, 'outcome')}"), name)


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
