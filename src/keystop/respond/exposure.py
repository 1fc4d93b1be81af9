"""How far a secret has come: only into the index, into local commits, or out of this machine."""

from __future__ import annotations

import re

from keystop import git
from keystop.blobs import Blobs
from keystop.errors import NotRead
from keystop.finding import Whereabouts
from keystop.hunk import CONTENT
from keystop.respond.plaintext import Plaintext
from keystop.sources.history import everything
from keystop.sources.whereabouts import Locator
from keystop.verdict import Outcome

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Final

    from keystop.git import Repository

# Of so many findings it is looked up; nobody reads of more at once.
MOST = 20
_REMOTES = 20
_RELEASE = re.compile(r"(?:.*[/_-])?v?\d+(?:\.\d+)+(?:[._+-]?\w+)*")


def verdict(where: Whereabouts) -> str:
    """How far it has come, and what follows from that, in one or two sentences."""
    if where.remotes:
        released = [tag for tag in where.tags if _RELEASE.fullmatch(tag)]
        since = f" since {where.first.day} at the earliest" if where.first else ""
        out = f" and in {_names('release', released)}" if released else ""
        return (
            f"It has leaked: it is on {', '.join(where.remotes[:5])}{since}{out}. Rotate it now; "
            "rewriting history does not take it back."
        )
    if where.tags:
        return (
            f"It is in {_names('tag', where.tags)}: if that was pushed it has leaked, and is to be "
            "rotated. Else take it out and carry on."
        )
    if where.first:
        return "It is only in local commits: take it out and carry on."
    return "It is only in the index: take it out and carry on."


def state(where: Whereabouts) -> str:
    """The same in a word: index, local, tagged or pushed."""
    if where.remotes:
        return "pushed"
    if where.tags:
        return "tagged"
    return "local" if where.first else "index"


def _names(kind: str, names: tuple[str, ...] | list[str]) -> str:
    more = f" and {len(names) - 5} more" if len(names) > 5 else ""
    return f"{kind}{'s' if len(names) > 1 else ''} {', '.join(names[:5])}{more}"


def exposed(repository: Repository, blobs: Blobs, outcome: Outcome, plain: Plaintext) -> Outcome:
    """The outcome, the first findings that block in the index or the tree with whereabouts.

    Where a value is already in commits they tell of these. A finding of which it cannot be
    learnt has none.
    """
    shown = [one for one in outcome.blocking if one.where == CONTENT and not one.commit][:MOST]
    try:
        look = _Look(repository, blobs)
        places = {one: look.up(one.path, plain.of(one)[0].written) for one in shown}
    except NotRead:
        return outcome
    return outcome.with_findings(
        [
            one.but(whereabouts=places[one]) if places.get(one) is not None else one
            for one in outcome.findings
        ]
    )


def of_value(repository: Repository, path: bytes, value: bytes) -> Whereabouts:
    """Where a value that stands in a file is, in the history of that file and of others."""
    blobs = Blobs(repository)
    try:
        return _Look(repository, blobs).up(path, value)
    finally:
        blobs.close()


class _Look:
    """Looks in commits for values."""

    def __init__(self, repository: Repository, blobs: Blobs) -> None:
        self._repository: Final = repository
        self._blobs: Final = blobs
        revisions = everything(repository)
        self._locator: Final = Locator(repository, revisions)
        self._tips: Final = list(_tips(repository)) if "HEAD" in revisions else []

    def up(self, path: bytes, value: bytes) -> Whereabouts:
        """Where a value is, in the history of its file and of files that now have it."""
        line = max(value.split(b"\n"), key=len)
        paths = dict.fromkeys([path, *self._files_with(line)])
        places = self._locator.of_value(list(paths), lambda blob: value in self._read(blob))
        return min(places, key=_since)

    def _read(self, blob: str) -> bytes:
        return self._blobs.get(blob) or b""

    def _files_with(self, line: bytes) -> Iterator[bytes]:
        """The files of HEAD and of remote branches that have a line's text."""
        if not self._tips:
            return
        # The pattern comes on standard input: no argument list has it.
        arguments = ("grep", "-l", "-z", "-F", "--no-textconv", "--full-name", "-f", "-")
        try:
            listed = git.fed((*arguments, *self._tips), self._repository, [line + b"\n"])
        except git.GitFailed as error:
            if error.ended != 1:
                raise
            return
        for entry in listed.split(b"\0")[:-1]:
            yield entry.partition(b":")[2]


def _since(where: Whereabouts) -> tuple[bool, str]:
    return (not where.remotes, where.first.day if where.first else "9999")


def _tips(repository: Repository) -> Iterator[str]:
    """HEAD and the newest branches of remotes, by their commits."""
    yield "HEAD"
    listed = git.output(
        ("for-each-ref", "--sort=-committerdate", f"--count={_REMOTES}", "--format=%(objectname)",
         "refs/remotes"),
        repository,
    )  # fmt: skip
    yield from dict.fromkeys(listed.decode("ascii").split())
