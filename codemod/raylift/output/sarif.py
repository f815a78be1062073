"""The answer of `check` as a SARIF 2.1.0 log, which code-scanning pages read."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from urllib.request import pathname2url

from raylift.notebooks.cell_line import file_line
from raylift.output.entries import LEVELS, Entry
from raylift.rules import RULES

FAILURES = ("failure", "fault")


def as_sarif(entries: Sequence[Entry], counts: Mapping[str, int]) -> str:
    """A SARIF 2.1.0 log with the whole catalogue, so that a code-scanning page can explain each result."""
    driver = {
        "name": "raylift",
        "rules": [
            {
                "id": rule.id,
                "name": rule.name,
                "shortDescription": {"text": rule.name},
                "fullDescription": {"text": rule.why},
                "help": {"text": rule.by_hand or rule.why},
            }
            for rule in RULES.values()
        ],
    }
    run = {
        "tool": {"driver": driver},
        "results": [_result(entry) for entry in entries if entry.kind not in FAILURES],
        "invocations": [
            {
                "executionSuccessful": not any(entry.kind in FAILURES for entry in entries),
                "toolExecutionNotifications": [_notification(entry) for entry in entries if entry.kind in FAILURES],
            }
        ],
    }
    schema = "https://json.schemastore.org/sarif-2.1.0.json"
    return json.dumps({"$schema": schema, "version": "2.1.0", "runs": [run]}, indent=2) + "\n"


def _result(entry: Entry) -> dict[str, object]:
    rule = {"ruleId": entry.rule} if entry.rule else {}
    return {**rule, "level": LEVELS[entry.kind], "message": _message(entry), "locations": [_location(entry)]}


def _notification(entry: Entry) -> dict[str, object]:
    return {"level": "error", "message": _message(entry), "locations": [_location(entry)]}


def _message(entry: Entry) -> dict[str, str]:
    return {"text": f"{entry.text}. {entry.remedy}".rstrip(" .") + "." if entry.remedy else entry.text}


def _location(entry: Entry) -> dict[str, object]:
    region = {"region": {"startLine": file_line(entry.line)}} if entry.line else {}
    uri = pathname2url(entry.path.encode(errors="surrogateescape").decode(errors="replace"))
    return {"physicalLocation": {"artifactLocation": {"uri": uri}, **region}}
