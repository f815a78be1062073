"""Leaving with status 0 is success on stock Ray too, whoever leaves; and a worker finds the files of the script's own folder."""

from __future__ import annotations

import pytest
from tests.codemod.lifting import lifted

HEAD = "import os\nimport torch\nfrom transformers import AutoModel, Trainer\n"
TRAIN = "trainer = Trainer(1)\ntrainer.train()\n"


def test_leaving_by_sys_exit_is_success_on_stock_ray() -> None:
    code = lifted(f"import sys\n{HEAD}model = load()\n{TRAIN}sys.exit(0)\n", runtime="ray")
    assert "    except SystemExit as stop:\n        if stop.code:\n            raise\n" in code
    assert "SystemExit" not in lifted(f"import sys\n{HEAD}model = load()\n{TRAIN}sys.exit(0)\n")


def test_leaving_by_an_exception_is_success_on_stock_ray() -> None:
    code = lifted(f"{HEAD}model = load()\n{TRAIN}raise SystemExit(0)\n", runtime="ray")
    assert "    except SystemExit as stop:\n" in code


@pytest.mark.parametrize("package", ["absl", "click", "cyclopts", "rich_click", "typer"])
def test_a_command_line_library_that_always_exits_is_success_on_stock_ray(package: str) -> None:
    assert "    except SystemExit as stop:\n" in lifted(f"import {package}\n{HEAD}model = load()\n{TRAIN}", runtime="ray")


@pytest.mark.parametrize("line", ["import os", "import os as system"])
def test_a_worker_of_stock_ray_imports_what_a_function_imports_for_itself(line: str) -> None:
    source = f"""
import torch
from accelerate import Accelerator

def main():
    {line}
    accelerator = Accelerator(cpu=True)
    model = accelerator.prepare(torch.load("relative/model.pt"))
    for epoch in range(3):
        accelerator.backward(model(epoch))

if __name__ == "__main__":
    main()
"""
    code = lifted(source, runtime="ray")
    assert "\nimport os\n" in code
    assert "os.environ" in code


@pytest.mark.parametrize("used", ["sqlite3.connect(name)", "figure.savefig(name)", "show('loss.png')", "h5py.File(name)"])
def test_a_worker_of_stock_ray_starts_in_the_folder_of_what_the_script_opens(used: str) -> None:
    code = lifted(f"import h5py\nimport sqlite3\n{HEAD}model = load()\n{used}\n{TRAIN}", runtime="ray")
    assert 'os.chdir(config["cwd"])' in code
    assert "chdir" not in lifted(f"{HEAD}model = load()\n{TRAIN}", runtime="ray")


@pytest.mark.parametrize(
    "line",
    ["import configargparse", "import defopt", "import pyrallis", "from omegaconf import OmegaConf\nc = OmegaConf.from_cli()"],
)
def test_a_worker_of_stock_ray_has_the_command_line_of_what_parses_it(line: str) -> None:
    assert "sys.argv = config[" in lifted(f"{line}\n{HEAD}model = load()\n{TRAIN}", runtime="ray")


def test_hydra_finds_its_configs_on_workers_of_stock_ray() -> None:
    main = "def main(cfg):\n    trainer = Trainer(1)\n    trainer.train()\n\nif __name__ == '__main__':\n    main()\n"
    source = f"import hydra\n{HEAD}@hydra.main(config_path='conf', config_name='train')\n{main}"
    told = '    os.environ["HYDRA_MAIN_MODULE"] = "__main__"'
    code = lifted(source, runtime="ray")
    assert code.index("os.chdir(") < code.index(told) < code.index("import_module(config[")
    assert "HYDRA" not in lifted(source)
    assert "HYDRA" not in lifted(source.replace("@hydra.main(config_path='conf', config_name='train')\n", ""), runtime="ray")
