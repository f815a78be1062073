"""Which class of which library a call makes an instance of, as the table of their releases names it, and what that takes."""

from __future__ import annotations

import ast

from raylift.frameworks.hf_trainer.constructors import called_classes, lineage
from raylift.libraries import TRAINER_PACKAGES
from raylift.releases.arguments import class_at, gone_since, takes_argument
from raylift.script import Script, Value
from raylift.settings import Settings

ARGUMENT_CLASSES = "transformers.TrainingArguments"
TRAINER = "transformers.Trainer"


def library_class(script: Script, call: ast.Call, settings: Settings, otherwise: str) -> str:
    """The class of a library whose constructor a call runs in the end; `otherwise` where the table has none."""
    return table_class(called_classes(script, call), settings) or otherwise


def table_class(values: list[Value], settings: Settings) -> str:
    """The first class of a library's among some classes and what they derive from; empty if the table has none."""
    names = [value for value in lineage(values) if isinstance(value, str) and value.partition(".")[0] in TRAINER_PACKAGES]
    return next((known for name in names if (known := class_at(settings, name))), "")


def is_gone(settings: Settings, full_name: str, argument: str) -> bool:
    """Whether a class took an argument once, and does not in the release that was chosen."""
    return takes_argument(settings, full_name, argument) is False


def gone_with(full_name: str, argument: str) -> str:
    """Since when an argument is gone, as a script's reader would say it."""
    return gone_since(full_name, argument) or full_name.partition(".")[0]
