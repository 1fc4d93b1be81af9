"""What a change would do, as a unified diff in which all values are masked."""

from __future__ import annotations

from collections.abc import Iterator
from difflib import SequenceMatcher
from typing import NamedTuple

from keystop.escape import printable
from keystop.fix.edits import Change
from keystop.masking import masked_part


class _Line(NamedTuple):
    """A line as it is compared, and as it is shown."""

    text: bytes
    shown: str


def unified(one: Change, spans: list[tuple[int, int]]) -> Iterator[str]:
    """The lines of the diff. spans are what is masked of the old text; new text is shown."""
    old, new = _old(one.text or b"", spans), _new(one, spans)
    name = printable(str(one.path))
    yield f"--- {'/dev/null' if one.text is None else f'a/{name}'}"
    yield f"+++ b/{name}"
    matcher = SequenceMatcher(None, [line.text for line in old], [line.text for line in new], False)
    for group in matcher.get_grouped_opcodes(3):
        first, last = group[0], group[-1]
        yield (f"@@ -{_range(first[1], last[2])} +{_range(first[3], last[4])} @@")
        for tag, i, j, k, m in group:
            if tag == "equal":
                yield from (f" {line.shown}" for line in old[i:j])
                continue
            yield from _marked("-", old[i:j])
            yield from _marked("+", new[k:m])


def _marked(mark: str, lines: list[_Line]) -> Iterator[str]:
    for line in lines:
        yield f"{mark}{line.shown}"
        if not line.text.endswith(b"\n"):
            yield "\\ No newline at end of file"


def _range(start: int, stop: int) -> str:
    length = stop - start
    return str(start + 1) if length == 1 else f"{start + (length > 0)},{length}"


def _old(text: bytes, spans: list[tuple[int, int]]) -> list[_Line]:
    return [_Line(text[begin:end], _masked(text, begin, end, spans)) for begin, end in _lines(text)]


def _lines(text: bytes) -> Iterator[tuple[int, int]]:
    begin = 0
    while begin < len(text):
        end = text.find(b"\n", begin) + 1 or len(text)
        yield begin, end
        begin = end


def _masked(text: bytes, begin: int, end: int, spans: list[tuple[int, int]]) -> str:
    while end > begin and text[end - 1] in b"\r\n":
        end -= 1
    return masked_part(text, begin, end, spans)


def _new(one: Change, spans: list[tuple[int, int]]) -> list[_Line]:
    """The new lines: what was there is masked, what is put in is shown as it is."""
    text = one.text or b""
    pieces: list[tuple[bytes, str]] = []
    place = 0
    for edit in (*one.edits, None):
        stop = edit.start if edit else len(text)
        for begin, end in _lines(text[:stop]):
            if end > place:
                begin = max(begin, place)
                pieces.append((text[begin:end], _masked(text, begin, end, spans)))
        if edit:
            for begin, end in _lines(edit.new):
                piece = edit.new[begin:end]
                pieces.append((piece, printable(piece.rstrip(b"\r\n").replace(b"\t", b"    "))))
            place = edit.end
    lines: list[_Line] = []
    for piece, shown in pieces:
        if lines and not lines[-1].text.endswith(b"\n"):
            lines[-1] = _Line(lines[-1].text + piece, lines[-1].shown + shown)
        else:
            lines.append(_Line(piece, shown))
    return lines
