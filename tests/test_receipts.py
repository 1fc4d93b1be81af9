"""What went through the hooks says so where a repository asks for it, and what did not is told."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from keystop.receipts import NAME, with_receipt
from tests.conftest import Repo

TREE = "0123456789abcdef0123456789abcdef01234567"[::-1]
RECEIPT = f"Keystop-Receipt: {TREE[:16]}\n"


@pytest.fixture
def asking(repo: Repo) -> Repo:
    """A repository that asks for receipts, with the hooks and one commit."""
    repo.hook("pre-commit")
    repo.hook("commit-msg")
    repo.write(".keystop.toml", "receipts = true\n")
    make(repo, "a.py")
    return repo


def make(repo: Repo, name: str, *options: str, text: str = "a subject") -> str:
    """A commit of a new file; its id."""
    repo.write(name, f"x = {name!r}\n")
    repo.git("add", ".")
    repo.git("commit", "--quiet", "--message", text, *options)
    return repo.git("rev-parse", "HEAD").strip()


def receipt(repo: Repo) -> str:
    return repo.git("log", "-1", "--format=%(trailers:key=Keystop-Receipt,valueonly)").strip()


def bypasses(repo: Repo, revisions: str = "HEAD") -> dict[str, Any] | None:
    done = repo.run("keystop", "scan", "--range", revisions, "--format", "json", check=True)
    found: dict[str, Any] | None = json.loads(done.stdout)["bypasses"]
    return found


def test_a_commit_says_which_tree_went_through(asking: Repo) -> None:
    assert receipt(asking) == asking.git("rev-parse", "HEAD^{tree}")[:16]
    assert bypasses(asking) == {"commits": 1, "without": [], "changed": []}


def test_where_nobody_asks_there_is_none(repo: Repo) -> None:
    repo.hook("commit-msg")
    make(repo, "a.py")
    assert receipt(repo) == ""
    assert bypasses(repo) is None


def test_commits_past_the_hook_are_told(asking: Repo) -> None:
    past = make(asking, "b.py", "--no-verify")
    asking.git("commit", "--quiet", "--amend", "--no-edit")
    mended = asking.git("rev-parse", "HEAD").strip()
    asking.write("c.py", "x = 1\n")
    asking.git("add", ".")
    asking.git("commit", "--quiet", "--amend", "--no-edit", "--no-verify")
    changed = asking.git("rev-parse", "HEAD").strip()
    assert bypasses(asking, past)["without"][0]["id"] == past  # type: ignore[index]
    assert bypasses(asking, mended)["without"] == []  # type: ignore[index]
    found = bypasses(asking)
    assert found is not None
    assert [one["id"] for one in found["changed"]] == [changed]
    said = asking.run("keystop", "scan", "--range", changed).stdout
    assert f"1 of 2 commits changed after the hook: {changed[:12]}" in said


@pytest.mark.parametrize("options", [("--all",), ("a.py",), ("--amend",), ("--allow-empty",)])
def test_however_a_commit_is_made(asking: Repo, options: tuple[str, ...]) -> None:
    asking.write("b.py", "x = 1\n")
    asking.git("add", "b.py")
    asking.write("a.py", "x = 2\n")
    asking.git("commit", "--quiet", "--message", "next", *options)
    assert receipt(asking) == asking.git("rev-parse", "HEAD^{tree}")[:16]
    assert asking.git("log", "-1", "--format=%s").strip() == "next"


@pytest.mark.parametrize("verbose", ["true", "false"])
@pytest.mark.parametrize("sign", ["#", ";"])
def test_in_an_editor_it_stands_above_what_git_takes_out(
    asking: Repo, verbose: str, sign: str
) -> None:
    asking.git("config", "commit.verbose", verbose)
    asking.git("config", "core.commentChar", sign)
    asking.write("b.py", "x = 1\n")
    asking.git("add", "b.py")
    editor = asking.write(
        "edit.sh", '#!/bin/sh\n{ printf "subject\\n\\nbody\\n"; cat "$1"; } >t; cp t "$1"\n'
    )
    editor.chmod(0o755)
    asking.run("git", "commit", "--quiet", env={"GIT_EDITOR": str(editor)}, check=True)
    message = asking.git("log", "-1", "--format=%B")
    tree = asking.git("rev-parse", "HEAD^{tree}")[:16]
    assert message.strip() == f"subject\n\nbody\n\nKeystop-Receipt: {tree}"


def test_a_server_tells_of_them(asking: Repo) -> None:
    bare = Repo(asking.path.parent / "origin.git")
    bare.path.mkdir()
    bare.git("init", "--quiet", "--bare")
    asking.git("remote", "add", "origin", str(bare.path))
    asking.git("push", "--quiet", "origin", "main")
    bare.hook("pre-receive")
    make(asking, "b.py")
    past = make(asking, "c.py", "--no-verify")
    done = asking.run("git", "push", "origin", "main", check=True)
    assert f"1 of 2 commits did not go through the hook: {past[:12]}" in done.stderr


def test_a_message_that_cannot_be_written_stops_the_commit(asking: Repo, tmp_path: Path) -> None:
    done = asking.run("keystop-commit-msg", str(tmp_path))
    assert done.returncode == 2


MESSAGES = {
    "one line": (b"subject\n", "subject\n\n" + RECEIPT),
    "no line break": (b"subject", "subject\n\n" + RECEIPT),
    "a body": (b"subject\n\nbody: it\nis so\n", "subject\n\nbody: it\nis so\n\n" + RECEIPT),
    "trailers": (
        b"subject\n\nSigned-off-by: A <a@b>\n", "subject\n\nSigned-off-by: A <a@b>\n" + RECEIPT,
    ),
    "a subject like a trailer": (b"fix: it\n", "fix: it\n\n" + RECEIPT),
    "an older receipt": (
        b"subject\n\nKeystop-Receipt: 00\nSee-also: x\n", "subject\n\nSee-also: x\n" + RECEIPT,
    ),
    "comments": (b"subject\n\n# a comment\n#\n", "subject\n\n" + RECEIPT + "\n# a comment\n#\n"),
    "nothing": (b"\n# a comment\n", "\n# a comment\n"),
}  # fmt: skip


@pytest.mark.parametrize(("message", "expected"), MESSAGES.values(), ids=MESSAGES)
def test_where_it_stands(message: bytes, expected: str) -> None:
    assert with_receipt(message, TREE, b"#").decode() == expected


@given(st.lists(st.sampled_from([b"a", b"A-b: c", b"", b" ", b"# d", NAME + b": 1", b"\xff"])))
def test_any_message_keeps_its_lines(lines: list[bytes]) -> None:
    message = b"\n".join(lines)
    once = with_receipt(message, TREE, b"#")
    kept = [one for one in lines if one.strip() and not one.startswith(NAME)]
    assert [
        one for one in once.split(b"\n") if one.strip() and not one.startswith(NAME)
    ] == kept or not kept
    assert with_receipt(once, TREE, b"#") == once
