"""No commit, message or tag reaches a remote with a secret that this remote does not have yet.

Native hooks get every ref from git; pre-commit and prek pass on one, so under them all that is
local is read.
"""

from __future__ import annotations

from collections.abc import Callable
from random import Random

import pytest

from keystop.git import Repository
from keystop.hunk import CONTENT, Hunk
from keystop.sources.commits import commits
from tests.conftest import Repo
from tests.test_hooks_matrix import framework
from tests.test_staged import OLD, commit, secret

Push = Callable[[Repo, str], tuple[str, ...]]


@pytest.fixture
def pushing(repo: Repo) -> Repo:
    """A repository whose first commit is on its remote, origin; it has the pre-push hook."""
    bare = Repo(repo.path.parent / "origin.git")
    bare.path.mkdir()
    bare.git("init", "--quiet", "--bare")
    repo.git("remote", "add", "origin", str(bare.path))
    commit(repo, a__py=OLD)
    repo.git("push", "--quiet", "--set-upstream", "origin", "main")
    repo.hook("pre-push")
    return repo


def refs(repo: Repo, name: str = "origin.git") -> str:
    """What stands on a remote."""
    return Repo(repo.path.parent / name).git("show-ref", check=False)


# Each makes something to push and gives the arguments of git push.


def nothing(_repo: Repo, _: str) -> tuple[str, ...]:
    return ("origin", "main")


def new_branch(repo: Repo, token: str) -> tuple[str, ...]:
    repo.git("checkout", "--quiet", "-b", "topic")
    commit(repo, b__py=OLD + secret(token))
    return ("origin", "topic")


def fast_forward(repo: Repo, token: str) -> tuple[str, ...]:
    commit(repo, b__py=OLD + secret(token))
    return ("origin", "main")


def by_expression(repo: Repo, token: str) -> tuple[str, ...]:
    fast_forward(repo, token)
    commit(repo, c__py="x\n")
    return ("origin", "HEAD~1:refs/heads/an-older-one")


def force(repo: Repo, token: str) -> tuple[str, ...]:
    repo.git("commit", "--quiet", "--amend", "--message", "other")
    return ("--force", *fast_forward(repo, token))


def lightweight_tag(repo: Repo, token: str) -> tuple[str, ...]:
    fast_forward(repo, token)
    repo.git("tag", "v1")
    repo.git("reset", "--quiet", "--hard", "HEAD~1")
    return ("origin", "v1")


def tag_message(repo: Repo, token: str) -> tuple[str, ...]:
    repo.git("tag", "--annotate", "v1", "--message", f"a tag\n\n{secret(token)}")
    return ("origin", "v1")


def tag_of_a_new_commit(repo: Repo, token: str) -> tuple[str, ...]:
    fast_forward(repo, "harmless")
    return tag_message(repo, token)


def tag_of_a_tag(repo: Repo, token: str) -> tuple[str, ...]:
    tag_message(repo, token)
    repo.git("tag", "--annotate", "v2", "v1", "--message", "an outer tag")
    return ("origin", "v2")


def tag_of_a_file(repo: Repo, token: str) -> tuple[str, ...]:
    repo.write("b.py", secret(token))
    repo.git("tag", "file", repo.git("hash-object", "-w", "b.py").strip())
    (repo.path / "b.py").unlink()
    return ("origin", "file")


def tag_of_a_folder(repo: Repo, token: str) -> tuple[str, ...]:
    repo.write("b/c.py", secret(token))
    repo.git("add", ".")
    repo.git("tag", "--annotate", "folder", repo.git("write-tree").strip(), "--message", "tree")
    repo.git("reset", "--quiet", "--hard")
    return ("origin", "folder")


def two_refs(repo: Repo, token: str) -> tuple[str, ...]:
    repo.git("checkout", "--quiet", "-b", "one")
    commit(repo, b__py="x\n")
    repo.git("checkout", "--quiet", "-b", "two", "main")
    commit(repo, c__py=secret(token))
    return ("origin", "one", "two")


def all_refs(repo: Repo, token: str) -> tuple[str, ...]:
    two_refs(repo, token)
    return ("--all", "origin")


def added_then_removed(repo: Repo, token: str) -> tuple[str, ...]:
    fast_forward(repo, token)
    commit(repo, b__py=OLD)
    return ("origin", "main")


def renamed_then_removed(repo: Repo, token: str) -> tuple[str, ...]:
    repo.write(f"{token}.txt", "")
    commit(repo)
    repo.git("mv", f"{token}.txt", "harmless.txt")
    commit(repo)
    return ("origin", "main")


def merged(repo: Repo, conflict: bool = False) -> None:
    """A merge that stops before its commit."""
    repo.git("checkout", "--quiet", "-b", "side")
    commit(repo, a__py=("theirs\n" if conflict else "") + OLD + "end\n")
    repo.git("checkout", "--quiet", "main")
    commit(repo, a__py="ours\n" + OLD)
    repo.git("merge", "--no-commit", "side", check=False)


def merge_only(repo: Repo, token: str) -> tuple[str, ...]:
    merged(repo)
    commit(repo, a__py="ours\n" + OLD + "end\n" + secret(token))
    return added_after(repo)


def merge_shown_in_utf_16(repo: Repo, token: str) -> tuple[str, ...]:
    repo.git("config", "i18n.logOutputEncoding", "UTF-16")
    return merge_only(repo, token)


def merge_with_conflict(repo: Repo, token: str) -> tuple[str, ...]:
    merged(repo, conflict=True)
    commit(repo, a__py="both\n" + secret(token) + OLD + "end\n")
    return added_after(repo)


def new_file_in_a_merge(repo: Repo, token: str) -> tuple[str, ...]:
    merged(repo)
    name = 'a name with "quotes" and \t.py'
    repo.write(name, secret(token))
    commit(repo)
    repo.git("rm", "--quiet", name)
    return added_after(repo)


def binary_in_a_merge(repo: Repo, token: str) -> tuple[str, ...]:
    merged(repo)
    repo.write(".gitattributes", "* binary\n")
    repo.write("a.py", "ours\n" + OLD + "end\n\0" + secret(token))
    commit(repo)
    return added_after(repo)


def octopus(repo: Repo, token: str) -> tuple[str, ...]:
    for side in ("one", "two"):
        repo.git("checkout", "--quiet", "-b", side, "main")
        commit(repo, **{f"{side}__py": "x\n"})
    repo.git("checkout", "--quiet", "main")
    commit(repo, b__py=OLD)
    repo.git("merge", "--no-commit", "one", "two")
    commit(repo, one__py="x\n" + secret(token))
    return added_after(repo)


def added_after(repo: Repo) -> tuple[str, ...]:
    """The secret is taken out again: only the commit before has it."""
    commit(repo, a__py=OLD, one__py="x\n")
    return ("origin", "main")


def orphan(repo: Repo, token: str) -> tuple[str, ...]:
    repo.git("checkout", "--quiet", "--orphan", "fresh")
    commit(repo, b__py=secret(token))
    commit(repo, b__py="")
    return ("origin", "fresh")


def to_an_address(repo: Repo, token: str) -> tuple[str, ...]:
    fast_forward(repo, token)
    return (str(repo.path.parent / "origin.git"), "main")


def message(repo: Repo, token: str) -> tuple[str, ...]:
    repo.git("commit", "--quiet", "--allow-empty", "--message", f"a subject\n\n{secret(token)}")
    return ("origin", "main")


def message_below_others(repo: Repo, token: str) -> tuple[str, ...]:
    message(repo, token)
    repo.git("commit", "--quiet", "--allow-empty", "--allow-empty-message", "--message", "")
    return ("origin", "main")


def message_in_latin_1(repo: Repo, token: str) -> tuple[str, ...]:
    repo.git("config", "i18n.commitEncoding", "ISO-8859-1")
    return message(repo, token)


def message_in_no_utf_16(repo: Repo, token: str) -> tuple[str, ...]:
    repo.git("config", "i18n.commitEncoding", "UTF-16")
    return message(repo, token)


def raw_commit(repo: Repo, author: str, message: str) -> tuple[str, ...]:
    """A commit as git commit makes none, but git push sends it."""
    tree, parent = repo.git("rev-parse", "HEAD^{tree}", "HEAD").split()
    people = f"author {author} 1 +0000\ncommitter A Tester <tester@example.com> 1 +0000\n"
    made = repo.run(
        *("git", "hash-object", "-t", "commit", "-w", "--literally", "--stdin"),
        stdin=f"tree {tree}\nparent {parent}\n{people}\n{message}\n",
        check=True,
    )
    repo.git("reset", "--quiet", "--hard", made.stdout.strip())
    return ("origin", "main")


def message_after_a_nul(repo: Repo, token: str) -> tuple[str, ...]:
    return raw_commit(repo, "A Tester <tester@example.com>", f"x\0{secret(token)}")


def author_without_address(repo: Repo, token: str) -> tuple[str, ...]:
    return raw_commit(repo, token, "x")


def author(repo: Repo, token: str) -> tuple[str, ...]:
    repo.write("c.py", "x\n")
    repo.git("add", ".")
    repo.git("commit", "--quiet", "--message", "x", "--author", f"{token} <tester@example.com>")
    return ("origin", "main")


def tagger(repo: Repo, token: str) -> tuple[str, ...]:
    env = {"GIT_COMMITTER_NAME": "A Tester", "GIT_COMMITTER_EMAIL": f"{token}@example.com"}
    repo.run("git", "tag", "--annotate", "v1", "--message", "x", env=env, check=True)
    return ("origin", "v1")


def wide_file(repo: Repo, token: str) -> tuple[str, ...]:
    repo.write("b.txt", f"x\n{secret(token)}".encode("utf-16"))
    commit(repo)
    return ("origin", "main")


def on_another_remote(repo: Repo, token: str) -> tuple[str, ...]:
    other = repo.path.parent / "other.git"
    repo.git("init", "--quiet", "--bare", str(other))
    repo.git("remote", "add", "other", str(other))
    fast_forward(repo, token)
    repo.git("push", "--quiet", "--no-verify", "other", "main")
    repo.git("fetch", "--quiet", "--all")
    return ("origin", "main")


def second_tag_message(repo: Repo, token: str) -> tuple[str, ...]:
    fast_forward(repo, "harmless")
    return ("origin", "main", tag_message(repo, token)[1])


def second_of_no_branch(repo: Repo, token: str) -> tuple[str, ...]:
    fast_forward(repo, "harmless")
    repo.git("checkout", "--quiet", "--detach")
    commit(repo, c__py=secret(token))
    commit(repo, c__py="x\n")
    return ("origin", "main", f"{repo.git('rev-parse', 'HEAD').strip()}:refs/heads/other")


def replaced_commit(repo: Repo, token: str) -> tuple[str, ...]:
    # git shows the replacement, and sends the commit.
    fast_forward(repo, token)
    repo.git("replace", "HEAD", "HEAD~1")
    return ("origin", "main:refs/heads/fresh")


def grafted(repo: Repo, token: str) -> tuple[str, ...]:
    # git takes the secret for the parent's, and sends both commits.
    fast_forward(repo, token)
    leak = repo.git("rev-parse", "HEAD").strip()
    repo.git("checkout", "--quiet", "-b", "away", "HEAD~1")
    commit(repo, b__py=OLD + secret(token), c__py="another commit\n")
    graft = repo.git("rev-parse", "HEAD").strip()
    repo.git("push", "--quiet", "--no-verify", "origin", "away")
    repo.git("checkout", "--quiet", "main")
    repo.write(".git/info/grafts", f"{leak} {graft}\n")
    return ("origin", "main:refs/heads/fresh")


PUSHES = [
    pytest.param(new_branch, id="a new branch"),
    pytest.param(fast_forward, id="a fast-forward"),
    pytest.param(by_expression, id="a revision that has no name"),
    pytest.param(force, id="a forced push"),
    pytest.param(lightweight_tag, id="a lightweight tag"),
    pytest.param(tag_message, id="a tag's message"),
    pytest.param(tag_of_a_tag, id="the message of a tag behind a tag"),
    pytest.param(tag_of_a_file, id="a tag of a file"),
    pytest.param(tag_of_a_folder, id="a tag of a folder"),
    pytest.param(two_refs, id="the second of two branches"),
    pytest.param(all_refs, id="all branches"),
    pytest.param(added_then_removed, id="added, then removed"),
    pytest.param(renamed_then_removed, id="a name that is gone"),
    pytest.param(merge_only, id="born in a merge"),
    pytest.param(merge_shown_in_utf_16, id="born in a merge that git log shows in UTF-16"),
    pytest.param(merge_with_conflict, id="born in a conflict"),
    pytest.param(new_file_in_a_merge, id="a new file in a merge"),
    pytest.param(binary_in_a_merge, id="a merge of what git takes for binary"),
    pytest.param(octopus, id="born in a merge of three"),
    pytest.param(orphan, id="a second root"),
    pytest.param(to_an_address, id="to an address"),
    pytest.param(message, id="a commit's message"),
    pytest.param(message_below_others, id="the message before an empty one"),
    pytest.param(message_in_latin_1, id="a message in another encoding"),
    pytest.param(message_in_no_utf_16, id="a message that its commit takes for UTF-16"),
    pytest.param(message_after_a_nul, id="a message behind a NUL"),
    pytest.param(author_without_address, id="an author without an address"),
    pytest.param(author, id="an author's name"),
    pytest.param(tagger, id="the address of a tag's maker"),
    pytest.param(wide_file, id="UTF-16"),
    pytest.param(on_another_remote, id="what another remote has"),
    pytest.param(second_tag_message, id="a tag's message beside a branch"),
    pytest.param(second_of_no_branch, id="a commit of no branch beside a branch"),
    pytest.param(replaced_commit, id="a commit that git replaces"),
    pytest.param(grafted, id="a commit with another parent"),
]


def pushed(repo: Repo, arguments: tuple[str, ...], *, blocked: bool, token: str) -> None:
    """git push does what is expected; blocked means that nothing arrives."""
    before = refs(repo)
    done = repo.run("git", "push", *arguments)
    said = done.stdout + done.stderr
    assert token not in said
    if blocked:
        assert done.returncode == 1, said
        assert "keystop: 1 secret found; nothing was pushed." in said
        assert refs(repo) == before
    else:
        assert (done.returncode, "keystop" in said) == (0, False), said


@pytest.mark.parametrize("push", [pytest.param(nothing, id="nothing new"), *PUSHES])
def test_a_push_without_a_secret_passes_unseen(push: Push, pushing: Repo) -> None:
    harmless = "harmless" if push is not renamed_then_removed else "other"
    pushed(pushing, push(pushing, harmless), blocked=False, token="\0")


@pytest.mark.parametrize("push", PUSHES)
def test_a_push_with_a_secret_is_stopped(push: Push, pushing: Repo, token: str) -> None:
    pushed(pushing, push(pushing, token), blocked=True, token=token)


def test_what_is_there_already_is_not_judged_again(pushing: Repo, token: str) -> None:
    commit(pushing, b__py=secret(token))
    pushing.git("push", "--quiet", "--no-verify", "origin", "main")
    pushing.git("checkout", "--quiet", "-b", "topic")
    commit(pushing, b__py=secret(token) + "more\n")
    pushed(pushing, ("origin", "topic", "main"), blocked=False, token=token)
    pushed(pushing, ("origin", "--delete", "topic"), blocked=False, token=token)


def test_what_a_second_remote_has_is_new_to_the_first(pushing: Repo, token: str) -> None:
    other = Repo(pushing.path.parent / "other.git")
    other.path.mkdir()
    other.git("init", "--quiet", "--bare")
    pushing.git("remote", "add", "other", str(other.path))
    commit(pushing, b__py=secret(token))
    pushing.git("push", "--quiet", "--no-verify", "other", "main")
    pushing.git("fetch", "--quiet", "--all")
    pushed(pushing, ("origin", "main"), blocked=True, token=token)
    pushed(pushing, ("other", "main:again"), blocked=False, token=token)


def test_a_remote_ref_that_is_not_here_hides_nothing(pushing: Repo, token: str) -> None:
    elsewhere = Repo(pushing.path.parent / "elsewhere")
    pushing.git("clone", "--quiet", str(pushing.path.parent / "origin.git"), str(elsewhere.path))
    commit(elsewhere, c__py="x\n")
    elsewhere.git("push", "--quiet", "origin", "main")
    commit(pushing, b__py=secret(token))
    pushed(pushing, ("--force", "origin", "main"), blocked=True, token=token)


def test_an_object_that_is_missing_stops_the_push(pushing: Repo) -> None:
    commit(pushing, b__py="x\n")
    oid = pushing.git("rev-parse", "HEAD:b.py").strip()
    (pushing.path / ".git/objects" / oid[:2] / oid[2:]).unlink()
    line = (
        f"refs/heads/main {pushing.git('rev-parse', 'HEAD').strip()} refs/heads/main {'0' * 40}\n"
    )
    done = pushing.run("keystop-pre-push", "origin", "somewhere", stdin=line)
    assert (done.returncode, oid in done.stderr) == (2, True)
    done = pushing.run("keystop-pre-push", "origin", "x", stdin=f"x {'1' * 40} x {'0' * 40}\n")
    assert (done.returncode, "1" * 40 in done.stderr) == (2, True)


@pytest.mark.parametrize(
    ("stdin", "status"),
    [
        pytest.param("", 0, id="nothing to push"),
        pytest.param(f"(delete) {'0' * 40} refs/heads/x {'1' * 40}\n", 0, id="a deletion"),
        pytest.param(f"(delete) {'0' * 64} refs/heads/x {'1' * 64}\n", 0, id="SHA-256"),
        pytest.param("nonsense\n", 3, id="what git never sends"),
    ],
)
def test_what_git_tells_the_hook(stdin: str, status: int, pushing: Repo) -> None:
    assert pushing.run("keystop-pre-push", "origin", "x", stdin=stdin).returncode == status


def test_a_ref_may_have_any_name(pushing: Repo, token: str) -> None:
    commit(pushing, b__py=secret(token))
    for name in ("é\u2028x", "\x85", "a'b"):
        pushing.git("branch", name)
        pushed(pushing, ("origin", name), blocked=True, token=token)


@pytest.mark.parametrize("runner", ["pre-commit", "prek"])
@pytest.mark.parametrize(
    "push",
    [
        pytest.param(new_branch, id="a new branch"),
        pytest.param(fast_forward, id="a fast-forward"),
        pytest.param(force, id="a forced push"),
        pytest.param(lightweight_tag, id="a lightweight tag"),
        pytest.param(two_refs, id="the second of two branches"),
        pytest.param(second_tag_message, id="a tag's message beside a branch"),
        pytest.param(second_of_no_branch, id="a commit of no branch beside a branch"),
        pytest.param(added_then_removed, id="added, then removed"),
        pytest.param(merge_only, id="born in a merge"),
        pytest.param(message, id="a commit's message"),
        pytest.param(author, id="an author's name"),
        pytest.param(on_another_remote, id="what another remote has"),
        pytest.param(tag_of_a_new_commit, id="a tag's message"),
        pytest.param(orphan, id="a second root"),
        pytest.param(to_an_address, id="to an address"),
    ],
)
def test_the_frameworks_stop_it_too(push: Push, runner: str, pushing: Repo, token: str) -> None:
    pushed_under(runner, pushing, push, token, blocked=True)


@pytest.mark.parametrize("runner", ["pre-commit", "prek"])
@pytest.mark.parametrize("push", [new_branch, on_another_remote])
def test_the_frameworks_let_pass_what_has_none(push: Push, runner: str, pushing: Repo) -> None:
    pushed_under(runner, pushing, push, "harmless", blocked=False)


def pushed_under(runner: str, repo: Repo, push: Push, token: str, *, blocked: bool) -> None:
    """git push with a framework's hook does what is expected."""
    (repo.path / ".git/hooks/pre-push").unlink()
    framework(repo, runner, "pre-push")
    arguments = push(repo, token)
    before = refs(repo)
    done = repo.run("git", "push", *arguments)
    said = done.stdout + done.stderr
    assert (done.returncode, refs(repo) == before) == (blocked, blocked), said
    assert ("1 secret found; nothing was pushed." in said) == blocked


@pytest.mark.parametrize("runner", ["pre-commit", "prek"])
@pytest.mark.parametrize("push", [tag_message, tag_of_a_file, tagger])
def test_the_frameworks_start_no_hook_for_a_tag_of_what_is_there(
    push: Push, runner: str, pushing: Repo, token: str
) -> None:
    # Their limit, and a reason for `keystop install --hook pre-push`: they look at commits only.
    # docs/guide.md says so.
    (pushing.path / ".git/hooks/pre-push").unlink()
    framework(pushing, runner, "pre-push")
    done = pushing.run("git", "push", *push(pushing, token))
    assert (done.returncode, "keystop" in done.stderr) == (0, False)


@pytest.mark.parametrize("runner", ["pre-commit", "prek"])
def test_the_frameworks_do_not_learn_of_a_tag_of_what_is_there(
    runner: str, pushing: Repo, token: str
) -> None:
    # The same limit, beside a branch.
    (pushing.path / ".git/hooks/pre-push").unlink()
    framework(pushing, runner, "pre-push")
    tag_message(pushing, token)
    fast_forward(pushing, "harmless")
    done = pushing.run("git", "push", "origin", "main", "v1")
    assert (done.returncode, "nothing was pushed" in done.stderr) == (0, False)


@pytest.mark.parametrize("runner", ["pre-commit", "prek"])
def test_the_frameworks_let_a_branch_be_deleted(runner: str, pushing: Repo, token: str) -> None:
    fast_forward(pushing, token)
    pushing.git("push", "--quiet", "--no-verify", "origin", "main:topic")
    (pushing.path / ".git/hooks/pre-push").unlink()
    framework(pushing, runner, "pre-push")
    done = pushing.run("git", "push", "origin", "--delete", "topic")
    assert (done.returncode, "topic" in refs(pushing)) == (0, False), done.stderr


@pytest.mark.parametrize("runner", ["native", "pre-commit", "prek"])
def test_a_shallow_clone_is_read_as_far_as_it_goes(runner: str, pushing: Repo, token: str) -> None:
    shallow = Repo(pushing.path.parent / "shallow")
    origin = f"file://{pushing.path.parent / 'origin.git'}"
    pushing.git("clone", "--quiet", "--depth=1", origin, str(shallow.path))
    if runner == "native":
        shallow.hook("pre-push")
    else:
        framework(shallow, runner, "pre-push")
    commit(shallow, b__py="x\n")
    assert shallow.run("git", "push", "origin", "HEAD:one").returncode == 0
    commit(shallow, b__py=secret(token))
    before = refs(pushing)
    done = shallow.run("git", "push", "origin", "HEAD:two")
    said = done.stdout + done.stderr
    assert (done.returncode, "1 secret found; nothing was pushed." in said) == (1, True), said
    assert refs(pushing) == before


# Histories ------------------------------------------------------------------------------------


def oracle(repo: Repo, oid: str) -> dict[str, set[int]]:
    """By file, the lines of a commit that none of its parents has, asked of git one by one."""
    parents = repo.git("rev-parse", f"{oid}^@").split()
    result: dict[str, set[int]] = {}
    for path in repo.git("ls-tree", "-r", "--name-only", oid).splitlines():
        wanted: set[int] | None = None
        for parent in parents or [repo.git("hash-object", "-t", "tree", "/dev/null").strip()]:
            patch = repo.git(
                *("diff", "-U0", "--no-renames", "--diff-algorithm=myers", "--no-indent-heuristic"),
                *("--text", "--no-color", parent, oid, "--", path),
            )
            own: set[int] = set()
            for line in patch.split("\n"):
                if line.startswith("@@ "):
                    first, _, count = line.split(" ")[2][1:].partition(",")
                    own |= set(range(int(first), int(first) + int(count or 1)))
            wanted = own if wanted is None else wanted & own
        if wanted:
            result[path] = wanted
    return result


def test_of_each_commit_the_lines_are_read_that_no_parent_has(repo: Repo) -> None:
    random = Random(5)
    words = ["a", "b", "", "c\r", "@@ x", "++ b/x", "-", "\\ No newline"]
    commit(repo, a="".join(f"{random.choice(words)}\n" for _ in range(30)))
    heads = ["main"]
    for step in range(40):
        repo.git("checkout", "--quiet", random.choice(heads))
        if step % 4 == 0:
            heads.append(f"topic{step}")
            repo.git("checkout", "--quiet", "-b", heads[-1])
        if step % 3 == 0 and len(heads) > 2:
            sides = random.sample(heads, 2 if step % 2 else 1)
            repo.git("merge", "--quiet", "--no-commit", "--no-ff", *sides, check=False)
            repo.git("merge", "--abort", check=False) if random.random() < 0.1 else None
        for name in random.sample(["a", "b", "new"], 2):
            path = repo.path / name
            lines = path.read_text().splitlines() if path.exists() else []
            for _ in range(3):
                lines.insert(random.randrange(len(lines) + 1), random.choice(words) + str(step))
                if len(lines) > 3 and random.random() < 0.5:
                    del lines[random.randrange(len(lines))]
            repo.write(name, "\n".join(lines) + random.choice(["\n", "", "\n\n"]))
        commit(repo)
    read: dict[str, dict[str, set[int]]] = {}
    opened = Repository(str(repo.path / ".git"), str(repo.path), str(repo.path / ".git/index"))
    for hunk in commits(opened, ("--all",)):
        assert isinstance(hunk, Hunk)
        if hunk.where == CONTENT:
            lines_of = read.setdefault(hunk.commit, {}).setdefault(hunk.path.decode(), set())
            lines_of |= set(range(hunk.line, hunk.line + hunk.text.count(b"\n")))
    oids = repo.git("rev-list", "--all").split()
    assert len(repo.git("rev-list", "--all", "--merges").split()) > 5
    assert {oid: read.get(oid, {}) for oid in oids} == {oid: oracle(repo, oid) for oid in oids}


def repair(repo: Repo, said: str) -> None:
    """Type the commands that a block shows, the secret taken out of b.py before an amend."""
    head = next(line for line in said.splitlines() if line.startswith("  Take it out of "))
    lines = iter(said.splitlines()[said.splitlines().index(head) + 1 :])
    short = head.split()[4].rstrip(",")[:7]
    mark = f"sed -i -e 's/^pick {short}/edit {short}/'"
    env = {"GIT_SEQUENCE_EDITOR": mark, "GIT_EDITOR": "true"}
    for line in lines:
        if not line.startswith("    git "):
            break
        if " --amend" in line:
            repo.write("b.py", "harmless\n")
        repo.run("sh", "-c", line, env=env, check=True)


def below_others(repo: Repo, token: str) -> tuple[str, ...]:
    fast_forward(repo, token)
    commit(repo, c__py="x\n")
    commit(repo, d__py="x\n")
    return ("origin", "main")


def below_a_merge(repo: Repo, token: str) -> tuple[str, ...]:
    below_others(repo, token)
    repo.git("checkout", "--quiet", "-b", "side", "HEAD~1")
    commit(repo, e__py="x\n")
    repo.git("checkout", "--quiet", "main")
    repo.git("merge", "--quiet", "--no-ff", "--no-edit", "side")
    return ("origin", "main")


def on_another_branch(repo: Repo, token: str, name: str = "topic") -> tuple[str, ...]:
    repo.git("checkout", "--quiet", "-b", name)
    below_others(repo, token)
    repo.git("checkout", "--quiet", "main")
    return ("origin", name)


def on_a_branch_of_a_strange_name(repo: Repo, token: str) -> tuple[str, ...]:
    return on_another_branch(repo, token, "it's;exit&$(exit)")


def first_of_all(repo: Repo, token: str) -> tuple[str, ...]:
    repo.git("checkout", "--quiet", "--orphan", "fresh")
    commit(repo, b__py=secret(token))
    commit(repo, c__py="x\n")
    return ("origin", "fresh")


@pytest.mark.parametrize(
    "push",
    [
        fast_forward, below_others, below_a_merge, on_another_branch,
        on_a_branch_of_a_strange_name, first_of_all, author,
    ],
)  # fmt: skip
def test_the_commands_that_a_block_shows_take_it_out(push: Push, pushing: Repo, token: str) -> None:
    arguments = push(pushing, token)
    done = pushing.run("git", "push", *arguments)
    assert done.returncode == 1
    assert "The commits that have it are only local" in " ".join(
        (done.stdout + done.stderr).split()
    )
    repair(pushing, done.stdout + done.stderr)
    pushed(pushing, arguments, blocked=False, token=token)


def test_a_tag_is_taken_back_by_its_name(pushing: Repo, token: str) -> None:
    arguments = tag_message(pushing, token)
    done = pushing.run("git", "push", *arguments)
    assert "    git tag --delete v1\n" in done.stdout + done.stderr


def test_a_strange_name_of_a_tag_is_a_word_of_the_command(pushing: Repo, token: str) -> None:
    pushing.git("tag", "--annotate", "v1;exit", "--message", secret(token))
    done = pushing.run("git", "push", "origin", "v1;exit")
    assert "    git tag --delete 'v1;exit'\n" in done.stdout + done.stderr
