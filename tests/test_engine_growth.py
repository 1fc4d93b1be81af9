"""What one file can make the engine do stays in proportion to its size."""

from __future__ import annotations

from random import Random

import pytest

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
