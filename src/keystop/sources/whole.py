"""The staged files whole: what is read where git cannot make a patch.

In a partial clone the old side of a change may not be here, and a hook must not fetch it. Then
every line of the new side counts as added: more is read than need be, nothing is left out.
"""

from __future__ import annotations

from keystop import git
from keystop.blobs import Blobs
from keystop.diff import GITLINK
from keystop.errors import NotRead
from keystop.escape import printable
from keystop.hunk import NAME, Hunk, Skipped, whole_file
from keystop.sources.index import check_index

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Final

    from keystop.git import Repository


class Entry:
    """A file of the new side of a comparison, or of the index."""

    __slots__ = ("added", "mode", "oid", "path")

    def __init__(self, path: bytes, mode: bytes, oid: bytes, *, added: bool) -> None:
        self.path: Final = path
        self.mode: Final = mode
        self.oid: Final = oid.decode("ascii")
        self.added: Final = added


def staged_whole(repository: Repository) -> Iterator[Hunk | Skipped]:
    """Every line of every staged file that differs from HEAD's. Raises NotRead."""
    return _files(repository, changed(repository, ("--cached", "--")))


def changed(repository: Repository, compared: tuple[str, ...]) -> list[Entry]:
    """The files that differ, but for deleted ones; compared is what git diff is to compare."""
    fields = git.output(
        (
            "diff",
            "--raw",
            "-z",
            "--no-abbrev",
            "--no-renames",
            "--no-relative",
            "--no-ext-diff",
            "--ignore-submodules=none",
            "-O/dev/null",
            *compared,
        ),
        repository,
    ).split(b"\0")
    entries = []
    for info, path in zip(fields[0:-1:2], fields[1::2], strict=True):
        # :<old mode> <new mode> <old oid> <new oid> <status>
        _, mode, _, oid, status = info[1:].split(b" ")
        if status != b"D":
            entries.append(Entry(path, mode, oid, added=status == b"A"))
    return entries


def tracked(repository: Repository) -> Iterator[Hunk | Skipped]:
    """Every line of every file in the index. Raises NotRead."""
    check_index(repository)
    entries = []
    *listed, rest = git.output(("ls-files", "--stage", "-z"), repository).split(b"\0")
    if rest:
        raise NotRead("git ls-files was cut short")
    for entry in listed:
        # <mode> <oid> <stage>\t<path>
        info, _, path = entry.partition(b"\t")
        mode, oid, _ = info.split(b" ")
        entries.append(Entry(path, mode, oid, added=True))
    return _files(repository, entries)


def _files(repository: Repository, entries: list[Entry]) -> Iterator[Hunk | Skipped]:
    blobs = Blobs(repository)
    try:
        for entry in entries:
            if entry.mode == GITLINK:
                yield Skipped(entry.path, "submodule")
                continue
            if entry.added:
                yield Hunk(entry.path, 1, entry.path, where=NAME)
            kind, pieces = blobs.open(entry.oid)
            if not kind:
                raise NotRead(
                    f"{printable(entry.path)} cannot be read: its object {entry.oid} is missing"
                )
            yield from whole_file(entry.path, pieces, entry.oid)
    finally:
        blobs.close()
