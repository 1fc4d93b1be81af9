"""Which of the detectors' literals occur where."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable
    from typing import Any

# Building the automaton costs 2 ms for 1,600 literals. Until so many bytes have been searched,
# looking up their first bytes at each place of the text (80 ns a byte) is cheaper.
FEW_BYTES = 20_000
# The first bytes of a literal under which it is kept. No literal is shorter.
HEAD = 3


class Prefilter:
    """Finds literals (lower case) in lower-case text.

    heads gives for the first HEAD bytes of literals the numbers of these.
    """

    def __init__(self, literals: list[bytes], heads: dict[bytes, tuple[int, ...]]) -> None:
        self._literals = literals
        self._heads = heads
        self._searched = 0
        self._automaton: Any = None

    def hits(self, lower: bytes) -> Iterable[tuple[int, int, int]]:
        """Every occurrence, overlapping ones too: (number of the literal, start, end)."""
        if self._automaton is None:
            self._searched += len(lower)
            if self._searched < FEW_BYTES:
                return self._by_heads(lower)
            self._automaton = _automaton(self._literals)
        if self._automaton is False:
            return self._by_heads(lower)
        found: list[tuple[int, int, int]] = self._automaton.find_matches_as_indexes(
            lower, overlapping=True
        )
        return found

    def _by_heads(self, lower: bytes) -> list[tuple[int, int, int]]:
        heads, literals = self._heads, self._literals
        found = []
        for place in range(len(lower) - HEAD + 1):
            numbers = heads.get(lower[place : place + HEAD])
            if numbers is not None:
                for number in numbers:
                    literal = literals[number]
                    if lower.startswith(literal, place):
                        found.append((number, place, place + len(literal)))
        return found


def heads(literals: Iterable[bytes]) -> dict[bytes, tuple[int, ...]]:
    """The numbers of literals by their first bytes. Raises ValueError for one that is shorter."""
    found: dict[bytes, tuple[int, ...]] = {}
    for number, literal in enumerate(literals):
        if len(literal) < HEAD:
            raise ValueError(f"{literal.decode()!r} is shorter than {HEAD} bytes")
        found[literal[:HEAD]] = (*found.get(literal[:HEAD], ()), number)
    return found


def _automaton(literals: list[bytes]) -> Any:
    try:
        from ahocorasick_rs import BytesAhoCorasick
    except ImportError:  # no wheel for this system: slower, the same result
        return False
    return BytesAhoCorasick(literals)
