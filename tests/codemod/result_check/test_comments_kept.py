"""Comments and imports of a source are in its result, and Python takes it."""

from __future__ import annotations

import pytest
from tests.codemod.result_check.results import CONNECTED, HEAD, NEEDS, TRAIN, faults, result

from raylift.result_check.comments_kept import comments


def test_what_only_the_compiler_refuses_is_a_fault() -> None:
    head = f"{HEAD}from somewhere import *\n"
    assert faults(f"{head}{TRAIN}", result("", f"from somewhere import *\n{CONNECTED}")) == [
        "Python refuses it: import * only allowed at module level"
    ]
    assert faults(f"{head}{TRAIN}", result(head=head)) == []


def test_what_python_refused_before_is_not_ours() -> None:
    before = f"{HEAD}return\n{TRAIN}"
    assert faults(before, result("return\n")) == []


def test_a_comment_that_is_lost_is_named() -> None:
    source = f"{HEAD}# why\nx = '# none'  # beside\n{TRAIN}"
    assert faults(source, result("# why\nx = '# none'  # beside\n")) == []
    assert faults(source, result("# why\nx = '# none'\n")) == ["the comment `# beside` is lost"]


def test_a_comment_goes_along_with_the_argument_that_it_stands_beside() -> None:
    source = f"{HEAD}args = dict(\n    a=1,\n    old=2,  # why\n    # all\n)\n{TRAIN}"
    assert faults(source, result("args = dict(\n    a=1,\n    # all\n)\n")) == []
    assert faults(source, result("args = dict(\n    a=1,\n)\n")) == ["the comment `# all` is lost"]
    assert faults(source, result("args = dict(\n    a=1,\n    old=2,\n    # all\n)\n")) == ["the comment `# why` is lost"]


def test_the_header_that_names_what_a_script_needs_may_change() -> None:
    source = f'# /// script\n# dependencies = ["trl"]\n# ///\n# mine\n{HEAD}{TRAIN}'
    after = '# /// script\n# dependencies = ["trl", "raylift[runtime]"]\n# ///\n# mine\n' + result()
    assert faults(source, after) == []
    assert faults(source, after.replace("# mine\n", "")) == ["the comment `# mine` is lost"]


@pytest.mark.parametrize(
    ("source", "found"),
    [
        ("a = 1  # b\n# c\n", [(1, "# b"), (2, "# c")]),
        ('a = \'#\'\nb = "\\"#"  # d\n', [(2, "# d")]),
        ('"""\n# no\n"""\n# yes\n', [(4, "# yes")]),
        ("'''it's # no'''  # yes\n", [(1, "# yes")]),
    ],
)
def test_a_string_holds_no_comment(source: str, found: list[tuple[int, str]]) -> None:
    assert list(comments(source)) == found


def test_an_import_that_is_lost_is_named() -> None:
    source = f"{HEAD}import patches\n{TRAIN}"
    assert faults(source, result()) == ["the import of `patches` is lost"]
    assert faults(source, result(head=f"{HEAD}import patches\n")) == []


def test_an_import_whose_uses_have_gone_may_go() -> None:
    source = f"{HEAD}from trl import Old\nargs = Old(1, rows=2)\n{TRAIN}"
    after = result("args = New(1, rows=2)\n", head=f"{HEAD}from trl import New\n")
    assert faults(source, after) == []
    assert "`Old` is bound nowhere" in faults(source, after.replace("args = New", "args = Old"))


def test_an_import_may_be_replaced_or_go_with_what_ray_removed() -> None:
    source = "from ray.air import session, ScalingConfig\nfrom ray.train.huggingface import HuggingFaceTrainer\nScalingConfig()\n"
    assert faults(source, "from ray.train import ScalingConfig\nScalingConfig()\n") == []
    assert faults(source, "from ray.train import RunConfig\nRunConfig()\n") != []


def test_an_import_that_nothing_uses_is_a_fault() -> None:
    unused = f"{NEEDS}from ray.train import Checkpoint\n"
    assert faults(f"{HEAD}{TRAIN}", result(needs=unused)) == ["`ray.train.Checkpoint` is imported and never used"]


def test_the_bundled_runtime_has_no_place_in_stock_ray() -> None:
    assert faults(f"{HEAD}{TRAIN}", result(), "ray") == [
        "`raylift_runtime.torch.TorchTrainer` is not part of stock Ray",
        "`raylift_runtime.transformers.RayTrainReportCallback` is not part of stock Ray",
        "`raylift_runtime.transformers.prepare_trainer` is not part of stock Ray",
    ]
    stock = result().replace("raylift_runtime.torch", "ray.train.torch")
    stock = stock.replace("raylift_runtime.transformers", "ray.train.huggingface.transformers")
    assert faults(f"{HEAD}{TRAIN}", stock, "ray") == []
