"""A Ray cluster on this machine, in a process of its own, for scripts that connect to it by address.

Its workers are set up by `worker_setup.py`.
"""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

STARTER = """
import ray, sys
from ray._private import ray_constants
ray_constants.SETUP_WORKER_FILENAME = sys.argv[2]
ray.init("local", num_cpus=int(sys.argv[1]), num_gpus=0, include_dashboard=False, log_to_driver=False)
print("address", ray.get_runtime_context().gcs_address, flush=True)
sys.stdin.read()
ray.shutdown()
"""


@contextmanager
def local_cluster(num_cpus: int = 2) -> Iterator[str]:
    """The address of a cluster with so many CPUs, which ends with the `with` block or with this process."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("RAY_", "RAYLIFT_"))}
    environment |= {"RAY_USAGE_STATS_ENABLED": "0", "RAY_AUTH_MODE": "token"}
    command = [sys.executable, "-c", STARTER, str(num_cpus), str(Path(__file__).with_name("worker_setup.py"))]
    with subprocess.Popen(command, env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as child:
        assert child.stdin is not None and child.stdout is not None
        address = next(line.split()[1] for line in child.stdout if line.startswith("address "))
        try:
            yield address
        finally:
            child.stdin.close()
            child.wait(timeout=60)
