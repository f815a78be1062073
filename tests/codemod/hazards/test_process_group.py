"""A process group of the script's own waits for a world without one."""

from __future__ import annotations

from tests.codemod.lifting import lifted

HEAD = "import os\nimport torch\nfrom transformers import AutoModel, Trainer\n"
TRAIN = "trainer = Trainer(1)\ntrainer.train()\n"


def test_a_process_group_of_the_scripts_own_waits_for_a_world_without_one() -> None:
    code = lifted(f'{HEAD}torch.distributed.init_process_group("gloo")\n{TRAIN}')
    assert 'if not torch.distributed.is_initialized():\n        torch.distributed.init_process_group("gloo")\n' in code


def test_a_process_group_is_asked_for_by_the_name_that_the_script_uses() -> None:
    code = lifted(f'{HEAD}import torch.distributed as dist\ndist.init_process_group("gloo")\n{TRAIN}')
    assert "if not dist.is_initialized():" in code
    assert code.count("import torch.distributed") == 1
    code = lifted(f'{HEAD}from torch.distributed import init_process_group\ninit_process_group("gloo")\n{TRAIN}')
    assert "\nimport torch.distributed\n" in code


def test_a_process_group_that_is_guarded_already_is_left_alone() -> None:
    guarded = 'if not torch.distributed.is_initialized():\n    torch.distributed.init_process_group("gloo")\n'
    assert lifted(f"{HEAD}{guarded}{TRAIN}").count("is_initialized") == 1
