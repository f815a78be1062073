"""Rules that are on and off: by --select and --ignore, by settings, and by a comment at a line."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.conftest import Raylift

import raylift
from raylift.project import settings_file as project
from raylift.rules import ids_of

TRAINER = """\
from transformers import Trainer, TrainingArguments

args = TrainingArguments(
    "out",
    evaluation_strategy="epoch",
    overwrite_output_dir=True,
)
trainer = Trainer(model, args, tokenizer=tokenizer)
trainer.train()
"""
LOOP = """\
import torch
from accelerate import Accelerator

torch.distributed.init_process_group("gloo")
accelerator = Accelerator(
    split_batches=True,
    even_batches=False,
)
for step in range(3):
    accelerator.backward(model(step))
"""
LEGACY = """\
from ray.air import RunConfig, session
from ray.train.torch import TorchTrainer

def train_func():
    session.report({"loss": 1})

TorchTrainer(
    train_func,
    run_config=RunConfig(
        local_dir="results",
        verbose=0,
    ),
).fit()
"""


def outcome(source: str, **settings: object) -> raylift.Outcome:
    return raylift.rewrite(source.encode(), raylift.Settings(**settings))  # type: ignore[arg-type]  # by name


def code(source: str, **settings: object) -> str:
    result = outcome(source, **settings)
    assert isinstance(result, raylift.Rewritten), result
    compile(result.code, "<lifted>", "exec")
    return result.code.decode()


def at(source: str, line: str, comment: str) -> str:
    """The source with a comment at the end of the line that starts with some words."""
    lines = [f"{each}  # raylift: {comment}" if each.strip().startswith(line) else each for each in source.splitlines()]
    return "\n".join(lines) + "\n"


def test_everything_is_on() -> None:
    lifted = code(TRAINER)
    assert 'eval_strategy="epoch"' in lifted
    assert "overwrite_output_dir" not in lifted
    assert "processing_class=tokenizer" in lifted
    assert lifted == code(TRAINER, select=("RL",)) == code(TRAINER, select=("RL1", "RL20"))


@pytest.mark.parametrize("off", [{"select": ("RL1",)}, {"ignore": ("RL20",)}, {"ignore": ("RL201", "RL202", "RL203")}])
def test_updates_that_are_off_leave_their_lines_as_they_are(off: dict[str, tuple[str, ...]]) -> None:
    lifted = code(TRAINER, **off)
    for part in ('evaluation_strategy="epoch",', "overwrite_output_dir=True,", "tokenizer=tokenizer", "prepare_trainer(trainer)"):
        assert part in lifted
    assert outcome(TRAINER, **off).notices == ()  # type: ignore[union-attr]  # it is lifted


@pytest.mark.parametrize("comment", ["ignore[RL201]", "ignore[RL20]", "ignore"])
def test_a_comment_leaves_out_the_change_of_its_line_only(comment: str) -> None:
    lifted = code(at(TRAINER, "evaluation_strategy", comment))
    assert 'evaluation_strategy="epoch",' in lifted
    assert "overwrite_output_dir" not in lifted


def test_a_comment_above_the_statement_leaves_out_all_of_its_changes() -> None:
    lifted = code(TRAINER.replace("args =", "# raylift: ignore\nargs ="))
    assert 'evaluation_strategy="epoch",' in lifted
    assert "overwrite_output_dir=True," in lifted
    assert "processing_class=tokenizer" in lifted


def test_a_change_that_is_left_out_is_not_told() -> None:
    result = outcome(at(TRAINER, "overwrite", "ignore[RL202]"))
    assert isinstance(result, raylift.Rewritten)
    assert "RL202" not in {notice.rule for notice in (*result.notices, *result.changes)}


def test_an_ack_settles_the_notice_of_a_change_and_lets_it_be_made() -> None:
    result = outcome(at(TRAINER, "overwrite", "ack[RL202] it is empty"))
    assert isinstance(result, raylift.Rewritten)
    assert result.notices == ()
    assert b"overwrite_output_dir" not in result.code


def test_an_import_goes_with_the_change_that_needs_it() -> None:
    lifted = code(LOOP)
    assert "if not torch.distributed.is_initialized():" in lifted
    assert "dataloader_config=DataLoaderConfiguration(split_batches=True, even_batches=False)" in lifted
    plain = code(LOOP, ignore=("RL213", "RL224"))
    assert "import torch.distributed" not in plain
    assert "DataLoaderConfiguration" not in plain
    epochs = LOOP.replace("for step in range(3):\n", "for epoch in range(3):\n  for step in loader:\n")
    assert "resumable(range(3)" in code(epochs, resumable=True)
    assert "resumable" not in code(epochs, resumable=True, ignore=("RL122",))


def test_changes_that_are_right_together_only_are_left_out_together() -> None:
    lifted = code(at(LOOP, "even_batches", "ignore[RL224]"))
    assert "split_batches=True," in lifted
    assert "even_batches=False," in lifted
    assert "DataLoaderConfiguration" not in lifted
    twice = TRAINER.replace("    overwrite", "    eval_strategy=None,\n    overwrite")
    assert "    eval_strategy=None" not in code(twice)
    assert 'evaluation_strategy="epoch",' in code(at(twice, "eval_strategy", "ignore[RL201]"))


@pytest.mark.parametrize(
    ("source", "settings", "reason"),
    [
        (TRAINER, {"select": ("RL2",)}, "RL101 is not selected"),
        (TRAINER, {"ignore": ("RL101",)}, "RL101 is ignored"),
        (LOOP, {"select": ("RL101",)}, "RL121 is not selected"),
        (LEGACY, {"select": ("RL231",)}, "RL230 is not selected"),
        (at(TRAINER, "trainer =", "ignore[RL101]"), {}, "RL101 is ignored in line 8"),
    ],
)
def test_without_what_lifts_it_a_script_is_left_alone(source: str, settings: dict[str, tuple[str, ...]], reason: str) -> None:
    assert outcome(source, **settings) == raylift.Untouched(reason)


def test_a_comment_must_name_the_rule_that_lifts() -> None:
    assert "prepare_trainer(trainer)" in code(at(TRAINER, "trainer =", "ignore"))


def test_what_only_launches_a_neighbours_training_needs_a_rule_that_lifts() -> None:
    def beside(name: str, level: int) -> bytes | None:
        return b"from transformers import Trainer\ndef main():\n    Trainer(1).train()\n" if name == "mine" else None

    source = b"from mine import main\nmain()\n"
    assert isinstance(raylift.rewrite(source, raylift.Settings(), beside), raylift.Rewritten)
    alone = raylift.rewrite(source, raylift.Settings(select=("RL2",)), beside)
    assert alone == raylift.Untouched("no rule that lifts is selected")


def test_a_refusal_that_is_not_selected_leaves_the_script_alone() -> None:
    source = "from transformers import Trainer\nTrainer(1).hyperparameter_search()\n"
    assert isinstance(outcome(source, select=("RL3",)), raylift.Refused)
    assert outcome(source, select=("RL1",)) == raylift.Untouched("RL301 is not selected")


def test_an_argument_of_old_ray_is_left_in_its_line() -> None:
    assert "verbose" not in code(LEGACY)
    lifted = code(at(LEGACY, "verbose", "ignore[RL231]"))
    assert 'storage_path="results",' in lifted
    assert "verbose=0,  # raylift" in lifted


@pytest.mark.parametrize(("text", "ids"), [("RL101", ("RL101",)), ("rl1, RL22", ("RL1", "RL22")), ("RL", ("RL",))])
def test_rules_are_named_by_id_or_prefix(text: str, ids: tuple[str, ...]) -> None:
    assert ids_of(text) == ids


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    project.project_of.cache_clear()
    monkeypatch.chdir(tmp_path)
    (tmp_path / "a.py").write_text(TRAINER)
    return tmp_path


def test_the_flags_select(here: Path, raylift: Raylift) -> None:
    for flags in (["--select", "RL1,rl202"], ["--select=RL1", "--select", "RL202"]):
        out = raylift("check", *flags, "--transformers", "5", "a.py").out
        told = {line.split()[1] for line in out.splitlines() if line.startswith("a.py")}
        assert told == {"RL101", "RL202"}
    run = raylift("check", "-v", "--select", "RL2", "a.py")
    assert run == (0, "", "a.py: left alone, RL101 is not selected\nraylift: 1 left alone\n")


@pytest.mark.parametrize("flag", ["--select", "--ignore"])
@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("RL22l", "there is no rule RL22L; did you mean RL"),
        ("pylint", "`raylift rules` lists all"),
        (",", "there is no rule without a name"),
    ],
)
def test_a_rule_that_does_not_exist_is_wrong_usage(here: Path, raylift: Raylift, flag: str, name: str, words: str) -> None:
    run = raylift("rewrite", flag, name, "a.py")
    assert run.code == 2
    assert words in " ".join(run.err.replace("\u2502", "").split())
    assert (here / "a.py").read_text() == TRAINER


def test_the_settings_select(here: Path, raylift: Raylift) -> None:
    (here / "pyproject.toml").write_text('[tool.raylift]\nselect = ["RL1", "RL203"]\nignore = ["RL203"]\n')
    assert {line.split()[1] for line in raylift("check", "a.py").out.splitlines() if line.startswith("a.py")} == {"RL101"}


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ('select = ["RL22l"]', "`select`: there is no rule RL22L; did you mean RL"),
        ('ignore = "RL1"', "`ignore` takes a list of rules"),
    ],
)
def test_a_setting_with_a_rule_that_does_not_exist_is_an_error(here: Path, raylift: Raylift, text: str, words: str) -> None:
    (here / "pyproject.toml").write_text(f"[tool.raylift]\n{text}\n")
    run = raylift("check", "a.py")
    assert run.code == 2
    assert words in run.out
