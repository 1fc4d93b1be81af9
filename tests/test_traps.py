"""The traps on which other scanners pass a secret: keystop stops every one, in a real commit.

The table is that of the measured peers; the list below it is of mistakes made when reading git.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.conftest import Repo
from tests.test_staged import OLD, add, commit, object_file, scan, secret

Trap = Callable[[Repo, str], tuple[str, ...]]
STAGED = ("git", "commit", "--quiet", "--message", "a leak")


def control(repo: Repo, token: str) -> tuple[str, ...]:
    add(repo, ".env", secret(token))
    return STAGED


def no_diff(repo: Repo, token: str) -> tuple[str, ...]:
    add(repo, ".gitattributes", "*.env -diff\n")
    add(repo, "prod.env", secret(token))
    return STAGED


def all_binary(repo: Repo, token: str) -> tuple[str, ...]:
    add(repo, ".gitattributes", "* binary\n")
    return control(repo, token)


def nul_first(repo: Repo, token: str) -> tuple[str, ...]:
    add(repo, ".env", "\0\n" + secret(token))
    return STAGED


def wide(repo: Repo, token: str) -> tuple[str, ...]:
    add(repo, ".env", b"\xff\xfe" + secret(token).encode("utf-16-le"))
    return STAGED


def no_prefix(repo: Repo, token: str) -> tuple[str, ...]:
    repo.git("config", "diff.noprefix", "true")
    repo.git("config", "color.ui", "always")
    return control(repo, token)


def subdirectory(repo: Repo, token: str) -> tuple[str, ...]:
    control(repo, token)
    repo.write("deep/x", "")
    return ("git", "-C", "deep", *STAGED[1:])


def file_name(repo: Repo, token: str) -> tuple[str, ...]:
    add(repo, f"{token}.txt", "x\n")
    return STAGED


def link_target(repo: Repo, token: str) -> tuple[str, ...]:
    (repo.path / "link").symlink_to(token)
    repo.git("add", "link")
    return STAGED


def cleaned(repo: Repo, token: str) -> tuple[str, ...]:
    control(repo, token)
    repo.write(".env", "")
    return STAGED


def sha256(repo: Repo, token: str) -> tuple[str, ...]:
    shutil.rmtree(repo.path / ".git")
    repo.git("init", "--quiet", "--object-format=sha256")
    repo.hook()
    return control(repo, token)


def all_changed(repo: Repo, token: str) -> tuple[str, ...]:
    repo.write("a.py", OLD + secret(token))
    return (*STAGED, "--all")


def one_path(repo: Repo, token: str) -> tuple[str, ...]:
    repo.write("a.py", OLD + secret(token))
    return (*STAGED, "a.py")


def deep_commit_all(repo: Repo, token: str) -> tuple[str, ...]:
    repo.write("deep/x", "")
    return ("git", "-C", "deep", *all_changed(repo, token)[1:])


def like_a_header(repo: Repo, token: str) -> tuple[str, ...]:
    add(repo, "a.py", OLD + "++ b/x\n" + secret(token))
    return STAGED


def only_a_removal_before(repo: Repo, token: str) -> tuple[str, ...]:
    add(repo, "a.py", secret(token))
    return STAGED


def strange_name(repo: Repo, token: str) -> tuple[str, ...]:
    add(repo, "\udcff\n\x1b[31m.py", secret(token))
    return STAGED


def no_line_break(repo: Repo, token: str) -> tuple[str, ...]:
    add(repo, "a.py", OLD + secret(token).strip())
    return STAGED


TRAPS = [
    pytest.param(control, id="control"),
    pytest.param(no_diff, id="*.env -diff"),
    pytest.param(all_binary, id="* binary"),
    pytest.param(nul_first, id="NUL first"),
    pytest.param(wide, id="UTF-16LE with a mark"),
    pytest.param(no_prefix, id="diff.noprefix and color.ui"),
    pytest.param(subdirectory, id="from a folder"),
    pytest.param(file_name, id="only in a file's name"),
    pytest.param(link_target, id="a link's target"),
    pytest.param(cleaned, id="gone from the working tree"),
    pytest.param(sha256, id="SHA-256"),
    pytest.param(all_changed, id="commit --all"),
    pytest.param(one_path, id="commit of a path"),
    pytest.param(deep_commit_all, id="commit --all from a folder: the index is relative"),
    pytest.param(like_a_header, id="after what looks like a header"),
    pytest.param(only_a_removal_before, id="in place of all that was there"),
    pytest.param(strange_name, id="a path that is no UTF-8"),
    pytest.param(no_line_break, id="no line break at the end"),
]


@pytest.fixture
def guarded(repo: Repo) -> Repo:
    """A repository with a commit, and the hook."""
    commit(repo, a__py=OLD)
    repo.hook()
    return repo


@pytest.mark.parametrize("trap", TRAPS)
def test_without_a_secret_it_passes_unseen(trap: Trap, guarded: Repo) -> None:
    done = guarded.run(*trap(guarded, "harmless"))
    assert (done.returncode, done.stdout + done.stderr) == (0, "")


@pytest.mark.parametrize("trap", TRAPS)
def test_the_secret_is_stopped(trap: Trap, guarded: Repo, token: str) -> None:
    done = guarded.run(*trap(guarded, token))
    assert done.returncode == 1
    assert "keystop: 1 secret found; nothing was committed." in done.stdout + done.stderr
    assert "a leak" not in guarded.git("log", "--format=%s", check=False)


def test_a_staged_object_that_is_missing_is_not_looked_for_elsewhere(
    guarded: Repo, token: str
) -> None:
    # git itself would read the working tree's copy, which may be another.
    add(guarded, "a.py", secret(token))
    object_file(guarded, ":a.py").unlink()
    guarded.write("a.py", secret(token))
    done = guarded.run("keystop-pre-commit", env={"GIT_INDEX_FILE": ".git/index"})
    assert (done.returncode, "a.py cannot be read" in done.stderr) == (2, True)


@pytest.mark.parametrize("size", [0, 40])
def test_a_broken_index_never_passes(size: int, guarded: Repo, token: str) -> None:
    add(guarded, "a.py", secret(token))
    index = guarded.path / ".git/index"
    index.write_bytes(index.read_bytes()[:size])
    done = guarded.run("keystop-pre-commit", env={"GIT_INDEX_FILE": ".git/index"})
    assert done.returncode == 2


def test_a_history_is_read_where_only_a_merge_has_the_secret(repo: Repo, token: str) -> None:
    commit(repo, a__py=OLD)
    base = repo.git("rev-parse", "HEAD").strip()
    repo.git("checkout", "--quiet", "-b", "side")
    commit(repo, b__py=OLD)
    repo.git("checkout", "--quiet", "main")
    commit(repo, c__py=OLD)
    repo.git("merge", "--quiet", "--no-commit", "side")
    commit(repo, a__py=OLD + secret(token))
    commit(repo, a__py=OLD)
    env = {"PRE_COMMIT_FROM_REF": base, "PRE_COMMIT_TO_REF": "HEAD"}
    done = repo.run("keystop-pre-commit", env=env)
    assert (done.returncode, ":a.py:21:8  " in done.stdout) == (1, True)


def test_an_empty_range_is_a_range_and_a_wrong_one_is_an_error(repo: Repo, token: str) -> None:
    commit(repo, a__py=secret(token))
    for begin, status in (("HEAD", 0), ("nowhere", 2)):
        env = {"PRE_COMMIT_FROM_REF": begin, "PRE_COMMIT_TO_REF": "HEAD"}
        assert repo.run("keystop-pre-commit", env=env).returncode == status


def test_a_repository_inside_another_is_its_own(repo: Repo, token: str) -> None:
    commit(repo, b__py=OLD)
    other = Repo(repo.path / "inner")
    other.path.mkdir()
    other.git("init", "--quiet")
    add(other, "a.py", secret(token))
    assert (scan(other)[0], scan(repo)[0]) == (1, 0)


def test_no_fixture_of_ours_is_a_secret() -> None:
    done = Repo(Path(__file__).parent).run("keystop", "scan", ".", check=False)
    assert done.returncode == 0, done.stdout + done.stderr
