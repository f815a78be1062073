"""The settings of a project: `[tool.raylift]` in the nearest pyproject.toml that has one."""

from __future__ import annotations

import os
import sys
from functools import cache
from typing import Any, NamedTuple

from raylift.flags import FLAGS, Flag, value_of
from raylift.project.files import BadInput, read_file
from raylift.request import Request

SETTINGS = {flag.field.replace("_", "-"): flag for flag in FLAGS if flag.is_setting}


class Project(NamedTuple):
    """Where settings were found, each by its field in the request, and the globs of what is not looked at."""

    folder: str
    settings: dict[str, object]
    exclude: tuple[str, ...] = ()


class BadSettings(BadInput):
    """A settings file that does not mean what its author thinks; the message names it."""


@cache
def project_of(folder: str) -> Project | None:
    """The project that an absolute folder belongs to, if any has settings; raises BadSettings."""
    above = os.path.dirname(folder)
    return project_in(folder) or (None if above == folder else project_of(above))


def project_in(folder: str) -> Project | None:
    """The settings in this very folder, if there are any; raises BadSettings."""
    path = os.path.join(folder, "pyproject.toml")
    try:
        text = read_file(path)
    except BadInput:
        return None
    if b"tool.raylift" not in text:
        return None
    try:
        table = _toml(text).get("tool", {}).get("raylift")
        if table is None:
            return None
        settings: dict[str, Any] = dict(_setting(key, value) for key, value in table.items())
        return Project(folder, settings, settings.pop("exclude", ()))
    except (ValueError, AttributeError) as error:
        raise BadSettings(f"{path}: {error}") from None


def with_settings(request: Request, folder: str) -> Request:
    """The request with the settings of an absolute folder's project: flags win, lists add up; raises BadSettings."""
    project = project_of(folder)
    if project is None:
        return request
    merged = {field: _merged(getattr(request, field), value) for field, value in project.settings.items()}
    return request._replace(**merged)


def _merged(said: Any, setting: Any) -> Any:
    if isinstance(said, tuple):
        return (*setting, *said)
    return setting if said is None else said


def _setting(key: str, value: object) -> tuple[str, object]:
    if (flag := SETTINGS.get(key)) is None:
        from difflib import get_close_matches

        close = get_close_matches(key, SETTINGS, 1)
        raise ValueError(f"[tool.raylift] has no setting `{key}`; " + (f"did you mean `{close[0]}`?" if close else _all()))
    if not _fits(flag, value):
        raise ValueError(f"[tool.raylift] `{key}` takes {KINDS_OF_VALUE[flag.kind]}, not {value!r}")
    if isinstance(value, list):
        return flag.field, tuple(part for each in value for part in _parts(flag, each))
    return flag.field, value if flag.kind == "switch" else value_of(flag, str(value))


def _parts(flag: Flag, text: str) -> tuple[str, ...]:
    try:
        parts = value_of(flag, text)
    except ValueError as error:
        raise ValueError(f"[tool.raylift] `{flag.field}`: {error}") from None
    assert isinstance(parts, tuple)
    return parts


KINDS_OF_VALUE = {
    "text": "text",
    "number": "a number",
    "switch": "true or false",
    "choice": "one of its choices",
    "list": "a list of texts",
    "rules": "a list of rules",
}


def _fits(flag: Flag, value: object) -> bool:
    match flag.kind:
        case "switch":
            return isinstance(value, bool)
        case "number":
            return isinstance(value, int) and not isinstance(value, bool)
        case "list" | "rules":
            return isinstance(value, list) and all(isinstance(each, str) for each in value)
        case "choice":
            return str(value) in flag.choices
    return isinstance(value, str)


def _all() -> str:
    return f"there are {', '.join(sorted(SETTINGS))}"


def _toml(text: bytes) -> dict[str, dict[str, dict[str, object]]]:
    if sys.version_info >= (3, 11):
        import tomllib
    else:
        import tomli as tomllib
    tables: dict[str, dict[str, dict[str, object]]] = tomllib.loads(text.decode())
    return tables
