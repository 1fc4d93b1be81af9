"""Which of the detectors' literals occur where."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable
    from typing import Any

# Building the automaton costs 2 ms for 1,600 literals; until so many bytes have been searched,
# asking for one literal after the other is cheaper.
FEW_BYTES = 6000


class Prefilter:
    """Finds literals (lower case) in lower-case text."""

    def __init__(self, literals: list[bytes]) -> None:
        self._literals = literals
        self._searched = 0
        self._automaton: Any = None

    def hits(self, lower: bytes) -> Iterable[tuple[int, int, int]]:
        """Every occurrence, overlapping ones too: (number of the literal, start, end)."""
        if self._automaton is None:
            self._searched += len(lower) + 200
            if self._searched < FEW_BYTES:
                return self._one_by_one(lower)
            self._automaton = _automaton(self._literals)
        if self._automaton is False:
            return self._one_by_one(lower)
        found: list[tuple[int, int, int]] = self._automaton.find_matches_as_indexes(
            lower, overlapping=True
        )
        return found

    def _one_by_one(self, lower: bytes) -> list[tuple[int, int, int]]:
        found = []
        for number, literal in enumerate(self._literals):
            if literal in lower:
                place = lower.find(literal)
                while place >= 0:
                    found.append((number, place, place + len(literal)))
                    place = lower.find(literal, place + 1)
        return found


def _automaton(literals: list[bytes]) -> Any:
    try:
        from ahocorasick_rs import BytesAhoCorasick
    except ImportError:  # no wheel for this system: slower, the same result
        return False
    return BytesAhoCorasick(literals)
