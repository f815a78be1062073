"""The table of what releases take has the shape that is promised, and the installed releases agree with it."""

from __future__ import annotations

import dataclasses
import importlib
import inspect
import re
from importlib import metadata

import pytest

from raylift.frameworks.hf_trainer.gone_arguments import GONE_ARGUMENTS, INSIDE, TRL_DROPPED, TRL_NAMES, WHEN_TRUE
from raylift.releases import arguments as releases
from raylift.releases.table import ARGUMENTS, GONE_NAMES, METHODS, READ_FROM
from raylift.settings import Settings

SPANS = re.compile(r"\d+\.\d+-(\d+\.\d+)?( \d+\.\d+-(\d+\.\d+)?)*")
CLASSES = [name for name in ARGUMENTS if name.startswith(("transformers.", "trl.")) and releases.is_there(Settings(), name)]


def installed(library: str) -> tuple[int, int]:
    """The installed release of a library."""
    return releases.release_in(metadata.version(library.replace("_", "-")))


def knows_installed(library: str) -> bool:
    try:
        return installed(library) in releases.releases_read(library)
    except metadata.PackageNotFoundError:
        return False


def test_the_table_names_the_releases_that_it_was_read_from_in_their_order() -> None:
    for library in READ_FROM:
        read = releases.releases_read(library)
        assert list(read) == sorted(set(read)), library
        assert {name.partition(".")[0] for name in (*ARGUMENTS, *GONE_NAMES)} <= set(READ_FROM)


def test_every_span_of_the_table_begins_and_ends_with_a_release_that_was_read() -> None:
    for name, rows in (*ARGUMENTS.items(), *GONE_NAMES.items()):
        read = {f"{major}.{minor}" for major, minor in releases.releases_read(name.partition(".")[0])}
        spans = [row for row in rows if row[:1].isdigit()] + [
            rows[key] for key in rows if key in ("", *rows) and key.startswith("=")
        ]
        assert spans or name, name
        for span in spans:
            assert SPANS.fullmatch(span), (name, span)
            assert {end for part in span.split() for end in part.split("-") if end} <= read, (name, span)


def test_no_argument_stands_twice_in_a_class() -> None:
    for name, rows in ARGUMENTS.items():
        listed = [argument for span, row in rows.items() if span[:1].isdigit() for argument in row.split()]
        assert len(listed) == len(set(listed)), name


@pytest.mark.slow
@pytest.mark.parametrize("name", CLASSES)
def test_the_installed_release_takes_what_the_table_says(name: str) -> None:
    library = name.partition(".")[0]
    pytest.importorskip(library, reason=f"{library} is not installed")
    if not knows_installed(library):
        pytest.skip(f"{library} {metadata.version(library)} is not in the table")
    module, _, last = name.rpartition(".")
    try:
        found = getattr(importlib.import_module(module), last)
    except (ImportError, RuntimeError) as error:
        pytest.skip(f"{name} needs more than is installed: {error}")
    parameters = inspect.signature(found).parameters
    if any(parameter.kind is parameter.VAR_KEYWORD for parameter in parameters.values()):
        pytest.skip(f"{name} hands on whatever it is given")
    taken = set(parameters)
    if dataclasses.is_dataclass(found):
        taken = {field.name for field in dataclasses.fields(found) if field.init}
    settings = Settings(releases=((library, installed(library)), ("transformers", installed("transformers"))))
    for span, listed in ARGUMENTS[name].items():
        for argument in listed.split() if span[:1].isdigit() else ():
            assert releases.takes_argument(settings, name, argument) == (argument in taken), argument


def test_what_has_a_new_name_was_taken_once_and_its_new_name_is_taken_today() -> None:
    newest = Settings()
    for old, gone in GONE_ARGUMENTS.items():
        assert releases.takes_argument(newest, "transformers.TrainingArguments", old) is False, old
        if gone.name:
            assert releases.takes_argument(newest, "transformers.TrainingArguments", gone.name), gone.name
    for old in (*WHEN_TRUE, *INSIDE):
        assert releases.takes_argument(newest, "transformers.TrainingArguments", old) is False, old
    known = {
        argument for rows in ARGUMENTS.values() for span, row in rows.items() if span[:1].isdigit() for argument in row.split()
    }
    assert {*TRL_NAMES, *TRL_DROPPED, *(name for names in TRL_NAMES.values() for name in names)} <= known


def test_a_release_between_two_that_were_read_is_taken_for_the_older_one() -> None:
    assert releases.chosen_release(Settings(releases=(("trl", (0, 999)),)), "trl") == (0, 29)
    assert releases.chosen_release(Settings(releases=(("trl", (0, 1)),)), "trl") == (0, 7)
    assert releases.chosen_release(Settings(releases=(("trl", (99, 0)),)), "trl") == releases.releases_read("trl")[-1]
    assert releases.chosen_release(Settings(transformers=4, releases=(("transformers", (5, 4)),)), "transformers") == (4, 57)
    assert releases.chosen_release(Settings(transformers=4, releases=(("transformers", (4, 36)),)), "transformers") == (4, 46)
    assert releases.chosen_release(Settings(transformers=5, releases=(("transformers", (5, 4)),)), "transformers") == (5, 4)


def test_the_table_knows_where_a_class_has_gone_and_since_when() -> None:
    assert releases.class_at(Settings(), "trl.ORPOTrainer") == "trl.experimental.orpo.ORPOTrainer"
    assert releases.class_at(Settings(), "trl.trainer.sft_trainer.SFTTrainer") == "trl.SFTTrainer"
    assert releases.class_at(Settings(), "trl.PPOTrainer") == ""
    assert releases.gone_since("trl.SFTTrainer", "packing") == "trl 0.13"
    assert releases.gone_since("trl.SFTConfig", "no_cuda") == "transformers 5.0"


def test_only_methods_that_grew_are_in_the_table() -> None:
    assert {"compute_loss", "training_step", "log"} <= set(METHODS)
    assert "evaluate" not in METHODS


def test_sentence_transformers_keep_their_tokenizer_until_they_take_a_processing_class() -> None:
    name = "sentence_transformers.SentenceTransformerTrainer"
    for release, takes in (((5, 3), True), ((5, 4), False)):
        assert releases.takes_argument(Settings(releases=(("sentence_transformers", release),)), name, "tokenizer") is takes
