"""What is moved stands in the train function, and what stays around it, as a person would have laid it out."""

from __future__ import annotations

import ast

import pytest
from tests.codemod.lifting import lifted
from tests.codemod.notebooks.making import lifted_cells

from raylift.edits.arguments import rename_keyword
from raylift.edits.expressions import rename_attribute
from raylift.edits.statements import precede_with, remove_statement
from raylift.emission.module import emit
from raylift.plan import Edit, Launcher, NeededImport, Placement, Plan
from raylift.script import Script

LAUNCH = """\
    ray_trainer = TorchTrainer(
        train_func,
        scaling_config=ScalingConfig(num_workers=2, use_gpu=True),
    )
    result = ray_trainer.fit()
"""
GUARDED = """\
import os
from transformers import Trainer

x = load()


# about main
def main():
    Trainer(x).train()


y = more()
A = 1


# about the run
if __name__ == "__main__":  # guard

    # first
    main()


    # second
    done()
    # last

# below
z = last()


def after():
    pass
# end
"""
GUARDED_LIFTED = f"""\
# about main
def main():
    prepare_trainer(Trainer(x, callbacks=[RayTrainReportCallback()])).train()


def train_func():
    global x

    x = load()

    y = more()
    A = 1

    # first
    main()


    # second
    done()

    # below
    z = last()
    # last


# about the run
if __name__ == "__main__":  # guard
{LAUNCH}

def after():
    pass
# end
"""
FLAT = """\
from transformers import Trainer

A = 1
model = load()
# about B
B = 2

C = 3
other = load(B)
# about f

def f():
    pass
third = load()
class G:
    pass

trainer = Trainer(model)


# two


# three
trainer.train()
if __name__ == "__main__":
    # saves
    save()
    # twice
    save()
"""
FLAT_LIFTED = f"""\
A = 1

# about f

def f():
    pass
class G:
    pass


def train_func():
    model = load()
    # about B
    B = 2

    C = 3
    other = load(B)
    third = load()

    trainer = Trainer(model)
    trainer.add_callback(RayTrainReportCallback())
    trainer = prepare_trainer(trainer)

    # two

    # three
    trainer.train()
    # saves
    save()
    # twice
    save()


if __name__ == "__main__":
{LAUNCH}"""
GOING = """\
# head
gone()  # top
def f():
    gone()  # why

    # about x
    x.old

def g():
    gone()
def h():

    x.old = 1
    # before
    gone()
if a:
    b
    gone()  # last
    # end
elif c: gone()
else:
    gone()

    gone()

    y = 1
class A:
    gone()


    def f(self): pass
gone()
# tail
"""
GONE = """\
# head
# top
def f():
    # why

    # about x
    x.old

def g():
    pass
def h():

    x.old = 1
    # before
    pass
if a:
    b
    pass  # last
    # end
elif c: pass
else:
    y = 1
class A:
    def f(self): pass
# tail
"""
CALLS = """\
import os
a = old(x); b.c = old(old(y=1), z=2).d; e.f
if e.f: g
"""


def below_imports(source: str) -> str:
    """A lifted script from its first definition on."""
    return lifted(source).split("prepare_trainer\n", 1)[1].lstrip("\n")


def test_what_stands_around_a_guard_keeps_its_comments_and_its_blank_lines() -> None:
    assert below_imports(GUARDED) == GUARDED_LIFTED


def test_what_stands_around_moved_statements_keeps_its_comments_and_its_blank_lines() -> None:
    assert below_imports(FLAT) == FLAT_LIFTED


def test_a_guard_in_one_line_launches_in_lines_of_their_own() -> None:
    source = 'from transformers import Trainer\ndef main(): Trainer(1).train()\nif __name__ == "__main__": main()  # go\n'
    assert below_imports(source).endswith(f'\n\n\ndef train_func():\n    main()  # go\n\n\nif __name__ == "__main__":\n{LAUNCH}')


def test_of_a_second_guard_moves_what_it_holds_with_the_comments_above_it() -> None:
    again = 'if __name__ == "__main__":\n    # first\n    a()\n    b()\n'
    source = f"from transformers import Trainer\nmodel = load()\n{again}# about b\n{again}Trainer(model).train()\n"
    assert "    # first\n    a()\n    b()\n    # about b\n    # first\n    a()\n    b()\n    prepare_trainer(" in lifted(source)


def test_where_statements_go_their_comments_stay_and_blocks_start_with_what_is_left() -> None:
    script = Script(GOING.encode())
    edits = [Edit(each, remove_statement(0), "RL1", "") for each in script.all(ast.Expr) if isinstance(each.value, ast.Call)]
    assert emit(script, Plan(tuple(edits), (), ())).decode() == GONE


def test_in_a_notebook_imports_stand_where_the_first_function_that_stays_uses_them() -> None:
    imports, model, train = "from transformers import Trainer\n", "model = load()\n", "make(model).train()\n"
    make = "x = 1\ndef make(model):\n    return Trainer(model)\n"
    cells = lifted_cells(imports, "print(0)\n", make, "def later(model):\n    return Trainer(model)\n", model, train)
    assert cells[:2] == [imports, "print(0)\n"]
    assert cells[2].startswith("x = 1\nfrom ray.train import ScalingConfig\nfrom raylift_runtime")
    assert "prepare_trainer\n\n\ndef make(model):\n" in cells[2]
    assert "import" not in cells[3] + cells[4]
    group = "from torch.distributed import init_process_group\n"
    cells = lifted_cells(imports + group, "def setup():\n    init_process_group()\n", f"setup()\n{model}Trainer(model).train()\n")
    assert "import torch.distributed\n\n\ndef setup():\n" in cells[1]


@pytest.mark.parametrize("indent", ["    ", "  ", "\t"])
def test_functions_of_the_driver_stand_above_the_train_function_and_what_starts_it_below(indent: str) -> None:
    script = Script(f"if a:\n{indent}x = 1\n".encode())
    functions = ("def rows():\n    return 1\n", "def size():\n    if x:\n        y\n")
    launcher = Launcher("f", "T", "t", "r", ("u=1",), 1, ("sys.path", "os.sep"), "config", start="start", functions=functions)
    made = emit(script, Plan((), (), (), Placement(tuple(script.tree.body), None, ()), launcher)).decode()
    assert made.replace(indent, "    ") == (
        f"\n\n{functions[0]}\n\n{functions[1]}\n\ndef f():\n    if a:\n        x = 1\n\n\n"
        "def start(config):\n    sys.path\n    os.sep\n\n\n"
        'if __name__ == "__main__":\n    t = T(\n        start,\n        u=1,\n    )\n    r = t.fit()\n'
    )


@pytest.mark.parametrize(
    ("moved", "first"),
    [
        ("import sys, os\nx = 1\n", "    import os\n    import sys\n"),
        ("import re, sys\nx = 1\n", "    import sys\n"),
        ("import os, re\nx = 1\nimport sys as s; y = 2\n", "    import os\n    import sys\n"),
        ("import re\nx = 1\nif x:\n    import os\n", ""),
    ],
)
def test_modules_that_the_first_lines_read_are_imported_before_them_where_the_train_function_imports_them(
    moved: str, first: str
) -> None:
    script = Script(moved.encode())
    for read in ("sys.path", "json.dumps"):
        launcher = Launcher("f", "T", "t", "r", (), 1, (read, "os.sep"), "config")
        made = emit(script, Plan((), (), (), Placement(tuple(script.tree.body), None, ("x", "y")), launcher)).decode()
        imports = first if read == "sys.path" else first.replace("    import sys\n", "")
        assert f"def f(config):\n{imports}    {read}\n    os.sep\n    global x, y\n    import" in made


def test_what_stays_below_the_train_function_stands_apart_from_it() -> None:
    code = below_imports("from transformers import Trainer\nTrainer(load()).train()\nEND = 1\nLAST = 2\n")
    assert code.endswith(f'.train()\n\n\nEND = 1\nLAST = 2\n\n\nif __name__ == "__main__":\n{LAUNCH}')


def test_several_edits_of_one_line_each_find_what_they_change() -> None:
    script = Script(CALLS.encode())
    keywords = [keyword for call in script.all(ast.Call) for keyword in call.keywords]
    attributes = list(script.all(ast.Attribute))
    edits = [*(Edit(each, rename_keyword(f"new_{each.arg}"), "RL1", "") for each in keywords)]
    edits += [Edit(each, rename_attribute(f"new_{each.attr}"), "RL1", "") for each in attributes]
    made = emit(script, Plan(tuple(edits), (), ())).decode()
    assert made == CALLS.replace("y=", "new_y=").replace("z=", "new_z=").replace(".", ".new_")
    with pytest.raises(ValueError, match=r"two edits of one node$"):
        emit(script, Plan((*edits, edits[0]), (), ()))


def test_of_statements_that_share_their_lines_each_gets_its_own_company() -> None:
    script = Script(b"if a:\n        b(\n  1); c(\n2); d()\n")
    edits = [Edit(each, precede_with(at, f"x{at}"), "RL1", "") for at, each in enumerate(script.tree.body[0].body)]
    made = emit(script, Plan(tuple(edits), (), ())).decode()
    assert made == "if a:\n        x0\n        b(\n  1)\n        x1\n        c(\n2)\n        x2\n        d()\n"


@pytest.mark.parametrize("mark", [b"", b"\xef\xbb\xbf"])
def test_the_mark_at_the_start_of_a_file_stays_there_once(mark: bytes) -> None:
    source = mark + b"import os\nx = 1\n"
    assert emit(Script(source), Plan((), (), ())) == source
    assert emit(Script(source), Plan((), (NeededImport("re"),), ())) == mark + b"import os\n\nimport re\n\nx = 1\n"
