"""What `keystop undo` would do: which secrets are in what no remote has, and what is made anew."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from keystop import git
from keystop.blobs import Blobs
from keystop.finding import SEVERITIES
from keystop.gate import policy_of
from keystop.git import Repository
from keystop.hunk import NAME, Hunk, Skipped
from keystop.respond.plaintext import Plaintext
from keystop.rewrite import Objects, Rewriter, Values
from keystop.sources.commits import commits, of_tag
from keystop.sources.history import head as head_of
from keystop.verdict import Outcome, judge

# Below this, by time, are the old branches and tags.
BACKUPS = "refs/keystop/undo/"

_LOCAL = ("--branches", "--tags", "--not", "--remotes")
_REFS = ("for-each-ref", "--format=%(objectname) %(objecttype) %(symref) %(refname)")


class Move(NamedTuple):
    """A ref, and the object that it gets for the one that it has."""

    ref: str
    old: str
    new: str

    @property
    def backup(self) -> str:
        """Its name among the backup refs."""
        return self.ref.removeprefix("refs/")


class Plan(NamedTuple):
    """What is found, and what becomes of it: objects to write and refs to move.

    head is HEAD where its commit has a new version, commits are all that have one. files are
    those that differ (see Rewriter).
    """

    outcome: Outcome
    values: Values
    objects: Objects
    moves: list[Move]
    head: Move | None
    commits: list[str]
    files: dict[bytes, int]
    unsigned: int

    @property
    def saved(self) -> list[Move]:
        """What gets a backup: all that moves, and HEAD where it moves with its branch."""
        more = [self.head] if self.head is not None and self.head not in self.moves else []
        return [*self.moves, *more]


def _values(outcome: Outcome, plain: Plaintext) -> Values:
    """What is to go: what blocks, and its other half where that would block on its own."""
    least = SEVERITIES.index(outcome.config.block)
    return Values(
        half.written
        for finding in outcome.blocking
        if finding.where != NAME
        for number, half in enumerate(plain.of(finding))
        if number == 0 or SEVERITIES.index(half.detector.severity) >= least
    )


def plan_of(repository: Repository) -> Plan:
    """Read all that no remote has, and compute what becomes of it. Raises KeystopError."""
    blobs = Blobs(repository)
    try:
        plain = Plaintext()
        outcome = judge(
            _unpushed(repository),
            blobs.whole,
            policy_of(repository, blobs, {}, slow=False),
            plain.witness,
        )
        values = _values(outcome, plain)
        rewriter = Rewriter(blobs, values)
        moves, head = [], None
        if values and outcome.error is None:
            rewriter.add(local(repository))
            moves = [one for one in _refs(repository, rewriter) if one.old != one.new]
            head = next((one for one in _head(repository, rewriter) if one.old != one.new), None)
            if head is not None and not git.asked(repository, "symbolic-ref", "--quiet", "HEAD"):
                moves.append(head)
    finally:
        blobs.close()
    return Plan(outcome, values, rewriter.made, moves, head, rewriter.changed(),
                rewriter.files, rewriter.unsigned)  # fmt: skip


def _revisions(repository: Repository) -> tuple[str, ...]:
    """All that is local and on no remote. Tags count: of these it is not known who has them."""
    return (*head_of(repository), *_LOCAL)


def _unpushed(repository: Repository) -> Iterator[Hunk | Skipped]:
    for line in git.output((*_REFS, "refs/tags"), repository).splitlines():
        oid, kind, _ = line.decode("utf-8", "surrogateescape").split(" ", 2)
        if kind != "commit":
            yield from of_tag(repository, oid)
    yield from commits(repository, _revisions(repository))


def local(repository: Repository) -> list[str]:
    """The commits that no remote has, parents before children."""
    listed = git.output(
        ("rev-list", "--topo-order", "--reverse", *_revisions(repository), "--"), repository
    )
    return listed.decode("ascii").split()


def _refs(repository: Repository, rewriter: Rewriter) -> Iterator[Move]:
    for line in git.output((*_REFS, "refs/heads", "refs/tags"), repository).splitlines():
        oid, kind, target, name = line.decode("utf-8", "surrogateescape").split(" ", 3)
        if not target:  # one that stands for another moves with that one
            yield Move(name, oid, rewriter.new(oid, kind))


def _head(repository: Repository, rewriter: Rewriter) -> Iterator[Move]:
    oid = git.asked(repository, "rev-parse", "--verify", "--quiet", "HEAD")
    if oid:
        yield Move("HEAD", oid, rewriter.new(oid, "commit"))
