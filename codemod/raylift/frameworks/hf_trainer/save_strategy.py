"""Checkpoint strategies that stock Ray's callback can never report: it reports when the Trainer saves, and only then.

    TrainingArguments("out", eval_strategy="epoch")

becomes, with `--runtime ray`:

    TrainingArguments("out", eval_strategy="epoch", save_strategy="epoch")
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

from raylift.edits.arguments import insert_argument
from raylift.frameworks.hf_trainer.arguments_classes import is_arguments_class
from raylift.plan import Case, Edit, Finding, Notice

EVALUATION_STRATEGIES = ("eval_strategy", "evaluation_strategy")


def make_saves_reportable(case: Case) -> Iterator[Finding]:
    """Let a Trainer save when it evaluates, where only that is reported."""
    script, settings = case.script, case.settings
    if settings.target.reports_every_log:
        return
    for call in script.all(ast.Call):
        if any(map(is_arguments_class, script.values(call.func))):
            yield from _saving(call)


def _saving(call: ast.Call) -> Iterator[Finding]:
    given = {keyword.arg: keyword for keyword in call.keywords if keyword.arg}
    evaluation = next((given[name] for name in EVALUATION_STRATEGIES if name in given), None)
    saving = given.get("save_strategy")
    if saving is not None and _is(saving.value, "no"):
        text = 'with `save_strategy="no"` stock Ray\'s callback reports nothing: no metrics, no checkpoint'
        yield Notice(saving.value.lineno, "RL214", text, "let it save, or lift for the bundled runtime, which reports every log")
    elif saving is None and evaluation is not None and _is(evaluation.value, "epoch"):
        save = insert_argument(EVALUATION_STRATEGIES, 'save_strategy="epoch"')
        yield Edit(call, save, "RL214", "stock Ray's callback reports only what is saved")


def _is(value: ast.expr, text: str) -> bool:
    return isinstance(value, ast.Constant) and value.value == text
