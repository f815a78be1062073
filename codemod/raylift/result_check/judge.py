"""Reads a result as a stranger would, who knows the source and nothing of how the one was made of the other."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from raylift.result_check.bound_before_use import use_faults
from raylift.result_check.comments_kept import comment_faults
from raylift.result_check.driver_code import driver_faults
from raylift.result_check.fault import Fault
from raylift.result_check.imports_kept import import_faults
from raylift.result_check.launched import launched
from raylift.result_check.launcher import launcher_faults
from raylift.result_check.names import name_faults
from raylift.result_check.parsed_bytes import ParsedBytes
from raylift.result_check.report_places import report_faults
from raylift.result_check.statements import statement_faults


def faults_of(source: bytes, result: bytes, target: str) -> list[Fault]:
    """What is wrong with a result that is meant for this target; empty where nothing is. Never runs either."""
    if refused := _compiler_says(result):
        return [] if _compiler_says(source) else [refused]
    return list(_faults(ParsedBytes(source), ParsedBytes(result), target))


def wrong_result(faults: Sequence[Fault]) -> str:
    """What to tell the reader of a result that is wrong: the first of its faults, and what to do."""
    more = f" (and {len(faults) - 1} more)" if len(faults) > 1 else ""
    where = f"line {faults[0].line}: " if faults[0].line else ""
    return f"raylift's own result is wrong, so this file stays as it was; please report it, with the script: {where}{faults[0].text}{more}"


def _faults(before: ParsedBytes, after: ParsedBytes, target: str) -> Iterator[Fault]:
    launch = launched(before, after)
    yield from statement_faults(before, after, launch)
    yield from import_faults(before, after, target)
    yield from comment_faults(before, after)
    yield from name_faults(before, after, launch)
    yield from use_faults(before, after, launch)
    yield from report_faults(before, after)
    yield from driver_faults(after, launch)
    yield from launcher_faults(before, after, launch)


def _compiler_says(source: bytes) -> Fault | None:
    """What Python itself refuses in a source, whatever it takes for syntax."""
    try:
        compile(source, "<script>", "exec", dont_inherit=True)
    except SyntaxError as error:
        return Fault(error.lineno or 0, f"Python refuses it: {error.msg}")
    return None
