"""Checkpoints made of dicts, URIs and models, and read back."""

from __future__ import annotations

import pytest
from tests.codemod.lifting import lifted, refusal

HEAD = "from ray.air import Checkpoint, session\n\n"


def body(source: str) -> str:
    """What follows the imports of a lifted script."""
    return lifted(source).rpartition("import torch\n")[2].lstrip()


def test_a_dict_becomes_a_file() -> None:
    assert body(HEAD + "session.report({}, checkpoint=Checkpoint.from_dict({'rank': session.get_world_rank()}))\n") == (
        "with tempfile.TemporaryDirectory() as checkpoint_dir:\n"
        "    torch.save({'rank': ray.train.get_context().get_world_rank()}, os.path.join(checkpoint_dir, \"checkpoint.pt\"))\n"
        "    ray.train.report({}, checkpoint=Checkpoint.from_directory(checkpoint_dir))\n"
    )


def test_a_checkpoint_that_is_kept_keeps_its_folder() -> None:
    assert body(HEAD + "kept = Checkpoint.from_dict(state)\n") == (
        "checkpoint_dir = tempfile.mkdtemp()\n"
        'torch.save(state, os.path.join(checkpoint_dir, "checkpoint.pt"))\n'
        "kept = Checkpoint.from_directory(checkpoint_dir)\n"
    )


def test_the_file_is_read_back() -> None:
    assert body(HEAD + "saved = session.get_checkpoint()\nif saved:\n    epoch = saved.to_dict()['epoch']\n") == (
        "saved = ray.train.get_checkpoint()\nif saved:\n"
        "    with saved.as_directory() as checkpoint_dir:\n"
        "        epoch = torch.load(os.path.join(checkpoint_dir, \"checkpoint.pt\"), weights_only=False)['epoch']\n"
    )


def test_a_result_holds_a_checkpoint_too() -> None:
    assert "with result.checkpoint.as_directory() as checkpoint_dir:\n" in lifted(
        HEAD + "Checkpoint.from_uri(u)\nstate = result.checkpoint.to_dict()\n"
    )


def test_another_dict_is_left_alone() -> None:
    code = lifted(HEAD + "Checkpoint.from_uri(u)\nrows = frame.to_dict()\nm = registry.get_model(Bert)\n")
    assert "rows = frame.to_dict()\nm = registry.get_model(Bert)\n" in code


def test_a_model_saves_itself() -> None:
    source = "from ray.train.huggingface import TransformersCheckpoint\n\nc = TransformersCheckpoint.from_model(m, t, path='p')\n"
    assert lifted(source) == (
        "from ray.train import Checkpoint\n\nm.save_pretrained('p')\nt.save_pretrained('p')\nc = Checkpoint.from_directory('p')\n"
    )


def test_a_model_is_read_from_a_checkpoint_of_any_making() -> None:
    source = "from ray.train.huggingface import HuggingFaceCheckpoint\n\nc = HuggingFaceCheckpoint.from_directory('p')\n"
    code = lifted(source + "model = c.get_model(Bert)\n")
    assert code.endswith("with trainer_folder(c) as folder:\n    model = Bert.from_pretrained(folder)\n")
    assert "HuggingFaceCheckpoint" not in code


@pytest.mark.parametrize(
    ("imported", "spelled", "becomes"),
    [
        ("from ray.train.huggingface import TransformersCheckpoint as T", "T", "Checkpoint"),
        ("from ray.train import huggingface", "huggingface.TransformersCheckpoint", "ray.train.Checkpoint"),
        ("from ray import air", "air.Checkpoint", "ray.train.Checkpoint"),
        ("from ray.air import Checkpoint as C", "C", "C"),
    ],
)
def test_a_checkpoint_is_made_by_the_name_that_its_class_has_now(imported: str, spelled: str, becomes: str) -> None:
    code = lifted(f"{imported}\nc = {spelled}.from_dict(state)\n")
    assert f"c = {becomes}.from_directory(checkpoint_dir)\n" in code
    assert imported not in code


def test_a_class_may_be_given_by_keyword() -> None:
    source = "from ray.train.huggingface import TransformersCheckpoint as T\n\nc = T.from_directory('p')\nm = c.get_model(model=Bert, a=1)\n"
    assert lifted(source).endswith("    m = Bert.from_pretrained(folder, a=1)\n")


def test_one_class_of_checkpoints_needs_no_conversion() -> None:
    source = "from ray.train.huggingface import TransformersCheckpoint as T\n\nmodel = T.from_checkpoint(result.checkpoint)\n"
    assert lifted(source).endswith("\nmodel = result.checkpoint\n")


@pytest.mark.parametrize(
    ("rule", "line"),
    [
        ("RL326", "Checkpoint.from_bytes(b'')"),
        ("RL326", "session.get_checkpoint().to_bytes()"),
        ("RL326", "session.get_checkpoint().get_preprocessor()"),
        ("RL326", "session.get_checkpoint().to_uri('s3://b')"),
        ("RL327", "c = Checkpoint.from_dict(session.get_checkpoint().to_dict())"),
        ("RL327", "f = lambda: Checkpoint.from_dict({})"),
        ("RL327", "if session.get_checkpoint().to_dict(): pass"),
        ("RL327", "x = session.get_checkpoint() and session.get_checkpoint().to_dict()"),
    ],
)
def test_what_cannot_be_a_file_is_refused(rule: str, line: str) -> None:
    assert refusal(f"{HEAD}{line}\n").rule == rule
