"""Where a text may hold text in another spelling: a look that costs little where nothing does.

What is found here is decoded by keystop.layers, which is not loaded before.
"""

from __future__ import annotations

from keystop import runs

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any

    from keystop.layers import Layer

BACKSLASH, PERCENT, ENTITIES = "backslash escapes", "percent encoding", "HTML entities"
QUOTED, RUNS = "quoted-printable", "runs"

# Building Hyperscan's database costs 7 ms where none is kept, and it saves 2 ns a byte. How much
# will come is not known.
FEW_BYTES = 500_000

_TOKEN = b"0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ-_.~+/=:@!$&*,;?#%"
# Two hexadecimal digits, with the character of a text that they stand for.
CODES = {b"%02x" % code: code for code in (*b"\t\n\r", *range(0x20, 0x7F))}
CODES |= {pair.upper(): code for pair, code in CODES.items()}
# Other signs end a value in a URL, and what they stand beside is found without decoding.
_IN_VALUES = frozenset(pair for pair, code in CODES.items() if code in _TOKEN)
_NAMED = {
    b"amp": 0x26, b"quot": 0x22, b"apos": 0x27, b"lt": 0x3C, b"gt": 0x3E, b"equals": 0x3D,
    b"plus": 0x2B, b"sol": 0x2F, b"colon": 0x3A, b"commat": 0x40, b"lowbar": 0x5F, b"hyphen": 0x2D,
    b"dollar": 0x24, b"excl": 0x21, b"num": 0x23, b"percnt": 0x25, b"period": 0x2E, b"nbsp": 0x20,
}  # fmt: skip


class Signs:
    """Looks for what may be encoded, with Hyperscan where much is looked at."""

    def __init__(self) -> None:
        self._searched = 0
        self._database: Any = None

    def layers(self, text: bytes) -> Iterator[Layer]:
        """What a text reads like where something in it is decoded, for each encoding."""
        found = self.of(text)
        if found:
            from keystop.layers import Walk

            yield from Walk(self.of, len(text)).layers(text, found)

    def of(self, text: bytes) -> dict[str, list[int]]:
        """For each encoding where something stands in it that may matter. Most texts have none."""
        if self._database is None:
            self._searched += len(text)
            if self._searched > FEW_BYTES:
                from keystop.database import database

                sources = [expression for _, _, expression in _EXPRESSIONS]
                self._database = database(
                    "encoded", b"\n".join(sources), lambda: list(enumerate(sources))
                )
        places = _by_database(self._database, text) if self._database else _by_signs(text)
        if not places:
            return {}
        found = {
            kind: [spot for spot in places.get(kind, ()) if matters(text, spot)]
            for kind, matters in _MATTERS.items()
        }
        found[RUNS] = runs.promising(text, places.get(RUNS, []))
        return {kind: hits for kind, hits in found.items() if hits}


def _by_signs(text: bytes) -> dict[str, list[int]]:
    soft = _all(text, b"=\n") + (_all(text, b"=\r\n") if b"\r" in text else [])
    return {
        BACKSLASH: _all(text, b"\\"),
        PERCENT: _all(text, b"%"),
        ENTITIES: _all(text, b"&"),
        QUOTED: sorted(_all(text, b"=3D") + soft),
        RUNS: runs.spots(text),
    }


def _all(text: bytes, sign: bytes) -> list[int]:
    places = []
    place = text.find(sign)
    while place >= 0:
        places.append(place)
        place = text.find(sign, place + 1)
    return places


# Each with the sign that its match begins with.
_EXPRESSIONS = (
    (BACKSLASH, b"\\", rb"\\u00[2-7]"),
    (BACKSLASH, b"\\", rb"\\u\{"),
    (BACKSLASH, b"\\", rb"\\U000000"),
    (BACKSLASH, b"\\", rb"\\x[2-7]"),
    (BACKSLASH, b"\\", rb"\\[/:=]"),
    (BACKSLASH, b"\\\\\\", rb'\\\\\\"'),
    (PERCENT, b"%", rb"%[02-7][0-9A-Fa-f]"),
    (ENTITIES, b"&", rb"&#[Xx0-9]"),
    (ENTITIES, b"&", rb"&(?:%s);" % b"|".join(_NAMED)),
    (QUOTED, b"=", rb"=3D"),
    (QUOTED, b"=", rb"[^ \t=]=\r?\n[^\s]"),
    *((RUNS, b"", expression) for expression in runs.EXPRESSIONS),
)


def _by_database(database: Any, text: bytes) -> dict[str, list[int]]:
    places: dict[str, list[int]] = {}

    def add(number: int, _start: int, end: int, _flags: int, _context: object) -> None:
        kind, sign, _ = _EXPRESSIONS[number]
        place = text.rfind(sign, 0, end - 1) if sign else end - 1
        places.setdefault(kind, []).append(place)

    database.scan(text, match_event_handler=add)
    if runs.begins(text):
        places[RUNS] = [0, *places.get(RUNS, ())]
    return places


def _hides(text: bytes, place: int) -> bool:
    """Whether an escape hides something from the search, as \\n and \\" do not."""
    sign = text[place + 1 : place + 2]
    if not sign or sign not in b"uxU/:=\\":
        return False
    if sign in b"uxU":
        return escaped(text, place)[1] > 0x20
    if sign == b"\\":  # in a string in a string in a string
        return text.startswith(b'\\"', place + 2)
    before, after = text[max(0, place - 1) : place], text[place + 2 : place + 3]
    if sign == b"/":
        return (before.isalnum() or before in b":/") and (after.isalnum() or after == b"\\")
    return before.isalnum() and (after == b"/" or sign == b"=")


def escaped(text: bytes, place: int) -> tuple[int, int]:
    """Length and code of the \\x, \\u or \\U at place; 0 for a code that is not ASCII."""
    sign = text[place + 1 : place + 2]
    if sign == b"x":
        return 4, CODES.get(text[place + 2 : place + 4], 0)
    if text[place + 2 : place + 3] == b"{":
        digits, end, _ = text[place + 3 : place + 10].partition(b"}")
        return len(digits) + 4, CODES.get(digits.lstrip(b"0").rjust(2, b"0"), 0) if end else 0
    size = 4 if sign == b"u" else 8
    digits = text[place + 2 : place + 2 + size]
    if len(digits) < size or digits[:-2].strip(b"0"):
        return size + 2, 0
    return size + 2, CODES.get(digits[-2:], 0)


def _in_value(text: bytes, place: int) -> bool:
    """Whether a percent sign begins an escape in a value, and not `%2d` in a format string."""
    pair = text[place + 1 : place + 3]
    if pair not in _IN_VALUES:  # a quote, a line break: they hide where base64 begins
        return pair in CODES and text[place + 3 : place + 3 + runs.ROW].isalnum()
    after = text[place + 3 : place + 4]
    return after.isalnum() or after == b"%" or text[max(0, place - 1) : place].isalnum()


def _joins(text: bytes, place: int) -> bool:
    """Whether an entity stands within or around a value, and not between the words of a page."""
    size, code = entity(text, place)
    if code in b"<>" or code <= 0x20:
        return False
    before, after = text[max(0, place - 1) : place], text[place + size : place + size + 1]
    if code == 0x26:
        return bool(before.strip() and after.strip())
    if code in b"\"'":
        before = text[max(0, place - 3) : place].rstrip()[-1:]
        return bool(before) and before in b"=:(,[{"
    return True


def entity(text: bytes, place: int) -> tuple[int, int]:
    """Length and code of the HTML entity at place; 0 for a code that is not ASCII."""
    name, end, _ = text[place + 1 : place + 11].partition(b";")
    code = 0
    if end and name[:1] == b"#":
        digits = name[1:].lower()
        if digits.isdigit():
            code = int(digits)
        elif digits[:1] == b"x":
            code = CODES.get(digits[1:].lstrip(b"0").rjust(2, b"0"), 0)
    elif end:
        code = _NAMED.get(name, 0)
    return len(name) + 2, code if code < 0x7F else 0


def _breaks(text: bytes, place: int) -> bool:
    """Whether an equals sign is one of a mail: escaped, or at the end of a line of 76."""
    if text.startswith(b"3D", place + 1):
        return True
    if not text[max(0, place - 1) : place].strip(b"= \t"):
        return False
    size = place - text.rfind(b"\n", max(0, place - 100), place)
    end = text.find(b"\n", place) + 1
    return 72 <= size <= 77 and bool(text[end : end + 1].strip())


_MATTERS = {BACKSLASH: _hides, PERCENT: _in_value, ENTITIES: _joins, QUOTED: _breaks}
