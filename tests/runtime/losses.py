"""Every loss of a script on every rank, bit for bit, and torchrun with two processes to compare them with."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

# At the top of a script: both the Trainer and loops with Accelerate call this for every loss.
RECORD = """
import accelerate, os
backward = accelerate.Accelerator.backward
def recording(self, loss, **kwargs):
    with open(os.environ["HF_RECORD"] + os.environ["RANK"], "a") as file:
        file.write(loss.item().hex() + " ")
    return backward(self, loss, **kwargs)
accelerate.Accelerator.backward = recording
"""

# gloo may abort, or wait for ever, where one process takes its group down while another still uses it
END = """
import torch.distributed
if torch.distributed.is_initialized():
    torch.distributed.barrier()
    torch.distributed.destroy_process_group()
"""

ORIGINAL = f"""{RECORD}
from tests.runtime import tiny
tiny.trainer("out", max_steps=6, save_steps=3, eval_strategy="steps", eval_steps=3).train()
{END}
"""


def torchrun(folder: Path, code: str, record: str, python: str, **environment: str) -> str:
    """What a script says under torchrun with two processes of this Python, which end well; the losses go to `record` in the folder."""
    (folder / "under_torchrun.py").write_text(code)
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("RAYLIFT_", "RAY_"))}
    own = {"ACCELERATE_USE_CPU": "true", "HF_RECORD": f"{record}.", "PYTHONPATH": os.getcwd(), "RAY_USAGE_STATS_ENABLED": "0"}
    command = [python, "-m", "torch.distributed.run", "--standalone", "--nproc_per_node=2", "under_torchrun.py"]
    ended = subprocess.run(command, cwd=folder, env={**kept, **own, **environment}, capture_output=True, text=True, timeout=600)
    assert ended.returncode == 0, ended.stdout + ended.stderr
    return ended.stdout


def recorded(folder: Path, record: str) -> list[list[str]]:
    """The losses of each of two ranks."""
    return [(folder / f"{record}.{rank}").read_text().split() for rank in (0, 1)]
