"""`keystop undo` takes a secret out of what no remote has, and changes nothing besides.

What it makes is compared with what was there, object by object, by code of the tests' own.
"""

from __future__ import annotations

import base64
import os
import re
import shutil
import signal
import subprocess
import time
from collections.abc import Callable
from pathlib import Path
from random import Random

import pytest

from keystop.check import Judge
from keystop.records import Record
from tests.conftest import Repo, Twilio
from tests.test_push import (
    PUSHES,
    fast_forward,
    grafted,
    merged,
    message,
    on_another_remote,
    renamed_then_removed,
    replaced_commit,
    tag_message,
)
from tests.test_staged import OLD, commit, secret

PLACEHOLDER = "REMOVED-BY-KEYSTOP"
BACKUPS = "refs/keystop/undo/"
Scene = Callable[[Repo, str], object]


def with_remote(repo: Repo) -> Repo:
    """A repository whose first commit is on its remote, origin."""
    bare = Repo(repo.path.parent / "origin.git")
    bare.path.mkdir(exist_ok=True)
    form = repo.git("rev-parse", "--show-object-format").strip()
    bare.git("init", "--quiet", "--bare", f"--object-format={form}")
    repo.git("remote", "add", "origin", str(bare.path))
    commit(repo, a__py=OLD)
    repo.git("push", "--quiet", "--set-upstream", "origin", "main")
    return repo


@pytest.fixture
def work(repo: Repo) -> Repo:
    return with_remote(repo)


@pytest.fixture
def newer(tmp_path: Path) -> Repo:
    """The same with SHA-256."""
    made = Repo(tmp_path / "newer" / "repo")
    made.path.mkdir(parents=True)
    made.git("init", "--quiet", "--object-format=sha256")
    return with_remote(made)


# The tests make commits by people without an address.
FSCK = ("-c", "fsck.missingEmail=ignore", "fsck")


# What is there, and what should be ------------------------------------------------------------


def raw(repo: Repo, kind: str, oid: str) -> bytes:
    """An object as git stores it."""
    return subprocess.run(
        ["git", "--no-replace-objects", "cat-file", kind, oid],
        cwd=repo.path, capture_output=True, check=True,
    ).stdout  # fmt: skip


def files(repo: Repo, oid: str) -> dict[bytes, tuple[str, bytes]]:
    """Mode and content of every file of a tree or commit, by path."""
    listed = subprocess.run(
        ["git", "--no-replace-objects", "ls-tree", "-r", "-z", "--full-tree", oid],
        cwd=repo.path, capture_output=True, check=True,
    ).stdout  # fmt: skip
    found = {}
    for entry in listed.split(b"\0")[:-1]:
        info, _, path = entry.partition(b"\t")
        mode, kind, blob = info.decode().split()
        found[path] = (mode, raw(repo, "blob", blob) if kind == "blob" else blob.encode())
    return found


def without(text: bytes, *values: str) -> bytes:
    """What a text should become."""
    for value in values:
        for gap in (b"", b"\0"):
            spelled, other = (
                gap.join(bytes((one,)) for one in word.encode()) for word in (value, PLACEHOLDER)
            )
            text = text.replace(spelled, other)
    return text


class Comparison:
    """Of what was there and what is there now, all but the values has to be equal."""

    def __init__(self, repo: Repo, *values: str) -> None:
        self.repo = repo
        self.values = values
        self.new: dict[str, str] = {}

    def compare(self, old: str, new: str) -> None:
        """Two objects that refs name, and all that they reach and that differs."""
        pairs = [(old, new)]
        while pairs:
            old, new = pairs.pop()
            if old == new or self.new.get(old) == new:
                continue
            assert self.new.setdefault(old, new) == new, "two new versions of one object"
            kind = self.repo.git("cat-file", "-t", old).strip()
            assert self.repo.git("cat-file", "-t", new).strip() == kind
            if kind == "blob":
                assert raw(self.repo, kind, new) == without(raw(self.repo, kind, old), *self.values)
            elif kind == "tree":
                self.trees(old, new)
            else:
                pairs += self.said(raw(self.repo, kind, old), raw(self.repo, kind, new))

    def trees(self, old: str, new: str) -> None:
        expected = {
            path: (mode, without(content, *self.values))
            for path, (mode, content) in files(self.repo, old).items()
        }
        assert files(self.repo, new) == expected

    def said(self, old: bytes, new: bytes) -> list[tuple[str, str]]:
        """Of two commits or tags all but what they point to is equal; what they point to."""
        ids = re.compile(rb"^(tree|parent|object) ([0-9a-f]+)$", re.M)
        unsigned = re.sub(rb"^(gpgsig|gpgsig-sha256|mergetag) .*\n( .*\n)*", b"", old, flags=re.M)
        unsigned = re.sub(rb"^-----BEGIN PGP SIGNATURE-----\n(.*\n)*", b"", unsigned, flags=re.M)
        assert ids.sub(rb"\1", new) == without(ids.sub(rb"\1", unsigned), *self.values)
        befores, afters = ids.findall(old), ids.findall(new)
        for (kind, before), (_, after) in zip(befores, afters, strict=True):
            if kind == b"tree":
                self.trees(before.decode(), after.decode())
        return [
            (before.decode(), after.decode())
            for (kind, before), (_, after) in zip(befores, afters, strict=True)
            if kind != b"tree"
        ]


def refs(repo: Repo, *patterns: str) -> dict[str, str]:
    """Object ids by ref, and HEAD's."""
    listed = repo.git("for-each-ref", "--format=%(refname) %(objectname)", *patterns)
    found = dict(line.split(" ") for line in listed.splitlines())
    if not patterns:
        found["HEAD"] = repo.git("rev-parse", "HEAD").strip()
    return found


def undo(repo: Repo, *options: str, token: str, status: int, **env: str) -> str:
    """What keystop undo says; never the secret."""
    done = repo.run("keystop", "undo", *options, env=env)
    said = done.stdout + done.stderr
    assert token not in said
    assert token[4:20] not in said
    assert "Traceback" not in said
    assert done.returncode == status, said
    return said


def unpushed_objects(repo: Repo) -> bytes:
    """Everything that branches, tags and HEAD reach, in one."""
    listed = repo.git(
        "--no-replace-objects", "rev-list", "--objects", "--no-object-names", "HEAD",
        "--branches", "--tags", "--not", "--remotes",
    )  # fmt: skip
    kinds = [(repo.git("cat-file", "-t", oid).strip(), oid) for oid in listed.split()]
    tags = [
        ("tag", oid) for oid in refs(repo, "refs/tags").values()
        if repo.git("cat-file", "-t", oid).strip() == "tag"
    ]  # fmt: skip
    return b"\n".join(raw(repo, kind, oid) for kind, oid in kinds + tags)


def undone(repo: Repo, *values: str) -> str:
    """Try it, then do it: nothing of a value is left, nothing else differs, and back it goes."""
    token = values[0]
    before, status = refs(repo), repo.git("status", "--porcelain")
    work_tree = content_of(repo)
    tried = undo(repo, token=token, status=1)
    assert (refs(repo), repo.git("status", "--porcelain")) == (before, status)
    assert "keystop undo --apply" in tried
    said = undo(repo, "--apply", token=token, status=0)
    compared(repo, before, *values)
    assert repo.git("status", "--porcelain") == status
    expected = {path: without(content, *values) for path, content in work_tree.items()}
    assert content_of(repo) == expected
    assert "nothing to undo" in undo(repo, token=token, status=0)
    after = refs(repo)
    goes_back(repo, said, before)
    again = undo(repo, "--apply", token=token, status=0)
    assert same(refs(repo), after), again
    return said


def same(some: dict[str, str], others: dict[str, str]) -> bool:
    """Whether refs are equal but for the backups."""
    kept = [
        {name: oid for name, oid in one.items() if not name.startswith(BACKUPS)}
        for one in (some, others)
    ]
    return kept[0] == kept[1]


def content_of(repo: Repo) -> dict[Path, bytes]:
    """Every file of the working tree."""
    return {
        path: path.read_bytes()
        for path in sorted(repo.path.rglob("*"))
        if path.is_file() and not path.is_symlink() and ".git" not in path.parts
    }


def compared(repo: Repo, before: dict[str, str], *values: str) -> None:
    """What refs are there now is what was there, without the values; all has its backup."""
    comparison = Comparison(repo, *values)
    after = refs(repo)
    backups = {name.split("/", 4)[4]: oid for name, oid in refs(repo, BACKUPS).items()}
    for name, old in before.items():
        if name.startswith(BACKUPS):
            continue
        comparison.compare(old, after[name])
        if after[name] != old and name != "refs/heads/alias":  # which moves with another
            assert backups[name.removeprefix("refs/")] == old
    left = unpushed_objects(repo)
    for value in values:
        assert without(left, value) == left
    assert "dangling" in (fsck := repo.git(*FSCK, "--no-reflogs", "--full")) or not fsck


def goes_back(repo: Repo, said: str, before: dict[str, str]) -> None:
    """What the command that was shown does."""
    (line,) = [line for line in said.splitlines() if "lstrip=4" in line]
    status = repo.git("status", "--porcelain")
    repo.run("sh", "-c", line, check=True)
    assert same(refs(repo), before)
    assert repo.git("status", "--porcelain") == status
    repo.git(*FSCK, "--full")


# What is taken out ----------------------------------------------------------------------------


def below_a_merge(repo: Repo, token: str) -> None:
    fast_forward(repo, token)
    repo.git("checkout", "--quiet", "-b", "side")
    commit(repo, c__py="x\n")
    repo.git("checkout", "--quiet", "main")
    commit(repo, d__py="x\n")
    repo.git("merge", "--quiet", "--no-edit", "side")


def in_many_places(repo: Repo, token: str) -> None:
    line = f"key = '{token}'  # {token}\n"
    commit(repo, b__py=line + OLD + line, c__py=line)
    commit(repo, c__py="x\n" + line, d__txt=f"{token}\n")
    commit(repo, c__py="y\n")


def beside_other_bytes(repo: Repo, token: str) -> None:
    repo.write("crlf.py", f"a\r\nkey = '{token}'\r\n\rend")
    repo.write("crlf-only", b"a\r\nb\r\n")
    repo.write("binary", bytes(range(256)) * 20)
    repo.write("mixed", b"\0\xff\xfe" + secret(token).encode() + bytes(range(256)))
    repo.write("old-macintosh.py", f"a\rkey = '{token}'\rb")
    repo.write("no-newline", secret(token).strip())
    repo.write("wide", ("\ufeff" + secret(token)).encode("utf-16-le"))
    repo.write("wide-be", secret(token).encode("utf-16-be"))
    commit(repo)
    commit(repo, z="z\n")


def of_many_kinds(repo: Repo, token: str) -> None:
    repo.write("bin/run", f"#!/bin/sh\nexport K='{token}'\n").chmod(0o755)
    (repo.path / "link").symlink_to("a.py")
    (repo.path / "link-to-it").symlink_to(f"/x/{token}")
    repo.git("update-index", "--add", "--cacheinfo", f"160000,{'1' * 40},module")
    repo.write("a b/ü/\t'q\".py", secret(token))
    repo.git("add", "--", "bin", "link", "link-to-it", "a b")
    repo.git("commit", "--quiet", "--message", "many kinds")
    (repo.path / "module").mkdir()


def on_a_detached_head(repo: Repo, token: str) -> None:
    repo.git("checkout", "--quiet", "--detach")
    fast_forward(repo, token)
    commit(repo, c__py="x\n")


def on_another_branch(repo: Repo, token: str) -> None:
    repo.git("checkout", "--quiet", "-b", "topic")
    fast_forward(repo, token)
    repo.git("checkout", "--quiet", "main")


def two_branches_that_share_it(repo: Repo, token: str) -> None:
    fast_forward(repo, token)
    for name in ("one", "two"):
        repo.git("checkout", "--quiet", "-b", name, "main")
        commit(repo, **{f"{name}__py": "x\n"})
    repo.git("symbolic-ref", "refs/heads/alias", "refs/heads/one")


def tags_of_both_kinds(repo: Repo, token: str) -> None:
    fast_forward(repo, token)
    repo.git("tag", "light")
    repo.git("tag", "--annotate", "heavy", "--message", f"of {token}")
    repo.git("tag", "--annotate", "outer", "heavy", "--message", "of a tag")
    repo.git("tag", "old", "origin/main")


def encoded(repo: Repo, token: str) -> None:
    commit(repo, b__py=f"k = '{base64.b64encode(secret(token).encode()).decode()}'\n")


def in_a_latin_1_message(repo: Repo, token: str) -> None:
    repo.git("config", "i18n.commitEncoding", "ISO-8859-1")
    repo.git("commit", "--quiet", "--allow-empty", "--message", f"gr\u00fc\u00dfe\n\n{token}")
    commit(repo, b__py="x\n")


def made_by_somebody_else(repo: Repo, token: str) -> None:
    env = {
        "GIT_AUTHOR_NAME": "J\u00fcrgen", "GIT_AUTHOR_DATE": "1112911993 -0730",
        "GIT_COMMITTER_NAME": token, "GIT_COMMITTER_DATE": "1234567890 +1400",
    }  # fmt: skip
    repo.write("b.py", secret(token))
    repo.git("add", ".")
    repo.run("git", "commit", "--quiet", "--cleanup=verbatim", "--message", " \n\nx\n\n\n",
             env=env, check=True)  # fmt: skip


def signed(repo: Repo, token: str) -> None:
    """Commits and tags with what looks like signatures, and headers that git does not write."""
    fast_forward(repo, token)
    body = raw(repo, "commit", "HEAD").decode()
    armour = "-----BEGIN PGP SIGNATURE-----\n\n abc\n-----END PGP SIGNATURE-----"
    head, _, text = body.partition("\n\n")
    folded = armour.replace("\n", "\n ")
    made = hashed(repo, "commit", f"{head}\nHG:extra {token}\ngpgsig {folded}\n\n{text}")
    tag = f"object {made}\ntype commit\ntag v1\ntagger A <a@example.com> 1 +0000\n\nx\n{armour}\n"
    signed_tag = hashed(repo, "tag", tag)
    repo.git("update-ref", "refs/tags/v1", signed_tag)
    folded = tag.rstrip("\n").replace("\n", "\n ")
    head = re.sub("^parent .*$", f"parent {made}", head, flags=re.M)
    above = hashed(repo, "commit", f"{head}\nmergetag {folded}\n\nmerge\n")
    repo.git("reset", "--quiet", "--hard", above)


def hashed(repo: Repo, kind: str, content: str) -> str:
    return repo.run(
        "git", "hash-object", "-t", kind, "-w", "--stdin", "--literally", stdin=content, check=True
    ).stdout.strip()


SCENES = [
    pytest.param(below_a_merge, id="below a merge"),
    pytest.param(in_many_places, id="in many places"),
    pytest.param(beside_other_bytes, id="beside other bytes"),
    pytest.param(of_many_kinds, id="of many kinds"),
    pytest.param(on_a_detached_head, id="on a detached HEAD"),
    pytest.param(on_another_branch, id="on another branch"),
    pytest.param(two_branches_that_share_it, id="two branches that share it"),
    pytest.param(tags_of_both_kinds, id="tags of both kinds"),
    pytest.param(in_a_latin_1_message, id="in a message in Latin-1"),
    pytest.param(made_by_somebody_else, id="odd people, times and messages"),
    pytest.param(signed, id="signed"),
]
# A graft and a replacement are not what is pushed; a name is another story, as is what has leaked.
OTHERS = [
    one for one in PUSHES if one.values[0] not in (grafted, renamed_then_removed, on_another_remote)
]


@pytest.mark.parametrize("scene", [*SCENES, *OTHERS])
def test_it_takes_out_the_secret_and_nothing_else(scene: Scene, work: Repo, token: str) -> None:
    scene(work, token)
    if scene is replaced_commit:
        work.git("replace", "--delete", "HEAD")
    undone(work, token)


@pytest.mark.parametrize(
    "scene", [pytest.param(below_a_merge, id="merge"), pytest.param(tag_message, id="tag")]
)
def test_with_sha_256(scene: Scene, newer: Repo, token: str) -> None:
    fast_forward(newer, token)
    scene(newer, token)
    undone(newer, token)


def test_the_encoded_spelling_goes_as_it_was_found(work: Repo, token: str) -> None:
    encoded(work, token)
    undo(work, "--apply", token=token, status=0)
    text = (work.path / "b.py").read_text()
    assert PLACEHOLDER in text
    assert base64.b64encode(token.encode()).decode()[4:20] not in text


def test_a_repository_without_a_remote_is_local_to_its_root(repo: Repo, token: str) -> None:
    commit(repo, b__py=secret(token))
    commit(repo, c__py="x\n")
    undone(repo, token)


def test_the_other_half_of_a_pair_goes_where_it_is_a_secret(work: Repo, twilio: Twilio) -> None:
    commit(work, b__py=twilio.lines)
    undone(work, twilio.token)
    assert f'"{twilio.sid}"' in (work.path / "b.py").read_text()


def test_of_a_pair_what_would_block_alone_goes_too(
    work: Repo, judge: Judge, records: dict[str, Record]
) -> None:
    number = judge.generator.value(records["aws.access-key-id"])
    value = judge.generator.value(records["aws.secret-access-key"])
    commit(work, b__py=f'AWS_ACCESS_KEY_ID = "{number}"\nAWS_SECRET_ACCESS_KEY = "{value}"\n')
    undone(work, value, number)


def test_what_a_remote_has_stays_and_is_told(work: Repo, token: str) -> None:
    commit(work, b__py=secret(token))
    leak = work.git("rev-parse", "HEAD").strip()
    work.git("push", "--quiet", "origin", "main")
    commit(work, c__py="x\n")
    assert "nothing to undo in 1 commit" in undo(work, token=token, status=0)
    commit(work, d__py=secret(token))
    said = undo(work, token=token, status=1)
    assert "it has leaked, and only replacing it helps" in said
    assert f"{leak[:12]} on origin: b.py" in said
    undo(work, "--apply", token=token, status=0)
    assert work.git("rev-parse", "origin/main").strip() == leak
    assert work.git("merge-base", "origin/main", "main").strip() == leak


def test_a_message_that_a_remote_has_is_told(work: Repo, token: str) -> None:
    message(work, token)
    work.git("push", "--quiet", "origin", "main")
    message(work, token)
    said = undo(work, token=token, status=1)
    assert f"{work.git('rev-parse', 'origin/main')[:12]} on origin: what it says itself" in said


def test_what_is_allowed_or_in_the_baseline_is_not_undone(work: Repo, token: str) -> None:
    mark = "  # keystop: allow[github.personal-access-token] a sample\n"
    commit(work, b__py=secret(token).strip() + mark)
    assert "nothing to undo in 1 commit" in undo(work, token=token, status=0)
    commit(work, c__py=secret(token))
    work.run("keystop", "baseline", "create", "--reason", "known", check=True)
    commit(work)
    assert "nothing to undo in 3 commits" in undo(work, token=token, status=0)


def test_a_name_is_told_with_what_to_type(work: Repo, token: str) -> None:
    work.write(f"{token}.txt", "x\n")
    commit(work)
    before = refs(work)
    for options in ((), ("--apply",)):
        said = undo(work, *options, token=token, status=1)
        assert "keystop undo renames no file" in said
        assert "git commit --all --amend" in said
    assert refs(work) == before


def test_an_empty_repository_has_nothing_to_undo(repo: Repo) -> None:
    assert "nothing to undo in 0 commits" in undo(repo, token="\0" * 30, status=0)


def test_without_a_working_tree_it_is_refused(work: Repo) -> None:
    bare = Repo(work.path.parent / "origin.git")
    done = bare.run("keystop", "undo")
    assert (done.returncode, "work tree" in done.stderr) == (3, True)


def test_what_is_shown(work: Repo, token: str) -> None:
    fast_forward(work, token)
    old = work.git("rev-parse", "HEAD")[:12]
    said = undo(work, token=token, status=1)
    undo(work, "--apply", token=token, status=0)
    new = work.git("rev-parse", "HEAD")[:12]
    assert (
        said
        == f"""\
keystop: 1 secret in commits and tags that no remote has.

{old}:b.py:21:8  critical  GitHub personal access token (classic)
  before | key = 'ghp_********'
  after  | key = 'REMOVED-BY-KEYSTOP'
To be rewritten: 1 commit.
  branch main: {old} -> {new}
  The index and the files of the working tree follow; untracked files stay.
  In these files, in so many places of a version:
    b.py: 1
Backups will be under refs/keystop/undo/TIME/:
  heads/main, HEAD
It is not taken out of what follows. What does, if you want that, in this order:
  the reflogs of HEAD, refs/heads/main:
    git reflog expire --expire=now HEAD refs/heads/main
  objects that nothing names any more:
    git gc --prune=now
    The last two forget all that is lost: also the way back to other work of yours.
If it ever left this machine it has leaked: replace it. How:
  keystop respond github.personal-access-token
Nothing is changed. This does it: keystop undo --apply
"""
    )


def test_a_push_that_is_stopped_names_it_where_it_helps(work: Repo, token: str) -> None:
    work.hook("pre-push")
    fast_forward(work, token)
    hint = "  Or let keystop do it: keystop undo\n"
    assert hint in work.run("git", "push", "origin", "main").stdout
    undo(work, "--apply", token=token, status=0)
    assert work.run("git", "push", "origin", "main").returncode == 0
    renamed_then_removed(work, token)
    assert hint not in work.run("git", "push", "origin", "main").stdout


# What it does not reach -----------------------------------------------------------------------


def test_the_commands_that_it_shows_take_the_rest_out(work: Repo, token: str) -> None:
    fast_forward(work, token)
    message(work, token)
    for text in ("x\n", "y\n"):
        work.write("a.py", text)
        work.git("stash", "push", "--quiet")
    work.write("untracked.py", secret(token))
    work.git("stash", "push", "--quiet", "--include-untracked")
    work.git("update-ref", "refs/other/one", "HEAD")
    said = undo(work, "--apply", token=token, status=0)
    stashes = re.findall(r"git stash drop (.*)", said)
    assert stashes == ["stash@{2}", "stash@{1}", "stash@{0}"]
    assert "git update-ref -d refs/other/one" in said
    for line in re.findall("^    ((?:git|rm) .*)$", said, re.M):
        work.run("sh", "-c", line, check=True)
    everything = [
        raw(work, kind, oid)
        for oid, kind, _ in (
            line.split()
            for line in work.git("cat-file", "--batch-check", "--batch-all-objects").splitlines()
        )
    ]
    everything += [path.read_bytes() for path in work.path.rglob("*") if path.is_file()]
    assert not [one for one in everything if token.encode() in one]


def test_a_stash_of_other_things_is_not_listed(work: Repo, token: str) -> None:
    work.write("a.py", "x\n")
    work.git("stash", "push", "--quiet")
    fast_forward(work, token)
    said = undo(work, token=token, status=1)
    assert "stash" not in said


def test_backups_of_before_are_listed(work: Repo, token: str) -> None:
    fast_forward(work, token)
    undo(work, "--apply", token=token, status=0)
    commit(work, c__py=secret(token))
    assert "the backup refs/keystop/undo/2" in undo(work, token=token, status=1)


# What stands in the way -----------------------------------------------------------------------


def modified(repo: Repo) -> None:
    repo.write("a.py", "mine\n")


def staged(repo: Repo) -> None:
    modified(repo)
    repo.git("add", ".")


def deleted(repo: Repo) -> None:
    (repo.path / "b.py").unlink()


def rebasing(repo: Repo) -> None:
    repo.run("git", "rebase", "--interactive", "HEAD~1",
             env={"GIT_SEQUENCE_EDITOR": "sed -i s/^pick/edit/"}, check=True)  # fmt: skip


def merging(repo: Repo) -> None:
    merged(repo)


def bisecting(repo: Repo) -> None:
    repo.git("bisect", "start")


def checked_out_elsewhere(repo: Repo) -> None:
    repo.git("checkout", "--quiet", "-b", "topic")
    repo.git("worktree", "add", "--quiet", "../second", "main")


def detached_elsewhere(repo: Repo) -> None:
    repo.git("worktree", "add", "--quiet", "--detach", "../second", "main")


@pytest.mark.parametrize(
    ("meddle", "why"),
    [
        pytest.param(
            modified, "tracked files have changes that are not committed (a.py)", id="mod"
        ),
        pytest.param(
            staged, "tracked files have changes that are not committed (a.py)", id="index"
        ),
        pytest.param(
            deleted, "tracked files have changes that are not committed (b.py)", id="gone"
        ),
        pytest.param(rebasing, "a rebase is in progress", id="rebase"),
        pytest.param(merging, "a merge is in progress", id="merge"),
        pytest.param(bisecting, "a bisect is in progress", id="bisect"),
        pytest.param(checked_out_elsewhere, "refs/heads/main is checked out in", id="worktree"),
        pytest.param(detached_elsewhere, "is checked out in", id="detached"),
    ],
)
def test_it_refuses_and_says_why(
    meddle: Callable[[Repo], None], why: str, work: Repo, token: str
) -> None:
    fast_forward(work, token)
    meddle(work)
    before, files_before = refs(work), content_of(work)
    status = work.git("status", "--porcelain")
    assert f"keystop undo --apply will refuse: {why}" in undo(work, token=token, status=1) or (
        why.startswith("is")
    )
    said = undo(work, "--apply", token=token, status=3)
    assert why in said
    assert said.count("\n") == 1
    assert (refs(work), content_of(work)) == (before, files_before)
    assert work.git("status", "--porcelain") == status


def test_changes_do_not_matter_where_another_branch_is_rewritten(work: Repo, token: str) -> None:
    on_another_branch(work, token)
    modified(work)
    undone(work, token)


def test_in_a_working_tree_of_its_own(work: Repo, token: str) -> None:
    work.git("worktree", "add", "--quiet", "-b", "topic", "../second")
    second = Repo(work.path.parent / "second")
    fast_forward(second, token)
    undone(second, token)


def test_from_a_folder_below_the_top(work: Repo, token: str) -> None:
    commit(work, **{"deep/b__py": secret(token)})
    done = work.run("keystop", "undo", "--apply", cwd=work.path / "deep")
    assert done.returncode == 0, done.stderr
    assert (work.path / "deep/b.py").read_text() == secret(PLACEHOLDER)
    assert work.git("status", "--porcelain") == ""


def test_untracked_and_ignored_files_stay(work: Repo, token: str) -> None:
    commit(work, **{"__gitignore": "ignored\n", "b__py": secret(token)})
    work.write("ignored", secret(token))
    work.write("untracked", secret(token))
    undo(work, "--apply", token=token, status=0)
    assert (work.path / "ignored").read_text() == secret(token)
    assert (work.path / "untracked").read_text() == secret(token)


def test_line_ends_in_the_working_tree_stay(work: Repo, token: str) -> None:
    work.git("config", "core.autocrlf", "true")
    commit(work, **{"__gitattributes": "*.py text\n"})
    work.write("b.py", f"a\r\nkey = '{token}'\r\n")
    commit(work)
    undo(work, "--apply", token=token, status=0)
    assert (work.path / "b.py").read_bytes() == f"a\r\nkey = '{PLACEHOLDER}'\r\n".encode()
    assert work.git("status", "--porcelain") == ""


def test_a_missing_object_stops_it(work: Repo, token: str) -> None:
    commit(work, b__py=secret(token), c__py="x\n")
    oid = work.git("rev-parse", "HEAD:a.py").strip()
    before = refs(work)
    (work.path / ".git/objects" / oid[:2] / oid[2:]).unlink()
    assert oid in undo(work, "--apply", token=token, status=2)
    assert refs(work) == before


def test_a_shallow_clone(work: Repo, token: str) -> None:
    commit(work, c__py="x\n")
    work.git("push", "--quiet", "origin", "main")
    shallow = Repo(work.path.parent / "shallow")
    origin = f"file://{work.path.parent / 'origin.git'}"
    work.git("clone", "--quiet", "--depth=1", origin, str(shallow.path))
    fast_forward(shallow, token)
    undone(shallow, token)


def test_a_shallow_clone_is_not_rewritten_at_its_end(work: Repo, token: str) -> None:
    commit(work, b__py=secret(token))
    work.git("push", "--quiet", "origin", "main")
    shallow = Repo(work.path.parent / "shallow")
    origin = f"file://{work.path.parent / 'origin.git'}"
    work.git("clone", "--quiet", "--depth=1", origin, str(shallow.path))
    shallow.git("remote", "remove", "origin")
    before = refs(shallow)
    assert "shallow" in undo(shallow, "--apply", token=token, status=2)
    assert refs(shallow) == before


def test_a_partial_clone(work: Repo, token: str) -> None:
    commit(work, c__py="x\n")
    commit(work, c__py="y\n")
    work.git("push", "--quiet", "origin", "main")
    bare = Repo(work.path.parent / "origin.git")
    bare.git("config", "uploadpack.allowFilter", "true")
    partial = Repo(work.path.parent / "partial")
    work.git("clone", "--quiet", "--filter=blob:none", f"file://{bare.path}", str(partial.path))
    fast_forward(partial, token)
    assert "not all here" in undone(partial, token)


# Whatever happens meanwhile -------------------------------------------------------------------


def shim(folder: Path, script: str) -> dict[str, str]:
    """An environment in which git is a script first; $GIT is git itself."""
    folder.mkdir(exist_ok=True)
    path = folder / "git"
    path.write_text(f'#!/bin/sh\nGIT={shutil.which("git")}\n{script}\nexec $GIT "$@"\n')
    path.chmod(0o755)
    return {"PATH": f"{folder}{os.pathsep}{os.environ['PATH']}"}


def test_a_ref_that_changes_meanwhile_is_not_lost(work: Repo, token: str, tmp_path: Path) -> None:
    fast_forward(work, token)
    work.git("tag", "v1")
    other = work.git("rev-parse", "origin/main").strip()
    once = (
        f'case "$*" in *update-ref*) if mkdir {tmp_path}/one 2>/dev/null; then :; else '
        f"mkdir {tmp_path}/two 2>/dev/null && $GIT update-ref refs/tags/v1 {other}; fi ;; esac"
    )
    before = refs(work)
    said = undo(work, "--apply", token=token, status=2, **shim(tmp_path / "bin", once))
    assert "no ref was moved" in said
    assert refs(work) == {**before, "refs/tags/v1": other}


def test_an_edit_that_is_made_meanwhile_is_not_lost(work: Repo, token: str, tmp_path: Path) -> None:
    fast_forward(work, token)
    edit = f'case "$*" in *read-tree*) echo mine > {work.path}/b.py ;; esac'
    said = undo(work, "--apply", token=token, status=2, **shim(tmp_path / "bin", edit))
    assert "the commits are rewritten, but the files are not" in said
    assert (work.path / "b.py").read_text() == "mine\n"
    work.git("reset", "--quiet")
    assert work.git("status", "--porcelain") == " M b.py\n"


def test_nothing_that_a_repository_names_is_run(work: Repo, token: str, tmp_path: Path) -> None:
    commit(
        work, **{"__gitattributes": "a.py filter=planted diff=planted\n", "b__py": secret(token)}
    )
    mark = tmp_path / "was-run"
    planted = tmp_path / "planted"
    planted.write_text(f"#!/bin/sh\necho $0 >>{mark}\ncat\n")
    planted.chmod(0o755)
    hooks = tmp_path / "hooks"
    hooks.mkdir()
    for name in ("reference-transaction", "post-index-change", "post-checkout", "pre-push",
                 "post-rewrite", "post-commit", "pre-commit", "fsmonitor-watchman"):  # fmt: skip
        for folder in (hooks, work.path / ".git/hooks"):
            shutil.copy(planted, folder / name)
    for name, value in {
        "core.hooksPath": hooks, "core.fsmonitor": planted, "core.pager": planted,
        "core.editor": planted, "core.sshCommand": planted, "diff.external": planted,
        "diff.planted.textconv": planted, "diff.planted.command": planted,
        "filter.planted.clean": planted, "filter.planted.smudge": planted,
        "filter.planted.process": planted, "filter.planted.required": "true",
        "gpg.program": planted, "log.showSignature": "true", "gc.auto": "1",
        "uploadpack.packObjectsHook": planted, "sequence.editor": planted,
    }.items():  # fmt: skip
        work.git("config", name, str(value))
    os.utime(work.path / "a.py")  # git has to look into it
    undo(work, token=token, status=1)
    said = undo(work, "--apply", token=token, status=0)
    assert not mark.exists(), mark.read_text()
    assert (work.path / "b.py").read_text() == secret(PLACEHOLDER), said


def test_a_filter_that_cannot_be_switched_off_stops_it(work: Repo, token: str) -> None:
    fast_forward(work, token)
    work.git("config", "filter.a=b.clean", "cat")
    assert "filter.a=b cannot be kept from running" in undo(work, token=token, status=2)


def test_a_file_behind_a_filter_stops_it(work: Repo, token: str) -> None:
    commit(work, **{"__gitattributes": "*.py filter=own\n", "b__py": secret(token)})
    undo(work, token=token, status=1)
    work.git("config", "filter.own.clean", "cat")
    said = undo(work, "--apply", token=token, status=3)
    assert "b.py goes through the filter own, which is not run" in said


def test_in_a_submodule(work: Repo, token: str) -> None:
    work.git("submodule", "--quiet", "add", str(work.path.parent / "origin.git"), "module")
    commit(work)
    module = Repo(work.path / "module")
    fast_forward(module, token)
    done = module.run("keystop", "undo", "--apply")
    assert done.returncode == 0, done.stderr
    assert module.git("status", "--porcelain") == ""
    assert secret(PLACEHOLDER) in (module.path / "b.py").read_text()


def test_in_a_sparse_checkout(work: Repo, token: str) -> None:
    commit(work, **{"in/b__py": secret(token), "out/b__py": secret(token)})
    work.git("sparse-checkout", "set", "in")
    undone(work, token)
    assert not (work.path / "out").exists()


def test_no_process_is_told_the_secret(work: Repo, token: str, tmp_path: Path) -> None:
    in_many_places(work, token)
    tags_of_both_kinds(work, token)
    log = tmp_path / "log"
    env = shim(tmp_path / "bin", f'printf "%s\\n" "$@" >>{log}\nenv >>{log}')
    undo(work, token=token, status=1, **env)
    undo(work, "--apply", token=token, status=0, **env)
    assert "update-ref" in log.read_text()
    assert token not in log.read_text()


@pytest.mark.parametrize("point", range(10))
def test_killed_at_any_time_it_loses_nothing(
    work: Repo, token: str, random: Random, point: int
) -> None:
    below_a_merge(work, token)
    work.git("tag", "--annotate", "v1", "--message", f"of {token}")
    commit(work, **{f"f{number}__py": secret(token) for number in range(20)})
    before = refs(work)
    process = subprocess.Popen(
        ["keystop", "undo", "--apply"], cwd=work.path, start_new_session=True,
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    # Most of the time it reads; what is of interest is at the end.
    while process.poll() is None and not (work.path / ".git/refs/keystop").exists():
        if point < 8 and random.random() < 0.02:
            break
        time.sleep(0.002)
    time.sleep(point % 22 * 0.001)
    os.killpg(process.pid, signal.SIGKILL) if process.poll() is None else None
    process.wait()
    for lock in (work.path / ".git").rglob("*.lock"):  # as git says when it finds one
        lock.unlink()
    killed = refs(work)
    backups = {name.split("/", 4)[4]: oid for name, oid in refs(work, BACKUPS).items()}
    for name, old in before.items():
        assert killed[name] == old or backups[name.removeprefix("refs/")] == old
    work.git(*FSCK, "--full")
    said = undo(work, "--apply", token=token, status=0)
    assert work.git("status", "--porcelain") == "", said
    compared(work, before, token)


def test_what_was_interrupted_is_told_and_finished(work: Repo, token: str, tmp_path: Path) -> None:
    commit(work, b__py=secret(token), c__py=secret(token), d__py=secret(token))
    commit(work, e__py=secret(token), f__py=OLD + secret(token))
    before = refs(work)
    env = shim(tmp_path / "bin", 'case "$*" in *read-tree*) kill -9 $PPID; exit 1 ;; esac')
    assert work.run("keystop", "undo", "--apply", env=env).returncode == -signal.SIGKILL
    # So far it might have come.
    work.write("b.py", secret(PLACEHOLDER))
    (work.path / "c.py").unlink()
    work.write("e.py", "")
    work.write("f.py", OLD[:40])
    said = undo(work, token=token, status=1)
    assert said == "keystop: an undo was interrupted; keystop undo --apply finishes it.\n"
    said = undo(work, "--apply", token=token, status=0)
    assert "an undo that was interrupted is finished" in said
    assert work.git("status", "--porcelain") == ""
    compared(work, before, token)


def test_an_edit_after_an_interruption_is_not_lost(work: Repo, token: str, tmp_path: Path) -> None:
    commit(work, b__py=secret(token), c__py=secret(token))
    env = shim(tmp_path / "bin", 'case "$*" in *read-tree*) kill -9 $PPID; exit 1 ;; esac')
    work.run("keystop", "undo", "--apply", env=env)
    work.write("b.py", "mine\n")
    for _ in range(2):
        said = undo(work, "--apply", token=token, status=2)
        assert "the commits are rewritten, but the files are not" in said
    assert (work.path / "b.py").read_text() == "mine\n"
    work.git("stash", "push", "--quiet", "b.py")
    undo(work, "--apply", token=token, status=0)
    assert (work.path / "c.py").read_text() == secret(PLACEHOLDER)


def test_what_is_staged_later_is_no_interrupted_undo(work: Repo, token: str) -> None:
    fast_forward(work, token)
    undo(work, "--apply", token=token, status=0)
    work.write("a.py", "mine\n")
    work.git("add", ".")
    assert "nothing to undo" in undo(work, "--apply", token=token, status=0)
    assert work.git("status", "--porcelain") == "M  a.py\n"


# Histories ------------------------------------------------------------------------------------


@pytest.mark.parametrize("form", ["sha1", "sha256"])
@pytest.mark.parametrize("seed", range(3))
def test_of_any_history_all_but_the_value_stays(
    form: str, seed: int, work: Repo, newer: Repo, token: str
) -> None:
    random = Random(seed)
    made = newer if form == "sha256" else work
    heads = ["main"]
    words = ["a", "", "c\r", "\xe4", "\0", f"key = '{token}'", f"'{token}' and '{token}'"]
    for step in range(25):
        made.git("checkout", "--quiet", random.choice(heads))
        if step % 5 == 0:
            heads.append(f"topic{step}")
            made.git("checkout", "--quiet", "-b", heads[-1])
        if step % 3 == 0 and len(heads) > 2:
            made.git(
                "merge", "--quiet", "--no-commit", "--no-ff", random.choice(heads), check=False
            )
        for name in random.sample(["a", "b/c", "b/d/e"], 2):
            path = made.path / name
            lines = path.read_bytes().split(b"\n") if path.exists() else [b""]
            for _ in range(3):
                lines.insert(random.randrange(len(lines) + 1), random.choice(words).encode())
            del lines[random.randrange(len(lines))]
            made.write(name, b"\n".join(lines)).chmod(random.choice([0o644, 0o755]))
        made.git("add", "--all")
        text = random.choice(["x", f"x\n\n{token}\n", "\u00e4"])
        made.git("commit", "--quiet", "--allow-empty", "--message", text)
        if step % 6 == 0:
            made.git("tag", f"v{step}", *random.choice([(), ("--annotate", "--message", text)]))
    assert len(made.git("rev-list", "--all", "--merges").split()) > 2
    undone(made, token)
