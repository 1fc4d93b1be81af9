"""The promise: who is blocked reads at once what, where, why and what to type next."""

from __future__ import annotations

import json
import os
import pty
import re
import sys
from pathlib import Path
from random import Random
from typing import Any

import jsonschema
import pytest

from keystop.check import Judge
from keystop.finding import Excerpt
from keystop.itself import full_path
from keystop.masking import MASK, masked, telling
from tests.conftest import BIN, Repo, Twilio
from tests.test_staged import secret

SARIF = json.loads((Path(__file__).parent / "data" / "sarif-2.1.0.json").read_text())


def hook(repo: Repo, **env: str) -> str:
    """What the hook prints for what is staged, in a commit."""
    repo.git("add", ".")
    return repo.run("keystop-pre-commit", env={"GIT_INDEX_FILE": ".git/index", **env}).stdout


def on_terminal(repo: Repo, *command: str, **env: str) -> str:
    """What a command prints on a terminal."""
    repo.git("add", ".")
    process, master = pty.fork()
    if process == 0:  # pragma: no cover - another process
        os.chdir(repo.path)
        os.environ.update(env)
        os.execvp(command[0], command)
    said = b""
    while True:
        try:
            piece = os.read(master, 65536)
        except OSError:  # what Linux says when the other side has ended
            break
        if not piece:
            break
        said += piece
    os.waitpid(process, 0)
    os.close(master)
    return said.decode().replace("\r\n", "\n")


GRANTS = """\
  With the Account SID it is the whole account: send messages and calls at your cost, read their
  content, make keys, close the account.
"""
BLOCKED = f"""\
keystop: 1 secret found; nothing was committed.

settings.py:2:22  critical  Twilio Auth Token, with the Twilio Account SID of line 1
  2 | TWILIO_AUTH_TOKEN = "********"
    |                      ^^^^^^^^
{GRANTS}  No commit has it, as far as this repository knows: take it out and carry on.

If it is real: read it from a secret store or the environment: os.environ["TWILIO_AUTH_TOKEN"]
  To have it written: keystop fix settings.py:2
  Then git add the file again.
  If it ever left this machine it has leaked: replace it. How:
    keystop respond twilio.auth-token
If it is not: say so, with your reason,
  in a comment on its line or the line above: # keystop: allow[twilio.auth-token] REASON
  or in the baseline: keystop baseline update settings.py:2 --reason REASON

keystop: read 1 file, 2 lines, 113 bytes, 1 blocking
"""


@pytest.fixture
def grants(records: dict[str, Any]) -> str:
    """What an Auth Token grants, as it is printed: the record's own words may change."""
    import textwrap

    lines = textwrap.wrap(records["twilio.auth-token"].grants, 94)
    return "".join(f"  {line}\n" for line in lines)


def test_nothing_is_said_when_all_is_well(repo: Repo) -> None:
    repo.write("a.py", "x = 1\n")
    assert hook(repo) == ""


def test_a_blocked_commit(repo: Repo, twilio: Twilio, grants: str) -> None:
    repo.write("settings.py", twilio.lines)
    assert hook(repo) == BLOCKED.replace(GRANTS, grants)


@pytest.mark.parametrize("env", [{"NO_COLOR": "1"}, {"TERM": "dumb"}], ids=str)
def test_a_terminal_without_colours(
    repo: Repo, twilio: Twilio, grants: str, env: dict[str, str]
) -> None:
    repo.write("settings.py", twilio.lines)
    env = {"TERM": "xterm", **env, "GIT_INDEX_FILE": ".git/index"}
    assert on_terminal(repo, "keystop-pre-commit", **env) == BLOCKED.replace(GRANTS, grants)


def test_colours_on_a_terminal(repo: Repo, twilio: Twilio, grants: str) -> None:
    repo.write("settings.py", twilio.lines)
    said = on_terminal(repo, "keystop-pre-commit", TERM="xterm", GIT_INDEX_FILE=".git/index")
    assert re.sub("\x1b\\[[0-9;]*m", "", said) == BLOCKED.replace(GRANTS, grants)
    painted = re.findall("\x1b\\[([0-9;]*)m([^\x1b]*)\x1b\\[0m", said)
    assert painted == [
        ("1;31", "keystop: 1 secret found; nothing was committed."),
        ("1", "settings.py:2:22"),
        ("1;31", "critical"),
        ("1;31", "^^^^^^^^"),
        ("1", "If it is real:"),
        ("1", "If it is not:"),
    ]
    no_color = on_terminal(repo, "keystop", "scan", "--staged", "--no-color", TERM="xterm")
    assert "\x1b" not in no_color


def test_a_file_gets_no_colours_though_a_terminal_looks_on(repo: Repo, twilio: Twilio) -> None:
    repo.write("settings.py", twilio.lines)
    on_terminal(repo, "keystop", "scan", "--staged", "--output", "report", TERM="xterm")
    assert "\x1b" not in (repo.path / "report").read_text()
    assert (repo.path / "report").read_text().startswith("keystop: 1 secret found")


def test_what_does_not_block_is_noted(repo: Repo, twilio: Twilio, records: dict[str, Any]) -> None:
    repo.write("a.js", f'const sid = "{twilio.sid}";\n')
    said = hook(repo)
    head, line, excerpt, caret, *_ = said.replace("\n\n", "\n").splitlines()
    assert head == "keystop: 1 note; nothing here blocks."
    assert line == "a.js:1:14  low  Twilio Account SID"
    assert excerpt == '  1 | const sid = "AC********";'
    assert caret == "    |              ^^^^^^^^^^"
    assert (
        said.endswith(
            f"  {records['twilio.account-sid'].grants}\n\n"
            "keystop: read 1 file, 1 line, 50 bytes, 0 blocking, 1 noted\n"
        )
        or len(records["twilio.account-sid"].grants) > 94
    )
    assert repo.run("keystop-pre-commit").returncode == 0


def test_several_findings(repo: Repo, twilio: Twilio, random: Random) -> None:
    other = Twilio(random)
    repo.write("a/settings.py", twilio.lines)
    repo.write("b.js", f'const sid = "{other.sid}";\nconst twilioToken = "{other.token}";\n')
    repo.write("c.txt", f"sid {Twilio(Random(1)).sid}\n")
    lines = hook(repo).splitlines()
    assert lines[0] == "keystop: 2 secrets found; nothing was committed."
    places = [line for line in lines if re.match(r"\S+:\d+:\d+  ", line)]
    assert places == [
        "a/settings.py:2:22  critical  Twilio Auth Token, with the Twilio Account SID of line 1",
        "b.js:2:22  critical  Twilio Auth Token, with the Twilio Account SID of line 1",
        "c.txt:1:5  low  Twilio Account SID",
    ]
    assert lines.count("    keystop respond twilio.auth-token") == 1
    assert lines[-1].endswith("2 blocking, 1 noted")


def test_more_than_fifty_are_counted(repo: Repo, random: Random) -> None:
    for number in range(60):
        repo.write(f"s{number:02}.py", Twilio(random).lines)
    said = hook(repo)
    assert said.count("critical") == 50
    assert "\n... and 10 more findings: keystop scan --format json lists all.\n" in said


def test_what_is_known_is_counted(repo: Repo, twilio: Twilio) -> None:
    repo.write(
        "a.py", f'TWILIO_AUTH_TOKEN = "{twilio.token}"  # keystop: allow[twilio.auth-token] x\n'
    )
    assert hook(repo) == "keystop: read 1 file, 1 line, 94 bytes, 0 blocking, 1 allowed\n"


# The excerpt --------------------------------------------------------------------------------------


def excerpt(line: str, secret: str, spans: tuple[str, ...] = (), prefix: str = "") -> Excerpt:
    text = line.encode()

    def span(word: str) -> tuple[int, int]:
        start = text.index(word.encode())
        return start, start + len(word.encode())

    return masked(
        text, 0, len(text), [span(word) for word in (secret, *spans)], span(secret), prefix
    )


SECRET = "q7W2" * 6
EXCERPTS = {
    "name": (f'API_KEY = "{SECRET}"', 'API_KEY = "********"'),
    "indented": (f'\t  key: "{SECRET}"', 'key: "********"'),
    "call": (f'client = Client("{SECRET}", region)', 'client = Client("********", region)'),
    "words-around": (f'log("the key is", "{SECRET}")', 'log("the key is", "********")'),
    "tabs-between": (f'key\t=\t"{SECRET}"', 'key    =    "********"'),
    "language": (f'鍵 = "{SECRET}"  # für später', '鍵 = "********"  # für später'),
    "goes-on": (f"key = {SECRET}.v2XkQ9.zz next", "key = ******** next"),
    "glued-behind": (f"key={SECRET}ZZ_1 more", "key=******** more"),
    "neighbour-token": (f'a = "{SECRET}", b = "9fQ2xK71mZ"', 'a = "********", b = "********"'),
    "neighbour-password": (f"a={SECRET} pass=Tr0ub4dor&3 x", "a=******** pass=******** x"),
    "neighbour-number": (f"a={SECRET} pin=4815162342", "a=******** pin=********"),
    "url": (f"https://u:{SECRET}@db.example.com:5432/app", "https://u:********@db.example.com:5432/app"),
    "short-numbers": (f"x = [1, 22, 8080], '{SECRET}'", "x = [1, 22, 8080], '********'"),
    "escape": (f"a\x1b[31m={SECRET}", "a\\x1b[31m=********"),
}  # fmt: skip


@pytest.mark.parametrize(("line", "shown"), EXCERPTS.values(), ids=EXCERPTS)
def test_what_is_shown_of_a_line(line: str, shown: str) -> None:
    made = excerpt(line, SECRET)
    assert made.text == shown
    assert made.text[made.start : made.start + made.length] == MASK


def test_a_long_line_is_cut_around_the_finding() -> None:
    made = excerpt(f"{'word ' * 100}key = {SECRET} {'more ' * 100}", SECRET)
    assert made.text == (
        "...ord word word word word word word word word word word key = ******** more more more "
        "more more more more more..."
    )
    wide = excerpt(f"{'鍵 ' * 200}key = {SECRET} {'鍵 ' * 200}", SECRET)
    assert "\\x" not in wide.text


def test_a_mask_keeps_the_public_prefix_only_where_it_is() -> None:
    assert excerpt("k = sk_live_" + SECRET, "sk_live_" + SECRET, prefix="sk_l").text == (
        "k = sk_l********"
    )
    assert excerpt("k = http" + SECRET, SECRET, prefix="http").text == "k = http********"
    key = f"-----BEGIN RSA PRIVATE KEY-----\n{SECRET}\n"
    assert masked(key.encode(), 0, 31, [(0, 57)], (0, 57), "----").text == (
        "-----BEGIN RSA PRIVATE KEY----- ********"
    )


NAMES = [
    "name",
    "AWS_S3_KEY",
    "x-api-key",
    "utf-8",
    "config.yml",
    "鍵鍵鍵鍵鍵鍵鍵鍵",
    "$HOME",
    "8080",
]
VALUES = [
    "9fQ2xK71mZ",
    "Tr0ub4dor&3",
    "4815162342",
    "aaaaaaaaaaaaaaaaaaaa",
    "Summer2024",
    "p@ssw0rd",
]


@pytest.mark.parametrize("word", NAMES)
def test_a_name_may_be_shown(word: str) -> None:
    assert not telling(word.encode())


@pytest.mark.parametrize("word", VALUES)
def test_what_may_be_a_value_is_not(word: str) -> None:
    assert telling(word.encode())


WIDE = {
    "latin": "x",
    "tab": "\ta\tb",
    "wide": "名前は鍵",
    "combining": "e\u0301 a\u0308",
    "emoji": "\U0001f511",
    "half-width": "ｶｷﾞ",
    "invalid": "a\udcff",
    "escape": "\x1b[2J",
}


@pytest.mark.parametrize("encoding", ["utf-8", "ascii", "cp1252"])
@pytest.mark.parametrize("before", WIDE.values(), ids=WIDE)
def test_the_caret_stands_under_the_mask(
    repo: Repo, twilio: Twilio, before: str, encoding: str
) -> None:
    line = f'TWILIO_TOKEN = "{before}", "{twilio.token}"\n'
    repo.write("a.txt", line.encode("utf-8", "surrogateescape"))
    repo.git("add", ".")
    done = repo.run("keystop", "scan", "a.txt", env={"PYTHONIOENCODING": encoding, "LC_ALL": "C"})
    excerpt, under = (one for one in done.stdout.splitlines() if " | " in one)
    shown = sum({"W": 2, "F": 2}.get(width(sign), 1) for sign in before_mask(excerpt))
    assert under.index("^") == shown
    assert under.count("^") == len(MASK)


def before_mask(line: str) -> str:
    import unicodedata

    return "".join(sign for sign in line[: line.index(MASK)] if not unicodedata.combining(sign))


def width(sign: str) -> str:
    import unicodedata

    return unicodedata.east_asian_width(sign)


# JSON and SARIF -----------------------------------------------------------------------------------


def test_the_shape_of_json(repo: Repo, twilio: Twilio) -> None:
    repo.write("src/settings.py", twilio.lines)
    done = repo.run("keystop", "scan", "--format", "json", "src")
    report = json.loads(done.stdout)
    (finding,) = report.pop("findings")
    assert report.pop("keystop")
    assert report == {
        "version": 1,
        "bypasses": None,
        "complete": True,
        "error": None,
        "scanned": {"bytes": 113, "commits": 0, "files": 1, "known": 0, "lines": 2, "versions": 0},
        "skipped": [],
    }
    assert finding.pop("fingerprint").startswith("h1:")
    assert finding.pop("grants")
    assert finding == {
        "path": "settings.py", "where": "content", "commit": "", "line": 2, "column": 22,
        "end_line": 2, "end_column": 54, "detector": "twilio.auth-token",
        "name": "Twilio Auth Token", "severity": "critical", "confidence": "high", "blocks": True,
        "reasons": ["its other half, Twilio Account SID, is in line 1"],
        "suppressed": "", "rotated": "", "encoded": "", "excerpt": 'TWILIO_AUTH_TOKEN = "********"',
        "partner": {
            "detector": "twilio.account-sid", "name": "Twilio Account SID", "line": 1, "column": 23
        },
        "whereabouts": None,
    }  # fmt: skip
    assert done.returncode == 1


LOCALES = [
    {"PYTHONHASHSEED": "1", "LC_ALL": "C"},
    {"PYTHONHASHSEED": "2", "LC_ALL": "C.UTF-8"},
    {"PYTHONHASHSEED": "3", "PYTHONIOENCODING": "cp1252"},
    {"PYTHONHASHSEED": "4", "PYTHONUTF8": "1", "TZ": "Asia/Tokyo"},
    {"PYTHONHASHSEED": "5", "LANG": "tr_TR.UTF-8", "PYTHONIOENCODING": "utf-16"},
]


def every_kind(judge: Judge) -> str:
    """A text with an example of every detector, but of those for passwords of a few."""
    texts = []
    passwords = [record for record in judge.records if record.password]
    for record in judge.records:
        if record in passwords[6:]:
            continue  # the fingerprint of one takes 50 ms
        texts.append(judge.generator.text(record, record.examples[0])[0])
    return "\n\n\n\n\n".join(texts) + "\n"


@pytest.mark.parametrize("form", ["json", "sarif"])
def test_a_report_is_the_same_everywhere(repo: Repo, judge: Judge, form: str) -> None:
    repo.write("ä/all.txt", every_kind(judge))
    repo.write("b.py", "x = 1\n")
    repo.git("add", ".")
    reports = {
        repo.run("keystop", "scan", "--tracked", "--format", form, "--output", "r", env=env)
        .stdout.encode() + (repo.path / "r").read_bytes()
        for env in LOCALES
    }  # fmt: skip
    assert len(reports) == 1
    plain = repo.run("keystop", "scan", "--tracked", "--format", form).stdout
    assert reports == {plain.encode()}


def test_sarif_follows_its_schema(repo: Repo, judge: Judge, twilio: Twilio) -> None:
    validator = jsonschema.Draft7Validator(SARIF)
    repo.write("all.txt", every_kind(judge))
    repo.write("a.py", f'TWILIO_TOKEN = "{twilio.token}"  # keystop: allow[twilio.auth-token] x\n')
    repo.write("ä b%.txt", twilio.lines)
    repo.git("add", ".")
    for command in (("--staged",), (".",), ("--tracked",), ("a.py",)):
        text = repo.run("keystop", "scan", *command, "--format", "sarif").stdout
        report = json.loads(text)
        assert [error.message for error in validator.iter_errors(report)] == []
        run = report["runs"][0]
        rules = [rule["id"] for rule in run["tool"]["driver"]["rules"]]
        assert rules == sorted({result["ruleId"] for result in run["results"]})
        for result in run["results"]:
            assert rules[result["ruleIndex"]] == result["ruleId"]
    assert {result["locations"][0]["physicalLocation"]["artifactLocation"]["uri"]
            for result in json.loads(repo.run("keystop", "scan", ".", "--format", "sarif").stdout)
            ["runs"][0]["results"]} >= {"all.txt", "%C3%A4%20b%25.txt"}  # fmt: skip


def test_sarif_tells_what_could_not_be_read(repo: Repo) -> None:
    repo.write("a.py", "x = 1\n")
    repo.git("add", ".")
    oid = repo.git("rev-parse", ":a.py").strip()
    (repo.path / ".git" / "objects" / oid[:2] / oid[2:]).unlink()
    done = repo.run("keystop", "scan", "--tracked", "--format", "sarif")
    (call,) = json.loads(done.stdout)["runs"][0]["invocations"]
    assert (done.returncode, call["executionSuccessful"]) == (2, False)
    assert "a.py" in call["toolExecutionNotifications"][0]["message"]["text"]
    assert "a.py" in done.stderr


# Names that hold a secret themselves --------------------------------------------------------------


def test_a_secret_in_a_files_name_is_shown_nowhere(repo: Repo, judge: Judge) -> None:
    record = next(one for one in judge.records if one.id == "github.personal-access-token")
    value = judge.generator.value(record)
    repo.write(f"keys/{value}.txt", f"token = {judge.generator.value(record)}\n")
    repo.git("add", ".")
    for form in ("text", "json", "sarif"):
        done = repo.run("keystop", "scan", "--tracked", "--format", form)
        assert value[6:12] not in done.stdout + done.stderr
        assert f"keys/{MASK}.txt" in done.stdout or form == "sarif"
        assert done.returncode == 1
    repo.run("keystop", "baseline", "create", check=True)
    assert value[6:12] not in (repo.path / ".keystop-baseline").read_text()
    repo.git("add", ".")
    assert repo.run("keystop-pre-commit").returncode == 0


def test_where_keystop_is_not_in_the_path_it_says_how_to_type_it(repo: Repo, token: str) -> None:
    repo.write("app.py", secret(token))
    repo.git("add", ".")
    hook = str(BIN / "keystop-pre-commit")
    assert "alias" not in repo.run(hook).stdout
    without = os.pathsep.join(
        folder for folder in os.environ["PATH"].split(os.pathsep) if Path(folder) != BIN
    )
    said = repo.run(hook, env={"PATH": without}).stdout
    told = next(line for line in said.splitlines() if "alias" in line)
    assert repo.run("bash", "-c", f"{told.strip()}\nalias keystop").stdout.strip() == (
        f"alias keystop='{BIN / 'keystop'}'"
    )


@pytest.mark.parametrize("prefix", ["pre-commit/repo1/py_env-python3.12", "prek/hooks/python-1"])
def test_the_environment_of_a_hook_is_in_no_shells_path(
    prefix: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    here, there = tmp_path / prefix / "bin", tmp_path / "bin"
    for folder in (here, there):
        folder.mkdir(parents=True)
        command = folder / "keystop"
        command.touch(0o755)
    monkeypatch.setattr(sys, "prefix", str(tmp_path / prefix))
    monkeypatch.setattr(sys, "executable", str(here / "python"))
    monkeypatch.setenv("PATH", f"{here}{os.pathsep}/nowhere")
    assert full_path() == str(here / "keystop")
    monkeypatch.setenv("PATH", f"{here}{os.pathsep}{there}")
    assert full_path() == ""
    monkeypatch.setattr(sys, "prefix", str(tmp_path))
    monkeypatch.setenv("PATH", str(here))
    assert full_path() == ""


def test_a_name_that_begins_with_a_dash_is_no_option(repo: Repo, token: str) -> None:
    repo.write("-q.py", secret(token))
    repo.git("add", ".")
    said = repo.run("keystop", "scan", "--staged").stdout
    place = re.search(r"keystop baseline update (\S+) ", said)
    assert place is not None
    added = ("keystop", "baseline", "update", place[1], "--reason", "a test")
    repo.run(*added, check=True)
    assert "-q.py" in (repo.path / ".keystop-baseline").read_text()


def test_no_fix_is_offered_that_is_refused(repo: Repo, token: str) -> None:
    repo.write("Dockerfile", f"ENV TWILIO_AUTH_TOKEN={token}\n")
    repo.write(".git/hooks/pre-commit", f"#!/bin/sh\nexec {BIN / 'keystop-pre-commit'}\n")
    (repo.path / ".git/hooks/pre-commit").chmod(0o755)
    repo.git("add", ".")
    done = repo.run("git", "commit", "-qm", "x")
    said = done.stdout + done.stderr
    assert ("Dockerfile:1" in said, "keystop fix" in said) == (True, False)
