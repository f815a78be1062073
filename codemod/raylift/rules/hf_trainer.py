"""Rules of Hugging Face Trainer scripts."""

from __future__ import annotations

from raylift.rules.rule import Rule

RULES = (
    Rule("RL101", "lift", "A Trainer reports to Ray Train",
         "Ray workers share nothing: without the callback no metric and no checkpoint reaches the driver, and without prepare_trainer "
         "a Trainer on CPU workers trains alone in a world of one.",
         "trainer.train()", "trainer.add_callback(RayTrainReportCallback())\ntrainer = prepare_trainer(trainer)\ntrainer.train()",
         "Add the callback and wrap the Trainer before every `train()`.", launches=True, reports=True),
    Rule("RL102", "notice", "What may be a Trainer comes from out of sight",
         "A function of a module that is not beside the script made it, so nothing tells whether it must be connected to Ray Train.",
         "student = build_trainer(teacher)\nstudent.train()", "",
         "Say what it is where it is bound, `student: Trainer = build_trainer(...)`, and lift again."),
    Rule("RL201", "update", "An argument has another name now",
         "TrainingArguments and the configs of TRL raise TypeError on names that they no longer have.",
         "TrainingArguments(\"out\", evaluation_strategy=\"epoch\")", "TrainingArguments(\"out\", eval_strategy=\"epoch\")", "Rename it.", depends="--transformers"),
    Rule("RL202", "update", "An argument is gone",
         "TrainingArguments and what TRL has raise TypeError on names that they no longer have.",
         "TrainingArguments(\"out\", overwrite_output_dir=True)", "TrainingArguments(\"out\")", "Use what the notice names instead.", depends="--transformers"),
    Rule("RL203", "update", "tokenizer is now processing_class", "Trainer takes no `tokenizer` since transformers 5.",
         "Trainer(..., tokenizer=tokenizer)", "Trainer(..., processing_class=tokenizer)", "Rename the argument and the attribute.", depends="--transformers"),
    Rule("RL204", "update", "Positional Trainer arguments get their names",
         "`compute_loss_func` was put before `compute_metrics` in 4.46: what stands behind it by position moves to another parameter.",
         "Trainer(model, args, collator, data[\"train\"], data[\"test\"], tokenizer, None, accuracy)",
         "Trainer(model, args, collator, data[\"train\"], data[\"test\"], tokenizer, model_init=None, compute_metrics=accuracy)",
         "Name every argument after the first two.", depends="--transformers"),
    Rule("RL205", "update", "compute_loss takes num_items_in_batch",
         "Today's Trainer passes it; an override without it raises TypeError. So do `training_step`, which is given it as well, and `log`, "
         "which is given `start_time`; also in a module of their own, which trains nothing itself.",
         "def compute_loss(self, model, inputs, return_outputs=False):",
         "def compute_loss(self, model, inputs, return_outputs=False, num_items_in_batch=None):", "Add the parameter.", depends="--transformers"),
    Rule("RL206", "update", "An argument of TRL's trainer belongs into its config",
         "TRL took `dataset_text_field`, `max_seq_length`, `packing`, `beta` and their like from its trainers; they raise TypeError there. Plain "
         "TrainingArguments become the trainer's config, and keep their own defaults where that has others.",
         "args = TrainingArguments(\"out\", max_steps=100)\n    trainer = SFTTrainer(\"gpt2\", args=args, train_dataset=data, max_seq_length=512)",
         "args = SFTConfig(...max_steps=100,...max_length=512,...)\n    trainer = SFTTrainer(\"gpt2\", args=args, train_dataset=data)",
         "Give it to SFTConfig, DPOConfig, ... and that to the trainer as `args`.", depends="--transformers"),
    Rule("RL207", "update", "A name is imported from elsewhere now", "TRL moved trainers into `trl.experimental`; the old import raises ImportError.",
         "from trl import ORPOConfig, ORPOTrainer", "from trl.experimental.orpo import ORPOConfig, ORPOTrainer", "Import it from its module of today.", depends="--transformers"),
    Rule("RL208", "notice", "A name is gone from its library", "The chosen release no longer has it; importing it raises ImportError.",
         "from trl import SFTConfig, SFTTrainer, setup_chat_format", "", "Use what the notice names, or pin an older release.", depends="--transformers"),
    Rule("RL214", "update", "A checkpoint strategy that can never report",
         "Stock Ray's callback reports when the Trainer saves, and only then: without a save there is no metric and no checkpoint.",
         "TrainingArguments(\"out\", eval_strategy=\"epoch\")",
         "TrainingArguments(\"out\", eval_strategy=\"epoch\", save_strategy=\"epoch\")", "Save whenever something is to be reported.", depends="--runtime"),
    Rule("RL302", "refusal", "train() where nothing before it can prepare the Trainer",
         "The Trainer comes from another file, and must be prepared in a statement before it trains.",
         "if trainer.train().training_loss < 1:\n    trainer.save_model()", "", "Put `.train()` on a line of its own."),
)  # fmt: skip
