"""Rules of what goes wrong on Ray workers in any script."""

from __future__ import annotations

from raylift.rules.rule import Rule

RULES = (
    Rule("RL211", "update", "CUDA_VISIBLE_DEVICES set by the script", "It takes away the GPU that Ray gave to the worker.",
         "os.environ[\"CUDA_VISIBLE_DEVICES\"] = \"0\"", "", "Set it on the node before Ray starts there."),
    Rule("RL212", "update", "device_map spreads one model over all GPUs",
         "Each worker trains a replica on its own GPU; a spread model trains on those of others.",
         "AutoModelForCausalLM.from_pretrained(\"gpt2\", device_map=\"auto\")", "AutoModelForCausalLM.from_pretrained(\"gpt2\")",
         "Use FSDP or DeepSpeed for a model too large for one GPU."),
    Rule("RL213", "update", "The process group exists already", "Ray Train has initialised it; a second time raises.",
         "dist.init_process_group(\"nccl\")", "if not dist.is_initialized():\n    dist.init_process_group(\"nccl\")",
         "Guard the call."),
    Rule("RL215", "update", "A GPU named by its number", "Each worker has a GPU of its own; number 0 is that of one of them, and the others would share it.",
         "torch.device(\"cuda:0\")", "torch.device(\"cuda\")", "Leave the number out, or ask `torch.cuda.current_device()`."),
    Rule("RL216", "update", "--local_rank that nobody passes",
         "torch.distributed.launch and deepspeed passed it; on Ray's workers every rank would take the default for its own.",
         "parser.add_argument(\"--local_rank\", type=int, default=-1)",
         "parser.add_argument(\"--local_rank\", type=int, default=int(os.environ.get(\"LOCAL_RANK\", -1)))",
         "Read LOCAL_RANK from the environment, as under torchrun."),
    Rule("RL217", "update", "A rank that srun or mpirun gave",
         "On a worker it is that of the process that started Ray there, or missing: all ranks would take themselves for the same one.",
         "int(os.environ[\"SLURM_PROCID\"])", "int(os.environ[\"RANK\"])", "Read RANK, LOCAL_RANK and WORLD_SIZE, as under torchrun."),
    Rule("RL301", "refusal", "hyperparameter_search", "It starts trials of its own, each with its own Trainer and workers.",
         "trainer.hyperparameter_search(n_trials=8)", "", "Search with ray.tune.Tuner over a function that runs a TorchTrainer."),
    Rule("RL303", "refusal", "The script spawns worker processes", "So would every Ray worker: N times N processes.", "mp.spawn(main, nprocs=8)", "",
         "Call the spawned function directly: Ray Train starts the workers."),
    Rule("RL304", "refusal", "Names looked up by code at module level",
         "They become local to the train function, where exec, eval and globals() do not find them.", "exec(open(\"overrides.py\").read())",
         "", "Put it into a function that is given what it needs.",
         promise="no name of this script is looked up or bound here"),
    Rule("RL305", "refusal", "Another system runs this file",
         "It calls what is decorated, derived or handed to it, and looks for it at module level; moved into a train function, it is never called, or starts runs inside runs.",
         "@app.function(gpu=\"A100\")\ndef train():", "",
         "Put the training into a script of its own, lift that, and let the system run the lifted script."),
    Rule("RL306", "refusal", "A star import that needs a launcher",
         "The module reads what only a launcher sets, so the driver cannot import it; and `import *` cannot stand in a function.",
         "from place import *", "", "Import its names, or let the module read `os.environ.get(\"LOCAL_RANK\", 0)`."),
)  # fmt: skip
