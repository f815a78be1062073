"""An Accelerate config file read on the command line."""

from __future__ import annotations

from pathlib import Path

import pytest

from raylift.launch_commands.accelerate_config import processes_in
from raylift.launch_commands.launch import LaunchError


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("compute_environment: LOCAL_MACHINE\ndistributed_type: FSDP\nnum_processes: 8\nuse_cpu: false\n", (8, True)),
        ("distributed_type: 'NO'\nnum_processes: 1\nuse_cpu: true\n", (1, False)),
        ("distributed_type: MULTI_CPU\nnum_processes: -1\n", (None, False)),
        ('{"distributed_type": "MULTI_GPU", \n "num_processes": 4\n}', (4, True)),
        ("fp16: true\ndistributed_type: NO # one process\n", (None, None)),
    ],
)
def test_a_config_file_says_how_many_and_on_what(tmp_path: Path, text: str, expected: tuple[int | None, bool | None]) -> None:
    file = tmp_path / ("f.json" if text.startswith("{") else "f.yaml")
    file.write_text(text)
    assert processes_in(str(file)) == expected


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("name: CI\n", "no Accelerate config"),
        ("compute_environment: AMAZON_SAGEMAKER\n", "SageMaker"),
        ("compute_environment: LOCAL_MACHINE\ndistributed_type: XLA\n", "TPUs"),
    ],
)
def test_a_wrong_config_file_is_one_line(tmp_path: Path, text: str, message: str) -> None:
    file = tmp_path / "f.yaml"
    file.write_text(text)
    with pytest.raises(LaunchError, match=f"f.yaml.*{message}"):
        processes_in(str(file))
