"""What stands at a place in another spelling, decoded."""

from __future__ import annotations

from bisect import bisect_right

from keystop import runs
from keystop.encoded import BACKSLASH, CODES, ENTITIES, PERCENT, QUOTED, entity, escaped
from keystop.hunk import wide

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Final

# Where an escape is, where it ends, and what it reads like.
Escape = tuple[int, int, bytes]

_PRINTABLE = bytes(range(0x20, 0x7F)) + b"\t\n\r\f\v\x1b"
_CONTROLS = bytes(byte in _PRINTABLE or byte >= 0x80 for byte in range(256))
_STANDARD = bytes.maketrans(b"-_", b"+/")
# What may stand between the lines of a value that is wrapped: line breaks, also escaped ones,
# indentation, quotes, what continues a string or a comment.
_GAP = b" \t\r\n\"'`\\#*>|;"
_PLAIN = {
    0x6E: b"\n", 0x72: b"\r", 0x74: b"\t", **{sign: bytes((sign,)) for sign in b"\"'`/\\:=#!&$"},
}  # fmt: skip


class Run:
    """A run of base64 or hexadecimal digits, on one or several lines, and the text behind it.

    lines are where they begin in the outer text, by their offset in the run. scale is how many
    characters stand for how many bytes, (0, 1) where that differs from byte to byte.
    """

    __slots__ = ("_lines", "_scale", "end", "name", "start", "text")

    def __init__(
        self, lines: list[tuple[int, int]], end: int, text: bytes, name: str, scale: tuple[int, int]
    ) -> None:
        self._lines: Final = lines
        self._scale: Final = scale
        self.start: Final = lines[0][1]
        self.end: Final = end
        self.text: Final = text
        self.name: Final = name

    def place(self, offset: int) -> int:
        """Where in the outer text the byte at offset is encoded."""
        many, few = self._scale
        inside = offset * many // few
        begin, outer = self._lines[bisect_right(self._lines, (inside, 1 << 62)) - 1]
        return outer + inside - begin


def escapes(
    kind: str, text: bytes, begin: int, stop: int
) -> Iterator[tuple[int, int, bytes, None]]:
    """What is escaped in text[begin:stop], printable ASCII only."""
    for start, end, inner in _ESCAPES[kind](text, begin, stop):
        if end <= stop:
            yield start, end, inner, None


def _backslashes(text: bytes, begin: int, stop: int) -> Iterator[Escape]:
    place = text.find(b"\\", begin, stop - 1)
    while place >= 0:
        size = 2
        sign = text[place + 1]
        if sign in b"uxU":
            length, code = escaped(text, place)
            if code:
                size = length
                yield place, place + size, bytes((code,))
        elif sign in _PLAIN:
            yield place, place + 2, _PLAIN[sign]
        place = text.find(b"\\", place + size, stop - 1)


def _percents(text: bytes, begin: int, stop: int) -> Iterator[Escape]:
    place = text.find(b"%", begin, stop)
    while place >= 0:
        code = CODES.get(text[place + 1 : place + 3])
        if code:
            yield place, place + 3, bytes((code,))
        place = text.find(b"%", place + (3 if code else 1), stop)


def _entities(text: bytes, begin: int, stop: int) -> Iterator[Escape]:
    place = text.find(b"&", begin, stop)
    while place >= 0:
        size, code = entity(text, place)
        if code:
            yield place, place + size, bytes((code,))
        place = text.find(b"&", place + (size if code else 1), stop)


def _quoted(text: bytes, begin: int, stop: int) -> Iterator[Escape]:
    place = text.find(b"=", begin, stop)
    while place >= 0:
        size = 1
        if code := CODES.get(text[place + 1 : place + 3]):
            size = 3
            yield place, place + 3, bytes((code,))
        else:
            for end in (b"\n", b"\r\n"):
                if text.startswith(end, place + 1):
                    size = 1 + len(end)
                    yield place, place + size, b""
        place = text.find(b"=", place + size, stop)


_ESCAPES = {BACKSLASH: _backslashes, PERCENT: _percents, ENTITIES: _entities, QUOTED: _quoted}


def run(text: bytes, start: int, most: int) -> tuple[Run | None, int]:
    """The run at start with its continuation on the following lines, as far as it is text.

    None where it is none; and how many bytes were decoded to know that, about most at the most.
    """
    lines = _lines(text, start, most)
    found, good = _decoded(text, lines, most)
    tried = sum(end - begin for begin, end in lines)
    if found is None and len(lines) > 1:
        found, _ = _decoded(text, lines[: max(good, 1)], most)
    return found, max(tried * 3 // 4, 0 if found is None else len(found.text))


def _lines(text: bytes, start: int, most: int) -> list[tuple[int, int]]:
    lines = [(start, runs.end(text, start))]
    size = lines[0][1] - start
    while size * len(lines) < most * 2:
        begin = _next_line(text, lines[-1][1])
        stop = runs.end(text, begin) if begin >= 0 else begin
        if not 0 < stop - begin <= size:
            break
        lines.append((begin, stop))
        if stop - begin < size:
            break
    return lines


def _next_line(text: bytes, place: int) -> int:
    """Where the run continues that ends at place, -1 where it does not."""
    gap = text[place : place + 100]
    plain = gap.replace(b"\\r", b"  ").replace(b"\\n", b" \n").replace(b"\\t", b"  ")
    rest = plain.lstrip(_GAP)
    if rest[:1] == b"+" and rest[1:2] in (b" ", b"\n", b"\r", b'"', b"'"):
        rest = rest[1:].lstrip(_GAP)
    if not rest or b"\n" not in plain[: len(plain) - len(rest)]:
        return -1
    return place + len(plain) - len(rest)


def _decoded(text: bytes, lines: list[tuple[int, int]], most: int) -> tuple[Run | None, int]:
    """The run on these lines, or None and the number of lines before the first that is no text."""
    import binascii

    body = b"".join(text[begin:end] for begin, end in lines)
    places, offset = [], 0
    for begin, end in lines:
        places.append((offset, begin))
        offset += end - begin
    last = lines[-1][1]
    if not body.translate(None, runs.HEX):
        data = binascii.unhexlify(body[: min(most, len(body) // 2) * 2])
        if _readable(data):
            return Run(places, last, data, "hexadecimal", (2, 1)), 0
    body = body[: (most + 2) // 3 * 4].translate(_STANDARD)
    if len(body) % 4 == 1:
        body = body[:-1]
    data = binascii.a2b_base64(body + b"=" * (-len(body) % 4))
    while text[last : last + 1] == b"=" and last < lines[-1][1] + 2:
        last += 1
    if _readable(data):
        return Run(places, last, data, "base64", (4, 3)), 0
    if wide(data):
        width = 4 if data.count(0) * 2 > len(data) else 2
        narrow = data.replace(b"\0", b"")
        if _readable(narrow.lstrip(_MARK)):
            name = f"base64, UTF-{width * 8}"
            return Run(places, last, narrow, name, (4 * width, 3)), 0
    name, inner = _inflated(data, most)
    if inner:
        return Run(places, last, inner, f"base64, {name}", (0, 1)), 0
    bad = data.translate(_CONTROLS).find(b"\0")
    return None, bisect_right(places, (bad * 4 // 3, 1 << 62)) - 1


# A byte order mark, in either order.
_MARK = b"\xff\xfe"


def _inflated(data: bytes, most: int) -> tuple[str, bytes]:
    """What was compressed, up to its first most bytes; nothing where data is something else."""
    name = "gzip" if data[:2] == b"\x1f\x8b" else "zlib"
    if name == "zlib" and (data[:1] != b"\x78" or int.from_bytes(data[:2], "big") % 31):
        return name, b""
    import zlib

    try:
        return name, zlib.decompressobj(47).decompress(data, most)
    except zlib.error:
        return name, b""


def _readable(data: bytes) -> bool:
    """Whether it is text, in ASCII or UTF-8, and no drawing."""
    rest = data.translate(None, _PRINTABLE)
    if rest:
        if min(rest) < 0x80:
            return False
        try:  # it may begin and end within a character
            data.lstrip(_CONTINUATION)[:-3].decode()
        except UnicodeDecodeError:
            return False
    return bool(data) and b"<svg" not in data[:500]


_CONTINUATION = bytes(range(0x80, 0xC0))
