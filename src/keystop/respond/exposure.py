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
    from collections.abc import Iterable
    from typing import Final

    from keystop.git import Repository

# Of so many findings it is looked up, in so many files: nobody reads of more at once.
_MOST, _FILES = 20, 50
# So much of their versions is read, in bytes.
_BYTES = 200_000_000
_RELEASE = re.compile(r"(?:.*[/_-])?v?\d+(?:\.\d+)+(?:[._+-]?\w+)*")


def verdict(where: Whereabouts) -> str:
    """How far it has come, and what follows from that, in one or two sentences."""
    if where.remotes:
        released = [tag for tag in where.tags if _RELEASE.fullmatch(tag)]
        since = ""
        if where.first:
            bound = "at the latest: this clone is shallow" if where.cut else "at the earliest"
            since = f" since {where.first.day} {bound}"
        out = f" and in {_names('release', released)}" if released else ""
        return (
            f"It has leaked: it is on {', '.join(where.remotes[:5])}{out}{since}. Rotate it now; "
            "rewriting history does not take it back."
        )
    if where.tags:
        return (
            f"It is in {_names('tag', where.tags)}: if that was pushed it has leaked, and is to be "
            "rotated. Else take it out and carry on."
        )
    if where.first:
        return (
            "The commits of its file that have it are only local, as far as this clone knows. If "
            "it was in no other file, take it out and carry on."
        )
    return "No commit of its file has it. If it was in no other, take it out and carry on."


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
    shown = [one for one in outcome.blocking if one.where == CONTENT and not one.commit][:_MOST]
    values = {one: plain.of(one)[0].written for one in shown}
    try:
        look = _Look(repository, blobs, values.values())
        places = {one: look.up(one.path, value) for one, value in values.items()}
    except NotRead:
        return outcome
    return outcome.with_findings(
        [one.but(whereabouts=places[one]) if one in places else one for one in outcome.findings]
    )


def of_value(repository: Repository, path: bytes, value: bytes) -> Whereabouts:
    """Where a value that stands in a file is, in the history of that file and of others."""
    blobs = Blobs(repository)
    try:
        return _Look(repository, blobs, [value]).up(path, value)
    finally:
        blobs.close()


class _Look:
    """Looks for values in the history of the files that have them, or had them till now."""

    def __init__(self, repository: Repository, blobs: Blobs, values: Iterable[bytes]) -> None:
        self._blobs: Final = blobs
        self._values: Final = list(values)
        self._held: Final[dict[str, set[bytes]]] = {}
        self._left = _BYTES
        revisions = everything(repository)
        self._locator: Final = Locator(repository, revisions)
        lines = [max(value.split(b"\n"), key=len) for value in self._values]
        self._paths: Final = [
            *_files_with(repository, lines),
            *_changed(repository, revisions),
            *_gone(repository, revisions),
        ]

    def up(self, path: bytes, value: bytes) -> Whereabouts:
        """Where a value is that stands in a file now."""
        paths = list(dict.fromkeys([path, *self._paths]))
        if len(paths) > _FILES:
            raise NotRead("it may be in too many files")
        places = self._locator.of_value(paths, lambda blob: value in self._held_by(blob))
        return min(places, key=_since)

    def _held_by(self, blob: str) -> set[bytes]:
        """Which of the values a version of a file has. Raises NotRead where it is too much."""
        if blob not in self._held:
            content = self._blobs.get(blob)
            self._left -= len(content or b"")
            if content is None or self._left < 0:
                raise NotRead("its files are too large to be looked through")
            # A text in UTF-16 is told without its zero bytes.
            narrow = content.replace(b"\0", b"")
            self._held[blob] = {one for one in self._values if one in content or one in narrow}
        return self._held[blob]


def _files_with(repository: Repository, lines: list[bytes]) -> list[bytes]:
    """The files in the index that have the text of one of the lines."""
    # The patterns come on standard input: no argument list has them.
    arguments = (
        "grep",
        "--no-color",
        "--cached",
        "-l",
        "-z",
        "-F",
        "--no-textconv",
        "--full-name",
        "-f",
        "-",
    )
    try:
        return git.fed(arguments, repository, [b"\n".join(lines) + b"\n"]).split(b"\0")[:-1]
    except git.GitFailed as error:
        if error.ended != 1:
            raise
        return []


def _changed(repository: Repository, revisions: tuple[str, ...]) -> list[bytes]:
    """The files that the next commit changes: one of them may have had it until now."""
    if "HEAD" not in revisions:
        return []
    arguments = ("diff-index", "--cached", "--name-only", "--no-renames", "-z", "HEAD", "--")
    return git.output(arguments, repository).split(b"\0")[:-1]


def _gone(repository: Repository, revisions: tuple[str, ...]) -> list[bytes]:
    """The files that local commits took away or renamed: it may have been pushed in them."""
    if "HEAD" not in revisions:
        return []
    arguments = ("log", "--format=", "--name-only", "--diff-filter=D", "--no-renames", "-z")
    listed = git.output((*arguments, "HEAD", "--not", "--remotes", "--"), repository)
    return [name for name in listed.replace(b"\n", b"\0").split(b"\0") if name]


def _since(where: Whereabouts) -> tuple[bool, str]:
    return (not where.remotes, where.first.day if where.first else "9999")
