"""Where top-level statements go: one rule for flat scripts and for those with a `__main__` guard."""

from __future__ import annotations

from textwrap import dedent

import pytest
from tests.codemod.lifting import lifted

LAUNCH = "ray_trainer = TorchTrainer("


def parts(source: str, **settings: str) -> tuple[str, str]:
    """The lifted top level without the train function, and the train function's body."""
    code = lifted(dedent(source), **settings)
    above, rest = code.split("\n\n\ndef train_func():\n")
    body = rest.split('\nif __name__ == "__main__":\n')[0]
    return above + rest[len(body) :], dedent(body).strip("\n") + "\n"


def test_effects_of_a_flat_script_move_in_their_order() -> None:
    _, body = parts("""\
        from transformers import Trainer
        model = load()
        model.resize(3)
        trainer = Trainer(model)
        trainer.train()
    """)
    assert body.splitlines()[:3] == ["model = load()", "model.resize(3)", "trainer = Trainer(model)"]


def test_imports_constants_and_what_needs_no_worker_stay() -> None:
    above, _ = parts("""\
        import logging
        import os
        os.environ["TOKENIZERS_PARALLELISM"] = "false"
        from transformers import Trainer, set_seed
        logger = logging.getLogger(__name__)
        EPOCHS = 3
        set_seed(1)
        try:
            import wandb
        except ImportError:
            wandb = None
        model = load(EPOCHS)
        Trainer(model).train()
    """)
    for line in ('os.environ["TOKENIZERS', "logger = ", "EPOCHS = 3", "set_seed(1)", "    wandb = None"):
        assert line in above


def test_effects_before_the_train_function_move_for_stock_ray_whose_workers_run_no_top_level() -> None:
    source = """\
        import logging
        import os
        from transformers import Trainer, set_seed
        logger = logging.getLogger(__name__)
        os.environ["A"] = "b"
        set_seed(1)
        Trainer(load()).train()
    """
    above, body = parts(source, runtime="ray")
    assert body.startswith('os.environ["A"] = "b"\nset_seed(1)\n')
    assert "logger = " in above


def test_a_function_that_reads_a_moved_name_moves_too() -> None:
    above, body = parts("""\
        from transformers import Trainer
        tokenizer = load()

        def tokenize(rows):
            return tokenizer(rows)

        def double(x):
            return 2 * x

        Trainer(tokenize(1)).train()
    """)
    assert "def tokenize(rows):" in body
    assert "def double(x):" in above


def test_a_function_that_calls_one_that_moves_moves_too() -> None:
    _, body = parts("""\
        from transformers import Trainer
        tokenizer = load()
        def first(): return tokenizer
        def second(): return first()
        Trainer(second()).train()
    """)
    assert "def second(): return first()" in body


def test_a_class_stays_where_it_can_be_pickled_and_finds_the_name_in_the_module() -> None:
    above, body = parts("""\
        from transformers import Trainer
        tokenizer = load()
        class Data:
            def __getitem__(self, i): return tokenizer(i)
        Trainer(Data()).train()
    """)
    assert "class Data:" in above
    assert body.startswith("global tokenizer\ntokenizer = load()\n")


def test_a_class_that_needs_a_moved_name_to_be_made_moves() -> None:
    _, body = parts("""\
        from transformers import Trainer
        model = load()
        class Holder:
            model = model
        Trainer(Holder.model).train()
    """)
    assert body.startswith("global model\nmodel = load()\nclass Holder:")


@pytest.mark.parametrize(
    "holder",
    [
        "def holder():\n    class Holder:\n        model = model\n    return Holder\n",
        "class Holder:\n    model += 1\n",
        "class Holder:\n    def model(self, model=model): return model\n",
        "if model:\n    class Holder:\n        model = model\n",
    ],
    ids=["in a function", "added to", "default", "in a block"],
)
def test_a_class_wherever_it_stands_that_reads_a_name_which_it_binds_finds_it_in_the_module(holder: str) -> None:
    _, body = parts(f"from transformers import Trainer\nmodel = load()\n{holder}Trainer(holder()).train()\n")
    assert body.startswith("global model\nmodel = load()\n")


def test_a_name_that_functions_declare_global_stays_global() -> None:
    _, body = parts("""\
        from transformers import Trainer
        best = measure()
        def keep(value):
            global best
            best = value
        Trainer(keep).train()
    """)
    assert body.startswith("global best\n")


def test_names_that_are_shared_lose_their_annotations_which_python_refuses_beside_global() -> None:
    _, body = parts("""\
        from transformers import Trainer
        best: float = measure()
        last: float
        steps: int = count()
        def keep(value):
            global best, last
            best = last = value
        def other():
            best: int = steps
            return best
        class Held:
            best: int = steps
        Trainer(keep, other, Held).train()
    """)
    assert body.startswith("global best, last\nbest = measure()\n")
    assert "last" not in body.splitlines()[2]
    assert "\nsteps: int = count()\n" in body
    assert body.count("\n    best: int = steps\n") == 2


def test_in_a_script_with_a_guard_functions_stay_and_read_the_module() -> None:
    above, body = parts("""\
        from transformers import Trainer
        tokenizer = load()

        def main():
            Trainer(tokenizer).train()

        if __name__ == "__main__":
            main()
    """)
    assert "def main():" in above
    assert body == "global tokenizer\ntokenizer = load()\nmain()\n"


def test_names_that_the_guard_binds_for_functions_are_shared() -> None:
    _, body = parts("""\
        from transformers import Trainer

        def main():
            Trainer(args.model).train()

        if __name__ == "__main__":
            args = parse()
            main()
    """)
    assert body.startswith("global args\nargs = parse()\n")


def test_statements_on_one_line_move_together_with_the_names_they_import() -> None:
    _, body = parts("""\
        from transformers import Trainer
        import json; model = load()
        def show(): return json.dumps(model.config)
        Trainer(model).train(); show()
    """)
    assert "import json; model = load()" in body
    assert "def show():" in body


@pytest.mark.parametrize("runtime", ["raylift", "ray"])
@pytest.mark.parametrize(
    ("definitions", "call"),
    [
        ("def biggest():\n    return max(1, 2)\n", "biggest()"),
        ("def most():\n    return max(1, 2)\n\n\ndef biggest():\n    return most()\n", "biggest()"),
        ("biggest = lambda: max(1, 2)\n", "biggest()"),
        ("class Most:\n    def __init__(self):\n        self.most = max(1, 2)\n", "Most()"),
        ("class Most:\n    def run(self):\n        return max(1, 2)\n\n\nmost = Most()\n", "most.run()"),
    ],
)
@pytest.mark.parametrize("rebound", ["import json as max", "max = 3", "def max():\n    pass"])
def test_a_builtin_that_a_called_function_reads_before_it_is_rebound_is_shared(
    definitions: str, call: str, rebound: str, runtime: str
) -> None:
    source = f"from transformers import Trainer\n\n{definitions}\ntrainer = Trainer(1)\ntrainer.train()\nprint({call})\n{rebound}\nprint(max)\n"
    code = lifted(source, runtime=runtime)
    space: dict[str, object] = {"__name__": "lifted"}
    head = "class Trainer:\n    def __init__(self, x): pass\n    def train(self): pass\n    def add_callback(self, x): pass\n\n\nRayTrainReportCallback = print\nprepare_trainer = lambda x: x\n"
    body = "\n".join(line for line in code.splitlines() if not line.startswith(("from ray", "from transformers")))
    exec(f"{head}{body}\ntrain_func()\n", space)  # noqa: S102  # the test's own code


def test_a_builtin_that_is_rebound_after_it_was_read_is_shared() -> None:
    _, body = parts("""\
        from transformers import Trainer
        top = load(max(1, 2))
        max = top
        Trainer(max).train()
    """)
    assert body.startswith("global max\n")


def test_a_builtin_s_name_that_means_something_else_before_it_is_read_is_the_train_function_s_own() -> None:
    _, body = parts("""\
        from transformers import Trainer
        for id in names():
            load(id)
        input = read()
        Trainer(input).train()
    """)
    assert body.startswith("for id in names():\n")


def test_names_that_are_taken_stay_the_users() -> None:
    code = lifted("from transformers import Trainer\ndef train_func(): ...\nresult = ray_trainer = 1\nTrainer(load()).train()\n")
    assert "def ray_train_func():" in code
    assert "torch_trainer = TorchTrainer(" in code
    assert "ray_result = torch_trainer.fit()" in code


def test_names_that_only_functions_use_for_themselves_are_free() -> None:
    head = "from transformers import Trainer\ndef main():\n    result = Trainer(1).train()\n    return result\n"
    assert "    result = ray_trainer.fit()" in lifted(f"{head}main()\n")
    assert "    ray_result = ray_trainer.fit()" in lifted(f"{head}def show(): return result\nmain()\n")
    assert "    ray_result = ray_trainer.fit()" in lifted(f"{head}def keep():\n    global result\n    result = 1\nmain()\n")


def test_blank_lines_carry_no_spaces_and_shrink_inside_the_train_function() -> None:
    code = lifted("from transformers import Trainer\nm = load()\n\n\n\nTrainer(m).train()\n")
    assert "    m = load()\n\n    prepare_trainer(" in code
    assert not [line for line in code.splitlines() if line != line.rstrip()]
    code = lifted("from transformers import Trainer\nm = load(\n    1,\n\n    2,\n)\nTrainer(m).train()\n")
    assert "    m = load(\n        1,\n\n        2,\n    )\n" in code
    assert not [line for line in code.splitlines() if line != line.rstrip()]


def test_tabs_stay_tabs_and_text_in_strings_stays_where_it_is() -> None:
    source = 'from transformers import Trainer\ndef main():\n\tsql = """\nselect\n\tx\n"""\n\tTrainer(sql).train()\nif __name__ == "__main__": main()\n'
    code = lifted(source)
    assert '\tsql = """\nselect\n\tx\n"""\n' in code
    assert "def train_func():\n\tmain()\n" in code


def test_the_else_of_a_guard_stays() -> None:
    code = lifted(
        'from transformers import Trainer\nif __name__ == "__main__":\n    Trainer(1).train()\nelse:\n    print("imported")\n'
    )
    assert code.endswith('    result = ray_trainer.fit()\nelse:\n    print("imported")\n')


def test_comments_around_the_entry_are_kept() -> None:
    source = 'from transformers import Trainer\n# about the run\nif __name__ == "__main__":  # guard\n    # first\n    Trainer(1).train()  # go\n    # last\n# end\n'
    code = lifted(source)
    for comment in ("# about the run", "# guard", "# first", "# go", "# last", "# end"):
        assert code.count(comment) == 1


def test_an_effect_keeps_its_place_after_what_moves_whatever_is_imported_below() -> None:
    above, body = parts("""\
        import time
        from transformers import Trainer, logging
        Trainer(load()).train()
        logging.set_verbosity_error()
        end = time.time()
        import gc
        done()
    """)
    assert body.endswith(".train()\nlogging.set_verbosity_error()\nend = time.time()\ndone()\n")
    assert "import gc\n" in above


def test_settings_stay_above_the_import_that_may_need_them() -> None:
    above, _ = parts("""\
        import os, sys, warnings
        from transformers import Trainer
        model = load()
        os.environ["HOME_OF_DATA"] = "/data"
        sys.path.append("lib")
        warnings.filterwarnings("ignore")
        import data
        Trainer(model).train()
    """)
    assert above.index("HOME_OF_DATA") < above.index("sys.path.append") < above.index("import data\n")


def test_what_is_the_same_whenever_it_is_asked_stays() -> None:
    above, body = parts("""\
        import logging, os
        import torch
        from transformers import Trainer
        model = load()
        logger = logging.getLogger(__name__)
        device = torch.device("cuda")
        folder = os.path.join("a", "b")
        def show(): logger.info(device, folder)
        Trainer(model).train()
    """)
    assert body == "model = load()\nprepare_trainer(Trainer(model, callbacks=[RayTrainReportCallback()])).train()\n"
    assert "def show()" in above


def test_a_function_whose_default_is_loaded_moves_with_the_block_that_defines_it() -> None:
    above, body = parts("""\
        from transformers import Trainer
        FAST = True
        if FAST:
            def show(model=load()): return model
        Trainer(show).train()
    """)
    assert body.startswith("if FAST:\n    def show(model=load()):")
    assert "FAST = True\n" in above


def test_what_is_imported_stays_whatever_what_moves_reads_of_it_or_makes_of_its_name() -> None:
    above, body = parts("""\
        import os
        from transformers import Trainer
        from lib import data
        data = load(data, os.environ)
        folder = os.path.join("a", "b")
        def show(): print(folder)
        Trainer(data).train()
    """)
    assert body.startswith("global data\ndata = load(data, os.environ)\nprepare_trainer(")
    assert "from lib import data\n" in above
    assert 'folder = os.path.join("a", "b")\n' in above


def test_what_a_process_is_asked_is_asked_on_the_worker_of_stock_ray_too() -> None:
    source = """\
        import os
        import torch
        from transformers import Trainer
        rank = int(os.environ.get("LOCAL_RANK", -1))
        device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
        Trainer(rank, device).train()
    """
    _, body = parts(source, runtime="ray")
    assert body.startswith("rank = int(os.environ")
    above, body = parts(source)
    assert "rank = int(os.environ" in above


def test_behind_a_guard_the_workers_of_stock_ray_import_what_a_process_is_asked() -> None:
    code = lifted(
        "import os\nfrom transformers import Trainer\nrank = int(os.environ.get('LOCAL_RANK', -1))\n"
        "def main():\n    Trainer(rank).train()\nif __name__ == '__main__':\n    main()\n",
        runtime="ray",
    )
    assert code.index("rank = int(") < code.index("def train_func():\n    main()\n") < code.index("def start_worker(config):")
    assert 'import_module(config["script"]).train_func()\n' in code


def test_what_reads_a_name_that_the_train_function_works_on_moves() -> None:
    _, body = parts("""\
        from transformers import Trainer
        options = {}
        fill(options)
        size = len(options)
        Trainer(size).train()
    """)
    assert body.startswith("fill(options)\nsize = len(options)\n")


def test_constants_between_what_moves_stay_in_line_unless_somebody_reads_them_who_stays() -> None:
    above, body = parts("""\
        from transformers import Trainer
        model = load()

        # how long
        SIZE = 3
        FACTOR = 2
        WIDTH = 2 * 4
        __version__ = "1"
        \"\"\"## Training\"\"\"
        def double(x): return FACTOR * x
        class Wide:
            width = WIDTH
        Trainer(model, SIZE).train()
    """)
    assert body.startswith('model = load()\n\n# how long\nSIZE = 3\n"""## Training"""\nprepare_trainer(')
    for stays in ("FACTOR = 2", "WIDTH = 2 * 4", '__version__ = "1"'):
        assert stays in above


def test_needed_imports_stand_below_the_imports_at_the_top_and_their_settings() -> None:
    constants = "A = 1\nB = 2\nC = 3\nimport gc\n"
    head = 'import os\nHOME = "/data"\nos.environ["HF_HOME"] = HOME\nos.environ["B"] = "1"\nimport numpy\n'
    code = lifted(f"{head}from transformers import Trainer\n{constants}Trainer(1).train()\n")
    assert "from transformers import Trainer\n\nfrom ray.train import" in code
    assert code.index("prepare_trainer\n") < code.index("A = 1")
    near = lifted(f"{head}from transformers import Trainer\nA = 1\nB = 2\nimport gc\nTrainer(1).train()\n")
    assert "import gc\n\nfrom ray.train import" in near


def test_needed_imports_are_set_apart_from_what_follows_by_the_blank_lines_that_it_has_already() -> None:
    code = lifted("from transformers import Trainer\n\n# how long\nEPOCHS = 3\nTrainer(EPOCHS).train()\n")
    assert "prepare_trainer\n\n# how long\nEPOCHS = 3\n" in code
    code = lifted("from transformers import Trainer\n# how long\nEPOCHS = 3\nTrainer(EPOCHS).train()\n")
    assert "prepare_trainer\n\n# how long\nEPOCHS = 3\n" in code


def test_statements_stay_apart_where_what_stood_between_them_is_gone() -> None:
    _, body = parts("""\
        from transformers import Trainer
        model = load()

        import json
        fit(model)

        import gc
        Trainer(model).train()
        import csv
        end()
    """)
    assert body.startswith("model = load()\n\nfit(model)\n\nprepare_trainer(")
    assert body.endswith(".train()\nend()\n")


def test_what_stays_keeps_its_blank_lines_where_what_stood_between_moves() -> None:
    code = lifted(
        "from transformers import Trainer\ndef show():\n    pass\n\nmodel = load()\nimport gc\nimport csv\nTrainer(model).train()\n"
    )
    assert "    pass\n\n\nimport gc\nimport csv\n" in code


def test_two_blank_lines_follow_the_train_function() -> None:
    code = lifted('from transformers import Trainer\n\nif __name__ == "__main__":\n    Trainer(1).train()\n')
    assert '.train()\n\n\nif __name__ == "__main__":\n' in code


def test_what_follows_the_guard_and_moves_follows_it_in_the_train_function_too() -> None:
    code = lifted(
        "from transformers import Trainer\ndef main():\n    trainer = Trainer()\n    trainer.train()\n"
        "if __name__ == '__main__':\n    main()\nmodel = from_somewhere()\n"
    )
    assert "def train_func():\n    main()\n    model = from_somewhere()\n" in code


def test_what_comes_before_the_guard_and_moves_comes_before_it_in_the_train_function_too() -> None:
    code = lifted(
        "from transformers import Trainer\nmodel = from_somewhere()\ndef main():\n    trainer = Trainer()\n    trainer.train()\n"
        "if __name__ == '__main__':\n    main()\n"
    )
    assert "    model = from_somewhere()\n    main()\n" in code


def test_what_is_asked_of_something_that_changes_above_it_keeps_its_place() -> None:
    above, body = parts(
        """\
        from transformers import Trainer
        rows = [1]
        rows.append(2)
        count = len(rows)
        def steps(): return count
        Trainer(steps(), rows).train()
    """,
        runtime="ray",
    )
    assert body.startswith("rows.append(2)\ncount = len(rows)\ndef steps(): return count\n")
    assert "rows = [1]\n" in above


def test_what_only_moved_statements_read_between_them_stays_in_line() -> None:
    above, body = parts("""\
        from transformers import Trainer
        rows = [1]
        model = load()
        count = len(rows)
        seed = 3
        Trainer(model, count, seed).train()
    """)
    assert body.startswith("model = load()\ncount = len(rows)\nseed = 3\n")
    assert "rows = [1]\n" in above


def test_what_a_class_of_a_class_of_a_library_makes_is_made_on_the_workers() -> None:
    above, body = parts("""\
        from torch import nn
        from transformers import Trainer
        class Base(nn.Module): pass
        class Net(Base): pass
        class Settings: pass
        class Own(Settings): pass
        own = Own()
        net = Net()
        Trainer(net, own).train()
    """)
    assert body.startswith("net = Net()\n")
    assert "own = Own()\n" in above


@pytest.mark.parametrize(
    "asked",
    [
        "device = torch.accelerator.current_accelerator().type",
        "device = torch.cuda.get_device_name(0)",
        "device_type = 'cuda'\nmodule = getattr(torch, device_type, torch.cuda)\ndevice = module.mem_get_info()[0]",
        "torch.cuda.set_per_process_memory_fraction(0.5)\ndevice = 'cuda'",
    ],
)
@pytest.mark.parametrize("runtime", ["raylift", "ray"])
def test_what_needs_a_gpu_is_not_asked_of_a_driver_that_has_none(asked: str, runtime: str) -> None:
    source = f"import torch\nfrom transformers import AutoModel, Trainer\n{asked}\nmodel = AutoModel.from_pretrained('x').to(device)\nTrainer(model).train()\n"
    outside, inside = parts(source, runtime=runtime)
    last = asked.splitlines()[-1 if "set_" not in asked else 0]
    assert last in inside
    assert last not in outside


def test_what_any_machine_can_say_of_its_gpus_stays() -> None:
    asked = "device = 'cuda' if torch.cuda.is_available() else 'cpu'"
    source = f"import torch\nfrom transformers import AutoModel, Trainer\n{asked}\nmodel = AutoModel.from_pretrained('x').to(device)\nTrainer(model).train()\n"
    assert asked in parts(source)[0]


@pytest.mark.parametrize("runtime", ["raylift", "ray"])
def test_a_class_whose_body_makes_what_trains_moves_to_the_workers(runtime: str) -> None:
    source = """\
from accelerate import Accelerator

class State:
    accelerator = Accelerator()

class Kept:
    def make(self):
        return Accelerator()

def main():
    for epoch in range(3):
        State.accelerator.backward(loss())

if __name__ == "__main__":
    main()
"""
    code = lifted(source, runtime=runtime)
    assert "\n    global State\n" in code
    assert code.index("class Kept") < code.index("def train_func") < code.index("class State") < code.index("    main()")
