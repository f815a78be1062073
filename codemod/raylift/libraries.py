"""The libraries that raylift knows by name, in one table; it is asked of every file, so it is constants only."""

from __future__ import annotations

# What each package is to a lift:
#   trains    has Trainer classes of its own, or what trains with them
#   stands    its own modules train on behalf of a script: they are left alone, the scripts that it ships are lifted
#   settings  reads its settings when it is imported, and is imported by what a lift needs
#   stack     is never looked for beside a script, not even inside the library's own repository
#   matters   a file that imports none of these holds nothing to lift
#   needle    its name among a file's bytes is reason enough to look at the imports
_TABLE = {
    "accelerate": "stands settings stack matters needle",
    "adapters": "trains matters",
    "datasets": "stack",
    "evaluate": "stack",
    "numpy": "stack",
    "optimum": "trains",
    "peft": "stands settings stack matters",
    "ray": "stands settings stack matters",
    "sentence_transformers": "trains stands settings stack matters",
    "setfit": "matters",
    "span_marker": "trains",
    "torch": "stack",
    "transformers": "trains stands settings stack matters needle",
    "trl": "trains stands settings stack matters",
    "unsloth": "trains settings",
}


def _those_that(word: str) -> frozenset[str]:
    return frozenset(name for name, words in _TABLE.items() if word in words.split())


TRAINER_PACKAGES = _those_that("trains")
LEFT_STANDING = _those_that("stands")
READING_SETTINGS = _those_that("settings")
NEVER_BESIDE = _those_that("stack")
MATTERING = _those_that("matters")
LOOKED_FOR = _those_that("needle")
