"""A model that was spread over GPUs, or put on the first, is put on that of its worker."""

from __future__ import annotations

import pytest
from tests.codemod.lifting import lifted, notices

HEAD = "import os\nimport torch\nfrom transformers import AutoModel, Trainer\n"
TRAIN = "trainer = Trainer(1)\ntrainer.train()\n"


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
