"""How to take something out of commits that have not been pushed: the commands to type."""

from __future__ import annotations

import shlex

from keystop import git
from keystop.hunk import AUTHOR
from keystop.sources.whereabouts import Locator

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from keystop.git import Repository
    from keystop.verdict import Outcome


def located(outcome: Outcome) -> Outcome:
    """The outcome of what commits add, each finding that is not suppressed with its whereabouts."""
    locator = Locator(git.find_repository(), ())
    return outcome.with_findings(locator.located(outcome.findings, {}))


def repairs(outcome: Outcome) -> list[str]:
    """The commands, one a line, that take the first blocking finding out of its commit or tag."""
    first = outcome.blocking[0]
    if not first.commit:  # a tag of a file
        return []
    repository = git.find_repository()
    tag = _tag(repository, first.commit)
    if tag:
        name = shlex.quote(tag)
        return [f"git tag --delete {name}", f"git tag --annotate {name}    # without it"]
    amend = "git commit --all --amend    # once the file or the message is without it"
    if first.where == AUTHOR:
        amend = "git commit --amend --reset-author --no-edit"
    return list(_of_commit(repository, first.commit, amend))


def _of_commit(repository: Repository, commit: str, amend: str) -> Iterator[str]:
    short, tip = commit[:12], "HEAD"
    if git.asked(repository, "merge-base", "--is-ancestor", commit, tip) is None:
        branch = git.asked(
            repository, "for-each-ref", f"--contains={commit}", "--count=1",
            "--format=%(refname:short)", "refs/heads",
        )  # fmt: skip
        if branch:
            tip = branch
            yield f"git switch {shlex.quote(branch)}"
    if git.asked(repository, "rev-parse", "--verify", "--quiet", f"{tip}^{{commit}}") == commit:
        yield amend
        return
    parents = (git.asked(repository, "rev-list", "--parents", "--no-walk", commit) or "").split()[
        1:
    ]
    since = f"{short}~" if parents else "--root"
    merges = git.asked(repository, "rev-list", "--merges", "--max-count=1", f"{commit}..{tip}")
    keep = " --rebase-merges" if merges or len(parents) > 1 else ""
    yield f"git rebase --interactive{keep} {since}    # and mark {short} with edit"
    yield amend
    yield "git rebase --continue"


def _tag(repository: Repository, oid: str) -> str:
    listed = git.asked(
        repository, "for-each-ref", "--format=%(objectname) %(refname:short)", "refs/tags"
    )
    for line in (listed or "").split("\n"):
        known, _, name = line.partition(" ")
        if known == oid:
            return name
    return ""
