"""What is read: runs of consecutive lines, and where they stand."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:  # `typing` costs 9 ms at start-up
    from collections.abc import Iterable, Iterator
    from typing import Final

# Longer runs of lines are handed on in pieces, so that memory stays bounded.
PIECE: Final = 1 << 20

CONTENT: Final = "content"
NAME: Final = "name"
MESSAGE: Final = "message"
AUTHOR: Final = "author"


class Hunk:
    """A run of consecutive lines of one file, as bytes.

    path is relative to the scanned root, as git stores it. line counts from 1; column is how
    many characters of that line come before text (0 but for a piece of a very long line).
    more says that the next hunk continues this one. blob is the object id in hexadecimal of the
    whole staged file, empty where there is none. where is CONTENT, NAME (text is the file's
    path), MESSAGE (text is a commit's or tag's message) or AUTHOR (text has the names and
    addresses of who wrote and who committed it, each on a line). commit is the object id of the
    commit that adds the lines, empty for what is not committed yet.
    """

    __slots__ = ("blob", "column", "commit", "line", "more", "path", "text", "where")

    def __init__(
        self,
        path: bytes,
        line: int,
        text: bytes,
        *,
        column: int = 0,
        more: bool = False,
        blob: str = "",
        where: str = CONTENT,
        commit: str = "",
    ) -> None:
        self.path: Final = path
        self.line: Final = line
        self.text: Final = text
        self.column: Final = column
        self.more: Final = more
        self.blob: Final = blob
        self.where: Final = where
        self.commit: Final = commit

    def __repr__(self) -> str:
        # The text may hold a secret: it is never shown, not even in a failing test.
        return f"Hunk({self.path!r}, {self.line}, <{len(self.text)} bytes>)"


class Skipped:
    """Something in scope that was passed over, with the reason; or that could not be read."""

    __slots__ = ("by_design", "path", "reason")

    def __init__(self, path: bytes, reason: str, *, by_design: bool = True) -> None:
        self.path: Final = path
        self.reason: Final = reason
        self.by_design: Final = by_design


def whole_file(path: bytes, pieces: Iterable[bytes], blob: str = "") -> Iterator[Hunk]:
    """All lines of a file as one run, cut into hunks of about PIECE bytes."""
    line, column, kept, size = 1, 0, [], 0
    for piece in pieces:
        kept.append(piece)
        size += len(piece)
        if size >= PIECE:
            text = b"".join(kept)
            yield Hunk(path, line, text, column=column, more=True, blob=blob)
            line, column = after(text, line, column)
            kept, size = [], 0
    yield Hunk(path, line, b"".join(kept), column=column, blob=blob)


def after(
    text: bytes, line: int, column: int, ends: tuple[bytes, ...] = (b"\n",)
) -> tuple[int, int]:
    """Line and column just behind text, which begins at line and column.

    ends are what may end its lines, the first of which it has counts (see line_ends).
    """
    for end in ends:
        breaks = text.count(end)
        if breaks:
            return line + breaks, characters(text[text.rfind(end) + 1 :])
    return line, column + characters(text)


def line_ends(text: bytes) -> tuple[bytes, ...]:
    """What ends the lines of text: \\n, or where it has none a lone \\r (old Macintosh files)."""
    return (b"\n",) if b"\n" in text[:-1] else (b"\n", b"\r")


def characters(text: bytes) -> int:
    """How many characters text has: in UTF-8, or in UTF-16 or UTF-32 where most of it is ASCII.

    Parts of a text have as many together as the whole, wherever it is cut.
    """
    if wide(text):
        return len(text) - text.count(0)
    return len(text.translate(None, _CONTINUATION))


_CONTINUATION = bytes(range(0x80, 0xC0))


def wide(line: bytes) -> bool:
    """Whether a line is text in UTF-16 or UTF-32, going by its zero bytes."""
    return line.count(0) * 3 >= len(line) > 8
