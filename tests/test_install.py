"""The promise: keystop's hooks come and go, and whatever was there before works on."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest

from keystop.install import HOOKS
from tests.conftest import Repo, Twilio

IDS = {
    "pre-commit": "keystop",
    "pre-merge-commit": "keystop",
    "commit-msg": "keystop-commit-msg",
    "pre-push": "keystop-pre-push",
}


def hooks(folder: Path) -> dict[str, str]:
    """The hooks in a folder by name, without git's samples."""
    return {
        path.name: path.read_text() for path in sorted(folder.iterdir()) if path.suffix != ".sample"
    }


def commits(repo: Repo) -> list[str]:
    return repo.git("log", "--format=%s", check=False).splitlines()


def try_to_leak(repo: Repo, twilio: Twilio, **env: str) -> str:
    """What a commit of a token says; it must not go through."""
    repo.write("settings.py", twilio.lines)
    repo.git("add", "settings.py")
    before = commits(repo)
    done = repo.run("git", "commit", "-m", "leak", env=env)
    assert (done.returncode, commits(repo)) == (1, before), done.stdout + done.stderr
    return done.stdout + done.stderr


def test_all_hooks_come_and_go(repo: Repo, twilio: Twilio) -> None:
    folder = repo.path / ".git" / "hooks"
    said = repo.run("keystop", "install", check=True).stdout
    assert said == "".join(f"{hook}: installed in {folder}\n" for hook in HOOKS)
    assert sorted(hooks(folder)) == sorted(HOOKS)
    assert all(os.access(folder / hook, os.X_OK) for hook in HOOKS)
    assert "Twilio Auth Token" in try_to_leak(repo, twilio)
    again = repo.run("keystop", "install", check=True).stdout
    assert again == said
    assert sorted(hooks(folder)) == sorted(HOOKS)
    out = repo.run("keystop", "uninstall", check=True).stdout
    assert out == "".join(f"{hook}: taken out of {folder}\n" for hook in HOOKS)
    assert hooks(folder) == {}
    once_more = repo.run("keystop", "uninstall", check=True).stdout
    assert once_more == "".join(f"{hook}: no hook of keystop in {folder}\n" for hook in HOOKS)


@pytest.mark.parametrize("hook", HOOKS)
def test_a_script_has_no_superfluous_line(repo: Repo, hook: str) -> None:
    repo.hook(hook)
    path = repo.path / ".git" / "hooks" / hook
    text = path.read_text()
    lines = text.split("\n")
    assert lines[:2] == [
        "#!/bin/sh",
        "# Written by keystop install; keystop uninstall takes it away.",
    ]
    assert [line for line in lines if line != line.rstrip()] == []
    assert lines.index("") == len(lines) - 1  # one line break at the end, no empty line
    for variable in ("input", "before", "script"):
        assert (f"\n{variable}=" in text) == (f"${variable}" in text)
    assert repo.run("sh", "-n", str(path)).returncode == 0
    assert f"*,{IDS[hook]},*)" in text


def test_one_hook_can_be_chosen_and_a_wrong_name_is_told(repo: Repo) -> None:
    folder = repo.path / ".git" / "hooks"
    wrong = repo.run("keystop", "install", "--hook", "pre-commit", "--hook", "post-commit")
    assert (wrong.returncode, wrong.stderr) == (
        3,
        "keystop: 'post-commit' is none of pre-commit, pre-merge-commit, commit-msg, pre-push, "
        "pre-receive, update\n",
    )
    assert hooks(folder) == {}
    repo.run("keystop", "install", "--hook", "pre-push", check=True)
    assert sorted(hooks(folder)) == ["pre-push"]


def test_outside_of_a_repository_nothing_is_written(tmp_path: Path) -> None:
    done = Repo(tmp_path).run("keystop", "install")
    assert (done.returncode, list(tmp_path.iterdir())) == (2, [])
    assert "not a git repository" in done.stderr


# A hook that is there already ---------------------------------------------------------------------

OWN = '#!/bin/sh\r\necho own "$@" >&2\n# \xe4 no line break at the end'


@pytest.mark.parametrize("mode", [0o755, 0o750, 0o775])
def test_a_hook_is_kept_runs_first_and_comes_back(repo: Repo, twilio: Twilio, mode: int) -> None:
    path = repo.path / ".git" / "hooks" / "pre-commit"
    content = OWN.replace("\r", "").encode("latin-1")
    path.write_bytes(content)
    path.chmod(mode)
    repo.run("keystop", "install", check=True)
    said = try_to_leak(repo, twilio)
    assert said.index("own") < said.index("Twilio Auth Token")
    repo.run("keystop", "install", check=True)  # once more: it is not taken for the user's
    repo.run("keystop", "uninstall", check=True)
    assert (path.read_bytes(), path.stat().st_mode & 0o777) == (content, mode)
    assert sorted(hooks_in(repo)) == ["pre-commit"]


def hooks_in(repo: Repo) -> list[str]:
    folder = repo.path / ".git" / "hooks"
    return [path.name for path in folder.iterdir() if path.suffix != ".sample"]


def test_a_hook_that_fails_blocks_and_one_that_is_switched_off_stays_so(repo: Repo) -> None:
    path = repo.path / ".git" / "hooks" / "pre-commit"
    path.write_text("#!/bin/sh\nexit 7\n")
    path.chmod(0o755)
    repo.hook()
    repo.write("a", "x\n")
    repo.git("add", ".")
    assert repo.run("git", "commit", "-qm", "a").returncode == 1
    path.with_name("pre-commit.before-keystop").chmod(0o644)
    assert repo.run("git", "commit", "-qm", "a").returncode == 0


def test_two_hooks_of_the_user_are_never_overwritten(repo: Repo) -> None:
    folder = repo.path / ".git" / "hooks"
    for name in ("pre-push", "pre-push.before-keystop"):
        (folder / name).write_text(f"# {name}\n")
    done = repo.run("keystop", "install")
    assert done.returncode == 3
    assert "is in the way" in done.stderr
    assert hooks(folder) == {
        name: f"# {name}\n" for name in ("pre-push", "pre-push.before-keystop")
    }


def test_a_link_is_kept_as_a_link(repo: Repo) -> None:
    repo.write("scripts/hook", "#!/bin/sh\nexit 0\n").chmod(0o755)
    path = repo.path / ".git" / "hooks" / "pre-commit"
    path.symlink_to("../../scripts/hook")
    repo.hook()
    assert (repo.path / "scripts/hook").read_text() == "#!/bin/sh\nexit 0\n"
    repo.run("keystop", "uninstall", check=True)
    assert os.readlink(path) == "../../scripts/hook"


# Where hooks are ----------------------------------------------------------------------------------


@pytest.mark.parametrize("setting", ["githooks", "absolute", "~/hooks"])
@pytest.mark.parametrize("where", [".", "sub/folder"])
def test_hooks_path_is_honoured(
    repo: Repo, twilio: Twilio, tmp_path: Path, setting: str, where: str
) -> None:
    value = str(tmp_path / "elsewhere") if setting == "absolute" else setting
    folder = Path(os.path.expanduser(value)) if setting != "githooks" else repo.path / value
    repo.git("config", "core.hooksPath", value)
    here = repo.path / where
    here.mkdir(parents=True, exist_ok=True)
    repo.run("keystop", "install", cwd=here, check=True)
    assert sorted(hooks(folder)) == sorted(HOOKS)
    assert "Twilio Auth Token" in try_to_leak(repo, twilio)
    repo.run("keystop", "uninstall", cwd=here, check=True)
    assert hooks(folder) == {}


def test_a_linked_worktree_shares_the_hooks(repo: Repo, twilio: Twilio, tmp_path: Path) -> None:
    repo.write("a", "x\n")
    repo.git("add", ".")
    repo.git("commit", "-qm", "first")
    repo.git("worktree", "add", "-q", str(tmp_path / "linked"))
    linked = Repo(tmp_path / "linked")
    linked.run("keystop", "install", check=True)
    assert sorted(hooks(repo.path / ".git" / "hooks")) == sorted(HOOKS)
    assert "Twilio Auth Token" in try_to_leak(linked, twilio)
    assert "Twilio Auth Token" in try_to_leak(repo, twilio)


# For all repositories of a user -------------------------------------------------------------------


def test_global_hooks_and_the_repositorys_own(repo: Repo, twilio: Twilio) -> None:
    folder = Path.home() / ".config" / "keystop" / "hooks"
    own = repo.path / ".git" / "hooks" / "pre-commit"
    own.write_text('#!/bin/sh\necho "own hook" >&2\n')
    own.chmod(0o755)
    repo.run("keystop", "install", "--global", check=True)
    assert repo.git("config", "--global", "core.hooksPath") == f"{folder}\n"
    assert sorted(hooks(folder)) == sorted(HOOKS)
    said = try_to_leak(repo, twilio)
    assert said.index("own hook") < said.index("Twilio Auth Token")
    repo.write("settings.py", "x = 1\n")
    repo.git("add", ".")
    assert "own hook" in repo.run("git", "commit", "-qm", "clean").stderr
    repo.run("keystop", "uninstall", "--global", check=True)
    assert repo.run("git", "config", "--global", "core.hooksPath").returncode == 1
    assert not folder.exists()
    assert own.read_text() == '#!/bin/sh\necho "own hook" >&2\n'
    assert repo.run("keystop", "uninstall", "--global").returncode == 0


def test_a_global_folder_of_the_users_own_is_used_and_left(repo: Repo, tmp_path: Path) -> None:
    folder = tmp_path / "shared hooks"
    folder.mkdir()
    (folder / "pre-commit").write_text("#!/bin/sh\nexit 0\n")
    repo.git("config", "--global", "core.hooksPath", str(folder))
    repo.run("keystop", "install", "--global", check=True)
    assert len(hooks(folder)) == len(HOOKS) + 1
    repo.run("keystop", "uninstall", "--global", check=True)
    assert hooks(folder) == {"pre-commit": "#!/bin/sh\nexit 0\n"}
    assert repo.git("config", "--global", "core.hooksPath") == f"{folder}\n"


# What git gives a hook ----------------------------------------------------------------------------


def test_both_pre_push_hooks_get_the_refs(repo: Repo, twilio: Twilio, tmp_path: Path) -> None:
    path = repo.path / ".git" / "hooks" / "pre-push"
    path.write_text(f'#!/bin/sh\necho "$@" >"{tmp_path}/arguments"\ncat >"{tmp_path}/refs"\n')
    path.chmod(0o755)
    repo.hook("pre-push")
    repo.git("init", "-q", "--bare", str(tmp_path / "away.git"))
    repo.git("remote", "add", "away", str(tmp_path / "away.git"))
    repo.write("settings.py", twilio.lines)
    repo.git("add", ".")
    repo.git("commit", "-qnm", "leak")
    head = repo.git("rev-parse", "HEAD").strip()
    done = repo.run("git", "push", "away", "main")
    assert done.returncode == 1
    assert "Twilio Auth Token" in done.stdout + done.stderr
    assert (tmp_path / "refs").read_text() == (
        f"refs/heads/main {head} refs/heads/main {'0' * 40}\n"
    )
    assert (tmp_path / "arguments").read_text() == f"away {tmp_path / 'away.git'}\n"


def test_the_commit_message_hook_gets_its_file(repo: Repo, twilio: Twilio) -> None:
    repo.hook("commit-msg")
    repo.write("a", "x\n")
    repo.git("add", ".")
    assert repo.run("git", "commit", "-qm", "harmless").returncode == 0
    done = repo.run("git", "commit", "-q", "--allow-empty", "-m", f"twilio token {twilio.token}")
    assert done.returncode == 1
    assert twilio.token not in done.stdout + done.stderr


# When keystop is gone, or not wanted --------------------------------------------------------------


@pytest.mark.parametrize("hook", ["pre-commit", "pre-push"])
def test_without_keystop_it_blocks_and_says_so(repo: Repo, hook: str) -> None:
    repo.hook(hook)
    path = repo.path / ".git" / "hooks" / hook
    script = str(Path(sys.executable).with_name(HOOKS[hook]))
    path.write_text(path.read_text().replace(script, "/nowhere/keystop"))
    env = {"PATH": "/usr/bin:/bin"}
    arguments = ("origin", "address") if hook == "pre-push" else ()
    done = repo.run(str(path), *arguments, env=env)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == (
        f"keystop: {HOOKS[hook]} is not installed any more, so this is blocked.\n"
        f"Install keystop again, or take its hook out: rm '{path}'\n"
    )
    # Where it has only moved, it is found.
    assert repo.run(str(path), *arguments).returncode == 0


@pytest.mark.parametrize(
    ("skip", "status"), [("keystop", 0), ("a,keystop,b", 0), ("keystop-pre-push", 1), ("x", 1)]
)
def test_skip_means_what_it_means_to_the_frameworks(
    repo: Repo, twilio: Twilio, skip: str, status: int
) -> None:
    repo.hook()
    repo.write("settings.py", twilio.lines)
    repo.git("add", ".")
    done = repo.run("git", "commit", "-qm", "leak", env={"SKIP": skip})
    assert done.returncode == status
    assert ("keystop: keystop is skipped, as SKIP says.\n" in done.stderr) == (status == 0)
