"""Two ways to find the same: the table and Hyperscan, plain kinds and their patterns."""

from __future__ import annotations

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from keystop import prefilter
from keystop.check import Judge
from keystop.detector import Detector
from keystop.prefilter import NEAR, Prefilter, heads

# Keywords are printable; texts hold anything.
LETTERS = st.sampled_from(b"aaab_.(")
ANYTHING = st.sampled_from(b"aaab_.(\n\x00\xff")
LITERALS = st.lists(
    st.lists(LETTERS, min_size=3, max_size=6).map(bytes), min_size=1, max_size=8, unique=True
)
TEXTS = st.lists(ANYTHING, max_size=60).map(bytes)


@given(LITERALS, TEXTS)
@example([b"aaa", b"aab"], b"aaaaab_aaa" + b"a" * 20)
def test_both_ways_find_the_same(literals: list[bytes], text: bytes) -> None:
    table = Prefilter(literals, heads(literals))
    database = Prefilter(literals, heads(literals))
    with pytest.MonkeyPatch.context() as patch:
        expected = {
            (number, place, place + len(literal))
            for number, literal in enumerate(literals)
            for place in range(len(text))
            if text.startswith(literal, place)
            # a byte repeated counts where its run begins
            and (len(set(literal)) > 1 or not text[:place].endswith(literal[:1] * NEAR))
        }
        assert set(table.hits(text)) == expected
        patch.setattr(prefilter, "FEW_BYTES", 0)
        assert set(database.hits(text)) == expected
        assert database._database is not None


def test_a_literal_that_is_too_short_is_refused() -> None:
    with pytest.raises(ValueError, match="shorter than 3 bytes"):
        heads([b"ab"])


def plain_detectors(judge: Judge) -> list[Detector]:
    """The detectors that are matched without a regular expression."""
    every = [judge.engine.detector(number) for number in range(len(judge.engine.ids))]
    return [one for one in every if one.plain]


BETWEEN = (
    b" ", b'"', b"\n", b"=", b"-", b"_", b".", b"x", b"9", b"\\n", b"\\q", b"%3D", b"%zD",
    b"\x1b[1;31m", b"\x1b[1m0m", b"m", b"\xff", b"/", b"+",
)  # fmt: skip


@settings(max_examples=100)
@given(st.data())
def test_what_needs_no_pattern_matches_as_its_pattern_does(
    judge: Judge, data: st.DataObject
) -> None:
    detectors = plain_detectors(judge)
    assert len(detectors) > 250
    for detector in data.draw(st.lists(st.sampled_from(detectors), min_size=5, max_size=5)):
        pieces = list(BETWEEN)
        for literal, parts, _ in detector.plain[0]:
            value = literal
            pieces.append(literal)
            for letters, least, most in parts:
                run = bytes(data.draw(st.lists(st.sampled_from(letters), min_size=8, max_size=8)))
                size = data.draw(st.sampled_from((least, most, (least + most) // 2)))
                value += (run * size)[:size]
            odd = bytes((data.draw(st.sampled_from(b"aZ0-_.=/")),))
            pieces += [value, value, value[:-1], value + odd, value[: len(value) // 2]]
        text = b"".join(data.draw(st.lists(st.sampled_from(pieces), max_size=12)))
        begin = data.draw(st.integers(0, len(text)))
        stop = data.draw(st.integers(begin, len(text)))
        found = detector.compiled().finditer(text, begin, stop + 2)
        assert list(detector.spans(text, begin, stop, b"a")) == [one.span() for one in found]
