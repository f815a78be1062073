"""A Trainer that comes from out of sight is known by what is asked of it, by what the script says it is, or told; never by its name alone."""

from __future__ import annotations

import pytest
from tests.codemod.lifting import lifted, notices

from raylift.lift import rewrite
from raylift.outcome import Untouched
from raylift.settings import Settings

USED = {
    "it is resumed": "from lib import build\n\nx = build('gpt2')\nx.train(resume_from_checkpoint=None)\n",
    "it is resumed and its result kept": "from lib import build\n\nx = build('gpt2')\nout = x.train(resume_from_checkpoint=True)\nprint(out)\n",
    "its class is out of sight": "from lib import Tuner\n\nx = Tuner(config)\nx.train(resume_from_checkpoint=path)\n",
    "it logs as one": "from lib import build\n\nx = build('gpt2')\nmetrics = x.train().metrics\nx.log_metrics('train', metrics)\n",
    "it is an element": "from lib import build\n\nmodel, x = build('gpt2')\nx.train(resume_from_checkpoint=None)\n",
    "it is imported": "from lib import x\n\nx.train(resume_from_checkpoint=None)\nx.save_metrics('all', {})\n",
    "it is saved beside transformers": "import transformers\nfrom lib import build\n\nx = build('gpt2')\nx.train()\nx.save_model('out')\n",
    "a function in sight hands it on": "import lib\n\n\ndef build():\n    return lib.build()\n\n\nx = build()\nx.train(resume_from_checkpoint=None)\n",
    "its class derives from out of sight": "from lib import Base\n\n\nclass Mine(Base):\n    pass\n\n\nx = Mine()\nx.train(resume_from_checkpoint=None)\n",
    "it may be nothing": "from lib import build\n\nx = build() if ready else None\nif x:\n    x.train(resume_from_checkpoint=None)\n",
    "it is an attribute": "from lib import build\n\n\nclass Job:\n    def __init__(self):\n        self.x = build()\n\n    def run(self):\n        self.x.train(resume_from_checkpoint=None)\n\n\nJob().run()\n",
    "the script says so": "from transformers import Trainer\nfrom lib import build\n\nx: Trainer = build()\nx.train()\n",
    "the script says so as text": "from lib import build\n\nx: 'transformers.Trainer' = build()\nx.train()\n",
    "a parameter says so": "from transformers import Trainer\n\n\ndef fit(x: Trainer | None):\n    x.train()\n\n\nfit(make())\n",
    "another is made beside it": "from transformers import Trainer\nfrom lib import build\n\ny = Trainer(1)\ny.train()\nx = build()\nx.train(resume_from_checkpoint=None)\n",
}
OTHERS = {
    "a module's own loop": "from torch import nn\nfrom lib import build\n\nx = build()\nx.train()\nx.eval()\n",
    "a model that is saved": "import transformers\nfrom lib import build_model\n\nmodel = build_model()\nmodel.train()\nmodel.save_model('out')\n",
    "a function of a module": "import lib\n\nlib.train(resume_from_checkpoint=None)\n",
    "other keywords": "from lib import build\n\nx = build()\nx.train(resume_from_checkpoint=None, epochs=3)\n",
    "something given by place": "from lib import build\n\nx = build()\nx.train(data, resume_from_checkpoint=None)\n",
    "a class in sight": "class X:\n    def train(self, resume_from_checkpoint=None):\n        pass\n\n\nx = X()\nx.train(resume_from_checkpoint=None)\n",
    "a JAX trainer": "import transformers\nfrom flaxlib import Trainer\n\ntrainer = Trainer(model=m, train_dataset=d, eval_dataset=e, optimizer=o, rng=key)\ntrainer.train()\n",
    "a JAX trainer that is handed on": "import transformers\nfrom flaxlib import Trainer\n\n\ndef fit(trainer):\n    trainer.train()\n\n\nfit(Trainer(model=m, train_dataset=d, eval_dataset=e, optimizer=o, rng=key))\n",
    "a trainer in sight that is handed on": "import transformers\n\n\nclass Loop:\n    def train(self):\n        pass\n\n\ndef fit(trainer):\n    trainer.train()\n\n\nfit(Loop())\n",
    "what the script says it is": "import transformers\nfrom pytorch_lightning import Trainer\n\n\ndef fit(trainer: Trainer):\n    trainer.train()\n\n\nfit(make())\n",
}
DOUBTFUL = "from transformers import AutoModel\nfrom lib import build_trainer\n\nx = build_trainer(AutoModel)\nx.train()\n"


@pytest.mark.parametrize("runtime", ["raylift", "ray"])
@pytest.mark.parametrize("name", USED)
def test_what_is_used_as_only_a_trainer_is_used_is_connected_before_it_trains(name: str, runtime: str) -> None:
    code = lifted(USED[name], runtime=runtime)
    target = "self.x" if "self.x" in code else "x"
    connected = code.index(f"prepare_trainer({target})")
    assert connected < code.index(f"{target}.train(")
    assert "def train_func" in code
    assert "RL102" not in {notice.rule for notice in notices(USED[name], runtime=runtime)}


@pytest.mark.parametrize("runtime", ["raylift", "ray"])
def test_a_trainer_that_the_module_holds_stays_the_modules(runtime: str) -> None:
    """Bound anew in a function it would be a variable of that, which nothing has bound before."""
    train = "x.train(resume_from_checkpoint=None); x.save_metrics('all', {})\n"
    for source in (f"from lib import x\n\n{train}", f"from lib import x\n\n\ndef main():\n    {train}\n\nmain()\n"):
        assert "    prepare_trainer(x)\n" in lifted(source, runtime=runtime)
    assert "    x = prepare_trainer(x)\n" in lifted(f"from lib import build\n\nx = build()\n{train}", runtime=runtime)


@pytest.mark.parametrize("name", OTHERS)
def test_what_others_answer_as_well_is_no_trainer(name: str) -> None:
    assert isinstance(rewrite(OTHERS[name].encode(), Settings()), Untouched)


def test_where_nothing_tells_whether_a_trainer_trains_the_reader_is_told_once() -> None:
    outcome = rewrite((DOUBTFUL + "x.train()\n").encode(), Settings())
    assert isinstance(outcome, Untouched)
    assert [(notice.rule, notice.line) for notice in outcome.notices] == [("RL102", 5)]
    assert "x: Trainer = ..." in outcome.notices[0].remedy
    assert "prepare_trainer" in lifted(
        DOUBTFUL.replace("x = ", "x: Trainer = ").replace("import AutoModel", "import AutoModel, Trainer")
    )


@pytest.mark.parametrize("name", OTHERS)
def test_of_what_is_surely_something_else_nothing_is_told(name: str) -> None:
    outcome = rewrite(OTHERS[name].encode(), Settings())
    assert isinstance(outcome, Untouched)
    assert not outcome.notices


def test_what_was_told_can_be_settled() -> None:
    settled = DOUBTFUL.replace("x.train()", "x.train()  # raylift: ack[RL102] a loop of our own")
    assert rewrite(settled.encode(), Settings()) == Untouched("it starts no training that raylift knows")
    assert not getattr(rewrite(DOUBTFUL.encode(), Settings(ignore=("RL102",))), "notices", ("?",))
