"""What would hurt a run on Ray workers is repaired, and the reader told."""

from __future__ import annotations

import pytest
from tests.codemod.lifting import lifted, notices

HEAD = "import os\nimport torch\nfrom transformers import AutoModel, Trainer\n"
TRAIN = "trainer = Trainer(1)\ntrainer.train()\n"


def test_gpus_chosen_by_the_script_are_left_to_ray() -> None:
    source = f'{HEAD}os.environ["CUDA_VISIBLE_DEVICES"] = "0"\n{TRAIN}'
    assert "CUDA_VISIBLE_DEVICES" not in lifted(source)
    assert [(notice.rule, notice.line) for notice in notices(source)] == [("RL211", 4)]


def test_comments_on_a_statement_that_goes_stand_above_the_next() -> None:
    gpus = '# mine\nos.environ["CUDA_VISIBLE_DEVICES"] = "0"  # the first\n\n# next\nos.environ["A"] = "1"\n'
    code = lifted(f"{HEAD}{gpus}{TRAIN}")
    assert '# mine\n# the first\n\n# next\nos.environ["A"] = "1"\n' in code
    inside = lifted(
        f"{HEAD}def main():\n    {gpus.replace(chr(10), chr(10) + '    ').rstrip(' ')}    {TRAIN.replace(chr(10) + 't', chr(10) + '    t')}\nmain()\n"
    )
    assert "    # mine\n    # the first\n" in inside
    alone = f'{HEAD}if ready:\n    os.environ["CUDA_VISIBLE_DEVICES"] = "0"  # the first\n{TRAIN}'
    assert "if ready:\n        pass  # the first\n" in lifted(alone) or "if ready:\n    pass  # the first\n" in lifted(alone)


def test_a_block_that_only_chose_gpus_still_is_a_block() -> None:
    source = f'{HEAD}if torch.cuda.is_available():\n    os.environ["CUDA_VISIBLE_DEVICES"] = "0"\n{TRAIN}'
    assert "if torch.cuda.is_available():\n    pass\n" in lifted(source)


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("import sys; os.environ['CUDA_VISIBLE_DEVICES'] = '0'\n", "import sys\n"),
        ("os.environ['CUDA_VISIBLE_DEVICES'] = '0'; import sys\n", "import sys\n"),
        ("x = 1; os.environ['CUDA_VISIBLE_DEVICES'] = '0'; y = 2  # all\n", "x = 1; y = 2  # all\n"),
        ("if sys: os.environ['CUDA_VISIBLE_DEVICES'] = '0'\n", "if sys: pass\n"),
        ("# why\nos.environ['CUDA_VISIBLE_DEVICES'] = '0'\n", "# why\n\n\ndef train_func"),
    ],
)
def test_what_shares_a_line_with_it_stays(before: str, after: str) -> None:
    assert after in lifted(f"{HEAD}{before}{TRAIN}")


@pytest.mark.parametrize("spread", ["auto", "balanced", "sequential"])
def test_a_model_that_is_spread_over_all_gpus_becomes_a_replica(spread: str) -> None:
    source = f'{HEAD}model = AutoModel.from_pretrained("m", device_map="{spread}", dtype=1)\n{TRAIN}'
    assert 'from_pretrained("m", dtype=1)' in lifted(source)
    assert [notice.rule for notice in notices(source)] == ["RL212"]


def test_a_device_map_of_the_scripts_own_is_kept() -> None:
    source = (
        f'{HEAD}rank = int(os.environ["LOCAL_RANK"])\nmodel = AutoModel.from_pretrained("m", device_map={{"": rank}})\n{TRAIN}'
    )
    assert 'device_map={"": rank}' in lifted(source)


def test_a_device_map_that_only_some_runs_spread_is_kept() -> None:
    source = f'{HEAD}spread = "auto"\nif ddp:\n    spread = {{"": rank}}\nmodel = AutoModel.from_pretrained("m", device_map=spread)\n{TRAIN}'
    assert "device_map=spread" in lifted(source)
    assert not notices(source)


def test_a_device_map_is_followed_through_a_name() -> None:
    source = f'{HEAD}spread = "auto"\nmodel = AutoModel.from_pretrained("m", device_map=spread)\n{TRAIN}'
    assert 'from_pretrained("m")' in lifted(source)


@pytest.mark.parametrize("first", ['{"": 0}', '{"": "cuda:0"}', '"cuda:0"'])
def test_a_model_on_the_first_gpu_is_put_on_that_of_the_worker(first: str) -> None:
    own = 'device_map={"": torch.cuda.current_device()}'
    assert own in lifted(f'{HEAD}model = AutoModel.from_pretrained("m", device_map={first})\n{TRAIN}')
    assert own in lifted(f'{HEAD}first = {first}\nmodel = AutoModel.from_pretrained("m", device_map=first)\n{TRAIN}')


def test_torch_is_imported_where_a_device_map_asks_it() -> None:
    source = f'from transformers import AutoModel, Trainer\nmodel = AutoModel.from_pretrained("m", device_map={{"": 0}})\n{TRAIN}'
    assert "\nimport torch\n" in lifted(source)


def test_a_device_map_in_a_dict_is_told() -> None:
    source = f'{HEAD}options = dict(device_map="auto")\nmodel = AutoModel.from_pretrained("m", **options)\n{TRAIN}'
    assert [(notice.rule, notice.line) for notice in notices(source)] == [("RL212", 4)]
    assert [notice.line for notice in notices(source.replace("dict(device_map=", '{"device_map": ').replace(")", "}", 1))] == [4]


def test_a_device_with_the_number_of_the_first_gpu_loses_it() -> None:
    source = f"{HEAD}device = torch.device('cuda:0' if gpu else 'cpu')\nif str(device) == 'cuda:0': pass\n{TRAIN}"
    code = lifted(source)
    assert "torch.device('cuda' if gpu else 'cpu')" in code
    assert "str(device) == 'cuda:0'" in code


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


def test_leaving_by_sys_exit_is_success_on_stock_ray() -> None:
    code = lifted(f"import sys\n{HEAD}model = load()\n{TRAIN}sys.exit(0)\n", runtime="ray")
    assert "    except SystemExit as stop:\n        if stop.code:\n            raise\n" in code
    assert "SystemExit" not in lifted(f"import sys\n{HEAD}model = load()\n{TRAIN}sys.exit(0)\n")


@pytest.mark.parametrize("name", ["RANK", "LOCAL_RANK", "WORLD_SIZE", "MASTER_ADDR", "MASTER_PORT"])
def test_a_place_that_the_script_takes_for_itself_is_left_to_ray(name: str) -> None:
    source = f'{HEAD}os.environ["{name}"] = "0"\n{TRAIN}'
    assert name not in lifted(source)
    assert [(notice.rule, notice.line) for notice in notices(source)] == [("RL213", 4)]
    asked = f'if "{name}" not in os.environ:\n    os.environ["{name}"] = str(args.rank)\n'
    assert asked in lifted(f"{HEAD}{asked}def main():\n    trainer = Trainer(1)\n    trainer.train()\nmain()\n")


def test_a_comment_at_a_statement_that_goes_is_kept() -> None:
    code = lifted(f'{HEAD}# two cards\nos.environ["CUDA_VISIBLE_DEVICES"] = "0,1"  # the big ones\n{TRAIN}')
    assert "# two cards\n# the big ones\n\n\ndef train_func" in code


def test_leaving_by_an_exception_is_success_on_stock_ray() -> None:
    code = lifted(f"{HEAD}model = load()\n{TRAIN}raise SystemExit(0)\n", runtime="ray")
    assert "    except SystemExit as stop:\n" in code


@pytest.mark.parametrize("package", ["absl", "click", "typer"])
def test_a_command_line_library_that_always_exits_is_success_on_stock_ray(package: str) -> None:
    assert "    except SystemExit as stop:\n" in lifted(f"import {package}\n{HEAD}model = load()\n{TRAIN}", runtime="ray")
