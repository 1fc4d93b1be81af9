"""However a commit is made, and whoever starts the hook, a secret stops it and nothing else does.

Every shape of a commit is made twice under each runner: with a token, and without.
"""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

import pytest
import yaml

from tests.conftest import BIN, Repo
from tests.test_staged import (
    OLD,
    add,
    clone,
    commit,
    merging,
    other_kind,
    secret,
    stage_first_hunk,
)

ROOT = Path(__file__).parent.parent
RUNNERS = ["raw hook", "pre-commit", "prek"]
COMMIT = ("git", "commit", "--quiet", "--message", "a change")


class Act(NamedTuple):
    """What to type, where."""

    repo: Repo
    command: tuple[str, ...] = COMMIT
    env: dict[str, str] | None = None
    stdin: str = ""


Shape = Callable[[Repo, str], Act]


# Runners --------------------------------------------------------------------------------------


def local_hooks() -> list[dict[str, Any]]:
    """The hooks as .pre-commit-hooks.yaml has them, but run from this environment."""
    hooks: list[dict[str, Any]] = yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text())
    for hook in hooks:
        program, _, arguments = hook["entry"].partition(" ")
        hook["entry"] = f"{BIN / program} {arguments}".strip()
        hook["language"] = "system"
    return hooks


def framework(repo: Repo, runner: str, *types: str) -> None:
    """The hooks of pre-commit or prek in a repository, all that are in the manifest."""
    config = repo.path.parent / "config.yaml"
    hooks = {"repos": [{"repo": "local", "hooks": local_hooks()}]}
    config.write_text(json.dumps(hooks))  # which is YAML, too
    wanted = types or ("pre-commit", "pre-merge-commit", "commit-msg", "pre-push")
    kinds = [word for kind in wanted for word in ("--hook-type", kind)]
    repo.run(runner, "install", "--config", str(config), *kinds, check=True)


@pytest.fixture(scope="session")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Callable[[Repo, str], None]:
    """Puts a runner's hooks into a repository: they are installed once, then copied."""
    made: dict[str, Path] = {}

    def put(repo: Repo, runner: str) -> None:
        if runner not in made:
            one = Repo(tmp_path_factory.mktemp("hooks") / "repo")
            one.path.mkdir()
            one.git("init", "--quiet")
            if runner == "raw hook":
                one.run("keystop", "install", check=True)
            else:
                framework(one, runner, "pre-commit", "pre-merge-commit")
            made[runner] = one.path / ".git/hooks"
            for hook in made[runner].iterdir():
                # pre-commit names its configuration as seen from the repository
                there = f"--config={one.path.parent / 'config.yaml'}"
                hook.write_text(hook.read_text().replace("--config=../config.yaml", there))
        folder = repo.git("rev-parse", "--git-path", "hooks").strip()
        shutil.copytree(made[runner], repo.path / folder, dirs_exist_ok=True)

    return put


@pytest.fixture(autouse=True)
def _one_cache(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> None:
    cache = str(tmp_path_factory.getbasetemp() / "cache")
    monkeypatch.setenv("PRE_COMMIT_HOME", cache)
    monkeypatch.setenv("PREK_HOME", cache + "-prek")


# Shapes ---------------------------------------------------------------------------------------
# Each takes a new repository and a text that is a secret or not.


def first(repo: Repo, text: str) -> Act:
    add(repo, "a.py", text)
    return Act(repo)


def plain(repo: Repo, text: str) -> Act:
    commit(repo, a__py=OLD)
    add(repo, "a.py", OLD + text)
    return Act(repo)


def all_changed(repo: Repo, text: str) -> Act:
    commit(repo, a__py=OLD, b__py=OLD)
    repo.write("a.py", OLD + text)
    return Act(repo, (*COMMIT, "--all"))


def one_path(repo: Repo, text: str) -> Act:
    commit(repo, a__py=OLD, b__py=OLD)
    add(repo, "b.py", "another change\n" + OLD)
    repo.write("a.py", OLD + text)
    return Act(repo, (*COMMIT, "a.py"))


def only(repo: Repo, text: str) -> Act:
    return one_path(repo, text)._replace(command=(*COMMIT, "--only", "a.py"))


def include(repo: Repo, text: str) -> Act:
    return one_path(repo, text)._replace(command=(*COMMIT, "--include", "a.py"))


def include_of_another(repo: Repo, text: str) -> Act:
    commit(repo, a__py=OLD, b__py=OLD)
    add(repo, "b.py", OLD + text)
    repo.write("a.py", "another change\n" + OLD)
    return Act(repo, (*COMMIT, "--include", "a.py"))


def patch(repo: Repo, text: str) -> Act:
    commit(repo, a__py=OLD)
    repo.write("a.py", text + OLD + "a change of no interest\n")
    return Act(repo, (*COMMIT, "--patch"), stdin="y\nn\n")


def pathspec_file(repo: Repo, text: str) -> Act:
    one_path(repo, text)
    return Act(repo, (*COMMIT, "--pathspec-from-file=-"), stdin="a.py\n")


def partly_staged(repo: Repo, text: str) -> Act:
    stage_first_hunk(repo, text, "not staged\n")
    return Act(repo)


def staged_then_cleaned(repo: Repo, text: str) -> Act:
    act = plain(repo, text)
    repo.write("a.py", OLD)
    return act


def staged_then_deleted(repo: Repo, text: str) -> Act:
    act = plain(repo, text)
    (repo.path / "a.py").unlink()
    return act


def subdirectory(repo: Repo, text: str) -> Act:
    act = all_changed(repo, text)
    repo.write("deep/er/x", "")
    return act._replace(repo=Repo(repo.path / "deep/er"))


def staged_from_subdirectory(repo: Repo, text: str) -> Act:
    plain(repo, text)
    repo.write("deep/er/x", "")
    return Act(Repo(repo.path / "deep/er"))


def path_from_subdirectory(repo: Repo, text: str) -> Act:
    commit(repo, **{"deep/a__py": OLD, "b__py": OLD})
    repo.write("deep/a.py", OLD + text)
    return Act(Repo(repo.path / "deep"), (*COMMIT, "a.py"))


def from_elsewhere(repo: Repo, text: str) -> Act:
    all_changed(repo, text)
    return Act(repo, ("git", "-C", str(repo.path), *COMMIT[1:], "--all"))


def symbolic_path(repo: Repo, text: str) -> Act:
    all_changed(repo, text)
    (repo.path.parent / "alias").symlink_to("repo")
    return Act(Repo(repo.path.parent / "alias"), (*COMMIT, "--all"))


def linked_worktree(repo: Repo, text: str) -> Act:
    commit(repo, a__py=OLD)
    repo.git("worktree", "add", "--quiet", "../linked")
    linked = Repo(repo.path.parent / "linked")
    linked.write("a.py", OLD + text)
    return Act(linked, (*COMMIT, "--all"))


def submodule(repo: Repo, text: str) -> Act:
    other = Repo(repo.path.parent / "other")
    other.path.mkdir()
    other.git("init", "--quiet")
    commit(other, a__py=OLD)
    repo.git("submodule", "--quiet", "add", "../other", "inner")
    inner = Repo(repo.path / "inner")
    inner.write("a.py", OLD + text)
    return Act(inner, (*COMMIT, "--all"))


def dotfiles(repo: Repo, text: str) -> Act:
    commit(repo, a__py=OLD)
    work = repo.path.parent / "work"
    repo.git("worktree", "add", "--quiet", "--detach", str(work))  # only for its files
    (work / ".git").unlink()
    (work / "a.py").write_text(OLD + text)
    (repo.path / ".git").rename(repo.path.parent / "dot.git")
    names = {"GIT_DIR": str(repo.path.parent / "dot.git"), "GIT_WORK_TREE": str(work)}
    return Act(Repo(work), (*COMMIT, "--all"), names)


def amend(repo: Repo, text: str) -> Act:
    plain(repo, text)
    return Act(repo, (*COMMIT, "--amend"))


def amend_the_first(repo: Repo, text: str) -> Act:
    commit(repo, a__py=OLD)
    repo.write("a.py", OLD + text)
    return Act(repo, (*COMMIT, "--amend", "--all"))


def fixup(repo: Repo, text: str) -> Act:
    plain(repo, text)
    return Act(repo, ("git", "commit", "--quiet", "--fixup", "HEAD"))


def other_index(repo: Repo, text: str) -> Act:
    commit(repo, a__py=OLD)
    shutil.copy(repo.path / ".git/index", repo.path / ".git/other")
    repo.write("a.py", OLD + text)
    env = {"GIT_INDEX_FILE": ".git/other"}
    repo.run("git", "add", "a.py", env=env, check=True)
    return Act(repo, COMMIT, env)


def clean_merge(repo: Repo, text: str) -> Act:
    # Only a merge driver can bring a line that is in neither side.
    merging(repo, "ours\n" + OLD, OLD + "theirs\n")
    repo.git("merge", "--abort")
    driver = repo.path.parent / "merged"
    driver.write_text("ours\n" + OLD + "theirs\n" + text)
    repo.write(".git/info/attributes", "a.py merge=planting\n")
    repo.git("config", "merge.planting.driver", f"cp '{driver}' %A")
    return Act(repo, ("git", "merge", "--quiet", "--no-edit", "side"))


def merge_not_committed(repo: Repo, text: str) -> Act:
    merging(repo, "ours\n" + OLD, OLD + "theirs\n")
    add(repo, "a.py", "ours\n" + OLD + "theirs\n" + text)
    return Act(repo)


def conflict(repo: Repo, text: str) -> Act:
    merging(repo, "ours\n" + OLD, "theirs\n" + OLD)
    add(repo, "a.py", "both\n" + text + OLD)
    return Act(repo)


def conflict_continued(repo: Repo, text: str) -> Act:
    conflict(repo, text)
    return Act(repo, ("git", "merge", "--continue"), {"GIT_EDITOR": "true"})


def squash(repo: Repo, text: str) -> Act:
    merging(repo, "ours\n" + OLD, OLD + text)
    repo.git("merge", "--abort")
    repo.git("merge", "--squash", "side")
    repo.git("rm", "--quiet", "--force", "side.py")
    return Act(repo)


def picked(repo: Repo, text: str, command: str = "cherry-pick") -> Act:
    commit(repo, a__py=OLD)
    repo.git("checkout", "--quiet", "-b", "side")
    commit(repo, a__py="theirs\n" + OLD)
    if command == "cherry-pick":
        repo.git("checkout", "--quiet", "main")
    commit(repo, a__py="ours\n" + OLD)
    repo.git(command, "side" if command == "cherry-pick" else "HEAD~1", check=False)
    add(repo, "a.py", "both\n" + text + OLD)
    return Act(repo, ("git", command, "--continue"), {"GIT_EDITOR": "true"})


def reverted(repo: Repo, text: str) -> Act:
    return picked(repo, text, "revert")


def rebase_stopped(repo: Repo, text: str) -> Act:
    commit(repo, a__py=OLD)
    commit(repo, b__py="x\n")
    commit(repo, c__py="x\n")
    edit = {"GIT_SEQUENCE_EDITOR": "sed -i.bak -e 's/^pick/edit/'"}
    repo.run("git", "rebase", "--interactive", "HEAD~2", env=edit, check=True)
    add(repo, "a.py", OLD + text)
    return Act(repo, (*COMMIT, "--amend"))


def detached(repo: Repo, text: str) -> Act:
    act = plain(repo, text)
    repo.git("checkout", "--quiet", "--detach")
    return act


def renamed(repo: Repo, text: str) -> Act:
    commit(repo, a__py=OLD * 5)
    repo.git("mv", "a.py", "b.py")
    add(repo, "b.py", OLD * 5 + text)
    return Act(repo)


def link(repo: Repo, text: str) -> Act:
    commit(repo, a__py=OLD)
    (repo.path / "link").symlink_to(text.strip().replace("/", "-"))
    repo.git("add", "link")
    return Act(repo)


def file_name(repo: Repo, text: str) -> Act:
    commit(repo, a__py=OLD)
    add(repo, re.findall(r"\w+", text)[-1] + ".txt", "")
    return Act(repo)


def binary(repo: Repo, text: str) -> Act:
    commit(repo, a__py=OLD)
    repo.write(".gitattributes", "* binary\n")
    repo.write("a.py", "\0" + OLD + text)
    repo.git("add", "--all")
    return Act(repo)


def wide(repo: Repo, text: str) -> Act:
    commit(repo, a__py=OLD)
    add(repo, "a.py", (OLD + text).encode("utf-16"))
    return Act(repo)


def sparse(repo: Repo, text: str) -> Act:
    for name in ("in/a.py", "out/b.py"):
        repo.write(name, OLD)
    commit(repo)
    repo.git("sparse-checkout", "set", "--cone", "--sparse-index", "in")
    repo.write("in/a.py", OLD + text)
    return Act(repo, (*COMMIT, "--all"))


def split_index(repo: Repo, text: str) -> Act:
    commit(repo, a__py=OLD)
    repo.git("update-index", "--split-index")
    repo.write("a.py", OLD + text)
    return Act(repo, (*COMMIT, "--all"))


def sha256(repo: Repo, text: str) -> Act:
    other_kind(repo, "--object-format=sha256")
    return all_changed(repo, text)


def shallow(repo: Repo, text: str) -> Act:
    cloned = clone(repo, "--depth=1")
    add(cloned, "a.py", OLD + "more\n" + text)
    return Act(cloned)


def intent(repo: Repo, text: str) -> Act:
    commit(repo, a__py=OLD)
    repo.write("b.py", text)
    repo.git("add", "--intent-to-add", "b.py")
    return Act(repo, (*COMMIT, "--all"))


def hostile(repo: Repo, text: str) -> Act:
    for setting in ("diff.noprefix", "diff.mnemonicPrefix", "diff.relative"):
        repo.git("config", setting, "true")
    repo.git("config", "color.ui", "always")
    repo.git("config", "diff.external", "false")
    return plain(repo, text)


SHAPES = [
    pytest.param(first, id="the first commit"),
    pytest.param(plain, id="what is staged"),
    pytest.param(all_changed, id="--all"),
    pytest.param(one_path, id="a path"),
    pytest.param(only, id="--only"),
    pytest.param(include, id="--include"),
    pytest.param(include_of_another, id="--include beside what is staged"),
    pytest.param(patch, id="--patch"),
    pytest.param(pathspec_file, id="--pathspec-from-file"),
    pytest.param(partly_staged, id="one of two hunks"),
    pytest.param(staged_then_cleaned, id="gone from the working tree"),
    pytest.param(staged_then_deleted, id="deleted from the working tree"),
    pytest.param(subdirectory, id="--all from a folder"),
    pytest.param(staged_from_subdirectory, id="from a folder"),
    pytest.param(path_from_subdirectory, id="a path from a folder"),
    pytest.param(from_elsewhere, id="git -C"),
    pytest.param(symbolic_path, id="through a link"),
    pytest.param(linked_worktree, id="a linked working tree"),
    pytest.param(submodule, id="a submodule"),
    pytest.param(dotfiles, id="a git directory elsewhere"),
    pytest.param(amend, id="--amend"),
    pytest.param(amend_the_first, id="--amend of the first"),
    pytest.param(fixup, id="--fixup"),
    pytest.param(other_index, id="another index"),
    pytest.param(clean_merge, id="a merge without conflict"),
    pytest.param(merge_not_committed, id="a merge changed before its commit"),
    pytest.param(conflict, id="a conflict resolved"),
    pytest.param(conflict_continued, id="merge --continue"),
    pytest.param(squash, id="merge --squash"),
    pytest.param(picked, id="cherry-pick --continue"),
    pytest.param(reverted, id="revert --continue"),
    pytest.param(rebase_stopped, id="--amend in a rebase"),
    pytest.param(detached, id="no branch"),
    pytest.param(renamed, id="a renamed file"),
    pytest.param(link, id="a link"),
    pytest.param(file_name, id="a file's name"),
    pytest.param(binary, id="binary by attribute"),
    pytest.param(wide, id="UTF-16"),
    pytest.param(sparse, id="a sparse index"),
    pytest.param(split_index, id="a split index"),
    pytest.param(sha256, id="SHA-256"),
    pytest.param(shallow, id="a shallow clone"),
    pytest.param(intent, id="an intent to add"),
    pytest.param(hostile, id="hostile settings"),
]


# These differ in what keystop reads, not in what a framework does: the raw hook alone is enough.
ALONE = (
    *(only, pathspec_file, amend_the_first, fixup, detached, renamed, file_name, binary, wide),
    *(split_index, sha256, shallow),
)
CASES = [
    pytest.param(runner, shape.values[0], id=f"{runner}: {shape.id}")
    for runner in RUNNERS
    for shape in SHAPES
    if runner == "raw hook" or shape.values[0] not in ALONE
]


def head(act: Act) -> str:
    """The commit before or after."""
    return act.repo.run("git", "rev-parse", "HEAD", env=act.env).stdout


@pytest.mark.parametrize(("runner", "shape"), CASES)
def test_a_secret_stops_it_and_nothing_else_does(
    runner: str,
    shape: Shape,
    repo: Repo,
    token: str,
    installed: Callable[[Repo, str], None],
) -> None:
    for text, status in (("harmless = 'words'\n", 0), (secret(token), 1)):
        folder = repo.path.parent / str(status) / "repo"
        folder.mkdir(parents=True)
        fresh = Repo(folder)
        fresh.git("init", "--quiet")
        act = shape(fresh, text)
        with pytest.MonkeyPatch.context() as patch:
            for name, value in (act.env or {}).items():
                if name in ("GIT_DIR", "GIT_WORK_TREE"):
                    patch.setenv(name, value)
            installed(act.repo, runner)
        before = head(act)
        done = act.repo.run(*act.command, env=act.env, stdin=act.stdin)
        said = done.stdout + done.stderr
        assert (done.returncode, head(act) == before) == (status, bool(status)), said
        assert ("keystop: 1 secret found; nothing was committed." in said) == bool(status)
        assert token not in said or "--patch" in act.command  # there git shows it
        if not status and runner == "raw hook":
            assert "keystop" not in said
            assert said == "" or act.command[:5] != COMMIT or "--patch" in act.command


@pytest.mark.parametrize("runner", RUNNERS)
def test_a_merge_of_what_is_committed_passes(
    runner: str, repo: Repo, token: str, installed: Callable[[Repo, str], None]
) -> None:
    merging(repo, "ours\n" + OLD, OLD + secret(token))
    repo.git("merge", "--abort")
    installed(repo, runner)
    done = repo.run("git", "merge", "--no-edit", "side")
    assert (done.returncode, repo.git("log", "-1", "--format=%s")) == (0, "Merge branch 'side'\n")
