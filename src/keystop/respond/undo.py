"""`keystop undo`: takes secrets out of the commits and tags that no remote has yet.

The order makes it safe to be killed at any time:

1. The new objects are computed in memory and written as one pack. No ref knows them yet.
2. Backup refs are made in one transaction. They name what is there anyway.
3. Branches, tags and a detached HEAD move in one transaction that states their old values: if one
   has changed meanwhile, none moves. Killed in the middle of it, git may have moved some of them;
   every old one has its backup.
4. The index and the files follow HEAD. Killed before that, HEAD is the new one that is noted with
   the backup, and what is staged is from the old one: the next `keystop undo --apply` sees that
   and brings them along.

The same commits always get the same new versions, so what was left half done is done by the next
run. The secrets are in memory only: what is written has the placeholder in their place.
"""

from __future__ import annotations

import time
from collections.abc import Iterator

from keystop import git
from keystop.blobs import Blobs
from keystop.errors import NotRead, Usage
from keystop.git import Repository
from keystop.report import undo as words
from keystop.report import unread
from keystop.report.text import count
from keystop.respond.plan import BACKUPS, Plan, local, plan_of
from keystop.respond.remains import Remains
from keystop.rewrite import store
from keystop.verdict import CLEAN, FOUND
from keystop.worktree import NO_HOOKS, WorkingTree

# Beside the backups: what HEAD became.
_NEW_HEAD = "new/HEAD"


def undo(*, apply: bool) -> int:
    """Say what would be rewritten, or rewrite it; the exit status. Raises KeystopError."""
    repository = git.find_repository()
    tree = WorkingTree(repository)
    unfinished = _unfinished(repository, tree)
    if unfinished and apply:
        tree.follow_again(unfinished)
        print("keystop: an undo that was interrupted is finished: index and files follow HEAD.")
    elif unfinished:
        print("keystop: an undo was interrupted; keystop undo --apply finishes it.")
        return FOUND
    plan = plan_of(repository)
    if plan.outcome.error is not None:
        words.say(words.found(plan), plan)
        unread(plan.outcome.error, "nothing is rewritten")
        return plan.outcome.status
    if not plan.outcome.blocking:
        number = len(local(repository))
        print(f"keystop: nothing to undo in {count(number, 'commit')} that no remote has.")
        return CLEAN
    moved = {*plan.commits, *(move.ref for move in plan.moves)}
    obstacle = tree.obstacle(moved, plan.files, own=bool(plan.head))
    if not apply:
        words.say(words.planned(plan, _stays(plan, repository), obstacle), plan)
        return FOUND
    if obstacle:
        raise Usage(obstacle)
    if plan.moves:
        _apply(plan, repository, tree)
    return _result(plan, repository)


def _unfinished(repository: Repository, tree: WorkingTree) -> str:
    """Where the index was left by an undo that was interrupted, if one was and HEAD is its."""
    arguments = ("--sort=-refname", "--count=1", "--format=%(objectname) %(refname)")
    found = git.asked(repository, "for-each-ref", *arguments, f"{BACKUPS}*/{_NEW_HEAD}")
    new, _, name = (found or "").partition(" ")
    if not new or git.asked(repository, "rev-parse", "--verify", "--quiet", "HEAD") != new:
        return ""
    old = name.removesuffix(_NEW_HEAD) + "HEAD"
    staged = set(tree.staged())
    return old if staged and staged.isdisjoint(tree.staged(old)) else ""


def _apply(plan: Plan, repository: Repository, tree: WorkingTree) -> None:
    now = time.time_ns()
    moment = time.strftime("%Y%m%dT%H%M%S", time.gmtime(now // 10**9))
    base = f"{BACKUPS}{moment}.{now % 10**9 // 1000:06}Z/"
    kept = {one.backup: one.old for one in plan.saved}
    if plan.head is not None:
        kept[_NEW_HEAD] = plan.head.new
    store(repository, plan.objects)
    _update(repository, [f"create {base}{name}\0{oid}" for name, oid in kept.items()])
    try:
        _update(repository, [
            f"option no-deref\0update {one.ref}\0{one.new}\0{one.old}" for one in plan.moves
        ])  # fmt: skip
    except NotRead:
        _update(repository, [f"delete {base}{name}\0{oid}" for name, oid in kept.items()])
        raise
    try:
        if plan.head is not None:
            tree.follow(plan.head.old)
    finally:
        words.say(words.applied(plan, base), plan)


def _update(repository: Repository, commands: list[str]) -> None:
    """Change refs, all or none; without its last word git takes back the rest."""
    said = "".join(f"{command}\0" for command in ("start", *commands, "prepare", "commit"))
    arguments = (*NO_HOOKS, "update-ref", "-m", "keystop undo", "--stdin", "-z")
    try:
        git.fed(arguments, repository, [said.encode("utf-8", "surrogateescape")])
    except git.GitFailed as error:
        raise NotRead(f"no ref was moved: {error.message}") from None


def _result(plan: Plan, repository: Repository) -> int:
    """Say what is found when all is read again; the exit status."""
    again = plan_of(repository)
    words.say(_stays(plan, repository), plan)
    if again.outcome.error is not None:
        unread(again.outcome.error, "it is not known whether all is gone")
    if again.outcome.blocking:
        print("keystop: read again, and this is still there:")
        words.say(words.found(again), again)
    elif again.outcome.error is None:
        print("keystop: read again: no commit that no remote has holds a secret.")
    return again.outcome.status


def _stays(plan: Plan, repository: Repository) -> Iterator[str]:
    """What keystop undo leaves as it is."""
    if not plan.values:
        return
    blobs = Blobs(repository)
    try:
        remains = Remains(repository, blobs, plan.values)
        lines = [*remains.local(), *remains.pushed(plan.outcome.blocking[0])]
    finally:
        blobs.close()
    yield "It is not taken out of what follows. What does, if you want that, in this order:"
    yield from (f"  {line}" for line in lines)
