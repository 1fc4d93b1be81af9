"""Made-up values and a way to ask what depends on one of them."""

from __future__ import annotations

import json
from collections.abc import Callable
from random import Random
from typing import Any

import pytest

from keystop.check import Judge
from keystop.cli import main
from keystop.records import Record
from tests.conftest import Repo

Values = dict[str, str]


@pytest.fixture
def values(judge: Judge, records: dict[str, Record], random: Random) -> Values:
    """A value for every name that the made-up companies use."""

    def digits(count: int) -> str:
        return "".join(random.choice("0123456789abcdef") for _ in range(count))

    def made(detector: str) -> str:
        return judge.generator.value(records[detector])

    return {
        "SID": "AC" + digits(32),
        "TOKEN": digits(32),
        "OTHER": digits(32),
        "STRIPE": "sk_" + "live_" + digits(24),
        "TEST": "sk_" + "test_" + digits(24),
        "KEY": made("sendgrid.api-key"),
        "BOT": made("slack.bot-token"),
        "DEV": made("slack.bot-token"),
        "MARKETING": made("sendgrid.api-key"),
        "DIGEST": digits(64),
    }


Asked = Callable[..., dict[str, Any]]


@pytest.fixture
def asked(repo: Repo, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Asked:
    """What `keystop impact FINDING --format json` says, without the start of a process."""
    monkeypatch.chdir(repo.path)

    def ask(place: str, *more: str) -> dict[str, Any]:
        capsys.readouterr()
        status = main(["impact", place, "--format", "json", *more])
        out, err = capsys.readouterr()
        assert (status, err) == (0, "")
        told: dict[str, Any] = json.loads(out)
        return told

    return ask


def lines(told: dict[str, Any]) -> set[tuple[str, str, int]]:
    """(service, path, line) of every link."""
    return {
        (service["name"], link["path"], link["line"])
        for service in (*told["services"], told["shared"])
        for link in service["links"]
    }
