"""Values that were rotated: known to strangers, and blocked wherever they turn up."""

from __future__ import annotations

import re

from keystop.detector import Candidate

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Final

    from keystop.detector import Detector
    from keystop.engine import Engine
    from keystop.leaks import Leak, Leaks

# What values are made of, every other byte as a space: the narrower set first, as a value may stand
# between signs of the other.
_TABLES = tuple(
    bytes(byte if byte in letters else 0x20 for byte in range(256))
    for narrow in (b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz_-",)
    for letters in (narrow, narrow + b".+/=~")
)
# Of these one may end a sentence or a path and not the value.
_ENDS = b"./="
_ANY = "generic.secret"


class Leaked:
    """Looks in texts for values that were rotated.

    A value that no detector takes there is found where it stands as a word of its own; in other
    spellings, and with other signs in it, where a detector finds it.
    """

    def __init__(self, leaks: Leaks, engines: tuple[Engine, ...]) -> None:
        self._engines: Final = engines
        self._dead: Final = [leak for leak in leaks.leaks if leak.dead]
        self._sizes: Final = {leak.mark.size for leak in self._dead if leak.mark.scheme == "h1"}

    def marked(self, candidate: Candidate) -> Candidate:
        """The candidate, told that its value was rotated where it was."""
        leak = self._of(candidate.value)
        return candidate if leak is None else candidate.rotated_on(leak.dead)

    def candidates(self, text: bytes) -> Iterator[Candidate]:
        """The words of a text that are such values."""
        for word in {word for table in _TABLES for word in text.translate(table).split()}:
            for value in {word, word.strip(_ENDS)}:
                leak = self._of(value, "h1") if len(value) in self._sizes else None
                if leak is not None:
                    detector = self._detector(leak.detector)
                    for match in re.finditer(re.escape(value), text):
                        yield Candidate(detector, *match.span(), value).rotated_on(leak.dead)

    def _of(self, value: bytes, scheme: str = "") -> Leak | None:
        for leak in self._dead:
            if scheme in ("", leak.mark.scheme) and leak.mark.fits(value):
                return leak
        return None

    def _detector(self, name: str) -> Detector:
        for engine in self._engines:
            if name in engine.ids:
                return engine.detector(engine.number(name))
        return self._detector(_ANY)  # of a repository's own detectors that are no more
