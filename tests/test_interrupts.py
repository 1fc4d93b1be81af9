"""Signals at random points of a long run: nothing passes, hangs, or is left behind.

KEYSTOP_POINTS=200 is the long run.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import subprocess
import time
from collections.abc import Callable
from pathlib import Path
from random import Random
from typing import NamedTuple

import pytest

from tests.conftest import Repo
from tests.test_staged import commit, secret

POINTS = int(os.environ.get("KEYSTOP_POINTS", "8"))
MARK = "KEYSTOP_TEST_RUN"
# Where a scan of a history remembers what it has read.
REMEMBERED = os.path.join(".git", "keystop")
# Only so that a run that hangs ends; no run comes near it.
HANGS = 120.0
ZEROS = "0" * 40

pytestmark = pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="needs /proc")


def long_history(repo: Repo, token: str) -> None:
    """A history that takes a second or two to read, with a secret in its first commit."""
    words = "".join(f"value_{n} = compute(token_{n}, {n})\n" for n in range(4000))
    commits = [{"a.py": secret(token), **{f"f{n}.py": f"x = {n}\n" for n in range(1100)}}]
    commits += [{f"g{n}.py": f"number = {n}\n{words}", "a.py": "x\n"} for n in range(12)]
    parts = []
    for files in commits:
        parts.append("commit refs/heads/main\ncommitter A <a@b.c> 1 +0000\ndata 1\nx\n")
        parts += [
            f"M 644 inline {name}\ndata {len(text)}\n{text}\n" for name, text in files.items()
        ]
    repo.run("git", "fast-import", "--quiet", stdin="".join(parts), check=True)


@pytest.fixture
def long(repo: Repo, token: str) -> Repo:
    """A long history that is nowhere else, and the hook of git push."""
    long_history(repo, token)
    repo.git("init", "--quiet", "--bare", "../origin.git")
    repo.git("remote", "add", "origin", "../origin.git")
    repo.hook("pre-push")
    return repo


RUNS = {
    "history": ("keystop", "scan", "--history", "--jobs", "2"),
    "push": ("git", "push", "--quiet", "origin", "main"),
}


def marked(mark: str) -> dict[int, str]:
    """The processes that a run has started and that are still there."""
    found = {}
    for entry in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):
            if f"{MARK}={mark}".encode() in (entry / "environ").read_bytes().split(b"\0"):
                found[int(entry.name)] = (entry / "cmdline").read_bytes().decode()
    return found


def files(*folders: Path) -> dict[str, int]:
    """Every file in these folders, with its size, but what a scan remembers."""
    paths = [path for folder in folders for path in sorted(folder.rglob("*"))]
    return {str(path): path.lstat().st_size for path in paths if REMEMBERED not in str(path)}


class Ended(NamedTuple):
    """How a run ended, and what it said."""

    status: int
    out: str
    err: str


def ended(repo: Repo, command: tuple[str, ...], mark: str, hit: Hit | None) -> Ended:
    """How a run ends that is hit by a signal, once nothing that it started is left."""
    process = subprocess.Popen(
        command, cwd=repo.path, env={**os.environ, MARK: mark}, text=True,
        stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
        start_new_session=True,
    )  # fmt: skip
    try:
        if hit is not None:
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.wait(hit.after)
            if process.returncode is None:
                (os.killpg if hit.group else os.kill)(process.pid, hit.signal)
        out, err = process.communicate(timeout=HANGS)
        limit = time.monotonic() + HANGS
        while left := marked(mark):
            assert time.monotonic() < limit, left
            time.sleep(0.01)
    finally:
        for pid in marked(mark):
            os.kill(pid, signal.SIGKILL)
    return Ended(process.returncode, out, err)


class Hit(NamedTuple):
    """A signal, how many seconds after the start it is sent, and whether to the whole group."""

    signal: signal.Signals
    after: float
    group: bool


# Of the process that is hit: what it did before or of its own, or what the signal makes of it.
# Python that has not begun, or has ended, knows nothing of an interrupt yet or any more.
STATUSES = {
    signal.SIGINT: {130, 1, -signal.SIGINT},
    signal.SIGTERM: {1, -signal.SIGTERM},
    signal.SIGKILL: {1, -signal.SIGKILL},
}


@pytest.mark.parametrize("name", RUNS)
def test_a_signal_at_any_time_lets_nothing_through(
    long: Repo, token: str, name: str, random: Random, monkeypatch: pytest.MonkeyPatch
) -> None:
    temp = long.path.parent / "temp"
    temp.mkdir()
    monkeypatch.setenv("TMPDIR", str(temp))
    begin = time.monotonic()
    assert ended(long, RUNS[name], "whole", None).status == 1
    whole = time.monotonic() - begin
    folders = long.path.parent, Path(os.environ["HOME"])
    before = files(*folders)
    for number in range(POINTS // len(RUNS)):
        after = random.random() * whole
        hit = Hit(random.choice(list(STATUSES)), after, random.random() < 0.5)
        shutil.rmtree(long.path / REMEMBERED, ignore_errors=True)
        done = ended(long, RUNS[name], f"{number}", hit)
        told = f"{hit}: {done.status}\n{done.err[-2000:]}"
        assert done.status in STATUSES[hit.signal], told
        assert token not in done.out + done.err, told
        if done.status == 130:
            assert "interrupted" in done.err, told
            assert "Traceback" not in done.err, told
        assert files(*folders) == before, told


def children(pid: int) -> list[int]:
    """The processes that a process has started and that still run."""
    found = []
    for entry in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):
            fields = (entry / "stat").read_text().rpartition(")")[2].split()
            if int(fields[1]) == pid and fields[0] != "Z":
                found.append(int(entry.name))
    return found


def judges(pid: int) -> list[int]:
    """The processes that judge files for a scan."""
    found = []
    for child in children(pid):
        with contextlib.suppress(OSError):
            if b"spawn_main" in Path(f"/proc/{child}/cmdline").read_bytes():
                found.append(child)
    return found


def is_deaf(pid: int) -> bool:
    """Whether an interrupt does nothing to a process."""
    status = Path(f"/proc/{pid}/status").read_text()
    masks = dict(line.split(":\t") for line in status.splitlines() if line.startswith("Sig"))
    bit = 1 << (signal.SIGINT - 1)
    return bool((int(masks["SigBlk"], 16) | int(masks["SigIgn"], 16)) & bit)


def gits(pid: int) -> list[int]:
    """The processes of git that these read from."""
    return [git for judge in judges(pid) for git in children(judge)]


def hit_when(repo: Repo, wanted: Callable[[int], list[int]], number: int, *, group: bool) -> Ended:
    """How a scan ends when the first of these is there and is hit, or with it the whole group."""
    scan = subprocess.Popen(
        RUNS["history"], cwd=repo.path, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        start_new_session=True,
    )  # fmt: skip
    while not (found := wanted(scan.pid)):
        assert scan.poll() is None, "it ended before it could be hit"
    if group:
        os.killpg(scan.pid, number)
    else:
        os.kill(found[0], number)
    out, err = scan.communicate(timeout=HANGS)
    return Ended(scan.returncode, out, err)


@pytest.mark.parametrize(
    ("wanted", "told"),
    [
        (judges, "a process that read objects ended before its time"),
        (gits, "could be read, this does not pass: git "),
    ],
)
def test_a_process_that_is_killed_is_told(
    long: Repo, wanted: Callable[[int], list[int]], told: str
) -> None:
    done = hit_when(long, wanted, signal.SIGKILL, group=False)
    assert done.status in (1, 2), done
    # A git that had nothing more to give is not missed.
    assert told in done.err or (wanted is gits and "1,114 versions" in done.out), done


SECOND_NOT_STARTED = """
import concurrent.futures.process
def start(pool, real=concurrent.futures.process.ProcessPoolExecutor._adjust_process_count):
    if pool._processes:
        raise {error}
    real(pool)
concurrent.futures.process.ProcessPoolExecutor._adjust_process_count = start
"""


@pytest.mark.parametrize(
    ("error", "told"),
    [
        ("OSError('handle is closed')", "a process that read objects ended before its time"),
        ("BlockingIOError(11, 'try again')", "no process could be started to read objects: try"),
    ],
    ids=["another-was-killed", "too-many"],
)
def test_a_process_that_cannot_be_started_is_told(long: Repo, error: str, told: str) -> None:
    folder = long.path.parent / "python"
    folder.mkdir()
    (folder / "sitecustomize.py").write_text(SECOND_NOT_STARTED.format(error=error))
    done = long.run(*RUNS["history"], env={"PYTHONPATH": str(folder)})
    assert done.returncode in (1, 2), done
    assert told in done.stderr
    assert "internal error" not in done.stderr


@pytest.mark.parametrize("wanted", [judges, gits])
def test_an_interrupt_is_told_by_one_process(
    long: Repo, token: str, wanted: Callable[[int], list[int]]
) -> None:
    deaf: list[bool] = []

    def born(scan: int) -> list[int]:
        found = wanted(scan)
        deaf.extend(is_deaf(judge) for judge in judges(scan))
        return found

    done = hit_when(long, born, signal.SIGINT, group=True)
    assert deaf
    assert all(deaf)
    assert done.status == 130, done
    assert done.err == "keystop: not everything could be read, this does not pass: interrupted\n"
    assert token not in done.out


@pytest.mark.parametrize("name", RUNS)
def test_nothing_has_to_be_written(long: Repo, name: str) -> None:
    free = long.run(*RUNS[name])
    shutil.rmtree(long.path / REMEMBERED, ignore_errors=True)
    limited = ("bash", "-c", 'ulimit -f 0; exec "$@"', "bash", *RUNS[name])
    full = long.run(*limited, env={"TMPDIR": "/no/where", "XDG_CACHE_HOME": "/no/where"})
    assert free.returncode == 1
    assert (full.returncode, full.stdout, full.stderr) == (1, free.stdout, free.stderr)


AFTER_ONE = """
def {name}(*arguments, real={where}.{name}):
    for one in real(*arguments):
        yield one
        raise KeyboardInterrupt
{where}.{name} = {name}
"""
AT_ONCE = """
def stop(*_):
    raise {error}
{where} = stop
"""
# Where it is stopped, as code.
PLACES = {
    "after-some-files": AFTER_ONE.format(where="keystop.bulk", name="judged"),
    "at-a-finding": AFTER_ONE.format(where="keystop.allow", name="allowed"),
    "before-the-messages": AT_ONCE.format(
        where="keystop.sources.commits.messages", error="KeyboardInterrupt"
    ),
    "at-the-whereabouts": AT_ONCE.format(
        where="keystop.sources.whereabouts.Locator.located", error="KeyboardInterrupt"
    ),
}
IMPORTS = "import keystop.allow, keystop.bulk, keystop.sources.commits, keystop.sources.whereabouts"


def stopped(repo: Repo, token: str, code: str) -> Ended:
    """How a scan of a history with a token ends that is stopped by code."""
    commit(repo, a__py=secret(token))
    folder = repo.path.parent / "python"
    folder.mkdir()
    (folder / "sitecustomize.py").write_text(IMPORTS + "\n" + code)
    done = repo.run("keystop", "scan", "--history", env={"PYTHONPATH": str(folder)})
    assert token not in done.stdout + done.stderr
    assert "a.py:1" in done.stdout, done.stderr
    return Ended(done.returncode, done.stdout, done.stderr)


@pytest.mark.parametrize("code", PLACES.values(), ids=PLACES)
def test_an_interrupted_history_tells_what_it_found(repo: Repo, token: str, code: str) -> None:
    done = stopped(repo, token, code)
    assert (done.status, done.err) == (
        130, "keystop: not everything could be read, this does not pass: interrupted\n"
    )  # fmt: skip


def test_whereabouts_that_cannot_be_read_hide_no_finding(repo: Repo, token: str) -> None:
    error = "keystop.sources.whereabouts.git.GitFailed('log', 1, b'no luck')"
    where = "keystop.sources.whereabouts.Locator.located"
    done = stopped(repo, token, AT_ONCE.format(where=where, error=error))
    assert (done.status, "no luck" in done.err) == (1, True)
