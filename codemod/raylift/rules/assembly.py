"""Rules of a script as a whole: where it trains, and how it was launched."""

from __future__ import annotations

from raylift.rules.rule import Rule

RULES = (
    Rule("RL104", "notice", "The training is not started in this file",
         "The Trainer here was connected to Ray, but only the file that starts the training can launch workers.",
         "def train():\n    ...\n    trainer.train()", "", "Lift the file that calls it, too.", depends="folder"),
    Rule("RL105", "notice", "The training lies in a neighbouring module",
         "This file launches the workers; the Trainer in the module beside it would still report nothing.",
         "from training import train\n...\ntrain(args)", "def train_func():\n    ...\n    train(args)", "Lift that module, too.", depends="folder"),
    Rule("RL106", "notice", "A training that nothing in its project starts",
         "A module of a library trains for whoever imports it; only what starts a training can launch workers, so it stays as it is.",
         "class Forecaster:\n    ...\n    def fit(self, rows):\n        ...\n        trainer.train()", "",
         "Name the file to have its Trainer connected all the same.", depends="folder"),
    Rule("RL107", "lift", "A command launches its own workers",
         "Of several commands of one program only those that train need workers; a console script runs no `__main__` guard.",
         "@app.command()\ndef finetune(config: str):\n    ...",
         "@app.command()\ndef finetune(config: str):\n    def train_func():\n        ...",
         "Put the body into a train function inside the command, and launch it there.", launches=True, depends="folder"),
    Rule("RL108", "notice", "What stock Ray does not do by itself",
         "Ray's own TorchTrainer starts a failed run again without its checkpoint, and its callback reports when a Trainer saves, "
         "and only then.",
         "trainer.train()", "from ray.train.torch import TorchTrainer\n...\ntrainer = prepare_trainer(trainer)\ntrainer.train()",
         "Load `ray.train.get_checkpoint()` before training, and report what you want to see; or lift with `--runtime raylift`.", depends="--runtime"),
    Rule("RL109", "lift", "A lifted script changes its runtime",
         "Asked for with --runtime: the bundled runtime's modules have the names of Ray's own, so imports are all that changes.",
         "from ray.train.torch import TorchTrainer", "from raylift_runtime.torch import TorchTrainer",
         "Change the modules of `TorchTrainer`, `RayTrainReportCallback` and `prepare_trainer`.", depends="--runtime"),
    Rule("RL209", "notice", "A module that it trains with has old names",
         "A Trainer class or arguments of another file have names of older releases, which the lifted script and today's libraries no longer use.",
         "from weighted import WeightedTrainer", "", "Lift that module, too, or bring its names up to date.", depends="--transformers"),
    Rule("RL125", "notice", "What the launch command said",
         "Worker count, devices and settings of torchrun, accelerate launch or deepspeed went into the script; some have no equal on Ray.",
         "torchrun --nproc_per_node 8 ...", "scaling_config=ScalingConfig(num_workers=8, use_gpu=True),",
         "Compare the ScalingConfig with the command that you used.", depends="--launched-by"),
    Rule("RL307", "refusal", "A command whose body cannot be sent to workers",
         "Its body becomes a function of its own there: what it binds in its module stays in this process, and with stock Ray, which "
         "pickles it, so does what click, a console or an open file is.",
         "@click.argument(\"model\")\ndef finetune(model):\n    global trained\n    ...", "", "Hand what the training needs to a function, and train there."),
    Rule("RL308", "refusal", "The module that trains needs a hand",
         "A training and what starts it are lifted together or not at all.",
         "from training import train\n...\ntrain(args)", "", "Settle what its module is refused for, then lift both.", depends="folder"),
    Rule("RL309", "refusal", "A lifted script that needs the bundled runtime",
         "Stock Ray has no counterpart for its reports and shards, and its workers know neither the script's command line nor its folder.",
         "from raylift_runtime.accelerate import report", "",
         "Lift the script as it was before with `--runtime ray`.", depends="--runtime"),
)  # fmt: skip
