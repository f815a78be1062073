"""Where a script names a number of checkpoints to keep and no score, the newest and the best so far are among them."""

from __future__ import annotations

import pandas
import pytest
from ray.train import Checkpoint, CheckpointConfig, Result, RunConfig
from transformers import TrainerState

from raylift_runtime.checkpoints.source import Source
from raylift_runtime.metrics import checkpoint_score as keeping
from raylift_runtime.metrics.checkpoint_score import SCORE


@pytest.mark.parametrize("config", [CheckpointConfig(), CheckpointConfig(num_to_keep=2, checkpoint_score_attribute="loss")])
def test_what_the_script_itself_says_about_keeping_stays(config: CheckpointConfig) -> None:
    run = RunConfig(checkpoint_config=config)
    assert keeping.by_place(run) == {}
    assert run.checkpoint_config is config


def test_a_number_alone_is_kept_by_place_in_a_copy() -> None:
    given = CheckpointConfig(num_to_keep=2)
    run = RunConfig(checkpoint_config=given)
    assert keeping.by_place(run) == {keeping.ASKED: "1"}
    assert run.checkpoint_config == CheckpointConfig(
        num_to_keep=2, checkpoint_score_attribute=SCORE, checkpoint_score_order="max"
    )
    assert given.checkpoint_score_attribute is None


def test_the_best_so_far_comes_first_then_the_newest_of_the_last_training(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(keeping.ASKED, "1")
    sources = [
        Source("", 4),
        Source("", 900),
        Source("", 2, training=1),
        Source("", 4, is_best=True),
        Source("", 8, is_best=True),
    ]
    places = [keeping.place(source)[SCORE] for source in sources]
    assert places == sorted(set(places))
    assert [int(float(place)) for place in places] == places


def test_a_checkpoint_has_no_place_where_nobody_asked() -> None:
    assert keeping.place(Source("", 4, is_best=True)) == {}


@pytest.mark.parametrize(("folder", "expected"), [("out/checkpoint-8", True), ("out/checkpoint-4", False), (None, False)])
def test_the_best_is_what_the_trainer_takes_for_it(folder: str | None, expected: bool) -> None:
    assert keeping.is_best(TrainerState(global_step=8, best_model_checkpoint=folder)) is expected


def test_a_result_shows_nothing_of_it() -> None:
    metrics = {"loss": 1.0, SCORE: 4}
    kept = [(Checkpoint("/there"), metrics)]
    frame = pandas.DataFrame([metrics])
    result = keeping.cleaned(
        Result(metrics, Checkpoint("/there"), None, path="p", best_checkpoints=kept, metrics_dataframe=frame)
    )
    assert result.metrics == result.best_checkpoints[0][1] == {"loss": 1.0}
    assert list(result.metrics_dataframe) == ["loss"]
