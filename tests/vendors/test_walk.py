"""The walk in docs/walk.md: from a blocked commit to a dead key, replayed as it is written.

KEYSTOP_RECORD=1 writes what is printed into the page.
"""

from __future__ import annotations

import os
import re
import shlex
import sys
import time
from pathlib import Path

from tests.conftest import Repo
from tests.vendors.fake_twilio import FakeTwilio
from tests.vendors.test_twilio_processes import DRIVE, TOP

PAGE = TOP / "docs" / "walk.md"
RECORD = "KEYSTOP_RECORD" in os.environ
BLOCK = re.compile(r"```console\n(.*?)```", re.DOTALL)
FILES = {
    ".gitignore": ".env\n",
    ".github/CODEOWNERS": "/services/reminders/ @acme/reminders\n/services/calls/ @acme/voice\n",
    ".github/workflows/deploy.yml": (
        "on: push\njobs:\n  deploy:\n    runs-on: ubuntu-latest\n    steps:\n"
        "      - uses: actions/checkout@v4\n      - run: ./deploy.sh calls\n        env:\n"
        "          TWILIO_API_SECRET: ${{ secrets.TWILIO_API_SECRET }}\n"
    ),
    "services/reminders/Dockerfile": 'FROM python:3.13\nCOPY . .\nCMD ["python", "send.py"]\n',
    "services/reminders/send.py": (
        "from twilio.rest import Client\n\nimport settings\n\n\ndef send(to: str) -> None:\n"
        "    client = Client(settings.TWILIO_API_KEY, settings.TWILIO_API_SECRET)\n"
        '    client.messages.create(to=to, from_=settings.SENDER, body="See you tomorrow")\n'
    ),
    "services/calls/package.json": '{"name": "calls", "private": true}\n',
    "services/calls/index.js": (
        'const twilio = require("twilio");\n\n'
        "const client = twilio(process.env.TWILIO_API_KEY, process.env.TWILIO_API_SECRET);\n"
    ),
}
SETTINGS = '"""Settings of the reminders."""\n\nSENDER = "+15005550006"\n'


class Walk:
    """Runs commands in a shell, and shows them as they are written in the page."""

    def __init__(self, repo: Repo, fake: FakeTwilio, folder: Path) -> None:
        self._repo = repo
        self._fake = fake
        self._old = fake.add_key(name="reminders")
        folder.mkdir()
        keystop = folder / "keystop"
        drive = shlex.join([sys.executable, str(DRIVE), str(fake.server.port)])
        real = shlex.quote(str(Path(sys.executable).with_name("keystop")))
        keystop.write_text(
            f'#!/bin/sh\nif [ "$1" = twilio ]; then\n    PYTHONPATH={shlex.quote(str(TOP))}'
            f' exec {drive} "$@"\nfi\nexec {real} "$@"\n'
        )
        keystop.chmod(0o755)
        # What is long is called by a short name only afterwards.
        self._env = {"PATH": f"{folder}{os.pathsep}{os.environ['PATH']}", "COLUMNS": "1000"}
        for name, text in FILES.items():
            repo.write(name, text)
        repo.git("add", ".")
        repo.git("commit", "-qm", "Begin")
        repo.git("init", "-q", "--bare", f"{repo.path}.git")
        repo.git("remote", "add", "origin", f"{repo.path}.git")
        repo.git("push", "-q", "origin", "main")
        repo.run("keystop", "install", check=True)
        key = f'TWILIO_API_KEY = "{self._old.sid}"\nTWILIO_API_SECRET = "{self._old.secret}"\n'
        repo.write("services/reminders/settings.py", SETTINGS + key)

    def step(self, command: str) -> str:
        """What a command prints, with what is new in every run called by names."""
        done = self._repo.run("sh", "-c", f"{command.replace('7c1f09ab', self._leak())} 2>&1",
                              env=self._env)  # fmt: skip
        for secret in (self._old.secret, *(one.secret for one in self._fake.account.keys.values())):
            assert not any(secret[place : place + 6] in done.stdout for place in range(27)), command
        return self._named(done.stdout)

    def _leak(self) -> str:
        file = self._repo.path / ".keystop-leaks"
        return file.read_text().split(":")[2][:8] if file.exists() else "7c1f09ab"

    def _named(self, said: str) -> str:
        names = {self._old.sid: "SK-old", self._fake.account.sid: "AC-1"}
        names |= {sid: "SK-new" for sid in self._fake.account.keys if sid != self._old.sid}
        names |= {str(self._repo.path): "~/acme", str(Path.home()): "~"}
        names |= {self._leak(): "7c1f09ab", time.strftime("%Y-%m-%d"): "2026-11-30"}
        for value, name in names.items():
            said = said.replace(value, name)
        said = re.sub(r"keystop-rotation [0-9a-f]{8}", "keystop-rotation 1a2b3c4d", said)
        said = re.sub(r"\b[0-9a-f]{12}\b", "0a1b2c3d4e5f", said)
        return re.sub(r"T\d\d:\d\d:\d\dZ", "T10:40:00Z", said)


def test_the_walk_is_as_it_is_written(repo: Repo, fake: FakeTwilio, tmp_path: Path) -> None:
    walk = Walk(repo, fake, tmp_path / "bin")
    page = PAGE.read_text(encoding="utf-8")

    def replayed(block: re.Match[str]) -> str:
        commands = [line[2:] for line in block[1].splitlines() if line.startswith("$ ")]
        assert commands
        return "".join(f"$ {one}\n{walk.step(one)}" for one in commands).join(
            ("```console\n", "```")
        )

    new = BLOCK.sub(replayed, page)
    if RECORD:
        PAGE.write_text(new, encoding="utf-8")
    assert new == page
    assert [one.name for one in fake.account.keys.values()] != ["reminders"]
    assert len(fake.account.keys) == 1
