"""What is asked before anything is done at Twilio, what is refused, and how it is said."""

from __future__ import annotations

import os
import socket
import sys
from pathlib import Path

import pytest

from keystop.errors import Usage
from keystop.vendors.settings_file import SettingsFile
from tests.vendors.fake_twilio import FakeTwilio
from tests.vendors.served import Answer, Request
from tests.vendors.world import Typed, World, shows

HOST = "iam.twilio.com"
GO_ON = "run the same command again, it goes on from here"
BUSY = f"{HOST} has too many requests (429), this one was not carried out; in some minutes {GO_ON}"
BLOCKED = (
    f"{HOST} accepts the login but does not allow this (403): code 20403, the account is suspended "
    f"or closed; with one that may, {GO_ON}"
)
# What is said of each fault: when reading, and when deleting.
SAID = {"403": (BLOCKED, BLOCKED), "429": (BUSY, BUSY)}
for fault, why in (
    ("timeout-before", "timeout"),
    ("reset-before", "the connection broke"),
    ("500-before", "error 500"),
):
    SAID[fault] = (
        f"no answer from {HOST} ({why}); nothing was changed: run the command again",
        f"no answer from {HOST} ({why}), so it is not known whether it was done; {GO_ON}, and "
        "looks first",
    )


def test_a_file_that_git_would_take_in_is_refused_before_anything_changes(
    world: World, fake: FakeTwilio
) -> None:
    key = fake.add_key()
    for more in ((), ("--apply", "--yes")):
        done = world.run("twilio", "rotate", key.sid, "--store", "env:settings.txt", *more,
                         twilio_http=fake.client())  # fmt: skip
        assert (done.status, "git does not ignore" in done.err) == (3, True)
    assert list(fake.account.keys) == [key.sid]
    assert not (world.repo.path / "settings.txt").exists()
    assert world.journals() == []


NEW = ("--store", "env:.env", "--apply")


def test_a_plan_changes_nothing(world: World, fake: FakeTwilio) -> None:
    key = fake.add_key()
    for action in (("revoke",), ("rotate", "--store", "env:.env")):
        done = world.run("twilio", action[0], key.sid, *action[1:], twilio_http=fake.client())
        assert done.status == 1, done
        assert done.out.endswith("Nothing was changed. To do it: the same command with --apply\n")
    assert {request.method for request, _ in fake.server.log} == {"GET"}
    assert world.journals() == []
    assert not (world.repo.path / ".env").exists()


def test_the_plan_of_a_rotation(world: World, fake: FakeTwilio) -> None:
    key = fake.add_key()
    done = world.run("twilio", "rotate", key.sid, "--store", "env:.env", twilio_http=fake.client())
    listed, _, plan = done.out.partition("\n")
    assert listed == f"  {key.sid}  made 2026-11-20  app  <- the leaked one"
    store = f"env:{world.repo.path}/.env"
    assert plan == PLAN.format(key=key.sid, store=store, account=fake.account.sid)


@pytest.mark.parametrize("agree", [True, False])
def test_a_key_is_revoked(world: World, fake: FakeTwilio, agree: bool) -> None:
    """The last four characters of its id are typed."""
    key, other = fake.add_key(), fake.add_key(name="other")
    done = world.run(
        *("twilio", "revoke", key.sid, "--apply"),
        twilio_http=fake.client(),
        terminal=Typed(agree=agree),
    )
    assert f"Do this with {key.sid}? Type {key.sid[-4:]}: " in done.out
    assert done.status == (0 if agree else 1)
    assert (key.sid in fake.account.keys) is not agree
    assert other.sid in fake.account.keys


def test_a_key_that_is_not_there(world: World, fake: FakeTwilio) -> None:
    sid = fake.hexadecimal("SK")
    done = world.run("twilio", "revoke", sid, "--apply", "--yes", twilio_http=fake.client())
    assert (done.status, done.out) == (3, "")
    assert f"has no API key {sid}" in done.err


@pytest.mark.parametrize("columns", [50, 80])
def test_a_plan_is_as_wide_as_the_terminal(
    world: World, fake: FakeTwilio, monkeypatch: pytest.MonkeyPatch, columns: int
) -> None:
    """But for what is one word, and for the command, which is to be copied."""
    key = fake.add_key()
    monkeypatch.setenv("COLUMNS", str(columns))
    done = world.run("twilio", "rotate", key.sid, "--store", "env:.env", "--apply", "--yes",
                     twilio_http=fake.client())  # fmt: skip
    assert done.out.count(f"\n     keystop twilio rotate {key.sid} --resume\n") == 1
    assert done.out.count(f"\n  keystop twilio rotate {key.sid} --resume\n") == 1
    steps = done.out.partition("The rotation waits")[0].partition("1. Make")[2]
    for line in steps.splitlines():
        command = line.lstrip().startswith("keystop ")
        assert len(line) <= columns or command or len(line.split()) <= 2, line


def test_yes_does_not_say_that_it_is_deployed(world: World, fake: FakeTwilio) -> None:
    key = fake.add_key()
    command = ("twilio", "rotate", key.sid, *NEW, "--yes")
    for _ in range(2):
        done = world.run(*command, twilio_http=fake.client(), terminal=Typed(yes=True, agree=False))
        assert done.status == 1
        assert key.sid in fake.account.keys
    done = world.run("twilio", "rotate", "--resume", "--yes", twilio_http=fake.client())
    assert done.status == 0, done
    assert key.sid not in fake.account.keys


def test_resume_in_the_first_run_does_not_skip_the_stop(world: World, fake: FakeTwilio) -> None:
    """Not even where the run before died right before it said what to deploy."""
    key = fake.add_key()
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr("keystop.vendors.steps._may_pass", _interrupt)
        assert world.run("twilio", "rotate", key.sid, *NEW, "--yes",
                         twilio_http=fake.client()).status == 130  # fmt: skip
    done = world.run("twilio", "rotate", "--resume", "--yes", twilio_http=fake.client())
    assert (done.status, key.sid in fake.account.keys) == (1, True), done


def _interrupt(*_: object, **__: object) -> bool:
    raise KeyboardInterrupt


def test_a_tracked_file_makes_no_key(world: World, fake: FakeTwilio) -> None:
    key = fake.add_key()
    world.repo.write(".env", "OTHER=1\n")
    world.repo.git("add", "-f", ".env")
    done = world.run("twilio", "rotate", key.sid, *NEW, twilio_http=fake.client())
    assert (done.status, "git tracks" in done.err) == (3, True), done
    assert {request.method for request, _ in fake.server.log} <= {"GET"}


def full(*_: object) -> None:
    raise Usage("the disk is full")


def test_a_key_that_cannot_be_stored_is_deleted_again(
    world: World, fake: FakeTwilio, monkeypatch: pytest.MonkeyPatch
) -> None:
    key = fake.add_key()
    monkeypatch.setattr("keystop.vendors.settings_file.replace_file", full)
    done = world.run("twilio", "rotate", key.sid, *NEW, twilio_http=fake.client())
    assert done.status == 2
    assert "is deleted again and the old one is as it was" in done.err
    assert list(fake.account.keys) == [key.sid]


def test_a_key_that_can_be_neither_stored_nor_deleted_is_named(
    world: World, fake: FakeTwilio, monkeypatch: pytest.MonkeyPatch
) -> None:
    key = fake.add_key()
    answer = fake.answer

    def no_delete(request: Request) -> Answer:
        return fake.server.refusal(403) if request.method == "DELETE" else answer(request)

    fake.server.answer = no_delete
    with monkeypatch.context() as patched:
        patched.setattr("keystop.vendors.settings_file.replace_file", full)
        done = world.run("twilio", "rotate", key.sid, *NEW, twilio_http=fake.client())
    new = next(sid for sid in fake.account.keys if sid != key.sid)
    assert f"the new one, {new}, is alive and stored nowhere" in done.err
    assert not shows(world.said, fake.account.keys[new].secret)
    fake.server.answer = answer
    done = world.run("twilio", "rotate", key.sid, *NEW, twilio_http=fake.client())
    assert (done.status, new in fake.account.keys) == (1, False), done


def test_a_main_key_is_made_by_hand(world: World, fake: FakeTwilio) -> None:
    """Without --main nothing happens; with it the new pair is asked for, and tried."""
    old, new = fake.add_key("main"), fake.add_key("main", "new")
    leak = f"{old.sid}:{old.secret}\n"
    refused = world.run("twilio", "rotate", "-", *NEW, twilio_http=fake.client(), stdin=leak)
    assert (refused.status, "say --main" in refused.err) == (3, True), refused
    command = ("twilio", "rotate", "-", *NEW, "--main")
    wrong = Typed(lines=[new.sid, fake.hexadecimal()])
    done = world.run(*command, twilio_http=fake.client(), stdin=leak, terminal=wrong)
    assert "does not accept this pair" in done.err
    typed = Typed(lines=[new.sid, new.secret])
    done = world.run(*command, twilio_http=fake.client(), stdin=leak, terminal=typed)
    assert done.status == 1, done
    assert SettingsFile(".env").read()["TWILIO_API_SECRET"] == new.secret
    done = world.run(*command, twilio_http=fake.client(), stdin=leak)
    assert (done.status, list(fake.account.keys)) == (0, [new.sid]), done
    assert not shows(world.said, new.secret)


def test_a_main_key_is_revoked_as_any_other(world: World, fake: FakeTwilio) -> None:
    key = fake.add_key("main")
    done = world.run("twilio", "revoke", "-", "--apply", "--yes", twilio_http=fake.client(),
                     stdin=f"{key.sid}:{key.secret}\n")  # fmt: skip
    assert (done.status, list(fake.account.keys)) == (0, []), done


def test_the_login_itself_is_not_revoked(
    world: World, fake: FakeTwilio, monkeypatch: pytest.MonkeyPatch
) -> None:
    key = fake.add_key("main")
    monkeypatch.delenv("TWILIO_AUTH_TOKEN")
    monkeypatch.setenv("TWILIO_API_KEY", key.sid)
    monkeypatch.setenv("TWILIO_API_SECRET", key.secret)
    done = world.run("twilio", "revoke", key.sid, "--apply", "--yes", twilio_http=fake.client())
    assert (done.status, "which is to die" in done.err) == (3, True)


def test_a_standard_key_is_told_what_it_lacks(
    world: World, fake: FakeTwilio, monkeypatch: pytest.MonkeyPatch
) -> None:
    key, other = fake.add_key(), fake.add_key()
    monkeypatch.delenv("TWILIO_AUTH_TOKEN")
    monkeypatch.setenv("TWILIO_API_KEY", key.sid)
    monkeypatch.setenv("TWILIO_API_SECRET", key.secret)
    done = world.run("twilio", "revoke", other.sid, twilio_http=fake.client())
    assert done.err == (
        "keystop could not finish: iam.twilio.com does not accept the login (401): code 20003, "
        "wrong pair, deleted or of another Region (--region); a Standard or Restricted API key may "
        "not touch keys and accounts: act with the Auth Token or a Main key; then run the same "
        "command again, it goes on from here\n"
    )


@pytest.mark.parametrize(("fault", "told"), SAID.items())
def test_what_is_said_of_a_fault_that_stays(
    world: World, fake: FakeTwilio, fault: str, told: tuple[str, str]
) -> None:
    """On the first call, which reads, and then on the third, which deletes."""
    key = fake.add_key()
    for first, said in zip((0, 2), told, strict=True):
        fake.server.restart(dict.fromkeys(range(first, 30), fault))
        done = world.run("twilio", "revoke", key.sid, "--apply", "--yes", twilio_http=fake.client())
        assert done.err == f"keystop could not finish: {said}\n"
        assert done.status == 2
        assert key.sid in fake.account.keys


def test_who_does_not_answer_at_all(
    world: World, fake: FakeTwilio, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A real one, whose silence is waited for; with and without the SDK."""
    monkeypatch.setattr("keystop.vendors.twilio.connection.SECONDS", 0.01)
    monkeypatch.setattr("keystop.vendors.web.SECONDS", 0.01)
    with socket.create_server(("127.0.0.1", 0)) as silent:
        fake.server.port = silent.getsockname()[1]
        done = world.run("twilio", "revoke", fake.hexadecimal("SK"), twilio_http=fake.client())
        other = world.run("slack", "revoke", "-", stdin="xoxb-0\n", server=fake.server)
    assert "no answer from iam.twilio.com (timeout)" in done.err
    assert "no answer from slack.com (timeout)" in other.err


def test_a_subaccount_is_suspended_and_no_main_account(world: World, fake: FakeTwilio) -> None:
    sub = fake.add_account(fake.account.sid)
    for sid, status in ((sub.sid, 0), (fake.account.sid, 3)):
        done = world.run("twilio", "revoke", "--suspend", sid, "--apply", "--yes",
                         twilio_http=fake.client())  # fmt: skip
        assert done.status == status, done
    assert (sub.status, fake.account.status) == ("suspended", "active")


def test_another_host_gets_no_login(world: World, fake: FakeTwilio) -> None:
    """Where an answer says that the next page is elsewhere."""
    fake.add_key()
    answer = fake.answer

    def elsewhere(request: Request) -> Answer:
        given = answer(request)
        if request.host == "iam.twilio.com" and isinstance(given.body, dict):
            given.body["meta"]["next_page_url"] = "https://iam.twilio.com.evil.example/v1/Keys"
        return given

    fake.server.answer = elsewhere
    done = world.run("twilio", "investigate", "--since", "2026-11-01", twilio_http=fake.client())
    assert "leads to another host" in done.out
    assert all(request.host.endswith(".twilio.com") for request, _ in fake.server.log)


def test_a_region_is_asked_by_its_name(world: World, fake: FakeTwilio) -> None:
    """The fake does not know it: what counts is where the request went."""
    world.run("twilio", "revoke", fake.hexadecimal("SK"), "--region", "ie1", "--edge", "dublin",
              twilio_http=fake.client())  # fmt: skip
    assert fake.server.log[0][0].host == "iam.dublin.ie1.twilio.com"
    fake.server.log.clear()  # no description has that host


def test_what_goes_on_is_named_with_its_options(world: World, fake: FakeTwilio) -> None:
    new = fake.add_key("main", "new")
    old = fake.add_key("main")
    typed = Typed(lines=[new.sid, new.secret])
    done = world.run("twilio", "rotate", old.sid, *NEW, "--main", terminal=typed,
                     twilio_http=fake.client())  # fmt: skip
    assert f"then:\n  keystop twilio rotate {old.sid} --main --resume\n" in done.out, done


def test_the_token_of_another_account(world: World, fake: FakeTwilio) -> None:
    sub = fake.add_account(fake.account.sid)
    done = world.run("twilio", "rotate", "-", *NEW, twilio_http=fake.client(),
                     stdin=f"{sub.sid}:{sub.token}\n")  # fmt: skip
    assert (done.status, f"is of {sub.sid}" in done.err) == (3, True)
    assert not shows(world.said, sub.token)


def test_what_another_vendor_leaked(world: World, fake: FakeTwilio) -> None:
    token = "ghp_" + fake.hexadecimal()[:30] + "a1B2c3"
    world.repo.write("app.py", f'SENDGRID = 1\nTOKEN_OF_MINE = "{token}"\n')
    done = world.run("twilio", "revoke", "app.py:2", twilio_http=fake.client())
    assert done.status == 3
    assert not shows(world.said, token[4:])


@pytest.mark.parametrize("vendor", ["twilio", "sendgrid", "npm"])
def test_without_a_login(world: World, monkeypatch: pytest.MonkeyPatch, vendor: str) -> None:
    """Nobody sits there, so nobody is asked."""
    for name in ("TWILIO_ACCOUNT_SID", "TWILIO_AUTH_TOKEN", "SENDGRID_API_KEY", "NPM_TOKEN"):
        monkeypatch.delenv(name, raising=False)
    done = world.run(vendor, "revoke", "-", stdin="x" * 22 + "\n" if vendor != "sendgrid"
                     else f"SG.{'x' * 22}.{'y' * 43}\n")  # fmt: skip
    assert done.status == 3
    assert "is not set: the login to act with is read from there" in done.err


@pytest.mark.parametrize("module", ["twilio", "phonenumbers"])
def test_without_the_sdk(
    world: World, fake: FakeTwilio, monkeypatch: pytest.MonkeyPatch, module: str
) -> None:
    for name in (module, f"{module}.rest", f"{module}.http.http_client"):
        monkeypatch.setitem(sys.modules, name, None)
    if module == "twilio":  # before anybody is asked whom to act as
        monkeypatch.delenv("TWILIO_ACCOUNT_SID")
        monkeypatch.delenv("TWILIO_AUTH_TOKEN")
    done = world.run("twilio", "investigate", twilio_http=fake.client())
    assert (done.status, "[twilio]" in done.err, "ACCOUNT" in done.out) == (3, True, False)


@pytest.mark.parametrize("vendor", ["aws", "github", "gitlab", "npm", "sendgrid", "slack"])
def test_a_finding_of_another_vendor(
    world: World, fake: FakeTwilio, monkeypatch: pytest.MonkeyPatch, vendor: str
) -> None:
    """Its own command is named; of a vendor without one, what explains the kind."""
    key = fake.add_key()
    world.repo.write(
        "app.py", f'TWILIO_API_KEY = "{key.sid}"\nTWILIO_API_SECRET = "{key.secret}"\n'
    )
    monkeypatch.setenv("SENDGRID_API_KEY", "x")
    monkeypatch.setenv("NPM_TOKEN", "x")
    done = world.run(vendor, "revoke", "app.py:2")
    assert done.status == 3
    assert "keystop twilio revoke and keystop twilio rotate are for it" in done.err


def test_as_processes(world: World) -> None:
    """The command line itself: nothing is named there that is secret, and errors are told."""
    env = {"TWILIO_ACCOUNT_SID": "", "TWILIO_AUTH_TOKEN": ""}
    for argv, told in (
        (("twilio", "rotate", "x.py:1"), "TWILIO_ACCOUNT_SID is not set"),
        (("github", "rotate", "x.py:1", "--store", "env:.env"), "x.py"),
        (("gitlab", "revoke", "x.py:1", "--url", "ftp://x"), "x.py"),
        (("slack",), "ACTION"),
    ):
        done = world.repo.run("keystop", *argv, env=env)
        assert done.returncode == 3, done
        assert told in done.stderr
        assert "Traceback" not in done.stderr


def test_two_at_once(world: World, fake: FakeTwilio) -> None:
    from keystop.vendors import journal

    key = fake.add_key()
    with journal.alone("twilio", needed=True):
        done = world.run("twilio", "rotate", key.sid, *NEW, twilio_http=fake.client())
    assert (done.status, "another keystop twilio is at work" in done.err) == (3, True)
    assert list(fake.account.keys) == [key.sid]


def test_a_journal_that_is_broken(world: World, fake: FakeTwilio) -> None:
    from keystop.vendors import journal

    key = fake.add_key()
    path = journal.folder() / f"twilio-{key.sid}.json"
    path.parent.mkdir(parents=True)
    for text, status in (("", 1), ("{", 2), ('{"version": 9}', 2)):
        path.write_text(text)
        done = world.run("twilio", "rotate", key.sid, "--store", "env:.env",
                         twilio_http=fake.client())  # fmt: skip
        assert done.status == status, done


def test_the_journal_is_its_owners(world: World, fake: FakeTwilio) -> None:
    key = fake.add_key()
    world.run("twilio", "rotate", key.sid, *NEW, twilio_http=fake.client())
    (path,) = world.journals()
    assert path.stat().st_mode & 0o777 == 0o600
    assert Path(os.path.dirname(path)).stat().st_mode & 0o777 == 0o700


PLAN = """\
1. Make a new one and put it into {store} (TWILIO_API_KEY and TWILIO_API_SECRET)
     call    POST https://iam.twilio.com/v1/Keys (same type, same policy)
     effect  both work; the store holds the new one
     undo    DELETE https://iam.twilio.com/v1/Keys/SK...
2. Try the new one, as the store gives it
     call    GET https://verify.twilio.com/v2/Services?PageSize=1 with the new pair
     effect  reads only
     undo    nothing to undo
   It stops here: deploy TWILIO_API_KEY and TWILIO_API_SECRET from {store} everywhere that uses API key {key}; then:
     keystop twilio rotate {key} --resume
3. Delete the leaked API key {key}
     call    DELETE https://iam.twilio.com/v1/Keys/{key}
     effect  every program that uses it stops, and so do the Access Tokens that it signed
     undo    not reversible
4. See that the old one is dead and the new one works
     call    GET https://verify.twilio.com/v2/Services?PageSize=1 with the old pair must give 401, code 20003; GET https://iam.twilio.com/v1/Keys
     effect  reads only
     undo    nothing to undo
Nothing was changed. To do it: the same command with --apply
"""  # noqa: E501
