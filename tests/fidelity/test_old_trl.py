"""A script of TRL's old days is lifted into one that trains with the installed TRL, as its author would have brought it up to date."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.fidelity.tiny_hub import causal_model, preferences, sentences
from tests.fidelity.training_runs import differences, train_lifted, train_original
from tests.since import is_since

from raylift.lift import rewrite
from raylift.outcome import Rewritten
from raylift.settings import Settings

OLD = """\
from datasets import load_dataset
from transformers import AutoModelForCausalLM, AutoTokenizer, TrainingArguments
from trl import DPOTrainer, SFTTrainer


def fine_tune(tokenizer):
    args = TrainingArguments(
        output_dir="sft", max_steps=3, per_device_train_batch_size=4, no_cuda=True, evaluation_strategy="no", report_to="none"
    )
    trainer = SFTTrainer(
        model="model",
        args=args,
        train_dataset=load_dataset("sentences", split="train"),
        dataset_text_field="text",
        max_seq_length=8,
        packing=False,
        tokenizer=tokenizer,
    )
    trainer.train()


def prefer(tokenizer):
    model = AutoModelForCausalLM.from_pretrained("model")
    args = TrainingArguments(
        output_dir="dpo", max_steps=3, per_device_train_batch_size=4, no_cuda=True, report_to="none", overwrite_output_dir=True
    )
    trainer = DPOTrainer(
        model,
        ref_model=None,
        args=args,
        beta=0.3,
        train_dataset=load_dataset("preferences", split="train"),
        tokenizer=tokenizer,
        max_length=16,
        max_prompt_length=12,
    )
    trainer.train()


if __name__ == "__main__":
    tokenizer = AutoTokenizer.from_pretrained("model")
    fine_tune(tokenizer)
    prefer(tokenizer)
"""
TODAY = """\
from datasets import load_dataset
from transformers import AutoModelForCausalLM, AutoTokenizer
from trl import DPOConfig, DPOTrainer, SFTConfig, SFTTrainer

plain = dict(learning_rate=5e-5, gradient_checkpointing=False, bf16=False, logging_steps=500)
shared = dict(max_steps=3, per_device_train_batch_size=4, use_cpu=True, report_to="none", **plain)
tokenizer = AutoTokenizer.from_pretrained("model")
args = SFTConfig("sft", max_length=8, eval_strategy="no", **shared)
SFTTrainer("model", args, train_dataset=load_dataset("sentences", split="train"), processing_class=tokenizer).train()
model = AutoModelForCausalLM.from_pretrained("model")
args = DPOConfig("dpo", max_length=16, beta=0.3, **shared)
DPOTrainer(model, args=args, train_dataset=load_dataset("preferences", split="train"), processing_class=tokenizer).train()
"""


@pytest.mark.ray
@pytest.mark.slow
def test_scripts_of_trls_old_days_train_as_if_they_were_written_today(cluster: str, warm: str, tmp_path: Path) -> None:
    pytest.importorskip("trl", reason="trl is not installed")
    if not is_since("trl", "1.0"):
        pytest.skip("trl before 1.0: what is written as of today fits none of it")
    source = tmp_path / "source"
    causal_model(source / "model"), sentences(source / "sentences"), preferences(source / "preferences")
    (source / "today.py").write_text(TODAY)
    outcome = rewrite(OLD.encode(), Settings(num_workers=2, use_gpu=False))
    assert isinstance(outcome, Rewritten), outcome
    before = train_original(source / "today.py", [], 2, tmp_path / "original", warm)
    after = train_lifted(outcome.code, source / "today.py", [], 2, tmp_path / "lifted", cluster, warm)
    assert [len(losses) for losses in before.losses.values()] == [6, 6]
    assert differences(before, after, 2) == []
    assert after.reports
