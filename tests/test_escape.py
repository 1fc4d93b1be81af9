"""The promise: nothing that a stranger wrote moves the cursor or forges a line (P16)."""

from __future__ import annotations

import json
import os

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from keystop.escape import printable
from tests.conftest import Repo, Twilio

PATHS = {
    "newline": b"a\nkeystop: 0 blocking",
    "carriage-return": b"a\rb",
    "tab": b"a\tb",
    "quote": b"a\"b'c",
    "backslash": b"a\\n\\x1b",
    "invalid-utf-8": b"a\xff\xc3b",
    "escape": b"\x1b[2J\x1b]0;title\x07",
    "right-to-left": "a\u202egnp.py".encode(),
    "leading-dash": b"--output=x",
    "leading-colon": b":(top)a",
    "zero-width-and-c1": "a\u200b\x9b31mb".encode(),
}
QUIET = ["", "a/b.py", "Grüße, 世界.txt", "🔑", "~!@#$%^&*()"]


@pytest.mark.parametrize("text", QUIET)
def test_what_is_harmless_stays_as_it_is(text: str) -> None:
    assert printable(text) == printable(text.encode()) == text


@pytest.mark.parametrize(
    ("data", "shown"),
    [
        (b"\x1b[2J", "\\x1b[2J"),
        (b"a\r\nb\t", "a\\x0d\\x0ab\\x09"),
        (b"\xff", "\\xff"),
        ("\x85\x9b".encode(), "\\x85\\x9b"),
        ("\u202e\u2066\u200b\ufeff".encode(), "\\u{202e}\\u{2066}\\u{200b}\\u{feff}"),
        ("\ud800", "\\u{d800}"),
    ],
)
def test_what_is_not_is_spelled_out(data: bytes | str, shown: str) -> None:
    assert printable(data) == shown


@settings(deadline=None)
@given(st.binary(max_size=60) | st.text(max_size=60))
def test_anything_becomes_one_printable_line(data: bytes | str) -> None:
    shown = printable(data)
    assert len(shown.splitlines()) <= 1
    assert all(ord(sign) >= 0x20 and not 0x7F <= ord(sign) < 0xA0 for sign in shown)
    shown.encode()


def controls(text: bytes) -> set[int]:
    """Bytes that move a cursor, but for the line break."""
    return {byte for byte in text if byte < 0x20 or byte == 0x7F} - {0x0A}


@pytest.mark.parametrize("form", ["text", "json", "sarif"])
@pytest.mark.parametrize("path", PATHS.values(), ids=PATHS)
def test_a_hostile_path_in_every_format(repo: Repo, twilio: Twilio, path: bytes, form: str) -> None:
    plain = lines(repo, b"plain.txt", twilio, form)
    assert lines(repo, path, twilio, form) == plain


def lines(repo: Repo, path: bytes, twilio: Twilio, form: str) -> int:
    """How many lines a report has on a finding in a file of this name."""
    full = os.path.join(os.fsencode(repo.path), path)
    with open(full, "wb") as file:
        file.write(twilio.lines.encode())
    repo.git("add", "--all")
    done = repo.run("keystop", "scan", "--staged", "--format", form)
    said = done.stdout.encode("utf-8", "surrogateescape")
    assert (done.returncode, done.stderr, controls(said)) == (1, "", set())
    assert "\u202e" not in done.stdout
    assert "\u200b" not in done.stdout
    assert "\x9b" not in done.stdout
    if form != "text":
        json.loads(done.stdout)
    repo.git("rm", "-q", "--cached", "-r", ".")
    os.unlink(full)
    return said.count(b"\n")


@pytest.mark.parametrize("path", PATHS.values(), ids=PATHS)
def test_a_hostile_path_that_cannot_be_read(repo: Repo, path: bytes) -> None:
    full = os.path.join(os.fsencode(repo.path), path)
    with open(full, "wb") as file:
        file.write(b"some text\n")
    repo.git("add", "--all")
    objects = repo.path / ".git" / "objects"
    for folder in objects.iterdir():
        if len(folder.name) == 2:
            for one in folder.iterdir():
                one.unlink()
    for command in (("keystop-pre-commit",), ("keystop", "scan", "--tracked"),
                    ("keystop", "scan", "--tracked", "--format", "json")):  # fmt: skip
        done = repo.run(*command)
        said = (done.stdout + done.stderr).encode("utf-8", "surrogateescape")
        assert (done.returncode, controls(said)) == (2, set()), done.stderr
        assert done.stderr.count("\n") == (1 if command[0] == "keystop" else 2), done.stderr


@pytest.mark.parametrize("path", PATHS.values(), ids=PATHS)
def test_a_suggested_command_means_the_hostile_path(
    repo: Repo, twilio: Twilio, path: bytes
) -> None:
    with open(os.path.join(os.fsencode(repo.path), path), "wb") as file:
        file.write(twilio.lines.encode())
    repo.git("add", "--all")
    said = repo.run("keystop-pre-commit").stdout
    (line,) = (one for one in said.splitlines() if "keystop baseline update" in one)
    command = line.partition("baseline: ")[2].replace("REASON", "'a test'")
    if path.startswith(b"-"):
        command = command.replace("update ", "update --reason x -- ").replace(" --reason 'a", " #")
    done = repo.run("sh", "-c", command)
    assert (done.returncode, done.stderr) == (0, ""), (command, done.stderr)
    repo.git("add", "--all")
    assert repo.run("keystop-pre-commit").returncode == 0
