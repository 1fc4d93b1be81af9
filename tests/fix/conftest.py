"""keystop in this process, with its detectors loaded once."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache

import pytest

from keystop import verdict
from keystop.cli import main
from keystop.engine import Engine, load

Run = Callable[..., tuple[int, str]]


@cache
def _engine() -> Engine:
    return load()


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    """keystop with arguments: its status, and all that it prints."""
    monkeypatch.setattr(verdict, "load", _engine)

    def keystop(*arguments: str) -> tuple[int, str]:
        status = main(list(arguments))
        said = capsys.readouterr()
        return status, said.out + said.err

    return keystop
