"""Runs of characters that may be base64 or hexadecimal digits of a text."""

from __future__ import annotations

# So many letters and digits in a row may be 15 bytes in base64. The other signs of base64 stand
# for nothing in ASCII but `>`, `~` and `?`, at every third place: a longer text has such a row,
# and it begins with the first of four characters.
ROW = 20
# A run as long as this that does not begin like a text is an image, a font, a certificate.
_LONG = 200
# How much of a run says whether it may be text.
_HEAD = 64

LETTERS = b"0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
BODY = LETTERS + b"+/-_"
HEX = b"0123456789abcdefABCDEF"
_ROWS = bytes(0x41 if byte in LETTERS else 0x20 for byte in range(256))
_RUNS = bytes(0x41 if byte in BODY else 0x20 for byte in range(256))
_A_ROW = b"A" * ROW
# What the first and the second of four characters are for bytes from 0x20 to 0x7F, \t, \n, \r.
_FIRST, _SECOND = b"CDIJKLMNOPQRSTUVWXYZabcdef", b"ACDEFGHQSTUVWXgijklmnwyz0123"
# What gzip begins with, and zlib in its usual levels.
_PACKED = (b"H4sI", b"eJ", b"eN")
# The same as spots, for Hyperscan. More of a row would find less, and not faster.
_TWO = rb"[%s][%s]" % (_FIRST, _SECOND)
EXPRESSIONS = (
    rb"(?:\\n|[^0-9A-Za-z])(?:%s[0-9A-Za-z]{2}){2}%s" % (_TWO, _TWO),
    rb"[^0-9A-Za-z](?:[02-7][0-9A-Fa-f]){16}",
    rb"H4sI",
    rb"[^0-9A-Za-z]e(?:J[w-z]|N[o-r])",
    rb"A[C-H].A..[AB].A[C-H].A",  # every other byte of UTF-16 is zero
)


def spots(text: bytes) -> list[int]:
    """A place in each run that may be text."""
    marks = text.translate(_ROWS)
    found = [0] if begins(text) else []
    row = marks.find(_A_ROW)
    while row >= 0:
        if _worth(text, row):
            found.append(row + 1)
        end = marks.find(b" ", row)
        row = marks.find(_A_ROW, end) if end >= 0 else -1
    for sign in _PACKED:
        place = text.find(sign)
        while place >= 0:
            if marks[max(0, place - 1) : place] != b"A":
                found.append(place + 1)
            place = text.find(sign, place + 1)
    found.sort()
    return found


def _worth(text: bytes, row: int) -> bool:
    head = text[row : row + ROW]
    first = head[0]
    return (
        (first in _FIRST and _like_base64(head[:10]))
        or (first in HEX and not head.translate(None, HEX))
        or (first == 0x6E and text[row - 1 : row] == b"\\" and _like_base64(head[1:11]))
        or head.count(b"A") > 3
    )


def begins(text: bytes) -> bool:
    """Whether a text begins with a run: it may have been cut anywhere in it."""
    return len(text) >= ROW and not text[:ROW].translate(None, BODY)


def _like_base64(head: bytes) -> bool:
    return not (head[::4].translate(None, _FIRST) or head[1::4].translate(None, _SECOND))


def promising(text: bytes, found: list[int]) -> list[int]:
    """Where the runs at these spots begin, as far as they may be text going by how they begin."""
    result = []
    done = 0
    for spot in found:
        if spot < done:
            continue
        begin, stop = _begin(text, spot, done), end(text, spot)
        if text.startswith(b"eyJ", begin) and _is_token(text, stop):
            # A JSON Web Token is the secret, whatever is in it.
            done = end(text, end(text, stop + 1) + 1)
            continue
        row = spot - len(text[begin:spot]) + len(text[begin:spot].rstrip(LETTERS))
        for start in dict.fromkeys((0, 1, 2, 3) if begin == 0 else (begin, row)):
            if _like_text(text[start : min(stop, start + _HEAD)]):
                result.append(start)
                done = stop
                break
        else:
            done = stop if stop - begin > _LONG else spot + 1
    return result


def end(text: bytes, place: int) -> int:
    """Where the run ends that place is in."""
    while piece := text[place : place + 4096].translate(_RUNS):
        stop = piece.find(b" ")
        if stop >= 0:
            return place + stop
        place += len(piece)
    return len(text)


def _begin(text: bytes, spot: int, done: int) -> int:
    """Where the run begins that has the spot, not before done."""
    before = text[max(done, spot - _LONG) : spot]
    begin = spot - len(before) + len(before.rstrip(BODY))
    # \nQUJD inside a string literal
    if text[max(0, begin - 1) : begin] == b"\\" and text[begin] in b"nrt":
        begin += 1
    return begin


def _is_token(text: bytes, stop: int) -> bool:
    second = end(text, stop + 1)
    return text[stop : stop + 1] == text[second : second + 1] == b"." and second > stop + 1


def _like_text(head: bytes) -> bool:
    size = len(head)
    if size < ROW:
        return False
    if not head.translate(None, HEX):
        return size >= 32 and not head[::2].translate(None, b"0234567")
    if head.startswith(_PACKED) or _like_wide(head, 0) or _like_wide(head, 4):
        return True
    strange = head[::4].translate(None, _FIRST) + head[1::4].translate(None, _SECOND)
    # Text that is not ASCII has some, chance more than every other.
    return len(strange) * 8 <= size if size == _HEAD else len(strange) * 32 <= size


def _like_wide(head: bytes, shift: int) -> bool:
    """Whether every other byte is zero, as in UTF-16: of six these begin and end with one."""
    zeros = head[shift::8] + head[shift + 3 :: 8]
    return zeros.count(b"A") * 8 >= len(zeros) * 7
