"""A detector ready to run, and a value that it takes for its own."""

from __future__ import annotations

import sys
from bisect import bisect_left

from keystop.errors import NotRead
from keystop.naming import within_word
from keystop.role import is_sample

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from typing import Any, Final

# Seconds of wall time the pattern of a repository's own detector may take on one window of a
# megabyte. Built-in patterns need no limit: they are known to be linear.
PATTERN_LIMIT = 5.0
# Before, re gets groups wrong that keep what they took (https://github.com/python/cpython/issues/106052).
_SOUND = sys.version_info >= (3, 11, 5)
# What orders detectors that claim the same value: of its form without the words that make it
# sure, found by its name, by the place where it stands, by words near it, by its own format, by
# a checksum, with its other half, known to be one that was rotated.
(
    RANK_DOUBTED, RANK_GENERIC, RANK_PLACE, RANK_CONTEXT, RANK_KEYWORD, RANK_CHECKSUM, RANK_PAIR,
    RANK_ROTATED,
) = range(8)  # fmt: skip


class Detector:
    """One kind of secret. source is its pattern with boundaries, empty where none is needed."""

    __slots__ = (
        "bounded",
        "checksum",
        "context",
        "entropy",
        "grants",
        "id",
        "name",
        "names",
        "pair",
        "password",
        "plain",
        "prefix",
        "provider",
        "rank",
        "reach",
        "regex",
        "severity",
        "source",
        "trusted",
    )

    def __init__(self, entry: tuple[Any, ...], *, trusted: bool) -> None:
        """entry is as keystop.compiling writes it; the time of trusted ones is not limited."""
        (
            self.id,
            self.name,
            self.provider,
            self.grants,
            self.severity,
            self.rank,
            self.source,
            self.bounded,
            self.plain,
            self.entropy,
            self.checksum,
            self.context,
            self.names,
            self.pair,
            self.password,
            self.prefix,
            self.reach,
        ) = entry
        self.trusted: Final = trusted
        self.regex: Any = None

    def compiled(self) -> Any:
        """The pattern. Importing re costs 6 ms, regex 16: this waits until a value may match."""
        if self.regex is None:
            library: Any = __import__("re" if self.trusted and _SOUND else "regex")
            self.regex = library.compile(self.source.encode(), library.VERBOSE)
        return self.regex

    def spans(self, text: bytes, begin: int, stop: int, path: bytes) -> Iterator[tuple[int, int]]:
        """Start and end of the secrets that begin in text[begin:stop].

        Raises NotRead at PATTERN_LIMIT.
        """
        stop += 2  # one byte more than the longest match, for what may not follow it
        if self.plain:
            yield from self._plain_spans(text, begin, stop)
            return
        compiled = self.compiled()
        group = "secret" if "secret" in compiled.groupindex else 0
        while match := self._limited(compiled.search, path, text, begin, stop):
            begin = match.start() + 1
            if not (self.bounded and within_word(text, match.start())):
                yield match.span(group)
                begin = match.end()

    def _plain_spans(self, text: bytes, begin: int, stop: int) -> Iterator[tuple[int, int]]:
        """The same without a regular expression (see keystop.compiling): most need no other."""
        ways, refused, alike = self.plain
        stop = min(stop, len(text))
        starts: dict[bytes, int] = {}  # where a literal stands next, -1 for nowhere
        ends: dict[bytes, int] = {}  # where the run of a set ends that was followed last
        while True:
            place = stop
            for literal, _ in ways:
                start = starts.get(literal, -2)
                if start != -1 and start < begin:
                    start = starts[literal] = text.find(literal, begin, stop)
                if 0 <= start < place:
                    place = start
            if place == stop:
                return
            end, begin = -1, place + 1
            if not (self.bounded and within_word(text, place)):
                for literal, bodies in ways:
                    if end < 0 and starts[literal] == place:
                        first = place + len(literal)
                        end, skip = _follow(text, first, stop, bodies, refused, ends)
                        if alike:
                            # None that begins before can end where the run does.
                            begin = max(begin, skip - len(literal))
            if end >= 0:
                yield place, end
                begin = max(begin, end)

    def fits(self, value: bytes, path: bytes) -> bool:
        """Whether the whole of value is of the detector's form. Raises NotRead as spans does."""
        return not self.source or self._limited(self.compiled().fullmatch, path, value) is not None

    def _limited(self, method: Callable[..., Any], path: bytes, *args: object) -> Any:
        """What a method of the pattern gives, within the time limit."""
        if self.trusted:
            return method(*args)
        try:
            return method(*args, timeout=PATTERN_LIMIT)
        except TimeoutError:
            from keystop.escape import printable

            limit = f"its time limit of {PATTERN_LIMIT} s"
            raise NotRead(f"{printable(path)}: {self.id} reached {limit}") from None

    def objection(self, value: bytes, path: bytes) -> str:
        """Why a value of the right form is none of the kind; empty where it may be one.

        In tests, examples and documentation what people type counts as a placeholder.
        """
        from keystop import quiet

        if self.checksum:
            from keystop.checksums import CHECKS

            if not CHECKS[self.checksum][0](value):
                return f"its checksum or structure ({self.checksum}) is wrong"
        body = value[len(self.prefix) :]
        if is_sample(path) and quiet.made_up(body):
            return "it is made up, as values in tests, examples and documentation are"
        if self.password:
            if quiet.reference(body):
                return "it says where the secret is, or computes it"
            return "it is a placeholder" if quiet.placeholder(body) else ""
        if quiet.entropy(body) < self.entropy:
            return "too few different characters make it"
        if quiet.placeholder_token(body):
            return "it is a placeholder"
        from keystop.published import objection

        return objection(value)


def _follow(
    text: bytes,
    first: int,
    stop: int,
    bodies: tuple[tuple[tuple[tuple[bytes, int, int], ...], bool], ...],
    refused: bytes,
    ends: dict[bytes, int],
) -> tuple[int, int]:
    """Where the first of the bodies that fits ends, -1 for none; before where none can begin."""
    skip = 0
    for parts, whole in bodies:
        letters, least, most = parts[0] if parts else (b"", 0, 0)
        # Asked first, as it is the quickest.
        if text[first : min(first + least, stop)].lstrip(letters):
            end = -1
        elif whole:
            run = _run(text, max(first, ends.get(letters, 0)), stop, letters)
            ends[letters] = run
            skip = run - most
            end = _end(text, run, stop, parts[1:]) if least <= run - first <= most else -1
        else:
            end = _end(text, first, stop, parts)
        if end == stop or (end >= 0 and text[end] not in refused):
            return end, skip
    return -1, skip


def _run(text: bytes, place: int, stop: int, letters: bytes) -> int:
    """Where the run of a set ends that begins at place."""
    while piece := text[place : min(place + 256, stop)]:
        rest = len(piece.lstrip(letters))
        place += len(piece) - rest
        if rest:
            break
    return place


def _end(text: bytes, place: int, stop: int, parts: tuple[tuple[bytes, int, int], ...]) -> int:
    """Where the parts that begin at place end, -1 where they do not follow each other there."""
    for letters, least, most in parts:
        piece = text[place : min(place + most + (least != most), stop)]
        size = len(piece) - len(piece.lstrip(letters))
        if not least <= size <= most:
            return -1
        place += size
    return place


class Candidate:
    """A value that a detector takes for its own: text[start:end].

    partner is the other half: (candidate, whole); whole says that its places count in the whole
    file and not in the text that was searched. encoded says how the value was written, empty for
    as it is. told is how many bytes of its name say which kind it is: of two kinds that claim a
    value with equal right, the one that is told by more has it. doubt says why it may well be
    none of its kind: it is only noted then. why says what else it rests on. rotated is the day on
    which the value was rotated, empty where that is not known.
    """

    __slots__ = (
        "detector",
        "doubt",
        "encoded",
        "end",
        "partner",
        "rotated",
        "start",
        "told",
        "value",
        "why",
    )

    def __init__(
        self,
        detector: Detector,
        start: int,
        end: int,
        value: bytes,
        partner: Half | None = None,
        encoded: str = "",
        told: int = 0,
        *,
        doubt: str = "",
        why: tuple[str, ...] = (),
        rotated: str = "",
    ) -> None:
        self.detector: Final = detector
        self.rotated: Final = rotated
        self.start: Final = start
        self.end: Final = end
        self.value: Final = value
        self.partner: Final = partner
        self.encoded: Final = encoded
        self.told: Final = told
        self.doubt: Final = doubt
        self.why: Final = why

    @property
    def rank(self) -> int:
        """Of candidates for one value, the one of highest rank is right."""
        rank: int = self.detector.rank
        if self.rotated:
            return RANK_ROTATED
        if self.doubt:
            return RANK_DOUBTED
        return RANK_PAIR if self.partner is not None else rank

    def rotated_on(self, day: str) -> Candidate:
        """The same candidate, its value known to have been rotated."""
        return Candidate(
            self.detector, self.start, self.end, self.value, self.partner, self.encoded, self.told,
            why=self.why, rotated=day,
        )  # fmt: skip


Half = tuple[Candidate, bool]


class Found:
    """Candidates of one text by detector, in the order of their places."""

    def __init__(self, candidates: Iterable[Candidate]) -> None:
        self._of: dict[str, list[Candidate]] = {}
        for candidate in sorted(candidates, key=_start):
            self._of.setdefault(candidate.detector.id, []).append(candidate)

    def nearest(self, detector: str, start: int, end: int, text: bytes, within: int) -> Half | None:
        """The detector's candidate nearest to text[start:end], at most within lines away.

        Of two that are equally many lines away it is the one whose name begins more like the
        value's: of PROD_SID, PROD_TOKEN, TEST_SID, TEST_TOKEN those with the same first word.
        """
        candidates = self._of.get(detector, [])
        place = bisect_left(candidates, start, key=_start)
        near = candidates[max(0, place - 1) : place + 1]
        if not near:
            return None
        best = (
            near[0] if len(near) == 1 else min(near, key=lambda one: _apart(one, start, end, text))
        )
        low, high = sorted((best.start, start))
        return None if text.count(b"\n", low, high) > within else (best, False)


def _apart(one: Candidate, start: int, end: int, text: bytes) -> tuple[int, int, int]:
    """How far a candidate is from a value: in lines, by what is alike in their names, in bytes."""
    low, high = (one.end, start) if one.start < start else (end, one.start)
    alike = 0
    for mine, its in zip(_name(text, start), _name(text, one.start), strict=False):
        if mine != its:
            break
        alike += 1
    return text.count(b"\n", low, high), -alike, high - low


def _name(text: bytes, place: int) -> bytes:
    """The word before a value and what stands between."""
    before = text[max(text.rfind(b"\n", 0, place) + 1, place - 80) : place]
    return before.rstrip(b" \t=:'\"").split(b" ")[-1]


def _start(candidate: Candidate) -> int:
    return candidate.start
