"""What stock Ray's batches are asked for: counts are known otherwise, all else is refused where it is asked."""

from __future__ import annotations

import ast

import pytest
from tests.codemod.lifting import lifted, refusal
from tests.codemod.ray_data.test_handed_over import loop

DATA = 'loader = DataLoader(load_dataset("x"), batch_size=4)'


def asking(code: str) -> str:
    return loop(DATA).replace("        for batch in loader", f"        {code}\n        for batch in loader")


def test_the_rows_of_a_loader_are_counted_where_the_data_are_made() -> None:
    code = lifted(asking('print(len(loader.dataset), f"{len(loader.dataset)} rows")'), data="ray", runtime="ray")
    assert 'print(DATASET_ROWS["train"], f"{DATASET_ROWS[\'train\']} rows")' in code


def test_the_first_batches_are_taken_of_an_iterable_as_well() -> None:
    source = (
        asking("pass")
        .replace("in loader:", "in islice(loader, 3):")
        .replace("import torch", "import torch\nfrom itertools import islice")
    )
    assert "in islice(loader, 3):" in lifted(source, data="ray", runtime="ray")


@pytest.mark.parametrize(
    "code",
    [
        "rest = accelerator.skip_first_batches(loader, 3)",
        "loader.set_epoch(epoch)",
        "loader.sampler.set_epoch(epoch)",
        "print(loader.batch_size)",
        "print(loader.dataset[0])",
        "print(len(loader.sampler))",
        "held = {'train': loader}",
        "elsewhere(loader)",
        "accelerator.register_for_checkpointing(loader)",
    ],
)
def test_what_batches_cannot_answer_is_refused_where_it_is_asked_and_lifted_for_loaders_of_torch(code: str) -> None:
    refused = refusal(asking(code), data="ray", runtime="ray")
    assert refused.rule == "RL345"
    assert asking(code).splitlines()[refused.line - 1].strip() == code
    assert code in lifted(asking(code), data="ray").replace('"', "'") or code in lifted(asking(code), data="ray")


def test_batches_go_where_an_accelerator_says_that_a_function_is_given_and_never_asks() -> None:
    source = loop("loader = loaders(accelerator)").replace(
        "def main", 'def loaders(accelerator):\n    return DataLoader(load_dataset("x"), batch_size=4)\n\ndef main'
    )
    code = lifted(source, data="ray", runtime="ray")
    assert "CollatedBatches(ray.train.get_dataset_shard('train'), default_collate, accelerator.device," in ast.unparse(
        ast.parse(code)
    )
    refused = refusal(source.replace("(accelerator)", "()"), data="ray", runtime="ray")
    assert refused.rule == "RL345"
    assert "no Accelerator is in sight" in refused.text


@pytest.mark.parametrize("runtime", ["raylift", "ray"])
def test_folds_of_the_data_are_refused_at_the_first_of_them(runtime: str) -> None:
    source = loop("pass").replace(
        "    loader, model",
        "    for fold in range(3):\n        loader = DataLoader(load_dataset('x').shard(3, fold))\n    loader, model",
    )
    refused = refusal(source, data="ray", runtime=runtime)
    assert (refused.rule, refused.line) == ("RL343", 12)
    assert "once for every round" in refused.text


@pytest.mark.parametrize("training", ["DataLoader(self.raw['train'])", "DataLoader(load_dataset('x'))"])
def test_data_of_an_object_are_refused_with_what_holds_them(training: str) -> None:
    source = f"""
from accelerate import Accelerator
from datasets import load_dataset
from torch.utils.data import DataLoader

class Run:
    def setup(self):
        self.raw = load_dataset("x")
        self.loader = {training}

    def train(self):
        accelerator = Accelerator()
        model, self.loader = accelerator.prepare(make_model(), self.loader)
        for batch in self.loader:
            accelerator.backward(model(batch))

def main():
    run = Run()
    run.setup()
    run.train()

if __name__ == "__main__":
    main()
"""
    refused = refusal(source, data="ray")
    assert refused.rule == "RL341"
    assert refused.line in (7, 9)
    assert "lives on a worker" in refused.text


@pytest.mark.parametrize("workers", [None, 4])
def test_the_driver_ends_where_a_dataset_has_fewer_rows_than_workers(workers: int | None) -> None:
    code = lifted(asking("pass"), data="ray", runtime="ray", num_workers=workers)
    count = workers or 2
    assert f"if min(row_counts.values(), default={count}) < {count}:\n        raise SystemExit(f" in code
    assert 'train_loop_config={"rows": row_counts}' in code


@pytest.mark.parametrize(
    ("made", "prepared", "asked"),
    [
        (
            "loaders = {'train': DataLoader(load_dataset('x'))}",
            "loader = accelerator.prepare(loaders['train'])",
            "print(len(loaders['train']))",
        ),
        ("held.loader = DataLoader(load_dataset('x'))", "loader = held.loader", "print(held.loader.dataset)"),
        ("held['loader'] = DataLoader(load_dataset('x'))", "loader = held['loader']", "print(len(held['loader']))"),
        ("loader = accelerator.prepare(DataLoader(load_dataset('x')))", "pass", "print(len(loader))"),
    ],
)
def test_a_loader_without_a_name_of_its_own_is_lifted_unless_it_is_asked_for_more_than_batches(
    made: str, prepared: str, asked: str
) -> None:
    source = loop(f"held = make()\n{made}\n{prepared}")
    assert "CollatedBatches(" in lifted(source, data="ray", runtime="ray")
    asking = loop(f"held = make()\n{made}\n{prepared}\n{asked}")
    refused = refusal(asking, data="ray", runtime="ray")
    assert refused.rule == "RL345"
    assert asking.splitlines()[refused.line - 1].strip() == asked
    assert isinstance(lifted(asking, data="ray"), str)
