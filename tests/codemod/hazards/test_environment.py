"""What a script sets in the environment about GPUs and its place is left to Ray."""

from __future__ import annotations

import pytest
from tests.codemod.lifting import lifted, notices

HEAD = "import os\nimport torch\nfrom transformers import AutoModel, Trainer\n"
TRAIN = "trainer = Trainer(1)\ntrainer.train()\n"


def test_gpus_chosen_by_the_script_are_left_to_ray() -> None:
    source = f'{HEAD}os.environ["CUDA_VISIBLE_DEVICES"] = "0"\n{TRAIN}'
    assert "CUDA_VISIBLE_DEVICES" not in lifted(source)
    assert [(notice.rule, notice.line) for notice in notices(source)] == [("RL211", 4)]


@pytest.mark.parametrize("name", ["ZE_AFFINITY_MASK", "HIP_VISIBLE_DEVICES", "ASCEND_RT_VISIBLE_DEVICES"])
def test_accelerators_of_other_makers_are_left_to_ray_too(name: str) -> None:
    source = f'{HEAD}os.environ["{name}"] = "0"\n{TRAIN}'
    for runtime in ("raylift", "ray"):
        assert name not in lifted(source, runtime=runtime)
    assert [notice.rule for notice in notices(source)] == ["RL211"]


def test_comments_on_a_statement_that_goes_stand_above_the_next() -> None:
    gpus = '# mine\nos.environ["CUDA_VISIBLE_DEVICES"] = "0"  # the first\n\n# next\nos.environ["A"] = "1"\n'
    code = lifted(f"{HEAD}{gpus}{TRAIN}")
    assert '# mine\n# the first\n\n# next\nos.environ["A"] = "1"\n' in code
    inside = lifted(
        f"{HEAD}def main():\n    {gpus.replace(chr(10), chr(10) + '    ').rstrip(' ')}    {TRAIN.replace(chr(10) + 't', chr(10) + '    t')}\nmain()\n"
    )
    assert "    # mine\n    # the first\n" in inside
    alone = f'{HEAD}if ready:\n    os.environ["CUDA_VISIBLE_DEVICES"] = "0"  # the first\n{TRAIN}'
    assert "if ready:\n        pass  # the first\n" in lifted(alone) or "if ready:\n    pass  # the first\n" in lifted(alone)


def test_a_block_that_only_chose_gpus_still_is_a_block() -> None:
    source = f'{HEAD}if torch.cuda.is_available():\n    os.environ["CUDA_VISIBLE_DEVICES"] = "0"\n{TRAIN}'
    assert "if torch.cuda.is_available():\n    pass\n" in lifted(source)


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("import sys; os.environ['CUDA_VISIBLE_DEVICES'] = '0'\n", "import sys\n"),
        ("os.environ['CUDA_VISIBLE_DEVICES'] = '0'; import sys\n", "import sys\n"),
        ("x = 1; os.environ['CUDA_VISIBLE_DEVICES'] = '0'; y = 2  # all\n", "x = 1; y = 2  # all\n"),
        ("if sys: os.environ['CUDA_VISIBLE_DEVICES'] = '0'\n", "if sys: pass\n"),
        ("# why\nos.environ['CUDA_VISIBLE_DEVICES'] = '0'\n", "# why\n\n\ndef train_func"),
    ],
)
def test_what_shares_a_line_with_it_stays(before: str, after: str) -> None:
    assert after in lifted(f"{HEAD}{before}{TRAIN}")


@pytest.mark.parametrize("name", ["RANK", "LOCAL_RANK", "WORLD_SIZE", "MASTER_ADDR", "MASTER_PORT"])
def test_a_place_that_the_script_takes_for_itself_is_left_to_ray(name: str) -> None:
    source = f'{HEAD}os.environ["{name}"] = "0"\n{TRAIN}'
    assert name not in lifted(source)
    assert [(notice.rule, notice.line) for notice in notices(source)] == [("RL213", 4)]
    asked = f'if "{name}" not in os.environ:\n    os.environ["{name}"] = str(args.rank)\n'
    assert asked in lifted(f"{HEAD}{asked}def main():\n    trainer = Trainer(1)\n    trainer.train()\nmain()\n")


def test_a_comment_at_a_statement_that_goes_is_kept() -> None:
    code = lifted(f'{HEAD}# two cards\nos.environ["CUDA_VISIBLE_DEVICES"] = "0,1"  # the big ones\n{TRAIN}')
    assert "# two cards\n# the big ones\n\n\ndef train_func" in code
