"""The oldest Python that reads a source, by what stands in it."""

from __future__ import annotations

import pytest

from raylift.emission.syntax_versions import oldest_python

SINCE = {
    "match x:\n    case 1:\n        pass\n": "3.10",
    "try:\n    pass\nexcept* ValueError:\n    pass\n": "3.11",
    "x[*y]\n": "3.11",
    "type X = int\n": "3.12",
    "x = f'{a['b']}'\n": "3.12",
    "x = f'{\"\\n\".join(y)}'\n": "3.12",
    "x = f'{\na}'\n": "3.12",
    "x = f'''{\na # b\n}'''\n": "3.12",
    "def f[T = int](x: T): ...\n": "3.13",
    "try:\n    pass\nexcept TypeError, ValueError:\n    pass\n": "3.14",
}
ANY = [
    "x[y]\n",
    "def f(x=1): ...\n",
    "x = f'a\\n# {b} \"'\n",
    "x = f'{a}' f'''{\nb}'''\n",
    "try:\n    pass\nexcept (TypeError, ValueError):\n    pass\n",
    "try:\n    pass\nexcept ValueError, error:\n    pass\n",
    "x = (\n",
]


@pytest.mark.parametrize("source", SINCE)
def test_what_only_newer_pythons_read_is_dated(source: str) -> None:
    assert oldest_python(source.encode()) == SINCE[source]


@pytest.mark.parametrize("source", ANY)
def test_what_every_python_reads_or_none_is_not(source: str) -> None:
    assert not oldest_python(source.encode())


def test_the_newest_thing_in_a_file_dates_it() -> None:
    assert oldest_python("".join(source for source in SINCE if not source.startswith("try")).encode()) == "3.13"
