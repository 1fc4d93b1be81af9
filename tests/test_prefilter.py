"""The table and Hyperscan find the same literals at the same places."""

from __future__ import annotations

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from keystop import prefilter
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
