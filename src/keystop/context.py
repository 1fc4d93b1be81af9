"""Values whose format is common, so that words near them must say what they are."""

from __future__ import annotations

from keystop import naming
from keystop.detector import Candidate, Found
from keystop.words import surprise

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from typing import Any

    from keystop.detector import Detector, Half
    from keystop.engine import Engine

# Lines longer than this are not taken as a whole: only so many bytes around a word.
LONG_LINE = 1000
# In a larger text, lines without a name are not looked at: what stands around them is added, too.
_NAMELESS = 2 << 10
# A run of token characters as long as this may be a value where it holds a digit, ...
RUN = 8
# ... and as long as this where it holds none and is not made of words.
_RUN_OF_LETTERS = 16
# So many of its bytes tell whether it is made of words.
_MOST = 128
# Bits a character by which words surprise at most (see keystop.words), and names of several words.
# Of 33,720 made-up values the least has 5.7.
_WORDS, _NAMES = 5.0, 4.0
CORE = b"0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ+/_-"
_CORE = bytes(byte if byte in CORE else 0x20 for byte in range(256))

# Start and end of a word that was found.
Mention = tuple[int, int]
Regions = list[tuple[int, int]]


class ContextSearch:
    """The search in one text, after the kinds with a distinctive format have been found."""

    def __init__(
        self,
        engine: Engine,
        text: bytes,
        lower: bytes,
        found: list[Candidate],
        whole: Callable[[], bytes | None] | None,
        path: bytes,
    ) -> None:
        self._engine = engine
        self._text = text
        self._lower = lower
        self._found = found
        self._known = Found(found)
        self._whole = whole
        self._path = path
        self._lines: dict[tuple[int, int], tuple[int, bool]] = {}
        self._named: dict[int, Regions] = {}
        self._explained: dict[str, bool] = {}
        self._right: dict[tuple[str, bytes], bool] = {}

    def candidates(
        self, mentions: dict[int, list[Mention]], only: frozenset[int] | None
    ) -> Iterator[Candidate]:
        """The values near the words that were found, and near the other halves of pairs."""
        near: dict[int, Regions] = {}
        search = self._engine.search
        for number, spots in mentions.items():
            if number >= 0 and search(number)[1] == "c":
                near[number] = self._regions(spots, 0, *search(number)[5:])
        for half in self._found:
            if half.detector.pair:
                other, within = half.detector.pair
                number = self._engine.number(other)
                if search(number)[1] == "c":
                    spots = [(half.start, half.end)]
                    regions = self._regions(spots, within, within, search(number)[6])
                    near.setdefault(number, []).extend(regions)
        named = merged(self._regions(sorted(mentions.get(-1, ())), 0, 0, self._engine.shortest))
        nameless = self._nameless() if only is None else []
        halves = self._halves(named, nameless, only) if named or nameless else ()
        for number in dict.fromkeys((*near, *halves)):
            if only is not None and number not in only:
                continue
            paired = number in halves
            seen: set[int] = set()
            for judged, values in (
                (self._in_context, self._values(number, merged(near.get(number, [])))),
                (self._in_file, self._values(number, named, self._named) if paired else ()),
                (self._beside_half, self._values(number, nameless) if paired else ()),
            ):
                for start, end in values:
                    if start not in seen:
                        candidate = judged(number, start, end)
                        if candidate is not None:
                            seen.add(start)
                            yield candidate

    def _regions(self, spots: list[Mention], back: int, on: int, least: int) -> Regions:
        """The lines from back before to on after each spot, as far as they may hold a value.

        least: how long a run of its characters is.
        """
        regions: Regions = []
        text = self._text
        done = -1  # where the line of the last spot ends
        for start, end in spots:
            if start < done:
                continue
            begin = text.rfind(b"\n", max(0, start - LONG_LINE), start) + 1
            lines = on + 1
            for _ in range(back):
                if begin:
                    begin = text.rfind(b"\n", max(0, begin - 1 - LONG_LINE), begin - 1) + 1
                    lines += 1
            if not begin:
                begin = max(0, start - LONG_LINE)
            while lines and begin < len(text):
                stop, promising = self._line(begin, end, least)
                if start < stop and done < stop and begin <= start:
                    done = stop
                if promising:
                    regions.append((begin, stop))
                begin = stop
                lines -= 1
        return regions

    def _line(self, begin: int, end: int, least: int) -> tuple[int, bool]:
        """Where the line that begins there ends, and whether it has a run like a value."""
        known = self._lines.get((begin, least))
        if known is None:
            stop = self._text.find(b"\n", begin, begin + 4 * LONG_LINE) + 1
            if stop:
                known = stop, has_run(self._text[begin:stop], least)
                self._lines[begin, least] = known
            else:  # a very long line, or the last: what is near counts
                size = len(self._text)
                stop = min(size, max(begin, end) + LONG_LINE)
                known = stop, stop == size or has_run(self._text[begin : stop + LONG_LINE], least)
        return known

    def _nameless(self) -> Regions:
        """Lines that are a quoted value and nothing else, as in a call over several lines."""
        text = self._text
        if len(text) > _NAMELESS or self._whole is None:
            return []
        tight = b"\n" + text.translate(None, b" \t")
        if not any(quote in tight for quote in (b'\n"', b"\n'", b"\n`")):
            return []
        regions: Regions = []
        begin = 0
        for line in text.split(b"\n"):
            end = begin + len(line) + 1
            value = line.strip(b" \t\r,);]}")
            if 18 <= len(value) <= 130 and value[:1] in b"\"'`" and value[-1:] == value[:1]:
                regions.append((begin, end))
            begin = end
        return regions

    def _halves(self, named: Regions, nameless: Regions, only: frozenset[int] | None) -> list[int]:
        """The halves of pairs for which there is a run that is long enough."""
        longest: dict[int, int] = {}
        found = []
        for number in self._engine.halves:
            if only is not None and number not in only:
                continue
            _, _, charset, least, _, _, _ = self._engine.search(number)
            size = longest.get(charset)
            if size is None:
                shortest = self._engine.shortest
                places = self._runs(charset, named, self._named, shortest)
                places = places + self._runs(charset, nameless, {}, shortest)
                size = longest[charset] = max((end - start for start, end in places), default=0)
            if size >= least:
                found.append(number)
        return found

    def _runs(
        self, charset: int, regions: Regions, known: dict[int, Regions], least: int
    ) -> Regions:
        """The runs of an alphabet, of least bytes and more.

        known keeps them for those who look at the same regions.
        """
        found = known.get(charset)
        if found is None:
            table = self._engine.table(charset)
            text = self._text
            found = [
                run for begin, stop in regions for run in runs(text, begin, stop, table, least)
            ]
            known[charset] = found
        return found

    def _values(
        self, number: int, regions: Regions, known: dict[int, Regions] | None = None
    ) -> Iterator[tuple[int, int]]:
        """Runs of the detector's alphabet and length that stand alone (known: see _runs)."""
        if not regions:
            return
        _, _, charset, least, most, _, _ = self._engine.search(number)
        if known is None:
            places = self._runs(charset, regions, {}, least)
        else:
            places = self._runs(charset, regions, known, self._engine.shortest)
        for start, end in places:
            if end - start > most == least and self._text[end - most - 1 : end - most] == b"-":
                start = end - most  # acme-token-VALUE, where all of it is of the alphabet
            if least <= end - start <= most and naming.delimited(self._text, start, end):
                yield start, end

    def _in_context(self, number: int, start: int, end: int) -> Candidate | None:
        """The value as a candidate, if words near it or its other half say what it is."""
        detector = self._engine.detector(number)
        partner = None
        if detector.pair:
            partner = self._known.nearest(
                detector.pair[0], start, end, self._text, detector.pair[1]
            )
        told = naming.told(self._lower, start, detector.names) or naming.named_after(
            self._lower, start, detector.context
        )
        lines: int = self._engine.search(number)[5]
        if partner is None and not (
            told and naming.above(self._lower, start, end, detector.context, lines)
        ):
            return None
        return self._candidate(detector, start, end, partner, told)

    def _in_file(self, number: int, start: int, end: int) -> Candidate | None:
        """The value as a candidate, if its name fits and the whole file has the rest."""
        detector = self._engine.detector(number)
        told = naming.told(self._lower, start, detector.names)
        if not told:
            return None
        candidate = self._candidate(detector, start, end, None, told)
        if candidate is None or not self._in_whole(detector, candidate.value):
            return None
        return candidate

    def _beside_half(self, number: int, start: int, end: int) -> Candidate | None:
        """A nameless value as a candidate, if its other half is near it in the whole file."""
        detector = self._engine.detector(number)
        candidate = self._candidate(detector, start, end, None, 0)
        text = None if candidate is None or self._whole is None else self._whole()
        if candidate is None or text is None:
            return None
        place = text.find(candidate.value)
        only = frozenset((self._engine.number(detector.pair[0]),))
        others = Found(self._engine.candidates(text, self._path, None, only))
        after = place + end - start
        half = others.nearest(detector.pair[0], place, after, text, detector.pair[1])
        if place < 0 or half is None:
            return None
        return Candidate(detector, start, end, candidate.value, (half[0], True))

    def _candidate(
        self, detector: Detector, start: int, end: int, partner: Half | None, told: int
    ) -> Candidate | None:
        value = self._text[start:end]
        right = self._right.get((detector.id, value))  # texts repeat themselves
        if right is None:
            right = (
                not is_name(value)
                and not detector.objection(value, self._path)
                and detector.fits(value, self._path)
            )
            self._right[detector.id, value] = right
        if not right or naming.contrary(self._lower, start, detector.names):
            return None
        return Candidate(detector, start, end, value, partner, told=told)

    def _in_whole(self, detector: Detector, value: bytes) -> bool:
        """Whether the whole file names the provider or holds the other half."""
        lower = value.lower()
        if any(word in lower for word in detector.context):
            # By chance: random letters say aws now and then.
            return self._look_in_whole(detector, lower)
        known = self._explained.get(detector.id)
        if known is None:
            known = self._explained[detector.id] = self._look_in_whole(detector, b"")
        return known

    def _look_in_whole(self, detector: Detector, without: bytes) -> bool:
        text = None if self._whole is None else self._whole()
        if text is None:
            return False
        lower = self._engine.lowered(text)
        if without:
            lower = lower.replace(without, b" ")
        if any(word in lower for word in detector.context):
            return True
        only = frozenset((self._engine.number(detector.pair[0]),))
        return bool(self._engine.candidates(text, self._path, None, only))


def barren(text: bytes, place: int, lines: int, least: int, known: int) -> int:
    """Where lines end of which none holds a value, so many from that of place on, or more.

    0 where one of them may, as long lines do; known: what was said of a place before this one.
    """
    if place < known and text.count(b"\n", place, known) >= lines:
        return known
    begin = text.rfind(b"\n", max(0, place - LONG_LINE), place) + 1
    if not begin and place > LONG_LINE:
        return 0
    stop = begin
    for _ in range(lines):
        end = text.find(b"\n", stop, stop + LONG_LINE)
        if end < 0:
            return 0
        stop = end + 1
    if has_run(text[max(begin, known) : stop], least):
        return 0
    if begin < known:  # in a text of such words the next is near
        far = text.rfind(b"\n", stop, stop + LONG_LINE) + 1
        if far and not has_run(text[stop:far], least):
            return far
    return stop


def is_name(value: bytes) -> bool:
    """Whether a value reads like a name made of several words."""
    return surprise(value[:_MOST]) <= _NAMES


def has_run(text: bytes, least: int = RUN) -> bool:
    """Whether there is a run of so many characters that may be a value rather than words."""
    words = text.translate(_CORE).split()
    if max(map(len, words), default=0) < least:
        return False
    for word in {*words}:  # texts repeat themselves
        size = len(word)
        if size >= least and (
            len(word.translate(None, b"0123456789")) < size
            or (size >= _RUN_OF_LETTERS and surprise(word[:_MOST]) > _WORDS)
        ):
            return True
    return False


def merged(places: list[tuple[int, int]]) -> list[tuple[int, int]]:
    """Intervals in order, those that touch made one."""
    if len(places) < 2:
        return places
    places.sort()
    result = [places[0]]
    for begin, stop in places[1:]:
        if begin <= result[-1][1]:
            if stop > result[-1][1]:
                result[-1] = (result[-1][0], stop)
        else:
            result.append((begin, stop))
    return result


def runs(text: bytes, begin: int, stop: int, table: bytes, least: int) -> Iterator[tuple[int, int]]:
    """Longest runs of an alphabet (the bytes that table keeps) that begin in a region."""
    # Where a region ends in the middle of a line a run may go on; one of more is no value.
    end = stop if text[stop - 1 : stop] == b"\n" else min(len(text), stop + LONG_LINE)
    piece: Any = text[begin:end].translate(table)
    cut = stop - begin
    place = 0
    for word in piece.split():
        if len(word) >= least:
            place = piece.index(word, place)
            if place >= cut:
                return
            stop = place + len(word)
            # Where = belongs to the alphabet it does as padding, and not in NAME=value.
            name = word.rstrip(b"=").rfind(b"=") + 1
            if word[name - 2 : name] == b"==":
                name = 0
            yield begin + place + name, begin + stop
            if word[name : name + 1] == b"-":  # acme-token-VALUE, where - belongs to the alphabet
                yield begin + place + name + 1, begin + stop
            place = stop
