"""A report is a call of the runtime, or written out for stock Ray."""

from __future__ import annotations

import pytest
from tests.codemod.frameworks.accelerate.loop import script
from tests.codemod.lifting import lifted


def test_a_taken_name_is_given_way_to() -> None:
    code = lifted(script("report = 1"))
    assert "from raylift_runtime.accelerate import report as ray_report" in code
    assert "        ray_report({" in code


@pytest.mark.parametrize(
    ("body", "reported"),
    [
        (
            "accelerator.log({'loss': loss, 'epoch': epoch, 'completed_steps': step})",
            "'loss': float(loss), 'epoch': epoch, 'completed_steps': step",
        ),
        ("result = metric.compute()\naccelerator.log({'accuracy': result})", "{'accuracy': result}"),
        ("hits = 0\nhits += loss.item()\nprint(f'hits {hits / step:.3f}')", '{"hits": hits / step}'),
        (
            "for e in range(3):\n    pass\naccelerator.log({'e': e, 'x': -e, 'y': torch.exp(loss)})",
            "'e': e, 'x': -e, 'y': float(torch.exp(loss))}",
        ),
        (
            "total = 0\nfor batch in eval_loader:\n    total += model(batch).detach().float()\nmean = total / len(eval_loader)\nprint(f'{mean=}')",
            '{"mean": float(mean)}',
        ),
        (
            "accelerator.log({'a': loss.exp(), 'b': round(loss, 3), 'c': round(loss.item(), 3), 'd': loss.int()})",
            "'a': float(loss.exp()), 'b': float(round(loss, 3)), 'c': round(loss.item(), 3), 'd': float(loss.int())",
        ),
        (
            "parts = {'kl': loss}\naccelerator.log({'parts': parts, 'known': {'rate': 0.1}})",
            "'parts': {key: value.item() if hasattr(value, \"item\") else value for key, value in parts.items()}, 'known': {'rate': 0.1}",
        ),
    ],
)
def test_stock_ray_is_given_numbers_and_dicts(body: str, reported: str) -> None:
    code = " ".join(lifted(script(body), runtime="ray").split())
    assert reported in code


def test_stock_ray_reports_outside_of_every_rank_test() -> None:
    code = lifted(script(), runtime="ray")
    saving, reporting = (line for line in code.splitlines() if "accelerator.save(" in line or "ray.train.report(" in line)
    assert saving.startswith(" " * 16)
    assert reporting.startswith(" " * 12 + "ray.train.report")
    assert 'ray.train.report({"loss": float(loss)}, checkpoint=checkpoint)' in code
    assert "import ray.train\n" in code


def test_stock_ray_is_given_the_keys_of_a_model_without_its_compiled_wrapper() -> None:
    compiled = script(before="import torch\n\nmodel = torch.compile(model)")
    assert "accelerator.get_state_dict(accelerator.unwrap_model(model, keep_torch_compile=False))" in lifted(
        compiled, runtime="ray"
    )
    assert "accelerator.get_state_dict(model)" in lifted(script(), runtime="ray")


def test_stock_ray_is_given_numbers_where_a_dict_of_metrics_may_hold_tensors() -> None:
    source = script("metrics = measure(model)\naccelerator.log(metrics)")
    assert '{key: value.item() if hasattr(value, "item") else value for key, value in metrics.items()}' in lifted(
        source, runtime="ray"
    )
    assert "report(metrics, " in lifted(source)


def test_stock_ray_is_given_a_dict_that_holds_numbers_as_it_is() -> None:
    source = script('metrics = {"loss": loss.item(), "rate": float(rate)}\naccelerator.log(metrics)')
    assert "ray.train.report(metrics, " in lifted(source, runtime="ray")


@pytest.mark.parametrize(("length", "is_one_line"), [(60, True), (61, False)])
def test_metrics_stand_in_one_line_as_long_as_that_is_read_at_a_glance(length: int, is_one_line: bool) -> None:
    metrics = "{'': loss, 'epoch': epoch}".replace("''", f"'{'m' * (length - 26)}'")
    code = lifted(script(f"accelerator.log({metrics})")).replace(f"log({metrics})", "")
    assert len(metrics) == length
    assert (metrics in code) == is_one_line


def test_stock_ray_is_given_no_tensors_of_torchmetrics() -> None:
    made = "from torchmetrics import Accuracy, MetricCollection\n\nmetric = MetricCollection([Accuracy()])"
    source = script("result = metric.compute()\nprint(result['Accuracy'])", before=made)
    assert 'value.item() if hasattr(value, "item")' in lifted(source, runtime="ray")
    evaluated = script("result = metric.compute()\nprint(result['accuracy'])")
    assert "ray.train.report(result, " in lifted(evaluated, runtime="ray")


def test_stock_ray_waits_once_for_a_folder_that_is_saved() -> None:
    saving = "model.save_pretrained('adapter')\n"
    for body in (saving, f"{saving}accelerator.wait_for_everyone()"):
        assert lifted(script(body), runtime="ray").count("accelerator.wait_for_everyone()") == 1
