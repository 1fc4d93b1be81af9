"""Lines of a scanned file, made fit to be shown."""

from __future__ import annotations

from keystop.escape import printable
from keystop.finding import Excerpt

MASK = "********"
CUT = "..."
# How much of a line is shown before and after the finding.
_BEFORE, _AFTER = 60, 40
# How far from there the words that stand at its edges may begin or end.
_FAR = 400
# A word as short as this is no secret.
_SHORT = 5
_BLANK = frozenset(b" \t\r\n\0\"'`")
_SEPARATORS = frozenset(b"=,;:(){}[]<>&?/|+")
# What ends a value, so that what stands behind one of these is not a part of it.
_ENDS = _BLANK | frozenset(b",;)]}<>&@")
_SIGNS = b"$@%&*!#~-+\\.^_"
_DIGITS = b"0123456789"


def masked(
    text: bytes,
    begin: int,
    end: int,
    spans: list[tuple[int, int]],
    own: tuple[int, int],
    prefix: str,
) -> Excerpt:
    """The line text[begin:end] with every span masked, and all else that may be a value.

    own is the finding's span: its mask keeps the vendor's public prefix, and nothing else does.
    Only what looks like words, names and short numbers is shown besides.
    """
    start, stop = own[0], min(max(own), end)
    first, last = max(begin, start - _BEFORE), min(end, stop + _AFTER)
    while first > begin and 0x80 <= text[first] < 0xC0:  # in the middle of a character
        first -= 1
    while last < end and 0x80 <= text[last] < 0xC0:
        last += 1
    # What is glued to the value is under its mask.
    before = _shown(text, begin, end, (first, start), spans).removesuffix(MASK).lstrip()
    after = _shown(text, begin, end, (stop, last), spans).removeprefix(MASK).rstrip()
    if first > begin and text[begin:first].strip():
        before = CUT + before
    if last < end and text[last:end].strip():
        after += CUT
    shown = _head(text, own, prefix) + MASK
    return Excerpt(before + shown + after, len(before), len(shown))


def masked_part(text: bytes, begin: int, end: int, spans: list[tuple[int, int]]) -> str:
    """text[begin:end], a line or a part of one, with every span masked, and nothing else: for a
    file's owner, who has to see what a change does to it."""
    hidden = bytearray(end - begin)
    for one, other in spans:
        if one < end and other > begin:
            _mask_value(text, begin, end, max(one, begin), min(other, end), hidden)
    return _rendered(text, (begin, end), begin, hidden)


def masked_name(path: bytes, spans: list[tuple[int, int]]) -> bytes:
    """A path with spans of it masked."""
    out, place = [], 0
    for begin, end in sorted(spans):
        if begin >= place:
            out += [path[place:begin], MASK.encode()]
        place = max(place, end)
    return b"".join(out) + path[place:]


def _head(text: bytes, own: tuple[int, int], prefix: str) -> str:
    """What of a value is public: the vendor's prefix, or the first line of a key in PEM."""
    if text.startswith(b"-----BEGIN ", own[0]):
        title = text[own[0] + 11 : own[0] + 60].partition(b"-----")[0]
        if title.replace(b" ", b"").isalnum() and len(title) < 40:
            return f"-----BEGIN {title.decode('ascii')}----- "
    return prefix if text.startswith(prefix.encode(), own[0]) else ""


def _shown(
    text: bytes, begin: int, end: int, part: tuple[int, int], spans: list[tuple[int, int]]
) -> str:
    """text[part], printable, without anything that may be a secret. begin, end: its line."""
    low, high = max(begin, part[0] - _FAR), min(end, part[1] + _FAR)
    hidden = bytearray(high - low)
    for one, other in spans:
        if one < high and other > low:
            _mask_value(text, low, high, max(one, low), min(other, high), hidden)
    place = low
    while place < high:
        stop = place
        while stop < high and text[stop] not in _BLANK and not hidden[stop - low]:
            stop += 1
        if stop > place:
            _mask_words(text[place:stop], place - low, hidden)
        place = stop + 1
    return _rendered(text, part, low, hidden)


def _mask_value(text: bytes, low: int, high: int, one: int, other: int, hidden: bytearray) -> None:
    """Mask a span, and what follows it without an end: a part that no detector took."""
    stop = other
    while stop < high and text[stop] not in _ENDS:
        stop += 1
    if text[other:stop].isalnum() or any(chr(byte).isalnum() for byte in text[other:stop]):
        other = stop
    for place in range(one, other):
        hidden[place - low] = 1


def _mask_words(chunk: bytes, offset: int, hidden: bytearray) -> None:
    """Mask what stands in a run without blanks and quotes, from its first telling word on."""
    place = 0
    while place < len(chunk):
        stop = place
        while stop < len(chunk) and chunk[stop] not in _SEPARATORS:
            stop += 1
        if stop > place and telling(chunk[place:stop]):
            for inside in range(place, len(chunk)):
                hidden[offset + inside] = 1
            return
        place = stop + 1


def telling(word: bytes) -> bool:
    """Whether a word may be a value rather than a name: it mixes letters, digits and signs."""
    bare = word.strip(_SIGNS)
    if len(bare) <= _SHORT:
        return False
    for part in bare.translate(bytes.maketrans(b"_.-", b"   ")).split():
        letters = part.rstrip(_DIGITS)
        ascii_letters = sum(1 for byte in letters if byte < 0x80)
        if not letters:
            if len(part) > _SHORT:
                return True
        elif (
            len(part) - len(letters) > 2
            or ascii_letters > 15
            or not all(byte >= 0x80 or chr(byte).isalpha() for byte in letters)
        ):
            return True
    return False


def _rendered(text: bytes, part: tuple[int, int], low: int, hidden: bytearray) -> str:
    parts: list[str] = []
    place, last = part
    while place < last:
        end = place
        while end < last and hidden[end - low] == hidden[place - low]:
            end += 1
        plain = text[place:end].replace(b"\t", b"    ")
        parts.append(MASK if hidden[place - low] else printable(plain))
        place = end
    return "".join(parts)
