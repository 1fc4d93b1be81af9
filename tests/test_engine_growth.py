"""What one file can make the engine do stays in proportion to its size."""

from __future__ import annotations

from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from keystop.check import Judge
from keystop.detector import Candidate
from keystop.engine import Engine
from tests.conftest import HEX


def digits(random: Random) -> str:
    return "".join(random.choice(HEX) for _ in range(32))


@pytest.mark.parametrize("line", ['sid = "AC{}"', 'auth_token = "{}"'], ids=["sids", "tokens"])
def test_the_whole_file_is_searched_a_few_times_however_many_halves_are_added(
    judge: Judge, monkeypatch: pytest.MonkeyPatch, line: str
) -> None:
    random = Random(1)
    added = "".join(line.format(digits(random)) + "\n" for _ in range(50)).encode()
    content = b"nothing here\n" * 10 + added
    searched = []
    search = Engine.candidates

    def counted(
        engine: Engine, text: bytes, *arguments: object, **named: object
    ) -> list[Candidate]:
        searched.append(len(text))
        return search(engine, text, *arguments, **named)  # type: ignore[arg-type]

    monkeypatch.setattr(Engine, "candidates", counted)
    judge.engine.candidates(added, b"a.txt", lambda: content)
    assert searched.count(len(content)) < 20


PIECES = (
    "password", "token", "eyJ", "kty", "AKIA", "sk_live_", "bitpat_", "AzSe", " ", "\n", '="', "'",
    ": ", "-", ".", "_", "x" * 40, "a1" * 24, "Zq7" * 9, '"oct"', "{", "}",
)  # fmt: skip


@given(
    st.lists(st.sampled_from(PIECES), min_size=1, max_size=6),
    st.lists(st.sampled_from(PIECES), max_size=6),
    st.integers(2, 60),
)
def test_what_repeats_itself_is_judged_as_what_does_not(
    judge: Judge, pieces: list[str], rest: list[str], times: int
) -> None:
    text = ("".join(pieces) * times + "".join(rest) + "".join(pieces) * 3).encode()
    quick = judge.engine.candidates(text, b"a.env")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("keystop.engine._DENSE", -100_000)
        slow = judge.engine.candidates(text, b"a.env")
    assert [(one.detector.id, one.start, one.end, one.doubt, one.why) for one in quick] == [
        (one.detector.id, one.start, one.end, one.doubt, one.why) for one in slow
    ]
