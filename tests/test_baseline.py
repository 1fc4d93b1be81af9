"""The promise: what is triaged stays quiet, nothing else does, and the file gives nothing away."""

from __future__ import annotations

import errno
import hashlib
import os
import signal
import subprocess
import time
from collections.abc import Callable
from pathlib import Path
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from keystop.baseline import Baseline, Entry, blank, decode_path, encode_path, read
from keystop.check import Judge
from keystop.errors import Usage
from keystop.replacing import replace_file
from tests.conftest import Repo, Twilio

NAME = ".keystop-baseline"


def password(random: Random) -> str:
    """A password that is found by the name it is assigned to, and by nothing else."""
    letters = "bcdfghjkmnpqrstvwxz"
    word = "".join(random.choice(letters) for _ in range(5))
    return f"{word.title()}{random.randrange(1000, 9999)}!{random.choice(letters)}q"


def line(value: str, name: str = "db_password") -> str:
    return f'{name} = "{value}"\n'


@pytest.fixture
def known(repo: Repo, twilio: Twilio, random: Random) -> Repo:
    """A repository whose only token and password are in its committed baseline."""
    repo.write("settings.py", twilio.lines)
    repo.write("db.py", "# the database\n" + line(password(random)))
    repo.git("add", ".")
    repo.run("keystop", "baseline", "create", "--reason", "test account", check=True)
    repo.git("add", ".")
    repo.git("commit", "-qm", "first")
    repo.hook()
    return repo


def commit(repo: Repo) -> int:
    repo.git("add", ".")
    return repo.run("git", "commit", "-qm", "next").returncode


# What the file does -------------------------------------------------------------------------------


def test_create_records_what_the_tracked_files_hold(repo: Repo, twilio: Twilio) -> None:
    repo.write("settings.py", twilio.lines)
    repo.git("add", ".")
    repo.write("untracked.py", twilio.lines)
    made = repo.run("keystop", "baseline", "create", "--reason", "  a\ttest \n account\x1b[2J")
    text = (repo.path / NAME).read_text()
    head, salt, entry = text.splitlines()
    assert made.stdout == (
        "keystop: .keystop-baseline has 1 entry (1 added, 0 dropped); 0 more found that are not "
        "in it. Now: git add .keystop-baseline\n"
    )
    assert head == "# keystop baseline 1 - written by `keystop baseline`"
    assert (salt[:5], len(salt)) == ("salt ", 37)
    assert entry.split(" ", 3)[:2] == ["settings.py", "twilio.auth-token"]
    assert entry.split(" ", 3)[3] == "a test account\\x1b[2J"
    again = repo.run("keystop", "baseline", "create")
    assert (again.returncode, (repo.path / NAME).read_text()) == (3, text)


def test_the_baseline_itself_is_no_finding(known: Repo) -> None:
    done = known.run("keystop", "scan", "--tracked")
    assert (done.returncode, "2 in the baseline" in done.stdout) == (0, True), done.stdout
    known.git("rm", "-q", "--cached", NAME)
    known.git("commit", "-qnm", "without")
    known.git("add", NAME)
    assert known.run("git", "commit", "-qm", "with").returncode == 0


MOVES: dict[str, Callable[[str], str]] = {
    "lines-above": lambda text: "import os\n\n\n" + text,
    "indented": lambda text: "if True:\n" + "".join(f"    {one}\n" for one in text.splitlines()),
    "tabs": lambda text: "".join(f"\t{one}\n" for one in text.splitlines()),
    "single-quotes": lambda text: text.replace('"', "'"),
    "crlf": lambda text: text.replace("\n", "\r\n"),
    "comment-behind": lambda text: text.replace('"\n', '"  # staging\n'),
}


@pytest.mark.parametrize("move", MOVES)
def test_moving_a_line_changes_nothing(known: Repo, move: str) -> None:
    for name in ("settings.py", "db.py"):
        known.write(name, MOVES[move]((known.path / name).read_text()))
    before = (known.path / NAME).read_bytes()
    assert commit(known) == 0
    assert (known.path / NAME).read_bytes() == before


def test_a_token_is_known_wherever_it_stands_and_a_password_in_its_file_only(known: Repo) -> None:
    known.git("mv", "settings.py", "other.py")
    assert commit(known) == 0
    known.git("mv", "db.py", "moved.py")
    assert commit(known) == 1


@pytest.mark.parametrize("name", ["settings.py", "db.py"])
def test_a_different_secret_on_a_known_line_blocks(known: Repo, name: str, random: Random) -> None:
    new = Twilio(random).lines if name == "settings.py" else line(password(random))
    known.write(name, new)
    assert commit(known) == 1


def test_a_password_is_bound_to_its_detector(known: Repo) -> None:
    text = (known.path / NAME).read_text()
    assert " generic.secret s1:" in text
    known.write(NAME, text.replace(" generic.secret s1:", " generic.other s1:"))
    known.write("db.py", (known.path / "db.py").read_text() + "x = 1\n" * 3)
    known.git("add", ".")
    known.write("db.py", "\n" + (known.path / "db.py").read_text())
    known.git("add", ".")
    known.git("rm", "-q", "--cached", "db.py")
    known.git("commit", "-qnm", "without")
    assert commit(known) == 1


# Read from the index, never written by a hook -----------------------------------------------------


def test_only_a_staged_baseline_counts(repo: Repo, twilio: Twilio) -> None:
    repo.hook()
    repo.write("settings.py", twilio.lines)
    repo.git("add", ".")
    repo.run("keystop", "baseline", "create", check=True)
    before = (repo.path / NAME).read_bytes()
    assert repo.run("git", "commit", "-qm", "unstaged").returncode == 1
    repo.git("add", NAME)
    os.unlink(repo.path / NAME)
    assert repo.run("git", "commit", "-qm", "staged, and gone from the tree").returncode == 0
    assert repo.git("show", f"HEAD:{NAME}").encode() == before
    assert not (repo.path / NAME).exists()


# update and prune ---------------------------------------------------------------------------------


def test_update_adds_what_is_named_and_keeps_reasons(known: Repo, random: Random) -> None:
    known.write("more.py", line(password(random)) + "\n" + line(password(random), "api_password"))
    known.git("add", ".")
    done = known.run("keystop", "baseline", "update", "more.py:3", "--reason", "later")
    assert done.stdout == (
        "keystop: .keystop-baseline has 3 entries (1 added, 0 dropped); 1 more found that is not "
        "in it. Now: git add .keystop-baseline\n"
    )
    entries = read((known.path / NAME).read_bytes()).entries
    assert [(entry.path, entry.reason) for entry in entries] == [
        (b"db.py", "test account"),
        (b"more.py", "later"),
        (b"settings.py", "test account"),
    ]


@pytest.mark.parametrize("place", ["nowhere.py", "db.py:1", "settings.py:9:9", "h1:00", ""])
def test_update_of_a_place_without_finding_changes_nothing(known: Repo, place: str) -> None:
    before = (known.path / NAME).read_bytes()
    done = known.run("keystop", "baseline", "update", place)
    assert (done.returncode, (known.path / NAME).read_bytes()) == (3, before), done.stderr


def test_prune_drops_what_is_gone(known: Repo) -> None:
    known.write("db.py", "import os\n")
    known.git("add", ".")
    known.run("keystop", "baseline", "prune", check=True)
    entries = read((known.path / NAME).read_bytes()).entries
    assert [entry.path for entry in entries] == [b"settings.py"]
    assert commit(known) == 0


def test_prune_without_a_baseline_says_so(repo: Repo) -> None:
    done = repo.run("keystop", "baseline", "prune")
    assert (done.returncode, done.stderr) == (3, "keystop: there is no .keystop-baseline here\n")


# Broken files -------------------------------------------------------------------------------------

HEAD = b"# keystop baseline 1 - x\nsalt " + b"ab" * 16 + b"\n"
ENTRY = b"a.py x.y h1:" + b"0" * 32 + b" why\n"
READ = {
    "empty": HEAD,
    "one": HEAD + ENTRY,
    "crlf": (HEAD + ENTRY).replace(b"\n", b"\r\n"),
    "twice-the-same": HEAD + ENTRY + ENTRY,
    "head-twice": HEAD + ENTRY + HEAD,
    "comments-and-blank-lines": HEAD + b"\n# a\n" + ENTRY + b"\n",
    "no-last-line-break": (HEAD + ENTRY)[:-1],
    "a-file-called-salt": HEAD + b"%73alt x.y s1:0a1b2\n",
}
BROKEN = {
    "nothing": (b"", 1, "does not begin with"),
    "something-else": (b"<html>\n", 1, "does not begin with"),
    "newer": (HEAD.replace(b"baseline 1", b"baseline 2") + ENTRY, 1, "needs a newer keystop"),
    "no-salt": (b"# keystop baseline 1\n", 2, "the salt is missing"),
    "short-salt": (HEAD.replace(b"ab" * 16, b"ab" * 15), 2, "not 32 hexadecimal digits"),
    "second-salt": (HEAD + ENTRY + b"salt " + b"cd" * 16 + b"\n", 4, "a second salt"),
    "cut-in-a-digest": ((HEAD + ENTRY)[:-12], 3, "not a line of"),
    "cut-before-the-digest": (HEAD + b"a.py x.y", 3, "not a line of"),
    "unknown-scheme": (HEAD + b"a.py x.y h9:" + b"0" * 32, 3, "not a line of"),
    "bad-escape": (HEAD + b"%zz x.y s1:00000\n", 3, "not a line of"),
    "conflict": (HEAD + b"<<<<<<< ours\n" + ENTRY, 3, "marks of a merge conflict"),
    "two-reasons": (HEAD + ENTRY + ENTRY.replace(b"why", b"hm"), 4, "different reasons"),
    "utf-16": (HEAD.decode().encode("utf-16"), 1, "UTF-16"),
    "utf-16-without-mark": (HEAD.decode().encode("utf-16-le"), 1, "UTF-16"),
    "latin-1": (HEAD + ENTRY + b"b.py x.y s1:00000 f\xfcr\n", 4, "not UTF-8"),
    "nul": (HEAD[:20] + b"\0" + HEAD[20:], 1, "UTF-16"),
}


@pytest.mark.parametrize("content", READ.values(), ids=READ)
def test_a_baseline_that_is_read(content: bytes) -> None:
    assert read(content).salt == b"\xab" * 16


@pytest.mark.parametrize(("content", "number", "why"), BROKEN.values(), ids=BROKEN)
def test_a_broken_baseline_lets_nothing_pass(
    repo: Repo, twilio: Twilio, content: bytes, number: int, why: str
) -> None:
    repo.hook()
    repo.write(NAME, content)
    repo.git("add", ".")
    alone = repo.run("git", "commit", "-qm", "the baseline alone")
    repo.git("commit", "-qnm", "by force")
    repo.write("settings.py", twilio.lines)
    repo.git("add", ".")
    later = repo.run("git", "commit", "-qm", "with a secret")
    named = repo.run("keystop", "scan", "--baseline", NAME, "settings.py")
    update = repo.run("keystop", "baseline", "update", "settings.py")
    for done in (alone, later, named, update):
        assert f"keystop: {NAME}:{number}: " in done.stderr, done.stderr
        assert why in done.stderr
    # git itself ends with 1 when a hook fails
    assert (alone.returncode, later.returncode) == (1, 1)
    assert (named.returncode, update.returncode) == (3, 3)
    assert repo.run("keystop-pre-commit").returncode == 3
    assert (repo.path / NAME).read_bytes() == content


def test_a_link_is_no_baseline(repo: Repo, twilio: Twilio, tmp_path: Path) -> None:
    elsewhere = tmp_path / "elsewhere"
    elsewhere.write_bytes(HEAD)
    (repo.path / NAME).symlink_to(elsewhere)
    repo.write("settings.py", twilio.lines)
    repo.git("add", ".")
    for command in (
        ("keystop-pre-commit",),
        ("keystop", "scan", "."),
        ("keystop", "baseline", "create"),
        ("keystop", "baseline", "update", "settings.py"),
    ):
        done = repo.run(*command)
        assert (done.returncode, "Traceback" in done.stderr) == (3, False), (command, done.stderr)
    assert elsewhere.read_bytes() == HEAD


def test_a_baseline_of_more_than_64_mb_is_refused(repo: Repo, twilio: Twilio) -> None:
    repo.write("settings.py", twilio.lines)
    repo.git("add", ".")
    with (repo.path / NAME).open("wb") as file:
        file.write(HEAD)
        file.truncate((64 << 20) + 1)
    for command in (("scan", "."), ("baseline", "update"), ("scan", "--baseline", NAME, "-")):
        done = repo.run("keystop", *command)
        assert done.returncode == 3, done.stderr
        assert f"{NAME}:1: it is larger than 64 MB" in done.stderr
    repo.git("add", ".")
    assert repo.run("keystop-pre-commit").returncode in (2, 3)


# Merging ------------------------------------------------------------------------------------------


def test_two_branches_that_add_entries_merge(known: Repo, random: Random) -> None:
    known.write(".gitattributes", f"{NAME} merge=union\n")
    assert commit(known) == 0
    for branch in ("one", "two"):
        known.git("switch", "-qc", branch, "main")
        known.write(f"{branch}.py", line(password(random)))
        known.git("add", ".")
        known.run("keystop", "baseline", "update", f"{branch}.py", "--reason", branch, check=True)
        assert commit(known) == 0
    assert known.run("git", "merge", "-q", "one", "-m", "both").returncode == 0
    entries = read((known.path / NAME).read_bytes()).entries
    assert {entry.path for entry in entries} == {b"db.py", b"one.py", b"settings.py", b"two.py"}
    known.run("keystop", "scan", "--tracked", check=True)
    # The next update writes the sorted form again and loses nothing.
    known.run("keystop", "baseline", "update", check=True)
    assert set(read((known.path / NAME).read_bytes()).entries[0].__slots__) == set(Entry.__slots__)
    again = read((known.path / NAME).read_bytes()).entries
    assert {entry.key for entry in again} == {entry.key for entry in entries}


# What the file gives away -------------------------------------------------------------------------


def test_no_plaintext_and_no_fast_hash_of_a_password(repo: Repo, random: Random) -> None:
    word = password(random)
    repo.write("db.py", line(word))
    repo.git("add", ".")
    repo.run("keystop", "baseline", "create", check=True)
    content = (repo.path / NAME).read_text()
    made = read(content.encode())
    assert word not in content
    assert len(made.entries[0].fingerprint) == 8  # 20 bits: they confirm nothing
    for function in ("md5", "sha1", "sha256", "sha512", "blake2b"):
        for text in (word.encode(), made.salt + word.encode(), word.encode() + made.salt):
            assert hashlib.new(function, text).hexdigest()[:5] != made.entries[0].fingerprint[3:]


def test_what_can_be_guessed_has_no_fast_fingerprint(judge: Judge) -> None:
    from keystop import patterns

    weak = {
        record.id: patterns.bits(record.pattern)
        for record in judge.records
        if not record.password and patterns.bits(record.pattern) < 64
    }
    assert weak == {}


# Reading what was written -------------------------------------------------------------------------

PATHS = st.binary(min_size=1, max_size=40).filter(lambda path: b"\0" not in path)
REASONS = st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=40)
ENTRIES = st.builds(
    Entry,
    PATHS | st.sampled_from([b"salt", b"<<<<<<< a", b"=======", b"#", b"%", b" ", b"a b\nc"]),
    st.from_regex(r"[a-z0-9]{1,8}\.[a-z0-9]{1,8}(-[a-z]{1,5})?", fullmatch=True),
    st.from_regex(r"h1:[0-9a-f]{32}|s1:[0-9a-f]{5}", fullmatch=True),
    REASONS,
)


@settings(deadline=None)
@given(st.binary(min_size=16, max_size=16), st.lists(ENTRIES, unique_by=lambda entry: entry.key))
def test_what_is_written_is_read(salt: bytes, entries: list[Entry]) -> None:
    text = Baseline(salt, entries).text()
    again = read(text.encode())
    assert again.text() == text
    assert again.salt == salt
    # Blanks around a reason may get lost, nothing else.
    assert {(entry.key, entry.reason.strip()) for entry in again.entries} == {
        (entry.key, entry.reason.strip()) for entry in entries
    }


@settings(deadline=None)
@given(PATHS)
def test_a_path_is_one_word_of_ascii(path: bytes) -> None:
    word = encode_path(path)
    assert decode_path(word) == path
    assert word.isascii()
    assert word.isprintable()
    assert " " not in word


@settings(deadline=None)
@given(st.binary(max_size=300))
def test_any_bytes_are_read_or_refused_with_a_place(data: bytes) -> None:
    for content in (data, HEAD + data):
        try:
            read(content)
        except Usage as error:
            assert str(error).startswith(f"{NAME}:")  # noqa: PT017 - both ways are right


@settings(deadline=None)
@given(st.binary(max_size=200))
def test_blanking_keeps_every_line_in_its_place(data: bytes) -> None:
    for text in (data, HEAD + ENTRY + data):
        assert [len(one) for one in blank(text).split(b"\n")] == [
            len(one) for one in text.split(b"\n")
        ]


# Several at once, and in the middle ---------------------------------------------------------------


def test_eight_writers_at_once_lose_nothing(known: Repo, random: Random) -> None:
    for number in range(8):
        known.write(f"w{number}.py", line(password(random)))
    known.git("add", ".")
    writers = [
        subprocess.Popen(
            ("keystop", "baseline", "update", f"w{number}.py", "--reason", f"writer {number}"),
            cwd=known.path,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
        )
        for number in range(8)
    ]
    said = [writer.communicate()[0] for writer in writers]
    assert [writer.returncode for writer in writers] == [0] * 8, said
    entries = read((known.path / NAME).read_bytes()).entries
    assert len(entries) == 10
    assert {entry.reason for entry in entries} >= {f"writer {number}" for number in range(8)}
    assert strays(known) == []


def strays(repo: Repo) -> list[str]:
    """Files that are not tracked and were not meant to be."""
    return repo.git("ls-files", "--others").splitlines()


def test_a_writer_that_is_killed_leaves_the_old_or_the_new_file(
    known: Repo, random: Random
) -> None:
    known.write("more.py", line(password(random)))
    known.git("add", ".")
    old = (known.path / NAME).read_bytes()
    known.run("keystop", "baseline", "update", "more.py", check=True)
    new = (known.path / NAME).read_bytes()
    for number in range(16):
        known.write(NAME, old)
        writer = subprocess.Popen(
            ("keystop", "baseline", "update", "more.py"), cwd=known.path,
            stdout=subprocess.DEVNULL,
        )  # fmt: skip
        time.sleep(0.02 * number + random.random() / 50)
        writer.send_signal(signal.SIGKILL)
        writer.wait()
        assert (known.path / NAME).read_bytes() in (old, new)
        assert strays(known) == []
    known.run("keystop", "baseline", "update", "more.py", check=True)
    assert (known.path / NAME).read_bytes() == new


@pytest.mark.parametrize("call", ["open", "fsync", "replace", "chmod"])
def test_a_full_disk_leaves_the_old_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, call: str
) -> None:
    path = tmp_path / NAME
    path.write_bytes(HEAD)

    def full(*_: object, **__: object) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(os, call, full)
    with pytest.raises(Usage, match=r"cannot be written: No space left on device; it is as it was"):
        replace_file(path, HEAD + ENTRY)
    monkeypatch.undo()
    assert path.read_bytes() == HEAD
    assert os.listdir(tmp_path) == [NAME]


def test_a_file_keeps_its_mode_and_a_new_one_has_the_users(tmp_path: Path) -> None:
    path = tmp_path / NAME
    replace_file(path, HEAD)
    umask = os.umask(0o027)
    os.umask(umask)
    assert path.stat().st_mode & 0o777 == 0o666 & ~umask
    path.chmod(0o640)
    replace_file(path, HEAD + ENTRY, tmp_path / "draft")
    assert (path.stat().st_mode & 0o777, path.read_bytes()) == (0o640, HEAD + ENTRY)
    assert os.listdir(tmp_path) == [NAME]
