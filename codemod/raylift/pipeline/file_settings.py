"""The settings of one file: what its user, its launch command and its project say, what is pinned, and our defaults."""

from __future__ import annotations

import os

from raylift.launch_commands.launch_hints import launch_hint
from raylift.launch_commands.launch_settings import launch_settings
from raylift.project.settings_file import with_settings
from raylift.project.transformers_pin import library_releases, transformers_generation
from raylift.request import STANDARD_INPUT, Request
from raylift.settings import Settings
from raylift.targets import TARGETS


def settings_of(request: Request, path: str) -> Settings:
    """How a file is to be lifted; flags win over the launch command, that over the project. Raises BadInput with one line."""
    said = with_settings(request, os.path.dirname(os.path.abspath(path)))
    target = TARGETS[said.runtime or Settings().runtime]
    chosen = {name: value for name in Settings.__slots__ if (value := getattr(said, name, None)) is not None}
    for name, value in launch_settings(said, path, takes_config=target.takes_accelerate_config).items():
        if getattr(request, name, None) is None:
            chosen[name] = value
    if request.launched_by is None and said.num_workers is None and path != STANDARD_INPUT and (hint := launch_hint(path)):
        chosen["launch_notices"] = (hint,)
    chosen.setdefault("transformers", transformers_generation(os.path.dirname(path)))
    chosen["releases"] = library_releases(os.path.dirname(path))
    return Settings(**chosen, retarget=request.runtime is not None)
