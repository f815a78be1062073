"""Rules of a script as a whole: where it trains, and how it was launched."""

from __future__ import annotations

from raylift.rules.rule import Rule

RULES = (
    Rule("RL104", "notice", "The training is not started in this file",
         "The Trainer here was connected to Ray, but only the file that starts the training can launch workers.",
         "def train():\n    ...\n    trainer.train()", "", "Lift the file that calls it, too."),
    Rule("RL105", "notice", "The training lies in a neighbouring module",
         "This file launches the workers; the Trainer in the module beside it would still report nothing.",
         "from training import train\n...\ntrain(args)", "def train_func():\n    ...\n    train(args)", "Lift that module, too."),
    Rule("RL125", "notice", "What the launch command said",
         "Worker count, devices and settings of torchrun, accelerate launch or deepspeed went into the script; some have no equal on Ray.",
         "torchrun --nproc_per_node 8 ...", "scaling_config=ScalingConfig(num_workers=8, use_gpu=True),",
         "Compare the ScalingConfig with the command that you used."),
)  # fmt: skip
