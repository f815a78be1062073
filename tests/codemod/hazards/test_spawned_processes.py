"""Processes that a script starts to train in are refused, however they are spelled and wherever the call stands."""

from __future__ import annotations

import pytest
from tests.codemod.lifting import lifted, refusal

from raylift.lift import rewrite
from raylift.outcome import Refused, Rewritten
from raylift.settings import Settings

HEAD = "from transformers import Trainer\n\n\ndef train(*args):\n    trainer = Trainer(1)\n    trainer.train()\n\n\n"
SPAWNED = {
    "mp.spawn": "import torch.multiprocessing as mp\nmp.spawn(train, nprocs=2)",
    "spawn": "from torch.multiprocessing import spawn\nspawn(train, nprocs=2)",
    "spawn from its module": "from torch.multiprocessing.spawn import spawn\nspawn(train, nprocs=2)",
    "start_processes": "import torch.multiprocessing as mp\nmp.start_processes(train, nprocs=2, start_method='fork')",
    "xmp.spawn": "import torch_xla.distributed.xla_multiprocessing as xmp\nxmp.spawn(train, args=())",
    "torch_xla.launch": "import torch_xla\ntorch_xla.launch(train)",
    "launch_agent": "from torch.distributed.launcher.api import launch_agent\nlaunch_agent(config, train, [])",
    "torchrun's main": "from torch.distributed import run\ntrain() if ready else run.main(['train.py'])",
    "accelerate's launcher": "from accelerate.commands.launch import launch_command\nlaunch_command(args)\ntrain()",
    "deepspeed's runner": "from deepspeed.launcher import runner\nrunner.main(['train.py'])\ntrain()",
    "Databricks' runner": "from sparkdl import HorovodRunner\nHorovodRunner(np=2).run(train)",
    "DeepSpeed's distributor": "from pyspark.ml.deepspeed.deepspeed_distributor import DeepspeedTorchDistributor\ndist = DeepspeedTorchDistributor(numGpus=2)\ndist.run(train)",
    "horovod": "import horovod\nhorovod.run(train, np=2)",
    "Fabric": "from lightning.fabric import Fabric\nfabric = Fabric(devices=2)\nfabric.launch(train)",
    "ignite": "import ignite.distributed as idist\nwith idist.Parallel(backend='gloo') as parallel:\n    parallel.run(train)",
    "detectron2": "from detectron2.engine import launch\nlaunch(train, 2)",
    "a pool": "from multiprocessing import Pool\nwith Pool(2) as pool:\n    pool.map(train, [1, 2])",
    "a context": "import torch.multiprocessing as mp\nctx = mp.get_context('spawn')\nctx.Process(target=train).start()",
    "an executor": "from concurrent.futures import ProcessPoolExecutor\nwith ProcessPoolExecutor(2) as pool:\n    pool.submit(train, 1)",
    "joblib": "from joblib import Parallel, delayed\nParallel(n_jobs=2)(delayed(train)(seed) for seed in range(2))",
    "a shell": "import subprocess\nsubprocess.run(['torchrun', '--nproc_per_node', '2', __file__])\ntrain()",
    "a command": "import os\nos.system('accelerate launch train.py')\ntrain()",
    "an exec": "import os\nos.execvp('torchrun', ['torchrun', __file__])\ntrain()",
    "a module": "import subprocess, sys\ncommand = [sys.executable, '-m', 'torch.distributed.run', __file__]\nsubprocess.check_call(command)\ntrain()",
}
HARMLESS = {
    "a pool for the data": "from multiprocessing import Pool\nwith Pool(2) as pool:\n    pool.map(len, ['a'])\ntrain()",
    "an executor for the data": "from concurrent.futures import ProcessPoolExecutor\nwith ProcessPoolExecutor(2) as pool:\n    pool.submit(len, 'a')\ntrain()",
    "another command": "import subprocess\nsubprocess.run(['nvidia-smi'])\ntrain()",
    "a launcher where none has started it": "import os, subprocess\nif 'RANK' not in os.environ:\n    subprocess.run(['torchrun', __file__])\nelse:\n    train()",
    "another run": "import wandb\nrun = wandb.init()\nrun.log({})\ntrain()",
    "a launcher that nobody calls": "import torch.multiprocessing as mp\n\n\ndef launch():\n    mp.spawn(print, nprocs=2)\n\n\ntrain()",
}


@pytest.mark.parametrize("runtime", ["raylift", "ray"])
@pytest.mark.parametrize("name", SPAWNED)
def test_what_starts_processes_that_train_is_refused_at_its_line(name: str, runtime: str) -> None:
    source = f"{HEAD}{SPAWNED[name]}\n"
    notice = refusal(source, runtime=runtime)
    assert notice.rule == "RL303"
    line = source.splitlines()[notice.line - 1]
    assert any(word in line for word in ("train", "launch_command", "runner.main", "subprocess.", "os."))
    assert not line.startswith(("import", "from"))


@pytest.mark.parametrize("name", HARMLESS)
def test_what_starts_processes_for_something_else_is_lifted(name: str) -> None:
    assert "def train_func():" in lifted(f"{HEAD}{HARMLESS[name]}\n")


def test_a_spawn_behind_a_function_of_the_script_is_refused() -> None:
    helper = "import torch.multiprocessing as mp\n\n\ndef launch(function, count):\n    mp.spawn(function, nprocs=count)\n\n\n"
    assert (refusal(f"{HEAD}{helper}launch(train, 2)\n").rule, refusal(f"{HEAD}{helper}launch(train, 2)\n").line) == ("RL303", 13)


def test_a_spawn_behind_a_function_of_another_module_is_refused_where_that_is_called() -> None:
    helper = b"import torch.multiprocessing as mp\n\n\ndef launch(function, count):\n    mp.spawn(function, nprocs=count)\n"
    source = f"from launching import launch\n{HEAD}launch(train, 2)\n".encode()
    refused = rewrite(source, Settings(), lambda name, level: helper if name == "launching" else None)
    assert isinstance(refused, Refused)
    assert [(notice.rule, notice.line) for notice in refused.notices] == [("RL303", 10)]
    plain = helper.replace(b"mp.spawn(function, nprocs=count)", b"function(count)")
    assert isinstance(rewrite(source, Settings(), lambda name, level: plain if name == "launching" else None), Rewritten)
