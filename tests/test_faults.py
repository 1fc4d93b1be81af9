"""The promise: whatever breaks, a commit that holds a secret never goes through (P9).

Each fault meets a repository in which a token is staged, committed and in the message. So no
status may be 0, whether the fault was met on the way or not; and what is said names the cause.
"""

from __future__ import annotations

import os
import random
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from keystop.compiling import ENTRIES, INDEX, compile_folder
from keystop.engine import shipped_folder
from tests.conftest import Repo, Twilio

Env = dict[str, str]
Fault = Callable[["Place"], Env | None]
ZEROS = "0" * 40


class Place:
    """The repository that a fault strikes, and a folder outside of it."""

    def __init__(self, repo: Repo, outside: Path, token: str) -> None:
        self.repo = repo
        self.git = repo.path / ".git"
        self.outside = outside
        self.token = token

    def object(self, name: str) -> Path:
        oid = self.repo.git("rev-parse", name).strip()
        path = self.git / "objects" / oid[:2] / oid[2:]
        path.chmod(0o644)
        return path

    def shim(self, script: str) -> Env:
        """A PATH on which git is a script; $REAL is the real one."""
        folder = self.outside / "bin"
        folder.mkdir(exist_ok=True)
        shim = folder / "git"
        shim.write_text(f"#!/bin/sh\nREAL={shutil.which('git')}\n{script}\n")
        shim.chmod(0o755)
        return {"PATH": f"{folder}{os.pathsep}{os.environ['PATH']}"}

    def python(self, code: str, module: str = "sitecustomize") -> Env:
        """An environment in which Python runs code when it starts, or when a module is imported."""
        folder = self.outside / "python"
        folder.mkdir(exist_ok=True)
        (folder / f"{module}.py").write_text(code)
        return {"PYTHONPATH": str(folder)}

    def compiled(self, name: str, change: Callable[[bytes], bytes | None]) -> Env:
        """A wheel's compiled detectors, one of the two files changed or (None) taken away."""
        folder = self.outside / "detectors"
        folder.mkdir()
        for file, content in zip((INDEX, ENTRIES), compile_folder(Path(shipped_folder())),
                                 strict=True):  # fmt: skip
            changed = change(content) if file == name else content
            if changed is not None:
                (folder / file).write_bytes(changed)
        return self.python(
            f"import keystop.engine\nkeystop.engine.shipped_folder = lambda: {str(folder)!r}\n"
        )


@pytest.fixture
def place(repo: Repo, twilio: Twilio, tmp_path: Path) -> Place:
    repo.write("a.py", "x = 1\n" * 50)
    repo.git("add", ".")
    repo.git("commit", "-qm", "first")
    repo.git("update-ref", "refs/remotes/origin/main", "HEAD")
    repo.write("old.py", twilio.lines)
    repo.git("add", ".")
    repo.git("commit", "-qnm", "leak")
    repo.write("settings.py", "\n" + twilio.lines)
    repo.write(".keystop-baseline", "# keystop baseline 1 - x\nsalt " + "ab" * 16 + "\n")
    repo.git("add", ".")
    repo.write("message", f"The twilio token is {twilio.token}\n")
    outside = tmp_path / "outside"
    outside.mkdir()
    return Place(repo, outside, twilio.token)


def broken(path: Path, content: bytes | None) -> None:
    if content is None:
        path.unlink()
    else:
        path.write_bytes(content)


def cut(path: Path, size: int) -> None:
    path.write_bytes(path.read_bytes()[:size])


def packed(place: Place) -> Path:
    place.repo.git("repack", "-adq")
    place.repo.git("prune-packed")
    (pack,) = (place.git / "objects" / "pack").glob("*.pack")
    for file in pack.parent.iterdir():
        file.chmod(0o644)
    return pack


def moved(place: Place, content: bytes) -> None:
    place.git.rename(place.outside / "git")
    place.git.write_bytes(content)


def folder_instead(path: Path) -> None:
    path.unlink()
    path.mkdir()


RAISE = "import keystop.scan\ndef broken(*_):\n    raise {}\nkeystop.scan.Scanner.scan = broken\n"
# cat-file talks both ways: one that dies while it is asked is the case above.
DIE = 'case "$*" in *cat-file*) exec "$REAL" "$@" ;; esac\n'

# What breaks: (what is done, what the hook of git commit must say of it; empty: it finds the token)
FAULTS: dict[str, tuple[Fault, str]] = {
    # The index
    "index-missing": (lambda p: broken(p.git / "index", None), "index"),
    "index-empty": (lambda p: broken(p.git / "index", b""), "index"),
    "index-garbage": (lambda p: broken(p.git / "index", b"garbage" * 20), "index"),
    "index-cut": (lambda p: cut(p.git / "index", 90), "index"),
    "index-cut-in-its-head": (lambda p: cut(p.git / "index", 9), "index"),
    "index-of-a-new-version": (
        lambda p: broken(p.git / "index", b"DIRC\0\0\0\x09" + b"\0" * 40), "index"),
    "index-is-a-folder": (lambda p: folder_instead(p.git / "index"), "index"),
    "index-is-a-dangling-link": (
        lambda p: (p.git / "index").unlink() or (p.git / "index").symlink_to("/no/where"),  # type: ignore[func-returns-value]
        "index"),
    # Objects
    "blob-missing": (lambda p: broken(p.object(":settings.py"), None), "settings.py"),
    "blob-empty": (lambda p: broken(p.object(":settings.py"), b""), "settings.py"),
    "blob-garbage": (lambda p: broken(p.object(":settings.py"), b"\x78\x01garbage"), "settings.py"),
    "blob-cut": (lambda p: cut(p.object(":settings.py"), 20), "settings.py"),
    "blob-is-a-folder": (lambda p: folder_instead(p.object(":settings.py")), "could"),
    "baseline-blob-missing": (
        lambda p: broken(p.object(":.keystop-baseline"), None), ".keystop-baseline"),
    "commit-missing": (lambda p: broken(p.object("HEAD"), None), ""),
    "commit-garbage": (lambda p: broken(p.object("HEAD"), b"\x78\x01x"), "could"),
    "tree-missing": (lambda p: broken(p.object("HEAD^{tree}"), None), "could"),
    "tree-cut": (lambda p: cut(p.object("HEAD^{tree}"), 20), "could"),
    "old-blob-missing": (lambda p: broken(p.object("HEAD:old.py"), None), ""),
    "old-blob-garbage": (lambda p: broken(p.object("HEAD:old.py"), b"\x78\x01garbage"), ""),
    "parent-missing": (lambda p: broken(p.object("HEAD~1"), None), ""),
    "parent-tree-missing": (lambda p: broken(p.object("HEAD~1^{tree}"), None), ""),
    "objects-missing": (lambda p: shutil.rmtree(p.git / "objects"), "not a git repository"),
    "pack-cut": (lambda p: cut(packed(p), 200), "could"),
    "pack-garbage": (lambda p: broken(packed(p), b"garbage"), "could"),
    "pack-without-index": (lambda p: broken(packed(p).with_suffix(".idx"), None), "could"),
    "pack-index-cut": (lambda p: cut(packed(p).with_suffix(".idx"), 500), "could"),
    # References and configuration
    "head-missing": (lambda p: broken(p.git / "HEAD", None), "not a git repository"),
    "head-empty": (lambda p: broken(p.git / "HEAD", b""), "not a git repository"),
    "head-garbage": (lambda p: broken(p.git / "HEAD", b"\xff\xfe\0"), "not a git repository"),
    "head-of-no-object": (lambda p: broken(p.git / "HEAD", b"1" * 40 + b"\n"), ""),
    "head-of-no-branch": (lambda p: broken(p.git / "HEAD", b"ref: refs/heads/no\n"), ""),
    "branch-garbage": (lambda p: broken(p.git / "refs/heads/main", b"garbage\n"), ""),
    "branch-empty": (lambda p: broken(p.git / "refs/heads/main", b""), ""),
    "branch-of-no-object": (
        lambda p: broken(p.git / "refs/heads/main", b"1" * 40 + b"\n"), ""),
    "config-broken": (lambda p: broken(p.git / "config", b"[core\n"), "config"),
    "config-of-a-new-version": (
        lambda p: broken(p.git / "config", b"[core]\nrepositoryformatversion = 9\n"), "version"),
    "gitdir-cut": (
        lambda p: moved(p, b"gitdir: "), "could"),
    "gitdir-of-nothing": (
        lambda p: moved(p, b"gitdir: /no/where\n"), "could"),
    # git
    "git-missing": (lambda p: {"PATH": str(p.outside)}, "git was not found in PATH"),
    "git-only-relative": (lambda _: {"PATH": "."}, "git was not found in PATH"),
    "git-not-executable": (lambda p: p.shim("") and no_x(p), "git was not found in PATH"),
    "git-is-no-program": (lambda p: raw_shim(p, b"\0\1\2"), "could not be started"),
    "git-fails": (lambda p: p.shim("echo 'fatal: out of luck' >&2; exit 128"), "out of luck"),
    "git-fails-silently": (lambda p: p.shim("exit 3"), "exit status 3"),
    "git-is-killed": (lambda p: p.shim("kill -9 $$"), "exit status 137"),
    "git-crashes": (lambda p: p.shim("kill -11 $$"), "exit status 139"),
    **{
        f"git-dies-after-{size}-bytes": (
            lambda p, size=size: p.shim(DIE + f'"$REAL" "$@" | head -c {size}; kill -9 $$'),  # type: ignore[misc]
            "could")
        for size in (1, 20, 60, 120, 180, 240, 300)
    },
    "git-prints-garbage": (lambda p: p.shim("head -c 5000 /dev/urandom"), "could"),
    "git-prints-text": (lambda p: p.shim("echo hello"), "could"),
    "git-complains-at-length": (
        lambda p: p.shim('head -c 3000000 /dev/zero | tr "\\0" x >&2; exec "$REAL" "$@"'), ""),
    # Where it runs
    "no-home": (lambda _: {"HOME": ""}, ""),
    "home-is-not-there": (lambda _: {"HOME": "/no/where"}, ""),
    "home-is-a-file": (lambda _: {"HOME": "/dev/null"}, ""),
    "nothing-can-be-cached": (lambda _: {"TMPDIR": "/no/where", "XDG_CACHE_HOME": "/dev/null"}, ""),
    "ascii": (lambda _: {"PYTHONIOENCODING": "ascii", "LC_ALL": "C"}, ""),
    "cp1252": (lambda _: {"PYTHONIOENCODING": "cp1252"}, ""),
    "posix-without-utf-8": (
        lambda _: {"LC_ALL": "POSIX", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"}, ""),
    # keystop itself
    "regex-missing": (
        lambda p: p.python("raise ImportError('x', name='regex')", "regex") | own_kind(p), "regex"),
    "regex-broken": (
        lambda p: p.python("raise RuntimeError('broken')", "regex") | own_kind(p), "RuntimeError"),
    "hyperscan-missing": (
        lambda p: p.python("raise ImportError('x')", "hyperscan"), ""),
    "internal-error": (lambda p: p.python(RAISE.format(f"KeyError('{p.token}')")), "KeyError"),
    "out-of-memory": (lambda p: p.python(RAISE.format("MemoryError")), "out of memory"),
    "recursion": (lambda p: p.python(RAISE.format("RecursionError")), "RecursionError"),
    "io-error": (lambda p: p.python(RAISE.format("OSError(5, 'Input/output error')")),
                 "Input/output error"),
    "a-pattern-takes-too-long": (
        lambda p: p.python("import keystop.detector\nkeystop.detector.PATTERN_LIMIT = 1e-9\n")
        | own_kind(p), "time limit"),
    "compiled-index-cut": (lambda p: p.compiled(INDEX, lambda one: one[:500]), "could"),
    "compiled-index-empty": (lambda p: p.compiled(INDEX, lambda _: b""), "could"),
    "compiled-index-of-another-version": (
        lambda p: p.compiled(INDEX, lambda one: one[:5] + b"(\x06i\x63\0\0\0" + one[12:]), "could"),
    "compiled-entries-missing": (lambda p: p.compiled(ENTRIES, lambda _: None), "could"),
    "compiled-entries-cut": (lambda p: p.compiled(ENTRIES, lambda one: one[:100]), "could"),
}  # fmt: skip


def no_x(place: Place) -> Env:
    (place.outside / "bin" / "git").chmod(0o644)
    return {"PATH": str(place.outside / "bin")}


def raw_shim(place: Place, content: bytes) -> Env:
    env = place.shim("")
    (place.outside / "bin" / "git").write_bytes(content)
    return env


def own_kind(place: Place) -> Env:
    """Stage a secret of a kind of the repository's own: importing regex is put off until then."""
    kind = """[[detector]]
id = "acme.key"
name = "Acme key"
grants = "Whoever has it can order for us."
severity = "high"
keywords = ["acme-"]
pattern = "acme-(?!0)(?P<secret>[0-9a-f]{20})"
"""
    place.repo.write(".keystop.toml", kind)
    place.repo.write("b.py", f"here = 'acme-1{random.randbytes(10).hex()[1:]}'\n")
    place.repo.git("add", ".")
    return {}


# What a scan of a history meets in another way than a hook does.
OF_HISTORY = ("blob", "old-blob", "commit", "tree", "parent", "objects", "pack", "head", "io-error")


def hooks(head: str) -> dict[str, tuple[tuple[str, ...], str]]:
    """The commands that meet a fault, with their standard input."""
    return {
        "pre-commit": (("keystop-pre-commit",), ""),
        "pre-push": (
            ("keystop-pre-push", "origin", "address"),
            f"refs/heads/main {head} refs/heads/main {ZEROS}\n",
        ),
        "commit-msg": (("keystop-commit-msg", "message"), ""),
        "scan": (("keystop", "scan", "--tracked", "--format", "json"), ""),
        "history": (("keystop", "scan", "--history", "--format", "json"), ""),
    }


@pytest.mark.parametrize("which", FAULTS)
def test_a_fault_never_lets_a_secret_through(place: Place, which: str) -> None:
    fault, cause = FAULTS[which]
    head = place.repo.git("rev-parse", "HEAD").strip()
    baseline = (place.repo.path / ".keystop-baseline").read_bytes()
    env = fault(place) or {}
    before = files(place)
    for name, (command, stdin) in hooks(head).items():
        if name == "history" and not which.startswith(OF_HISTORY):
            continue  # it starts as the others do
        executable = shutil.which(command[0])
        assert executable
        done = place.repo.run(executable, *command[1:], env=env, stdin=stdin)
        said = f"{name}: {done.returncode}\n{done.stdout[-1000:]}{done.stderr[-2000:]}"
        assert done.returncode in (1, 2, 3), said
        assert "Traceback" not in done.stderr, said
        assert place.token[8:16] not in done.stdout + done.stderr, said
        if done.returncode != 1:
            assert done.stderr.startswith("keystop"), said
            assert done.stderr.count("\n") <= 2, said
        if name == "pre-commit":
            assert (done.returncode == 1) == (cause == ""), said
            assert cause in done.stderr, said
            if done.returncode == 2:
                assert "To get past it once: SKIP=keystop git commit" in done.stderr, said
    assert (place.repo.path / ".keystop-baseline").read_bytes() == baseline
    assert files(place) == before


def stopped(place: Place, env: Env) -> None:
    """A push and a scan of the history let nothing through, and say why in a line."""
    head = hooks((place.git / "refs/heads/main").read_text().strip())
    shutil.rmtree(place.git / "keystop", ignore_errors=True)  # nothing is known from before
    for name in ("pre-push", "history"):
        command, stdin = head[name]
        done = place.repo.run(*command, env=env, stdin=stdin)
        said = f"{name}: {done.returncode}\n{done.stderr[-2000:]}"
        assert done.returncode in (1, 2), said
        assert "Traceback" not in done.stderr, said
        assert done.returncode == 1 or done.stderr.count("\n") <= 2, said
        assert place.token[8:16] not in done.stdout + done.stderr, said


@pytest.mark.parametrize("kind", [".pack", ".idx"])
def test_a_wrong_byte_in_a_pack_lets_nothing_through(place: Place, kind: str) -> None:
    pack = packed(place).with_suffix(kind)
    whole = pack.read_bytes()
    chance = random.Random(kind)
    for _ in range(4):
        flipped = bytearray(whole)
        flipped[chance.randrange(len(whole))] ^= 1 << chance.randrange(8)
        pack.write_bytes(flipped)
        stopped(place, {})


KILLED = """
import os, subprocess, sys
left, *command = sys.argv[1:]
git = subprocess.Popen(command, stdout=subprocess.PIPE)
left = int(left)
while left and (piece := os.read(git.stdout.fileno(), left)):
    os.write(1, piece)
    left -= len(piece)
git.kill()
os.kill(os.getpid(), 9)
"""


@pytest.mark.parametrize("command", ["cat-file", "log", "rev-list", "for-each-ref"])
@pytest.mark.parametrize("size", [0, 1, 200])
def test_a_git_that_is_killed_lets_nothing_through(place: Place, command: str, size: int) -> None:
    script = place.outside / "killed.py"
    script.write_text(KILLED)
    run = f'exec "{sys.executable}" "{script}" {size} "$REAL" "$@"'
    stopped(place, place.shim(f'case "$*" in *" {command} "*) {run} ;; esac\nexec "$REAL" "$@"'))


def files(place: Place) -> set[str]:
    """Every file of the repository, by name."""
    remembered = place.git / "keystop"  # by a scan of a history
    return {
        str(path) for path in place.repo.path.rglob("*") if remembered not in (path, *path.parents)
    }


def test_there_are_enough_faults() -> None:
    assert len(FAULTS) >= 40


# Standard output and error ------------------------------------------------------------------------

STREAMS = {
    "stdout-closed": ">&-",
    "stderr-closed": "2>&-",
    "both-closed": ">&- 2>&-",
    "all-closed": "<&- >&- 2>&-",
    "stdin-closed": "<&-",
    "stdout-full": ">/dev/full",
    "stderr-full": "2>/dev/full",
    "both-full": ">/dev/full 2>&1",
}


@pytest.mark.parametrize("streams", STREAMS.values(), ids=STREAMS)
@pytest.mark.parametrize(
    "command", ["keystop-pre-commit", "keystop scan --tracked", "keystop scan --format json ."]
)
def test_what_cannot_be_told_blocks_all_the_same(place: Place, command: str, streams: str) -> None:
    done = place.repo.run("sh", "-c", f"{command} {streams}")
    assert done.returncode in (1, 2), (done.returncode, done.stdout, done.stderr)
    assert "Traceback" not in done.stderr
    assert "Exception ignored" not in done.stderr


@pytest.mark.parametrize("streams", STREAMS.values(), ids=STREAMS)
def test_a_clean_commit_needs_no_streams(repo: Repo, streams: str) -> None:
    repo.write("a.py", "x = 1\n")
    repo.git("add", ".")
    assert repo.run("sh", "-c", f"keystop-pre-commit {streams}").returncode == 0


def test_a_reader_that_leaves_does_not_make_it_pass(place: Place) -> None:
    for number in range(80):
        place.repo.write(f"s{number}.py", (place.repo.path / "settings.py").read_text())
    place.repo.git("add", ".")
    for command in ("keystop-pre-commit", "keystop scan --tracked --format json"):
        done = place.repo.run("bash", "-c", f"{command} | head -c 1; exit ${{PIPESTATUS[0]}}")
        assert done.returncode in (1, 2), done.stderr
        assert "Traceback" not in done.stderr


def test_a_report_that_cannot_be_written_is_no_pass(place: Place) -> None:
    (place.repo.path / "report").write_text("old\n")
    for output, said in (("/dev/full", "No space left"), ("/no/where", "No such file"),
                         (".", "Is a directory")):  # fmt: skip
        done = place.repo.run("keystop", "scan", ".", "--output", output)
        assert (done.returncode, said in done.stderr) == (3, True), done.stderr
    limited = place.repo.run(
        "bash", "-c", "ulimit -f 0; trap '' XFSZ; exec keystop scan . --output report"
    )
    assert limited.returncode == 3, limited.stderr
    assert (place.repo.path / "report").read_text() == "old\n"
    assert [path.name for path in place.repo.path.iterdir() if "report" in path.name] == ["report"]


# Limits -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("number", [3, 4, 5, 6, 7, 8, 9, 10, 12, 16])
def test_few_open_files(place: Place, number: int) -> None:
    done = place.repo.run("bash", "-c", f"ulimit -n {number}; exec keystop-pre-commit")
    assert done.returncode != 0
    if done.returncode in (2, 3):
        assert done.stderr.startswith("keystop"), done.stderr


@pytest.mark.parametrize("megabytes", [16, 24, 32, 48, 64, 128])
def test_little_memory(place: Place, megabytes: int) -> None:
    place.repo.write("large.txt", "word " * 4_000_000)
    place.repo.git("add", ".")
    done = place.repo.run("bash", "-c", f"ulimit -v {megabytes * 1024}; exec keystop-pre-commit")
    assert done.returncode != 0, done.stderr


# Signals ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("command", ["keystop-pre-commit", "keystop-pre-push"])
def test_an_interrupt_at_any_time_blocks(place: Place, command: str) -> None:
    head = place.repo.git("rev-parse", "HEAD").strip()
    stdin = f"refs/heads/main {head} refs/heads/main {ZEROS}\n".encode()
    statuses = set()
    for _ in range(25):
        process = subprocess.Popen(
            (command, "origin", "address") if "push" in command else (command,),
            cwd=place.repo.path,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        )
        time.sleep(random.random() * 0.25)
        process.send_signal(signal.SIGINT)
        process.communicate(stdin)
        statuses.add(process.returncode)
    # -2: Python had not yet begun, or had already ended; 1: it was done before
    assert statuses <= {130, -2, 1, 2}, statuses


def test_an_interrupt_is_one_line(place: Place) -> None:
    env = place.python(RAISE.format("KeyboardInterrupt"))
    done = place.repo.run("keystop-pre-commit", env=env)
    assert (done.returncode, done.stdout, done.stderr) == (
        130, "", "keystop: interrupted, so nothing goes through\n"
    )  # fmt: skip


@pytest.mark.parametrize("unbuffered", ["", "1"])
@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="it needs a full device")
def test_a_clean_scan_that_cannot_be_told_says_so(repo: Repo, unbuffered: str) -> None:
    repo.write("a.py", "x = 1\n")
    repo.git("add", ".")
    env = {"PYTHONUNBUFFERED": unbuffered}
    done = repo.run("sh", "-c", "keystop scan --tracked >/dev/full", env=env)
    assert (done.returncode, done.stderr.count("\n")) == (2, 1)
    assert "cannot be written" in done.stderr
