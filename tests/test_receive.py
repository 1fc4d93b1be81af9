"""No push brings a server a secret that it does not have yet, whatever the push says of the rules.

git runs the hook with the pushed objects in quarantine; as update hook it runs when they are in.
"""

from __future__ import annotations

import json
import os
import shlex
from collections.abc import Callable
from pathlib import Path
from random import Random

import pytest

from tests.conftest import Repo
from tests.test_push import PUSHES, Push, fast_forward, nothing, refs, renamed_then_removed
from tests.test_staged import OLD, commit, secret

BLOCKED = "keystop: 1 secret found; the push was refused."
HOOKS = ["pre-receive", "update"]


def server(repo: Repo) -> Repo:
    """The repository that it pushes to."""
    return Repo(repo.path.parent / "origin.git")


def serve(repo: Repo, *options: str, hook: str = "pre-receive", env: str = "") -> None:
    """The server's hook, as its administrator writes it; env is what stands before the command."""
    path = server(repo).path / "hooks" / hook
    words = shlex.join(("keystop-pre-receive", *options))
    path.write_text(f'#!/bin/sh\n{env} exec {words} "$@"\n')
    path.chmod(0o755)


@pytest.fixture
def pushing(repo: Repo) -> Repo:
    """A repository whose first commit is on its server, origin; the server has the hook."""
    bare = server(repo)
    bare.path.mkdir()
    bare.git("init", "--quiet", "--bare")
    bare.git("config", "receive.advertisePushOptions", "true")
    repo.git("remote", "add", "origin", str(bare.path))
    commit(repo, a__py=OLD)
    repo.git("push", "--quiet", "--set-upstream", "origin", "main")
    serve(repo)
    return repo


def received(repo: Repo, arguments: tuple[str, ...], *, blocked: bool, token: str) -> str:
    """What git push prints. blocked means that nothing arrives."""
    before = refs(repo)
    done = repo.run("git", "push", *arguments)
    said = (done.stdout + done.stderr).replace("remote: ", "")
    assert token not in said
    if blocked:
        assert done.returncode == 1, said
        assert BLOCKED in said
        assert refs(repo) == before
    else:
        assert (done.returncode, "keystop" in said) == (0, False), said
    return said


# To a server all remotes are the same, and it sees no refs of the pushing side.
@pytest.mark.parametrize("push", [pytest.param(nothing, id="nothing new"), *PUSHES])
def test_a_push_without_a_secret_passes_unseen(push: Push, pushing: Repo) -> None:
    harmless = "harmless" if push is not renamed_then_removed else "other"
    received(pushing, push(pushing, harmless), blocked=False, token="\0")


@pytest.mark.parametrize("push", PUSHES)
def test_a_push_with_a_secret_is_refused(push: Push, pushing: Repo, token: str) -> None:
    (server(pushing).path / "hooks" / "pre-receive").rename(pushing.path.parent / "kept")
    arguments = push(pushing, token)
    (pushing.path.parent / "kept").rename(server(pushing).path / "hooks" / "pre-receive")
    received(pushing, arguments, blocked=True, token=token)
    assert list((server(pushing).path / "objects").glob("*incoming*")) == []


def test_as_update_hook_it_refuses_that_ref_only(pushing: Repo, token: str) -> None:
    (server(pushing).path / "hooks" / "pre-receive").unlink()
    serve(pushing, hook="update")
    fast_forward(pushing, token)
    pushing.git("branch", "harmless", "HEAD~1")
    done = pushing.run("git", "push", "origin", "main", "harmless")
    assert BLOCKED in done.stderr
    assert "refs/heads/harmless" in refs(pushing)
    assert pushing.git("rev-parse", "main").strip() not in refs(pushing)


def test_a_deleted_branch_brings_nothing(pushing: Repo) -> None:
    pushing.git("push", "--quiet", "origin", "main:refs/heads/topic")
    received(pushing, ("origin", "--delete", "topic"), blocked=False, token="\0")


def test_what_the_server_has_is_not_judged_again(pushing: Repo, token: str) -> None:
    hook = server(pushing).path / "hooks" / "pre-receive"
    hook.chmod(0o644)
    fast_forward(pushing, token)
    pushing.git("push", "--quiet", "origin", "main:refs/heads/old")
    hook.chmod(0o755)
    received(pushing, ("origin", "main"), blocked=False, token=token)


def test_the_first_push_to_an_empty_server_is_judged(pushing: Repo, token: str) -> None:
    server(pushing).git("update-ref", "-d", "refs/heads/main")
    fast_forward(pushing, token)
    received(pushing, ("origin", "main"), blocked=True, token=token)


# Each weakens the rules by something that is pushed together with the secret.


def by_baseline(repo: Repo) -> None:
    repo.run("keystop", "baseline", "create", "--reason", "x", check=True)
    commit(repo)


def by_configuration(repo: Repo) -> None:
    commit(repo, __keystop__toml='[[exclude]]\npath = "b.py"\nreason = "x"\n')


def by_severity(repo: Repo) -> None:
    commit(repo, pyproject__toml='[tool.keystop]\nblock = "critical"\n')


def by_broken_rules(repo: Repo) -> None:
    commit(repo, __keystop__toml="block = \n")


RULES = [by_baseline, by_configuration, by_severity, by_broken_rules]


@pytest.mark.parametrize("weaken", RULES)
def test_rules_that_are_pushed_do_not_count(
    weaken: Callable[[Repo], None], pushing: Repo, token: str
) -> None:
    fast_forward(pushing, token)
    weaken(pushing)
    received(pushing, ("origin", "main"), blocked=True, token=token)


@pytest.mark.parametrize("weaken", RULES[:2])
def test_rules_that_the_server_has_in_its_head_count(
    weaken: Callable[[Repo], None], pushing: Repo, token: str
) -> None:
    fast_forward(pushing, token)
    weaken(pushing)
    commit(pushing, b__py=OLD)
    hook = server(pushing).path / "hooks" / "pre-receive"
    hook.chmod(0o644)
    pushing.git("push", "--quiet", "origin", "main")
    hook.chmod(0o755)
    commit(pushing, b__py=OLD + "y\n" + secret(token))
    done = pushing.run("git", "push", "origin", "main")
    assert done.returncode == 0, done.stderr


def test_rules_that_are_broken_in_the_servers_head_refuse_everything_with_a_secret(
    pushing: Repo, token: str
) -> None:
    by_broken_rules(pushing)
    hook = server(pushing).path / "hooks" / "pre-receive"
    hook.chmod(0o644)
    pushing.git("push", "--quiet", "origin", "main")
    hook.chmod(0o755)
    commit(pushing, b__py=secret(token))
    done = pushing.run("git", "push", "origin", "main")
    assert done.returncode == 1
    assert ".keystop.toml:1" in done.stderr
    assert token not in done.stderr


def test_files_of_the_server_stand_in_for_those_in_head(
    pushing: Repo, token: str, tmp_path: Path
) -> None:
    rules = tmp_path / "rules.toml"
    rules.write_text('[[exclude]]\npath = "b.py"\nreason = "x"\n')
    serve(pushing, "--config", str(rules))
    fast_forward(pushing, token)
    done = pushing.run("git", "push", "origin", "main")
    assert done.returncode == 0, done.stderr


def test_an_allow_comment_counts_where_the_server_says_so(pushing: Repo, token: str) -> None:
    line = secret(token).replace("\n", "  # keystop: allow[github.personal-access-token] a dummy\n")
    commit(pushing, b__py=OLD + line)
    said = received(pushing, ("origin", "main"), blocked=True, token=token)
    assert "Allow comments do not count here" in said
    serve(pushing, "--inline-allows")
    assert pushing.run("git", "push", "origin", "main").returncode == 0


def test_an_override_is_recorded(pushing: Repo, token: str, tmp_path: Path) -> None:
    audit = tmp_path / "audit.jsonl"
    fast_forward(pushing, token)
    override = ("--push-option", "keystop.override=a dummy, see 17", "origin", "main")
    received(pushing, override, blocked=True, token=token)  # nobody records it
    serve(pushing, "--audit", str(audit), env="GL_USERNAME=alice")
    said = received(pushing, ("origin", "main"), blocked=True, token=token)
    assert "git push -o keystop.override=REASON" in said
    empty = ("--push-option", "keystop.override=  ", "origin", "main")
    received(pushing, empty, blocked=True, token=token)
    done = pushing.run("git", "push", *override)
    assert done.returncode == 0, done.stderr
    assert "1 finding let in and recorded, because: a dummy, see 17" in done.stderr
    text = audit.read_text()
    assert token not in text
    (line,) = text.splitlines()
    entry = json.loads(line)
    assert (entry["who"], entry["reason"]) == ("GL_USERNAME=alice", "a dummy, see 17")
    (found,) = entry["findings"]
    leak = pushing.git("rev-parse", "HEAD").strip()
    assert (found["commit"], found["path"]) == (leak, "b.py")
    assert [ref for ref, _, _ in entry["refs"]] == ["refs/heads/main"]
    assert os.stat(audit).st_mode & 0o777 == 0o600


def test_an_override_that_cannot_be_recorded_is_none(pushing: Repo, token: str) -> None:
    serve(pushing, "--audit", "/dev/full")
    fast_forward(pushing, token)
    before = refs(pushing)
    done = pushing.run("git", "push", "-o", "keystop.override=a dummy", "origin", "main")
    assert done.returncode == 1
    assert "nothing is overridden" in done.stderr
    assert refs(pushing) == before


def test_a_reason_that_holds_the_secret_is_none(pushing: Repo, token: str, tmp_path: Path) -> None:
    audit = tmp_path / "audit.jsonl"
    serve(pushing, "--audit", str(audit))
    fast_forward(pushing, token)
    done = pushing.run("git", "push", "-o", f"keystop.override={token} is old", "origin", "main")
    assert done.returncode == 1
    assert "the reason for the override holds a secret itself" in done.stderr
    assert token not in done.stderr
    assert not audit.exists()


def test_what_is_not_read_in_time_is_refused(pushing: Repo, random: Random) -> None:
    for number in range(3):
        commit(pushing, **{f"f{number}__py": OLD * random.randint(1, 3)})
    serve(pushing, "--seconds", "0")
    before = refs(pushing)
    done = pushing.run("git", "push", "origin", "main")
    assert done.returncode == 1
    assert "with 0 of 3 commits read" in done.stderr
    assert "push fewer commits at a time" in done.stderr
    assert refs(pushing) == before
    audit = pushing.path.parent / "audit.jsonl"
    serve(pushing, "--seconds", "0", "--audit", str(audit))
    done = pushing.run("git", "push", "-o", "keystop.override=the first import", "origin", "main")
    assert done.returncode == 0
    assert "with 0 of 3 commits read" in json.loads(audit.read_text())["unread"]


def test_an_installed_hook_of_a_server(pushing: Repo, token: str) -> None:
    bare = server(pushing)
    (bare.path / "hooks" / "pre-receive").unlink()
    bare.hook("pre-receive")
    fast_forward(pushing, token)
    done = pushing.run("git", "push", "origin", "main", env={"SKIP": "keystop-pre-receive"})
    assert done.returncode == 1
    assert BLOCKED in done.stderr


@pytest.mark.parametrize("damage", ["x", "a b", "\0"])
def test_input_that_is_not_gits_is_refused(pushing: Repo, damage: str) -> None:
    done = server(pushing).run("keystop-pre-receive", stdin=damage)
    assert (done.returncode, done.stdout) == (3, "")
    assert done.stderr.count("\n") == 1


def test_an_object_that_is_missing_refuses(pushing: Repo) -> None:
    gone = "1" * 40
    done = server(pushing).run("keystop-pre-receive", stdin=f"{'0' * 40} {gone} refs/heads/x\n")
    assert done.returncode == 2
    assert f"the push was refused: git rev-list failed: bad object {gone}" in done.stderr
