"""What an Accelerate loop reports, where, and with which checkpoint: one behaviour a test."""

from __future__ import annotations

import ast
import textwrap

import pytest
from tests.codemod.lifting import lifted, notices, refusal

from raylift.lift import rewrite
from raylift.outcome import Rewritten, Untouched

LOOP = """\
from accelerate import Accelerator
import evaluate
import os
import random


def train(args, model, loader, eval_loader):
    accelerator = Accelerator()
    metric = evaluate.load("accuracy")
    model, loader, eval_loader = accelerator.prepare(model, loader, eval_loader)
{before}
    for epoch in range(args.epochs):
        for step, batch in enumerate(loader):
            loss = model(batch)
            accelerator.backward(loss)
{body}


if __name__ == "__main__":
    train(*build())
"""


def script(body: str = "", before: str = "") -> str:
    """A training whose epochs end with `body`."""
    return LOOP.format(before=textwrap.indent(before, " " * 4), body=textwrap.indent(body, " " * 8))


def line_of(code: str, text: str) -> str:
    """The one line that holds a text, without its indent."""
    (found,) = [line.strip() for line in code.splitlines() if text in line]
    return found


def metrics_of(code: str) -> str:
    """What the one report of a lifted script reports."""
    calls = [node for node in ast.walk(ast.parse(code)) if isinstance(node, ast.Call) and ast.unparse(node.func) == "report"]
    (call,) = calls
    return ast.unparse(call.args[0])


METRICS = {
    "what is logged comes first": (
        "result = metric.compute()\nprint(f'loss {loss:.3f}')\naccelerator.log({'mine': result['accuracy'], 'epoch': epoch}, step=epoch)",
        "{'mine': result['accuracy'], 'epoch': epoch}",
    ),
    "what several calls log is one report": (
        "accelerator.log({'a_loss': loss})\naccelerator.log(dict(lr=args.lr))",
        "{'a_loss': loss, \"lr\": args.lr}",
    ),
    "a logged name is reported as it is": ("logs = {'loss': loss}\naccelerator.log(logs)", "logs"),
    "then what was computed": ("result = metric.compute()\nprint(f'loss {loss:.3f}')", "result"),
    "a number that was computed keeps its name": ("result = metric.compute()['accuracy']\nprint(result)", '{"result": result}'),
    "then what is printed": (
        "mean_loss = loss / 2\naccelerator.print(f'epoch {epoch + 1}: loss {mean_loss:.3f}, accuracy: {100 * hits / step:.1f} %')",
        '{"epoch": epoch + 1, "mean_loss": mean_loss, "accuracy": 100 * hits / step}',
    ),
    "printed with a template": (
        "print('epoch %d train loss %.4f' % (epoch, loss / 2))",
        '{"epoch": epoch, "train_loss": loss / 2}',
    ),
    "printed with format": ("print('loss: {:.4f}'.format(loss.item()))", '{"loss": loss.item()}'),
    "logged with arguments": ("logger.info('val loss %.3f', loss / 3)", '{"val_loss": loss / 3}'),
    "printed by the main process only": (
        "if accelerator.is_main_process:\n    print('loss', loss.item())",
        '{"loss": loss.item()}',
    ),
    "a dict that is printed where it is made": ("print({'loss': loss, 'epoch': epoch})", "{'loss': loss, 'epoch': epoch}"),
    "a number is known by its item": ("print(epoch, tr.item())", '{"epoch": epoch, "tr": tr.item()}'),
    "then the last loss": ("", '{"loss": loss}'),
    "what only the main process has is left out": (
        "if accelerator.is_main_process:\n    result = metric.compute()\n    print(result)",
        '{"loss": loss}',
    ),
    "what only sometimes is there is asked for": (
        "if args.track:\n    total = loss / 2\n    accelerator.log({'total': total, 'epoch': epoch})",
        "{**({'total': total} if args.track else {}), 'epoch': epoch}",
    ),
    "what cannot be called twice is left out": ("print(f'loss {accelerator.gather(loss).mean():.3f}')", '{"loss": loss}'),
    "fixed values and paths say nothing about an epoch": (
        "folder = f'epoch_{epoch}'\nprint(f'saved to {folder}, lr {args.lr:.3f}')",
        '{"loss": loss}',
    ),
}


@pytest.mark.parametrize("name", METRICS)
def test_the_metrics(name: str) -> None:
    body, expected = METRICS[name]
    body = f"tr = loss\n{body}" if "tr." in body else body
    assert metrics_of(lifted(script(body, "hits = 0"))) == ast.unparse(ast.parse(expected))


def test_a_sum_that_starts_anew_once_it_is_logged_is_not_reported() -> None:
    backward = "            accelerator.backward(loss)\n"
    logs = "            if step % 3 == 0:\n                accelerator.log({'sum': total})\n"
    source = script(before="total = 0").replace(backward, f"{backward}            total += loss\n{logs}")
    assert metrics_of(lifted(source)) == "{'sum': total}"
    assert metrics_of(lifted(source.replace(logs, f"{logs}                total = 0\n"))) == "{'loss': loss}"


def test_every_loss_that_is_differentiated_is_reported() -> None:
    backward = "accelerator.backward(loss)\n"
    code = lifted(
        script().replace(backward, f"{backward}            other = model(batch)\n            accelerator.backward(other)\n")
    )
    assert metrics_of(code) == "{'loss': loss, 'other': other}"


ENGINE = "from accelerate import Accelerator\n\n\ndef one_epoch(model, loader, accelerator):\n    for batch in loader:\n        accelerator.backward(model(batch))\n"


def test_what_others_call_per_epoch_is_theirs_to_report() -> None:
    assert isinstance(rewrite(ENGINE.encode()), Untouched)
    source = "from accelerate import Accelerator\nfrom engine import one_epoch\n\naccelerator = Accelerator()\nfor epoch in range(3):\n    one_epoch(model, loader, accelerator)\n"
    outcome = rewrite(source.encode(), neighbours=lambda name, level: ENGINE.encode() if name == "engine" else None)
    assert isinstance(outcome, Rewritten)
    assert outcome.code.count(b" report(") == 1
    assert "RL105" not in {notice.rule for notice in outcome.notices}


def test_a_loop_over_steps_reports_once_after_it() -> None:
    for loop in ("for step in range(args.steps):", "while step < args.max_steps:"):
        source = script().replace("for epoch in range(args.epochs):", loop)
        source = source.replace("for step, batch in enumerate(loader):", "for part in range(args.accumulation):")
        source = source.replace("model(batch)", "model(next(data))")
        code = lifted(source)
        assert '\n    report({"loss": loss}, accelerator=accelerator, model=model)\n' in code
        critic = source.replace("args.accumulation", "args.critic")
        assert lifted(critic).split("import report")[1] == code.split("import report")[1].replace(
            "args.accumulation", "args.critic"
        )


def test_steps_that_accumulate_in_a_method_report_once() -> None:
    source = """\
        from accelerate import Accelerator

        class Loop:
            def __init__(self, model):
                self.accelerator = Accelerator()
                self.model = self.accelerator.prepare(model)

            def step(self):
                for _ in range(self.gradient_accumulate_every):
                    loss = self.model(next(self.data))
                    self.accelerator.backward(loss)

            def train(self):
                while self.done < self.steps:
                    self.step()
                    self.done += 1

        Loop(make()).train()
    """
    code = lifted(textwrap.dedent(source))
    assert "\n        report({}, accelerator=self.accelerator, model=self.model)\n" in code


def test_models_that_are_only_called_go_into_the_checkpoint() -> None:
    source = script().replace("model(batch)", "critic(G(batch))")
    source = source.replace(
        "model, loader, eval_loader = accelerator.prepare(model,", "G, critic, loader, eval_loader = accelerator.prepare(a, b,"
    )
    assert "accelerator=accelerator, model=G)" in lifted(source)
    assert [notice.rule for notice in notices(source)] == ["RL222"]


def test_models_that_an_inner_function_trains_go_into_the_checkpoint() -> None:
    source = script(before="def one(batch):\n    loss = G(batch)\n    accelerator.backward(loss)").replace(
        "model, loader, eval_loader", "G, loader, eval_loader"
    )
    source = source.replace(
        "            loss = model(batch)\n            accelerator.backward(loss)\n", "            one(batch)\n"
    )
    assert "accelerator=accelerator, model=G)" in lifted(source)


def test_the_last_epoch_reports_before_it_may_leave() -> None:
    leave = "mean = accelerator.gather(loss).mean()\nprint(f'mean {mean:.3f}')\nif mean > 3:\n    break"
    code = lifted(script(leave))
    assert code.index("report({") < code.index("if mean > 3")
    saved = lifted(script(f"{leave}\naccelerator.save_state('out')"))
    assert saved.index("report({") > saved.index("save_state")


def test_a_report_stands_before_a_name_is_used_for_something_else() -> None:
    code = lifted(script("print(f'loss {loss:.3f}')\nloss = 0"))
    assert code.index("report({") < code.index("loss = 0")


def test_a_report_stands_before_a_break_that_ranks_may_take_alone() -> None:
    code = lifted(script("print(f'loss {loss:.3f}')\nif loss > 3:\n    break\nprint('next')"))
    assert code.index("report({") < code.index("if loss > 3")


def test_a_report_may_follow_a_break_that_all_ranks_take() -> None:
    code = lifted(script("if epoch == args.last:\n    break\nprint(f'loss {loss:.3f}')"))
    assert code.index("if epoch == args.last") < code.index("report({")


def test_a_value_that_was_gathered_is_the_same_on_every_rank() -> None:
    code = lifted(script("mean = accelerator.gather(loss).mean()\nif mean > 3:\n    break\nprint(f'mean {mean:.3f}')"))
    assert code.index("if mean > 3") < code.index("report({")


def test_a_report_never_stands_under_a_rank_test() -> None:
    code = lifted(script("if accelerator.is_main_process:\n    print(f'loss {loss:.3f}')"))
    place = next(line for line in code.splitlines() if " report(" in line)
    assert place.startswith(" " * 8 + "report")


@pytest.mark.parametrize(
    ("body", "folder"),
    [
        ("accelerator.save_state(f'epoch_{epoch}')", "f'epoch_{epoch}'"),
        ("folder = os.path.join(args.out, str(epoch))\naccelerator.save_state(output_dir=folder)", "folder"),
        ("accelerator.unwrap_model(model).save_pretrained(args.out)", "args.out"),
        ("if accelerator.is_main_process:\n    accelerator.unwrap_model(model).save_pretrained(args.out)", "args.out"),
        ("accelerator.save_model(model, 'out')", "'out'"),
        ("accelerator.save_model(model, 'out')\naccelerator.save_state('state')", "'state'"),
    ],
)
def test_the_folder_that_the_script_saves_is_the_checkpoint(body: str, folder: str) -> None:
    assert f"accelerator=accelerator, checkpoint_dir={folder})" in lifted(script(body))


@pytest.mark.parametrize(
    "body",
    [
        "if loss < 1:\n    accelerator.save_state('best')",
        "accelerator.save_state()",
        "folder = next_folder()\naccelerator.save_state(folder)\nfolder = None",
        "tokenizer.save_pretrained(args.out)",
    ],
)
def test_a_folder_that_is_not_written_every_time_is_not_the_checkpoint(body: str) -> None:
    assert "accelerator=accelerator, model=model)" in lifted(script(body))


REFUSED = {
    "one rank trains": (LOOP.replace("    train(*build())", "    if int(os.environ['RANK']) == 0:\n        train(*build())"), "RL311"),
    "some ranks leave first": (script(before="if not accelerator.is_main_process:\n    return"), "RL311"),
    "a decorator": (LOOP.replace("def train", "@on_main_process\ndef train"), "RL311"),
    "ranks take turns": (LOOP.replace("    train(*build())", "    with state.main_process_first():\n        train(*build())"), "RL311"),
    "an exception handler": (LOOP.replace("    train(*build())", "    try:\n        run()\n    except OSError:\n        train(*build())"), "RL311"),
    "a name for a rank test": (script(before="first = accelerator.process_index == 0\nif first:\n    return"), "RL311"),
    "no place in an epoch": (LOOP.replace("{body}", "{body}").replace("        for step", "        if random.random() < 0.5:\n            continue\n        for step"), "RL312"),
}  # fmt: skip


@pytest.mark.parametrize("name", REFUSED)
def test_what_not_every_rank_runs_is_refused(name: str) -> None:
    source, rule = REFUSED[name]
    assert refusal(source.format(before="", body="") if "{before}" in source else source).rule == rule


def test_what_a_function_does_for_some_ranks_keeps_nobody_from_training() -> None:
    own = "def save(accelerator, model):\n    if not accelerator.is_main_process:\n        return\n    model.save()\n\n\n"
    code = lifted(script("save(accelerator, model)").replace("def train(", f"{own}def train("))
    assert code.count(" report(") == 1
    inner = "def skip(batch):\n    if accelerator.is_main_process:\n        return batch"
    assert lifted(script(before=inner)).count(" report(") == 1


def test_a_step_that_some_ranks_skip_says_nothing_about_the_epochs_around_it() -> None:
    source = script("epoch += 1", before="epoch = 0").replace("for epoch in range(args.epochs):", "while epoch < args.epochs:")
    code = lifted(
        source.replace("accelerator.backward", "if loss > 9:\n                continue\n            accelerator.backward")
    )
    assert code.index("epoch += 1") < code.index(" report(")


def test_statements_that_share_a_line_stay_together_above_a_report() -> None:
    code = lifted(script("model.eval(); mean = loss / 2; print(f'mean {mean:.3f}')"))
    line = '        report({"mean": mean}, accelerator=accelerator, model=model)\n'
    assert f"        model.eval(); mean = loss / 2; print(f'mean {{mean:.3f}}')\n{line}" in code


def test_a_loop_over_folds_reports_per_epoch_of_each() -> None:
    body = "for fold in range(3):\n    for epoch in range(2):\n        for batch in loader:\n            accelerator.backward(model(batch))\n    print(fold)"
    code = lifted(
        f"from accelerate import Accelerator\n\naccelerator = Accelerator()\nmodel, loader = accelerator.prepare(model, loader)\n{body}\n"
    )
    assert line_of(code, " report(").startswith("report({")
    assert next(line for line in code.splitlines() if " report(" in line).startswith(" " * 12 + "report")


def test_a_loop_over_data_alone_reports_once_after_it() -> None:
    source = "from accelerate import Accelerator\n\naccelerator = Accelerator()\nfor batch in loader:\n    loss = model(batch)\n    accelerator.backward(loss)\n"
    code = lifted(source)
    assert '\n    report({"loss": loss}, accelerator=accelerator)' in code


def test_the_report_stands_where_the_epochs_are_counted() -> None:
    source = script().replace(
        "        for step, batch in enumerate(loader):\n            loss = model(batch)\n            accelerator.backward(loss)\n",
        "        one_epoch(accelerator, model, loader)\n",
    )
    source = source.replace(
        "def train(",
        "def one_epoch(accelerator, model, loader):\n    for batch in loader:\n        accelerator.backward(model(batch))\n\n\ndef train(",
    )
    code = lifted(source)
    assert '        report({"epoch": epoch}, accelerator=accelerator, model=model)' in code
    assert [notice.rule for notice in notices(source)] == ["RL221"]


def test_a_trainer_that_uses_its_accelerator_is_no_loop() -> None:
    source = (
        "from transformers import Trainer\n\n\nclass Mine(Trainer):\n    def training_step(self, model, inputs):\n        loss = model(**inputs).loss\n"
        "        self.accelerator.backward(loss)\n        return loss\n\n\nMine(model=model, args=args).train()\n"
    )
    assert "raylift_runtime.accelerate" not in lifted(source)


def test_inference_with_an_accelerator_is_left_alone() -> None:
    source = b"from accelerate import Accelerator\n\naccelerator = Accelerator()\nfor batch in accelerator.prepare(loader):\n    print(model(batch))\n"
    assert isinstance(rewrite(source), Untouched)


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


def test_resumable_epochs() -> None:
    code = lifted(script(), resumable=True)
    assert "for epoch in resumable(range(args.epochs), accelerator=accelerator):" in code
    assert "from raylift_runtime.accelerate import report, resumable" in code


def test_a_loop_without_a_range_says_that_it_cannot_resume() -> None:
    source = script().replace("for epoch in range(args.epochs)", "while epoch < args.epochs")
    assert "RL223" in [notice.rule for notice in notices(source, resumable=True)]


def test_an_accelerator_is_known_by_what_is_handed_over() -> None:
    source = (
        "from accelerate import Accelerator\n\n\nclass Gan:\n    def __init__(self, acc):\n        self.acc = acc\n\n"
        "    def step(self, batch):\n        self.acc.backward(self.disc(batch))\n        self.acc.backward(self.gen(batch))\n\n"
        "    def fit(self, loader):\n        for epoch in range(3):\n            for batch in loader:\n                self.step(batch)\n\n\n"
        'if __name__ == "__main__":\n    acc = Accelerator()\n    Gan(acc).fit(acc.prepare(loader()))\n'
    )
    assert '            report({"epoch": epoch}, accelerator=self.acc)\n' in lifted(source)


def test_an_accelerator_that_moves_out_of_sight_is_not_used() -> None:
    source = (
        "from accelerate import Accelerator\n\n\ndef loop(step):\n    for epoch in range(3):\n        for batch in loader:\n            step(batch)\n\n\n"
        'if __name__ == "__main__":\n    accelerator = Accelerator()\n\n    def step(batch):\n        accelerator.backward(batch)\n\n    loop(step)\n'
    )
    assert "accelerator=accelerator" not in lifted(source).split("def train_func")[0]
