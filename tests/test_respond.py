"""The promise: a leak's state is kept, told and merged, and a rotated value stays blocked."""

from __future__ import annotations

import base64
import json
import os
import pty
import re
import subprocess
import threading
from collections.abc import Callable
from pathlib import Path
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from keystop import leaks
from keystop.check import Judge
from keystop.cli import _parser
from keystop.engine import load
from keystop.errors import Usage
from keystop.git import find_repository
from keystop.leaked import Leaked
from keystop.leaks import Event, Leaks
from keystop.records import Record
from keystop.respond.exposure import of_value, verdict
from keystop.vendors import VENDORS, module
from tests.conftest import Repo, Twilio

REACHED = leaks.STATES[1:]
DAY = r"\d{4}-\d\d-\d\d"


def respond(repo: Repo, *arguments: str) -> subprocess.CompletedProcess[str]:
    return repo.run("keystop", "respond", *arguments)


@pytest.fixture
def leaked(repo: Repo, twilio: Twilio) -> Repo:
    """A repository with a leak that is committed and recorded, owned and due."""
    repo.write("settings.py", twilio.lines)
    repo.git("add", ".")
    repo.git("commit", "-qm", "first")
    respond(repo, "settings.py:2", "--owner", "Ann", "--due", "2030-01-31")
    return repo


def name(repo: Repo) -> str:
    said = repo.run("keystop", "status", "--format", "json", check=True).stdout
    return str(json.loads(said)["leaks"][0]["id"])


# The state ----------------------------------------------------------------------------------------


def test_status_of_a_repository_without_leaks(repo: Repo) -> None:
    done = repo.run("keystop", "status")
    assert (done.returncode, done.stdout) == (0, "keystop: no leak is recorded here\n")


def test_a_finding_is_recorded_as_open_and_goes_through_all_states(leaked: Repo) -> None:
    one = name(leaked)
    seen = [leaked.run("keystop", "status").stdout]
    leaked.write("settings.py", "")
    leaked.git("commit", "-qa", "--amend", "-m", "first")
    for state, shown in (
        ("contained", "limit set"),
        ("rotated", "401 with code 20003"),
        ("purged", "git filter-repo, all clones new"),
    ):
        assert respond(leaked, one, f"--{state}", shown).returncode == 0
        seen.append(leaked.run("keystop", "status").stdout)
    head = f"{one}  {{}}  Twilio Auth Token\n  found at settings.py:2; "
    again = f"\n  next: keystop respond {one}\n"
    assert [re.sub(DAY, "DAY", text) for text in seen] == [
        head.format("open") + "open since DAY; owner Ann; due DAY" + again + "keystop: 1 open\n",
        head.format("contained")
        + "contained since DAY (limit set); owner Ann; due DAY"
        + again
        + "keystop: 1 contained\n",
        head.format("rotated")
        + "rotated since DAY (401 with code 20003); owner Ann"
        + again
        + "keystop: 1 rotated\n",
        head.format("purged")
        + "purged since DAY (git filter-repo, all clones new); owner Ann\n"
        + "keystop: 1 purged\n",
    ]


def test_the_same_value_at_another_place_is_the_same_leak(leaked: Repo, twilio: Twilio) -> None:
    leaked.write("deep/other.py", "\n" + twilio.lines)
    done = leaked.run("keystop", "respond", "other.py:3", cwd=leaked.path / "deep")
    assert done.returncode == 0, done.stderr
    assert len(json.loads(leaked.run("keystop", "status", "--format", "json").stdout)["leaks"]) == 1
    assert "settings.py:2" in done.stdout


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        pytest.param(("--purged", "done"), "is not rotated yet", id="purged before rotated"),
        pytest.param(("--rotated", " "), "what shows it", id="nothing shows it"),
        pytest.param(("--due", "tomorrow"), "a date is YYYY-MM-DD", id="no date"),
        pytest.param(("--due", "2026-02-31"), "a date is YYYY-MM-DD", id="no day"),
    ],
)
def test_a_state_that_cannot_be(leaked: Repo, arguments: tuple[str, str], said: str) -> None:
    before = (leaked.path / leaks.NAME).read_bytes()
    done = respond(leaked, name(leaked), *arguments)
    assert done.returncode == 3
    assert said in done.stderr
    assert (leaked.path / leaks.NAME).read_bytes() == before


def test_a_secret_in_the_text_is_refused(leaked: Repo, token: str) -> None:
    before = (leaked.path / leaks.NAME).read_bytes()
    done = respond(leaked, name(leaked), "--rotated", f"the new one is {token}")
    assert done.returncode == 3
    assert token not in done.stderr
    assert (leaked.path / leaks.NAME).read_bytes() == before


def test_the_value_itself_in_the_text_is_refused(leaked: Repo, twilio: Twilio) -> None:
    for text in (f"old {twilio.token} answers 401", f"token={twilio.token}."):
        assert respond(leaked, name(leaked), "--rotated", text).returncode == 3
    assert twilio.token not in (leaked.path / leaks.NAME).read_text()


@pytest.fixture
def taken(leaked: Repo) -> Repo:
    """A repository whose leak is rotated and gone from the working tree, not from the history."""
    respond(leaked, name(leaked), "--rotated", "401")
    leaked.write("settings.py", "")
    leaked.git("commit", "-qam", "without")
    return leaked


def in_a_branch(repo: Repo, _: Twilio) -> str:
    repo.git("branch", "old", "HEAD~")
    repo.git("reset", "-q", "--soft", "HEAD~")
    repo.git("commit", "-q", "--amend", "-m", "first")
    return "branch old"


def in_a_tag(repo: Repo, _: Twilio) -> str:
    in_a_branch(repo, _)
    repo.git("tag", "v1", "old")
    repo.git("branch", "-qD", "old")
    return "tag v1"


def on_a_remote(repo: Repo, _: Twilio) -> str:
    in_a_branch(repo, _)
    repo.git("update-ref", "refs/remotes/there/main", "old")
    repo.git("branch", "-qD", "old")
    return "there"


def in_another_file(repo: Repo, twilio: Twilio) -> str:
    """Nothing is known any more of the place where it was found."""
    in_a_branch(repo, twilio)
    repo.git("branch", "-qD", "old")
    repo.write("notes.txt", f"it was {twilio.token}\n")
    repo.git("add", ".")
    repo.git("commit", "-qm", "notes")
    return "HEAD, branch main"


@pytest.mark.parametrize(
    "keep",
    [in_a_branch, in_a_tag, on_a_remote, in_another_file],
    ids=lambda one: str(one.__name__),
)
def test_what_is_still_there_is_not_purged(
    taken: Repo, twilio: Twilio, keep: Callable[[Repo, Twilio], str]
) -> None:
    where = keep(taken, twilio)
    one = name(taken)
    done = respond(taken, one, "--purged", "git filter-repo")
    assert (done.returncode, done.stderr) == (
        3,
        f"keystop: {one} is not purged: it is still in {where}. Take it out there; what was taken "
        "out on a remote is known here after git fetch --prune --tags\n",
    )
    assert " purged " not in (taken.path / leaks.NAME).read_text()


def test_what_a_file_still_has_is_not_purged(leaked: Repo) -> None:
    one = name(leaked)
    done = respond(leaked, one, "--rotated", "401", "--purged", "git filter-repo")
    assert done.returncode == 3
    assert f"{one} is not purged: settings.py:2 still has it" in done.stderr


def test_what_only_reflogs_have_is_purged(taken: Repo, twilio: Twilio) -> None:
    in_a_branch(taken, twilio)
    taken.git("branch", "-qD", "old")
    assert respond(taken, name(taken), "--purged", "git filter-repo").returncode == 0


# By the id of a leak ------------------------------------------------------------------------------


@pytest.mark.parametrize("where", ["as it was", "moved within its file", "in a commit", "below"])
def test_every_command_takes_the_id_of_a_leak(leaked: Repo, twilio: Twilio, where: str) -> None:
    one = name(leaked)
    folder = leaked.path / "deep" if where == "below" else leaked.path
    folder.mkdir(exist_ok=True)
    if where == "moved within its file":
        leaked.write("settings.py", f"\n\n{twilio.lines}")
    if where == "in a commit":
        leaked.write("settings.py", "")
        leaked.git("commit", "-qam", "without")
    done = leaked.run("keystop", "impact", one, cwd=folder)
    assert (done.returncode, "Twilio Auth Token" in done.stdout) == (0, True), done.stderr
    done = leaked.run("keystop", "fix", one, cwd=folder)
    if where == "in a commit":
        assert (done.returncode, "no file has it any more" in done.stderr) == (3, True)
    else:
        assert (done.returncode, "TWILIO_AUTH_TOKEN" in done.stdout) == (0, True), done.stderr
    done = leaked.run("keystop", "respond", one, cwd=folder)
    assert LOCAL in " ".join(done.stdout.split())


def test_the_id_of_a_leak_whose_value_is_gone(leaked: Repo) -> None:
    one = name(leaked)
    leaked.write("settings.py", "")
    leaked.git("commit", "-qa", "--amend", "-m", "first")
    for command in ("impact", "fix", "verify"):
        done = leaked.run("keystop", command, one)
        assert done.returncode == 3
        assert f"{one}: neither settings.py:2, where it was found, nor" in done.stderr
        assert leaked.run("keystop", command, "0123abcd").returncode == 3
    assert respond(leaked, one).returncode == 0


# What keystop does itself ------------------------------------------------------------------------


def typed(text: str) -> list[str]:
    """The commands that stand in lines of their own."""
    return re.findall(r"^ +(keystop .*)$", text, re.MULTILINE)


def test_a_playbook_names_the_commands_for_each_step(leaked: Repo) -> None:
    one = name(leaked)
    said = respond(leaked, one).stdout
    commands = [
        f"keystop verify {one}",
        f"keystop twilio investigate {one}",
        f"keystop twilio revoke {one} --store env:.env",
        f"keystop twilio rotate {one} --store env:.env",
        f"keystop impact {one}",
        f"keystop fix {one}",
    ]
    assert typed(said) == commands
    ticket = respond(leaked, one, "--format", "markdown").stdout
    assert re.findall(r"`(keystop [^`]*)`", ticket) == commands
    assert typed(respond(leaked, "twilio.auth-token").stdout) == []


def test_it_names_none_that_would_not_work(repo: Repo, twilio: Twilio, token: str) -> None:
    repo.write("notes.md", f"{twilio.lines}\n{token}\n")  # no file for keystop fix
    said = respond(repo, "notes.md:4").stdout
    one = name(repo)
    assert typed(said) == [
        f"keystop verify {one}",
        f"keystop github revoke {one}",
        f"keystop github rotate {one} --store env:.env",
        f"keystop impact {one}",
    ]
    repo.write("notes.md", "")
    assert typed(respond(repo, one).stdout) == []  # its value cannot be had any more


@pytest.mark.parametrize(
    ("kind", "vendor"),
    [(kind, vendor) for vendor in VENDORS for kind in module(vendor).KINDS.secrets],
)
def test_what_is_offered_at_a_vendor_is_what_its_commands_take(
    repo: Repo, judge: Judge, records: dict[str, Record], kind: str, vendor: str
) -> None:
    record = records[kind]
    text, _ = judge.generator.text(record, record.examples[0])
    repo.write("settings.txt", text + "\n")
    found = json.loads(repo.run("keystop", "scan", "settings.txt", "--format", "json").stdout)
    line, column = next(
        (one["line"], one["column"]) for one in found["findings"] if one["detector"] == kind
    )
    said = respond(repo, f"settings.txt:{line}:{column}").stdout
    commands = typed(said)
    for action in VENDORS[vendor][1]:
        assert any(one.startswith(f"keystop {vendor} {action} ") for one in commands), action
    for one in commands:
        _parser().parse_args(one.split()[1:])  # SystemExit where it is none


# What cannot be -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "command",
    [("respond", "7c1f09ab"), ("status",), ("impact", "7c1f09ab"), ("fix", "7c1f09ab"),
     ("verify", "7c1f09ab"), ("respond", "HEAD:settings.py:2")],
)  # fmt: skip
def test_outside_of_a_repository(tmp_path: Path, command: tuple[str, ...]) -> None:
    done = Repo(tmp_path).run("keystop", *command)
    assert done.returncode == 3
    assert re.fullmatch(r"keystop: not a git repository .*; go into one first\n", done.stderr)


def test_in_a_bare_repository(repo: Repo, tmp_path: Path) -> None:
    remote(repo, tmp_path)
    done = Repo(tmp_path / "there.git").run("keystop", "status")
    assert (done.returncode, "this repository is bare" in done.stderr) == (3, True)


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="it needs a full device")
@pytest.mark.parametrize("unbuffered", ["", "1"])
def test_a_full_disk_is_told_in_a_line(leaked: Repo, unbuffered: str) -> None:
    done = leaked.run("sh", "-c", "keystop status >/dev/full", env={"PYTHONUNBUFFERED": unbuffered})
    assert done.returncode == 2
    assert re.fullmatch(r"keystop could not finish: [a-z ]+ cannot be written.*\n", done.stderr)
    assert "internal" not in done.stderr


def test_what_is_new_is_not_purged_before_it_is_rotated(repo: Repo, twilio: Twilio) -> None:
    repo.write("settings.py", twilio.lines)
    assert respond(repo, "settings.py:2", "--purged", "gone").returncode == 3
    assert not (repo.path / leaks.NAME).exists()


def test_a_file_named_by_the_secret_is_not_written_down(repo: Repo, token: str) -> None:
    repo.write(f"{token}.py", f'key = "{token}"\n')
    done = respond(repo, f"{token}.py:1")
    assert done.returncode == 0
    assert token not in done.stdout + done.stderr + (repo.path / leaks.NAME).read_text()


def test_control_characters_of_somebody_else_s_file_are_not_printed(leaked: Repo) -> None:
    text = (leaked.path / leaks.NAME).read_text()
    mark = text.split("\n")[1].split(" ")[0]
    leaked.write(leaks.NAME, f"{text}{mark} x.y 2026-01-01T00:00:00Z owner \x1b]0;pwn\x07\n")
    assert "\x1b" not in leaked.run("keystop", "status").stdout


def test_a_late_leak_is_told(leaked: Repo) -> None:
    respond(leaked, name(leaked), "--due", "2020-01-31")
    assert "due 2020-01-31, and late" in leaked.run("keystop", "status").stdout


def test_a_kind_is_gone_through_and_nothing_recorded(repo: Repo) -> None:
    done = respond(repo, "twilio.auth-token")
    assert done.returncode == 0
    assert done.stdout.startswith("Twilio Auth Token (twilio.auth-token), severity critical\n")
    assert not (repo.path / leaks.NAME).exists()
    assert respond(repo, "twilio.auth-token", "--rotated", "x").returncode == 3


def test_the_ticket_has_what_was_done(leaked: Repo) -> None:
    respond(leaked, name(leaked), "--rotated", "401 <b>`x`|")
    said = respond(leaked, name(leaked), "--format", "markdown").stdout
    assert said.startswith("# Twilio Auth Token has leaked\n\n| | |\n|---|---|\n| Leak | ")
    assert "| Rotated | 401 \\<b\\>\\`x\\`\\| |\n" in said
    assert re.search(r"^- \[ \] ", said, re.MULTILINE)
    assert re.search(rf"^- {DAY}T\S+Z rotated: 401 ", said, re.MULTILINE)


@pytest.mark.skipif(os.name != "posix", reason="it needs a pseudo-terminal")
def test_in_a_terminal_it_goes_step_by_step_and_keeps_what_is_answered(leaked: Repo) -> None:
    one = name(leaked)
    main, side = pty.openpty()
    process = subprocess.Popen(
        ["keystop", "respond", one], cwd=leaked.path, stdin=side, stdout=side, stderr=side
    )
    os.close(side)
    seen = bytearray()

    def read() -> None:
        while True:
            try:
                piece = os.read(main, 1 << 16)
            except OSError:
                return
            seen.extend(piece)
            for question, answer in (
                (b"q: leave] ", b"\n"),
                (b"harm? What shows it (Enter: not yet): ", b"geo permissions closed\n"),
                (b"401 (Enter: not yet): ", b"answer 401\n"),
                (b"image? What shows it (Enter: not yet): ", b"\n"),
            ):
                if seen.endswith(question):
                    os.write(main, answer)

    reader = threading.Thread(target=read, daemon=True)
    reader.start()
    assert process.wait(60) == 0, seen.decode(errors="replace")
    reader.join(60)
    os.close(main)
    told = json.loads(leaked.run("keystop", "status", "--format", "json").stdout)["leaks"][0]
    assert [(one["what"], one["text"]) for one in told["events"] if one["what"] in REACHED] == [
        ("contained", "geo permissions closed"),
        ("rotated", "answer 401"),
    ]


MARK = f"h1:{'ab' * 8}:{'cd' * 12}:"
OPEN = "twilio.auth-token 2026-11-30T10:40:00Z open"


# The file -----------------------------------------------------------------------------------------


def test_the_file_holds_nothing_of_the_value(leaked: Repo, twilio: Twilio) -> None:
    text = (leaked.path / leaks.NAME).read_text()
    assert not any(twilio.token[place : place + 6] in text for place in range(27))
    leaked.git("add", ".")
    assert leaked.run("keystop", "scan", leaks.NAME).returncode == 0


def test_two_branches_merge_by_keeping_both(leaked: Repo) -> None:
    leaked.write(".gitattributes", f"{leaks.NAME} merge=union\n")
    leaked.git("add", ".")
    leaked.git("commit", "-qm", "record it")
    one = name(leaked)
    leaked.git("switch", "-qc", "other")
    respond(leaked, one, "--owner", "Bob")
    leaked.git("commit", "-qam", "owner")
    leaked.git("switch", "-q", "main")
    respond(leaked, one, "--rotated", "401")
    leaked.git("commit", "-qam", "rotated")
    leaked.git("merge", "-q", "other", "-m", "merge")
    told = json.loads(leaked.run("keystop", "status", "--format", "json").stdout)["leaks"]
    assert [(leak["state"], leak["owner"]) for leak in told] == [("rotated", "Bob")]


@pytest.mark.parametrize(
    ("text", "line", "said"),
    [
        pytest.param("", 1, "does not begin with", id="empty"),
        pytest.param("# keystop leaks 2\n", 1, "does not begin with", id="another version"),
        pytest.param("# keystop leaks 1\nh1:x twilio.auth-token\n", 2, "not a line of", id="cut"),
        pytest.param("# keystop leaks 1\n<<<<<<< ours\n", 2, "merge conflict", id="conflict"),
        pytest.param(f"# keystop leaks 1\n{MARK}\u00b2 {OPEN}\n", 2, "not a line of", id="digits"),
        pytest.param(f"# keystop leaks 1\n{MARK}9999999999 {OPEN}\n", 2, "not a line", id="size"),
        pytest.param(
            f"# keystop leaks 1\n{MARK}32 twilio.auth-token now open\n", 2, "not a line", id="time"
        ),
    ],
)
def test_a_broken_file_blocks_and_says_where(repo: Repo, text: str, line: int, said: str) -> None:
    repo.write(leaks.NAME, text)
    repo.git("add", ".")
    done = repo.run("keystop", "scan", "--staged")
    assert done.returncode == 3
    assert f"{leaks.NAME}:{line}: " in done.stderr
    assert said in done.stderr


_WORDS = st.text("abcXYZ 019.,:#-äé€", max_size=20)


@given(st.lists(st.tuples(st.sampled_from((*leaks.STATES, *leaks.NOTES)), _WORDS), min_size=1))
def test_what_is_written_is_read_again(events: list[tuple[str, str]]) -> None:
    mark = str(leaks.new_mark(Leaks(()), b"a value that leaked", password=False))
    made = Leaks(
        Event(mark, "twilio.auth-token", f"2026-11-30T10:{number:02}:00Z", what, text)
        for number, (what, text) in enumerate(events)
    )
    again = leaks.read(made.text().encode())
    assert again.text() == made.text()
    assert [one.state for one in again.leaks] == [one.state for one in made.leaks]
    assert again.of(b"a value that leaked") is not None
    assert again.of(b"a value that leakee") is None


@given(st.binary(max_size=200))
def test_bytes_of_any_kind_are_read_or_refused(data: bytes) -> None:
    try:
        leaks.read(b"# keystop leaks 1\n" + data)
    except Usage as error:
        assert str(error).startswith(f"{leaks.NAME}:")  # noqa: PT017 - both ways are right


# What was rotated ---------------------------------------------------------------------------------


@pytest.fixture
def rotated(leaked: Repo) -> Repo:
    """A repository whose leaked token was rotated and taken out, with the hook."""
    respond(leaked, name(leaked), "--rotated", "401")
    leaked.write("settings.py", "")
    leaked.git("add", ".")
    leaked.git("commit", "-qm", "without")
    leaked.hook()
    return leaked


ALLOW = "# keystop: allow[twilio.auth-token] it is an old one\n"
PLACES = {
    "where it was": ("settings.py", '{sid}\nTWILIO_AUTH_TOKEN = "{token}"\n'),
    "allowed": ("settings.py", "{sid}\n" + ALLOW + 'TWILIO_AUTH_TOKEN = "{token}"\n'),
    "where nothing names it": ("notes.txt", "we had {token} there\n"),
    "at the end of a sentence": ("notes.txt", "The old one was {token}.\n"),
    "in a URL": ("run.sh", "curl https://u:{token}@example.com/x\n"),
    "behind an escape": ("log.json", '{{"log": "got\\n{token}"}}\n'),
    "in a terminal's colour": ("log.txt", "\x1b[31m{token}\x1b[0m\n"),
    "behind a name": ("notes.txt", "x={token} old_{token} {token}-old\n"),
    "in a path that is left out": ("fixtures/a.txt", "x = {token}\n"),
    "in base64": ("k8s.yaml", "data:\n  TWILIO_AUTH_TOKEN: {base64}\n"),
}


@pytest.mark.parametrize("place", PLACES)
def test_a_rotated_value_stays_blocked(rotated: Repo, twilio: Twilio, place: str) -> None:
    path, text = PLACES[place]
    rotated.write(".keystop.toml", '[[exclude]]\npath = "fixtures/**"\nreason = "made up"\n')
    rotated.write(
        path,
        text.format(
            sid=f'TWILIO_ACCOUNT_SID = "{twilio.sid}"',
            token=twilio.token,
            base64=base64.b64encode(twilio.token.encode()).decode(),
        ),
    )
    rotated.git("add", ".")
    done = rotated.run("git", "commit", "-qm", "again")
    assert done.returncode == 1, done.stdout
    said = done.stdout + done.stderr
    assert re.search(rf"It was rotated on {DAY}, and stays blocked for ever\.", said)
    assert "If it is not" not in said
    assert twilio.token not in said


_VALUES = st.from_regex(r"[0-9A-Za-z][0-9A-Za-z_.+/~-]{18,60}[0-9A-Za-z]", fullmatch=True)
_AROUND = st.text(" \"':,;()<>@\n\tä", min_size=1, max_size=5)


@given(_VALUES, _AROUND, _AROUND, st.text(max_size=40))
def test_any_word_that_was_rotated_is_found(value: str, before: str, after: str, far: str) -> None:
    plain = value.encode()
    mark = str(leaks.new_mark(Leaks(()), plain, password=False))
    known = Leaks([Event(mark, "generic.secret", "2026-11-30T10:40:00Z", "rotated", "401")])
    text = f"{far}{before}{value}{after}{far}".encode()
    found = {(one.start, one.end) for one in Leaked(known, (load(),)).candidates(text)}
    place = len(f"{far}{before}".encode())
    assert (place, place + len(plain)) in found
    assert not list(Leaked(known, (load(),)).candidates(text.replace(plain, plain[:-1] + b"%")))


def after(said: str, begin: str) -> list[str]:
    """The lines of a report from the one that begins so up to its summary."""
    return f"{begin}{said.partition(begin)[2]}".partition("\n\n")[0].split("\n")


OF_NO_USE = [
    "Take it out. It is of no use to anybody: who needs the new one reads it from",
    "where secrets are kept. keystop status tells of this leak.",
]


def test_a_push_of_what_was_rotated_says_how_it_is_taken_out(
    rotated: Repo, twilio: Twilio, tmp_path: Path
) -> None:
    remote(rotated, tmp_path)
    rotated.hook("pre-push")
    rotated.git("push", "-q", "--no-verify", "there", "HEAD:main")
    rotated.write("notes.txt", f"we had {twilio.token} there\n")
    rotated.git("add", ".")
    rotated.git("commit", "-qnm", "again")
    commit = rotated.git("rev-parse", "--short=12", "HEAD").strip()
    done = rotated.run("git", "push", "there", "HEAD:main")
    assert after(done.stdout + done.stderr, "Take it out") == [
        *OF_NO_USE,
        f"  Take it out of {commit}, too:",
        "    git commit --all --amend    # once the file or the message is without it",
        "  Or let keystop do it: keystop undo",
    ]


@pytest.mark.parametrize("path", ["a.py", "z.py"])
def test_a_new_secret_beside_a_rotated_one_is_told_of(
    rotated: Repo, twilio: Twilio, token: str, path: str
) -> None:
    rotated.write("m.txt", f"we had {twilio.token} there\n")
    rotated.write(path, f'key = "{token}"\n')
    rotated.git("add", ".")
    said = rotated.run("git", "commit", "-qm", "again").stderr
    assert after(said, "Take what was rotated out") == [
        OF_NO_USE[0].replace("it out", "what was rotated out"),
        OF_NO_USE[1],
        'If it is real: read it from a secret store or the environment: os.environ["GITHUB_TOKEN"]',
        f"  To have it written: keystop fix {path}:1",
        "  Then git add the file again.",
        "  If it ever left this machine it has leaked: replace it. How:",
        "    keystop respond github.personal-access-token",
        "If it is not: say so, with your reason,",
        "  in a comment on its line or the line above: "
        "# keystop: allow[github.personal-access-token] REASON",
        f"  or in the baseline: keystop baseline update {path}:1 --reason REASON",
    ]


def test_neither_does_the_baseline_let_it_in(rotated: Repo, twilio: Twilio) -> None:
    rotated.write("settings.py", twilio.lines)
    rotated.git("add", ".")
    rotated.run("keystop", "baseline", "create", "--reason", "old", check=True)
    rotated.git("add", ".")
    assert "twilio.auth-token" not in (rotated.path / ".keystop-baseline").read_text()
    assert rotated.run("git", "commit", "-qm", "again").returncode == 1
    line = 1 + twilio.lines.split(twilio.token)[0].count("\n")
    done = rotated.run("keystop", "baseline", "update", f"settings.py:{line}", "--reason", "x")
    assert (done.returncode, "it was rotated and stays blocked" in done.stderr) == (3, True)


def test_what_is_open_is_judged_as_ever(leaked: Repo, twilio: Twilio) -> None:
    leaked.hook()
    leaked.write("notes.txt", f"we had {twilio.token} there\n")
    leaked.git("add", ".")
    assert leaked.run("git", "commit", "-qm", "again").returncode == 0


def test_a_rotated_password_is_known_again(repo: Repo) -> None:
    value = f"Corn{os.getpid()}!flower"
    repo.write("db.py", f'db_password = "{value}"\n')
    repo.git("add", ".")
    repo.git("commit", "-qm", "first")
    assert respond(repo, "db.py:1", "--rotated", "changed").returncode == 0
    assert (repo.path / leaks.NAME).read_text().split("\n")[1].startswith("s1:")
    repo.git("add", ".")
    repo.write("other.py", f'# keystop: allow[*] x\nmail_password = "{value}"\n')
    repo.git("add", ".")
    assert "It was rotated on" in repo.run("keystop", "scan", "--staged").stdout


def taken_out(repo: Repo) -> None:
    """Everything said of leaks is gone from the index, of the file itself too."""
    repo.git("rm", "-q", leaks.NAME)


def edited(repo: Repo) -> None:
    lines = (repo.path / leaks.NAME).read_text().splitlines(keepends=True)
    repo.write(leaks.NAME, "".join(line for line in lines if " rotated " not in line))
    repo.git("add", leaks.NAME)


def begun_before(repo: Repo) -> None:
    """On a branch of a time when nothing was recorded; only main has the file."""
    repo.git("branch", "-M", "main")
    repo.git("switch", "-qc", "older", "HEAD~")


def begun_before_in_a_clone(repo: Repo) -> None:
    """The same, where a remote's HEAD is what knows of it, from a linked working tree, too."""
    begun_before(repo)
    repo.git("update-ref", "refs/remotes/upstream/trunk", "main")
    repo.git("symbolic-ref", "refs/remotes/upstream/HEAD", "refs/remotes/upstream/trunk")
    repo.git("branch", "-qD", "main")


def in_a_linked_tree(repo: Repo) -> None:
    begun_before_in_a_clone(repo)
    repo.git("worktree", "add", "-q", "-b", "linked", "tree", "HEAD")
    repo.path /= "tree"


def dropped_in_a_merge(repo: Repo) -> None:
    """The other side of a merge has the file, and what is to be committed has not."""
    repo.git("switch", "-qc", "older", "HEAD~")
    repo.git("commit", "-qnm", "other", "--allow-empty")
    repo.git("merge", "-q", "--no-commit", "work")
    repo.git("rm", "-qf", leaks.NAME)


def not_checked_out(repo: Repo) -> None:
    """A sparse checkout leaves the file out, and only the index has it."""
    taken_out(repo)
    repo.git("commit", "-qnm", "out")
    repo.git("checkout", "-q", "HEAD~", "--", leaks.NAME)
    repo.git("sparse-checkout", "set", "--no-cone", "/notes.txt")


@pytest.mark.parametrize(
    "hide",
    [
        taken_out,
        edited,
        begun_before,
        begun_before_in_a_clone,
        in_a_linked_tree,
        dropped_in_a_merge,
        not_checked_out,
    ],
    ids=lambda one: str(one.__name__),
)
def test_no_commit_unblocks_what_it_adds(
    rotated: Repo, twilio: Twilio, hide: Callable[[Repo], None]
) -> None:
    rotated.git("branch", "-m", "work")  # main counts by itself
    hide(rotated)
    rotated.write("notes.txt", f"we had {twilio.token} there\n")
    rotated.git("add", "notes.txt")
    done = rotated.run("git", "commit", "-qm", "again")
    assert done.returncode == 1
    assert "It was rotated on" in done.stdout + done.stderr
    rotated.write("notes.txt", "nothing\n")
    rotated.git("add", "notes.txt")
    assert rotated.run("git", "commit", "-qm", "again").returncode == 0


@pytest.mark.parametrize("hide", [taken_out, begun_before], ids=lambda one: str(one.__name__))
def test_what_is_held_against_a_branch_is_told_on_it(
    rotated: Repo, hide: Callable[[Repo], None]
) -> None:
    one = name(rotated)
    hide(rotated)
    assert rotated.run("keystop", "status").stdout.startswith(f"{one}  rotated")
    respond(rotated, one, "--owner", "Bob")
    text = (rotated.path / leaks.NAME).read_text()
    assert (text.count(" rotated "), text.count(" owner Bob")) == (1, 1)


def test_a_range_and_a_push_are_held_to_what_they_are_built_upon(
    rotated: Repo, twilio: Twilio, tmp_path: Path
) -> None:
    remote(rotated, tmp_path)
    rotated.git("branch", "-m", "work")
    rotated.git("push", "-q", "there", "work")
    taken_out(rotated)
    rotated.write("notes.txt", f"we had {twilio.token} there\n")
    rotated.git("add", "notes.txt")
    rotated.git("commit", "-qnm", "again")
    done = rotated.run("keystop", "scan", "--range", "HEAD~..HEAD")
    assert "It was rotated on" in done.stdout
    between = {"PRE_COMMIT_FROM_REF": "HEAD~", "PRE_COMMIT_TO_REF": "HEAD"}
    assert rotated.run("keystop-pre-commit", env=between).returncode == 1
    rotated.hook("pre-push")
    done = rotated.run("git", "push", "there", "work")
    assert done.returncode == 1
    assert "It was rotated on" in done.stdout + done.stderr


def test_a_server_s_other_branch_is_held_to_its_own_list(
    rotated: Repo, twilio: Twilio, tmp_path: Path
) -> None:
    remote(rotated, tmp_path)
    server = Repo(tmp_path / "there.git")
    rotated.git("switch", "-qc", "work")
    rotated.git("push", "-q", "there", "work")  # its HEAD, main, is not there yet
    server.hook("pre-receive")
    taken_out(rotated)
    rotated.write("notes.txt", f"we had {twilio.token} there\n")
    rotated.git("add", "notes.txt")
    rotated.git("commit", "-qnm", "again")
    done = rotated.run("git", "push", "there", "work")
    assert done.returncode == 1
    assert "It was rotated on" in done.stderr


def test_a_file_of_leaks_in_conflict_says_what_to_do(rotated: Repo) -> None:
    one = name(rotated)
    rotated.git("switch", "-qc", "other")
    respond(rotated, one, "--owner", "Bob")
    rotated.git("commit", "-qanm", "owner")
    rotated.git("switch", "-q", "main")
    respond(rotated, one, "--owner", "Eve")
    rotated.git("commit", "-qanm", "another owner")
    rotated.git("merge", "-q", "other", check=False)
    done = rotated.run("keystop", "scan", "--tracked")
    assert (done.returncode, done.stderr) == (
        3,
        f"keystop: {leaks.NAME} is in conflict: keep the lines of both sides, "
        f"then git add {leaks.NAME}\n",
    )


def test_what_is_broken_in_a_commit_can_be_mended(rotated: Repo) -> None:
    good = (rotated.path / leaks.NAME).read_text()
    rotated.write(leaks.NAME, f"{good}broken\n")
    rotated.git("commit", "-qanm", "broken")
    rotated.write(leaks.NAME, good)
    rotated.git("add", ".")
    assert rotated.run("git", "commit", "-qm", "mended").returncode == 0


def test_a_push_to_a_server_is_judged_by_its_own_list(
    rotated: Repo, twilio: Twilio, tmp_path: Path
) -> None:
    server = Repo(tmp_path / "server.git")
    server.path.mkdir()
    server.git("init", "--quiet", "--bare")
    rotated.git("push", "-q", "--no-verify", str(server.path), "main")
    server.run("keystop", "install", "--hook", "pre-receive", check=True)
    rotated.write("notes.txt", f"we had {twilio.token} there\n")
    rotated.git("rm", "-q", "--cached", leaks.NAME)
    (rotated.path / leaks.NAME).unlink()
    rotated.git("add", ".")
    rotated.git("commit", "-qm", "again", "--no-verify")
    done = rotated.run("git", "push", "--no-verify", str(server.path), "main")
    assert done.returncode != 0
    assert "It was rotated on" in done.stderr


# How far it has come ------------------------------------------------------------------------------

INDEX = "No commit has it, as far as this repository knows: take it out and carry on."
LOCAL = "The commits that have it are only local, as far as this repository knows: "


def exposure(repo: Repo, *arguments: str) -> list[str]:
    done = repo.run("keystop", "scan", *arguments, "--format", "json")
    return [
        (one["whereabouts"] or {}).get("exposure", "")
        for one in json.loads(done.stdout)["findings"]
    ]


def told(repo: Repo, *arguments: str) -> str:
    return " ".join(repo.run("keystop", "scan", *arguments).stdout.split())


def test_only_in_the_index(repo: Repo, twilio: Twilio) -> None:
    repo.write("settings.py", twilio.lines)
    repo.git("add", ".")
    assert INDEX in told(repo, "--staged")  # no commit is there yet
    repo.git("reset", "-q")
    repo.git("commit", "-qm", "nothing", "--allow-empty")
    repo.git("add", ".")
    assert exposure(repo, "--staged") == ["index"]


def test_in_local_commits_also_of_another_file(repo: Repo, twilio: Twilio) -> None:
    repo.write("old.py", twilio.lines)
    repo.git("add", ".")
    repo.git("commit", "-qm", "first")
    assert LOCAL in told(repo, "--tracked")
    repo.git("mv", "old.py", "new.py")
    assert LOCAL in told(repo, "--staged")
    assert exposure(repo, "--history") == ["local"]


def test_on_a_remote_even_where_it_was_taken_out_since(
    repo: Repo, twilio: Twilio, tmp_path: Path
) -> None:
    remote(repo, tmp_path)
    repo.write("settings.py", twilio.lines)
    push(repo)
    repo.write("settings.py", "")
    repo.git("commit", "-qam", "out")
    repo.git("push", "-q", "there", "main")
    repo.git("tag", "v1.2.0", "HEAD~")
    repo.git("tag", "tuesday", "HEAD~")
    repo.write("settings.py", twilio.lines)
    repo.git("add", ".")
    said = told(repo, "--staged")
    assert re.search(
        rf"It has leaked: it is on there and in release v1\.2\.0 since {DAY} at the earliest\. "
        r"Rotate it now; rewriting history does not take it back\.",
        said,
    )
    assert "What has left this machine has leaked: replace it." in said
    assert exposure(repo, "--staged") == ["pushed"]


def test_in_a_tag_that_may_have_been_pushed(repo: Repo, twilio: Twilio) -> None:
    repo.write("settings.py", twilio.lines)
    repo.git("add", ".")
    repo.git("commit", "-qm", "first")
    repo.git("tag", "v1")
    assert "It is in tag v1: if that was pushed it has leaked" in told(repo, "--tracked")


def test_no_process_is_given_the_value_to_look_for(
    repo: Repo, twilio: Twilio, tmp_path: Path
) -> None:
    seen = tmp_path / "seen"
    git = subprocess.run(["which", "git"], capture_output=True, text=True).stdout.strip()
    spy = tmp_path / "bin" / "git"
    spy.parent.mkdir()
    spy.write_text(f'#!/bin/sh\nprintf "%s\\n" "$*" >> {seen}\nexec {git} "$@"\n')
    spy.chmod(0o755)
    repo.write("settings.py", twilio.lines)
    repo.git("add", ".")
    repo.git("commit", "-qm", "first")
    repo.git("mv", "settings.py", "new.py")
    path = f"{spy.parent}{os.pathsep}{os.environ['PATH']}"
    done = repo.run("keystop", "scan", "--staged", env={"PATH": path})
    assert LOCAL in " ".join(done.stdout.split())
    assert "grep" in seen.read_text()
    assert twilio.token not in seen.read_text()


def test_a_leak_of_a_kind_of_the_repository_s_own(repo: Repo, random: Random) -> None:
    repo.write(
        ".keystop.toml",
        '[[detector]]\nid = "acme.badge"\nname = "Acme badge"\ngrants = "It opens doors."\n'
        'severity = "high"\nkeywords = ["acme-"]\npattern = "acme-[0-9a-f]{32}"\n',
    )
    value = "acme-" + "".join(random.choice("0123456789abcdef") for _ in range(32))
    repo.write("doors.txt", f"badge: {value}\n")
    repo.git("add", ".")
    respond(repo, "doors.txt:1", "--rotated", "no door opens")
    done = respond(repo, "doors.txt:1")
    assert (done.returncode, "It opens doors." in done.stdout) == (0, True), done.stderr
    assert "Acme badge" in repo.run("keystop", "status").stdout
    repo.git("add", ".")
    assert "It was rotated on" in repo.run("keystop", "scan", "--staged").stdout


def test_a_copy_of_the_commit_is_on_a_remote(repo: Repo, twilio: Twilio, tmp_path: Path) -> None:
    remote(repo, tmp_path)
    repo.write("settings.py", twilio.lines)
    repo.git("add", ".")
    older = {"GIT_COMMITTER_DATE": "2026-01-02T00:00:00Z"}
    repo.run("git", "commit", "-qm", "one", env=older, check=True)
    repo.git("branch", "backup")
    repo.git("commit", "-q", "--amend", "-m", "two")
    repo.git("push", "-q", "there", "main")
    assert exposure(repo, "--tracked") == ["pushed"]


def test_pushed_and_then_renamed_in_a_local_commit(
    repo: Repo, twilio: Twilio, tmp_path: Path
) -> None:
    remote(repo, tmp_path)
    repo.write("settings.py", twilio.lines)
    push(repo)
    repo.git("mv", "settings.py", "new.py")
    repo.git("commit", "-qm", "rename")
    assert exposure(repo, "--tracked") == ["pushed"]


def test_a_pushed_file_in_utf_16(repo: Repo, twilio: Twilio, tmp_path: Path) -> None:
    remote(repo, tmp_path)
    repo.write("settings.txt", twilio.lines.encode("utf-16"))
    push(repo)
    assert exposure(repo, "--tracked") == ["pushed"]


def test_a_shallow_clone_does_not_know_since_when(
    repo: Repo, twilio: Twilio, tmp_path: Path
) -> None:
    remote(repo, tmp_path)
    repo.write("settings.py", twilio.lines)
    repo.git("add", ".")
    repo.git("commit", "-qm", "first")
    repo.write("other.py", "")
    repo.git("add", ".")
    repo.git("commit", "-qm", "second")
    repo.git("push", "-q", "there", "main")
    address = f"file://{tmp_path / 'there.git'}"
    repo.git("clone", "-q", "--depth", "1", "--branch", "main", address, str(tmp_path / "ci"))
    said = told(Repo(tmp_path / "ci"), "--tracked")
    assert re.search(rf"on origin since {DAY} at the latest: this clone is shallow\.", said)


def forced_away(repo: Repo, twilio: Twilio) -> None:
    """It is pushed, amended away and pushed again by force."""
    repo.write("settings.py", twilio.lines)
    push(repo)
    repo.write("settings.py", "")
    repo.git("commit", "-qa", "--amend", "-m", "first")
    repo.git("push", "-qf", "there", "main")


def forced_away_with_more(repo: Repo, twilio: Twilio) -> None:
    """It is pushed with commits after it, which git lists as well, and pushed away by force."""
    repo.git("commit", "-q", "--allow-empty", "-m", "root")
    repo.git("push", "-q", "there", "main")
    repo.write("settings.py", twilio.lines)
    repo.git("add", ".")
    repo.git("commit", "-qm", "first")
    repo.git("commit", "-q", "--allow-empty", "-m", "second")
    repo.git("push", "-q", "there", "main")
    repo.git("reset", "-q", "--hard", "HEAD~2")
    repo.git("push", "-qf", "there", "main")


def gone_with_its_file(repo: Repo, twilio: Twilio) -> None:
    repo.write("old/settings.py", twilio.lines)
    push(repo)
    repo.git("rm", "-q", "old/settings.py")
    repo.write("kept.py", "")
    push(repo)


def edited_out_of_another_file(repo: Repo, twilio: Twilio) -> None:
    repo.write("kept.py", twilio.lines)
    push(repo)
    repo.write("kept.py", "")
    push(repo)


@pytest.mark.parametrize(
    "before",
    [forced_away, forced_away_with_more, gone_with_its_file, edited_out_of_another_file],
    ids=lambda one: str(one.__name__),
)
def test_what_was_pushed_once_has_leaked(
    repo: Repo, twilio: Twilio, tmp_path: Path, before: Callable[[Repo, Twilio], None]
) -> None:
    remote(repo, tmp_path)
    before(repo, twilio)
    repo.write("new.py", twilio.lines)
    repo.git("add", ".")
    forced = before in (forced_away, forced_away_with_more)
    where = "it was on there until a forced push" if forced else "it is on there"
    assert f"It has leaked: {where} since" in told(repo, "--staged")
    assert exposure(repo, "--staged") == ["pushed"]
    if not forced:
        assert exposure(repo, "--history") == ["pushed"]


def test_a_commit_that_was_pushed_and_amended_since(
    repo: Repo, twilio: Twilio, tmp_path: Path
) -> None:
    remote(repo, tmp_path)
    repo.write("readme", "")
    push(repo)
    repo.write("settings.py", twilio.lines)
    push(repo)
    repo.git("push", "-qf", "there", "main~:main")
    repo.git("commit", "-q", "--amend", "-m", "another")
    assert exposure(repo, "--history") == ["pushed"]


def test_what_is_on_a_server_was_pushed(repo: Repo, twilio: Twilio, tmp_path: Path) -> None:
    remote(repo, tmp_path)
    repo.write("settings.py", twilio.lines)
    push(repo)
    repo.git("clone", "-q", "--mirror", str(tmp_path / "there.git"), str(tmp_path / "mirror.git"))
    for place in ("there.git", "mirror.git"):
        server = Repo(tmp_path / place)
        assert exposure(server, "--history") == ["pushed"]
        assert (
            "It has leaked: this repository is bare or a mirror, so what is in it was pushed"
            in (told(server, "--history"))
        )


@pytest.mark.parametrize("way", ["fetch", "push"])
def test_a_mirror_with_a_working_tree(repo: Repo, twilio: Twilio, way: str) -> None:
    repo.write("settings.py", twilio.lines)
    repo.git("add", ".")
    repo.git("commit", "-qm", "first")
    repo.git("remote", "add", f"--mirror={way}", "there", "nowhere")
    assert exposure(repo, "--tracked") == ["pushed"]


def test_commits_in_a_working_tree_of_a_bare_repository_are_local(
    repo: Repo, twilio: Twilio, tmp_path: Path
) -> None:
    remote(repo, tmp_path)
    repo.write("readme", "")
    push(repo)
    Repo(tmp_path / "there.git").git("worktree", "add", "-q", "-b", "work", str(tmp_path / "work"))
    work = Repo(tmp_path / "work")
    work.write("settings.py", twilio.lines)
    work.git("add", ".")
    work.git("commit", "-qm", "second")
    assert exposure(work, "--tracked") == ["local"]


@pytest.mark.parametrize(
    ("ref", "configured", "shown"),
    [
        ("refs/remotes/pull/12/merge", "", "pull request 12"),
        ("refs/remotes/pull/12/merge", "pull", "pull"),
        ("refs/pull/12/head", "", "pull request 12"),
        ("refs/pipelines/3456", "", "pipeline 3456"),
        ("refs/remotes/our/fork/main", "our/fork", "our/fork"),
    ],
)
def test_what_a_host_names_is_told_by_its_name(
    repo: Repo, twilio: Twilio, ref: str, configured: str, shown: str
) -> None:
    repo.write("settings.py", twilio.lines)
    repo.git("add", ".")
    repo.git("commit", "-qm", "first")
    if configured:
        repo.git("remote", "add", configured, "nowhere")
    repo.git("update-ref", ref, "HEAD")
    assert f"It has leaked: it is on {shown} since" in told(repo, "--tracked")


def test_what_there_is_no_time_for_is_told(
    repo: Repo, twilio: Twilio, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    remote(repo, tmp_path)
    gone_with_its_file(repo, twilio)
    monkeypatch.chdir(repo.path)
    monkeypatch.setattr("keystop.respond.exposure._LONG", 0)
    where = of_value(find_repository(), b"new.py", twilio.token.encode())
    assert verdict(where) == (
        f"{INDEX} Not all of its history could be searched in time: keystop scan --history does "
        "that."
    )


def remote(repo: Repo, folder: Path) -> None:
    repo.git("init", "-q", "--bare", str(folder / "there.git"))
    repo.git("remote", "add", "there", str(folder / "there.git"))


def push(repo: Repo) -> None:
    repo.git("add", ".")
    repo.git("commit", "-qm", "first")
    repo.git("push", "-q", "there", "main")
