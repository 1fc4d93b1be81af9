"""Making text of strangers safe to print."""

from __future__ import annotations

import os
import sys

# C0 and C1 controls, what re-orders text (bidirectional marks), what cannot be seen (zero width).
_HIDDEN = frozenset(
    (
        *range(0x20),
        *range(0x7F, 0xA0),
        *(0x61C, 0xFEFF),
        *range(0x200B, 0x2010),
        *range(0x2028, 0x202F),
        *range(0x2060, 0x2070),
    )
)


# No secret that tells what it is is shorter.
_SHORTEST = 12
# Kinds that say nothing of their value but that it is a secret.
_ANY = ("generic.secret",)


def without_typed(told: str) -> str:
    """An error without the secrets that somebody typed as an argument, which it may quote."""
    long = [one for one in sys.argv[1:] if len(one) >= _SHORTEST]
    if not long or not told:
        return told
    try:
        from keystop.engine import load

        engine = load()
        for one in long:
            for found in engine.candidates(os.fsencode(one), b"", lambda: None):
                # Else it may be an identifier, of which one is to see which it is.
                if found.detector.severity in ("critical", "high") or found.detector.id in _ANY:
                    told = told.replace(printable(found.value), "********")
    except Exception:
        pass  # the detectors cannot be loaded, and that may be what is told
    return told


def printable(data: bytes | str) -> str:
    r"""Text that moves no cursor: control, bidirectional and invisible characters as \xNN or
    \u{...}, undecodable bytes as \xNN. Never raises."""
    text = data.decode("utf-8", "surrogateescape") if isinstance(data, bytes) else data
    if text.isascii() and text.isprintable():
        return text
    return "".join(map(_one, text))


def _one(character: str) -> str:
    code = ord(character)
    if 0xDC80 <= code <= 0xDCFF:  # a byte that is no UTF-8
        return f"\\x{code - 0xDC00:02x}"
    if code < 0x100 and code in _HIDDEN:
        return f"\\x{code:02x}"
    if code in _HIDDEN or 0xD800 <= code <= 0xDFFF:
        return f"\\u{{{code:x}}}"
    return character
