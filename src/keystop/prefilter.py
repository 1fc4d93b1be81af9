"""Which of the detectors' literals occur where."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable
    from typing import Any, Final

# Importing Hyperscan and reading its database cost 11 ms; building it for 3,400 literals, where
# none is kept, 44 ms more. Until so many bytes have been searched, looking up their first bytes
# at each place of the text (190 ns a byte) costs less; how much more will come is not known.
FEW_BYTES = 40_000
# A literal of one repeated byte counts at so many places from where its run begins. It may be
# longer than what is looked for: in small letters, or by chance.
NEAR = 8
# The first bytes of a literal under which it is kept. No literal is shorter.
HEAD = 3


class Prefilter:
    """Finds literals (lower case) in lower-case text.

    heads gives for the first HEAD bytes of literals the numbers of these. stamp is another one
    for other literals, empty for those whose database is not to be kept (see keystop.database).
    """

    def __init__(
        self,
        literals: list[bytes],
        heads: dict[bytes, tuple[int, ...]],
        stamp: bytes = b"",
    ) -> None:
        self.literals: Final = literals
        self._heads = heads
        self._stamp = stamp
        self._searched = 0
        self._database: Any = None
        self._sizes: list[int] = []

    def hits(self, lower: bytes) -> list[tuple[int, int, int]]:
        """Every occurrence, overlapping ones too: (number of the literal, start, end).

        Of a literal that is one byte repeated, only near the beginning of a run of that byte: in
        a long run it occurs at every place.
        """
        if self._database is None:
            self._searched += len(lower)
            if self._searched < FEW_BYTES:
                return self._by_heads(lower)
            from keystop.database import database

            literals = self.literals
            self._database = database(
                "prefilter", self._stamp, lambda: [_expression(literal) for literal in literals]
            )
            self._sizes = [*map(len, literals)]
        return self._by_heads(lower) if self._database is False else self._by_database(lower)

    def _by_database(self, lower: bytes) -> list[tuple[int, int, int]]:
        sizes = self._sizes
        found: list[tuple[int, int, int]] = []

        def add(number: int, _start: int, end: int, _flags: int, _context: object) -> None:
            found.append((number, end - sizes[number], end))

        self._database.scan(lower, match_event_handler=add)
        return found

    def _by_heads(self, lower: bytes) -> list[tuple[int, int, int]]:
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
                        and _is_run(literal)
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


def _is_run(literal: bytes) -> bool:
    return literal.count(literal[:1]) == len(literal)


def _expression(literal: bytes) -> bytes:
    import re

    if not _is_run(literal):
        return re.escape(literal)
    byte, size = re.escape(literal[:1]), len(literal)
    return b"(?:^|[^%b])%b{%d,%d}" % (byte, byte, size, size + NEAR - 1)
