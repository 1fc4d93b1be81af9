"""What Hyperscan looks for: literals, with what must follow them.

A literal of three letters occurs everywhere, and what must follow it almost nowhere. Asked for
both, Hyperscan takes no longer, and reports a tenth of the places.
"""

from __future__ import annotations

from keystop.context import CORE
from keystop.engine import NAME_EDGE
from keystop.prefilter import NEAR, OF_HALVES, OPEN, QUOTED, is_run

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from keystop.engine import Engine

# A longer literal is rare enough. More of what follows a shorter one tells little more, and fewer
# of its first stretch tell little.
_SHORT, _MOST, _FEW = 4, 8, 4
# See naming.quoted_behind.
_QUOTE = b"[^;{}\"'`]*[\"'`]"

# What stretches follow a literal (see patterns.Gate).
Stretches = tuple[tuple[int, int], ...]
# The number of a literal, how many bytes an expression matches behind it (OPEN: now these, now
# those), and the expression.
Shape = tuple[int, int, bytes]


def shapes(engine: Engine) -> Iterator[Shape]:
    """Expressions that match wherever a literal leads to a detector that may find something."""
    core, count = _class(CORE), len(engine.literals)
    value = b"[^\\n]*%b{%d}(?:[^%b|$)" % (core, engine.shortest, core[1:])
    for number, literal in enumerate(engine.literals):
        edges = engine.edges(number)
        ways = [way for edge in edges if len(edge) > 1 for way in edge[1]]
        if is_run(literal):
            yield number, 0, _run(literal)
        elif any(len(edge) == 1 and edge[0] >= 0 for edge in edges):
            yield number, 0, _spelled(literal)
        else:
            yield from {_shape(number, literal, engine, *way): None for way in ways}
        if NAME_EDGE in edges:
            yield OF_HALVES * count + number, OPEN, _spelled(literal) + value
        if any(edge[0] >= 0 and engine.search(edge[0])[1] == "a" for edge in edges):
            yield QUOTED * count + number, OPEN, _spelled(literal) + _QUOTE


def plain(literals: list[bytes]) -> Iterator[Shape]:
    """Expressions that match wherever a literal occurs."""
    for number, literal in enumerate(literals):
        yield number, 0, _run(literal) if is_run(literal) else _spelled(literal)


def _shape(
    number: int, literal: bytes, engine: Engine, exact: bytes, stretches: Stretches
) -> Shape:
    shape = _spelled(literal, exact)
    letters, least = stretches[0] if stretches else (0, 0)
    if not least:
        return number, 0, shape
    first = engine.members(letters)
    if least < _FEW and len(stretches) > 1 and stretches[1][1]:
        # The second begins with what the first has not, and goes on with anything of its own.
        second, rest = engine.members(stretches[1][0]), min(stretches[1][1], _MOST) - 1
        shape += b"%b{%d,}%b" % (_class(first), least, _class(second.translate(None, first)))
        return number, OPEN, shape + (b"%b{%d}" % (_class(second), rest) if rest else b"")
    least = min(least, _MOST) if len(literal) <= _SHORT else 0
    return number, least, shape + (b"%b{%d}" % (_class(first), least) if least else b"")


def _class(letters: bytes) -> bytes:
    return b"[%b]" % b"".join(b"\\x%02x" % byte for byte in letters)


def _spelled(literal: bytes, exact: bytes = b"") -> bytes:
    """A literal that begins exactly like this and goes on in small or capital letters."""
    rest = [_class(bytes({byte, *bytes((byte,)).upper()})) for byte in literal[len(exact) :]]
    return b"".join(b"\\x%02x" % byte for byte in exact) + b"".join(rest)


def _run(literal: bytes) -> bytes:
    """A literal that is one byte repeated, near the beginning of a run of that byte."""
    one, size = _class(literal[:1] + literal[:1].upper()), len(literal)
    return b"(?:^|[^%b)%b{%d,%d}" % (one[1:], one, size, size + NEAR - 1)
