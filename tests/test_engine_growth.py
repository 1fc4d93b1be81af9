"""What one file can make the engine do stays in proportion to its size."""

from __future__ import annotations

from random import Random

import pytest
from hypothesis import given, settings
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


# Beginnings of values, and whole ones: what decides comes late.
PIECES = (
    "password = ", "token: ", "eyJ", "kty", "AKIA", "sk_live_", "Pass" + "w0rd!x9", " ", "\n", '"',
    "AKIA" + "QRST2345UVWX", "AKIA" + "QRST2345UVWX67YZ", "sk_live_" + "Ab3" * 5,
    "sk_live_" + "Ab3Cd4Ef5Gh6" * 2, "a1" * 24, "Zq7" * 9, "changeme", "${TOKEN}",
)  # fmt: skip


@settings(max_examples=300)
@given(st.lists(st.sampled_from(PIECES), min_size=2, max_size=40), st.integers(1, 8))
def test_what_repeats_itself_is_judged_as_what_does_not(
    judge: Judge, pieces: list[str], times: int
) -> None:
    text = ("".join(pieces) * times).encode()
    quick = judge.engine.candidates(text, b"a.env")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("keystop.engine._DENSE", -100_000)
        slow = judge.engine.candidates(text, b"a.env")
    assert [(one.detector.id, one.start, one.end, one.doubt, one.why) for one in quick] == [
        (one.detector.id, one.start, one.end, one.doubt, one.why) for one in slow
    ]
