"""What of a line of code is a comment, and what is a string."""

from __future__ import annotations

import re
from typing import NamedTuple

# By the ending of a file's name: what begins a comment, what opens and closes one of many lines.
_SLASHES = (("//",), ("/*", "*/"))
_HASH = (("#",), ("", ""))
_STYLES = {
    **dict.fromkeys("js jsx ts tsx mjs cjs mts cts vue svelte go java kt kts scala sc groovy "
                    "gradle cs swift dart rs c h cc cpp cxx hpp hh m mm".split(), _SLASHES),
    **dict.fromkeys("py pyi pyw rb rake gemspec sh bash zsh fish ksh ex exs pl pm t r rmd jl "
                    "cr nim tcl mk".split(), _HASH),
    "php": (("//", "#"), ("/*", "*/")),
    "ps1": (("#",), ("<#", "#>")),
    "psm1": (("#",), ("<#", "#>")),
    "fs": (("//",), ("(*", "*)")),
    "fsx": (("//",), ("(*", "*)")),
    "ml": ((), ("(*", "*)")),
    "lua": (("--",), ("--[[", "]]")),
    "hs": (("--",), ("{-", "-}")),
    "sql": (("--",), ("/*", "*/")),
    "vb": (("'",), ("", "")),
    "bas": (("'",), ("", "")),
    "clj": ((";",), ("", "")),
    "erl": (("%",), ("", "")),
}  # fmt: skip
_TRIPLE = re.compile(r"'''|\"\"\"")
_STRING = re.compile(r'"(?:[^"\\]|\\.)*"|' + r"'(?:[^'\\]|\\.)*'|`[^`]*`")


class Line(NamedTuple):
    """A line of code: its number, its text with comments blanked out, and where strings stand."""

    number: int
    text: str
    strings: tuple[tuple[int, int], ...]

    def string(self, start: int) -> tuple[int, int] | None:
        """Begin and end of what is between the quotes around a place, None outside of any."""
        found = next(((b + 1, e - 1) for b, e in self.strings if b < start < e), None)
        if found is None:
            return None
        # a tag of a field in Go: `env:"NAME"`
        for match in re.finditer(r'"([^"]*)"', self.text[found[0] : found[1]]):
            if match.start(1) + found[0] <= start <= match.end(1) + found[0]:
                return match.start(1) + found[0], match.end(1) + found[0]
        return found


def is_code(ending: str) -> bool:
    """Whether files with that ending are programs that are read here."""
    return ending in _STYLES


def code(text: str, ending: str) -> list[Line]:
    """The lines of a program, comments and docstrings blanked out."""
    marks, (opening, closing) = _STYLES[ending]
    within = ""  # what ends the comment that is open
    made = []
    for number, line in enumerate(text.split("\n"), 1):
        kept, within = _kept(line, within, marks, opening, closing, triple=ending == "py")
        made.append(Line(number, kept, tuple(m.span() for m in _STRING.finditer(kept))))
    return made


def _kept(
    line: str, within: str, marks: tuple[str, ...], opening: str, closing: str, *, triple: bool
) -> tuple[str, str]:
    """A line without its comments, and what ends the comment that is still open behind it."""
    if within:
        end = line.find(within)
        if end < 0:
            return "", within
        rest, within = _kept(" " * (end + len(within)) + line[end + len(within) :], "", marks,
                             opening, closing, triple=triple)  # fmt: skip
        return rest, within
    place = 0
    while place < len(line):
        if triple and (match := _TRIPLE.match(line, place)):
            quote = match[0]
            if line[:place].strip(" \trRbBuUfF") == "":  # a docstring, and not a value
                end = line.find(quote, place + 3)
                return ("", "") if end >= 0 else ("", quote)
            place += 3
            continue
        if opening and line.startswith(opening, place):
            end = line.find(closing, place + len(opening))
            if end < 0:
                return line[:place], closing
            line = line[:place] + " " * (end + len(closing) - place) + line[end + len(closing) :]
            continue
        mark = next((one for one in marks if line.startswith(one, place)), "")
        before = line[place - 1 : place]
        # no address, and no `#` of a name
        if mark and (before != ":" if mark == "//" else before in (*" \t;{})", "")):
            return line[:place], ""
        match = _STRING.match(line, place)
        place = match.end() if match else place + 1
    return line, ""
