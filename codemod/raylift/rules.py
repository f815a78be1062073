"""The catalogue of rules: it feeds `rules`, `explain`, SARIF, the report page and the tests."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple


class Rule(NamedTuple):
    """One rule: what it does, what it is about, why it matters, an example, and how to do it by hand.

    `kind` is "lift" (without it there is no lift), "update" (a change that the lift is right without), "notice", "refusal" or "leftover".
    `before` is a part of its script in fixtures/rules, `...` for what does not matter, and `after` of what raylift makes of it.
    `promise` is what lets a refused script be lifted all the same, where the user says it.
    RL1xx lift, RL2xx bring arguments up to date or ask the reader to look, RL3xx refuse, RL4xx speak of the script's own
    `# raylift:` comments. A refusal has no `after`.
    """

    id: str
    kind: str
    name: str
    why: str
    before: str
    after: str
    by_hand: str
    promise: str = ""


_RULES = (
    # the lift of Trainer scripts and Accelerate loops
    Rule("RL101", "lift", "A Trainer reports to Ray Train",
         "Ray workers share nothing: without the callback no metric and no checkpoint reaches the driver, and without prepare_trainer "
         "a Trainer on CPU workers trains alone in a world of one.",
         "trainer.train()", "trainer.add_callback(RayTrainReportCallback())\ntrainer = prepare_trainer(trainer)\ntrainer.train()",
         "Add the callback and wrap the Trainer before every `train()`."),
    Rule("RL104", "notice", "The training is not started in this file",
         "The Trainer here was connected to Ray, but only the file that starts the training can launch workers.",
         "def train():\n    ...\n    trainer.train()", "", "Lift the file that calls it, too."),
    Rule("RL105", "notice", "The training lies in a neighbouring module",
         "This file launches the workers; the Trainer in the module beside it would still report nothing.",
         "from training import train\n...\ntrain(args)", "def train_func():\n    ...\n    train(args)", "Lift that module, too."),
    Rule("RL121", "lift", "An Accelerate loop reports once per epoch",
         "A report is a meeting of all ranks: it stands where every rank passes equally often, never under a rank test, or the run hangs.",
         "accelerator.log({\"loss\": loss.item()}, step=epoch)",
         "accelerator.log({\"loss\": loss.item()}, step=epoch)\nreport({\"loss\": loss.item()}, accelerator=accelerator, model=model)",
         "Call `report` on every rank at the end of each epoch."),
    Rule("RL122", "update", "An epoch loop restarts from the newest checkpoint",
         "Asked for with --resumable: model, optimizer, scheduler, random state and position come back after a failure.",
         "for epoch in range(3):", "for epoch in resumable(range(3), accelerator=accelerator):",
         "Load `ray.train.get_checkpoint()` before the loop."),
    Rule("RL123", "lift", "notebook_launcher becomes a call",
         "It forks processes of its own; on Ray the workers exist already, and forking inside them would start N times N.",
         "notebook_launcher(train, (0.1,), num_processes=8)",
         "def train_func():\n    train(0.1)\n...\nscaling_config=ScalingConfig(num_workers=8, use_gpu=True),",
         "Call the function; give its number of processes to ScalingConfig."),
    Rule("RL125", "notice", "What the launch command said",
         "Worker count, devices and settings of torchrun, accelerate launch or deepspeed went into the script; some have no equal on Ray.",
         "torchrun --nproc_per_node 8 ...", "scaling_config=ScalingConfig(num_workers=8, use_gpu=True),",
         "Compare the ScalingConfig with the command that you used."),
    Rule("RL126", "lift", "An Accelerate config is written into the Accelerator",
         "Asked for with --inline-accelerate-config: what the launcher's config said becomes arguments and plugins of the script.",
         "Accelerator()", "Accelerator(mixed_precision=\"bf16\")", "Give the Accelerator what the config file says."),
    # the lift of Ray's removed trainers
    Rule("RL131", "lift", "TransformersTrainer becomes a train function",
         "TransformersTrainer and HuggingFaceTrainer are gone since Ray 2.9; their init function becomes one that makes the Trainer and "
         "trains it.",
         "def trainer_init_per_worker(train_dataset, eval_dataset=None, **config):\n    ...\n    return Trainer(...)",
         "def train_func(config):\n    train_dataset = get_dataset_shard(\"train\")\n    ...\n    trainer = prepare_trainer(trainer)\n"
         "    trainer.train()",
         "Follow Ray's migration guide for Transformers."),
    Rule("RL132", "lift", "A worker reads its own shard",
         "TransformersTrainer handed the shards in, and up to Ray 2.6 at most `train` was split; a train function asks for its shard by "
         "name, and Ray splits every dataset.",
         "def trainer_init_per_worker(train_dataset, ...):",
         "def train_func(config):\n    ...\n    train_dataset = ray.train.get_dataset_shard(\"train\").iter_torch_batches(...)",
         "Call `ray.train.get_dataset_shard` in the train function."),
    Rule("RL133", "lift", "AccelerateTrainer's config is applied on every worker",
         "Dropping accelerate_config would silently switch off mixed precision, FSDP and DeepSpeed.",
         "AccelerateTrainer(\n    train_loop_per_worker,\n    accelerate_config={\"mixed_precision\": \"bf16\"},",
         "TorchTrainer(\n    train_loop_per_worker,\n    accelerate_config={\"mixed_precision\": \"bf16\"},",
         "Set its environment before the Accelerator is made."),
    Rule("RL134", "notice", "Another dataset than train or evaluation",
         "TransformersTrainer only knew `train` and `evaluation`; one more name is taken for what the Trainer should evaluate on.",
         "datasets={\"train\": train, \"validation\": validation},", "eval_dataset = get_dataset_shard(\"validation\")",
         "Drop the dataset if it is for something else."),
    Rule("RL135", "update", "Integrations stay off as they were",
         "TransformersTrainer removed every report_to callback; a plain Trainer would start them again on each worker.",
         "TrainingArguments(..., report_to=\"wandb\")", "TrainingArguments(..., report_to=\"none\")",
         "Name the integration; it then logs on rank 0."),
    Rule("RL136", "notice", "A preprocessor is applied before fit", "Trainers no longer take one.",
         "preprocessor=BatchMapper(tokenize, batch_format=\"numpy\"),",
         "datasets={\n    name: rows.map_batches(tokenize, batch_format=\"numpy\").materialize()\n"
         "    for name, rows in {\"train\": train}.items()\n},",
         "Apply the same function where the model is used."),
    Rule("RL137", "notice", "Batches come from Ray Data", "Stock Ray's batches have no length and no collator of Hugging Face's.",
         "TrainingArguments(..., num_train_epochs=3)", "train_dataset = ray.train.get_dataset_shard(\"train\").iter_torch_batches(...)",
         "Set max_steps, and pass collate_fn to iter_torch_batches."),
    Rule("RL138", "notice", "Stock Ray reports only when a checkpoint is saved",
         "Measured: with save_strategy=\"no\" the stock callback reports nothing at all and Result.metrics is None.",
         "TrainingArguments(..., save_strategy=\"no\")", "", "Set save_strategy=\"epoch\", or call ray.train.report on every rank."),
    Rule("RL139", "notice", "A shard is used as a dataset", "A shard of Ray Data can be iterated, not mapped or filtered.",
         "train_dataset = train_dataset.filter(...)", "", "Map or filter the Ray Dataset before the trainer is made."),
    # arguments and hazards
    Rule("RL201", "update", "An argument has another name now", "TrainingArguments raises TypeError on names that it no longer has.",
         "TrainingArguments(\"out\", evaluation_strategy=\"epoch\")", "TrainingArguments(\"out\", eval_strategy=\"epoch\")", "Rename it."),
    Rule("RL202", "update", "An argument is gone", "TrainingArguments raises TypeError on names that it no longer has.",
         "TrainingArguments(\"out\", overwrite_output_dir=True)", "TrainingArguments(\"out\")", "Use what the notice names instead."),
    Rule("RL203", "update", "tokenizer is now processing_class", "Trainer takes no `tokenizer` since transformers 5.",
         "Trainer(..., tokenizer=tokenizer)", "Trainer(..., processing_class=tokenizer)", "Rename the argument and the attribute."),
    Rule("RL204", "update", "Positional Trainer arguments get their names",
         "`compute_loss_func` was put before `compute_metrics` in 4.46: what stands behind it by position moves to another parameter.",
         "Trainer(model, args, collator, data[\"train\"], data[\"test\"], tokenizer, None, accuracy)",
         "Trainer(model, args, collator, data[\"train\"], data[\"test\"], tokenizer, model_init=None, compute_metrics=accuracy)",
         "Name every argument after the first two."),
    Rule("RL205", "update", "compute_loss takes num_items_in_batch", "Today's Trainer passes it; an override without it raises TypeError.",
         "def compute_loss(self, model, inputs, return_outputs=False):",
         "def compute_loss(self, model, inputs, return_outputs=False, num_items_in_batch=None):", "Add the parameter."),
    Rule("RL211", "update", "CUDA_VISIBLE_DEVICES set by the script", "It takes away the GPU that Ray gave to the worker.",
         "os.environ[\"CUDA_VISIBLE_DEVICES\"] = \"0\"", "", "Set it on the node before Ray starts there."),
    Rule("RL212", "update", "device_map spreads one model over all GPUs",
         "Each worker trains a replica on its own GPU; a spread model trains on those of others.",
         "AutoModelForCausalLM.from_pretrained(\"gpt2\", device_map=\"auto\")", "AutoModelForCausalLM.from_pretrained(\"gpt2\")",
         "Use FSDP or DeepSpeed for a model too large for one GPU."),
    Rule("RL213", "update", "The process group exists already", "Ray Train has initialised it; a second time raises.",
         "dist.init_process_group(\"nccl\")", "if not dist.is_initialized():\n    dist.init_process_group(\"nccl\")",
         "Guard the call."),
    Rule("RL214", "update", "A checkpoint strategy that can never report",
         "Stock Ray's callback reports when the Trainer saves, and only then: without a save there is no metric and no checkpoint.",
         "TrainingArguments(\"out\", eval_strategy=\"epoch\")",
         "TrainingArguments(\"out\", eval_strategy=\"epoch\", save_strategy=\"epoch\")", "Save whenever something is to be reported."),
    Rule("RL215", "update", "A GPU named by its number", "Each worker has a GPU of its own; number 0 is that of one of them, and the others would share it.",
         "torch.device(\"cuda:0\")", "torch.device(\"cuda\")", "Leave the number out, or ask `torch.cuda.current_device()`."),
    Rule("RL216", "update", "--local_rank that nobody passes",
         "torch.distributed.launch and deepspeed passed it; on Ray's workers every rank would take the default for its own.",
         "parser.add_argument(\"--local_rank\", type=int, default=-1)",
         "parser.add_argument(\"--local_rank\", type=int, default=int(os.environ.get(\"LOCAL_RANK\", -1)))",
         "Read LOCAL_RANK from the environment, as under torchrun."),
    Rule("RL221", "notice", "A loop without metrics to report", "Nothing in the loop names a value, so the report holds the epoch only.",
         "for epoch in range(3):\n    train_epoch(accelerator, model, optimizer, loader)",
         "for epoch in range(3):\n    train_epoch(accelerator, model, optimizer, loader)\n"
         "    report({\"epoch\": epoch}, accelerator=accelerator, model=model)",
         "Add what you want to see to the `report` call."),
    Rule("RL222", "notice", "Only one of several models is in the checkpoint", "The others would be lost with the worker.",
         "generator, critic, optimizer, loader = accelerator.prepare(...)", "report(..., accelerator=accelerator, model=generator)",
         "Save all with `accelerator.save_state` and report that folder."),
    Rule("RL223", "notice", "A loop that cannot be restarted", "--resumable knows loops over a range of epochs.", "while epoch < 3:", "",
         "Write `for epoch in range(...)`, or load `ray.train.get_checkpoint()` by hand."),
    Rule("RL224", "update", "An Accelerate argument has another form now", "Accelerator raises TypeError on names that it no longer has.",
         "Accelerator(fp16=True)", "Accelerator(mixed_precision=\"fp16\")", "Use today's name."),
    Rule("RL225", "update", "An Accelerate argument belongs into another object", "Accelerator takes it only inside a configuration object now.",
         "Accelerator(log_with=\"tensorboard\", logging_dir=\"logs\", project_config=project)",
         "Accelerator(log_with=\"tensorboard\", project_config=project)",
         "Give it to that object where it is made."),
    Rule("RL226", "notice", "The number of processes is only known at run time", "The lifted script needs a number of workers.",
         "notebook_launcher(train, (0.1,), num_processes=torch.cuda.device_count())",
         "scaling_config=ScalingConfig(num_workers=2, use_gpu=True),", "Lift with --num-workers, or set RAYLIFT_NUM_WORKERS."),
    Rule("RL227", "notice", "An Accelerate config that could not be written into the script",
         "The Accelerator is made elsewhere, or has a value of its own for the same argument.", "Accelerator(mixed_precision=\"fp16\")", "",
         "See that the script's own arguments say the same as the config."),
    Rule("RL230", "lift", "A name of ray.air moved to ray.train",
         "Measured: `ray.air.session` still imports, and under Train V2 reports nothing and says rank 0 of 1 on every worker.",
         "session.report({\"loss\": loss.item()})", "ray.train.report({\"loss\": loss.item()})", "Import the name from ray.train."),
    Rule("RL231", "update", "An argument that Train V2 raises on", "Its trainers and configs raise DeprecationWarning on it, which is fatal.",
         "RunConfig(name=\"regression\", local_dir=\"/data/runs\")", "RunConfig(name=\"regression\", storage_path=\"/data/runs\")",
         "Drop it, or use its successor."),
    Rule("RL233", "notice", "A question that has no answer any more", "Runs have no trial id, resources or directory in Train V2.",
         "session.get_trial_id()", "ray.train.get_context().get_experiment_name()", "Look at what the name is used for."),
    Rule("RL234", "update", "Tune callbacks do not run in Train", "RunConfig(callbacks=...) with a callback of Ray Tune raises ValueError.",
         "RunConfig(name=\"regression\", callbacks=[WandbLoggerCallback(project=\"regression\")])", "RunConfig(name=\"regression\")",
         "Log from the train function, on rank 0."),
    Rule("RL235", "lift", "A checkpoint is a folder", "Checkpoints no longer hold dicts; what was in one is a file now.",
         "session.report(..., checkpoint=Checkpoint.from_dict({\"epoch\": epoch, ...}))",
         "with tempfile.TemporaryDirectory() as checkpoint_dir:\n"
         "    torch.save({\"epoch\": epoch, ...}, os.path.join(checkpoint_dir, \"checkpoint.pt\"))\n"
         "    ray.train.report(..., checkpoint=Checkpoint.from_directory(checkpoint_dir))",
         "Save a file and make the checkpoint of its folder."),
    Rule("RL236", "lift", "What fit() returned has another form", "The Trainer's files lie in the checkpoint's folder `checkpoint`, and some metrics are gone.",
         "result.log_dir", "result.path", "Read from the folder `checkpoint`; report missing metrics yourself."),
    Rule("RL237", "notice", "Workers would get old releases", "A `runtime_env` that pins transformers or ray installs that release on every worker.",
         "ray.init(runtime_env={\"pip\": [\"transformers==4.26.0\", ...]})", "",
         "Raise the version, or drop it where the cluster has its own."),
    # refusals
    Rule("RL301", "refusal", "hyperparameter_search", "It starts trials of its own, each with its own Trainer and workers.",
         "trainer.hyperparameter_search(n_trials=8)", "", "Search with ray.tune.Tuner over a function that runs a TorchTrainer."),
    Rule("RL302", "refusal", "train() where nothing before it can prepare the Trainer",
         "The Trainer comes from another file, and must be prepared in a statement before it trains.",
         "if trainer.train().training_loss < 1:\n    trainer.save_model()", "", "Put `.train()` on a line of its own."),
    Rule("RL303", "refusal", "The script spawns worker processes", "So would every Ray worker: N times N processes.", "mp.spawn(main, nprocs=8)", "",
         "Call the spawned function directly: Ray Train starts the workers."),
    Rule("RL304", "refusal", "Names looked up by code at module level",
         "They become local to the train function, where exec, eval and globals() do not find them.", "exec(open(\"overrides.py\").read())",
         "", "Put it into a function that is given what it needs.",
         promise="no name of this script is looked up or bound here"),
    Rule("RL311", "refusal", "No place that every rank passes", "A report that some ranks miss makes the others wait for ever.",
         "if accelerator.is_main_process:\n    train(accelerator, model, optimizer, loader)", "",
         "Let every rank run the training; only what saves or prints belongs under a rank test."),
    Rule("RL312", "refusal", "Ranks may leave a loop at different times",
         "The values that decide differ between ranks, and so would the number of reports.",
         "if loss.isnan():\n    return\naccelerator.backward(loss)", "",
         "Decide on a value that `accelerator.gather` or `accelerator.reduce` gave.",
         promise="every rank takes the same way here"),
    Rule("RL313", "refusal", "The Accelerator is out of reach of its loop", "The report needs it where the loop is.",
         "Regression(Accelerator()).run()", "", "Hand the Accelerator to the function that loops over the epochs."),
    Rule("RL314", "refusal", "Live objects handed to notebook_launcher",
         "They were forked with the process; a Ray worker would train on a copy from the driver.",
         "model = torch.nn.Linear(8, 1)\nnotebook_launcher(train, (model,), num_processes=8)", "",
         "Make it inside the launched function, from a name or a path.",
         promise="every worker makes the same one here"),
    Rule("RL315", "refusal", "A launcher whose call cannot be read", "Which function runs, and with what, must be in sight.",
         "launch = (train, (0.1,))\nnotebook_launcher(*launch, num_processes=8)", "", "Call the training function directly."),
    Rule("RL321", "refusal", "Tuner over a trainer", "Ray Tune no longer takes a trainer of Ray Train.", "Tuner(trainer, param_space=space, ...)", "",
         "Give Tuner a function that makes a TorchTrainer and calls fit()."),
    Rule("RL322", "refusal", "A name without a form in today's Ray Train", "Nothing does what it did.", "session.get_trial_resources().bundles", "",
         "See the remedy of the refusal."),
    Rule("RL323", "refusal", "A removed class of Ray", "Predictors and batch prediction left Ray Train.",
         "BatchPredictor.from_checkpoint(result.checkpoint, TransformersPredictor)", "",
         "Predict with `Dataset.map_batches` over a class that loads the checkpoint."),
    Rule("RL324", "refusal", "A removed module or callback handed on as a value", "What is done with it is not in sight.", "log(session, loss.item())",
         "", "Pass on the functions that are needed."),
    Rule("RL325", "refusal", "Several GPUs for one worker",
         "Hugging Face's Trainer would use DataParallel inside the worker; the old class refused it as well.",
         "ScalingConfig(num_workers=2, use_gpu=True, resources_per_worker={\"GPU\": 2})", "", "Give each worker one GPU, and more workers."),
    Rule("RL326", "refusal", "A checkpoint's content is not in sight", "What it holds must be known to be written as files.",
         "Checkpoint.from_bytes(pickle.dumps(model.state_dict()))", "", "Write it out in the call."),
    Rule("RL327", "refusal", "A removed trainer used in a way of its own",
         "Its subclass, its hooks or its place in an expression have no faithful form.", "class TwoWorkers(TransformersTrainer):", "",
         "Call the trainer plainly, in a line of its own, then lift again."),
    Rule("RL328", "refusal", "An argument that is not in sight", "Its value decides the form of the lifted call.",
         "TransformersTrainer(\n    trainer_init_per_worker,\n    **options,", "", "Write the value where the argument is given."),
    Rule("RL329", "refusal", "Trainer.restore", "A run continues when it is started again under its name.",
         "TorchTrainer.restore(\"/data/runs/regression\", train_loop_per_worker=train_func)", "",
         "Make the trainer as for a new run, with the same RunConfig(name=..., storage_path=...)."),
    # what the script's own comments leave to say
    Rule("RL401", "leftover", "A marker is left", "`--mark` leaves a comment wherever a person must decide; while it is there, nobody has.",
         "# raylift: RL221 no metric of this loop ...\nfor epoch in range(3):",
         "# raylift: ack[RL221] the metrics are in W&B\nfor epoch in range(3):",
         "Settle it and delete the comment, or write an ack and the reason in its place."),
    Rule("RL402", "leftover", "An ack that settles nothing",
         "What it spoke of is gone or has moved; the promise would wait there for the next one that comes.",
         "# raylift: ack[RL222] the generator is thrown away after the training\nfor epoch in range(3):\n    ...\n"
         "    accelerator.save_state(\"checkpoint\")",
         "",
         "Delete it, or move it to the line that it speaks of."),
    Rule("RL403", "leftover", "An ack without a rule or a reason", "Whoever reads it later must know what was decided, and why.",
         "# raylift: ack[RL222]\nfor epoch in range(3):",
         "# raylift: ack[RL222] the generator is thrown away after the training\nfor epoch in range(3):",
         "Name the rule in brackets and give the reason after them."),
)  # fmt: skip

RULES: Mapping[str, Rule] = {rule.id: rule for rule in _RULES}


def ids_of(text: str) -> tuple[str, ...]:
    """The rules that a user names, by their ids or the start of those, with commas between; raises ValueError for one that is none."""
    names = tuple(filter(None, (name.strip().upper() for name in text.split(","))))
    for name in names or ("",):
        if not name or not any(rule.startswith(name) for rule in RULES):
            raise ValueError(suggestion(name or "without a name"))
    return names


def suggestion(name: str) -> str:
    """The complaint about a rule that does not exist."""
    from difflib import get_close_matches

    close = get_close_matches(name.upper(), RULES, 1)
    return f"there is no rule {name}; " + (f"did you mean {close[0]}?" if close else "`raylift rules` lists all")
