"""Values that were rotated: known to strangers, and blocked wherever they turn up."""

from __future__ import annotations

import re

from keystop.detector import Candidate

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Collection, Iterator
    from typing import Final

    from keystop.detector import Detector
    from keystop.engine import Engine
    from keystop.leaks import Leaks

# What values are made of, every other byte as a space: the narrower set first, as a value may stand
# between signs of the other.
_TABLES = tuple(
    bytes(byte if byte in letters else 0x20 for byte in range(256))
    for narrow in (b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz_-",)
    for letters in (narrow, narrow + b".+/=~")
)
# More may stick to a value than this only where it is a piece of something else.
_STUCK = 64
_ANY = "generic.secret"


class Leaked:
    """Looks in texts for values that were rotated.

    A value that no detector takes there is found where it stands as a word of its own; in other
    spellings, and with other signs in it, where a detector finds it.
    """

    def __init__(self, leaks: Leaks, engines: tuple[Engine, ...]) -> None:
        self._engines: Final = engines
        self._dead: Final = leaks.dead()

    def marked(self, candidate: Candidate) -> Candidate:
        """The candidate, told that its value was rotated where it was."""
        leak = self._dead.of(candidate.value)
        return candidate if leak is None else candidate.rotated_on(leak.dead)

    def candidates(self, text: bytes) -> Iterator[Candidate]:
        """The words of a text that are such values."""
        for value in words(text, self._dead.sizes["h1"]):
            leak = self._dead.of(value, "h1")
            if leak is not None:
                detector = self._detector(leak.detector)
                for match in re.finditer(re.escape(value), text):
                    yield Candidate(detector, *match.span(), value).rotated_on(leak.dead)

    def _detector(self, name: str) -> Detector:
        for engine in self._engines:
            if name in engine.ids:
                return engine.detector(engine.number(name))
        return self._detector(_ANY)  # of a repository's own detectors that are no more


def words(text: bytes, sizes: Collection[int]) -> set[bytes]:
    """What in a text may be a value of one of these lengths: words, and their ends.

    The letter of an escape sticks to what follows it (\\nVALUE), and so do names (x=VALUE,
    token_VALUE) and the end of a sentence.
    """
    found: set[bytes] = set()
    for table in _TABLES:
        for word in set(text.translate(table).split()):
            for size in sizes:
                if size <= len(word) <= size + _STUCK:
                    found.update((word[:size], word[-size:]))
    return found
