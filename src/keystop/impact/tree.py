"""The files of a repository: what its index has, and what its branches and tags have besides."""

from __future__ import annotations

import os
from collections.abc import Iterator
from typing import NamedTuple

from keystop import git
from keystop.diff import GITLINK
from keystop.errors import NotRead
from keystop.git import Repository
from keystop.impact.facts import File
from keystop.impact.spelling import Spellings
from keystop.sources.history import Reader, Versions
from keystop.sources.index import check_index
from keystop.sources.whereabouts import shown

# Names are looked for in files of up to so many bytes: a larger one is data, or was generated.
LARGEST = 1 << 20
_REFS = ("for-each-ref", "--format=%(tree) %(*tree) %(objectname) %(refname)",
         "refs/heads", "refs/tags", "refs/remotes")  # fmt: skip


class Remains(NamedTuple):
    """A place that holds the value on branches and tags and no longer in the index."""

    path: str
    line: int
    spelling: str
    refs: tuple[str, ...]


def index(repository: Repository, top: str) -> Iterator[File]:
    """The files of the index, their paths beginning with top. Raises NotRead."""
    check_index(repository)
    paths: dict[str, list[str]] = {}
    for entry in git.output(("ls-files", "--stage", "-z"), repository).split(b"\0")[:-1]:
        info, _, name = entry.partition(b"\t")
        mode, object_id, _ = info.split(b" ")
        if mode != GITLINK:
            paths.setdefault(object_id.decode("ascii"), []).append(top + os.fsdecode(name))
    for oid, data in _contents(repository, list(paths)):
        yield from (File(path, data) for path in paths[oid])


def _contents(repository: Repository, oids: list[str]) -> Iterator[tuple[str, bytes]]:
    if not oids:
        return
    reader = Reader(repository)
    try:
        every = Versions(b"a tracked file", b"".join(map(bytes.fromhex, oids)), len(oids[0]) // 2)
        for oid, content in reader.contents(every):
            yield oid, content if isinstance(content, bytes) else b"".join(content)
    finally:
        reader.close()


def elsewhere(repository: Repository, top: str, spellings: Spellings) -> list[Remains]:
    """Where the value stands on branches and tags, but for versions that the index has, too.

    Each version of a file is read once. Raises NotRead.
    """
    refs = _trees(repository)
    if not refs:
        return []
    listed = git.fed(("rev-list", "--objects", "--no-walk", "--no-object-names", "--stdin"),
                     repository, [f"{tree}\n".encode("ascii") for tree in refs])  # fmt: skip
    known = {line.split(b" ")[1] for line in
             git.output(("ls-files", "--stage", "-z"), repository).split(b"\0")[:-1]}  # fmt: skip
    kinds = git.fed(("cat-file", "--batch-check=%(objectname) %(objecttype)"), repository, [listed])
    oids = [
        line[:-5].decode("ascii")
        for line in kinds.split(b"\n")
        if line.endswith(b" blob") and line[:-5] not in known
    ]
    holding = {
        oid: spellings.places(data)
        for oid, data in _contents(repository, oids)
        if spellings.found(data) is not None
    }
    found: dict[tuple[str, int, str], dict[str, None]] = {}
    for tree, names in refs.items() if holding else ():
        for oid, path in _listed(repository, tree):
            for place in holding.get(oid, ()):
                key = top + path, place.line, place.spelling
                found.setdefault(key, {}).update(dict.fromkeys(names))
    return [Remains(*key, tuple(names)) for key, names in sorted(found.items())]


def _trees(repository: Repository) -> dict[str, list[str]]:
    """The trees that branches and tags have now, each with their names."""
    trees: dict[str, list[str]] = {}
    for line in git.output(_REFS, repository).decode("utf-8", "backslashreplace").splitlines():
        tree, peeled, _, name = line.split(" ", 3)
        if (peeled or tree) and not name.endswith("/HEAD"):
            trees.setdefault(peeled or tree, []).append(_told(name))
    return trees


def _told(ref: str) -> str:
    for folder, kind in (("heads", "branch"), ("tags", "tag"), ("remotes", "branch")):
        if ref.startswith(f"refs/{folder}/"):
            return f"{kind} {shown(ref.removeprefix(f'refs/{folder}/'))}"
    raise NotRead(f"git named a ref that was not asked for: {ref}")


def _listed(repository: Repository, tree: str) -> Iterator[tuple[str, str]]:
    for entry in git.output(("ls-tree", "-r", "-z", "--full-tree", tree), repository).split(b"\0")[
        :-1
    ]:
        info, _, path = entry.partition(b"\t")
        yield info.split(b" ")[2].decode("ascii"), os.fsdecode(path)
