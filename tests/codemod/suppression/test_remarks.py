"""What the comments of a script say to raylift, and of which lines."""

from __future__ import annotations

import pytest

from raylift.suppression.remarks import Remark, is_skipped, remarks_of


def said(source: str) -> list[tuple[str, tuple[str, ...], str]]:
    return [(remark.verb, remark.rules, remark.reason) for remark in remarks_of(source.encode())]


def spoken_of(source: str) -> list[list[int]]:
    return [[*remark.lines] for remark in remarks_of(source.encode())]


@pytest.mark.parametrize(
    ("source", "skipped"),
    [
        (b"# raylift: skip-file\n", True),
        (b"x = 1\n  #raylift:skip-file -- because\n", True),
        (b"x = 1  # raylift: skip-file\n", False),
        (b'x = "# raylift: skip-file"\n', False),
        (b"\xef\xbb\xbf# raylift: skip-file\r\n", True),
        (b"# raylift: skip-files\n", False),
    ],
)
def test_a_comment_line_skips_the_file(source: bytes, skipped: bool) -> None:
    assert is_skipped(source) is skipped


@pytest.mark.parametrize(
    ("comment", "remark"),
    [
        ("# raylift: ignore", ("ignore", (), "")),
        ("#raylift:ignore[RL201,RL202] why", ("ignore", ("RL201", "RL202"), "why")),
        ("# raylift: ack[RL312] see issue #12", ("ack", ("RL312",), "see issue #12")),
        ("# raylift: ack[RL312]: it is gathered", ("ack", ("RL312",), "it is gathered")),
        ("# raylift: ack[RL312]", ("ack", ("RL312",), "")),
        ("# raylift: ack because", ("ack", (), "because")),
        ("# type: ignore  # raylift: ack[RL1] a", ("ack", ("RL1",), "a")),
        ("# raylift: RL312 ranks may leave; gather", ("marker", ("RL312",), "ranks may leave; gather")),
    ],
)
def test_a_remark_has_a_verb_rules_and_a_reason(comment: str, remark: tuple[str, tuple[str, ...], str]) -> None:
    assert said(f"{comment}\nx = 1\n") == [remark]


@pytest.mark.parametrize(
    "source",
    [
        's = "# raylift: ignore"\n',
        's = """\n# raylift: RL312 text\n"""\n',
        "x = 1  # raylift: RL312 follows code, so it is no marker\n",
        "# raylift: ignored\n",
        "# praylift: ignore\n",
        "x = (  # raylift: ignore\n",
        "x = 1\n",
    ],
)
def test_what_only_looks_like_one_is_none(source: str) -> None:
    assert said(source) == []


def test_two_remarks_fit_in_a_comment() -> None:
    source = "x = 1  # raylift: ignore[RL201]  # raylift: ack[RL221] W&B has them\n"
    assert [verb for verb, _, _ in said(source)] == ["ignore", "ack"]


@pytest.mark.parametrize(
    ("source", "lines"),
    [
        ("a  # raylift: ignore\n", [1]),
        ("# raylift: ignore\na\n", [2]),
        ("# raylift: ignore\n# and why\na\n", [3]),
        ("# raylift: ignore\n\na\n", [2]),
        ("# raylift: ignore\nf(\n    x,\n)\n", [2, 3, 4]),
        ("f(\n    x,\n)  # raylift: ignore\n", [1, 2, 3]),
        ("f(\n    x,  # raylift: ignore\n)\n", [2]),
        ("f(\n    # raylift: ignore\n    x,\n)\n", [3]),
        ("# raylift: ignore\n@g\n@h\ndef f(\n    x\n):\n    pass\n", [2, 3, 4, 5, 6]),
        ("for x in y:  # raylift: ignore\n    z\n", [1]),
        ("# raylift: ignore\ns = '''\nx\n'''\n", [2, 3, 4]),
        ("# raylift: ignore\nx = 1 + \\\n    2\n", [2, 3]),
    ],
)
def test_it_speaks_of_its_line_or_of_the_statement_below_or_before(source: str, lines: list[int]) -> None:
    assert spoken_of(source) == [lines]


@pytest.mark.parametrize("line_end", ["\r\n", "\r"])
def test_lines_end_as_they_may(line_end: str) -> None:
    assert spoken_of(f"# caf\u00e9{line_end}# raylift: ignore{line_end}a{line_end}") == [[3]]


def test_an_encoding_is_heeded() -> None:
    source = "# coding: latin-1\nx = '\u00e9'  # raylift: ack[RL221] d\u00e9j\u00e0 vu\n".encode("latin-1")
    assert remarks_of(source) == (Remark("ack", ("RL221",), "d\u00e9j\u00e0 vu", 2, range(2, 3)),)
