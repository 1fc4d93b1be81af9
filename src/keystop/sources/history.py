"""Every version of every file of a history, each read once."""

from __future__ import annotations

from binascii import unhexlify
from itertools import islice

from keystop import git
from keystop.blobs import LARGEST
from keystop.errors import NotRead
from keystop.escape import printable

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from keystop.git import Repository
    from keystop.processes import Process

# So many objects are asked for before the first of them is read: git works ahead of us, and what
# it is still to be told fits into a pipe everywhere.
_AHEAD = 256
_LIST = ("rev-list", "--objects", "--in-commit-order")


class Versions:
    """All versions of a file that a history has, the newest first."""

    __slots__ = ("_joined", "_size", "path")

    def __init__(self, path: bytes, joined: bytes, size: int) -> None:
        """joined is their object ids one after the other, each of size bytes."""
        self.path = path
        self._joined = joined
        self._size = size

    def __len__(self) -> int:
        return len(self._joined) // self._size

    def only(self, ids: list[str]) -> Versions:
        """The same file with these versions."""
        return Versions(self.path, unhexlify("".join(ids)), self._size)

    def ids(self) -> list[str]:
        """Their object ids in hexadecimal."""
        size = self._size
        return [
            self._joined[place : place + size].hex() for place in range(0, len(self._joined), size)
        ]


def everything(repository: Repository) -> tuple[str, ...]:
    """The revisions of all refs, and of HEAD where it is none of them."""
    return ("--all", *head(repository))


def head(repository: Repository) -> tuple[str, ...]:
    """HEAD, if there is a commit yet."""
    try:
        git.output(("rev-parse", "--verify", "--quiet", "HEAD"), repository)
    except git.GitFailed as error:
        if error.ended != 1:  # it was killed, or the repository is broken
            raise
        return ()
    return ("HEAD",)


def dangling(repository: Repository) -> dict[str, str]:
    """The objects that no ref, no reflog entry and no other object leads to, each with its kind.

    Raises NotRead.
    """
    said = git.output(("fsck", "--connectivity-only", "--no-progress"), repository)
    lines = [line.split(" ") for line in said.decode("ascii", "replace").splitlines()]
    return {words[2]: words[1] for words in lines if words[0] == "dangling" and len(words) == 3}


def versions(repository: Repository, revisions: tuple[str, ...]) -> list[Versions]:
    """The files that revisions reach (as for git rev-list), every object at one of its paths.

    Raises NotRead.
    """
    try:
        arguments = (*_LIST, "--filter=object:type=blob", *revisions, "--")
        return _listed(git.stream(arguments, repository))
    except git.GitFailed as error:
        if "filter" not in error.message:
            raise
    # Before git 2.32 trees are listed, too, and told apart when they are read.
    return _listed(git.stream((*_LIST, *revisions, "--"), repository))


def sizes(repository: Repository, files: list[Versions]) -> list[int]:
    """How many bytes the versions of each file have, without those missing. Raises NotRead."""
    asked = ("".join(f"{oid}\n" for oid in file.ids()).encode("ascii") for file in files)
    said = git.fed(("cat-file", "--batch-check=%(objectsize)", "--buffer"), repository, asked)
    each = (int(line) if line.isdigit() else 0 for line in said.split(b"\n"))
    return [sum(islice(each, len(file))) for file in files]


def _listed(pieces: Iterable[bytes]) -> list[Versions]:
    found: dict[bytes, bytearray] = {}
    size = 20
    rest = b""
    for piece in pieces:
        *lines, rest = (rest + piece).split(b"\n")
        for line in lines:
            oid, separator, path = line.partition(b" ")
            if separator:
                size = len(oid) // 2
                path = path or oid  # what a tag names has no path
                ids = found.get(path)
                if ids is None:
                    ids = found[path] = bytearray()
                ids += unhexlify(oid)
    return [Versions(path, bytes(ids), size) for path, ids in found.items()]


class Reader:
    """One `git cat-file --batch` that is asked for many objects ahead."""

    def __init__(self, repository: Repository) -> None:
        self._repository = repository
        self._process: Process | None = None
        self._buffer = b""
        self._position = 0

    def contents(self, versions: Versions) -> Iterator[tuple[str, bytes | Iterator[bytes]]]:
        """(object id, content) of the versions of a file. Raises NotRead.

        A content of more than LARGEST comes in pieces, to be read before the next one.
        """
        for oid, kind, size in self._headers(versions.ids(), versions.path):
            if kind == b"blob" and size > LARGEST:
                yield oid, self._pieces(size)
                continue
            content = self._bytes(size)
            if kind == b"blob":
                yield oid, content

    def objects(self, ids: list[str], name: bytes) -> Iterator[tuple[str, bytes, bytes]]:
        """(object id, kind, content) of objects; name says what of. Raises NotRead."""
        for oid, kind, size in self._headers(ids, name):
            yield oid, kind, self._bytes(size)

    def _headers(self, ids: list[str], name: bytes) -> Iterator[tuple[str, bytes, int]]:
        """(object id, kind, size) of objects, each to be read before the next one."""
        if self._process is None:
            self._process = git.start(git.BATCH, self._repository, stdin=True)
            self._process.widen()
        asked = 0
        for number, oid in enumerate(ids):
            if asked <= number:
                ahead = ids[asked : number + _AHEAD]
                self._process.write("".join(f"{one}\n" for one in ahead).encode("ascii"))
                asked += len(ahead)
            header = self._line()
            words = header.split(b" ")
            if len(words) != 3:
                raise NotRead(f"{printable(name)}: the object {oid} is missing")
            yield oid, words[1], int(words[2])

    def close(self) -> None:
        """End the git behind it."""
        if self._process is not None:
            self._process.close()
            self._process = None

    def _line(self) -> bytes:
        while True:
            end = self._buffer.find(b"\n", self._position)
            if end >= 0:
                line = self._buffer[self._position : end]
                self._position = end + 1
                return line
            self._fill(1)

    def _bytes(self, size: int) -> bytes:
        """The next size bytes, and the line break after them taken off."""
        lacking = self._position + size + 1 - len(self._buffer)
        if lacking > 0:
            self._fill(lacking)
        content = self._buffer[self._position : self._position + size]
        self._position += size + 1
        return content

    def _pieces(self, left: int) -> Iterator[bytes]:
        """The next so many bytes as they come, and the line break after them taken off."""
        while left:
            if self._position == len(self._buffer):
                self._fill(1)
            piece = self._buffer[self._position : self._position + left]
            self._position += len(piece)
            left -= len(piece)
            yield piece
        self._bytes(0)

    def _fill(self, lacking: int) -> None:
        assert self._process is not None
        pieces = [self._buffer[self._position :]]
        self._position = 0
        while lacking > 0:
            piece = self._process.read(1 << 20, git.time_limit())
            if not piece:
                status = self._process.wait()
                raise git.GitFailed("cat-file", status, self._process.stderr)
            pieces.append(piece)
            lacking -= len(piece)
        self._buffer = b"".join(pieces)
