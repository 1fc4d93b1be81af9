"""Changes of files, as what is put in the place of what."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple


class Edit(NamedTuple):
    """text[start:end] becomes new, which holds no value of a secret."""

    start: int
    end: int
    new: bytes


class Change(NamedTuple):
    """A file, its text (None: there is none yet), and its edits, sorted and apart."""

    path: Path
    text: bytes | None
    edits: tuple[Edit, ...]


def change(path: Path, text: bytes | None, edits: list[Edit]) -> Change:
    """A change with its edits sorted; those at one place keep their order."""
    return Change(path, text, tuple(sorted(edits, key=lambda edit: (edit.start, edit.end))))


def applied(one: Change) -> bytes:
    """The file's new text."""
    text, parts, place = one.text or b"", [], 0
    for edit in one.edits:
        parts += [text[place : edit.start], edit.new]
        place = edit.end
    return b"".join(parts) + text[place:]


def line_end(text: bytes) -> bytes:
    """What ends the lines of a text: as its first one."""
    first = text.find(b"\n")
    return b"\r\n" if first > 0 and text[first - 1 : first] == b"\r" else b"\n"


def line_start(text: bytes, place: int) -> int:
    """Where the line of a place begins."""
    return text.rfind(b"\n", 0, place) + 1


def next_line(text: bytes, place: int) -> int:
    """Where the line after that of a place begins; the end of the text where there is none."""
    end = text.find(b"\n", place)
    return len(text) if end < 0 else end + 1


def in_file(text: bytes, lines: str) -> bytes:
    """Lines that end with \\n, as a file has them: its line ends, tabs if it is indented so."""
    if b"\n\t" in text and b"\n    " not in text:
        lines = lines.replace("    ", "\t")
    return lines.encode().replace(b"\n", line_end(text))


def appended(text: bytes, lines: str) -> Edit:
    """Lines at the end of a file, after an empty one. A file without a last line end has none."""
    end = line_end(text).decode()
    new = in_file(text, "\n" + lines)
    if not text.endswith(b"\n"):
        new = end.encode() + new.removesuffix(end.encode())
    return Edit(len(text), len(text), new)
