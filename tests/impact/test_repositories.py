"""Which files are read: the index, branches and tags, other repositories; owners; errors."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from tests.conftest import Repo, Twilio
from tests.impact.conftest import Asked, lines


def commit(repo: Repo, author: str, **files: str) -> None:
    """A commit of files; `__` in a name stands for a slash, a last `_` for a dot."""
    for name, text in files.items():
        repo.write(name.replace("__", "/").replace("_", "."), text)
    repo.git("add", ".")
    repo.git("commit", "--quiet", "-m", "x", f"--author={author} <a@example.com>")


@pytest.fixture
def other(tmp_path: Path) -> Repo:
    """Another repository."""
    made = Repo(tmp_path / "website")
    made.path.mkdir()
    made.git("init", "--quiet")
    return made


USES = 'token = os.environ["TWILIO_AUTH_TOKEN"]\n'


def test_several_repositories_are_searched_for_names_and_value(
    repo: Repo, other: Repo, twilio: Twilio, asked: Asked
) -> None:
    commit(repo, "Ann", settings_py=twilio.lines, setup_py="", app_py="import settings\n")
    commit(other, "Bob", shop__go_mod="", shop__main_py=USES, copy_txt=f"{twilio.token}\n")
    told = asked("settings.py:2", "--in", str(other.path))
    assert lines(told) == {
        ("repo", "repo/settings.py", 2),
        ("website/shop", "website/shop/main.py", 1),
        ("", "website/copy.txt", 1),
    }
    assert [service["owner"] for service in told["services"]] == ["Ann", "Bob"]
    assert [one["path"] for one in told["value"]] == ["repo/settings.py", "website/copy.txt"]


def test_the_same_repository_is_read_once(repo: Repo, twilio: Twilio, asked: Asked) -> None:
    commit(repo, "Ann", settings_py=twilio.lines)
    assert asked("settings.py:2", "--in", ".") == asked("settings.py:2")


def test_a_finding_may_be_in_another_repository_only(
    other: Repo, tmp_path: Path, twilio: Twilio
) -> None:
    """Outside of any repository a file is a finding, too, and --in says where to look."""
    commit(other, "Bob", go_mod="", main_py=USES)
    Repo(tmp_path).write("note.env", twilio.lines)
    command = ("keystop", "impact", "note.env:2")
    alone = other.run(*command, cwd=tmp_path)
    assert (alone.returncode, alone.stdout) == (2, "")
    assert "name one with --in" in alone.stderr
    done = other.run(*command, "--in", str(other.path), cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert "main.py:1  reads the environment variable TWILIO_AUTH_TOKEN" in done.stdout


def test_what_is_staged_counts_and_not_what_is_not(
    repo: Repo, twilio: Twilio, asked: Asked
) -> None:
    commit(repo, "Ann", settings_py=twilio.lines)
    repo.write("staged.py", USES)
    repo.git("add", "staged.py")
    repo.write("staged.py", "nothing\n")
    repo.write("not-staged.py", USES)
    assert {path for _, path, _ in lines(asked("settings.py:2"))} == {"settings.py", "staged.py"}


def test_a_finding_in_a_commit_names_what_there_is_now(
    repo: Repo, twilio: Twilio, asked: Asked
) -> None:
    commit(repo, "Ann", old_env=twilio.lines)
    old = repo.git("rev-parse", "HEAD").strip()
    repo.git("rm", "--quiet", "old.env")
    commit(repo, "Ann", main_py=USES)
    told = asked(f"{old}:old.env:2")
    assert lines(told) == {("", "main.py", 1)}
    assert told["value"] == []


def test_a_fingerprint_names_a_finding(repo: Repo, twilio: Twilio, asked: Asked) -> None:
    commit(repo, "Ann", settings_py=twilio.lines, main_py=USES)
    (fingerprint,) = {
        word for word in repo.run("keystop", "scan", "--format", "json", ".").stdout.split('"')
        if word.startswith(("h1:", "s1:"))
    }  # fmt: skip
    assert lines(asked(fingerprint)) == lines(asked("settings.py:2"))


def test_every_branch_and_tag_with_the_value_is_named(
    repo: Repo, twilio: Twilio, asked: Asked
) -> None:
    commit(repo, "Ann", settings_py=twilio.lines, more_py=f'x = "{twilio.token}"\n')
    repo.git("branch", "same")
    repo.git("tag", "light")
    repo.git("tag", "-a", "-m", "a tag", "heavy")
    repo.git("update-ref", "refs/remotes/origin/main", "HEAD")
    repo.git("rm", "--quiet", "more.py")
    commit(repo, "Ann", new_py="")
    (gone,) = [one for one in asked("settings.py:2")["value"] if one["refs"]]
    refs = ["branch same", "branch origin/main", "tag heavy", "tag light"]
    assert (gone["path"], gone["line"], sorted(gone["refs"])) == ("more.py", 1, sorted(refs))


def test_a_repository_without_commits(repo: Repo, twilio: Twilio, asked: Asked) -> None:
    repo.write("settings.py", twilio.lines)
    repo.git("add", ".")
    assert lines(asked("settings.py:2")) == {("", "settings.py", 2)}


OWNERS = """
# the last rule that matches counts
*           @all
*.py        @python   # a comment
/api/       @api @more
docs/*      @docs
/api/lib/** @lib
[Section]
/web/
"""


@pytest.mark.parametrize("place", ["CODEOWNERS", ".github/CODEOWNERS", ".gitlab/CODEOWNERS"])
def test_the_last_rule_that_matches_names_the_owner(
    repo: Repo, twilio: Twilio, asked: Asked, place: str
) -> None:
    repo.write(place, OWNERS)
    for name in ("root.py", "api/a.py", "api/lib/deep/b.py", "web/c.py", "docs/d.py"):
        folder = name.rpartition("/")[0]
        repo.write(f"{folder}/go.mod" if folder else "go.mod", "")
        repo.write(name, USES)
    repo.write("settings/settings.toml", twilio.lines)
    repo.write("settings/go.mod", "")
    commit(repo, "Ann")
    owners = {one["name"]: one["owner"] for one in asked("settings/settings.toml:2")["services"]}
    assert owners == {
        ".": "@python", "api": "@api @more", "api/lib/deep": "@lib", "web": "Ann",
        "docs": "@docs", "settings": "@all",
    }  # fmt: skip


def test_without_rules_the_owner_is_who_commits_most(
    repo: Repo, twilio: Twilio, asked: Asked
) -> None:
    commit(repo, "Ann", a__go_mod="", b__go_mod="", a__x_py=USES, settings_py=twilio.lines)
    for number in range(2):
        commit(repo, "Bob", a__y_py=f"{number}")
        commit(repo, "Cy", b__y_py=f"{number}")
    told = asked("settings.py:2")
    assert {one["name"]: one["owner"] for one in told["services"]} == {"a": "Bob"}


@pytest.mark.parametrize(
    ("arguments", "status", "said"),
    [
        (("settings.py:2", "--in", "nowhere"), 3, "nowhere: No such file or directory"),
        (("nothing.py:1",), 3, "nothing.py: there is no such file"),
        (("settings.py:3",), 3, "settings.py:3: nothing is found there"),
        (("settings.py:2", "--output", "no/where"), 3, "where cannot be written"),
    ],
)
def test_errors_say_what_to_do(
    repo: Repo, twilio: Twilio, arguments: tuple[str, ...], status: int, said: str
) -> None:
    commit(repo, "Ann", settings_py=f"{twilio.lines}\n")
    done = repo.run("keystop", "impact", *arguments)
    assert done.returncode == status, done.stderr
    assert said in done.stderr
    assert twilio.token not in done.stdout + done.stderr


def test_a_folder_that_is_no_repository(repo: Repo, twilio: Twilio, tmp_path: Path) -> None:
    commit(repo, "Ann", settings_py=twilio.lines)
    folder = tmp_path / "plain"
    folder.mkdir()
    done = repo.run("keystop", "impact", "settings.py:2", "--in", str(folder))
    assert done.returncode == 2
    assert "not a git repository" in done.stderr


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("a.py", "from twilio.rest import Client\n\nclient = Client()\n"),
        ("a.js", 'const twilio = require("twilio");\n\nconst client = twilio();\n'),
        ("a.go", 'import "github.com/twilio/twilio-go"\n\nvar client = twilio.NewRestClient()\n'),
        ("a.php", "use Twilio\\Rest\\Client;\n\n$client = new Client();\n"),
    ],
)
def test_a_client_that_reads_the_environment_by_itself(
    repo: Repo, twilio: Twilio, asked: Asked, path: str, text: str
) -> None:
    repo.write(".env", twilio.lines.replace(" ", ""))
    repo.write(path, text)
    repo.write(f"other/{path}", text.replace("wilio", "acme"))
    repo.git("add", ".")
    assert lines(asked(".env:2")) == {("", ".env", 2), ("", path, 3)}


def test_names_of_files_may_be_anything(repo: Repo, twilio: Twilio, asked: Asked) -> None:
    name = os.fsdecode(b"caf\xe9 \x1b[31m.py")
    repo.write(".env", twilio.lines.replace(" ", ""))
    repo.write(name, USES)
    repo.git("add", ".")
    shown = "caf\\xe9 \\x1b[31m.py"
    assert lines(asked(".env:2")) == {("", ".env", 2), ("", shown, 1)}
    assert f"  {shown}:1  " in repo.run("keystop", "impact", ".env:2", check=True).stdout
