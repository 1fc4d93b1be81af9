"""Reading git's patches: added lines by counting, never by guessing from their content.

Only patches made with `keystop.git.DIFF_OPTIONS` are understood: no context lines, prefixes
a/ and b/, no renames.
"""

from __future__ import annotations

from keystop.errors import NotRead
from keystop.hunk import NAME, PIECE, Hunk, Skipped, after

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from typing import NoReturn

GITLINK = b"160000"


class PatchError(NotRead):
    """The patch is not what git prints; at says after how many bytes."""

    def __init__(self, what: str, at: int) -> None:
        super().__init__(f"git's patch could not be read at byte {at}: {what}")


def added_lines(pieces: Iterable[bytes], commit: str = "") -> Iterator[Hunk | Skipped]:
    """The added lines of a patch, and the names of added files, in the patch's order.

    Raises PatchError where the patch ends early or holds something unknown.
    """
    return _Reader(pieces, commit).read()


def added_lines_of_commits(
    pieces: Iterable[bytes], said: Callable[[str], Iterator[Hunk]]
) -> Iterator[Hunk | Skipped]:
    """The same for the output of git log, in which each commit begins with a NUL and its id.

    said gives for an id what the commit says itself.
    """
    return _Reader(pieces, "", said).read()


def unquote(name: bytes) -> bytes:
    """A path as git prints it, without git's quotes and escapes (git-config(1), core.quotePath).

    Raises ValueError where git would not have written it so.
    """
    if not name.startswith(b'"'):
        return name
    if len(name) < 2 or not name.endswith(b'"'):
        raise ValueError("a path with one quote")
    parts = name[1:-1].split(b"\\")
    out = [parts[0]]
    index = 1
    while index < len(parts):
        part = parts[index]
        if not part:  # an escaped backslash: split made two of it
            index += 1
            if index == len(parts):
                raise ValueError("a path that ends in an escape")
            out.append(b"\\" + parts[index])
        elif part[:1] in b"0123":
            out.append(bytes((int(part[:3], 8),)) + part[3:])
        elif part[:1] in _ESCAPES:
            out.append(_ESCAPES[part[:1]] + part[1:])
        else:
            raise ValueError("a path with an unknown escape")
        index += 1
    return b"".join(out)


_ESCAPES = {
    b"a": b"\a",
    b"b": b"\b",
    b"t": b"\t",
    b"n": b"\n",
    b"v": b"\v",
    b"f": b"\f",
    b"r": b"\r",
    b'"': b'"',
}

# What may come next in the head of a file; a patch that ends or goes on otherwise was cut.
_FOLLOWS = {
    b"diff --git ": (b"old mode ", b"new file mode ", b"deleted file mode ", b"index "),
    b"old mode ": (b"new mode ",),
    b"new file mode ": (b"index ",),
    b"deleted file mode ": (b"index ",),
    b"--- ": (b"+++ ",),
    b"+++ ": (b"@@ -",),
    b"index ": (b"--- ",),
}
_KINDS = {kind[:4]: kind for kind in _FOLLOWS}
# The only files that git shows without a hunk: empty ones, in SHA-1 and in SHA-256.
_EMPTY = (
    b"e69de29bb2d1d6434b8b29ae775ad8c2e48c5391",
    b"473a0f4c3be8a93681a267e3b1e9a7dcda1185436fe141f7749120a303721813",
)


class _Reader:
    def __init__(
        self,
        pieces: Iterable[bytes],
        commit: str,
        said: Callable[[str], Iterator[Hunk]] | None = None,
    ) -> None:
        self._pieces = iter(pieces)
        self._commit = commit
        self._said = said
        self._buffer = b""
        self._position = 0
        self._before = 0  # bytes of the patch that have left the buffer
        self._path = b""
        self._blob = ""
        self._mode = b""

    def read(self) -> Iterator[Hunk | Skipped]:
        due: tuple[bytes, ...] = ()
        while (line := self._line()) is not None:
            if due and not line.startswith(due):
                self._fail("a part of a file's head is missing")
            if line.startswith(b"@@ -"):
                due = ()
                yield from self._hunk(line)
                continue
            kind = _KINDS.get(line[:4], b"")
            if not line.startswith(kind):
                kind = b""
            due = _FOLLOWS.get(kind, ())
            if kind == b"diff --git ":
                self._start_file(line[11:])
            elif kind == b"index ":
                due = self._index_line(line)
                if self._mode == GITLINK:
                    yield Skipped(self._path, "submodule")
            elif kind == b"new file mode ":
                self._mode = line[14:]
                if self._mode != GITLINK:
                    yield Hunk(self._path, 1, self._path, where=NAME, commit=self._commit)
            elif line.startswith(b"\0") and self._said is not None:
                if not line[1:].isalnum():
                    self._fail("a commit without its id")
                self._commit, self._path = line[1:].decode("ascii"), b""
                yield from self._said(self._commit)
            elif line.startswith(b"new mode "):
                self._mode = line[9:]
            elif line.startswith(b"* Unmerged path "):
                yield Skipped(self._unquoted(line[16:]), "unmerged", by_design=False)
            elif line and not kind:
                self._fail("unknown line")
        if due:
            self._fail("it ends in the head of a file")

    def _fail(self, what: str) -> NoReturn:
        raise PatchError(what, self._before + self._position)

    def _unquoted(self, name: bytes) -> bytes:
        try:
            return unquote(name)
        except ValueError as error:
            self._fail(str(error))

    def _start_file(self, names: bytes) -> None:
        # Without renames both names are the same, so the middle is where one ends: no file name
        # can move it. Each is `a/NAME` or, quoted, `"a/NAME"`.
        middle = len(names) // 2
        new = self._unquoted(names[middle + 1 :])
        old = self._unquoted(names[:middle])
        if names[middle : middle + 1] != b" " or old[:2] != b"a/" or old[2:] != new[2:]:
            self._fail("the two names of a file differ")
        self._path = new[2:]
        self._blob = ""
        self._mode = b""

    def _index_line(self, line: bytes) -> tuple[bytes, ...]:
        """Read `index <old>..<new>[ <mode>]`; what has to come next."""
        objects, _, mode = line[6:].partition(b" ")
        old, _, new = objects.partition(b"..")
        if not new.isalnum() or len(old) != len(new):
            self._fail("an index line without its objects")
        self._blob = new.decode("ascii")
        if mode:
            self._mode = mode
        empty = {old, new}.intersection(_EMPTY) and {old, new}.intersection((b"0" * len(old),))
        return () if empty else _FOLLOWS[b"index "]

    def _hunk(self, header: bytes) -> Iterator[Hunk]:
        if not self._path:
            self._fail("a hunk of no file")
        try:
            old, new = header[4 : header.index(b" @@")].split(b" +")
            removed = int(old.partition(b",")[2] or 1)
            start, _, count = new.partition(b",")
            first, added = int(start), int(count or 1)
        except ValueError:
            self._fail("a hunk header without its numbers")
        for _ in self._lines(removed, b"-"):
            pass
        if self._mode == GITLINK:
            for _ in self._lines(added, b"+"):
                pass
            return
        text = self._last_hunk(added)
        if text is not None:
            yield Hunk(self._path, first, text, blob=self._blob, commit=self._commit)
            return
        line, column = first, 0
        for text, more in self._lines(added, b"+"):
            yield Hunk(
                self._path, line, text, column=column, more=more, blob=self._blob,
                commit=self._commit,
            )  # fmt: skip
            if more:
                line, column = after(text, line, column)

    def _lines(self, count: int, mark: bytes) -> Iterator[tuple[bytes, bool]]:
        """The next count lines, each of which starts with mark, and git's remark after them.

        Yields (text without marks, whether more follows); several only for a very long run.
        """
        middle = False  # in the middle of a line: what follows has no mark of its own
        while count:
            end, left = self._end_of_lines(count)
            if left:
                size = len(self._buffer) - self._position
                if size < PIECE:
                    self._fill()
                    continue
                # As much as is here, but never half of a line break and its mark.
                end = len(self._buffer)
            begin = self._position
            if not middle:
                if self._buffer[begin : begin + 1] != mark:
                    self._fail("fewer lines than the hunk header says")
                begin += 1
            text = self._buffer[begin:end]
            lines = text.replace(b"\n" + mark, b"\n")
            whole = text.endswith(b"\n")
            # So many lines end here, and each but the last has a mark behind it.
            if len(text) - len(lines) != count - left - whole:
                self._fail("fewer lines than the hunk header says")
            yield lines, bool(left)
            middle = not whole
            self._position = end
            count = left
            if end == len(self._buffer):
                self._drop()
        if self._peek() == b"\\":  # "\ No newline at end of file"
            self._line()

    def _last_hunk(self, count: int) -> bytes | None:
        """The next count lines, where the next file follows them: found without counting them."""
        begin = self._position
        end = self._buffer.find(b"\ndiff --git ", begin, begin + 64 * count + 4096) + 1
        marked = self._buffer[begin:end]
        if not marked.startswith(b"+") or marked[marked.rfind(b"\n", 0, -1) + 1] != 0x2B:
            return None
        text = marked[1:].replace(b"\n+", b"\n")
        if len(marked) - len(text) != count:
            return None
        self._position = end
        return text

    def _end_of_lines(self, count: int) -> tuple[int, int]:
        """Where the next count lines end in the buffer, and how many of them are not there yet."""
        buffer, low = self._buffer, self._position
        size = 64 * count + 4096
        while True:  # a stretch as long as the lines may be, then the next
            high = low + size
            here = buffer.count(b"\n", low, high)
            if here >= count:
                break
            if high >= len(buffer):
                return len(buffer), count - here
            low, count = high, count - here
        while high - low > 512:  # the end of the last line lies between: halve
            half = (low + high) // 2
            before = buffer.count(b"\n", low, half)
            if before < count:
                low, count = half, count - before
            else:
                high = half
        for _ in range(count):
            low = buffer.index(b"\n", low) + 1
        return low, 0

    def _line(self) -> bytes | None:
        """The next line without its line break, None at the end of the patch."""
        while True:
            end = self._buffer.find(b"\n", self._position)
            if end >= 0:
                line = self._buffer[self._position : end]
                self._position = end + 1
                return line
            if not self._fill(at_end=False):
                if self._position == len(self._buffer):
                    return None
                self._fail("it ends in the middle of a line")

    def _peek(self) -> bytes:
        if self._position == len(self._buffer):
            self._fill(at_end=False)
        return self._buffer[self._position : self._position + 1]

    def _drop(self) -> None:
        self._before += self._position
        self._buffer = self._buffer[self._position :]
        self._position = 0

    def _fill(self, *, at_end: bool = True) -> bool:
        """Read another piece. At the end of the patch: False, or PatchError where at_end is set."""
        piece = next(self._pieces, b"")
        if not piece:
            if at_end:
                self._fail("it ends before its last hunk does")
            return False
        self._drop()
        self._buffer += piece
        return True
