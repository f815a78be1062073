"""Which expressions are an Accelerator, and where one may be named."""

from __future__ import annotations

import pytest
from tests.codemod.frameworks.accelerate.loop import script
from tests.codemod.lifting import lifted

from raylift.lift import rewrite
from raylift.outcome import Untouched
from raylift.settings import Settings


def test_an_accelerator_is_known_by_what_is_handed_over() -> None:
    source = (
        "from accelerate import Accelerator\n\n\nclass Gan:\n    def __init__(self, acc):\n        self.acc = acc\n\n"
        "    def step(self, batch):\n        self.acc.backward(self.disc(batch))\n        self.acc.backward(self.gen(batch))\n\n"
        "    def fit(self, loader):\n        for epoch in range(3):\n            for batch in loader:\n                self.step(batch)\n\n\n"
        'if __name__ == "__main__":\n    acc = Accelerator()\n    Gan(acc).fit(acc.prepare(loader()))\n'
    )
    assert '            report({"epoch": epoch}, accelerator=self.acc)\n' in lifted(source)


def test_an_accelerator_that_moves_out_of_sight_is_not_used() -> None:
    source = (
        "from accelerate import Accelerator\n\n\ndef loop(step):\n    for epoch in range(3):\n        for batch in loader:\n            step(batch)\n\n\n"
        'if __name__ == "__main__":\n    accelerator = Accelerator()\n\n    def step(batch):\n        accelerator.backward(batch)\n\n    loop(step)\n'
    )
    assert "accelerator=accelerator" not in lifted(source).split("def train_func")[0]


def test_a_parameter_that_is_called_an_accelerator_is_one_whatever_it_is_asked() -> None:
    own = "def show(accelerator):\n    print(accelerator.use_fp16)\n\n\n"
    assert '(accelerator.mixed_precision != "no")' in lifted(script().replace("def train(", f"{own}def train("))


LOOP = "for epoch in range(3):\n    for batch in loader:\n        {0}.backward(model(batch).loss)\n    print(epoch)\n"
USED = {
    "its function is out of sight": ("from lib import make\n\nacc = make()\nmodel, loader = acc.prepare(m, l)\n", "acc"),
    "it is an element": ("from lib import make\n\nacc, cfg = make()\nmodel = acc.prepare(m)\n", "acc"),
    "it is imported": ("from lib import acc\n\nmodel = acc.prepare(m)\n", "acc"),
    "it is called one": ("from lib import make\n\nmy_accelerator = make()\n", "my_accelerator"),
    "it tells the ranks apart": ("from lib import make\n\nacc = make()\nif acc.is_main_process:\n    print(1)\n", "acc"),
}
OTHERS = {
    "an engine of DeepSpeed": "import deepspeed\n\nengine, _, _, _ = deepspeed.initialize(model=net)\nengine.step()\n"
    + LOOP.format("engine"),
    "Fabric": "from lightning.fabric import Fabric\n\nfabric = Fabric()\nmodel = fabric.setup(net)\n" + LOOP.format("fabric"),
    "a class in sight": "class Acc:\n    def prepare(self, x):\n        return x\n\n    def backward(self, x):\n        x.backward()\n\n\nacc = Acc()\nacc.prepare(1)\n"
    + LOOP.format("acc"),
    "a loss": "from lib import loss_of, prepare\n\nacc = loss_of(1)\nacc.prepare(1)\nacc.backward()\n",
}


@pytest.mark.parametrize("runtime", ["raylift", "ray"])
@pytest.mark.parametrize("name", USED)
def test_what_differentiates_losses_as_only_an_accelerator_does_is_one(name: str, runtime: str) -> None:
    head, accelerator = USED[name]
    code = lifted(head + LOOP.format(accelerator), runtime=runtime)
    assert "def train_func" in code
    assert f"accelerator={accelerator}" in code or f"{accelerator}.unwrap_model" in code or "ray.train.report" in code


@pytest.mark.parametrize("name", OTHERS)
def test_what_others_differentiate_is_left_alone(name: str) -> None:
    assert isinstance(rewrite(OTHERS[name].encode(), Settings()), Untouched)


@pytest.mark.parametrize(
    "made", ["def make_accelerator(settings):\n    return settings.build()\n", "from lib import make_accelerator\n"]
)
def test_the_function_that_gives_an_accelerator_is_none(made: str) -> None:
    source = (
        f"import torch\n{made}\n"
        'def update(model, batch, accelerator: "Accelerator"):\n    accelerator.backward(model(batch))\n\n'
        "def train(settings):\n    accelerator = make_accelerator(settings)\n    model = accelerator.prepare(torch.nn.Linear(2, 1))\n"
        "    for step in range(9):\n        update(model, batch_of(step), accelerator=accelerator)\n\n"
        'if __name__ == "__main__":\n    train(load())\n'
    )
    code = lifted(source)
    assert "accelerator=accelerator, model=model)" in code[code.index(" report(") :]
    assert "make_accelerator.get_state_dict" not in lifted(source, runtime="ray")


@pytest.mark.parametrize("bases", ["Weighted, Trainer", "Steps, Trainer"])
def test_the_step_of_a_class_that_is_mixed_into_a_trainer_reports_nothing(bases: str) -> None:
    source = (
        "from transformers import Trainer\n\n"
        "class Weighted:\n    def training_step(self, model, inputs):\n        self.accelerator.backward(model(inputs))\n\n"
        "class Steps(Weighted):\n    pass\n\n"
        f"class Mine({bases}):\n    def go(self):\n        for epoch in range(2):\n            self.training_step(1, 2)\n\n"
        "trainer = Mine(model=None)\ntrainer.train()\n"
    )
    code = lifted(source)
    assert "RayTrainReportCallback" in code
    assert " report(" not in code
