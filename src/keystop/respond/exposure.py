"""How far a secret has come: only into the index, into local commits, or out of this machine."""

from __future__ import annotations

import re
import time

from keystop import git
from keystop.blobs import Blobs
from keystop.errors import NotRead
from keystop.finding import Whereabouts
from keystop.hunk import CONTENT
from keystop.respond.plaintext import Plaintext
from keystop.sources.history import Reader, everything, versions
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
# So long all of a history is searched, in seconds: while somebody waits for a commit that is
# stopped, and where somebody asks for it.
_BRIEFLY, _LONG = 3, 30
_NOT_ALL = " Not all of its history could be searched in time: keystop scan --history does that."
_RELEASE = re.compile(r"(?:.*[/_-])?v?\d+(?:\.\d+)+(?:[._+-]?\w+)*")


def verdict(where: Whereabouts) -> str:
    """How far it has come, and what follows from that, in one or two sentences."""
    if where.pushed:
        released = [tag for tag in where.tags if _RELEASE.fullmatch(tag)]
        since = ""
        if where.first:
            bound = "at the latest: this clone is shallow" if where.cut else "at the earliest"
            since = f" since {where.first.day} {bound}"
        out = f" and in {_names('release', released)}" if released else ""
        there = f"it is on {', '.join(where.remotes[:5])}" if where.remotes else where.left
        return (
            f"It has leaked: {there}{out}{since}. Rotate it now; rewriting history does not take "
            "it back."
        )
    rest = _NOT_ALL if where.partly else ""
    if where.tags:
        return (
            f"It is in {_names('tag', where.tags)}: if that was pushed it has leaked, and is to be "
            f"rotated. Else take it out and carry on.{rest}"
        )
    if where.first:
        return (
            "The commits that have it are only local, as far as this repository knows: a push to "
            f"an address leaves no trace here. If there was none, take it out and carry on.{rest}"
        )
    return f"No commit has it, as far as this repository knows: take it out and carry on.{rest}"


def state(where: Whereabouts) -> str:
    """The same in a word: index, local, tagged or pushed."""
    if where.pushed:
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
        look = _Look(repository, blobs, values.values(), _BRIEFLY)
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
        return _Look(repository, blobs, [value], _LONG).up(path, value)
    finally:
        blobs.close()


def refs_with(repository: Repository, path: bytes, values: set[bytes]) -> tuple[list[str], bool]:
    """What has one of these spellings of a value, of which one stands or stood in a file.

    HEAD, branches, tags and remotes by name, and whether all of the history could be searched.
    """
    blobs = Blobs(repository)
    try:
        look = _Look(repository, blobs, values, _LONG)
        places = [place for value in values for place in look.places(path, value)]
    finally:
        blobs.close()
    names = [
        *["HEAD" for place in places if place.in_head],
        *[f"branch {name}" for place in places for name in place.branches],
        *[f"tag {name}" for place in places for name in place.tags],
        *[name for place in places for name in place.remotes],
    ]
    return list(dict.fromkeys(names)), not look.partly


class _Look:
    """Looks for values in the history of the files that have them or had them till now.

    Where these do not show that a value was pushed, all of the history is searched for it.
    """

    def __init__(
        self, repository: Repository, blobs: Blobs, values: Iterable[bytes], seconds: float
    ) -> None:
        self._repository: Final = repository
        self._blobs: Final = blobs
        self._values: Final = list(values)
        self._seconds: Final = seconds
        self._held: Final[dict[str, set[bytes]]] = {}
        self._left = _BYTES
        self._revisions: Final = everything(repository)
        self._locator: Final = Locator(repository, self._revisions)
        lines = [max(value.split(b"\n"), key=len) for value in self._values]
        self._paths: Final = [
            *_files_with(repository, lines),
            *_changed(repository, self._revisions),
            *_gone(repository, self._revisions),
        ]
        self._found: dict[bytes, list[bytes]] | None = None
        self.partly = False

    def up(self, path: bytes, value: bytes) -> Whereabouts:
        """Where a value is that stands in a file now."""
        where = min(self._in([path, *self._paths], value), key=_since)
        if not where.pushed:
            where = min(self.places(path, value), key=_since)
        return where.in_part() if self.partly and not where.pushed else where

    def places(self, path: bytes, value: bytes) -> list[Whereabouts]:
        """For each file of which some version has a value where that is; partly says if not all."""
        if self._found is None:
            self._found = self._search()
        return self._in([path, *self._found[value], *self._paths], value)

    def _in(self, paths: list[bytes], value: bytes) -> list[Whereabouts]:
        few = list(dict.fromkeys(paths))[:_FILES]
        return self._locator.of_value(few, lambda blob: value in self._held_by(blob))

    def _search(self) -> dict[bytes, list[bytes]]:
        """For each value the files of which some version has it, as far as there is time."""
        found: dict[bytes, list[bytes]] = {value: [] for value in self._values}
        reader = Reader(self._repository)
        git.stop_at(time.monotonic() + self._seconds)
        try:
            for file in versions(self._repository, self._locator.revisions):
                for _, content in reader.contents(file):
                    for value in self._in_text(
                        content if isinstance(content, bytes) else b"".join(content)
                    ):
                        found[value].append(file.path)
        except NotRead:
            self.partly = True
        finally:
            git.stop_at(float("inf"))
            reader.close()
        return found

    def _in_text(self, text: bytes) -> set[bytes]:
        """Which of the values a text has. One in UTF-16 is told without its zero bytes."""
        narrow = text.replace(b"\0", b"")
        return {one for one in self._values if one in text or one in narrow}

    def _held_by(self, blob: str) -> set[bytes]:
        """Which of the values a version of a file has. Raises NotRead where it is too much."""
        if blob not in self._held:
            content = self._blobs.get(blob)
            self._left -= len(content or b"")
            if content is None or self._left < 0:
                raise NotRead("its files are too large to be looked through")
            self._held[blob] = self._in_text(content)
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
    return (not where.pushed, where.first.day if where.first else "9999")
