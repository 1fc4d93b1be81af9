"""Rotating and revoking the Auth Token of a Twilio that fails at every step."""

from __future__ import annotations

from random import Random

import pytest

from keystop.vendors.settings_file import SettingsFile
from tests.vendors.fake_twilio import FakeTwilio
from tests.vendors.served import FAULTS
from tests.vendors.world import Done, World, crashed, shows

TOKEN, PENDING = "TWILIO_AUTH_TOKEN", "TWILIO_AUTH_TOKEN_PENDING"


class Rotation:
    """The account's token, which has leaked and is the login to act with, rotated into .env."""

    def __init__(
        self, world: World, fake: FakeTwilio, monkeypatch: pytest.MonkeyPatch, action: str
    ) -> None:
        self.world = world
        self.fake = fake
        self.action = action
        self.account = fake.account
        self.account.token = fake.hexadecimal()
        self.account.secondary = ""
        self.old = self.account.token
        monkeypatch.setenv(TOKEN, self.old)
        self.path = world.repo.path / ".env"
        self.path.write_text(f"{TOKEN}={self.old}\nOTHER=1\n")
        fake.server.after = self.one_works

    def held(self) -> dict[str, str]:
        """What is in the store."""
        return SettingsFile(str(self.path)).read()

    def alive(self, token: str) -> bool:
        """Whether a token works."""
        return self.fake.alive(self.account.sid, token)

    def one_works(self) -> None:
        """At any time a token works that somebody has."""
        held = self.held()
        tokens = (self.old, held.get(TOKEN, ""), held.get(PENDING, ""))
        assert any(self.alive(token) for token in tokens)

    def nothing_lost(self) -> None:
        """The primary token is the old one or stored, once the secondary was promoted."""
        assert self.account.token in (self.old, *self.held().values())

    def go(self, *more: str) -> Done:
        """One run, of somebody who agrees."""
        return self.world.run(
            *("twilio", self.action, "-", "--store", "env:.env", "--apply", *more),
            twilio_http=self.fake.client(),
            stdin=f"{self.account.sid}:{self.old}\n",
        )

    def to_the_end(self, runs: int = 6) -> None:
        """Run it again and again until it says that all is done."""
        self.world.until_done(self.go, self.nothing_lost, runs)

    def finished(self) -> None:
        """The old token is dead, the stored one alive and the only one."""
        assert not self.alive(self.old)
        assert self.held() == {TOKEN: self.account.token, "OTHER": "1"}
        assert self.account.secondary == ""
        assert self.world.journals() == []

    def hidden(self) -> None:
        """No token was shown or written anywhere but into the store."""
        written = self.world.written(but=[self.path])
        for token in (self.old, self.account.token):
            assert not shows(self.world.said, token)
            assert not shows(written, token)


def test_a_token_is_rotated(
    world: World, fake: FakeTwilio, monkeypatch: pytest.MonkeyPatch
) -> None:
    rotation = Rotation(world, fake, monkeypatch, "rotate")
    assert rotation.go().status == 1
    held = rotation.held()
    assert held[TOKEN] == rotation.old == fake.account.token
    assert held[PENDING] == fake.account.secondary != ""
    assert rotation.go("--resume").status == 0
    rotation.finished()
    rotation.hidden()


@pytest.mark.usefixtures("quick")
@pytest.mark.parametrize("fault", FAULTS)
def test_a_rotation_goes_on_after_any_fault(
    world: World, fake: FakeTwilio, monkeypatch: pytest.MonkeyPatch, fault: str
) -> None:
    number, reached = 0, True
    while reached:
        rotation = Rotation(world, fake, monkeypatch, "rotate")
        fake.server.restart({number: fault})
        rotation.to_the_end()
        rotation.finished()
        rotation.hidden()
        reached = len(fake.server.log) > number
        number += 1
    assert number > 7


@pytest.mark.usefixtures("quick")
def test_a_rotation_goes_on_after_a_crash_anywhere(
    world: World, fake: FakeTwilio, monkeypatch: pytest.MonkeyPatch
) -> None:
    """To revoke is the same as to rotate, without a stop."""
    point, reached = 0, True
    while reached:
        rotation = Rotation(world, fake, monkeypatch, "revoke")
        reached = crashed(rotation.go, point)
        rotation.nothing_lost()
        rotation.one_works()
        if reached:
            rotation.to_the_end()
        rotation.finished()
        rotation.hidden()
        point += 1
    assert point > 30


def test_a_secondary_token_is_deleted(world: World, fake: FakeTwilio) -> None:
    """The primary one stays, and nothing is stored."""
    fake.account.secondary = leaked = fake.hexadecimal()
    before = fake.account.token
    done = world.run(
        *("twilio", "revoke", "-", "--apply", "--yes"),
        twilio_http=fake.client(),
        stdin=f"{fake.account.sid}:{leaked}\n",
    )
    assert done.status == 0, done
    assert (fake.account.token, fake.account.secondary) == (before, "")


def test_a_dead_token_needs_nothing(world: World, fake: FakeTwilio) -> None:
    done = world.run(
        *("twilio", "revoke", "-", "--apply", "--yes"),
        twilio_http=fake.client(),
        stdin=f"{fake.account.sid}:{fake.hexadecimal()}\n",
    )
    assert done.status == 0
    assert "it is dead already" in done.out


def test_another_secondary_token_is_not_promoted(
    world: World, fake: FakeTwilio, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Somebody made one meanwhile; to promote it would leave a primary token that nobody has."""
    rotation = Rotation(world, fake, monkeypatch, "rotate")
    assert rotation.go().status == 1
    fake.account.secondary = fake.hexadecimal()
    done = rotation.go("--resume")
    assert (done.status, "the primary token was not touched" in done.err) == (2, True), done
    assert fake.account.token == rotation.old


def test_a_pending_token_of_an_earlier_rotation_is_no_new_one(
    world: World, fake: FakeTwilio, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It works, for it is the primary one; the run died before it made another."""
    rotation = Rotation(world, fake, monkeypatch, "rotate")
    rotation.path.write_text(f"OTHER=1\n{PENDING}={rotation.old}\n")

    def die(_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr("keystop.vendors.twilio.tokens.PrimaryToken._make", die)
        assert rotation.go().status == 130
    rotation.to_the_end()
    rotation.finished()


@pytest.mark.usefixtures("quick")
def test_a_rotation_goes_on_after_several_faults(
    world: World, fake: FakeTwilio, random: Random, monkeypatch: pytest.MonkeyPatch
) -> None:
    for _ in range(12):
        rotation = Rotation(world, fake, monkeypatch, "rotate")
        fake.server.restart({random.randrange(40): random.choice(FAULTS) for _ in range(8)})
        rotation.to_the_end(16)
        rotation.finished()
        rotation.hidden()
