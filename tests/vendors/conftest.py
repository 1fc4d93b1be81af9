"""Fakes of vendors, and a user who has leaked something."""

from __future__ import annotations

from collections.abc import Iterator
from random import Random

import pytest

from keystop.vendors.settings_file import SettingsFile
from tests.conftest import Repo
from tests.vendors import contract
from tests.vendors.fake_twilio import FakeTwilio
from tests.vendors.world import World


@pytest.fixture
def world(repo: Repo, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> World:
    """A user, in a new repository."""
    monkeypatch.chdir(repo.path)
    repo.path.joinpath(".git", "info", "exclude").write_text("*.env\n")
    for name in ("TWILIO_API_KEY", "TWILIO_API_SECRET", "TWILIO_REGION", "TWILIO_EDGE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("COLUMNS", "1000")  # names, which are long, are called by short ones
    monkeypatch.setattr("os.fsync", lambda _: None)  # the machine stays up; it costs half the time
    return World(repo, capsys, monkeypatch)


@pytest.fixture
def fake(random: Random, monkeypatch: pytest.MonkeyPatch) -> Iterator[FakeTwilio]:
    """A Twilio that the environment has a login for. All that was asked of it is as described."""
    made = FakeTwilio(random)
    monkeypatch.setenv("TWILIO_ACCOUNT_SID", made.account.sid)
    monkeypatch.setenv("TWILIO_AUTH_TOKEN", made.account.token)
    with made.server.running():
        yield made
    assert made.server.broken == []
    if contract.there():
        contract.check_all([*made.server.past, *made.server.log])


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where the same is run many times, git is not asked about the settings file each time."""
    monkeypatch.setattr(SettingsFile, "_asked", lambda *_: None)
