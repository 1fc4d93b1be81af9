"""Whole objects of a repository, asked for one by one."""

from __future__ import annotations

from keystop import git
from keystop.errors import NotRead

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from keystop.git import Repository
    from keystop.hunk import Hunk
    from keystop.processes import Process

# A larger object is not loaded whole: what needs all of it (the other half of a pair, an allow
# comment on the line before) looks at what was added only.
LARGEST = 32 << 20


class Blobs:
    """One `git cat-file --batch`, started when the first object is asked for."""

    def __init__(self, repository: Repository) -> None:
        self._repository = repository
        self._process: Process | None = None
        self._rest = b""
        self._last: tuple[str, bytes | None] = ("", None)
        self._asked: tuple[str, ...] = ()
        self._answers: dict[str, tuple[str, bytes | None]] = {}

    def ask(self, names: tuple[str, ...]) -> None:
        """Ask for objects that are wanted later: git looks for them while other work is done.

        Where git has ended, it is told why when they are wanted.
        """
        self._asked = names
        try:
            self._write(*names)
        except NotRead:
            if self._process is None:
                raise

    def get(self, name: str) -> bytes | None:
        """The content of the file called name (an object id, or :path for a staged one).

        None where there is no such object or where it is larger than LARGEST. Raises NotRead
        where git cannot read it.
        """
        if self._last[0] != name:
            self._last = (name, self.object(name)[1])
        return self._last[1]

    def whole(self, hunk: Hunk) -> bytes | None:
        """The whole file of a hunk, None where there is none. Raises as get does."""
        return self.get(hunk.blob) if hunk.blob else None

    def object(self, name: str) -> tuple[str, bytes | None]:
        """Kind and content of an object; the kind is empty where it is missing.

        The content is None where it is missing or larger than LARGEST.
        """
        self._take()
        return self._answers[name] if name in self._answers else self._whole(*self.open(name))

    def _take(self) -> None:
        """Read what was asked for before: git answers in that order."""
        names, self._asked = self._asked, ()
        self._answers.update((name, self._whole(*self._opened())) for name in names)

    def _whole(self, kind: str, pieces: Iterator[bytes]) -> tuple[str, bytes | None]:
        kept: list[bytes] = []
        size = 0
        for piece in pieces:
            size += len(piece)
            if size <= LARGEST:
                kept.append(piece)
        return kind, b"".join(kept) if kind and size <= LARGEST else None

    def open(self, name: str) -> tuple[str, Iterator[bytes]]:
        """Kind of an object, and its content in pieces, to be read to the end.

        The kind is empty, and there are no pieces, where it is missing.
        """
        if "\n" in name:
            return "", iter(())
        self._take()
        self._write(name)
        return self._opened()

    def _write(self, *names: str) -> None:
        if self._process is None:
            self._process = git.start(git.BATCH, self._repository, stdin=True)
        lines = "".join(f"{name}\n" for name in names)
        self._process.write(lines.encode("utf-8", "surrogateescape"))

    def _opened(self) -> tuple[str, Iterator[bytes]]:
        header = self._until_newline()
        if header.endswith((b" missing", b" ambiguous")):
            return "", iter(())
        try:
            _, kind, length = header.rsplit(b" ", 2)
            return kind.decode("ascii"), self._content(int(length))
        except ValueError:
            raise NotRead("git cat-file gave no header") from None

    def _content(self, left: int) -> Iterator[bytes]:
        while left:
            if not self._rest:
                self._read()
            piece, self._rest = self._rest[:left], self._rest[left:]
            left -= len(piece)
            yield piece
        if not self._rest:
            self._read()
        self._rest = self._rest[1:]  # the line break after the content

    def _until_newline(self) -> bytes:
        while b"\n" not in self._rest:
            self._read()
        line, _, self._rest = self._rest.partition(b"\n")
        return line

    def _read(self) -> None:
        assert self._process is not None
        piece = self._process.read(1 << 20, git.time_limit())
        if not piece:
            status = self._process.wait()
            stderr = self._process.stderr
            self.close()
            raise git.GitFailed("cat-file", status, stderr)
        self._rest += piece

    def close(self) -> None:
        """End the git behind it, if one was started."""
        if self._process is not None:
            self._process.close()
            self._process = None
