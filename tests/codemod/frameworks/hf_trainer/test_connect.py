"""Trainers are connected where they are made, whatever makes them and wherever they stand."""

from __future__ import annotations

from textwrap import dedent, indent

import pytest
from tests.codemod.lifting import lifted, notices, refusal

from raylift.lift import rewrite
from raylift.outcome import Rewritten, Untouched

CONNECTED = "{0}.add_callback(RayTrainReportCallback())\n{0} = prepare_trainer({0})\n"


def in_main(body: str, head: str = "") -> str:
    """A script whose `main` has this body."""
    code = indent(dedent(body).strip("\n"), "    ")
    return f'from transformers import Seq2SeqTrainer, Trainer\n{dedent(head)}\n\ndef main():\n{code}\n\n\nif __name__ == "__main__":\n    main()\n'


def main_of(source: str) -> str:
    """The body of `main`, without its indentation."""
    body = source.split("def main():\n")[1].split("\n\n\n")[0]
    return dedent(body) + "\n"


@pytest.mark.parametrize(
    ("statement", "target"),
    [
        ("trainer = Trainer(model)", "trainer"),
        ("trainer: Trainer = Trainer(model)", "trainer"),
        ("t = Seq2SeqTrainer(model)", "t"),
        ("self.trainer = Trainer(model)", "self.trainer"),
        ("trainer = (Trainer(model) if fast else Seq2SeqTrainer(model))", "trainer"),
    ],
)
def test_an_assigned_trainer_is_connected_on_the_lines_below(statement: str, target: str) -> None:
    body = main_of(lifted(in_main(f"{statement}\n{target}.train()")))
    assert body == f"{statement}\n{CONNECTED.format(target)}{target}.train()\n"


def test_a_returned_trainer_is_connected_before_it_is_returned() -> None:
    made = lifted(in_main("build().train()", head="def build():\n    return Trainer(1)  # made\n"))
    lines = ["trainer = Trainer(1)  # made", "trainer.add_callback(RayTrainReportCallback())", "return prepare_trainer(trainer)"]
    assert "".join(f"    {line}\n" for line in lines) in made


def test_a_returned_trainer_takes_a_name_that_its_own_function_does_not_use() -> None:
    made = lifted(in_main("trainer = build()\ntrainer.train()", head="def build():\n    return Trainer(1)\n"))
    assert "    trainer = Trainer(1)\n" in made
    made = lifted(in_main("build(1).train()", head="def build(trainer):\n    return Trainer(trainer)\n"))
    assert "    hf_trainer = Trainer(trainer)\n" in made


@pytest.mark.parametrize("command", ["@cli.command()", "@cli.command", '@cli.command("fit", help="fits")'])
def test_the_commands_of_a_click_group_are_reached_by_calling_it(command: str) -> None:
    head = f"import click\n\n@click.group()\ndef cli():\n    pass\n\n{command}\ndef fit():\n    Trainer(1).train()\n"
    assert "def train_func():\n    main()\n" in lifted(in_main("cli()", head=head))


def test_a_trainer_that_a_method_returns_is_known() -> None:
    body = "    def make(self):\n        return Trainer(1)\n\n    def fit(self):\n        self.trainer_ = self.make()\n        self.trainer_.train()\n"
    made = lifted(in_main("Loop().fit()", head=f"class Loop:\n{body}"))
    assert "        return prepare_trainer(trainer)\n" in made
    assert "def train_func():" in made


def test_a_function_is_not_reached_by_its_decorator() -> None:
    head = "def timed(f):\n    return f\n\n@timed\ndef fit():\n    Trainer(1).train()\n"
    assert "def train_func" not in lifted(in_main("timed(print)", head=head))


def test_a_trainer_that_is_trained_at_once_is_wrapped() -> None:
    assert main_of(lifted(in_main("Trainer(model).train()"))) == (
        "prepare_trainer(Trainer(model, callbacks=[RayTrainReportCallback()])).train()\n"
    )


@pytest.mark.parametrize(
    ("statement", "made", "used"),
    [
        ("Trainer(**options).train()", "Trainer(**options)", "trainer.train()"),
        (
            "done = Trainer(m, a, c, t, e, k, None, score).train()  # go",
            "Trainer(m, a, c, t, e, k, model_init=None, compute_metrics=score)",
            "done = trainer.train()",
        ),
        ("return Mine(1).train()", "Mine(1)", "return trainer.train()"),
    ],
)
def test_a_trainer_that_cannot_be_given_callbacks_gets_a_name_first(statement: str, made: str, used: str) -> None:
    own = "class Mine(Trainer):\n    def __init__(self, model):\n        super().__init__(model)\n"
    code = main_of(lifted(in_main(statement, head=own))).replace("  # go", "")
    assert code == f"trainer = {made}\n{CONNECTED.format('trainer')}{used}\n"


def test_a_long_call_is_not_put_into_another() -> None:
    call = "Trainer(\n    model=model,\n    args=args,  # all\n)"
    body = main_of(lifted(in_main(f"{call}.train()")))
    assert body == f"trainer = {call}\n{CONNECTED.format('trainer')}trainer.train()\n"


def test_an_argument_more_stands_on_a_line_of_its_own_where_the_others_do() -> None:
    body = main_of(lifted(in_main("made = {'a': Trainer(\n    model=model,\n    args=args,\n)}\nmade['a'].train()")))
    assert "    args=args,\n    callbacks=[RayTrainReportCallback()],\n))}" in body


def test_what_a_neighbour_looks_up_by_its_name_reaches_none_of_its_trainings() -> None:
    beside = b"from transformers import Trainer\ndef show(x): return TABLE[x]()\ndef fit(): Trainer(1).train()\nTABLE = {}\n"
    outcome = rewrite(b"from beside import show\nshow(1)\n", neighbours=lambda name, level: beside if name == "beside" else None)
    assert isinstance(outcome, Untouched)


def test_callbacks_among_options_are_kept_where_the_call_must_be_wrapped() -> None:
    body = main_of(lifted(in_main("make = lambda: Trainer(1, **options)\nmake().train()")))
    assert '**{**options, "callbacks": [*(options.get("callbacks") or []), RayTrainReportCallback()]}' in body


@pytest.mark.parametrize(
    "body",
    [
        "made = {'a': Trainer(1)}\nfor each in made.values():\n    each.train()",
        "[each.train() for each in [Trainer(1)]]",
        "trainer = Trainer(1)\nrun = trainer.train\nrun()",
        "def inner():\n    return Trainer(1), 2\nsomething, model = inner()\nmodel.train()\nsomething.train()",
    ],
)
def test_a_trainer_that_is_made_and_trained_under_other_names_is_known(body: str) -> None:
    assert "def train_func():\n    main()\n" in lifted(in_main(body))


@pytest.mark.parametrize("made", ["factory(1)(2)", "self.kinds['a'](1)", "partial(1)"])
def test_a_trainer_that_an_unknown_function_returned_is_known_by_its_name(made: str) -> None:
    head = "class Runner:\n    def run(self):\n        self.trainer = {}\n        self.trainer.train()\n\ndef factory(x):\n    return lambda y: Trainer(y)\n"
    head += "import functools\npartial = functools.partial(Trainer)\n"
    code = lifted(in_main("Runner().run()", head=head.format(made)))
    assert "prepare_trainer(" in code
    assert "def train_func():" in code


@pytest.mark.parametrize(
    ("call", "is_known"),
    [
        ("PolicyTrainer(model=m, args=a, train_dataset=d)", True),
        ("PolicyTrainer(m, training_args, train_dataset=d)", True),
        ("PolicyTrainer(m, train_dataset=d, tokenizer=t)", True),
        ("Mine(m, train_dataset=d, tokenizer=t)", True),
        ("PolicyTrainer(m, d, epochs=3)", False),
        ("PolicyTrainer(m, training_args)", False),
    ],
)
def test_a_trainer_of_an_unknown_library_is_known_by_what_it_is_given(call: str, is_known: bool) -> None:
    head = "from elsewhere import PolicyTrainer\nclass Mine(PolicyTrainer): ...\n"
    source = in_main(f"t = {call}\nt.train()", head=head)
    if is_known:
        assert CONNECTED.format("t") in main_of(lifted(source))
    else:
        assert isinstance(rewrite(source.encode()), Untouched)


@pytest.mark.parametrize("call", ["TASKS[name]()", "getattr(module, name)()", "args.func(args)", "fire.Fire()"])
def test_a_function_that_is_looked_up_by_its_name_is_reached(call: str) -> None:
    head = "import fire\n\ndef fit():\n    Trainer(1).train()\n\nTASKS = {}\n"
    assert "def train_func():\n    main()\n" in lifted(in_main(call, head=head))


def test_callbacks_that_the_script_gives_are_kept_when_the_call_is_wrapped() -> None:
    body = main_of(lifted(in_main("Trainer(model, callbacks=mine).train()")))
    assert "callbacks=[*(mine or []), RayTrainReportCallback()]" in body


def test_statements_that_share_a_line_are_put_on_lines_of_their_own() -> None:
    body = main_of(lifted(in_main('trainer = Trainer(1); trainer.train(); print("done")')))
    assert body == f'trainer = Trainer(1)\n{CONNECTED.format("trainer")}trainer.train(); print("done")\n'


def test_a_launcher_s_import_goes_from_the_line_of_what_it_launches() -> None:
    line = "from accelerate import notebook_launcher; trainer = Trainer(1); notebook_launcher(trainer.train, ())"
    assert main_of(lifted(in_main(line))) == f"trainer = Trainer(1)\n{CONNECTED.format('trainer')}trainer.train()\n"


def test_the_only_statement_after_a_colon_gets_a_block() -> None:
    body = main_of(lifted(in_main("if fast: trainer = Trainer(1)\nelse: trainer = Trainer(2)\ntrainer.train()")))
    assert body.count("    trainer = prepare_trainer(trainer)\n") == 2


@pytest.mark.parametrize(
    ("head", "made"),
    [
        ("class Mine(Trainer):\n    pass\n", "Mine(1)"),
        ("class Base(Trainer):\n    pass\n\n\nclass Mine(Base):\n    pass\n", "Mine(1)"),
        ("from trl import SFTTrainer\n", "SFTTrainer(1)"),
        ("import trl\n", "trl.DPOTrainer(1)"),
        ("from sentence_transformers import SentenceTransformerTrainer as T\n", "T(1)"),
        ("import transformers as hf\n", "hf.Trainer(1)"),
        ("KINDS = {'a': Trainer}\n", "KINDS['a'](1)"),
        ("from transformers.trainer import *\nkind = Seq2SeqTrainer if 1 else Trainer\n", "kind(1)"),
        ("from mylib import FancyTrainer\n", "FancyTrainer(model=1, args=2, train_dataset=3)"),
    ],
)
def test_a_trainer_is_known_by_what_it_is(head: str, made: str) -> None:
    body = main_of(lifted(in_main(f"trainer = {made}\ntrainer.train()", head=head)))
    assert CONNECTED.format("trainer") in body


@pytest.mark.parametrize(
    "source",
    [
        "import lightning as pl\nimport transformers\ntrainer = pl.Trainer()\ntrainer.fit(model)\n",
        "import transformers\nfrom detectron2.engine import DefaultTrainer\ntrainer = DefaultTrainer(cfg)\ntrainer.train()\n",
        "import transformers\n\n\nclass Trainer:\n    def train(self): ...\n\n\nTrainer().train()\n",
        "from transformers import Trainer\n\n\ndef build(model):\n    return Trainer(model)\n",
        "from transformers import Trainer\ntrainer = Trainer(model)\nprint(trainer.predict(data))\n",
        "from transformers import AutoModel\nmodel = AutoModel.from_pretrained('x')\nmodel.train()\n",
        "import pytest\nfrom transformers import Trainer\n\n\ndef test_it():\n    Trainer(1).train()\n",
        "from ray.train import ScalingConfig\nfrom transformers import Trainer\nTrainer(1).train()\n",
    ],
    ids=["lightning", "detectron2", "own class", "library", "inference", "a model's train()", "test", "already on Ray"],
)
def test_what_is_no_training_script_of_ours_is_left_alone(source: str) -> None:
    assert isinstance(rewrite(source.encode()), Untouched)


def test_a_trainer_class_in_a_neighbouring_module_is_read_and_never_imported() -> None:
    beside = b"from transformers import Trainer\nraise SystemExit('imported')\nclass Mine(Trainer): ...\n"
    script = in_main("trainer = Mine(1)\ntrainer.train()", head="from mine import Mine\n").encode()
    outcome = rewrite(script, neighbours=lambda name, level: beside if (name, level) == ("mine", 0) else None)
    assert b"prepare_trainer(trainer)" in getattr(outcome, "code", b"")


def test_a_module_that_shadows_the_name_is_believed() -> None:
    beside = b"class Trainer:\n    def train(self): ...\n"
    script = b"import transformers\nfrom trainer import Trainer\nTrainer(args=1, train_dataset=2).train()\n"
    assert isinstance(rewrite(script, neighbours=lambda name, level: beside if name == "trainer" else None), Untouched)


def test_a_trainer_that_another_file_makes_is_connected_where_it_trains() -> None:
    beside = b"from transformers import Trainer\ndef build(): return Trainer(1)\n"
    script = b"from parts import build\ntrainer = build()\ntrainer.train()\n"
    outcome = rewrite(script, neighbours=lambda name, level: beside if name == "parts" else None)
    assert b"    trainer = prepare_trainer(trainer)\n    trainer.train()\n" in getattr(outcome, "code", b"")


@pytest.mark.parametrize(
    "training",
    [
        "if trainer.train().training_loss < 1:\n        print(1)",
        "match trainer.train():\n        case _:\n            print(1)",
        "def later(result=trainer.train()):\n        print(result)",
        "return map(lambda trainer: trainer.train(), [trainer])",
    ],
)
def test_a_trainer_that_no_statement_can_prepare_before_it_trains_is_refused(training: str) -> None:
    source = f"import transformers\nfrom mine import make\n\n\ndef run(trainer):\n    {training}\n\n\nrun(make())\n"
    assert (refusal(source).rule, refusal(source).line) == ("RL302", 6)


def test_packages_that_import_each_other_come_to_an_end() -> None:
    script = b"from a import thing\nthing.train()\n"
    assert isinstance(rewrite(script, neighbours=lambda name, level: b"from b import *\nfrom a import thing\n"), Untouched)


def test_a_function_that_nothing_here_calls_is_connected_and_the_reader_told() -> None:
    source = "from transformers import Trainer\n\n\ndef run():\n    trainer = Trainer(1)\n    trainer.train()\n"
    assert "TorchTrainer" not in lifted(source)
    assert [notice.rule for notice in notices(source)] == ["RL104"]


def test_training_in_a_neighbouring_module_is_launched_from_here() -> None:
    beside = b"from transformers import Trainer\ndef run():\n    Trainer(1).train()\n"
    script = b'from work import run\nif __name__ == "__main__":\n    run()\n'
    outcome = rewrite(script, neighbours=lambda name, level: beside if name == "work" else None)
    assert b"def train_func():\n    run()\n" in getattr(outcome, "code", b"")
    assert [notice.rule for notice in getattr(outcome, "notices", ())] == ["RL105"]


def test_a_search_over_hyperparameters_is_refused_with_what_to_do() -> None:
    notice = refusal(in_main("trainer = Trainer(1)\ntrainer.hyperparameter_search()"))
    assert (notice.rule, notice.line) == ("RL301", 6)
    assert "ray.tune" in notice.remedy


def test_a_script_that_spawns_its_own_processes_is_refused() -> None:
    source = in_main(
        "mp.spawn(train, nprocs=2)", head="import torch.multiprocessing as mp\n\n\ndef train(i):\n    Trainer(1).train()\n"
    )
    assert refusal(source).rule == "RL303"


def test_names_looked_up_by_code_are_refused_where_they_move() -> None:
    assert (
        refusal("from transformers import Trainer\nmodel = make()\nexec(open('c.py').read())\nTrainer(model).train()\n").rule
        == "RL304"
    )


def test_the_launcher_says_what_was_asked_for() -> None:
    source = in_main("Trainer(1).train()")
    assert "ScalingConfig(num_workers=8, use_gpu=False)" in lifted(source, num_workers=8, use_gpu=False)
    assert "run_config=RunConfig(storage_path='/mnt/shared')" in lifted(source, storage_path="/mnt/shared")


@pytest.mark.parametrize("asks", ["TrainingArguments('o', use_cpu=True)", "TrainingArguments('o', no_cuda=True)"])
def test_a_script_that_asks_for_the_cpu_gets_cpu_workers(asks: str) -> None:
    source = in_main(f"Trainer(1, {asks}).train()", head="from transformers import TrainingArguments\n")
    assert "use_gpu=False" in lifted(source)
    assert "use_gpu=True" in lifted(source, use_gpu=True)


def test_each_of_several_statements_in_a_line_is_changed() -> None:
    body = main_of(lifted(in_main("a = Trainer(1); keep = 2; b = Trainer(3)  # both\na.train(); b.train()")))
    assert (
        body
        == f"a = Trainer(1)\n{CONNECTED.format('a')}keep = 2\nb = Trainer(3)  # both\n{CONNECTED.format('b')}a.train(); b.train()\n"
    )
    suite = main_of(lifted(in_main("if ready: a = Trainer(1); b = Trainer(3)\na.train()")))
    connected = [indent(CONNECTED.format(name), "    ") for name in "ab"]
    assert suite.startswith(f"if ready:\n    a = Trainer(1)\n{connected[0]}    b = Trainer(3)\n{connected[1]}a.train()")


def test_all_of_several_statements_in_a_line_may_go() -> None:
    places = 'os.environ["RANK"] = "0"; os.environ["WORLD_SIZE"] = "1"'
    assert "os.environ" not in lifted(in_main("Trainer(1).train()", head=f"import os\n{places}\n"))
    assert "x = 1\n" in lifted(in_main("Trainer(1).train()", head=f"import os\n{places}; x = 1\n"))


@pytest.mark.parametrize(
    ("given", "becomes"),
    [
        ("[stop]", "[stop, RayTrainReportCallback()]"),
        ("[*mine, stop]", "[*mine, stop, RayTrainReportCallback()]"),
        ("[stop,]", "[stop, RayTrainReportCallback()]"),
        ("[]", "[RayTrainReportCallback()]"),
        ("mine", "[*(mine or []), RayTrainReportCallback()]"),
        ("None if q else [x]", "[*((None if q else [x]) or []), RayTrainReportCallback()]"),
    ],
)
def test_a_trainer_that_says_its_callbacks_gets_one_more_there_whatever_else_it_is_given(given: str, becomes: str) -> None:
    code = lifted(f"from transformers import Trainer\nTrainer(1, callbacks={given}, **options).train()\n")
    assert f"prepare_trainer(Trainer(1, callbacks={becomes}, **options)).train()\n" in code


def test_a_trainer_whose_callbacks_may_be_out_of_sight_gets_one_more_afterwards() -> None:
    code = lifted("from transformers import Trainer\nTrainer(1, **options).train()\n")
    assert "trainer = Trainer(1, **options)\n    trainer.add_callback(RayTrainReportCallback())\n" in code


@pytest.mark.parametrize("rest", ["()", "(resume_from_checkpoint=True)"])
def test_a_trainer_that_another_file_makes_and_this_one_trains_at_once_is_connected_between(rest: str) -> None:
    modules = {"lib": b"from transformers import Trainer\n\n\ndef make():\n    return Trainer(1)\n"}
    source = f"from lib import make\n\nmake().train{rest}\n"
    outcome = rewrite(source.encode(), neighbours=lambda name, level: modules.get(name))
    assert isinstance(outcome, Rewritten)
    steps = [
        "trainer = make()",
        "trainer.add_callback(RayTrainReportCallback())",
        "trainer = prepare_trainer(trainer)",
        f"trainer.train{rest}",
    ]
    assert "def train_func():\n" + "".join(f"    {step}\n" for step in steps) in outcome.code.decode()


def test_a_trainer_class_of_a_class_of_a_library_is_known_by_what_that_derives_from() -> None:
    classes = "class Quiet(SFTTrainer):\n    pass\n\n\nclass Own(Quiet):\n    pass\n\n\n"
    code = lifted(f"from trl import SFTTrainer\n\n\n{classes}trainer = Own(1)\ntrainer.train()\n")
    assert "    trainer = prepare_trainer(trainer)\n    trainer.train()\n" in code
    assert "def train_func():\n    trainer = Own(1)\n" in code
    lightning = classes.replace("SFTTrainer", "Trainer")
    other = (
        f"from lightning import Trainer\nfrom transformers import set_seed\n\n\n{lightning}trainer = Own(1)\ntrainer.train()\n"
    )
    assert isinstance(rewrite(other.encode()), Untouched)
