"""What findings were made of, for the commands that act on secrets. It is never shown or kept."""

from __future__ import annotations

from typing import NamedTuple

from keystop.detector import Candidate, Detector
from keystop.finding import Finding

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Final


class Half(NamedTuple):
    """One value of a pair, how it is written (encoded, if it is), and who knows it."""

    detector: Detector
    written: bytes
    value: bytes


class Plaintext:
    """Sees findings being made (see Scanner), and tells their plaintext."""

    def __init__(self) -> None:
        self._of: Final[dict[tuple[object, ...], list[Half]]] = {}

    def witness(self, finding: Finding, candidate: Candidate, text: bytes) -> None:
        """Keep what a finding was made of."""
        made = [candidate]
        if candidate.partner is not None and not candidate.partner[1]:
            made.append(candidate.partner[0])
        self._of[_key(finding)] = [
            Half(one.detector, text[one.start : one.end], one.value) for one in made
        ]

    def of(self, finding: Finding) -> list[Half]:
        """The finding's own value first, then the other half where it stands in the same text."""
        return self._of[_key(finding)]


def _key(finding: Finding) -> tuple[object, ...]:
    return (finding.path, finding.where, finding.commit, finding.line, finding.column,
            finding.detector, finding.fingerprint)  # fmt: skip
