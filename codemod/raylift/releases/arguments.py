"""What the chosen releases of the libraries take, looked up in the table that was read from them."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache

from raylift.releases.table import ARGUMENTS, GONE_NAMES, METHODS, READ_FROM
from raylift.settings import Settings

Release = tuple[int, int]
Span = tuple[Release, Release]
NEVER_ENDS: Release = (9999, 0)
OLDEST_TRANSFORMERS: Release = (4, 46)
"""What the lifted script needs at least."""


def release_in(text: str) -> Release:
    """Major and minor number of a version."""
    major, _, rest = text.partition(".")
    return int(major), int(rest.partition(".")[0] or 0)


@cache
def releases_read(library: str) -> tuple[Release, ...]:
    """The releases of a library that the table knows, in their order."""
    return tuple(map(release_in, READ_FROM[library].split()))


def chosen_release(settings: Settings, library: str) -> Release:
    """The release whose names a script must use: the newest that was read and is not newer than what its surroundings settle."""
    found = dict(settings.releases).get(library, NEVER_ENDS)
    if library == "transformers":
        major = settings.transformers
        found = max(found, OLDEST_TRANSFORMERS) if found[0] == major else (major, NEVER_ENDS[0])
    read = releases_read(library)
    return max((each for each in read if each <= found), default=read[0])


def takes_argument(settings: Settings, full_name: str, argument: str) -> bool | None:
    """Whether a class takes an argument in the chosen release; None where no release that was read ever took it."""
    row = ARGUMENTS.get(full_name, {})
    spans = _spans_with(full_name, argument)
    release = chosen_release(settings, full_name.partition(".")[0]) if row else NEVER_ENDS
    if _is_in(release, spans):
        return True
    beyond = takes_argument(settings, row["**"], argument) if "**" in row else None
    return False if (spans or _spans_with(before_it_moved(full_name), argument)) and beyond is None else beyond


def before_it_moved(full_name: str) -> str:
    """What a class of `trl.experimental` was called when TRL itself had it."""
    library, _, below = full_name.partition(".")
    return f"{library}.{full_name.rpartition('.')[2]}" if below.startswith("experimental.") else full_name


def class_at(settings: Settings, full_name: str) -> str:
    """The class of the table that a full name means in the chosen release, wherever it has gone; empty if there is none."""
    library, last = full_name.partition(".")[0], full_name.rpartition(".")[2]
    if library not in READ_FROM:
        return ""
    names = [full_name, f"{library}.{last}", *(name for name in ARGUMENTS if name.startswith(f"{library}.experimental."))]
    return next((name for name in names if name.rpartition(".")[2] == last and is_there(settings, name)), "")


def is_there(settings: Settings, full_name: str) -> bool:
    """Whether the chosen release has a class under this very name."""
    row = ARGUMENTS.get(full_name)
    return row is not None and _is_in(chosen_release(settings, full_name.partition(".")[0]), _spans(row[""]))


def gone_since(full_name: str, argument: str) -> str:
    """The library and the first release that was read without an argument, as `transformers 5.0`; empty if it is there."""
    row, library = ARGUMENTS.get(full_name, {}), full_name.partition(".")[0]
    spans = _spans_with(full_name, argument) or _spans_with(before_it_moved(full_name), argument)
    if not spans:
        return gone_since(row["**"], argument) if "**" in row else ""
    later = [each for each in releases_read(library) if each > spans[-1][1]]
    return f"{library} {later[0][0]}.{later[0][1]}" if later else ""


def default_of(settings: Settings, full_name: str, argument: str) -> str | None:
    """The default of an argument in the chosen release, as it is written, where the table has it."""
    release = chosen_release(settings, full_name.partition(".")[0])
    for key, spans in ARGUMENTS.get(full_name, {}).items():
        name, _, value = key[1:].partition("=")
        if key.startswith("=") and name == argument and _is_in(release, _spans(spans)):
            return value
    return None


def defaults_known(full_name: str) -> list[str]:
    """The arguments of a class of which the table has the defaults."""
    return sorted({key[1:].partition("=")[0] for key in ARGUMENTS.get(full_name, {}) if key.startswith("=")})


def module_of_name(settings: Settings, module: str, name: str) -> str | None:
    """Where a name is that a package once had: there (its own name), in another module, or nowhere (empty); None if unknown."""
    if module.partition(".")[0] not in READ_FROM:
        return None
    release = chosen_release(settings, module.partition(".")[0])
    homes = [home for home, rows in GONE_NAMES.items() if _is_in(release, _spans_of_name(rows, name))]
    if not _spans_of_name(GONE_NAMES.get(module, {}), name):
        return None
    return module if module in homes else next((home for home in homes if home.startswith(f"{module}.")), "")


def name_gone_since(module: str, name: str) -> str:
    """The library and the first release that was read without a name, as `trl 0.29`."""
    library = module.partition(".")[0]
    spans = _spans_of_name(GONE_NAMES.get(module) or GONE_NAMES[library], name)
    later = [each for each in releases_read(library) if each > spans[-1][1]]
    return f"{library} {later[0][0]}.{later[0][1]}"


def method_forms(settings: Settings, method: str) -> list[list[str]]:
    """The parameters that a method of Trainer has in the chosen release, and those that it had before; none if it never grew."""
    release = chosen_release(settings, "transformers")
    rows = [(_spans(spans), names.split()) for spans, names in METHODS.get(method, {}).items()]
    today = [names for spans, names in rows if _is_in(release, spans)]
    return [*today, *(names for spans, names in rows if spans[0][0] < release and names not in today)] if today else []


def method_grown_since(method: str, parameter: str) -> str:
    """The first release that was read in which a method of Trainer has a parameter."""
    firsts = [_spans(span)[0][0] for span, names in METHODS.get(method, {}).items() if parameter in names.split()]
    return "{}.{}".format(*min(firsts))


@cache
def _spans_with(full_name: str, argument: str) -> list[Span]:
    row = ARGUMENTS.get(full_name, {})
    rows = {spans: names for spans, names in row.items() if spans[:1].isdigit()}
    return _spans_of_name(rows, argument)


def _spans_of_name(rows: dict[str, str], name: str) -> list[Span]:
    return next((_spans(spans) for spans, names in rows.items() if name in names.split()), [])


def _spans(text: str) -> list[Span]:
    return list(_each_span(text))


def _each_span(text: str) -> Iterator[Span]:
    for span in text.split():
        first, _, last = span.partition("-")
        yield release_in(first), release_in(last) if last else NEVER_ENDS


def _is_in(release: Release, spans: list[Span]) -> bool:
    return any(first <= release <= last for first, last in spans)
