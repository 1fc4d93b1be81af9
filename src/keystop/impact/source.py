"""A program as lines: what stands before a place, around a line, and what gets a value."""

from __future__ import annotations

import re

from keystop.impact.expressions import is_client, left_side
from keystop.impact.lexical import Line, code
from keystop.impact.names import words

# So far above a line the call may begin that it is an argument of.
_CALL = 8


class Source:
    """The lines of a program, comments blanked out."""

    def __init__(self, text: str, ending: str) -> None:
        self.lines = code(text, ending)
        self.spoken = {word for line in self.lines for word in words(line.text)}

    def parents(self, line: Line) -> tuple[str, ...]:
        """The keys of the objects around a line, by its indent."""
        indent = _indent(line)
        keys: list[str] = []
        for above in reversed(self.lines[: line.number - 1]):
            if not indent:
                break
            if not above.text.strip() or _indent(above) >= indent:
                continue
            indent = _indent(above)
            match = re.search(
                r"""([\w\-]+)["']?\s*(?:=>|=|:)\s*(?:new\s+\w+\s*)?[{\[(]\s*$|^\s*([\w\-]+):\s*$""",
                above.text,
            )
            if match is None:
                break
            keys.insert(0, match[1] or match[2])
        return tuple(keys)

    def before(self, line: Line, end: int) -> str:
        """What stands before a place, with the line before where the statement begins there."""
        before = line.text[:end]
        above = self.lines[line.number - 2].text.rstrip() if line.number > 1 else ""
        if not before.strip() and above[-1:] in tuple("([{=:,>"):
            return above + before.strip()
        return before

    def target(self, line: Line, end: int) -> str:
        """The name that gets what begins at a place; empty where it is but an argument."""
        before = self.before(line, end)
        if re.match(r"\s*@\w+", line.text):  # an annotation: of the field behind it
            below = self.lines[line.number].text if line.number < len(self.lines) else ""
            field = re.search(r"\)\s*(?:[\w<>?]+\s+)*(\w+)\s*[;,=):]", f"{line.text[end:]} {below}")
            return field[1] if field else ""
        tag = re.match(r"\s*(\w+)\s+[\w.*\[\]]+\s+`", before)  # a field of Go
        return tag[1] if tag else left_side(before)

    def opens_client(self, line: Line) -> bool:
        """Whether a line, or the call that it stands in, takes a credential."""
        if is_client(line.text):
            return True
        for above in reversed(self.lines[max(0, line.number - _CALL) : line.number - 1]):
            if above.text.strip() and _indent(above) < _indent(line):
                return is_client(above.text) and above.text.rstrip()[-1:] in tuple("({[,")
        return False


def _indent(line: Line) -> int:
    return len(line.text) - len(line.text.lstrip())
