"""`raylift report`: one page for a team that plans a migration, with every diff and every notice explained; it needs no network."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from html import escape
from importlib.metadata import version
from pathlib import Path
from string import Template

from raylift.outcome import Untouched
from raylift.output.console import complain, phrase, summary
from raylift.output.entries import Entry, entries_of
from raylift.output.shown_text import shown_text
from raylift.output.side_by_side import LinePair, hunks
from raylift.output.terminal import visible
from raylift.pipeline.delivery import new_code
from raylift.pipeline.file_outcome import FileOutcome
from raylift.pipeline.outcomes import file_outcomes
from raylift.project import files
from raylift.request import Request
from raylift.rules import RULES

OUTCOME_KINDS = {"Rewritten": "lifted", "Refused": "refused", "Failed": "failed", "Untouched": "alone"}
WORDS = {"lifted": "would be lifted", "refused": "needs a hand", "failed": "failed", "alone": "left alone"}


def report(request: Request) -> int:
    """Write the page and say where; returns the exit code."""
    output = request.output or "raylift-report.html"
    looked = list(file_outcomes(request))
    page = page_of(looked, ", ".join(Path(path).resolve().name for path in request.paths))
    try:
        files.create_file(output, page.encode(errors="backslashreplace"), "")
    except files.BadInput as error:
        complain(str(error))
        return 2
    complain(f"wrote {output}")
    return 0


def page_of(looked: list[FileOutcome], title: str) -> str:
    """The page as HTML; nothing of a script's text can become markup."""
    told = [each for each in looked if each.outcome is not None]
    told.sort(key=lambda each: (list(WORDS).index(kind_of(each)), each.found.path))
    counts = Counter(kind_of(each) for each in told)
    counts["alone"] += len(looked) - len(told)
    template = Template(Path(__file__).with_name("report.html").read_text())
    return template.substitute(
        title=escape(title),
        summary=escape(summary("check", counts).removeprefix("raylift: ")) + f" of {len(looked)} files",
        buttons="\n".join(_button(kind, counts[kind]) for kind in WORDS),
        files="\n".join(_file(each) for each in told),
        version=version("raylift"),
    )


def kind_of(looked: FileOutcome) -> str:
    """What became of a file, as the page names it."""
    return OUTCOME_KINDS[type(looked.outcome).__name__]


def _button(kind: str, count: int) -> str:
    pressed = "false" if kind == "alone" else "true"
    return (
        f'<button class="{kind}" value="{kind}" aria-pressed="{pressed}"><b>{count}</b> {phrase("check", kind, count)}</button>'
    )


def _file(looked: FileOutcome) -> str:
    assert looked.outcome is not None
    kind, path = kind_of(looked), escape(looked.found.path.encode(errors="backslashreplace").decode())
    entries = entries_of(path, looked.outcome)
    said = "".join(map(_said, entries))
    notices = sum(entry.kind == "notice" for entry in entries)
    count = f'<span class="soft">{notices} to look at</span>' if notices else ""
    reason = f"<p>{escape(looked.outcome.reason)}</p>" if isinstance(looked.outcome, Untouched) else ""
    code = new_code(looked.outcome)
    change = "" if code is None else _change(*shown_text(looked.found.path, looked.source, code))
    return (
        f'<details class="file {kind}" data-kind="{kind}"><summary><code>{path}</code>{count}<span class="kind">{WORDS[kind]}</span></summary>'
        f'<div class="body"><ul class="said">{said}</ul>{reason}{change}</div></details>'
    )


def _said(entry: Entry) -> str:
    where = f"{entry.place}: " if entry.line else ""
    remedy = f"<br><b>{escape(entry.remedy)}</b>" if entry.remedy else ""
    return f'<li class="{entry.kind}">{where}{escape(entry.text)}{remedy}{_explained(entry.rule)}</li>'


def _explained(name: str) -> str:
    if (rule := RULES.get(name)) is None:
        return ""
    after = f"<pre>{escape(rule.after)}</pre>" if rule.after else ""
    return (
        f"<details><summary>{name}: {escape(rule.name)}</summary><p>{escape(rule.why)}</p>"
        f"<pre>{escape(rule.before)}</pre>{after}<p>By hand: {escape(rule.by_hand)}</p></details>"
    )


def _change(old: bytes, new: bytes) -> str:
    cut = '<tr class="cut"><td colspan="4">\u22ef</td></tr>'
    rows = cut.join("".join(map(_row, hunk)) for hunk in hunks(old, new))
    columns = '<col style="width:3.6rem"><col><col style="width:3.6rem"><col>'
    return f'<div class="scroll"><table><colgroup>{columns}</colgroup><tbody>{rows}</tbody></table></div>'


def _row(row: LinePair) -> str:
    return f"<tr>{''.join(_cells(row))}</tr>"


def _cells(row: LinePair) -> Iterator[str]:
    for number, line, style in ((row.old_number, row.old, "del"), (row.new_number, row.new, "ins")):
        shown = f' class="{style}"' if number and row.kind != "equal" else ""
        yield f'<td class="n">{number or ""}</td><td{shown}>{escape(visible(line))}</td>'
