"""Which of the detectors' literals occur where something may follow from it."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from typing import Any, Final

    from keystop.shapes import Shape

# Importing Hyperscan and reading its database cost 11 ms; building it for 3,400 literals, where
# none is kept, 400 ms. Until so many bytes have been searched, looking up their first bytes
# at each place of the text (190 ns a byte) costs less; how much more will come is not known.
FEW_BYTES, FEW_WHERE_NONE_IS_KEPT = 40_000, 2_000_000
# A literal of one repeated byte counts at so many places from where its run begins. It may be
# longer than what is looked for: in small letters, or by chance.
NEAR = 8
# What follows a literal in a match of its shape may be of any length: up to so many bytes matter.
OPEN, FAR = 15, 600
# A shape's number is that of a literal, or of its other meanings: so many times the count of all
# is added where it names halves of pairs, and where a quote stands behind it.
OF_HALVES, QUOTED = 1, 2
# The first bytes of a literal under which it is kept. No literal is shorter.
HEAD = 3

# Number of the literal, start, end.
Hit = tuple[int, int, int]


class Prefilter:
    """Finds literals, which are in small letters, in texts.

    heads gives for the first HEAD bytes of literals the numbers of these, shapes what may be
    asked instead of them (see keystop.shapes). stamp is another one for other shapes, empty for
    those whose database is not to be kept (see keystop.database).
    """

    def __init__(
        self,
        literals: list[bytes],
        heads: dict[bytes, tuple[int, ...]],
        shapes: Callable[[], Iterable[Shape]],
        stamp: Callable[[], bytes] = bytes,
    ) -> None:
        self.literals: Final = literals
        self._heads = heads
        self._shapes = shapes
        self._stamp = stamp
        self._searched = 0
        self._database: Any = None
        self._none_kept = False
        self._sizes: list[int] = []

    def hits(self, text: bytes, lower: bytes, *, code: bool = False) -> tuple[list[Hit], bool]:
        """Occurrences, overlapping ones too: (number of the literal, start, end).

        lower is text in small letters; code: it is code, in which quotes matter. True where they
        are shaped: those are left out behind which nothing stands that must, and the numbers are
        those of shapes.
        """
        if self._database is None:
            self._searched += len(text)
            if self._searched < (FEW_WHERE_NONE_IS_KEPT if self._none_kept else FEW_BYTES):
                return self.all(lower), False
            self._database = self._opened()
        if not self._database:
            return self.all(lower), False
        return self._by_database(text, lower, 1 + (QUOTED if code else OF_HALVES)), True

    def beginning(self, lower: bytes) -> Iterator[int]:
        """The numbers of the literals with which a text of small letters begins."""
        for number in self._heads.get(lower[:HEAD], ()):
            if lower.startswith(self.literals[number]):
                yield number

    def _opened(self) -> Any:
        from keystop.database import database, kept

        self._sizes = [*map(len, self.literals)]
        stamp = self._stamp()
        if stamp and self._searched < FEW_WHERE_NONE_IS_KEPT:
            found = kept("prefilter", stamp)
            self._none_kept = found is None
            return found
        return database(
            "prefilter",
            stamp,
            lambda: [(number << 4 | behind, shape) for number, behind, shape in self._shapes()],
        )

    def _by_database(self, text: bytes, lower: bytes, meanings: int) -> list[Hit]:
        literals, sizes = self.literals, self._sizes
        limit = meanings * len(literals)
        found: list[Hit] = []
        done: dict[int, int] = {}  # where no more has to be looked for

        def add(lead: int, _start: int, end: int, _flags: int, _context: object) -> None:
            number, behind = lead >> 4, lead & 15
            if behind < OPEN:
                end -= behind
                found.append((number, end - sizes[number], end))
                return
            if number >= limit:
                return
            literal = literals[number % len(literals)]
            first = max(end - FAR, done.get(number, 0))
            done[number] = max(0, end - len(literal) + 1)
            place = lower.rfind(literal, first, end)
            while place >= 0:
                found.append((number, place, place + len(literal)))
                place = lower.rfind(literal, first, place + len(literal) - 1)

        self._database.scan(text, match_event_handler=add)
        return [*dict.fromkeys(found)]  # a literal may have several shapes

    def all(self, lower: bytes) -> list[Hit]:
        """Every occurrence in a text of small letters.

        Of a literal that is one byte repeated, only near the beginning of a run of that byte: in
        a long run it occurs at every place.
        """
        heads, literals = self._heads, self.literals
        found = []
        for place in range(len(lower) - HEAD + 1):
            numbers = heads.get(lower[place : place + HEAD])
            if numbers is not None:
                for number in numbers:
                    literal = literals[number]
                    if not lower.startswith(literal, place):
                        continue
                    if (
                        literal[0] == literal[1] == literal[-1]
                        and lower[max(0, place - NEAR) : place] == literal[:1] * NEAR
                        and is_run(literal)
                    ):
                        continue
                    found.append((number, place, place + len(literal)))
        return found


def heads(literals: Iterable[bytes]) -> dict[bytes, tuple[int, ...]]:
    """The numbers of literals by their first bytes. Raises ValueError for one that is shorter."""
    found: dict[bytes, tuple[int, ...]] = {}
    for number, literal in enumerate(literals):
        if len(literal) < HEAD or 0 in literal:
            raise ValueError(f"{literal.decode()!r} is shorter than {HEAD} bytes, or holds a NUL")
        found[literal[:HEAD]] = (*found.get(literal[:HEAD], ()), number)
    return found


def is_run(literal: bytes) -> bool:
    """Whether a literal is one byte repeated."""
    return literal.count(literal[:1]) == len(literal)
