"""The spellings of a value that is known: as it is, and in the encodings that configuration uses.

To look for a known value it is encoded once in every way, and the texts are searched as they are:
much less work than to decode whatever in them may be encoded.
"""

from __future__ import annotations

import re
from base64 import b64encode
from typing import NamedTuple

# A part of base64 shorter than this stands in texts by chance.
_LEAST = 8
# So many bytes of a value must stand as they are before the text around them is looked at.
_ANCHOR = 4
_NAMED = {0x22: b"&quot;", 0x26: b"&amp;", 0x27: b"&apos;", 0x3C: b"&lt;", 0x3E: b"&gt;"}


class Place(NamedTuple):
    """A line that holds the value, and the spelling; empty where it is the plain text."""

    line: int
    spelling: str


class Spellings:
    """A value, to be looked for. user is the other half of its pair, where there is one."""

    def __init__(self, value: bytes, user: bytes = b"") -> None:
        self._literal = _literals(value)
        self._pair = b64encode(user + b":" + value).rstrip(b"=") if user else b""
        self._anchor, self._escaped = _flexible(value)

    def found(self, text: bytes) -> str | None:
        """The first spelling that stands in a text, None where none does."""
        for needle, name in self._literal:
            if needle in text:
                return self._named(text, name)
        if self._anchor and self._anchor in text and self._escaped.search(text):
            return "escaped"
        return None

    def places(self, text: bytes) -> list[Place]:
        """Every line that holds it, in order; lines count from 1."""
        offsets: dict[int, str] = {}
        for needle, name in self._literal:
            start = text.find(needle)
            while start >= 0:
                offsets.setdefault(start, name)
                start = text.find(needle, start + len(needle))
        if self._anchor and self._anchor in text:
            for match in self._escaped.finditer(text):
                offsets.setdefault(match.start(), "escaped")
        lines: dict[int, str] = {}
        for start, name in sorted(offsets.items()):
            begin, end = text.rfind(b"\n", 0, start) + 1, text.find(b"\n", start)
            line = text[begin : end if end >= 0 else len(text)]
            lines.setdefault(text.count(b"\n", 0, start) + 1, self._named(line, name))
        return [Place(line, name) for line, name in lines.items()]

    def _named(self, text: bytes, name: str) -> str:
        if name == "base64" and self._pair and self._pair in text:
            return "base64 of ID:value"
        return name


def _literals(value: bytes) -> list[tuple[bytes, str]]:
    """(what to look for, the name of the spelling), the plain one first."""
    wide = value.decode("utf-8", "surrogateescape").encode("utf-16-le", "surrogatepass")[:-1]
    escapes = {
        "percent-encoded": "%%%02x",
        "\\u escapes": "\\u%04x",
        "\\x escapes": "\\x%02x",
    }
    made = [(value, ""), *((one, "base64") for one in _base64(value))]
    made += [(one, "base64 of UTF-16") for one in _base64(wide + b"\0")]
    made += [(wide, "UTF-16"), (value.hex().encode(), "hexadecimal")]
    made += [(value.hex().upper().encode(), "hexadecimal")]
    for name, form in escapes.items():
        made.append(("".join(form % byte for byte in value).encode(), name))
        # the digits in capitals, the sign before them as it is
        upper = form.replace("%02x", "%02X").replace("%04x", "%04X")
        made.append(("".join(upper % byte for byte in value).encode(), name))
    return list(dict.fromkeys(made))


def _base64(value: bytes) -> list[bytes]:
    """What of the base64 of a text does not depend on what stands before and after value in it.

    In all three alignments, in both alphabets.
    """
    made = []
    for shift in range(3):
        encoded = b64encode(bytes(shift) + value)
        core = encoded[-(-shift * 8 // 6) : (shift + len(value)) * 8 // 6]
        if len(core) >= _LEAST:
            made += [core, core.translate(bytes.maketrans(b"+/", b"-_"))]
    return list(dict.fromkeys(made))


def _flexible(value: bytes) -> tuple[bytes, re.Pattern[bytes]]:
    """The longest plain run of a value with signs in it, and a pattern for it with any of these
    escaped. The run is empty where there are no signs, or nothing else."""
    runs = re.findall(rb"[0-9A-Za-z]+", value)
    anchor = max(runs, key=len, default=b"")
    if anchor == value or len(anchor) < _ANCHOR:
        return b"", re.compile(b"(?!)")
    return anchor, re.compile(b"".join(map(_any_form, value)))


def _any_form(byte: int) -> bytes:
    sign = bytes((byte,))
    if sign.isalnum():
        return sign
    forms = [re.escape(sign), b"%%(?i:%02x)" % byte, b"\\\\+u00(?i:%02x)" % byte]
    forms += [
        b"\\\\+x(?i:%02x)" % byte,
        b"&\\#0*%d;" % byte,
        b"&\\#[xX]0*(?i:%x);" % byte,
        b"\\\\+" + re.escape(sign),
    ]
    if byte in _NAMED:
        forms.append(_NAMED[byte])
    if byte == 0x0A:
        forms += [rb"\r?\n[ \t]*", rb"\\+n"]
    return b"(?:" + b"|".join(forms) + b")"
