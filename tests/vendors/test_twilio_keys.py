"""Rotating and revoking API keys of a Twilio that fails at every step."""

from __future__ import annotations

import re
from datetime import timedelta
from random import Random

import pytest

from keystop.vendors.settings_file import SettingsFile
from tests import wheelhouse
from tests.vendors.fake_twilio import NOW, FakeTwilio
from tests.vendors.served import FAULTS
from tests.vendors.world import Done, World, crashed, shows

STORE = ".env"


class Rotation:
    """One leaked key, rotated into .env."""

    def __init__(self, world: World, fake: FakeTwilio, kind: str = "standard") -> None:
        self.world = world
        self.fake = fake
        policy = {"allow": ["/twilio/messaging/messages/read"]} if kind == "restricted" else None
        self.old = fake.add_key(kind, "billing", policy=policy)
        self.path = world.repo.path / STORE
        self.path.write_text(
            f"# settings\nTWILIO_API_KEY={self.old.sid}\n"
            f"export TWILIO_API_SECRET='{self.old.secret}'\nOTHER=1\n"
        )
        world.repo.write("app.py", f'TWILIO_API_KEY = "{self.old.sid}"\n'
                         f'TWILIO_API_SECRET = "{self.old.secret}"\n')  # fmt: skip
        fake.server.after = self.one_works

    def stored(self) -> tuple[str, str]:
        """The pair in the file."""
        held = SettingsFile(str(self.path)).read()
        return held.get("TWILIO_API_KEY", ""), held.get("TWILIO_API_SECRET", "")

    def one_works(self) -> None:
        """At any time the old one is alive, or the one in the store."""
        alive = self.fake.alive(self.old.sid, self.old.secret)
        assert alive or self.fake.alive(*self.stored())

    def go(self, *more: str, what: str = "-") -> Done:
        """One run, of somebody who agrees."""
        return self.world.run(
            *("twilio", "rotate", what, "--store", f"env:{STORE}", "--apply", *more),
            twilio_http=self.fake.client(),
            stdin=f"{self.old.sid}:{self.old.secret}\n",
        )

    def to_the_end(self, runs: int = 6) -> None:
        """Run it again and again until it says that all is done."""
        self.world.until_done(self.go, self.nothing_lost, runs)

    def nothing_lost(self) -> None:
        """Every key is the old one, the stored one, or will be found by its name."""
        for key in self.fake.account.keys.values():
            named = "keystop-rotation" in key.name
            assert key.sid == self.old.sid or (key.sid, key.secret) == self.stored() or named

    def finished(self) -> None:
        """The old one is dead, the stored one alone and alive; nothing else was touched."""
        assert not self.fake.alive(self.old.sid, self.old.secret)
        assert self.fake.alive(*self.stored())
        assert [key.sid for key in self.fake.account.keys.values()] == [self.stored()[0]]
        assert self.world.journals() == []
        lines = self.path.read_text().splitlines()
        assert (lines[0], lines[3], len(lines)) == ("# settings", "OTHER=1", 4)
        assert self.path.stat().st_mode & 0o777 == 0o600

    def hidden(self) -> None:
        """No secret was shown or written anywhere but into the store."""
        written = self.world.written(but=(self.path, self.world.repo.path / "app.py"))
        for secret in (self.old.secret, self.stored()[1], self.fake.account.token):
            assert not shows(self.world.said, secret)
            assert not shows(written, secret)


@pytest.mark.parametrize("kind", ["standard", "restricted"])
def test_a_key_is_rotated(world: World, fake: FakeTwilio, kind: str) -> None:
    rotation = Rotation(world, fake, kind)
    first = rotation.go(what="app.py:2")
    assert first.status == 1
    assert rotation.fake.alive(rotation.old.sid, rotation.old.secret)
    assert fake.alive(*rotation.stored())
    second = rotation.go("--resume", what="app.py:2")
    assert second.status == 0, second
    rotation.finished()
    rotation.hidden()
    new = fake.account.keys[rotation.stored()[0]]
    assert (new.kind, new.policy) == (rotation.old.kind, rotation.old.policy)
    assert new.name.startswith("billing (keystop-rotation ")


@pytest.mark.usefixtures("quick")
@pytest.mark.parametrize("fault", FAULTS)
def test_a_rotation_goes_on_after_any_fault(world: World, fake: FakeTwilio, fault: str) -> None:
    number, reached = 0, True
    while reached:
        rotation = Rotation(world, fake)
        fake.server.restart({number: fault})
        rotation.to_the_end()
        rotation.finished()
        rotation.hidden()
        fake.account.keys.clear()
        reached = len(fake.server.log) > number
        number += 1
    assert number > 10


@pytest.mark.usefixtures("quick")
@pytest.mark.parametrize("run", [1, 2])
def test_a_rotation_goes_on_after_a_crash_anywhere(
    world: World, fake: FakeTwilio, run: int
) -> None:
    """In the first run, which makes the new key, and in the second, which ends the old one."""
    point, reached = 0, True
    while reached:
        rotation = Rotation(world, fake)
        for _ in range(1, run):
            assert rotation.go().status == 1
        reached = crashed(rotation.go, point)
        rotation.nothing_lost()
        rotation.one_works()
        if reached or run == 1:
            rotation.to_the_end()
        rotation.finished()
        rotation.hidden()
        fake.account.keys.clear()
        point += 1
    assert point > 15


def test_the_old_key_stays_where_the_new_one_has_died(world: World, fake: FakeTwilio) -> None:
    """Somebody deleted it while it was deployed."""
    rotation = Rotation(world, fake)
    assert rotation.go().status == 1
    del fake.account.keys[rotation.stored()[0]]
    done = rotation.go("--resume")
    assert (done.status, "the old one was not touched" in done.err) == (2, True), done
    assert fake.alive(rotation.old.sid, rotation.old.secret)


def test_the_old_key_stays_where_the_store_holds_another(world: World, fake: FakeTwilio) -> None:
    rotation = Rotation(world, fake)
    assert rotation.go().status == 1
    other = fake.add_key()
    rotation.path.write_text(f"TWILIO_API_KEY={other.sid}\nTWILIO_API_SECRET={other.secret}\n")
    done = rotation.go("--resume")
    assert (done.status, "no longer holds" in done.err) == (2, True), done
    assert fake.alive(rotation.old.sid, rotation.old.secret)


def test_what_was_stored_and_does_not_work_is_made_anew(
    world: World, fake: FakeTwilio, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The run died right after the new pair was stored, and then its secret was damaged."""
    rotation = Rotation(world, fake)
    with monkeypatch.context() as patched:
        patched.setattr("keystop.vendors.rotation.put", _store_and_die)
        assert rotation.go().status == 130
    first, secret = rotation.stored()
    rotation.path.write_text(rotation.path.read_text().replace(secret, secret[::-1]))
    fake.server.after = lambda: None
    rotation.to_the_end()
    assert first not in fake.account.keys
    rotation.finished()


def _store_and_die(store: SettingsFile, changes: dict[str, str]) -> None:
    store.write(changes)
    raise KeyboardInterrupt


def test_the_recorded_session(world: World, fake: FakeTwilio) -> None:
    """What the page shows is what is shown."""
    old = fake.add_key(name="billing", created=NOW - timedelta(200))
    page = (wheelhouse.ROOT / "docs" / "vendors.md").read_text("utf-8")
    shown = re.findall(r"^```console\n\$ (keystop twilio rotate .*?)^```", page, re.M | re.S)
    assert len(shown) == 2
    for picture in shown:
        command, _, expected = picture.partition("\n")
        words = [old.sid if word == "SK-old" else word for word in command.split()[1:]]
        said = world.run(*words, twilio_http=fake.client()).out
        new = SettingsFile(".env").read()["TWILIO_API_KEY"]
        for text, short in (
            (f"Type {old.sid[-4:]}: ", "Type f00d: f00d\n"), ("Type yes: ", "Type yes: yes\n"),
            (old.sid, "SK-old"), (new, "SK-new"), (fake.account.sid, "AC-yours"),
            (str(world.repo.path / ".env"), ".env"), (str(world.home), "~"),
        ):  # fmt: skip
            said = said.replace(text, short)
        said = re.sub("rotation [0-9a-f]{8}", "rotation 1a2b3c4d", said)
        assert said == expected


@pytest.mark.usefixtures("quick")
def test_a_rotation_goes_on_after_several_faults(
    world: World, fake: FakeTwilio, random: Random
) -> None:
    for _ in range(12):
        rotation = Rotation(world, fake)
        fake.server.restart({random.randrange(40): random.choice(FAULTS) for _ in range(8)})
        rotation.to_the_end(16)
        rotation.finished()
        rotation.hidden()
        fake.account.keys.clear()
