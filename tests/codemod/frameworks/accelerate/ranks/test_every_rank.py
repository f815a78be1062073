"""A report is never put where only some ranks pass: proved on generated control flow, run rank by rank."""

from __future__ import annotations

import ast
import random
from collections.abc import Callable
from contextlib import nullcontext
from types import SimpleNamespace

from hypothesis import HealthCheck, assume, event, example, given, settings
from hypothesis import strategies as st
from tests.generated import examples

from raylift.lift import rewrite
from raylift.outcome import Refused, Rewritten
from raylift.settings import Settings

SAME = (
    "epoch % 2 == 0",
    "args.flag",
    "done >= 3",
    "len(loader) > done",
    "accelerator.gather(chance()) > 0.5",
    "accelerator.sync_gradients",
)
RANK = (
    "accelerator.is_main_process",
    "main_rank",
    "not accelerator.is_local_main_process",
    "accelerator.process_index == 1",
    "is_first()",
)
DATA = ("loss > 0.5", "stopper.should_stop()", "random.random() < 0.5", "total > 1.0", "best is not None and loss < best")
JUMPS = ("break", "continue", "return", "sys.exit(0)")
PLAIN = (
    "done += 1",
    "total += loss",
    "best = loss",
    "stopper.update(loss)",
    "metrics = {'best': loss}",
    "risky(loss)",
    "accelerator.print(f'epoch {epoch}: total loss {total:.3f} best loss {best}')",
    "accelerator.log({'loss': loss, 'total_loss': total})",
    "accelerator.log(metrics)",
    "print('mean loss:', total / (done + 1))",
    "accuracy = 1.0 - loss",
    "print(f'accuracy {accuracy:.2f}')",
    "accelerator.save_state(f'epoch_{epoch}')",
    "pass",
)
PROGRAM = """\
import random
import sys
from accelerate import Accelerator


def is_first():
    return Accelerator().process_index == 0


def train(args):
    accelerator = Accelerator()
    model, loader = accelerator.prepare(make_model(), make_loader())
    main_rank = accelerator.is_main_process
    stopper = Stopper()
    done, total, best, loss, epoch = 0, 0.0, None, 0.0, 0
{before}
    for epoch in range(3):
{start}
        for step, batch in enumerate(loader):
{early}
            loss = model(batch)
            accelerator.backward(loss, epoch=epoch)
{late}
{end}


if __name__ == "__main__":
    train(parse_args())
"""


@st.composite
def blocks(draw: st.DrawFn, depth: int, jumps: tuple[str, ...]) -> list[str]:
    """A few statements, nested in conditions, handlers and contexts."""
    lines: list[str] = []
    for _ in range(draw(st.integers(0, 3 if depth else 2))):
        kind = draw(st.sampled_from(["plain", "plain", "if", "if", "if", "try", "with", "for", "jump"]))
        if kind == "plain" or depth == 0:
            lines.append(draw(st.sampled_from(PLAIN + jumps if kind == "jump" else PLAIN)))
            continue
        inner = draw(blocks(depth - 1, jumps)) + draw(st.sampled_from([[], [draw(st.sampled_from(jumps))]]))
        body = [f"    {line}" for line in inner or ["pass"]]
        if kind in ("if", "jump"):
            test = draw(st.one_of(*map(st.sampled_from, (SAME, RANK, DATA))))
            lines += [f"if {test}:", *body]
            if draw(st.booleans()):
                lines += ["else:", *[f"    {line}" for line in draw(blocks(depth - 1, jumps)) or ["pass"]]]
        elif kind == "try":
            handler = [f"    {line}" for line in draw(blocks(depth - 1, jumps)) or ["pass"]]
            lines += ["try:", *body, "except ValueError:", *handler]
        elif kind == "with":
            lines += [f"with {draw(st.sampled_from(['context()', 'accelerator.autocast()']))}:", *body]
        else:
            lines += ["for item in [1, 2]:", *body]
    return lines


@st.composite
def programs(draw: st.DrawFn) -> str:
    """A training whose loop over epochs has generated control flow before, around and after what trains."""

    def part(indent: int, likely: int, jumps: tuple[str, ...] = JUMPS) -> str:
        lines = draw(blocks(2, jumps)) if draw(st.integers(1, 10)) <= likely else []
        return "\n".join(" " * indent + line for line in lines or ["pass"])

    return PROGRAM.format(
        before=part(4, 2, ("return", "sys.exit(0)")), start=part(8, 3), early=part(12, 2), late=part(12, 5), end=part(8, 9)
    )


class Stopper:
    """Remembers what it was told, as an early stopping of a script does."""

    def __init__(self) -> None:
        self.last = 0.0

    def update(self, loss: float) -> None:
        self.last = loss

    def should_stop(self) -> bool:
        return self.last > 0.5


def events(code: bytes, rank: int, seed: int, reports: list[object], own: int | None = None) -> list[str]:
    """What one rank does, in order: a backward or a report, which wait for the other ranks; then "end" or "error"."""
    seen: list[str] = []
    chance, shared = random.Random(f"{seed} {rank}" if own is None else own), random.Random(f"{seed}")

    def risky(loss: float) -> None:
        if chance.random() < 0.3:
            raise ValueError

    def same(*_: object) -> float:
        return shared.random()

    def report(metrics: object, **given: object) -> None:
        assert isinstance(metrics, dict)
        reports.append((metrics, given))
        seen.append("report")

    accelerator = SimpleNamespace(
        is_main_process=rank == 0, is_local_main_process=rank == 0, process_index=rank, sync_gradients=True, gather=same,
        prepare=lambda *given: given, backward=lambda loss, epoch: seen.append(f"backward of epoch {epoch}"), print=lambda *_: None, log=lambda *_: None,
        save_state=lambda folder: None, autocast=nullcontext, get_state_dict=lambda model: {},
    )  # fmt: skip
    scope: dict[str, object] = {
        "Accelerator": lambda: accelerator, "Stopper": Stopper, "random": chance, "chance": chance.random, "risky": risky, "context": nullcontext,
        "make_model": lambda: lambda batch: chance.random(), "make_loader": lambda: [1, 2], "report": report, "print": lambda *_: None,
        "sys": SimpleNamespace(exit=_leave),
    }  # fmt: skip
    tree = ast.parse(code)
    kept = [node for node in tree.body if isinstance(node, ast.FunctionDef) and node.name != "train_func"]
    exec(compile(ast.Module(kept, []), "<generated>", "exec"), scope)  # noqa: S102 - our own generated program
    train = scope["train"]
    assert isinstance(train, Callable)  # type: ignore[arg-type]  # what `exec` defined
    return seen + [_ending(lambda: train(SimpleNamespace(flag=seed % 2 == 0)))]


def _leave(code: int) -> None:
    raise SystemExit(code)


def _ending(run: Callable[[], object]) -> str:
    try:
        run()
    except SystemExit:
        return "end"
    except (ValueError, TypeError):
        return "error"
    except NameError as error:
        return f"unbound {error}"
    return "end"


def hangs(ranks: list[list[str]]) -> bool:
    """Whether ranks wait for what others do not do, or not in the same epoch; an error ends all of them."""
    for together in zip(*ranks, strict=False):
        if any(each == "error" or each.startswith("unbound") for each in together):
            return False
        if len(set(together)) > 1:
            return True
    return False


RANK_LEAVES = PROGRAM.format(
    before="    pass",
    start="        pass",
    early="            with context():\n                break",
    late="            pass",
    end="        try:\n            if accelerator.is_main_process:\n                break\n        except ValueError:\n            pass",
)

BREAK_BEFORE_A_NAME_IS_BOUND = PROGRAM.format(
    before="    pass",
    start="        pass",
    early="            pass",
    late="            if epoch % 2 == 0:\n                break\n            else:\n                metrics = {'best': loss}\n"
    "            accelerator.log(metrics)",
    end="        pass",
)


@settings(max_examples=examples(300), deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much])
@given(programs(), st.integers(0, 1000))
@example(RANK_LEAVES, 0)
@example(
    PROGRAM.format(
        before="    pass",
        start="        pass",
        early="            pass",
        late="            pass",
        end="        if stopper.should_stop():\n            break",
    ),
    1,
)
@example(BREAK_BEFORE_A_NAME_IS_BOUND, 0)
def test_a_report_never_makes_ranks_wait_that_did_not_wait_before(program: str, seed: int) -> None:
    outcome = rewrite(program.encode())
    if isinstance(outcome, Refused):
        event(f"refused: {outcome.notices[0].rule}")
        return
    assert isinstance(outcome, Rewritten), outcome
    before = [events(program.encode(), rank, seed, []) for rank in range(3)]
    assume(not hangs(before) and all(rank[-1] == "end" for rank in before))
    reports: list[object] = []
    after = [events(outcome.code, rank, seed, reports) for rank in range(3)]
    event("reported" if reports else "ended before the first report")
    assert not hangs(after), "\n".join(map(str, after)) + "\n" + outcome.code.decode()
    without = [[each for each in rank if each != "report"] for rank in after]
    assert without == before, f"{before}\n{after}\n{outcome.code.decode()}"


@settings(max_examples=examples(300), deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much])
@given(programs(), st.integers(0, 1000))
def test_where_ranks_keep_the_promise_that_they_go_together_all_of_them_report(program: str, seed: int) -> None:
    """Ranks that draw the same decide the same, which no reading of the script could know; a test of the rank is no such promise."""
    assume(not any(f"if {test}:" in program for test in RANK))
    outcome = rewrite(program.encode(), Settings(unsafe=True))
    if isinstance(outcome, Refused):
        event(f"refused: {outcome.notices[0].rule}")
        return
    assert isinstance(outcome, Rewritten), outcome
    event("promised" if any(notice.rule == "RL312" for notice in outcome.notices) else "proved")
    before = [events(program.encode(), rank, seed, [], own=seed) for rank in range(3)]
    assume(before[0][-1] == "end")
    after = [events(outcome.code, rank, seed, [], own=seed) for rank in range(3)]
    assert after[0] == after[1] == after[2], outcome.code.decode()
    assert [each for each in after[0] if each != "report"] == before[0]
