"""Tokens of GitHub, GitLab, npm, SendGrid and Slack, ended and renewed."""

from __future__ import annotations

from collections.abc import Iterator
from random import Random

import pytest

from keystop.vendors.settings_file import SettingsFile
from tests.vendors.fake_tokens import Fakes
from tests.vendors.served import FAULTS
from tests.vendors.world import Done, Typed, World, shows

BY_HAND = {
    "github": ("GITHUB_TOKEN", "ghp_"),
    "npm": ("NPM_TOKEN", "npm_"),
    "slack": ("SLACK_TOKEN", "xoxb-"),
}


@pytest.fixture
def fakes(random: Random) -> Iterator[Fakes]:
    """All of these vendors."""
    made = Fakes(random)
    with made.server.running():
        yield made
    assert made.server.broken == []


class Leak:
    """A token that has leaked, and the one that its owner makes instead."""

    def __init__(
        self, world: World, fakes: Fakes, monkeypatch: pytest.MonkeyPatch, vendor: str
    ) -> None:
        self.world, self.fakes, self.vendor = world, fakes, vendor
        self.name, prefix = BY_HAND.get(vendor, ("GITLAB_TOKEN", "glpat-"))
        self.old = fakes.token(prefix)
        self.new = fakes.token(prefix) if vendor in BY_HAND else ""
        self.path = world.repo.path / ".env"
        self.path.write_text("OTHER=1\n")
        if vendor == "npm":
            monkeypatch.setenv("NPM_TOKEN", fakes.token(prefix))

    def go(self, action: str, *more: str) -> Done:
        """One run, of somebody who agrees and types the new token when it is asked for."""
        store = ("--store", "env:.env") if action == "rotate" else ()
        return self.world.run(
            *(self.vendor, action, "-", *store, "--apply", *more),
            server=self.fakes.server,
            terminal=Typed(lines=[self.new] * 3, yes="--yes" in more),
            stdin=f"{self.old}\n",
        )

    def stored(self) -> str:
        """The token in the file."""
        return SettingsFile(str(self.path)).read().get(self.name, "")

    def hidden(self) -> None:
        """No token was shown or written anywhere but into the store."""
        for token in (self.old, self.new, self.stored()):
            secret = token[6:].rpartition(".")[2]  # of SendGrid's the first half is a public id
            assert not shows(self.world.said, secret)
            assert not shows(self.world.written(but=[self.path]), secret)


@pytest.mark.parametrize("vendor", [*BY_HAND, "gitlab"])
def test_a_token_is_revoked(
    world: World, fakes: Fakes, monkeypatch: pytest.MonkeyPatch, vendor: str
) -> None:
    leak = Leak(world, fakes, monkeypatch, vendor)
    others = fakes.alive - {leak.old}
    done = leak.go("revoke")
    assert done.status == 0, done
    assert fakes.alive == others
    again = leak.go("revoke")
    assert (again.status, "is dead already" in again.out) == (0, True)
    leak.hidden()


@pytest.mark.parametrize("vendor", BY_HAND)
def test_a_token_is_rotated(
    world: World, fakes: Fakes, monkeypatch: pytest.MonkeyPatch, vendor: str
) -> None:
    """Both work until the owner says that the new one is deployed."""
    leak = Leak(world, fakes, monkeypatch, vendor)
    assert leak.go("rotate").status == 1
    assert leak.old in fakes.alive
    assert leak.stored() == leak.new
    done = leak.go("rotate", "--resume", "--yes")
    assert done.status == 0, done
    assert leak.old not in fakes.alive
    assert world.journals() == []
    leak.hidden()


@pytest.mark.usefixtures("quick")
@pytest.mark.parametrize(
    ("vendor", "fault"),
    [
        *(("github", fault) for fault in ("timeout-after", "reset-before", "401", "403")),
        ("npm", "401"),
        ("npm", "503-after"),
        ("slack", "401"),
        ("slack", "503-after"),
    ],
)
def test_a_rotation_goes_on_after_a_fault(
    world: World, fakes: Fakes, monkeypatch: pytest.MonkeyPatch, vendor: str, fault: str
) -> None:
    number, reached = 0, True
    while reached:
        leak = Leak(world, fakes, monkeypatch, vendor)
        fakes.server.after = lambda leak=leak: _one_works(leak)  # type: ignore[misc]
        fakes.server.restart({number: fault})
        # GitHub's and npm's 403 is no sign that a token is dead, so it may be asked once more.
        assert any(leak.go("rotate").status == 0 for _ in range(6)), world.said
        assert leak.old not in fakes.alive
        assert leak.stored() == leak.new
        leak.hidden()
        reached = len(fakes.server.log) > number
        number += 1


def _one_works(leak: Leak) -> None:
    assert {leak.old, leak.stored()} & leak.fakes.alive


def test_a_gitlab_token_renews_itself(
    world: World, fakes: Fakes, monkeypatch: pytest.MonkeyPatch
) -> None:
    leak = Leak(world, fakes, monkeypatch, "gitlab")
    done = leak.go("rotate")
    assert done.status == 0, done
    assert fakes.alive == {leak.stored()}
    leak.hidden()


@pytest.mark.usefixtures("quick")
@pytest.mark.parametrize("fault", FAULTS)
def test_a_gitlab_token_is_renewed_once_or_called_lost(
    world: World, fakes: Fakes, monkeypatch: pytest.MonkeyPatch, fault: str
) -> None:
    """A second renewal with the old token would end the new one, too."""
    number, reached = 0, True
    while reached:
        fakes.alive.clear()
        leak = Leak(world, fakes, monkeypatch, "gitlab")
        fakes.server.restart({number: fault})
        for _ in range(4):
            if leak.go("rotate").status == 0:
                assert fakes.alive == {leak.stored()}
                break
        else:
            assert fault.endswith("-after")
            assert "revoke it and make another" in world.said
            for path in world.journals():
                path.unlink()
        renewals = [answer for request, answer in fakes.server.log
                    if request.path.endswith("/rotate") and answer.status == 200]  # fmt: skip
        assert len(renewals) <= 1
        reached = len(fakes.server.log) > number
        number += 1


def test_a_gitlab_token_that_may_not(
    world: World, fakes: Fakes, monkeypatch: pytest.MonkeyPatch
) -> None:
    fakes.may_renew = False
    leak = Leak(world, fakes, monkeypatch, "gitlab")
    done = leak.go("rotate")
    assert done.status == 3
    assert "its scopes lack api and self_rotate" in done.err
    assert leak.old in fakes.alive


class MailLeak(Leak):
    """A SendGrid key; another one acts."""

    def __init__(self, world: World, fakes: Fakes, monkeypatch: pytest.MonkeyPatch) -> None:
        super().__init__(world, fakes, monkeypatch, "sendgrid")
        self.name = "SENDGRID_API_KEY"
        fakes.mail.clear()
        monkeypatch.setenv(self.name, fakes.mail_key("admin", ["api_keys.create"]))
        self.old = fakes.mail_key("shop", ["mail.send", "templates.read"])
        self.ident = self.old.split(".")[1]
        fakes.server.after = self.one_works

    def one_works(self) -> None:
        """At any time the old or the stored one."""
        assert {self.old, self.stored()} & {key.secret for key in self.fakes.mail.values()}

    def finished(self) -> None:
        """The stored one took the place of the old one."""
        stored = self.stored()
        assert sorted(key.name.split()[0] for key in self.fakes.mail.values()) == ["admin", "shop"]
        assert self.fakes.mail[stored.split(".")[1]].secret == stored
        assert self.fakes.mail[stored.split(".")[1]].scopes == ["mail.send", "templates.read"]
        assert self.ident not in self.fakes.mail


@pytest.mark.usefixtures("quick")
@pytest.mark.parametrize("fault", ["timeout-after", "503-after", "401"])
def test_a_sendgrid_key_is_rotated_through_any_fault(
    world: World, fakes: Fakes, monkeypatch: pytest.MonkeyPatch, fault: str
) -> None:
    number, reached = 0, True
    while reached:
        leak = MailLeak(world, fakes, monkeypatch)
        fakes.server.restart({number: fault})
        assert any(leak.go("rotate").status == 0 for _ in range(6)), world.said
        leak.finished()
        leak.hidden()
        reached = len(fakes.server.log) > number
        number += 1
    assert number > 8


def test_a_sendgrid_key_is_revoked_by_its_id(
    world: World, fakes: Fakes, monkeypatch: pytest.MonkeyPatch
) -> None:
    leak = MailLeak(world, fakes, monkeypatch)
    fakes.server.after = lambda: None
    done = world.run("sendgrid", "revoke", leak.ident, "--apply", "--yes", server=fakes.server)
    assert done.status == 0, done
    assert leak.ident not in fakes.mail
