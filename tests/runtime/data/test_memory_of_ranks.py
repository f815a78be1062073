"""What two Ray workers hold of data that they read once through: as much of ten times the data as of the data.

Their own memory, that is: pages of the node's object store that they have read stay in their address space, and are the store's.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from tests.runtime.conftest import script_runner

pytestmark = [pytest.mark.slow, pytest.mark.ray]

SCRIPT = """
import json, os
import datasets, torch
from accelerate import Accelerator
from pathlib import Path
from ray.train import ScalingConfig
from raylift_runtime.data import blocks, data_loader, from_huggingface
from raylift_runtime.torch import TorchTrainer

ROW = 1 << 16


def made(rows):
    features = datasets.Features({"row": datasets.Value("int64"), "content": datasets.Value("binary")})
    number = range(rows)
    return datasets.Dataset.from_generator(
        lambda: ({"row": row, "content": row.to_bytes(4, "big") * (ROW // 4)} for row in number), features=features
    )


def collate(rows):
    return torch.tensor([row["row"] for row in rows]), torch.stack([torch.frombuffer(bytearray(row["content"]), dtype=torch.uint8) for row in rows])


def held():
    status = dict(line.split(":", 1) for line in Path("/proc/self/status").read_text().splitlines())
    return {name: int(status[name].split()[0]) >> 10 for name in ("RssAnon", "RssShmem", "VmHWM")}


def loop():
    accelerator = Accelerator()
    found = {}
    for name in ("warm", "small", "large"):
        loader = accelerator.prepare(data_loader(name, batch_size=8, shuffle=True, collate_fn=collate))
        rows, peak, is_whole = [], 0, True
        for number, content in loader:
            rows += number.tolist()
            is_whole &= content[:, 3].tolist() == (number % 256).tolist()
            peak = max(peak, held()["RssAnon"])
        found[name] = {"rows": rows, "peak": peak, "is_whole": is_whole, "open": len(loader.dataset._open), "blocks": len(loader.dataset.blocks.counts), **held()}
    Path(f"held-{os.environ['RANK']}.json").write_text(json.dumps(found))


if __name__ == "__main__":
    blocks.BLOCK_BYTES = 1 << 20
    sizes = {"warm": 640, "small": 641, "large": 6401}
    TorchTrainer(loop, datasets={name: from_huggingface(made(rows)) for name, rows in sizes.items()}, scaling_config=ScalingConfig(num_workers=2)).fit()
"""


@pytest.fixture(scope="module")
def ranks(cluster: str, warm: str, tmp_path_factory: pytest.TempPathFactory) -> list[dict[str, dict[str, Any]]]:
    folder = tmp_path_factory.mktemp("memory")
    script_runner(folder, warm)(SCRIPT, RAY_ADDRESS=cluster)
    return [json.loads(Path(folder, f"held-{rank}.json").read_text()) for rank in (0, 1)]


def test_a_worker_holds_no_more_of_ten_times_the_data(ranks: list[dict[str, dict[str, Any]]]) -> None:
    for rank in ranks:
        small, large = rank["small"], rank["large"]
        assert large["blocks"] > 9 * small["blocks"]
        assert large["open"] <= 17
        assert large["peak"] - small["peak"] < 30, "of 400 MB, of which a rank reads 200"


def test_every_row_of_many_blocks_comes_whole_and_once(ranks: list[dict[str, dict[str, Any]]]) -> None:
    for name, rows in (("small", 641), ("large", 6401)):
        assert sorted(ranks[0][name]["rows"] + ranks[1][name]["rows"]) == list(range(rows))
        assert all(rank[name]["is_whole"] for rank in ranks)
