"""Which expressions are an Accelerator, and where one may be named."""

from __future__ import annotations

from tests.codemod.lifting import lifted


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
