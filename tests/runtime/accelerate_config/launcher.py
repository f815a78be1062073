"""What `accelerate launch` gives the processes that it starts, asked of its own functions."""

from __future__ import annotations

import os
from pathlib import Path
from unittest import mock

TRAINING = ("ACCELERATE_", "FSDP_", "PARALLELISM_", "MEGATRON_")


def launched(path: Path | None, *flags: str) -> dict[str, str]:
    """What `accelerate launch` itself gives its processes, without topology, network and threads."""
    from accelerate.commands import launch
    from accelerate.utils import launch as utils

    config = ["--config_file", str(path)] if path else []
    environment = {"PATH": os.environ["PATH"], "HOME": "/nowhere"}
    with mock.patch.dict(os.environ, environment, clear=True), mock.patch.object(utils, "is_fp8_available", return_value=True):
        args = launch.launch_command_parser().parse_args([*config, "--main_process_port", "0", *flags, "train.py"])
        args, defaults, from_file = launch._validate_launch_command(args)
        if args.use_deepspeed and not args.cpu:
            fields = [*defaults.deepspeed_config] if defaults else []
            args.deepspeed_fields_from_accelerate_config = ",".join(fields + ["mixed_precision"] * from_file)
            _, found = utils.prepare_deepspeed_cmd_env(args)
        elif (args.use_fsdp or args.use_megatron_lm or args.multi_gpu) and not args.cpu:
            found = utils.prepare_multi_gpu_env(args)
        else:
            _, found = utils.prepare_simple_launcher_cmd_env(args)
    if found.get("FSDP_MIN_NUM_PARAMS") == "100000000.0":  # accelerate before 1.13, whose own plugin cannot read that
        found["FSDP_MIN_NUM_PARAMS"] = "100000000"
    return {key: value for key, value in found.items() if key.startswith(TRAINING)}
