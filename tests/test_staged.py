"""What is staged is what is read: every kind of repository, of change and of content.

The scenes are git's own edges; each is a real repository. What cannot be read ends in exit
status 2 with its name, never in silence.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from keystop.check import Judge
from keystop.escape import printable
from tests.conftest import Repo

# A git of 2.45 or later, where the one in PATH is older.
NEW_GIT = os.environ.get("KEYSTOP_NEW_GIT") or shutil.which("git") or ""
OLD = "".join(f"line {number}\n" for number in range(1, 21))
Scene = Callable[[Repo, str], Repo | None]
Place = tuple[str, int]


def secret(token: str) -> str:
    """A line with a token."""
    return f"key = '{token}'\n"


def scan(
    repo: Repo, env: dict[str, str] | None = None, what: str = "--staged"
) -> tuple[int, dict[str, Any]]:
    """Exit status and report of keystop over what is staged."""
    done = repo.run("keystop", "scan", what, "--format", "json", env=env)
    return done.returncode, json.loads(done.stdout) if done.stdout else {"error": done.stderr}


def places(report: dict[str, Any]) -> list[Place]:
    """Where the report's findings are; a file's name is its line 0."""
    return sorted(
        (finding["path"], 0 if finding["where"] == "name" else finding["line"])
        for finding in report["findings"]
    )


def commit(repo: Repo, **files: str) -> None:
    """A commit of these files (__ stands for a dot) and of all else that is there."""
    for name, content in files.items():
        repo.write(name.replace("__", "."), content)
    repo.git("add", "--all")
    repo.git("commit", "--quiet", "--allow-empty", "--message", "a commit")


def add(repo: Repo, name: str, content: str | bytes) -> None:
    """A file, staged."""
    repo.write(name, content)
    repo.git("--literal-pathspecs", "add", "--", name)


# Scenes ---------------------------------------------------------------------------------------
# Each takes a new repository and a token, and may return another one to look at.


def nothing(repo: Repo, _: str) -> None:
    """Nothing at all."""


def unstaged(repo: Repo, token: str) -> None:
    commit(repo, a__py=OLD)
    repo.write("a.py", OLD + secret(token))


def untracked(repo: Repo, token: str) -> None:
    commit(repo, a__py=OLD)
    repo.write("b.py", secret(token))


def intent_to_add(repo: Repo, token: str) -> None:
    commit(repo, a__py=OLD)
    repo.write("b.py", secret(token))
    repo.git("add", "--intent-to-add", "b.py")


def line_removed(repo: Repo, token: str) -> None:
    commit(repo, a__py=OLD + secret(token) + OLD)
    add(repo, "a.py", OLD + OLD)


def neighbours_changed(repo: Repo, token: str) -> None:
    commit(repo, a__py=OLD + secret(token) + OLD)
    add(repo, "a.py", OLD + "new\n" + secret(token) + "new\n" + OLD)


def file_removed(repo: Repo, token: str) -> None:
    commit(repo, a__py=secret(token))
    repo.git("rm", "--quiet", "a.py")


def mode_changed(repo: Repo, token: str) -> None:
    commit(repo, a__py=secret(token))
    repo.git("update-index", "--chmod=+x", "a.py")


def type_changed_to_link(repo: Repo, token: str) -> None:
    commit(repo, a__py=secret(token))
    (repo.path / "a.py").unlink()
    (repo.path / "a.py").symlink_to("elsewhere")
    repo.git("add", "a.py")


def link_to_a_secret(repo: Repo, token: str) -> None:
    repo.write(".git/outside", secret(token))
    (repo.path / "link").symlink_to(".git/outside")
    repo.git("add", "link")


def lfs_pointer(repo: Repo, _: str) -> None:
    pointer = f"version https://git-lfs.github.com/spec/v1\noid sha256:{'a1b2c3d4' * 8}\nsize 9\n"
    add(repo, "model.bin", pointer)


def partly_harmless(repo: Repo, token: str) -> None:
    stage_first_hunk(repo, "harmless\n", secret(token))


def stage_first_hunk(repo: Repo, first: str, second: str) -> None:
    """Two changes in the working tree, of which `git add --patch` takes the first."""
    commit(repo, a__py=OLD)
    repo.write("a.py", first + OLD)
    patch = repo.git("diff")
    repo.write("a.py", first + OLD + second)
    repo.run("git", "apply", "--cached", stdin=patch, check=True)


def merging(repo: Repo, ours: str, theirs: str, base: str = OLD) -> None:
    """A merge of two changes of a.py that stops before its commit."""
    commit(repo, a__py=base)
    repo.git("checkout", "--quiet", "-b", "side")
    commit(repo, a__py=theirs, side__py=theirs)
    repo.git("checkout", "--quiet", "main")
    commit(repo, a__py=ours)
    repo.git("merge", "--no-commit", "side", check=False)


def merge_of_a_secret(repo: Repo, token: str) -> None:
    merging(repo, "ours\n" + OLD, OLD + secret(token))


def merge_with_conflict_resolved(repo: Repo, token: str) -> None:
    merging(repo, "ours\n" + OLD, "theirs\n" + secret(token) + OLD)
    add(repo, "a.py", "both\n" + secret(token) + OLD)


def octopus(repo: Repo, token: str, born: str = "") -> None:
    commit(repo, a__py=OLD)
    for side in ("one", "two"):
        repo.git("checkout", "--quiet", "-b", side, "main")
        commit(repo, **{f"{side}__py": secret(token)})
    repo.git("checkout", "--quiet", "main")
    commit(repo, b__py=OLD)
    repo.git("merge", "--no-commit", "one", "two")
    if born:
        add(repo, "one.py", secret(token) + born)


def gitlink(repo: Repo, _: str) -> None:
    inner = Repo(repo.path / "inner")
    inner.path.mkdir()
    inner.git("init", "--quiet")
    commit(inner, a__py=OLD)
    repo.git("add", "inner")


QUIET = [
    pytest.param(nothing, id="a new repository"),
    pytest.param(unstaged, id="a secret that is not staged"),
    pytest.param(untracked, id="a secret that is not tracked"),
    pytest.param(intent_to_add, id="a secret of which only the intent to add is staged"),
    pytest.param(line_removed, id="a secret is taken out"),
    pytest.param(neighbours_changed, id="lines change around a secret"),
    pytest.param(file_removed, id="a file with a secret is removed"),
    pytest.param(mode_changed, id="a file with a secret becomes executable"),
    pytest.param(type_changed_to_link, id="a file with a secret becomes a link"),
    pytest.param(link_to_a_secret, id="a link leads to a secret"),
    pytest.param(lfs_pointer, id="a pointer of git-lfs"),
    pytest.param(partly_harmless, id="the hunk without the secret is staged"),
    pytest.param(merge_of_a_secret, id="a merge brings what is committed on the other side"),
    pytest.param(merge_with_conflict_resolved, id="a resolved conflict keeps the other side's"),
    pytest.param(octopus, id="a merge of three brings what is committed"),
    pytest.param(gitlink, id="a submodule"),
]


@pytest.mark.parametrize("scene", QUIET)
def test_these_are_quiet(scene: Scene, repo: Repo, token: str) -> None:
    status, report = scan(scene(repo, token) or repo)
    assert (status, places(report), report["error"]) == (0, [], None)
    names = [entry["reason"] for entry in report["skipped"]]
    told = {"gitlink": ["submodule"], "lfs_pointer": ["file in Git LFS"]}
    assert names == told.get(scene.__name__, [])


def first_commit(repo: Repo, token: str) -> None:
    add(repo, "a.py", "x\n" + secret(token))


def partly(repo: Repo, token: str) -> None:
    stage_first_hunk(repo, secret(token), "harmless\n")


def cleaned_again(repo: Repo, token: str) -> None:
    commit(repo, a__py=OLD)
    add(repo, "a.py", OLD + secret(token))
    repo.write("a.py", OLD)


def deleted_again(repo: Repo, token: str) -> None:
    add(repo, "a.py", secret(token))
    (repo.path / "a.py").unlink()


def amended(repo: Repo, token: str) -> None:
    commit(repo, a__py=OLD)
    add(repo, "a.py", OLD + secret(token))
    repo.git("commit", "--quiet", "--message", "first")
    add(repo, "a.py", OLD + secret(token) + secret(token))


def born_in_a_merge(repo: Repo, token: str) -> None:
    merging(repo, "ours\n" + OLD, OLD + "theirs\n")
    add(repo, "a.py", "ours\n" + OLD + "theirs\n" + secret(token))


def born_in_a_conflict(repo: Repo, token: str) -> None:
    merging(repo, "ours\n" + OLD, "theirs\n" + OLD)
    add(repo, "a.py", "ours\ntheirs\n" + secret(token) + OLD)


def new_file_in_a_merge(repo: Repo, token: str) -> None:
    merging(repo, "ours\n" + OLD, OLD + "theirs\n")
    add(repo, "born.py", secret(token))


def born_in_an_octopus(repo: Repo, token: str) -> None:
    octopus(repo, "x", secret(token))


def long_run_born_in_a_merge(repo: Repo, token: str) -> None:
    # Above a megabyte a run of lines comes in pieces: the parts that count have to part again.
    theirs = "".join(f"their line {number}\n" for number in range(200_000))
    merging(repo, "ours\n" + OLD, OLD + theirs)
    lines = theirs.splitlines(keepends=True)
    lines[70_000:70_000] = [secret(token)]
    lines[150_000:150_000] = [secret(token)]
    add(repo, "a.py", "ours\n" + OLD + "".join(lines))


def picked(repo: Repo, token: str, command: str = "cherry-pick") -> None:
    commit(repo, a__py=OLD)
    repo.git("checkout", "--quiet", "-b", "side")
    commit(repo, a__py="theirs\n" + OLD)
    repo.git("checkout", "--quiet", "main" if command == "cherry-pick" else "side")
    commit(repo, a__py="ours\n" + OLD)
    assert repo.run("git", command, "side~0" if command == "cherry-pick" else "HEAD~1").returncode
    add(repo, "a.py", "ours\ntheirs\n" + secret(token) + OLD)


def reverted(repo: Repo, token: str) -> None:
    picked(repo, token, "revert")


def moved(repo: Repo, token: str) -> None:
    commit(repo, a__py=OLD + secret(token))
    repo.git("mv", "a.py", "b.py")


def moved_and_modified(repo: Repo, token: str) -> None:
    commit(repo, a__py=OLD * 3)
    repo.git("mv", "a.py", "b.py")
    add(repo, "b.py", OLD * 3 + secret(token))


def copied(repo: Repo, token: str) -> None:
    commit(repo, a__py=OLD + secret(token))
    add(repo, "copy.py", OLD + secret(token))


def executable_and_changed(repo: Repo, token: str) -> None:
    commit(repo, a__py=OLD)
    add(repo, "a.py", secret(token) + OLD)
    repo.git("update-index", "--chmod=+x", "a.py")


def link_becomes_file(repo: Repo, token: str) -> None:
    (repo.path / "a.py").symlink_to("elsewhere")
    commit(repo)
    (repo.path / "a.py").unlink()
    add(repo, "a.py", secret(token))


def link_target(repo: Repo, token: str) -> None:
    (repo.path / "link").symlink_to(token)
    repo.git("add", "link")


def in_a_name(repo: Repo, token: str) -> None:
    add(repo, f"{token}.txt", "x\n")


def in_the_name_of_an_empty_file(repo: Repo, token: str) -> None:
    add(repo, f"{token}.txt", "")


def in_the_name_of_a_folder(repo: Repo, token: str) -> None:
    add(repo, f"{token}/x", "")


def linked_worktree(repo: Repo, token: str) -> Repo:
    commit(repo, a__py=OLD)
    repo.git("worktree", "add", "--quiet", "../linked")
    linked = Repo(repo.path.parent / "linked")
    add(linked, "a.py", OLD + secret(token))
    return linked


def subdirectory(repo: Repo, token: str) -> Repo:
    add(repo, "a.py", secret(token))
    repo.write("deep/er/x", "")
    return Repo(repo.path / "deep/er")


def inside_the_git_directory(repo: Repo, token: str) -> Repo:
    add(repo, "a.py", secret(token))
    return Repo(repo.path / ".git")


def symbolic_path(repo: Repo, token: str) -> Repo:
    add(repo, "a.py", secret(token))
    (repo.path.parent / "alias").symlink_to("repo")
    return Repo(repo.path.parent / "alias")


def submodule(repo: Repo, token: str) -> Repo:
    other = Repo(repo.path.parent / "other")
    other.path.mkdir()
    other.git("init", "--quiet")
    commit(other, a__py=OLD)
    repo.git("submodule", "--quiet", "add", "../other", "inner")
    inner = Repo(repo.path / "inner")
    add(inner, "a.py", OLD + secret(token))
    return inner


def configured_worktree(repo: Repo, token: str) -> Repo:
    repo.git("config", "extensions.worktreeConfig", "true")
    repo.git("config", "--worktree", "core.sparseCheckout", "false")
    return linked_worktree(repo, token)


def separate_git_dir(repo: Repo, token: str) -> None:
    commit(repo, a__py=OLD)
    repo.git("init", "--quiet", "--separate-git-dir", "../apart.git")
    add(repo, "a.py", OLD + secret(token))


def sparse(repo: Repo, token: str) -> None:
    for name in ("in/a.py", "out/b.py", "out/c.py"):
        repo.write(name, OLD)
    commit(repo)
    repo.git("sparse-checkout", "set", "--cone", "--sparse-index", "in")
    assert not (repo.path / "out").exists()
    add(repo, "in/a.py", OLD + secret(token))


def outside_the_cone(repo: Repo, token: str) -> None:
    sparse(repo, "x")
    repo.write("out/b.py", OLD + secret(token))
    repo.git("add", "--sparse", "out/b.py")


def split_index(repo: Repo, token: str) -> None:
    commit(repo, a__py=OLD)
    repo.git("update-index", "--split-index")
    add(repo, "a.py", OLD + secret(token))


def index_version_4(repo: Repo, token: str) -> None:
    commit(repo, a__py=OLD)
    repo.git("update-index", "--index-version", "4")
    add(repo, "a.py", OLD + secret(token))


def other_kind(repo: Repo, option: str) -> None:
    shutil.rmtree(repo.path / ".git")
    repo.git("init", "--quiet", option)


def sha256(repo: Repo, token: str) -> None:
    other_kind(repo, "--object-format=sha256")
    commit(repo, a__py=OLD)
    add(repo, "a.py", OLD + secret(token))


def sha256_first_commit(repo: Repo, token: str) -> None:
    other_kind(repo, "--object-format=sha256")
    add(repo, "empty", "")
    add(repo, "a.py", OLD + secret(token))


def clone(repo: Repo, *options: str) -> Repo:
    """A clone of two commits."""
    commit(repo, a__py=OLD, b__py="one\n")
    commit(repo, a__py=OLD + "more\n")
    repo.git("config", "uploadpack.allowFilter", "true")
    repo.git("clone", "--quiet", *options, f"file://{repo.path}", "../clone")
    return Repo(repo.path.parent / "clone")


def shallow(repo: Repo, token: str) -> Repo:
    cloned = clone(repo, "--depth=1")
    add(cloned, "a.py", OLD + "more\n" + secret(token))
    return cloned


def partial(repo: Repo, token: str) -> Repo:
    cloned = clone(repo, "--filter=blob:none")
    add(cloned, "a.py", OLD + "more\n" + secret(token))
    return cloned


def partial_without_the_old_side(repo: Repo, token: str) -> Repo:
    cloned = clone(repo, "--filter=blob:none", "--no-checkout")
    cloned.git("read-tree", "HEAD")
    cloned.git("config", "remote.origin.url", "file:///nowhere")  # nothing can be fetched
    add(cloned, "a.py", OLD + secret(token))
    return cloned


def alternates(repo: Repo, token: str) -> Repo:
    cloned = clone(repo, "--shared")
    add(cloned, "a.py", OLD + "more\n" + secret(token))
    return cloned


def replaced_object(repo: Repo, token: str) -> None:
    # git shows the replacement, and commits the object.
    add(repo, "a.py", secret(token))
    harmless = repo.run("git", "hash-object", "-w", "--stdin", stdin="x\n", check=True).stdout
    repo.git("replace", repo.git("rev-parse", ":a.py").strip(), harmless.strip())


HITS = [
    pytest.param(first_commit, [("a.py", 2)], id="the first commit"),
    pytest.param(partly, [("a.py", 1)], id="the hunk with the secret is staged"),
    pytest.param(cleaned_again, [("a.py", 21)], id="staged, and gone from the working tree"),
    pytest.param(deleted_again, [("a.py", 1)], id="staged, and the file deleted"),
    pytest.param(amended, [("a.py", 22)], id="beside a secret that is committed"),
    pytest.param(born_in_a_merge, [("a.py", 23)], id="born in a merge"),
    pytest.param(born_in_a_conflict, [("a.py", 3)], id="born in a conflict"),
    pytest.param(new_file_in_a_merge, [("born.py", 1)], id="a new file in a merge"),
    pytest.param(born_in_an_octopus, [("one.py", 2)], id="born in a merge of three"),
    pytest.param(
        long_run_born_in_a_merge, [("a.py", 70_022), ("a.py", 150_022)],
        id="born in a merge of a very long file",
    ),
    pytest.param(picked, [("a.py", 3)], id="a cherry-pick after its conflict"),
    pytest.param(reverted, [("a.py", 3)], id="a revert after its conflict"),
    pytest.param(moved, [("b.py", 21)], id="moved to another file"),
    pytest.param(moved_and_modified, [("b.py", 61)], id="in a moved file"),
    pytest.param(copied, [("copy.py", 21)], id="copied"),
    pytest.param(executable_and_changed, [("a.py", 1)], id="with a change of mode"),
    pytest.param(link_becomes_file, [("a.py", 1)], id="a link becomes a file"),
    pytest.param(link_target, [("link", 1)], id="the target of a link"),
    pytest.param(subdirectory, [("a.py", 1)], id="from a folder"),
    pytest.param(inside_the_git_directory, [("a.py", 1)], id="from the git directory"),
    pytest.param(symbolic_path, [("a.py", 1)], id="through a link to the repository"),
    pytest.param(linked_worktree, [("a.py", 21)], id="a linked working tree"),
    pytest.param(configured_worktree, [("a.py", 21)], id="extensions.worktreeConfig"),
    pytest.param(separate_git_dir, [("a.py", 21)], id="a git directory elsewhere"),
    pytest.param(submodule, [("a.py", 21)], id="in a submodule's checkout"),
    pytest.param(sparse, [("in/a.py", 21)], id="a sparse index"),
    pytest.param(outside_the_cone, [("out/b.py", 21)], id="outside the sparse checkout"),
    pytest.param(split_index, [("a.py", 21)], id="a split index"),
    pytest.param(index_version_4, [("a.py", 21)], id="an index of version 4"),
    pytest.param(sha256, [("a.py", 21)], id="SHA-256"),
    pytest.param(sha256_first_commit, [("a.py", 21)], id="SHA-256, the first commit"),
    pytest.param(shallow, [("a.py", 22)], id="a shallow clone"),
    pytest.param(partial, [("a.py", 22)], id="a partial clone"),
    pytest.param(
        partial_without_the_old_side, [("a.py", 21)], id="a partial clone without the old side"
    ),
    pytest.param(alternates, [("a.py", 22)], id="objects of another repository"),
    pytest.param(replaced_object, [("a.py", 1)], id="an object that git replaces"),
]  # fmt: skip


@pytest.mark.parametrize(("scene", "expected"), HITS)
def test_these_are_found_at_their_line(
    scene: Scene, expected: list[Place], repo: Repo, token: str
) -> None:
    status, report = scan(scene(repo, token) or repo)
    assert (places(report), status, report["error"]) == (expected, 1, None)


@pytest.mark.parametrize(
    "scene", [in_a_name, in_the_name_of_an_empty_file, in_the_name_of_a_folder]
)
def test_the_name_of_a_new_file_is_read(scene: Scene, repo: Repo, token: str) -> None:
    scene(repo, token)
    status, report = scan(repo)
    assert (status, [finding["where"] for finding in report["findings"]]) == (1, ["name"])


# Content --------------------------------------------------------------------------------------


def utf(codec: str, bom: bytes = b"") -> Callable[[str], bytes]:
    """A file in one of Unicode's wide forms, with the secret in line 2."""
    return lambda token: bom + f"first\n{secret(token)}last\n".encode(codec)


def lines(before: bytes, after: bytes = b"", end: bytes = b"\n") -> Callable[[str], bytes]:
    """A file with the secret between two texts."""
    return lambda token: before + secret(token).strip().encode() + end + after


CONTENT = [
    pytest.param(utf("utf-16-le", b"\xff\xfe"), 2, id="UTF-16LE with a mark"),
    pytest.param(utf("utf-16-be", b"\xfe\xff"), 2, id="UTF-16BE with a mark"),
    pytest.param(utf("utf-16-le"), 2, id="UTF-16LE"),
    pytest.param(utf("utf-16-be"), 2, id="UTF-16BE"),
    pytest.param(utf("utf-32-le", b"\xff\xfe\0\0"), 2, id="UTF-32LE with a mark"),
    pytest.param(utf("utf-32-be", b"\0\0\xfe\xff"), 2, id="UTF-32BE with a mark"),
    pytest.param(utf("utf-32-le"), 2, id="UTF-32LE"),
    pytest.param(utf("utf-32-be"), 2, id="UTF-32BE"),
    pytest.param(lines(b"\xef\xbb\xbf"), 1, id="UTF-8 with a mark"),
    pytest.param(lines(b"\0\n"), 2, id="a NUL first"),
    pytest.param(lines(b"\0"), 1, id="a NUL on the line"),
    pytest.param(lines(b"x" * 8100 + b"\n", b"\0"), 2, id="a NUL after 8000 bytes"),
    pytest.param(lines(b"\xff\xfe\xc0\n"), 2, id="no UTF-8"),
    pytest.param(lines(b"one\r\n", b"two\r\n", b"\r\n"), 2, id="CRLF"),
    pytest.param(lines(b"one\rtwo\r", b"four\r", b"\r"), 3, id="CR only"),
    pytest.param(lines(b"one\n", end=b""), 2, id="no line break at the end"),
    pytest.param(lines(b"+++ b/x\n@@ -1 +1 @@\n"), 3, id="after what looks like a patch"),
    pytest.param(lines(b"x" * 5_000_000 + b" ", b" " + b"y" * 5_000_000), 1, id="10 MB of a line"),
    pytest.param(lines(b"x " * 2_500_000, b"y " * 2_500_000), 1, id="10 MB of words on a line"),
    pytest.param(lines(b"x\n" * 1_200_000), 1_200_001, id="1,200,000 lines"),
]


@pytest.mark.parametrize(("made", "line"), CONTENT)
@pytest.mark.parametrize("new", [True, False], ids=["new file", "changed file"])
def test_whatever_the_content_the_line_is_found(
    made: Callable[[str], bytes], line: int, new: bool, repo: Repo, token: str
) -> None:
    if not new:
        commit(repo, a__txt="old\n")
    add(repo, "a.txt", made(token))
    status, report = scan(repo)
    assert (places(report), status, report["error"]) == ([("a.txt", line)], 1, None)


HIDING = [
    pytest.param(".gitattributes", "* binary\n", id="* binary"),
    pytest.param(".gitattributes", "* -diff\n", id="-diff"),
    pytest.param(".gitattributes", "*.txt -text -diff merge=ours\n", id="-text -diff"),
    pytest.param(".gitattributes", "*.txt linguist-generated export-ignore\n", id="generated"),
    pytest.param(".git/info/attributes", "* binary\n", id="in .git/info/attributes"),
    pytest.param(".git/config.d", "[core]\nbigFileThreshold = 1\n", id="core.bigFileThreshold"),
    pytest.param(".git/config.d", "[core]\nattributesFile = .git/on\n", id="core.attributesFile"),
]


@pytest.mark.parametrize(("name", "text"), HIDING)
def test_no_attribute_hides_content(name: str, text: str, repo: Repo, token: str) -> None:
    commit(repo, a__txt="old\n")
    repo.write(".git/on", "* binary\n")
    repo.git("config", "include.path", "config.d")
    repo.write(name, text)
    if not name.startswith(".git/"):
        repo.git("add", name)
    add(repo, "a.txt", "old\n" + secret(token))
    add(repo, "b.txt", secret(token))
    status, report = scan(repo)
    assert (status, places(report)) == (1, [("a.txt", 2), ("b.txt", 1)])


PATHS = [
    *("with space.txt", "new\nline.txt", "tab\there.txt", 'quo"te.txt', "back\\slash.txt"),
    *(" lead", "trail ", "-dash.txt", ":colon.txt", ":(exclude)x", "*.txt", "[a].txt", "!x", "#x"),
    *("\udcff\udcfe.txt", "é.txt", "\u202egnp.txt", "\x1b[31mred.txt", "\x7f", "a b/b x", "b/x"),
    *("a" * 200, "deep/" * 40 + "x", "\\101", "'", "$(x)", "x.txt ", "COM1", '"', '"\\"', "\\"),
]


@pytest.mark.skipif(sys.platform != "linux", reason="other systems have no such names")
def test_any_path_is_read_and_shown_harmlessly(repo: Repo, token: str) -> None:
    commit(repo, a__txt="old\n")
    for path in PATHS:
        add(repo, path, "x\n" + secret(token))
    status, report = scan(repo)
    names = [os.fsencode(path) for path in PATHS]
    shown = sorted((name.decode("utf-8", "backslashreplace"), 2) for name in names)
    assert (status, places(report)) == (1, shown)
    done = repo.run("keystop", "scan", "--staged")
    assert [
        f"{printable(n)}:2:8  " for n in names if f"{printable(n)}:2:8  " not in done.stdout
    ] == []
    assert not set(done.stdout + done.stderr) & {"\x1b", "\t", "\r", "\u202e", "\x7f"}


# Configuration and environment ----------------------------------------------------------------

HOSTILE_CONFIG = [
    *("diff.noprefix=true", "diff.mnemonicPrefix=true", "diff.external=false", "diff.context=9"),
    *("color.ui=always", "color.diff=always", "diff.interHunkContext=9", "diff.algorithm=patience"),
    *("diff.orderFile=nowhere", "diff.wsErrorHighlight=all", "diff.suppressBlankEmpty=true"),
    *("diff.submodule=log", "diff.renames=copies", "diff.indentHeuristic=true", "diff.relative=1"),
    *("diff.colorMoved=zebra", "diff.ignoreSubmodules=all", "diff.srcPrefix=x/", "core.abbrev=4"),
    *("diff.dstPrefix=y/", "diff.statGraphWidth=1", "diff.wordRegex=.", "diff.dirstat=lines"),
    *("core.quotePath=false", "core.pager=false", "pager.diff=false", "core.whitespace=-all"),
    *("core.fsmonitor=true", "core.untrackedCache=true", "core.preloadIndex=false"),
    *("core.attributesFile=/dev/null", "index.sparse=true", "advice.graftFileDeprecated=true"),
    *("i18n.logOutputEncoding=UTF-16", "core.precomposeUnicode=true", "core.ignoreCase=true"),
    *("core.autocrlf=true", "core.safecrlf=true", "core.eol=crlf", "diff.noIndex=true"),
    *("alias.diff=!false", "trace2.normalTarget=2", "submodule.recurse=true", "help.autocorrect=1"),
]
HOSTILE_ENV = [
    *("GIT_EXTERNAL_DIFF=false", "GIT_DIFF_OPTS=--unified=9", "GIT_PAGER=false", "PAGER=false"),
    *(
        "GIT_TRACE=1",
        "GIT_TRACE2=1",
        "GIT_TRACE_SETUP=2",
        "GIT_TRACE_PACKET=1",
        "GIT_TRACE2_EVENT=1",
    ),
    *("GIT_PAGER_IN_USE=1", "GIT_LITERAL_PATHSPECS=0", "GIT_GLOB_PATHSPECS=1", "GIT_PREFIX=sub/"),
    *("GIT_ICASE_PATHSPECS=1", "GIT_NOGLOB_PATHSPECS=1", "LC_ALL=de_DE.UTF-8", "LANG=tr_TR.UTF-8"),
    *("GIT_FLUSH=1", "GIT_CEILING_DIRECTORIES=/", "GIT_CONFIG_PARAMETERS='diff.noprefix'='true'"),
    *("TERM=xterm", "COLUMNS=10", "GIT_ATTR_NOSYSTEM=1", "GIT_DEFAULT_HASH=sha256", "CDPATH=/"),
    *(
        "GIT_TRACE_CURL=1",
        "GIT_CURL_VERBOSE=1",
        "GIT_GRAFT_FILE=nowhere",
        "GIT_NO_REPLACE_OBJECTS=",
    ),
    *("PYTHONWARNINGS=error", "PYTHONHASHSEED=7", "NO_COLOR=1", "GIT_MERGE_VERBOSITY=5"),
]


def busy(repo: Repo, token: str) -> None:
    """Changes of every kind, five secrets among them."""
    commit(repo, a__py=OLD, moved__py=OLD * 2, gone__py=OLD, sub__x=OLD)
    gitlink(repo, token)
    repo.git("mv", "moved.py", "name with space.py")
    repo.git("rm", "--quiet", "gone.py")
    add(repo, "name with space.py", secret(token) + OLD * 2)
    add(repo, "a.py", "\n" + secret(token) + OLD.replace("line 9\n", "\n") + "\n" + secret(token))
    add(repo, "é.py", b"\0" + secret(token).encode())
    add(repo, "sub/x", OLD + secret(token))


BUSY = [("a.py", 2), ("a.py", 24), ("name with space.py", 1), ("sub/x", 21), ("é.py", 1)]


@pytest.fixture(scope="module")
def occupied(tmp_path_factory: pytest.TempPathFactory, judge: Judge) -> Repo:
    """A repository with changes of every kind, made once."""
    made = Repo(tmp_path_factory.mktemp("busy"))
    record = next(one for one in judge.records if one.id == "github.personal-access-token")
    with pytest.MonkeyPatch.context() as patch:
        for name in ("AUTHOR", "COMMITTER"):
            patch.setenv(f"GIT_{name}_NAME", "A Tester")
            patch.setenv(f"GIT_{name}_EMAIL", "tester@example.com")
        made.git("init", "--quiet", "--initial-branch=main")
        busy(made, judge.generator.value(record))
    return made


@pytest.mark.parametrize("setting", ["keystop.none=true", *HOSTILE_CONFIG])
def test_no_setting_of_git_changes_what_is_read(setting: str, occupied: Repo) -> None:
    name, value = setting.split("=", 1)
    occupied.git("config", name, value)
    try:
        status, report = scan(occupied)
    finally:
        occupied.git("config", "--unset", name)
    assert (status, places(report), report["error"]) == (1, BUSY, None)
    assert [entry["reason"] for entry in report["skipped"]] == ["submodule"]


@pytest.mark.parametrize("setting", ["KEYSTOP_NONE=1", *HOSTILE_ENV])
def test_no_variable_changes_what_is_read(setting: str, occupied: Repo) -> None:
    name, value = setting.split("=", 1)
    status, report = scan(occupied, {name: value})
    assert (status, places(report), report["error"]) == (1, BUSY, None)
    assert [entry["reason"] for entry in report["skipped"]] == ["submodule"]


@pytest.mark.skipif(sys.platform == "win32", reason="scripts are no programs there")
def test_no_planted_command_is_run(repo: Repo, token: str) -> None:
    ran = repo.path.parent / "ran"
    planted = repo.path.parent / "planted"
    planted.write_text(f'#!/bin/sh\necho "$0 $*" >>{ran}\ncat 2>/dev/null\n')
    planted.chmod(0o755)
    busy(repo, token)
    expected = scan(repo)
    repo.write(".gitattributes", "* diff=evil filter=evil merge=evil\n")
    repo.write(".git/info/attributes", "* diff=evil filter=evil merge=evil\n")
    keys = (
        *("core.fsmonitor", "diff.external", "diff.evil.textconv", "diff.evil.command"),
        *("filter.evil.clean", "filter.evil.smudge", "filter.evil.process", "core.pager"),
        *("core.sshCommand", "credential.helper", "core.editor", "gpg.program", "core.askPass"),
        *("merge.evil.driver", "diff.tool", "alias.diff", "uploadpack.packObjectsHook"),
    )
    for key in keys:
        repo.git("config", key, f"!{planted}" if key.startswith("alias") else str(planted))
    repo.git("config", "diff.evil.cachetextconv", "true")
    repo.git("config", "core.hooksPath", str(planted.parent))
    assert scan(repo) == expected
    status, _ = scan(repo, what="--tracked")
    assert status == 1
    assert not ran.exists() or ran.read_text() == ""
    repo.git("diff", "--cached", check=False)  # it would have been run, had git been asked plainly
    assert ran.read_text()


# The index ------------------------------------------------------------------------------------


@pytest.mark.parametrize("where", [".git/index", "absolute", "other"])
@pytest.mark.parametrize("folder", ["", "sub"])
def test_the_index_is_the_one_that_git_names(
    where: str, folder: str, repo: Repo, token: str
) -> None:
    commit(repo, a__py=OLD)
    repo.write("sub/x", "")
    name = {"absolute": str(repo.path / "next"), "other": "next"}.get(where, where)
    if name != where:
        shutil.copy(repo.path / ".git/index", repo.path / "next")
    repo.write("a.py", OLD + secret(token))
    done = repo.run("git", "add", "a.py", env={"GIT_INDEX_FILE": name}, check=True)
    started = Repo(repo.path / folder)
    done = started.run("keystop-pre-commit", env={"GIT_INDEX_FILE": name})
    assert (done.returncode, "a.py:21:" in done.stdout) == (1, True)


@pytest.mark.parametrize("name", ["nowhere", "no/where", "/nowhere"])
def test_a_missing_index_is_not_an_empty_one(name: str, repo: Repo) -> None:
    commit(repo, a__py=OLD)
    done = repo.run("keystop-pre-commit", env={"GIT_INDEX_FILE": name})
    assert done.returncode == 2
    assert f"the index is missing: {os.path.join(repo.path, name)}" in done.stderr


def test_a_git_directory_without_a_working_tree_above_it(repo: Repo, token: str) -> None:
    # As managers of dotfiles have it.
    work = repo.path.parent / "dotfiles"
    work.mkdir()
    (work / "a.py").write_text(secret(token))
    names = {"GIT_DIR": "../repo/.git", "GIT_WORK_TREE": "."}
    managed = Repo(work)
    managed.run("git", "add", "a.py", env=names, check=True)
    status, report = scan(managed, names)
    assert (status, places(report)) == (1, [("a.py", 1)])


def test_the_name_of_the_git_directory_may_lead_to_another(repo: Repo, token: str) -> None:
    linked = linked_worktree(repo, token)
    status, report = scan(linked, {"GIT_DIR": ".git"})  # a file that names the directory
    assert (status, places(report)) == (1, [("a.py", 21)])


# What cannot be read --------------------------------------------------------------------------


def object_file(repo: Repo, name: str) -> Path:
    """The file of an object that is not packed."""
    oid = repo.git("rev-parse", name).strip()
    return repo.path / ".git/objects" / oid[:2] / oid[2:]


def blob_missing(repo: Repo, token: str) -> str:
    commit(repo, a__py=OLD)
    add(repo, "a.py", secret(token))
    path = object_file(repo, ":a.py")
    path.unlink()
    return f"a.py cannot be read: its object {path.parent.name}{path.name} is missing"


def blob_corrupt(repo: Repo, token: str) -> str:
    commit(repo, a__py=OLD)
    add(repo, "a.py", secret(token))
    path = object_file(repo, ":a.py")
    path.chmod(0o644)
    path.write_bytes(path.read_bytes()[:-9] + b"\0" * 9)
    return f"a.py cannot be read: unable to stream {path.parent.name}{path.name}"


def blob_empty(repo: Repo, token: str) -> str:
    commit(repo, a__py=OLD)
    add(repo, "a.py", secret(token))
    path = object_file(repo, ":a.py")
    path.chmod(0o644)
    path.write_bytes(b"")
    return "a.py cannot be read: "


def new_blob_of_a_partial_clone_missing(repo: Repo, token: str) -> str:
    origin = Repo(repo.path.parent / "origin")
    origin.path.mkdir()
    origin.git("init", "--quiet")
    commit(origin, a__py=OLD)
    origin.git("config", "uploadpack.allowFilter", "true")
    shutil.rmtree(repo.path)
    origin.git("clone", "--quiet", "--filter=blob:none", f"file://{origin.path}", str(repo.path))
    add(repo, "a.py", secret(token))
    path = object_file(repo, ":a.py")
    path.unlink()
    return f"a.py cannot be read: its object {path.parent.name}{path.name} is missing"


def head_tree_missing(repo: Repo, token: str) -> str:
    commit(repo, a__py=OLD)
    add(repo, "a.py", secret(token))
    object_file(repo, "HEAD^{tree}").unlink()
    return "bad tree object HEAD"


def index_damaged(repo: Repo, change: Callable[[bytes], bytes]) -> None:
    commit(repo, a__py=OLD)
    path = repo.path / ".git/index"
    path.write_bytes(change(path.read_bytes()))


def index_corrupt(repo: Repo, _: str) -> str:
    index_damaged(repo, lambda data: b"X" + data[1:])
    return "index file"


def index_truncated(repo: Repo, _: str) -> str:
    # git does not look at the checksum: what is left may pass for an index of other files
    index_damaged(repo, lambda data: data[: len(data) // 2])
    return "not everything could be read"


def index_empty(repo: Repo, _: str) -> str:
    index_damaged(repo, lambda _: b"")
    return "index"


def index_missing(repo: Repo, _: str) -> str:
    commit(repo, a__py=OLD)
    (repo.path / ".git/index").unlink()
    return "the index is missing: "


def unmerged(repo: Repo, _: str) -> str:
    merging(repo, "ours\n" + OLD, "theirs\n" + OLD)
    return "a.py (unmerged)"


def other_parent_unknown(repo: Repo, _: str) -> str:
    merging(repo, "ours\n" + OLD, OLD + "theirs\n")
    repo.write(".git/MERGE_HEAD", f"{'0123456789' * 4}\n")
    return "bad object 0123456789"


def no_repository(repo: Repo, _: str) -> str:
    shutil.rmtree(repo.path / ".git")
    return "not a git repository"


def git_directory_broken(repo: Repo, _: str) -> str:
    commit(repo, a__py=OLD)
    (repo.path / ".git/HEAD").write_text("nonsense\n")
    return "not a git repository"


def unknown_extension(repo: Repo, _: str) -> str:
    commit(repo, a__py=OLD)
    repo.git("config", "core.repositoryFormatVersion", "1")
    repo.git("config", "extensions.fromTheFuture", "true")
    return "fromthefuture"


@pytest.mark.parametrize(
    "scene",
    [
        pytest.param(blob_missing, id="a staged object is missing"),
        pytest.param(blob_corrupt, id="a staged object is corrupt"),
        pytest.param(blob_empty, id="a staged object is empty"),
        pytest.param(new_blob_of_a_partial_clone_missing, id="missing in a partial clone"),
        pytest.param(head_tree_missing, id="HEAD's tree is missing"),
        pytest.param(index_corrupt, id="the index is corrupt"),
        pytest.param(index_truncated, id="the index is cut"),
        pytest.param(index_empty, id="the index is empty"),
        pytest.param(index_missing, id="the index is missing"),
        pytest.param(unmerged, id="a conflict is not resolved"),
        pytest.param(other_parent_unknown, id="a parent is missing"),
        pytest.param(no_repository, id="no repository"),
        pytest.param(git_directory_broken, id="a broken repository"),
        pytest.param(unknown_extension, id="an extension git does not know"),
    ],
)
def test_what_cannot_be_read_is_named_and_blocks(
    scene: Callable[[Repo, str], str], repo: Repo, token: str
) -> None:
    says = scene(repo, token)
    for command in (("keystop", "scan", "--staged"), ("keystop-pre-commit",)):
        done = repo.run(*command, env={"GIT_CEILING_DIRECTORIES": str(repo.path.parent)})
        assert done.returncode == 2, command
        assert says in done.stderr
        assert "Traceback" not in done.stderr
        assert token not in done.stdout + done.stderr


def test_a_conflict_is_git_s_own_to_refuse(repo: Repo) -> None:
    repo.hook()
    unmerged(repo, "")
    done = repo.run("git", "commit", "--message", "x")
    assert (done.returncode, "keystop" in done.stderr) == (128, False)


@pytest.mark.skipif(sys.platform == "win32" or os.geteuid() != 0, reason="only root may chown")
def test_a_repository_of_somebody_else_is_refused_as_git_does(repo: Repo, token: str) -> None:
    add(repo, "a.py", secret(token))
    for path in (repo.path, repo.path / ".git"):
        os.chown(path, 12345, 12345)
    status, report = scan(repo)
    assert (status, "dubious ownership" in report["error"]) == (2, True)


# Reftable: a git older than 2.45 cannot read it ------------------------------------------------


def new_git(folder: Path) -> str | None:
    """A folder for PATH with a git that knows reftable, None where this machine has none."""
    folder.mkdir()
    trial = (NEW_GIT, "init", "--quiet", "--ref-format=reftable", str(folder / "trial"))
    if subprocess.run(trial, stderr=subprocess.DEVNULL).returncode:
        return None
    (folder / "git").symlink_to(NEW_GIT)
    return str(folder)


def test_a_reftable_repository_is_read_or_refused(
    repo: Repo, token: str, capsys: pytest.CaptureFixture[str]
) -> None:
    repo.git("config", "core.repositoryFormatVersion", "1")
    repo.git("config", "extensions.refStorage", "reftable")
    if "reftable" in repo.run("git", "status").stderr:
        status, report = scan(repo)
        assert (status, "refstorage" in report["error"]) == (2, True)
    folder = new_git(repo.path.parent / "bin")
    if folder is None:
        with capsys.disabled():
            print("\nno git of 2.45 or later here: reading a reftable repository was not tested")
        return
    path = {"PATH": f"{folder}{os.pathsep}{os.environ['PATH']}"}
    shutil.rmtree(repo.path / ".git")
    repo.run("git", "init", "--quiet", "--ref-format=reftable", env=path, check=True)
    for content in (OLD, OLD + secret(token)):
        repo.write("a.py", content)
        repo.run("git", "add", "a.py", env=path, check=True)
        if content == OLD:
            repo.run("git", "commit", "--quiet", "--message", "x", env=path, check=True)
    status, report = scan(repo, path)
    assert (status, places(report)) == (1, [("a.py", 21)])


@pytest.mark.parametrize(
    "scene", [first_commit, linked_worktree, sparse, split_index, born_in_a_merge]
)
def test_a_newer_git_gives_the_same(
    scene: Scene, repo: Repo, token: str, capsys: pytest.CaptureFixture[str]
) -> None:
    made = scene(repo, token) or repo
    folder = new_git(repo.path.parent / "bin")
    if folder is None:
        with capsys.disabled():
            print("\nno newer git here: not compared")
        return
    path = {"PATH": f"{folder}{os.pathsep}{os.environ['PATH']}"}
    assert scan(made, path) == scan(made)


# Nothing staged -------------------------------------------------------------------------------


def test_nothing_staged_inside_a_commit_is_quiet(repo: Repo, token: str) -> None:
    commit(repo, a__py=secret(token))
    repo.hook()
    for arguments in (("--amend", "--message", "again"), ("--allow-empty", "--message", "empty")):
        done = repo.run("git", "commit", "--quiet", *arguments)
        assert (done.returncode, done.stdout + done.stderr) == (0, "")


def test_nothing_staged_by_hand_reads_everything_tracked(repo: Repo, token: str) -> None:
    commit(repo, a__py=OLD, b__py=OLD + secret(token))
    done = repo.run("keystop-pre-commit")
    assert (done.returncode, "b.py:21:" in done.stdout) == (1, True)
    add(repo, "a.py", OLD + "x\n")
    assert repo.run("keystop-pre-commit").returncode == 0


# Size -----------------------------------------------------------------------------------------

MEASURED = """
import sys
from keystop.cli import main
status = main(["scan", "--staged", "--format", "json"])
with open("/proc/self/status") as file:
    print(next(line.split()[1] for line in file if line.startswith("VmHWM")), file=sys.stderr)
sys.exit(status)
"""


@pytest.mark.skipif(sys.platform != "linux", reason="the peak is read from /proc")
@pytest.mark.parametrize(
    "filler",
    [
        pytest.param(b"some words of a line that is long enough\n", id="lines"),
        pytest.param(b"some words without any line break ", id="one line"),
        pytest.param(b"s\0o\0m\0e\0 \0w\0i\0d\0e\0 \0w\0o\0r\0d\0s\0\n\0", id="wide"),
    ],
)
def test_a_big_file_is_read_in_little_memory(filler: bytes, repo: Repo, token: str) -> None:
    half = filler * (15_000_000 // len(filler))
    wide = b"\0" in filler
    middle = ("\n" + secret(token)).encode("utf-16-le" if wide else "utf-8")
    add(repo, "big.txt", half + middle + half)
    command = (sys.executable, "-c", MEASURED)
    done = subprocess.run(command, cwd=repo.path, capture_output=True, text=True, timeout=600)
    report = json.loads(done.stdout)
    assert (done.returncode, places(report)) == (1, [("big.txt", half.count(b"\n") + 2)])
    assert int(done.stderr) < 150_000  # kB
