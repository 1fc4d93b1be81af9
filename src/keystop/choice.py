"""Of the candidates of a text, those that are right."""

from __future__ import annotations

from bisect import bisect_right

from keystop.view import severity_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable

    from keystop.detector import Candidate


def chosen(own: list[Candidate], inner: Iterable[Iterable[Candidate]]) -> list[Candidate]:
    """What apart gives, and no half twice."""
    # An identifier that was added with its secret is named in the secret's finding.
    return [one for one in apart(own, inner) if not _lesser(one)]


def apart(own: list[Candidate], inner: Iterable[Iterable[Candidate]]) -> list[Candidate]:
    """One candidate a value: of those that overlap, the most specific.

    inner are the candidates of what is encoded in the text, by layer. Those of one layer are
    apart, though several may be encoded together, at one place.
    """
    layer = {one: number for number, ones in enumerate(inner) for one in ones}
    ordered = sorted(
        _whole([*own, *layer]),
        key=lambda one: (
            -one.rank, _lesser(one), one in layer, one.start - one.end, -one.told, one.detector.id,
        ),
    )  # fmt: skip
    taken = _Spans()
    together: dict[tuple[int, int], tuple[int, set[tuple[str, bytes]]]] = {}
    found = []
    for one in ordered:
        span, value = (one.start, one.end), (one.detector.id, one.value)
        number, values = together.get(span, (-1, set()))
        if number >= 0 and layer.get(one) == number:
            if value in values:
                continue
        elif not taken.take(*span):
            continue
        together.setdefault(span, (layer.get(one, -1), values))
        values.add(value)
        found.append(one)
    return found


def _whole(candidates: list[Candidate]) -> list[Candidate]:
    """The candidates without what is only the unescaped beginning or end of another."""
    spans: dict[tuple[str, int], list[tuple[int, int]]] = {}
    for one in candidates:
        if one.encoded:
            spans.setdefault((one.detector.id, one.rank), []).append((one.start, one.end))
    return [
        one
        for one in candidates
        if one.encoded
        or not any(
            start <= one.start and one.end <= end and end - start > one.end - one.start
            for start, end in spans.get((one.detector.id, one.rank), ())
        )
    ]


def _lesser(candidate: Candidate) -> bool:
    """Whether the other half, in the same text, is the secret of the two."""
    partner = candidate.partner
    return (
        partner is not None and not partner[1] and severity_of(partner[0]) > severity_of(candidate)
    )


class _Spans:
    """Spans that do not overlap, in order."""

    def __init__(self) -> None:
        self._starts: list[int] = []
        self._ends: list[int] = []

    def take(self, start: int, end: int) -> bool:
        """Add a span, unless it overlaps with one that is there."""
        place = bisect_right(self._starts, start)
        if place and self._ends[place - 1] > start:
            return False
        if place < len(self._starts) and self._starts[place] < end:
            return False
        self._starts.insert(place, start)
        self._ends.insert(place, end)
        return True
