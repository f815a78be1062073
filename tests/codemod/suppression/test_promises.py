"""Promises: a refusal that only the user's word can lift, for every script by --unsafe or at a line by an ack."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.codemod.rules.test_rule_fixtures import FIXTURES, outcome_of
from tests.conftest import Raylift

import raylift
from raylift.project import settings_file as project
from raylift.rules import RULES

LOOP = """\
from accelerate import Accelerator

accelerator = Accelerator()
for epoch in range(3):
    for batch in loader:
        loss = model(batch)
        if loss > 9:
            break
        accelerator.backward(loss)
    if loss < 1:
        break
    if loss > 8:
        continue
"""
"""Where nothing holds the ranks together in an epoch, lines 11 and 13 may part them."""
NOTEBOOK = """\
from accelerate import Accelerator, notebook_launcher

def train(model):
    accelerator = Accelerator()
    for epoch in range(3):
        accelerator.backward(model(epoch))

model = make_model()
notebook_launcher(train, (model,), num_processes=2)
"""
REFLECTION = """\
from transformers import Trainer

exec(open("banner.py").read())
trainer = Trainer(1)
trainer.train()
"""
PROMISABLE = {"RL304": REFLECTION, "RL312": LOOP, "RL314": NOTEBOOK}


def outcome(source: str, **settings: object) -> raylift.Outcome:
    return raylift.rewrite(source.encode(), raylift.Settings(**settings))  # type: ignore[arg-type]  # by name


def lifted(source: str, **settings: object) -> raylift.Rewritten:
    result = outcome(source, **settings)
    assert isinstance(result, raylift.Rewritten), result
    compile(result.code, "<lifted>", "exec")
    return result


def acknowledged(source: str, rule: str, *numbers: int) -> str:
    lines = source.splitlines()
    for number in numbers:
        lines[number - 1] += f"  # raylift: ack[{rule}] I know it"
    return "\n".join(lines) + "\n"


def test_these_rules_take_a_promise_and_no_others() -> None:
    assert {rule.id for rule in RULES.values() if rule.promise} == set(PROMISABLE)
    assert all(rule.kind == "refusal" for rule in RULES.values() if rule.promise)


@pytest.mark.parametrize("rule", PROMISABLE)
def test_a_refusal_says_what_could_be_promised(rule: str) -> None:
    refused = outcome(PROMISABLE[rule])
    assert isinstance(refused, raylift.Refused)
    assert {notice.rule for notice in refused.notices} == {rule}
    assert all(notice.remedy.endswith(f"; or say by --unsafe that {RULES[rule].promise}") for notice in refused.notices)


@pytest.mark.parametrize("rule", PROMISABLE)
def test_unsafe_lifts_with_the_promise_as_a_notice(rule: str) -> None:
    refused = outcome(PROMISABLE[rule])
    assert isinstance(refused, raylift.Refused)
    said = [notice for notice in lifted(PROMISABLE[rule], unsafe=True).notices if notice.rule == rule]
    assert [notice.line for notice in said] == [notice.line for notice in refused.notices]
    assert {notice.text for notice in said} == {f"you said that {RULES[rule].promise}"}
    assert all(notice.remedy.startswith("if not, ") for notice in said)


@pytest.mark.parametrize("rule", PROMISABLE)
def test_an_ack_at_each_line_is_the_same_promise_without_a_word(rule: str) -> None:
    refused = outcome(PROMISABLE[rule])
    assert isinstance(refused, raylift.Refused)
    lines = [notice.line for notice in refused.notices]
    result = lifted(acknowledged(PROMISABLE[rule], rule, *lines))
    assert rule not in {notice.rule for notice in result.notices}
    assert result.leftovers == ()
    assert result.code.decode().count(f"# raylift: ack[{rule}] I know it") == len(lines)


def test_an_ack_speaks_of_its_line_alone() -> None:
    refused = outcome(acknowledged(LOOP, "RL312", 11))
    assert isinstance(refused, raylift.Refused)
    assert [notice.line for notice in refused.notices] == [13]


@pytest.mark.parametrize("settings", [{"ignore": ("RL312",)}, {"select": ("RL1",)}])
def test_what_is_off_is_no_promise(settings: dict[str, tuple[str, ...]]) -> None:
    assert isinstance(outcome(LOOP, unsafe=True, **settings), raylift.Untouched)


def test_an_ignored_line_leaves_the_script_alone_whatever_is_promised() -> None:
    ignored = acknowledged(LOOP, "RL312", 11).replace("continue\n", "continue  # raylift: ignore[RL312]\n")
    assert outcome(ignored, unsafe=True) == raylift.Untouched("RL312 is ignored in line 13")


def test_the_report_stands_where_the_promise_holds() -> None:
    code = lifted(LOOP, unsafe=True).code.decode()
    assert (
        '            accelerator.backward(loss)\n        report({"loss": loss}, accelerator=accelerator)\n        if loss < 1:\n'
        in code
    )


def test_where_an_epoch_may_be_skipped_the_others_report() -> None:
    source = LOOP.replace("    for batch", "    if chance() > 0.5:\n        continue\n    for batch").replace(
        "chance", "random.random"
    )
    code = lifted(f"import random\n{source}", unsafe=True).code.decode()
    assert code.index("continue") < code.index("report(")


@pytest.mark.parametrize("test", ["accelerator.is_main_process", "rank == 0 and loss < 1"])
def test_what_tests_the_rank_itself_is_no_promise_to_make(test: str) -> None:
    refused = outcome(LOOP.replace("if loss < 1", f"if {test}"), unsafe=True)
    assert isinstance(refused, raylift.Refused)
    assert [notice.rule for notice in refused.notices] == ["RL312"]
    assert "--unsafe" not in refused.notices[0].remedy


def test_where_nothing_follows_the_training_no_promise_helps() -> None:
    source = "from accelerate import Accelerator\naccelerator = Accelerator()\ndef step(batch):\n    return accelerator.backward(model(batch))\nstep(first)\n"
    refused = outcome(source, unsafe=True)
    assert isinstance(refused, raylift.Refused)
    assert "--unsafe" not in refused.notices[0].remedy


def test_live_objects_are_made_by_every_worker() -> None:
    code = lifted(NOTEBOOK, unsafe=True).code.decode()
    assert "def train_func():\n    model = make_model()\n    train(model)\n" in code


@pytest.mark.parametrize("rule", [rule.id for rule in RULES.values() if rule.kind == "refusal"])
def test_of_the_scripts_that_are_refused_only_theirs_are_lifted_on_a_promise(rule: str) -> None:
    result = outcome_of(rule, "triggers.py", "--unsafe")
    if rule in PROMISABLE:
        assert isinstance(result, raylift.Rewritten)
        compile(result.code, str(FIXTURES / rule), "exec")
    else:
        assert isinstance(result, raylift.Refused)


def test_a_promise_is_marked_where_marks_are_wanted() -> None:
    marker = "# raylift: RL314 you said that every worker makes the same one here; if not, make it inside the launched function"
    assert f"    {marker}" in lifted(NOTEBOOK, unsafe=True, mark=True).code.decode()


def test_the_flag_and_the_setting_promise(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, raylift: Raylift) -> None:
    project.project_of.cache_clear()
    monkeypatch.chdir(tmp_path)
    (tmp_path / "a.py").write_text(LOOP)
    assert "RL312 ranks may leave" in raylift("check", "a.py").out
    run = raylift("diff", "--unsafe", "a.py")
    assert run.code == 1
    assert "a.py:11: RL312 you said that every rank takes the same way here\n    if not, decide on a value" in run.err
    project.project_of.cache_clear()
    (tmp_path / "pyproject.toml").write_text("[tool.raylift]\nunsafe = true\n")
    assert raylift("rewrite", "a.py").code == 0
    assert "report(" in (tmp_path / "a.py").read_text()


def test_the_catalogue_says_what_can_be_promised(raylift: Raylift) -> None:
    page = " ".join(raylift("explain", "RL312").out.split())
    assert "Say by `--unsafe`, or by `# raylift: ack[RL312] reason` on its line, that every rank takes the same way here" in page
    assert "--unsafe" not in raylift("explain", "RL311").out
