"""An Accelerate config gives Ray's workers the environment that `accelerate launch` gives its processes."""

from __future__ import annotations

import base64
import json
import os
from pathlib import Path
from typing import Any
from unittest import mock

import pytest
import yaml
from tests.runtime.accelerate_config.launcher import launched
from tests.since import is_since, needs

from raylift_runtime.accelerate_config import config as accelerate_config

FSDP_1 = """\
compute_environment: LOCAL_MACHINE
debug: false
distributed_type: FSDP
downcast_bf16: 'no'
fsdp_config:
  fsdp_auto_wrap_policy: TRANSFORMER_BASED_WRAP
  fsdp_backward_prefetch: BACKWARD_PRE
  fsdp_forward_prefetch: false
  fsdp_cpu_ram_efficient_loading: true
  fsdp_offload_params: false
  fsdp_sharding_strategy: FULL_SHARD
  fsdp_state_dict_type: SHARDED_STATE_DICT
  fsdp_sync_module_states: true
  fsdp_transformer_layer_cls_to_wrap: BertLayer
  fsdp_use_orig_params: true
machine_rank: 0
main_training_function: main
mixed_precision: bf16
num_machines: 1
num_processes: 2
rdzv_backend: static
same_network: true
tpu_env: []
tpu_use_cluster: false
tpu_use_sudo: false
use_cpu: false
"""
FSDP_2 = """\
compute_environment: LOCAL_MACHINE
distributed_type: FSDP
mixed_precision: bf16
num_machines: 1
num_processes: 8
fsdp_config:
  fsdp_version: 2
  fsdp_reshard_after_forward: true
  fsdp_auto_wrap_policy: SIZE_BASED_WRAP
  fsdp_min_num_params: 2000
  fsdp_offload_params: true
  fsdp_activation_checkpointing: true
parallelism_config:
  parallelism_config_dp_shard_size: 4
  parallelism_config_cp_size: 2
  parallelism_config_cp_comm_strategy: alltoall
"""
ZERO_3 = """\
compute_environment: LOCAL_MACHINE
debug: true
deepspeed_config:
  deepspeed_multinode_launcher: standard
  gradient_accumulation_steps: 4
  gradient_clipping: 0.5
  offload_optimizer_device: cpu
  offload_param_device: none
  zero3_init_flag: true
  zero3_save_16bit_model: true
  zero_stage: 3
distributed_type: DEEPSPEED
machine_rank: 0
mixed_precision: bf16
num_machines: 1
num_processes: 4
"""
BF16 = """\
compute_environment: LOCAL_MACHINE
distributed_type: MULTI_GPU
dynamo_config:
  dynamo_backend: INDUCTOR
  dynamo_mode: reduce-overhead
  dynamo_use_dynamic: true
enable_cpu_affinity: true
mixed_precision: bf16
num_machines: 1
num_processes: 2
gpu_ids: all
use_cpu: false
"""
FP8 = """\
compute_environment: LOCAL_MACHINE
distributed_type: MULTI_GPU
mixed_precision: fp8
num_machines: 1
num_processes: 2
fp8_config:
  backend: TE
  amax_history_len: 16
  fp8_format: E4M3
"""
MEGATRON = """\
compute_environment: LOCAL_MACHINE
distributed_type: MEGATRON_LM
mixed_precision: fp16
num_machines: 1
num_processes: 4
megatron_lm_config:
  megatron_lm_tp_degree: 2
  megatron_lm_pp_degree: 2
  megatron_lm_num_micro_batches: 2
  megatron_lm_sequence_parallelism: true
"""
CPU = """\
compute_environment: LOCAL_MACHINE
distributed_type: 'NO'
num_processes: 1
num_machines: 1
use_cpu: true
"""
# Written by `accelerate config` of 0.3, 0.10, 0.15 and 0.20.
OLD_FP16 = """\
compute_environment: LOCAL_MACHINE
distributed_type: MULTI_GPU
fp16: true
machine_rank: 0
main_process_ip: null
main_process_port: null
main_training_function: main
num_machines: 1
num_processes: 2
"""
OLD_DYNAMO = """\
command_file: null
commands: null
compute_environment: LOCAL_MACHINE
deepspeed_config: {}
distributed_type: MULTI_GPU
downcast_bf16: 'no'
dynamo_backend: INDUCTOR
fsdp_config: {}
gpu_ids: all
machine_rank: 0
megatron_lm_config: {}
mixed_precision: fp16
num_machines: 1
num_processes: 2
rdzv_backend: static
same_network: true
use_cpu: false
"""
OLD_FSDP = """\
compute_environment: LOCAL_MACHINE
deepspeed_config: {}
distributed_type: FSDP
fsdp_config:
  min_num_params: 2000
  offload_params: false
  sharding_strategy: 1
machine_rank: 0
mixed_precision: 'no'
num_machines: 1
num_processes: 2
use_cpu: false
"""
CONFIGS = {
    "fsdp-1": FSDP_1, "fsdp-2": FSDP_2, "zero-3": ZERO_3, "bf16": BF16, "fp8": FP8, "megatron": MEGATRON, "cpu": CPU,
    "old-fp16": OLD_FP16, "old-dynamo": OLD_DYNAMO, "old-fsdp": OLD_FSDP,
}  # fmt: skip
# Where the launcher of an older Accelerate is no measure.
FSDP_2_IS_KNOWN = needs("accelerate", "1.10", "it has no parallelism_config")
MARKS = {"fsdp-2": FSDP_2_IS_KNOWN, "fp8": needs("accelerate", "1.9", "its launcher does not read fp8_config from a file")}


def known(ours: dict[str, str], theirs: dict[str, str]) -> dict[str, str]:
    """Of our variables those that the installed launcher knows, which are all of them for the one that ours are taken from."""
    return ours if is_since("accelerate", "1.15") else {key: value for key, value in ours.items() if key in theirs}


@pytest.mark.parametrize("name", [pytest.param(name, marks=MARKS.get(name, ())) for name in CONFIGS])
def test_every_variable_is_the_launcher_s_own(name: str, tmp_path: Path) -> None:
    path = tmp_path / "config.yaml"
    path.write_text(CONFIGS[name])
    ours, theirs = accelerate_config.load(path).worker_environment(), launched(path)
    assert known(ours, theirs) == theirs
    assert len(ours) >= 6


@pytest.mark.parametrize("name", CONFIGS)
def test_a_path_its_text_its_dict_and_its_json_say_the_same(name: str, tmp_path: Path) -> None:
    path = tmp_path / "config.json"
    path.write_text(json.dumps(yaml.safe_load(CONFIGS[name])))
    expected = accelerate_config.load(CONFIGS[name]).worker_environment()
    for form in (path, str(path), yaml.safe_load(CONFIGS[name])):
        assert accelerate_config.load(form).worker_environment() == expected


@pytest.mark.parametrize(
    ("flags", "given"),
    [
        (["--mixed_precision", "bf16"], {"mixed_precision": "bf16", "num_processes": 2, "multi_gpu": True}),
        (["--use_deepspeed", "--zero_stage", "2", "--gradient_clipping", "1.0"], {"use_deepspeed": True, "zero_stage": 2, "gradient_clipping": 1.0}),
        pytest.param(
            ["--use_fsdp", "--fsdp_version", "2"], {"use_fsdp": True, "fsdp_version": "2"},
            marks=needs("accelerate", "1.6", "it has no FSDP2"),
        ),
        (["--cpu", "--dynamo_backend", "eager"], {"cpu": True, "dynamo_backend": "eager"}),
        (["--cpu", "--enable_cpu_affinity"], {"cpu": True, "enable_cpu_affinity": True}),
    ],
)  # fmt: skip
def test_flags_of_accelerate_launch_mean_what_they_mean_there(flags: list[str], given: dict[str, Any]) -> None:
    multi = ["--multi_gpu"] if "multi_gpu" in given else []
    theirs = launched(None, "--num_processes", "2", "--num_machines", "1", *multi, *flags)
    assert known(accelerate_config.load(given).worker_environment(), theirs) == theirs


@needs("accelerate", "1.5", "its launcher lets DeepSpeed's settings in a file win over flags")
def test_flags_win_over_the_file_that_they_name(tmp_path: Path) -> None:
    path = tmp_path / "config.yaml"
    path.write_text(ZERO_3)
    ours = accelerate_config.load({"config_file": path, "mixed_precision": "fp16", "zero_stage": 2, "num_processes": 8})
    assert ours.worker_environment() == launched(path, "--mixed_precision", "fp16", "--zero_stage", "2")
    assert ours.num_processes == 8


def test_a_deepspeed_file_travels_as_text(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    content = {"zero_optimization": {"stage": 3}, "bf16": {"enabled": True}, "gradient_accumulation_steps": 2}
    Path("ds.json").write_text(json.dumps(content))
    config = "distributed_type: DEEPSPEED\ndeepspeed_config:\n  deepspeed_config_file: ds.json\n  zero3_init_flag: true\n"
    ours = accelerate_config.load(config).worker_environment()
    assert json.loads(base64.urlsafe_b64decode(ours["ACCELERATE_DEEPSPEED_CONFIG_FILE"])) == content
    Path("config.yaml").write_text(config + "num_processes: 2\n")
    theirs = launched(Path("config.yaml"))
    assert ours == {**theirs, "ACCELERATE_DEEPSPEED_CONFIG_FILE": ours["ACCELERATE_DEEPSPEED_CONFIG_FILE"]}


def test_the_deepspeed_plugin_of_a_worker_reads_the_shipped_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from accelerate.utils import DeepSpeedPlugin

    (tmp_path / "ds.json").write_text('{"zero_optimization": {"stage": 3}, "train_batch_size": "auto"}')
    config = {"distributed_type": "DEEPSPEED", "deepspeed_config": {"deepspeed_config_file": str(tmp_path / "ds.json")}}
    shipped = accelerate_config.load(config).worker_environment()
    (tmp_path / "ds.json").unlink()
    monkeypatch.chdir(tmp_path)
    with mock.patch.dict(os.environ, shipped):
        plugin = DeepSpeedPlugin()
    assert (plugin.zero_stage, plugin.zero3_init_flag) == (3, True)


def test_zero_3_without_a_file_reaches_the_plugin() -> None:
    from accelerate.utils import DeepSpeedPlugin

    with mock.patch.dict(os.environ, accelerate_config.load(ZERO_3).worker_environment()):
        plugin = DeepSpeedPlugin()
    assert plugin.zero_stage == 3
    assert plugin.gradient_accumulation_steps == 4
    assert plugin.gradient_clipping == 0.5
    assert plugin.deepspeed_config["zero_optimization"]["offload_optimizer"]["device"] == "cpu"
    assert plugin.zero3_save_16bit_model


def test_the_fsdp_plugin_of_a_worker_reads_the_config(monkeypatch: pytest.MonkeyPatch) -> None:
    import torch
    from accelerate.utils import FullyShardedDataParallelPlugin, dataclasses

    monkeypatch.setattr(dataclasses, "is_cuda_available", lambda: True)  # without a device the plugin is not built at all
    monkeypatch.setattr(torch.cuda, "current_device", lambda: 0)
    with mock.patch.dict(os.environ, accelerate_config.load(FSDP_1).worker_environment()):
        plugin = FullyShardedDataParallelPlugin()
    assert plugin.sharding_strategy.name == "FULL_SHARD"
    assert plugin.state_dict_type.name == "SHARDED_STATE_DICT"
    assert plugin.backward_prefetch.name == "BACKWARD_PRE"
    assert plugin.transformer_cls_names_to_wrap == ["BertLayer"]
    assert (plugin.use_orig_params, plugin.sync_module_states, plugin.cpu_ram_efficient_loading) == (True, True, True)


@FSDP_2_IS_KNOWN
def test_fsdp_2_and_its_meshes_reach_the_plugins_of_a_worker() -> None:
    from accelerate.parallelism_config import ParallelismConfig
    from accelerate.utils import FullyShardedDataParallelPlugin

    with mock.patch.dict(os.environ, accelerate_config.load(FSDP_2).worker_environment()):
        plugin, mesh = FullyShardedDataParallelPlugin(), ParallelismConfig()
    assert (plugin.fsdp_version, plugin.reshard_after_forward, plugin.min_num_params) == (2, True, 2000)
    assert plugin.activation_checkpointing
    assert (mesh.dp_shard_size, mesh.cp_size, mesh.cp_handler.cp_comm_strategy) == (4, 2, "alltoall")


def test_the_older_name_of_backward_prefetch_still_works() -> None:
    text = FSDP_1.replace("fsdp_backward_prefetch:", "fsdp_backward_prefetch_policy:")
    assert accelerate_config.load(text).worker_environment() == accelerate_config.load(FSDP_1).worker_environment()


def test_a_bare_no_is_the_word_no() -> None:
    config = accelerate_config.load("distributed_type: NO\nmixed_precision: no\ndynamo_backend: NO\nnum_processes: 2\n")
    assert config.kind == "NO"
    assert config.worker_environment()["ACCELERATE_MIXED_PRECISION"] == "no"
    assert config.worker_environment()["ACCELERATE_DYNAMO_BACKEND"] == "NO"


def test_topology_and_network_are_named_and_left_out() -> None:
    text = BF16.replace("num_machines: 1", "num_machines: 2") + "main_process_ip: 10.0.0.1\nmain_process_port: 29500\n"
    config = accelerate_config.load(text)
    assert config.replaced == ("num_processes", "num_machines", "main_process_ip", "main_process_port")
    assert not {"MASTER_ADDR", "MASTER_PORT", "WORLD_SIZE", "OMP_NUM_THREADS", "CUDA_VISIBLE_DEVICES"} & {
        *config.worker_environment()
    }
    assert accelerate_config.load({"mixed_precision": "bf16"}).replaced == ()


@pytest.mark.parametrize(
    ("text", "processes", "use_cpu", "needs_accelerators"),
    [(FSDP_1, 2, False, True), (ZERO_3, 4, False, False), (CPU, 1, True, False), ("distributed_type: MULTI_CPU\nnum_processes: -1\n", None, True, False)],
)  # fmt: skip
def test_what_a_launcher_wants_to_know(text: str, processes: int | None, use_cpu: bool, needs_accelerators: bool) -> None:
    config = accelerate_config.load(text)
    assert (config.num_processes, config.use_cpu, config.needs_accelerators) == (processes, use_cpu, needs_accelerators)


def test_the_callers_dict_stays_as_it_was() -> None:
    given = {"fp16": True, "dynamo_backend": "EAGER", "distributed_type": "MULTI_GPU", "fsdp_config": {"offload_params": False}}
    copy = json.loads(json.dumps(given))
    accelerate_config.load(given)
    assert given == copy


def test_without_a_config_the_saved_one_is_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HF_HOME", str(tmp_path))
    assert accelerate_config.load(None).worker_environment()["ACCELERATE_MIXED_PRECISION"] == "no"
    (tmp_path / "accelerate").mkdir()
    (tmp_path / "accelerate/default_config.yaml").write_text(BF16)
    assert accelerate_config.load(None).worker_environment()["ACCELERATE_MIXED_PRECISION"] == "bf16"


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("compute_environment: AMAZON_SAGEMAKER\ndistributed_type: NO\n", "for SageMaker"),
        ("compute_environment: LOCAL_MACHINE\ndistributed_type: TPU\n", "for TPUs"),
        ("compute_environment: LOCAL_MACHINE\ndistributed_type: XLA\n", "for TPUs"),
        ("name: CI\non: [push]\n", "no Accelerate config"),
        ("- one\n- two\n", "no Accelerate config"),
        ("", "no Accelerate config"),
        ("mixed_precision: [bf16\n", "line 2: not YAML"),
        ("mixed_precision: bf17\n", "mixed_precision bf17 is none of no, fp16, bf16, fp8"),
        ("distributed_type: MANY_GPU\n", "distributed_type MANY_GPU is none of"),
        ("mixed_precision: bf16\nnum_proceses: 2\n", "does not know: num_proceses"),
        ("distributed_type: FSDP\nfsdp_config:\n  fsdp_sync_module_states: false\n", "needs fsdp_sync_module_states: true"),
    ],
)
def test_a_wrong_config_is_one_clear_line(content: str, message: str, tmp_path: Path) -> None:
    path = tmp_path / "wrong.yaml"
    path.write_text(content)
    with pytest.raises(ValueError, match=message) as error:
        accelerate_config.load(path)
    assert str(path) in str(error.value)
    assert "\n" not in str(error.value)


def test_a_missing_path_is_named(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError, match="no Accelerate config at"):
        accelerate_config.load(tmp_path / "fsdp.yaml")
    with pytest.raises(FileNotFoundError, match=r"no DeepSpeed config at gone\.json"):
        accelerate_config.load({"distributed_type": "DEEPSPEED", "deepspeed_config": {"deepspeed_config_file": "gone.json"}})


def test_a_binary_file_is_named(tmp_path: Path) -> None:
    (tmp_path / "model.bin").write_bytes(b"\x80\x02\xff")
    with pytest.raises(ValueError, match=r"model\.bin is no Accelerate config: it is no text"):
        accelerate_config.load(tmp_path / "model.bin")


def test_a_deepspeed_file_that_is_not_json_is_named(tmp_path: Path) -> None:
    (tmp_path / "ds.json").write_text("{stage: 3}")
    config = {"distributed_type": "DEEPSPEED", "deepspeed_config": {"deepspeed_config_file": str(tmp_path / "ds.json")}}
    with pytest.raises(ValueError, match=r"ds\.json: not JSON"):
        accelerate_config.load(config)
