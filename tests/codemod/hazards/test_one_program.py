"""What drives all devices of a TPU host from one process is refused, unless only some machines do so."""

from __future__ import annotations

import pytest
from tests.codemod.lifting import lifted, refusal

HEAD = "from transformers import Trainer\n\n\ndef train():\n    trainer = Trainer(1)\n    trainer.train()\n\n\n"
DRIVEN = {
    "use_spmd": "import torch_xla.runtime as xr\nxr.use_spmd()\ntrain()",
    "use_spmd by its name": "from torch_xla.runtime import use_spmd\nuse_spmd()\ntrain()",
    "use_spmd of the whole library": "import torch_xla\ntorch_xla.runtime.use_spmd(auto=False)\ntrain()",
    "a mesh": "import torch_xla.distributed.spmd as xs\nxs.set_global_mesh(xs.Mesh(ids, shape, ('fsdp', 'model')))\ntrain()",
    "FSDPv2": "from torch_xla.experimental.spmd_fully_sharded_data_parallel import SpmdFullyShardedDataParallel as FSDPv2\nmodel = FSDPv2(model)\ntrain()",
    "behind a guard": "import torch_xla.runtime as xr\nif __name__ == '__main__':\n    xr.use_spmd()\n    train()",
    "a function": "import torch_xla.runtime as xr\n\n\ndef main():\n    xr.use_spmd()\n    train()\n\n\nmain()",
}
LEFT = {
    "a condition": "import torch_xla.runtime as xr\nif on_tpu:\n    xr.use_spmd()\ntrain()",
    "an import that may fail": "try:\n    import torch_xla.runtime as xr\n    xr.use_spmd()\nexcept ImportError:\n    pass\ntrain()",
    "what nobody calls": "import torch_xla.runtime as xr\n\n\ndef on_tpu():\n    xr.use_spmd()\n\n\ntrain()",
    "a mesh of torch": "from torch.distributed.device_mesh import DeviceMesh as Mesh\nmesh = Mesh('cuda', [0, 1])\ntrain()",
}


@pytest.mark.parametrize("runtime", ["raylift", "ray"])
@pytest.mark.parametrize("name", DRIVEN)
def test_one_process_for_all_devices_is_refused_at_the_call(name: str, runtime: str) -> None:
    source = HEAD + DRIVEN[name]
    refused = refusal(source, runtime=runtime)
    assert refused.rule == "RL317"
    called = ("use_spmd(", "FSDPv2(", "set_global_mesh(")
    assert any(word in source.splitlines()[refused.line - 1] for word in called)


@pytest.mark.parametrize("runtime", ["raylift", "ray"])
@pytest.mark.parametrize("name", LEFT)
def test_what_other_machines_go_past_is_lifted(name: str, runtime: str) -> None:
    assert "TorchTrainer(" in lifted(HEAD + LEFT[name], runtime=runtime)
