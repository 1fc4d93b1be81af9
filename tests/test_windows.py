"""Wherever a secret stands in a long line or a long run of lines, it is found once, in place."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from keystop import scan
from keystop.check import Judge
from keystop.fingerprint import Fingerprints
from keystop.hunk import Hunk, after, whole_file
from keystop.scan import Receipt, Scanner

PIECE, AHEAD, BEHIND = 8192, 2048, 512
EDGES = [PIECE * n + d for n in (1, 2, 3) for d in (0, AHEAD, -BEHIND, -AHEAD)]
FILLERS = [b"x ", b"words of a line\n", b"\n", b"word\r\n", b"=", b'", "', b"\xff\xfe\n"]


@pytest.fixture(autouse=True)
def _small_windows(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, size in (("PIECE", PIECE), ("AHEAD", AHEAD), ("BEHIND", BEHIND)):
        monkeypatch.setattr(scan, name, size)


@pytest.fixture(scope="module")
def value(judge: Judge) -> bytes:
    """A token."""
    record = next(one for one in judge.records if one.id == "github.personal-access-token")
    return judge.generator.value(record).encode()


def found(judge: Judge, hunks: Iterator[Hunk]) -> list[tuple[int, int]]:
    """Line and column of every finding."""
    scanner = Scanner((judge.engine,), Fingerprints(slow=False).of, lambda _: None)
    return [(one.line, one.column) for one in scanner.scan(hunks, Receipt())]


def filled(filler: bytes, size: int) -> bytes:
    """So many bytes of filler, of which the last is no part of a word."""
    return (filler * (size // len(filler) + 1))[: max(0, size - 1)] + b" " * (size > 0)


def cut(text: bytes, cuts: list[int]) -> Iterator[Hunk]:
    """The text as one run of lines in several hunks."""
    places = sorted({0, *(place % (len(text) + 1) for place in cuts)} - {len(text)})
    line, column = 1, 0
    for begin, end in zip(places, [*places[1:], len(text)], strict=True):
        yield Hunk(b"a.txt", line, text[begin:end], column=column, more=end < len(text))
        line, column = after(text[begin:end], line, column)


def place(before: bytes) -> list[tuple[int, int]]:
    """Where a value stands that comes after these bytes."""
    last = before[before.rfind(b"\n") + 1 :]
    return [(before.count(b"\n") + 1, len(last) + 1)]


offsets = st.sampled_from(EDGES).flatmap(lambda edge: st.integers(max(0, edge - 90), edge + 90))


@given(
    filler=st.sampled_from(FILLERS),
    offset=offsets | st.integers(0, 4 * PIECE),
    behind=st.integers(0, 3 * PIECE),
)
def test_a_value_at_any_offset_is_found_once(
    judge: Judge, value: bytes, filler: bytes, offset: int, behind: int
) -> None:
    before = filled(filler, offset)
    text = before + value + b" " + filled(filler, behind)
    assert found(judge, whole_file(b"a.txt", [text])) == place(before)


@given(
    filler=st.sampled_from(FILLERS),
    offset=offsets,
    cuts=st.lists(st.integers(0, 6 * PIECE), max_size=12),
)
@example(filler=b"x ", offset=PIECE, cuts=list(range(PIECE, PIECE + 40)))
def test_wherever_its_hunk_was_cut(
    judge: Judge, value: bytes, filler: bytes, offset: int, cuts: list[int]
) -> None:
    before = filled(filler, offset)
    text = before + value + b" " + filled(filler, 2 * PIECE)
    assert found(judge, cut(text, cuts)) == place(before)


@given(count=st.integers(1, 40), gap=st.integers(1, 3000), filler=st.sampled_from(FILLERS[:3]))
def test_of_many_none_is_lost_and_none_comes_twice(
    judge: Judge, value: bytes, count: int, gap: int, filler: bytes
) -> None:
    text, places = b"", []
    for _ in range(count):
        text += filled(filler, gap)
        places += place(text)
        text += value + b" "
    assert found(judge, whole_file(b"a.txt", [text + b"\n"])) == places


@pytest.mark.parametrize("edge", [PIECE, PIECE + AHEAD, 2 * PIECE, PIECE - BEHIND])
def test_every_offset_around_an_edge(judge: Judge, value: bytes, edge: int) -> None:
    for offset in range(edge - len(value) - 2, edge + 3):
        before = filled(b"x ", offset)
        text = before + value + b" " + filled(b"x ", 2 * PIECE)
        assert found(judge, whole_file(b"a.txt", [text])) == place(before), offset


@pytest.mark.parametrize("codec", ["utf-16-le", "utf-16-be", "utf-32-le"])
def test_a_wide_line_longer_than_a_window(judge: Judge, value: bytes, codec: str) -> None:
    for offset in range(PIECE // 2 - 60, PIECE // 2 + 60, 7):
        text = ("x " * (offset // 2) + value.decode() + " x" * PIECE).encode(codec)
        assert len(found(judge, whole_file(b"a.txt", [text]))) == 1, offset


def test_lines_that_end_in_a_carriage_return_are_counted_over_windows(
    judge: Judge, value: bytes
) -> None:
    before = b"a line\r" * (3 * PIECE)
    text = before + value + b"\r" + before
    assert found(judge, whole_file(b"a.txt", [text])) == [(3 * PIECE + 1, 1)]


def test_columns_count_characters_over_windows(judge: Judge, value: bytes) -> None:
    before = "é ".encode() * PIECE
    assert found(judge, whole_file(b"a.txt", [before + value + b" " + before])) == [
        (1, 2 * PIECE + 1)
    ]
