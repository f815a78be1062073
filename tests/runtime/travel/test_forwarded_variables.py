"""What of the driver's environment reaches the workers, and how."""

from __future__ import annotations

import pytest

from raylift_runtime.travel.forwarded_variables import forwarded, not_set, withheld


def test_settings_of_training_travel_and_secrets_of_others_stay() -> None:
    environment = {
        "HF_TOKEN": "t",
        "WANDB_API_KEY": "k",
        "NCCL_DEBUG": "INFO",
        "OMP_NUM_THREADS": "4",
        "AWS_SECRET": "s",
        "HOME": "/",
    }
    sent = forwarded(environment)
    assert sent.shown == {"NCCL_DEBUG": "INFO", "OMP_NUM_THREADS": "4"}
    assert sent.hidden == {"HF_TOKEN": "t", "WANDB_API_KEY": "k"}


def test_a_process_s_place_in_a_group_stays() -> None:
    place = {"ACCELERATE_TORCH_DEVICE": "cuda:0", "TORCHELASTIC_RUN_ID": "1", "RANK": "0", "LOCAL_RANK": "0", "SLURM_PROCID": "0"}
    sent = forwarded({**place, "HOME": "/", "PATH": "/bin"}, read=[*place, "HOME", "PATH"])
    assert (sent.shown, sent.hidden) == ({}, {})


def test_what_the_script_reads_travels_without_having_been_chosen() -> None:
    environment = {
        "MY_DATA_DIR": "/data",
        "OPENAI_API_KEY": "k",
        "DATABASE": "sql://me:word@host",
        "SLURM_JOB_ID": "7",
        "UNREAD": "1",
    }
    sent = forwarded(environment, read=["MY_DATA_DIR", "OPENAI_API_KEY", "DATABASE", "SLURM_JOB_ID", "NOT_SET"])
    assert sent.shown == {"MY_DATA_DIR": "/data", "SLURM_JOB_ID": "7"}
    assert set(sent.hidden) == {"OPENAI_API_KEY", "DATABASE"}
    assert sent.chosen == {}


def test_credentials_travel_by_choice_only_and_hidden_and_reach_what_stores() -> None:
    environment = {"AWS_SECRET_ACCESS_KEY": "s", "AWS_REGION": "r", "GOOGLE_APPLICATION_CREDENTIALS": "g"}
    assert forwarded(environment, read=environment).hidden == {}
    sent = forwarded({**environment, "RAYLIFT_FORWARD_ENV": "AWS_*, OTHER"}, read=environment)
    assert sent.hidden == sent.chosen == {"AWS_SECRET_ACCESS_KEY": "s", "AWS_REGION": "r"}
    assert sent.shown == {}


def test_what_is_hidden_is_not_in_the_text_of_the_value_that_holds_it() -> None:
    sent = forwarded({"AWS_SECRET_ACCESS_KEY": "sesame", "HF_TOKEN": "sesame", "RAYLIFT_FORWARD_ENV": "AWS_*"})
    assert sent.chosen and sent.hidden and "sesame" not in repr(sent)


@pytest.mark.parametrize(
    ("read", "storage", "named"),
    [
        (["AWS_KEY", "MY_DIR"], "/here", "AWS_KEY stays on this machine: RAYLIFT_FORWARD_ENV=AWS_* sends"),
        ([], "s3://bucket/runs", "AWS_KEY, AWS_REGION stay"),
        ([], "gs://bucket/runs", "GOOGLE_PROJECT stays"),
        (["MY_DIR"], "/here", None),
    ],
)
def test_credentials_that_are_needed_and_stay_are_named(read: list[str], storage: str, named: str | None) -> None:
    environment = {"AWS_KEY": "sesame", "AWS_REGION": "sesame", "GOOGLE_PROJECT": "sesame", "MY_DIR": "sesame"}
    said = withheld(environment, read, storage)
    assert "sesame" not in str(said)
    assert said is None if named is None else named in str(said)
    assert withheld({**environment, "RAYLIFT_FORWARD_ENV": "AWS_*,GOOGLE_*"}, read, storage) is None


def test_a_name_that_is_sent_and_not_set_is_told() -> None:
    assert "names MISSING, which" in str(not_set({"RAYLIFT_FORWARD_ENV": "MISSING,AWS_*,HERE", "HERE": "1"}))
    assert not_set({"RAYLIFT_FORWARD_ENV": "AWS_*"}) is None
