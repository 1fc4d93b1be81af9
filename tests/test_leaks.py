"""The promise: nothing that keystop prints, writes or passes on holds a part of a secret (P8).

A repository with examples of many detectors, made for this run, goes through every command in
every format, healthy and broken. No six bytes in a row of any secret may turn up anywhere,
but for what the same commands show with other secrets, and what the records themselves hold:
the public part of a format.
"""

from __future__ import annotations

import os
import re
import shutil
import threading
from collections.abc import Iterator
from pathlib import Path
from random import Random

import pytest

from keystop.check import Judge
from keystop.engine import shipped_folder
from keystop.generate import Generator
from tests.conftest import Repo

WINDOW = 6
ZEROS = "0" * 40
# All kinds take minutes: of so many one is planted, and all of Twilio's.
EVERY = int(os.environ.get("KEYSTOP_EVERY", "4"))


class Planted:
    """Texts with an example of each of many detectors, and the secrets in them."""

    def __init__(self, judge: Judge, seed: int) -> None:
        generator = Generator(judge.records, judge.engine, seed)
        random = Random(seed)
        records = [
            record
            for number, record in enumerate(judge.records)
            if number % EVERY == 0 or record.provider == "Twilio"
        ]
        self.secrets: list[bytes] = []
        self.texts: list[str] = []
        plain: list[str] = []
        # The fingerprint of a password takes 50 ms each time: a few must do.
        some = random.sample([one for one in records if one.password], 6)
        for record in records:
            if record.password and record not in some:
                continue
            text, value = generator.text(record, random.choice(record.examples))
            self.texts.append(text)
            if not record.password:
                plain.append(text)
            if value:
                self.secrets.append(secret(judge, record.id, record.pattern, value))
        twilio = next(one for one in records if one.id == "twilio.auth-token")
        self.one, value = generator.text(twilio, 'TWILIO_AUTH_TOKEN = "{value}"')
        self.secrets.append(value.encode())
        single = [text for text in plain if "\n" not in text]
        # Every kind in all.txt, and in one of the others: a finding costs a millisecond.
        self.python, self.wide, self.allowed = single[::3], single[1::3], single[2::3]
        self.pairs = [f"{one} {random.choice(single)}" for one in single[::3]]
        self.halves = [text[: len(text) * 2 // 3] for text in single[::12]]

    def write(self, repo: Repo) -> None:
        """All examples; some in other languages, encodings and comments; several; halves."""
        repo.write("one.py", self.one + "\n")
        repo.write("all.txt", "\n\n\n\n\n".join(self.texts) + "\n")
        repo.write("some.py", "\n\n\n\n\n".join(self.python) + "\n")
        repo.write("pairs.txt", "\n\n\n\n\n".join(self.pairs) + "\n")
        repo.write("halves.txt", "\n\n\n\n\n".join(self.halves) + "\n")
        repo.write("wide.txt", "\n\n\n\n\n".join(self.wide).encode("utf-16"))
        repo.write(
            "allowed.py",
            "\n\n\n\n\n".join(f"{one}  # keystop: allow[twilio.auth-token] for tests"
                              for one in self.allowed) + "\n",
        )  # fmt: skip

    def windows(self) -> set[bytes]:
        return {
            one[place : place + WINDOW]
            for one in self.secrets
            for place in range(len(one) - WINDOW + 1)
        }


def secret(judge: Judge, name: str, pattern: str, value: str) -> bytes:
    """What of a match is the secret, without its public beginning."""
    found = re.compile(pattern.encode(), re.VERBOSE).fullmatch(value.encode())
    assert found is not None
    one: bytes = found["secret"] if "secret" in found.re.groupindex else found[0]
    prefix = judge.engine.detector(judge.engine.number(name)).prefix.encode()
    if one.startswith(b"-----BEGIN "):
        one = one.partition(b"-----\n")[2]
    return one.removeprefix(prefix)


class Watch:
    """Everything that was to be seen while commands ran."""

    def __init__(self, repo: Repo, outside: Path) -> None:
        self.repo = repo
        self.seen: list[bytes] = []
        self.log = outside / "arguments"
        self.env = {"TMPDIR": str(outside / "tmp"), "KEYSTOP_TEST_LOG": str(self.log)}
        (outside / "tmp").mkdir(parents=True)
        shims = outside / "bin"
        shims.mkdir()
        git = shims / "git"
        git.write_text(
            '#!/bin/sh\nprintf "%s\\n" "$@" >>"$KEYSTOP_TEST_LOG"\nenv >>"$KEYSTOP_TEST_LOG"\n'
            f'exec {shutil.which("git")} "$@"\n'
        )
        git.chmod(0o755)
        self.env["PATH"] = f"{shims}{os.pathsep}{os.environ['PATH']}"
        self.statuses: dict[str, int] = {}
        self._outside = outside
        self._stop = threading.Event()

    def run(self, *command: str, stdin: str = "", **env: str) -> int:
        done = self.repo.run(*command, stdin=stdin, env={**self.env, **env})
        assert "Traceback" not in done.stderr, (command, done.stderr)
        self.seen += [done.stdout.encode(), done.stderr.encode()]
        self.statuses.setdefault(" ".join(command), done.returncode)
        return done.returncode

    def sample(self) -> None:
        """The arguments and environments of all processes, again and again."""
        while not self._stop.wait(0.003):
            for process in Path("/proc").iterdir():
                if process.name.isdigit() and int(process.name) > os.getpid():
                    try:
                        environment = (process / "environ").read_bytes()
                        if os.fsencode(self.log) in environment:  # one of these commands
                            self.seen += [environment, (process / "cmdline").read_bytes()]
                    except OSError:
                        pass

    def finish(self, planted: set[str]) -> bytes:
        """All that was seen, and every file that was written."""
        self._stop.set()
        folders = (self.repo.path, self._outside, Path.home())
        for path in (path for folder in folders for path in folder.rglob("*")):
            objects = ".git/objects" in str(path) or path.name == "index"
            if path.is_file() and not objects and path.name not in planted:
                self.seen.append(path.read_bytes())
        return b"\n".join(set(self.seen))


def everything(repo: Repo, judge: Judge, outside: Path, seed: int) -> tuple[Planted, bytes]:
    """Every command in every format over planted secrets, and all that was to be seen."""
    planted = Planted(judge, seed)
    planted.write(repo)
    names = {path.name for path in repo.path.iterdir() if path.is_file()}
    # git keeps the first line of a message in its logs; the rest is nobody's but keystop's.
    repo.write("message", "first\n\n" + "\n\n\n\n\n".join(planted.texts))
    names |= {"message", "COMMIT_EDITMSG"}
    repo.git("add", ".")
    watch = Watch(repo, outside)
    thread = threading.Thread(target=watch.sample, daemon=True)
    thread.start()
    for command in commands(planted):
        watch.run(*command[1:], stdin=command[0])
    faults(watch)
    repo.git("commit", "-qnF", "message")
    repo.git("tag", "-a", "v1", "-F", "message")
    for name in ("HEAD", "v1"):
        oid = repo.git("rev-parse", name).strip()
        assert watch.run(
            "keystop-pre-push", "o", "a", stdin=f"refs/x {oid} refs/x {ZEROS}\n"
        ) == 1  # fmt: skip
    seen = watch.finish(names)
    assert watch.statuses["keystop-pre-commit"] == watch.statuses["keystop scan ."] == 1
    assert watch.statuses["keystop-commit-msg message"] == 1
    for words in ("respond one.py:1 --owner Ann --format text", "impact one.py:1 --format html",
                    "fix one.py:1 --store env"):  # fmt: skip
        assert watch.statuses[f"keystop {words}"] == 0, words
    assert {0, 1, 3} <= set(watch.statuses.values()), watch.statuses
    oids = repo.git("rev-list", "--objects", "--all").split()
    oids += re.findall("[0-9a-f]{40}", repo.git("ls-files", "--stage"))
    oids += re.findall("[0-9a-f]{40}", repo.git("cat-file", "--batch-check", "--batch-all-objects"))
    leak = (repo.path / ".keystop-leaks").read_bytes().split(b"h1:")[1].split(b" ")[0]
    for known in (leak, leak.split(b":")[1][:8]):
        seen = seen.replace(known, b"")
    return planted, without(seen, oids)


def commands(planted: Planted) -> Iterator[tuple[str, ...]]:
    """Standard input, and the command."""
    text = "\n\n\n\n\n".join(planted.texts)
    for form in ("text", "json", "sarif"):
        yield text, "keystop", "scan", "-", "--format", form
        yield "", "keystop", "scan", "all.txt", "--format", form, "--output", f"report-{form}"
    yield "", "keystop", "scan", "--staged", "--format", "json"
    yield "", "keystop", "scan", "."
    yield "", "keystop-pre-commit"
    yield "", "keystop-commit-msg", "message"
    yield "", "keystop", "baseline", "create", "--reason", "all of it"
    yield "", "keystop", "baseline", "update", "all.txt", "--reason", "again"
    yield "", "keystop", "baseline", "prune"
    for form in ("text", "json", "sarif"):
        yield "", "keystop", "scan", "all.txt", "--format", form
    for form in ("text", "markdown"):
        yield "", "keystop", "respond", "one.py:1", "--owner", "Ann", "--format", form
    for form in ("text", "json"):
        yield "", "keystop", "status", "--format", form
    for form in ("text", "json", "dot", "mermaid", "html"):
        yield "", "keystop", "impact", "one.py:1", "--format", form
    for store in ("env", "vault"):
        yield "", "keystop", "fix", "one.py:1", "--store", store
    yield "", "keystop", "twilio", "revoke", "one.py:1"
    yield "", "keystop", "allows"
    yield "", "keystop", "detectors", "list"
    yield "", "keystop", "explain", "twilio.auth-token"
    yield "", "keystop", "detectors", "show", "twilio.auth-token"


def faults(watch: Watch) -> None:
    """Commands that fail on the way, at the secrets."""
    repo = watch.repo
    text = (repo.path / "all.txt").read_text()
    for name, content in (
        (".keystop.toml", text),
        (".keystop.toml", f'block = """{text}"""\n'.replace("\\", "/")),
        (".keystop.toml", "".join(f"'{line}' = 1\n" for line in text.splitlines())),
        (".keystop-baseline", text),
        (".keystop-baseline", f"# keystop baseline 1\nsalt {'ab' * 16}\n{text}"),
        (".keystop-baseline", f"# keystop baseline 1\nsalt {text}"),
    ):
        kept = (repo.path / name).read_bytes() if (repo.path / name).exists() else None
        repo.write(name, content)
        repo.git("add", name)
        watch.run("keystop-pre-commit")
        watch.run("keystop", "scan", ".")
        repo.git("rm", "-q", "--cached", name)
        if kept is None:
            (repo.path / name).unlink()
        else:
            repo.write(name, kept)
    watch.run("keystop-pre-push", "o", "a", stdin=text)
    for line in text.splitlines()[:40]:
        watch.run("keystop-pre-push", "o", "a", stdin=line + "\n") if line else None
    for error in ("KeyError", "ValueError", "OSError", "UnicodeError", "RuntimeError"):
        folder = watch.log.parent / error
        folder.mkdir()
        (folder / "sitecustomize.py").write_text(
            "import keystop.scan\n"
            "def broken(self, hunks, receipt):\n"
            f"    for hunk in hunks: raise {error}(hunk.text.decode('utf-8', 'replace'))\n"
            "keystop.scan.Scanner.scan = broken\n"
        )
        assert watch.run("keystop-pre-commit", PYTHONPATH=str(folder)) == 2
    for size in (1000, 20000):
        folder = watch.log.parent / f"bin{size}"
        folder.mkdir()
        (folder / "git").write_text(
            f'#!/bin/sh\ncase "$*" in *cat-file*) exec {shutil.which("git")} "$@" ;; esac\n'
            f'{shutil.which("git")} "$@" | head -c {size}; exit 1\n'
        )
        (folder / "git").chmod(0o755)
        path = f"{folder}{os.pathsep}{os.environ['PATH']}"
        watch.run("keystop", "scan", "--staged", "--format", "json", PATH=path)


def without(seen: bytes, oids: list[str]) -> bytes:
    """What was seen, without what is random digits of its own: fingerprints, salts, ids, times."""
    seen = re.sub(rb"h1:[0-9a-f]{32}|s1:[0-9a-f]{5}|salt [0-9a-f]{32}", b"", seen)
    seen = re.sub(rb"\b1[0-9]{9} \+0000\b", b"", seen)
    known = {oid for oid in oids if len(oid) == 40}
    known |= {oid[:12] for oid in known} | {oid[:7] for oid in known}

    def drop(match: re.Match[bytes]) -> bytes:
        return b"" if match[0].decode() in known else match[0]

    return re.sub(rb"\b[0-9a-f]{40}\b|\b[0-9a-f]{12}\b|\b[0-9a-f]{7}\b", drop, seen)


def occurring(windows: set[bytes], seen: bytes) -> dict[bytes, bytes]:
    """The windows that occur, each with what stands around it."""
    found: dict[bytes, bytes] = {}
    for place in range(len(seen) - WINDOW + 1):
        piece = seen[place : place + WINDOW]
        if piece in windows and piece not in found:
            found[piece] = seen[max(0, place - 60) : place + 60]
    return found


@pytest.fixture
def other(tmp_path: Path) -> Repo:
    made = Repo(tmp_path / "other")
    made.path.mkdir()
    made.git("init", "-q")
    return made


def test_the_search_finds_what_is_there() -> None:
    assert occurring({b"secret"}, b"a secret") == {b"secret": b"a secret"}
    assert occurring({b"secret"}, b"a secre t") == {}


@pytest.mark.long
def test_no_part_of_a_secret_is_seen_anywhere(
    repo: Repo, other: Repo, judge: Judge, tmp_path: Path
) -> None:
    planted, seen = everything(repo, judge, tmp_path / "a", 1)
    controls, control = everything(other, judge, tmp_path / "b", 2)
    formats = b"".join(path.read_bytes() for path in Path(shipped_folder()).glob("*.toml"))
    public = {
        *(planted.windows() & controls.windows()),
        *occurring(planted.windows(), control + formats),
    }
    leaks = {
        window: around
        for window, around in occurring(planted.windows(), seen).items()
        if window not in public
    }
    listing = "\n".join(f"{window!r} in {around!r}" for window, around in list(leaks.items())[:40])
    assert not leaks, f"{len(leaks)} windows\n{listing}"
