"""Values that are text in another spelling."""

from __future__ import annotations

_BASE64 = b"0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ+/"
_RUN = bytes(byte if byte in _BASE64 + b"-_=" else 0x20 for byte in range(256))
_PRINTABLE = bytes(range(0x20, 0x7F)) + b"\t\r\n"
_LEAST = 20
# How many bytes before and after a value are looked at together with it.
_AROUND = 400


def decoded(value: bytes) -> bytes:
    """The printable text behind base64, empty where value is no such thing."""
    body = value.rstrip(b"=").replace(b"-", b"+").replace(b"_", b"/")
    if len(body) < _LEAST or len(body) % 4 == 1 or body.translate(None, _BASE64):
        return b""
    import binascii

    text = binascii.a2b_base64(body + b"=" * (-len(body) % 4))
    return b"" if text.translate(None, _PRINTABLE) else text


class Unfolded:
    """A part of a text in which every base64 value is decoded, and the way back.

    text is what the part reads like; begin and end are where the asked-for value is in it.
    """

    __slots__ = ("_pieces", "begin", "end", "text")

    def __init__(self, text: bytes, start: int, end: int) -> None:
        first = text.rfind(b"\n", 0, max(0, start - _AROUND)) + 1
        last = text.find(b"\n", min(len(text), end + _AROUND))
        part = text[first : last if last >= 0 else len(text)]
        out: list[bytes] = []
        size = place = 0
        # (where a decoded value is in the new text, where it ends, where it was in the old one)
        self._pieces: list[tuple[int, int, int, int]] = []
        self.begin = self.end = 0
        for word in part.translate(_RUN).split():
            if len(word) < _LEAST:
                continue
            inner = decoded(word)
            if not inner:
                continue
            at = part.index(word, place)
            out += (part[place:at], inner)
            size += at - place
            if first + at <= start < first + at + len(word):
                self.begin, self.end = size, size + len(inner)
            self._pieces.append((size, size + len(inner), first + at, first + at + len(word)))
            size += len(inner)
            place = at + len(word)
        out.append(part[place:])
        self.text = b"".join(out)

    def outer(self, start: int) -> tuple[int, int] | None:
        """Where the encoded value stood that holds a place of the new text; None for no such."""
        for begin, end, old, old_end in self._pieces:
            if begin <= start < end:
                return old, old_end
        return None
