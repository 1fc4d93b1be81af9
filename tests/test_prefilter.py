"""Several ways to find the same: the table and Hyperscan; bytes, `re` and `regex`."""

from __future__ import annotations

import os
from collections.abc import Iterator

import pytest
import regex
from hypothesis import example, given, settings
from hypothesis import strategies as st

from keystop import prefilter
from keystop.check import Judge
from keystop.engine import Engine
from keystop.prefilter import NEAR, Prefilter, heads
from keystop.records import Record
from keystop.shapes import plain

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
    table = Prefilter(literals, heads(literals), list)
    database = Prefilter(literals, heads(literals), lambda: plain(literals))
    with pytest.MonkeyPatch.context() as patch:
        expected = {
            (number, place, place + len(literal))
            for number, literal in enumerate(literals)
            for place in range(len(text))
            if text.startswith(literal, place)
            # a byte repeated counts where its run begins
            and (len(set(literal)) > 1 or not text[:place].endswith(literal[:1] * NEAR))
        }
        assert set(table.all(text)) == expected
        patch.setattr(prefilter, "FEW_BYTES", 0)
        found, shaped = database.hits(text, text)
        assert shaped
        assert set(found) == expected


# What may stand between two texts: shapes go by what comes before and behind a word.
GLUE = (
    "", " ", "\n", "\n\n", "\n" * 6, "\r\n", '"', "'", "=", ": ", ", ", "/", "-", "_", "x", "9",
    "\\n", "%3D", ";", "{", "}", "<", ">", "(", ")", "\u00e9", "token", "TOKEN = ", "-" * 90,
    "A" * 40, "words and more words " * 20,
)  # fmt: skip
PATHS = st.sampled_from((b"a.py", b"a.env", b"a.md", b"src/a.ts", b"a.xml"))


@pytest.fixture(scope="module")
def both(judge: Judge) -> Iterator[tuple[Engine, Engine]]:
    """The same detectors, looked for by the table and by Hyperscan."""
    table, shaped = (Judge(judge.records).engine for _ in range(2))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(prefilter, "FEW_BYTES", 0)
        patch.setattr(prefilter, "FEW_WHERE_NONE_IS_KEPT", 0)
        assert shaped._prefilter.hits(b"a", b"a") == ([], True)
        patch.setattr(prefilter, "FEW_BYTES", 1 << 60)
        yield table, shaped
        assert table._prefilter._database is None


@settings(max_examples=int(os.environ.get("KEYSTOP_TEXTS", "150")))
@given(data=st.data())
def test_shapes_lead_to_the_same(
    judge: Judge, both: tuple[Engine, Engine], data: st.DataObject
) -> None:
    make = judge.generator
    make.random.seed(data.draw(st.integers(0, 1 << 30)))
    text = ""
    pairs = [record for record in judge.records if record.pair]
    any_kind = st.sampled_from(judge.records) | st.sampled_from(pairs)
    for record in data.draw(st.lists(any_kind, min_size=1, max_size=6)):
        whole = make.text(record, data.draw(st.sampled_from(record.examples)))[0]
        cut, glue = data.draw(st.integers(0, len(whole))), data.draw(st.sampled_from(GLUE))
        apart = whole.replace("\n", "\n" * 8)  # too far for a half to be near the other
        changed = whole, apart, whole.lower(), whole.upper(), whole[:cut], whole[:cut] + glue
        text += data.draw(st.sampled_from(changed)) + data.draw(st.sampled_from(("", whole[cut:])))
        text += glue
    content, path = text.encode(), data.draw(PATHS)
    found = [
        [(one.detector.id, one.start, one.end, one.doubt, one.told, one.partner is None)
         for one in engine.candidates(content, path, lambda: content)]
        for engine in both
    ]  # fmt: skip
    assert sorted(found[0]) == sorted(found[1])


def test_a_literal_that_is_too_short_is_refused() -> None:
    with pytest.raises(ValueError, match="shorter than 3 bytes"):
        heads([b"ab"])


# No word goes on, but after \n, \t or \r in a string literal, %XX in a URL, a colour in a log.
BEFORE = r"(?:(?<![0-9A-Za-z])|(?<=\\[nrt]|%[0-9A-Fa-f][0-9A-Fa-f]|\x1b\[[0-9;]{0,12}m))"
BETWEEN = (
    b" ", b'"', b"\n", b"=", b"-", b"_", b".", b"x", b"9", b"\\n", b"\\q", b"%3D", b"%zD",
    b"\x1b[1;31m", b"\x1b[1m0m", b"m", b"\xff", b"/", b"+",
)  # fmt: skip


def likely(judge: Judge, record: Record, data: st.DataObject) -> list[bytes]:
    """Texts that a kind matches, or almost."""
    detector = judge.engine.detector(judge.engine.number(record.id))
    if not detector.plain:
        judge.generator.random.seed(data.draw(st.integers(0, 1000)))
        return [judge.generator.value(record).encode()]
    found = []
    for literal, bodies in detector.plain[0]:
        found.append(literal)
        for parts, _ in bodies:
            value = literal
            for letters, least, most in parts:
                run = bytes(data.draw(st.lists(st.sampled_from(letters), min_size=8, max_size=8)))
                size = data.draw(st.sampled_from((least, most, (least + most) // 2)))
                value += (run * size)[:size]
            found.append(value)
    return found


@pytest.mark.parametrize("plain", [True, False], ids=["bytes", "re"])
@settings(max_examples=100)
@given(data=st.data())
def test_a_kind_is_matched_as_regex_would(judge: Judge, plain: bool, data: st.DataObject) -> None:
    number = judge.engine.number
    records = [
        one for one in judge.records
        if one.keywords and bool(judge.engine.detector(number(one.id)).plain) == plain
    ]  # fmt: skip
    assert len(records) > 250
    for record in data.draw(st.lists(st.sampled_from(records), min_size=5, max_size=5)):
        detector = judge.engine.detector(number(record.id))
        pieces = list(BETWEEN)
        for value in likely(judge, record, data):
            odd = bytes((data.draw(st.sampled_from(b"aZ0-_.=/")),))
            pieces += [value, value, value[:-1], value + odd, value[: len(value) // 2]]
        text = b"".join(data.draw(st.lists(st.sampled_from(pieces), max_size=12)))
        begin = data.draw(st.integers(0, len(text)))
        stop = data.draw(st.integers(begin, len(text)))
        pattern = regex.compile(
            ((BEFORE if detector.bounded else "") + detector.source).encode(), regex.VERBOSE
        )
        group = "secret" if "secret" in pattern.groupindex else 0
        expected = [one.span(group) for one in pattern.finditer(text, begin, stop + 2)]
        assert list(detector.spans(text, begin, stop, b"a")) == expected
