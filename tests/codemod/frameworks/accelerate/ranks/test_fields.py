"""What one field of an object holds says nothing about its other fields; whoever is handed the object may read them all."""

from __future__ import annotations

import pytest
from tests.codemod.frameworks.accelerate.loop import script
from tests.codemod.lifting import lifted, refusal

SAME = {
    "another field is set": ('args.local_rank = int(os.environ["LOCAL_RANK"])', "step > args.max_steps"),
    "another key is set": ('args["rank"] = int(os.environ["RANK"])', 'step > args["max_steps"]'),
    "another field of a namespace": ('args = Namespace(rank=int(os.environ["RANK"]), most=3)', "step > args.most"),
    "what no exception can leave": ("try:\n    last = int(args.last)\nfinally:\n    print(3)", "step > last"),
    "a number counted beside it": ('for last in range(3):\n    print(int(os.environ["RANK"]))', "step > last"),
    "another key of a dict": ('args = {"rank": int(os.environ["RANK"]), "most": 3, "epochs": 2}', 'step > args["most"]'),
    "another field of a part": ('args.place.rank = int(os.environ["RANK"])', "step > args.max_steps"),
}
DIFFERENT = {
    "the field itself": ('args.last = int(os.environ["RANK"])', "step > args.last"),
    "the field, read as a key": ('args.last = int(os.environ["RANK"])', 'step > args["last"]'),
    "all of the object": ('args.last = int(os.environ["RANK"])', "is_over(step, args)"),
    "a method of the object": ('args.last = int(os.environ["RANK"])', "args.is_over(step)"),
    "a key that is not in sight": ('args.last = int(os.environ["RANK"])', "step > args[name]"),
    "an alias": ('args.last = int(os.environ["RANK"])\nsettings = args', "step > settings.last"),
    "a field of a namespace": ('args = Namespace(last=int(os.environ["RANK"]), epochs=2)', "step > args.last"),
    "a key of a dict": ('args = {"epochs": 2, "last": int(os.environ["RANK"])}', 'step > args["last"]'),
    "a dict that holds another one": ('args = {"last": 3, **read(int(os.environ["RANK"]))}', 'step > args["last"]'),
    "a whole that differs": ('args = read(int(os.environ["RANK"]))', "step > args.most"),
    "what an exception leaves": ("try:\n    last = int(args.last)\nexcept ValueError:\n    last = 3", "step > last"),
    "a number counted up to it": ('for last in range(int(os.environ["RANK"])):\n    pass', "step > last"),
    "an object that was told": ('args.update(int(os.environ["RANK"]))', "step > args.most"),
}


def _leaving(before: str, test: str) -> str:
    """A training whose iterations need not wait for each other, and that some ranks leave if the test differs."""
    source = script(f"if {test}:\n    return\nprint(epoch)", before)
    source = source.replace(
        "            loss = model", "            if step > 9:\n                break\n            loss = model"
    )
    return source.replace("import os\n", "import os\nfrom argparse import Namespace\n").replace("args.epochs", "3")


@pytest.mark.parametrize("runtime", ["raylift", "ray"])
@pytest.mark.parametrize("name", SAME)
def test_a_field_that_differs_by_rank_leaves_the_other_fields_as_they_are(name: str, runtime: str) -> None:
    assert "def train_func" in lifted(_leaving(*SAME[name]), runtime=runtime)


@pytest.mark.parametrize("name", DIFFERENT)
def test_what_may_read_a_field_that_differs_may_differ(name: str) -> None:
    before, test = DIFFERENT[name]
    source = _leaving(before, test)
    notice = refusal(source)
    assert notice.rule == "RL312"
    assert source.splitlines()[notice.line - 1].strip() == "return"


def test_a_refusal_names_the_test_that_differs_and_the_line_that_made_it_so() -> None:
    source = _leaving('args.last = int(os.environ["RANK"])', "step > args.last")
    cause = next(n for n, line in enumerate(source.splitlines(), 1) if "args.last =" in line)
    assert refusal(source).text.endswith(f"`step > args.last` may differ from rank to rank since line {cause}")


def test_an_object_that_differs_as_a_whole_is_the_cause_before_any_of_its_fields() -> None:
    source = _leaving('args = read(int(os.environ["RANK"]))\nargs.last = int(os.environ["RANK"])', "is_over(step, args)")
    cause = next(n for n, line in enumerate(source.splitlines(), 1) if "args = read" in line)
    assert refusal(source).text.endswith(f"may differ from rank to rank since line {cause}")


def test_what_a_function_is_given_as_a_rank_s_own_data_differs() -> None:
    source = _leaving("", "step > outputs").replace("def train(args, model", "def train(args, outputs, model")
    assert refusal(source).rule == "RL312"
    assert "def train_func" in lifted(source.replace("outputs", "steps"))


def test_a_refusal_stands_at_the_jump_that_parts_the_ranks_not_at_the_training() -> None:
    source = script("if random.random() > 0.5:\n    continue\nprint(epoch)").replace(
        "for step, batch", "if random.random() > 0.9:\n            continue\n        for step, batch"
    )
    notice = refusal(source)
    assert (notice.rule, source.splitlines()[notice.line - 1].strip()) == ("RL312", "continue")
    assert notice.line < source[: source.index("backward")].count("\n") + 1


def test_a_property_may_be_computed_from_any_field() -> None:
    source = _leaving('args.last = int(os.environ["RANK"])', "args.is_over")
    assert "def train_func" in lifted(source)
    known = "class Settings:\n    @property\n    def is_over(self):\n        return self.last > 3\n\n\n"
    assert refusal(source.replace("def train(", f"{known}def train(", 1)).rule == "RL312"
