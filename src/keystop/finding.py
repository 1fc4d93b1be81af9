"""What was found. A finding holds no plaintext of a secret, from its birth on."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Final

    from keystop.allow import Allow

SEVERITIES: Final = ("low", "medium", "high", "critical")


class Excerpt:
    """One line with every secret-like value masked; the finding's mask is at start, for length."""

    __slots__ = ("length", "start", "text")

    def __init__(self, text: str, start: int, length: int) -> None:
        self.text: Final = text
        self.start: Final = start
        self.length: Final = length


class Partner:
    """The other half of a pair: its detector's id and name, and its place in the same file."""

    __slots__ = ("column", "detector", "line", "name")

    def __init__(self, detector: str, name: str, line: int, column: int) -> None:
        self.detector: Final = detector
        self.name: Final = name
        self.line: Final = line
        self.column: Final = column


class Commit:
    """A commit: its id, its author's name and the day it was written, as YYYY-MM-DD."""

    __slots__ = ("author", "day", "oid")

    def __init__(self, oid: str, author: str, day: str) -> None:
        self.oid: Final = oid
        self.author: Final = author
        self.day: Final = day


class Whereabouts:
    """Where in a history a finding is.

    first is the commit that brought it, last the newest that changed the file and kept it,
    removed the newest that took it out again, None where none did. versions counts those of its
    file that have it. branches, tags and remotes have first in their history. cut says that first
    is where a shallow clone ends: an earlier one may have brought it. left says how it has got out
    where no remote is known to have it now, empty where it has not. partly says that not all of the
    history could be searched for it.
    """

    __slots__ = (
        "branches", "cut", "first", "in_head", "last", "left", "partly", "remotes", "removed",
        "tags", "versions",
    )  # fmt: skip

    def __init__(
        self,
        *,
        first: Commit | None,
        last: Commit | None,
        removed: Commit | None,
        in_head: bool,
        versions: int,
        branches: tuple[str, ...],
        tags: tuple[str, ...],
        remotes: tuple[str, ...],
        cut: bool = False,
        left: str = "",
        partly: bool = False,
    ) -> None:
        self.cut: Final = cut
        self.left: Final = left
        self.partly: Final = partly
        self.first: Final = first
        self.last: Final = last
        self.removed: Final = removed
        self.in_head: Final = in_head
        self.versions: Final = versions
        self.branches: Final = branches
        self.tags: Final = tags
        self.remotes: Final = remotes

    @property
    def pushed(self) -> bool:
        """Whether it has left this machine, as far as this repository knows."""
        return bool(self.remotes or self.left)

    def in_part(self) -> Whereabouts:
        """The same, where not all of the history could be searched."""
        values = {name: getattr(self, name) for name in self.__slots__}
        return Whereabouts(**{**values, "partly": True})


class Finding:
    """A secret at a place. Lines and columns count from 1, in characters; end_column is one past
    the last. length is the secret's, in bytes. prefix is the vendor's public prefix, at most four
    characters of it. fingerprint is empty where it would cost time and nobody asked for it.
    allows are the inline comments that may allow it; suppressed says why it is kept quiet.
    reasons say in words what severity and confidence rest on. identity is the same for the same
    value, in this run only, and empty where nobody asked for it. whereabouts tell where in a
    history it is, None for what comes from elsewhere. rotated is the day on which the value was
    rotated, empty where that is not known: such a value blocks, whatever else is said of it.
    """

    __slots__ = (
        "allows", "column", "commit", "confidence", "detector", "encoded", "end_column",
        "end_line", "excerpt", "fingerprint", "grants", "identity", "length", "line", "name",
        "partner", "path", "prefix", "reasons", "rotated", "severity", "suppressed", "where",
        "whereabouts",
    )  # fmt: skip

    def __init__(
        self,
        *,
        detector: str,
        name: str,
        grants: str,
        severity: str,
        confidence: str,
        path: bytes,
        line: int,
        column: int,
        end_line: int,
        end_column: int,
        length: int,
        prefix: str,
        fingerprint: str,
        excerpt: Excerpt,
        where: str,
        commit: str,
        partner: Partner | None,
        encoded: str,
        reasons: tuple[str, ...],
        allows: tuple[Allow, ...],
        suppressed: str = "",
        identity: bytes = b"",
        whereabouts: Whereabouts | None = None,
        rotated: str = "",
    ) -> None:
        self.detector: Final = detector
        self.name: Final = name
        self.grants: Final = grants
        self.severity: Final = severity
        self.confidence: Final = confidence
        self.path: Final = path
        self.line: Final = line
        self.column: Final = column
        self.end_line: Final = end_line
        self.end_column: Final = end_column
        self.length: Final = length
        self.prefix: Final = prefix
        self.fingerprint: Final = fingerprint
        self.excerpt: Final = excerpt
        self.where: Final = where
        self.commit: Final = commit
        self.partner: Final = partner
        self.encoded: Final = encoded
        self.reasons: Final = reasons
        self.allows: Final = allows
        self.suppressed: Final = suppressed
        self.identity: Final = identity
        self.whereabouts: Final = whereabouts
        self.rotated: Final = rotated

    def but(self, **changes: object) -> Finding:
        """The same finding with some of its values changed."""
        values = {name: getattr(self, name) for name in self.__slots__}
        return Finding(**{**values, **changes})

    def blocks(self, threshold: str) -> bool:
        """Whether it stops a commit, given the least severity that does."""
        if self.rotated:
            return True
        return not self.suppressed and (
            SEVERITIES.index(self.severity) >= SEVERITIES.index(threshold)
        )
