"""A rotation as a user sees it: processes, a terminal, a kill in the middle."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from keystop.vendors.settings_file import SettingsFile
from tests.vendors.fake_twilio import FakeTwilio
from tests.vendors.served import Answer, Request
from tests.vendors.world import World, shows

pty = pytest.importorskip("pty", reason="there are no such terminals here")
DRIVE = Path(__file__).with_name("drive.py")
TOP = DRIVE.parents[2]


def command(fake: FakeTwilio, *argv: str) -> list[str]:
    """The command line of a process."""
    return [sys.executable, str(DRIVE), str(fake.server.port), *argv]


def environment(**changes: str) -> dict[str, str]:
    """That of a process."""
    return {**os.environ, "PYTHONPATH": str(TOP), **changes}


def at_a_terminal(fake: FakeTwilio, typed: list[str], *argv: str, **env: str) -> tuple[int, str]:
    """The status of a process, and what its terminal shows; each line is typed when it is asked."""
    main, side = pty.openpty()
    process = subprocess.Popen(command(fake, *argv), stdin=side, stdout=side, stderr=side,
                               env=environment(**env), start_new_session=True)  # fmt: skip
    os.close(side)
    shown = b""
    while True:
        try:
            piece = os.read(main, 4096)
        except OSError:  # the other end is closed
            break
        shown += piece
        if typed and (shown.endswith(b": ") or shown.endswith(b"(not shown): ")):
            os.write(main, typed.pop(0).encode() + b"\n")
    os.close(main)
    return process.wait(30), shown.decode()


@pytest.mark.usefixtures("world")
def test_at_a_terminal(fake: FakeTwilio) -> None:
    """The login is typed and not shown; the end of the key's id is typed to agree."""
    key = fake.add_key()
    status, shown = at_a_terminal(
        fake, [fake.account.token, key.sid[-4:]], "twilio", "revoke", key.sid, "--apply",
        TWILIO_AUTH_TOKEN="",
    )  # fmt: skip
    assert status == 0, shown
    assert key.sid not in fake.account.keys
    assert "Auth Token (not shown): " in shown
    assert not shows(shown, fake.account.token)


@pytest.mark.usefixtures("world")
def test_at_a_terminal_that_says_no(fake: FakeTwilio) -> None:
    key = fake.add_key()
    status, shown = at_a_terminal(fake, ["no"], "twilio", "revoke", key.sid, "--apply")
    assert (status, "Nothing was changed." in shown) == (1, True), shown
    assert key.sid in fake.account.keys


@pytest.mark.usefixtures("world")
def test_without_a_terminal(fake: FakeTwilio) -> None:
    key = fake.add_key()
    done = subprocess.run(
        command(fake, "twilio", "revoke", key.sid, "--apply"),
        env=environment(), stdin=subprocess.DEVNULL, capture_output=True, text=True,
    )  # fmt: skip
    assert (done.returncode, "nobody can be asked" in done.stderr) == (3, True), done
    assert key.sid in fake.account.keys


@pytest.mark.usefixtures("world")
@pytest.mark.parametrize("moment", ["POST", "DELETE"])
def test_killed_in_the_middle(fake: FakeTwilio, moment: str) -> None:
    """With a signal that nobody can catch, when Twilio has done what was asked and not answered."""
    key = fake.add_key(name="billing")
    argv = ("twilio", "rotate", key.sid, "--store", "env:.env", "--yes")
    if moment == "DELETE":
        subprocess.run(command(fake, *argv, "--apply"), env=environment(), capture_output=True)
    answer = fake.answer
    process: list[subprocess.Popen[bytes]] = []

    def kill(request: Request) -> Answer:
        given = answer(request)
        if request.method == moment and process:
            process.pop().send_signal(signal.SIGKILL)
            time.sleep(0.05)
        return given

    fake.server.answer = kill
    more = "--resume" if moment == "DELETE" else "--apply"
    started = subprocess.Popen(command(fake, *argv, more), env=environment(),
                               stdout=subprocess.DEVNULL)  # fmt: skip
    process.append(started)
    assert started.wait(30) == -signal.SIGKILL
    for more in ("--apply", "--resume"):
        done = subprocess.run(command(fake, *argv, more), env=environment(), capture_output=True)
    assert done.returncode == 0, done
    stored = SettingsFile(".env").read()
    assert [(one.sid, one.secret) for one in fake.account.keys.values()] == [
        (stored["TWILIO_API_KEY"], stored["TWILIO_API_SECRET"])
    ]


def test_no_secret_is_an_argument(
    world: World, fake: FakeTwilio, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of none of the programs that are started: git is, by a name that writes down what it gets."""
    key = fake.add_key()
    world.repo.write(
        "app.py", f'TWILIO_API_KEY = "{key.sid}"\nTWILIO_API_SECRET = "{key.secret}"\n'
    )
    world.repo.git("add", "app.py")
    world.repo.git("commit", "-qm", "x")
    real = subprocess.run(("which", "git"), capture_output=True, text=True).stdout.strip()
    log = tmp_path / "log"
    (tmp_path / "bin").mkdir()
    script = tmp_path / "bin" / "git"
    script.write_text(f'#!/bin/sh\necho "$@" >> {log}\nenv >> {log}\nexec {real} "$@"\n')
    script.chmod(0o755)
    monkeypatch.setenv("PATH", f"{script.parent}{os.pathsep}{os.environ['PATH']}")
    for more in ("--apply", "--resume"):
        world.run("twilio", "rotate", "app.py:2", "--store", "env:.env", "--yes", more,
                  twilio_http=fake.client())  # fmt: skip
    assert key.sid not in fake.account.keys
    said = log.read_text()
    assert "ls-files --error-unmatch" in said
    for secret in (key.secret, SettingsFile(".env").read()["TWILIO_API_SECRET"]):
        assert not shows(said, secret)
