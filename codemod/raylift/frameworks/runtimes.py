"""Which runtime a lifted script names; asked before LibCST is worth its import."""

from __future__ import annotations

from raylift.script import Script
from raylift.settings import Settings
from raylift.targets import TARGETS


def changes_runtime(script: Script, settings: Settings) -> bool:
    """Whether a script is lifted for another runtime than the user now asks for."""
    others = {f"{target.torch}.TorchTrainer" for target in TARGETS.values() if target is not settings.target}
    return settings.retarget and any(binding.name in others for binding in script.imports())
