"""Real repositories, real processes. A test that touches the user's own files fails."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path
from random import Random

import pytest
from hypothesis import settings

from keystop.check import Judge
from keystop.engine import shipped_folder
from keystop.records import Record, load

HEX = "0123456789abcdef"
BIN = Path(sys.executable).parent

# How long a case takes says something about the machine, not about keystop.
# Where changes are judged, what fails has to come from the change.
settings.register_profile("keystop", deadline=None, derandomize="CI" in os.environ)
settings.load_profile("keystop")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """What takes minutes comes first, or at the end one process waits for it."""
    items.sort(key=lambda item: item.get_closest_marker("long") is None)


if signal.getsignal(signal.SIGINT) == signal.SIG_IGN:
    # A shell lets what it starts in the background ignore interrupts, and all that this starts.
    signal.signal(signal.SIGINT, signal.default_int_handler)


@pytest.fixture(autouse=True)
def _own_home(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> None:
    """A home of its own for every test: nothing of the user's is read or written."""
    home = tmp_path_factory.mktemp("home")
    for name in list(os.environ):
        if name.startswith(("GIT_", "PRE_COMMIT", "KEYSTOP", "XDG_", "SKIP")):
            monkeypatch.delenv(name)
    for name in ("HOME", "USERPROFILE"):
        monkeypatch.setenv(name, str(home))
    monkeypatch.setenv("GIT_CONFIG_NOSYSTEM", "1")
    monkeypatch.setenv("GIT_AUTHOR_NAME", "A Tester")
    monkeypatch.setenv("GIT_AUTHOR_EMAIL", "tester@example.com")
    monkeypatch.setenv("GIT_COMMITTER_NAME", "A Tester")
    monkeypatch.setenv("GIT_COMMITTER_EMAIL", "tester@example.com")
    monkeypatch.setenv("PATH", f"{BIN}{os.pathsep}{os.environ['PATH']}")
    (home / ".gitconfig").write_text(
        '[init]\n\tdefaultBranch = main\n[protocol "file"]\n\tallow = always\n', encoding="utf-8"
    )


class Repo:
    """A repository to work in, with git and keystop as processes."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def git(self, *arguments: str, check: bool = True, errors: str = "replace") -> str:
        """What git prints."""
        return self.run("git", *arguments, check=check, errors=errors).stdout

    def run(
        self,
        *command: str,
        check: bool = False,
        env: dict[str, str] | None = None,
        stdin: str = "",
        cwd: Path | None = None,
        errors: str = "replace",
    ) -> subprocess.CompletedProcess[str]:
        """A process in the repository; env is added to the environment."""
        done = subprocess.run(
            command,
            cwd=cwd or self.path,
            env={**os.environ, **(env or {})},
            input=stdin,
            capture_output=True,
            text=True,
            errors=errors,
            timeout=300,
        )
        if check and done.returncode:
            raise AssertionError(f"{command} gave {done.returncode}\n{done.stdout}\n{done.stderr}")
        return done

    def write(self, name: str, content: str | bytes) -> Path:
        """A file of the working tree."""
        path = self.path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        return path

    def hook(self, name: str = "pre-commit") -> None:
        """keystop's raw hook, as `keystop install --hook` writes it."""
        self.run("keystop", "install", "--hook", name, check=True)


@pytest.fixture
def repo(tmp_path: Path) -> Repo:
    """A new repository without commits."""
    made = Repo(tmp_path / "repo")
    made.path.mkdir()
    made.git("init", "--quiet")
    return made


@pytest.fixture(scope="session")
def judge() -> Judge:
    """All built-in detectors, with their generator."""
    return Judge(load(Path(shipped_folder())))


@pytest.fixture(scope="session")
def records(judge: Judge) -> dict[str, Record]:
    """The built-in records by id."""
    return {record.id: record for record in judge.records}


class Twilio:
    """A made-up Twilio account."""

    def __init__(self, random: Random) -> None:
        def digits(count: int) -> str:
            return "".join(random.choice(HEX) for _ in range(count))

        self.sid = "AC" + digits(32)
        self.token = digits(32)
        self.lines = f'TWILIO_ACCOUNT_SID = "{self.sid}"\nTWILIO_AUTH_TOKEN = "{self.token}"\n'


@pytest.fixture
def random(request: pytest.FixtureRequest) -> Random:
    """Chance that is the same in every run of a test, and another one for each test."""
    return Random(request.node.nodeid)


@pytest.fixture(autouse=True)
def _same_examples(request: pytest.FixtureRequest) -> None:
    """The same examples in every run of a test, whichever tests ran before it."""
    if "judge" in request.fixturenames:
        judge: Judge = request.getfixturevalue("judge")
        judge.generator.random.seed(request.node.nodeid)


@pytest.fixture
def twilio(random: Random) -> Twilio:
    """A new made-up account for each test."""
    return Twilio(random)


@pytest.fixture
def token(judge: Judge, records: dict[str, Record]) -> str:
    """A new made-up GitHub token, which is a secret wherever it stands."""
    return judge.generator.value(records["github.personal-access-token"])
