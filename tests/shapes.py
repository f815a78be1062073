"""The scripts of fixtures/scripts, by framework and shape; fixtures/README.md names the files that lie beside them."""

from __future__ import annotations

import shlex
from pathlib import Path

from raylift.lift import rewrite
from raylift.outcome import Outcome, Refused, Rewritten
from raylift.project.neighbours import neighbours_of
from raylift.settings import Settings

ROOT = Path(__file__).parents[1]
FIXTURES = ROOT / "fixtures/scripts"
SCRIPTS = {f"{path.parent.parent.name}/{path.parent.name}": path for path in sorted(FIXTURES.glob("*/*/before.py"))}
REFUSED = [shape for shape in SCRIPTS if "/refused_" in shape]
LIFTED = [shape for shape in SCRIPTS if shape not in REFUSED]


def shapes_of(framework: str) -> list[str]:
    """The shapes of one framework that are lifted."""
    return [shape for shape in LIFTED if shape.startswith(f"{framework}/")]


def neighbours(script: Path) -> list[Path]:
    """The modules that lie beside a script."""
    return [path for path in sorted(script.parent.glob("*.py")) if path.name not in ("before.py", "after.py", "after_stock.py")]


def outcome_of(script: Path, settings: Settings = Settings()) -> Outcome:
    """What becomes of a script with the modules that lie beside it."""
    return rewrite(script.read_bytes(), settings, neighbours_of(str(script)))


def told(outcome: Rewritten | Refused) -> str:
    """The notices of an outcome, a line each, as notices.txt keeps them."""
    return "".join(f"{notice.line} {notice.rule} {notice.text}: {notice.remedy}\n" for notice in outcome.notices)


def arguments(script: Path) -> list[str]:
    """The command line that the script's folder keeps for it."""
    kept = script.with_name("args.txt")
    return shlex.split(kept.read_text()) if kept.exists() else []
