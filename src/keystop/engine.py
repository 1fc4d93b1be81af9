"""From a text to candidates: which detector matches where, before anything is suppressed."""

from __future__ import annotations

import marshal
import os

from keystop import naming
from keystop import role as roles
from keystop.context import ContextSearch, barren, has_run, merged
from keystop.detector import Candidate, Detector, Found
from keystop.errors import NotRead
from keystop.prefilter import OF_HALVES, QUOTED, Prefilter

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from typing import Any, Final

    from keystop.context import Mention
    from keystop.prefilter import Hit
    from keystop.shapes import Shape

# The form of the compiled files, which keystop.compiling writes: another number for another form.
FORMAT = 7
# The same for what keystop.shapes makes of them.
SHAPES = 2
# Occurrences of a keyword so near each other make a text of keywords, which repeats itself. What
# decides about one mostly lies within so many bytes before and after it; so many are remembered.
_DENSE, _BACK, _ON, _ALIKE = 16, 16, 512, 1000
# The same for a name that something is assigned to (see keystop.naming).
_NAMED, _ASSIGNED = 320, 860
# Leads from a word to all kinds that are a half of a pair: their other half may be anywhere in
# the file, so such a word is enough to look at a line.
NAME_EDGE = (-1,)
# A keyword of so many bytes at the beginning of a value is the mark of its vendor; a shorter one
# is where the name says so, too.
_MARK = 5


class Engine:
    """All detectors, searched for together."""

    def __init__(
        self, index: bytes, entry: Callable[[int], bytes], *, trusted: bool = True
    ) -> None:
        """index as keystop.compiling makes it; entry gives the bytes from an offset on.

        trusted: the patterns are known to be linear, and their time is not limited.
        """
        version, *rest = _loads(index)
        if version != FORMAT:
            raise NotRead(_DAMAGED)
        ids, sets, keywords, heads, edges, searches, halves, shortest = rest
        # The halves of pairs, and how long a run of characters is at least that one of them has.
        self.halves: Final[tuple[int, ...]] = halves
        self.shortest: Final[int] = shortest
        self._ids: str = ids
        self._edges: tuple[bytes, ...] = edges
        self._edges_read: dict[int, tuple[Any, ...]] = {}
        self._ways: dict[tuple[int, bool], Way] = {}
        self._searches: tuple[bytes, ...] = searches
        self._searches_read: dict[int, tuple[Any, ...]] = {}
        self._entry = entry
        self._trusted = trusted
        self._sets: tuple[bytes, ...] = sets
        self._tables: dict[int, bytes] = {}
        self._detectors: dict[int, Detector] = {}
        self._numbers: dict[str, int] = {}
        self._lowered = b"", b""
        self._hits_of: tuple[bytes, bool, tuple[list[Hit], bool]] = b"", False, ([], False)
        self._prefilter = Prefilter(
            keywords.split(b"\n"), heads, self._shapes, lambda: _stamp(index) if trusted else b""
        )

    @property
    def ids(self) -> list[str]:
        """The ids of all detectors, each at the place of its number."""
        return self._ids.split("\n")

    def search(self, number: int) -> tuple[Any, ...]:
        """How a detector is looked for (see keystop.compiling)."""
        found = self._searches_read.get(number)
        if found is None:
            found = self._searches_read[number] = _loads(self._searches[number])
        return found

    def detector(self, number: int) -> Detector:
        """The detector of that number, loaded when first asked for."""
        found = self._detectors.get(number)
        if found is None:
            found = Detector(_loads(self._entry(self.search(number)[0])), trusted=self._trusted)
            self._detectors[number] = found
        return found

    def number(self, detector_id: str) -> int:
        """The number of a detector. Raises KeyError where there is none of that id."""
        if not self._numbers:
            self._numbers = {name: number for number, name in enumerate(self.ids)}
        return self._numbers[detector_id]

    def table(self, charset: int) -> bytes:
        """For bytes.translate: keeps the bytes of a set and makes all others spaces."""
        table = self._tables.get(charset)
        if table is None:
            members = frozenset(self._sets[charset])
            table = bytes(byte if byte in members else 0x20 for byte in range(256))
            self._tables[charset] = table
        return table

    def candidates(
        self,
        text: bytes,
        path: bytes,
        whole: Callable[[], bytes | None] | None = None,
        only: frozenset[int] | None = None,
    ) -> list[Candidate]:
        """Every value in text that some detector takes for its own, overlapping ones too.

        whole gives the whole file, asked only when the other half of something is looked for.
        only restricts the search to detectors of these numbers. Raises NotRead where a pattern
        took longer than its time limit.
        """
        code = roles.kind_of(path) == roles.CODE
        if only is None:
            lower = text.lower()
            hits = self._prefilter.hits(text, lower, code=code)
        else:  # one whole file is asked for several
            lower = self.lowered(text)
            if self._hits_of[0] is not text or self._hits_of[1] != code:
                self._hits_of = text, code, self._prefilter.hits(text, lower, code=code)
            hits = self._hits_of[2]
        places, mentions = self._leads(*hits, text, only, code=code)
        found: list[Candidate] = []
        for number, regions in places.items():
            found += _by_keyword(self.detector(number), text, lower, regions, path)
        for number, spots in mentions.items():
            if number >= 0 and self.search(number)[1] == "a":
                found += self._by_assignment(number, text, spots, path)
        search = ContextSearch(self, text, lower, found, whole, path)
        found += list(search.candidates(mentions, only))
        if whole is not None:
            found = self._with_partners(found, text, whole, path)
        return found

    def _leads(
        self,
        hits: list[Hit],
        shaped: bool,
        text: bytes,
        only: frozenset[int] | None,
        *,
        code: bool,
    ) -> tuple[dict[int, list[tuple[int, int]]], dict[int, list[Mention]]]:
        """Regions for kinds with keywords, and where words of the other kinds stand.

        hits and shaped as the prefilter gives them. A keyword counts only where what must follow
        it does: most occurrences end here.
        """
        places: dict[int, list[tuple[int, int]]] = {}
        mentions: dict[int, list[Mention]] = {}
        sets = self._sets
        runs = Runs(text, sets)
        ways: dict[int, Way] = {}
        bare: dict[tuple[int, int], int] = {}  # up to where lines hold no value
        last: dict[int, int] = {}
        alike: dict[tuple[int, int, bytes], list[tuple[int, int, int]]] = {}
        for keyword, start, end in hits:
            way = ways.get(keyword)
            if way is None:
                way = ways[keyword] = self._way(keyword, only, shaped=shaped)
            if way.half:
                mentions.setdefault(-1, []).append((start, end))
            if way.assigned and way.names(text, start, end, code=code, shaped=shaped):
                for number in way.assigned:
                    mentions.setdefault(number, []).append((start, end))
            if way.near and not naming.amid(text, start, end):
                known = bare.get(way.reach, 0)
                stop = barren(text, start, *way.reach, known)
                if stop:
                    bare[way.reach] = stop
                else:
                    for number in way.near:
                        mentions.setdefault(number, []).append((start, end))
            if not way.edges:
                continue
            worth = None
            dense = start < last.get(keyword, 0)
            last[keyword] = end + _DENSE
            if dense:
                # Texts made of keywords repeat themselves: the same surroundings are judged once.
                before = start if start < _BACK else _BACK
                around = keyword, before, text[start - before : start + _ON]
                worth = alike.get(around)
            if worth is None:
                runs.far = 0
                worth = [
                    (e[0], *self.search(e[0])[2:4])
                    for e in way.edges
                    # Most words that only look like a keyword end here.
                    if not text[end : end + e[3]].lstrip(sets[e[2]])
                    and self.worth_a_look(e, text, start, end, runs)
                ]
                if dense and runs.far <= start + _ON and len(alike) < _ALIKE:
                    alike[around] = worth
            for number, before, after in worth:
                begin, stop = start - before if start > before else 0, start + after
                regions = places.get(number)
                if regions is None:
                    places[number] = [(begin, stop)]
                    continue
                first, end = regions[-1]
                if first <= begin <= end:
                    regions[-1] = first, stop if stop > end else end
                else:
                    regions.append((begin, stop))
        return places, mentions

    def hits(self, lower: bytes) -> list[tuple[int, int, int]]:
        """(keyword, start, end) of each keyword in a text of small letters."""
        return self._prefilter.all(lower)

    def _shapes(self) -> Iterator[Shape]:
        from keystop.shapes import shapes

        return shapes(self)

    def lowered(self, whole: bytes) -> bytes:
        """A whole file in small letters: many parts of one are looked at after each other."""
        if self._lowered[0] is not whole:
            self._lowered = whole, whole.lower()
        return self._lowered[1]

    @property
    def literals(self) -> list[bytes]:
        """The keywords as they are looked for: in small letters, each at its number."""
        return self._prefilter.literals

    def members(self, charset: int) -> bytes:
        """The bytes of a set."""
        return self._sets[charset]

    def edges(self, keyword: int) -> tuple[Any, ...]:
        """Which detectors a keyword leads to, and how (see keystop.compiling)."""
        edges = self._edges_read.get(keyword)
        if edges is None:
            edges = self._edges_read[keyword] = _loads(self._edges[keyword])
        return edges

    def _way(self, keyword: int, only: frozenset[int] | None, *, shaped: bool) -> Way:
        """What a keyword leads to; where shaped, to halves of pairs by a number of its own."""
        way = self._ways.get((keyword, shaped))
        if way is None:
            part, word = divmod(keyword, len(self._edges))
            edges = self.edges(word)
            if part == OF_HALVES:
                edges = (NAME_EDGE,)
            elif part == QUOTED:
                edges = tuple(e for e in edges if e[0] >= 0 and self.search(e[0])[1] == "a")
            elif shaped:
                edges = tuple(e for e in edges if e != NAME_EDGE)
            way = self._ways[keyword, shaped] = Way(self, edges, plain=not part)
        if only is None:
            return way
        ours = tuple(edge for edge in way.all if edge[0] in only or edge[0] < 0)
        return Way(self, ours, plain=way.plain)

    def worth_a_look(
        self, edge: tuple[Any, ...], text: bytes, start: int, end: int, runs: Runs | None = None
    ) -> bool:
        """Whether what must stand around a keyword does, so that its pattern may match."""
        search = self.search(edge[0])
        if search[5] and naming.within_word(text, start):
            return False
        runs = runs or Runs(text, self._sets)
        limit = start + search[3]
        for exact, stretches in edge[1]:
            if text.startswith(exact, start) and runs.follow(end, limit, stretches):
                break
        else:
            return False
        return not (
            (search[4] and not has_run(text[end : end + 400]))
            or (search[6] and not runs.plausible(start, search[6]))
        )

    def region(self, number: int, start: int) -> tuple[int, int]:
        """Where a match may begin whose keyword stands at start."""
        search = self.search(number)
        return max(0, start - search[2]), start + search[3]

    def _by_assignment(
        self, number: int, text: bytes, spots: list[Mention], path: bytes
    ) -> Iterator[Candidate]:
        detector, kind = self.detector(number), roles.kind_of(path)
        seen: set[int] = set()
        last = 0
        nothing: set[tuple[int, int, bytes]] = set()
        known: dict[tuple[bytes, bytes, bool, bool], tuple[str, ...]] = {}
        for begin, end in sorted(set(spots)):
            dense, last = begin < last, end + _DENSE  # a text made of names, as in _leads
            around = None
            if dense:
                before = min(begin, _NAMED)
                around = end - begin, before, text[begin - before : end + _ASSIGNED]
                if around in nothing:
                    continue
            found = self._assigned(detector, text, begin, end, path, kind, known)
            if found is None:
                if around is not None and len(nothing) < _ALIKE:
                    nothing.add(around)
            elif found.start not in seen:
                seen.add(found.start)
                yield found

    def _assigned(
        self,
        detector: Detector,
        text: bytes,
        begin: int,
        end: int,
        path: bytes,
        kind: int,
        known: dict[tuple[bytes, bytes, bool, bool], tuple[str, ...]],
    ) -> Candidate | None:
        """The secret that is assigned to the name at begin; known keeps what was judged before."""
        literal = naming.assigned(text, begin, end, kind)
        if literal is None or naming.is_example(text, literal.start):
            return None
        from keystop import evidence, quiet

        value = text[literal.start : literal.end]
        user = evidence.with_user(text, literal, path)
        key = value, literal.name, literal.quoted, user
        why = known.get(key)
        if why is None:
            why = known[key] = evidence.reasons(value, literal, path, user=user)
        if not why:
            return None
        doubt = ""
        if not evidence.is_password(literal.name):
            doubt = self._cut_short(value, literal.name)
            if quiet.of_test_mode(value):
                doubt = "its mark says that it is of a test mode"
        if naming.is_minified(text, literal):
            doubt = "it stands in minified code, which whoever opens the page gets"
        return Candidate(detector, literal.start, literal.end, value, doubt=doubt, why=why)

    def _cut_short(self, value: bytes, name: bytes) -> str:
        """What value begins like and is too short for; empty where there is nothing like that.

        Keys that were shortened stand in tests and documentation, and open nothing.
        """
        kind = ""
        for keyword in self._prefilter.beginning(value.lower()):
            end = len(self.literals[keyword])
            for edge in self.edges(keyword):
                for exact, stretches in edge[1] if len(edge) > 1 else ():
                    detector = self.detector(edge[0])
                    marked = end >= _MARK or any(word in name for word in detector.context)
                    if marked and value.startswith(exact):
                        if len(value) >= end + sum(least for _, least in stretches):
                            return ""
                        kind = detector.name
        return f"it begins like {kind}, and is too short for one" if kind else ""

    def _with_partners(
        self,
        found: list[Candidate],
        text: bytes,
        whole: Callable[[], bytes | None],
        path: bytes,
    ) -> list[Candidate]:
        """The candidates, those of a pair with their other half, be it in unchanged lines."""
        result = []
        known = Found(found)
        elsewhere: dict[str, Candidate | None] = {}  # the whole file is searched once for a kind
        for one in found:
            partner = one.partner
            if one.detector.pair and partner is None:
                other = one.detector.pair[0]
                partner = known.nearest(other, one.start, one.end, text, 1 << 30)
                if partner is None:
                    if other not in elsewhere:
                        elsewhere[other] = self._in_whole(one.detector, len(text), whole, path)
                    half = elsewhere[other]
                    partner = None if half is None else (half, True)
            result.append(
                Candidate(
                    one.detector, one.start, one.end, one.value, partner, one.encoded, one.told,
                    doubt=one.doubt if partner is None else "", why=one.why,
                )
            )  # fmt: skip
        return result

    def _in_whole(
        self, detector: Detector, size: int, whole: Callable[[], bytes | None], path: bytes
    ) -> Candidate | None:
        """The other half of the detector's pair in the whole file, if that is more than size."""
        content = whole()
        if content is None or len(content) <= size:
            return None
        other = detector.pair[0]
        numbers = frozenset((self.number(other), self.number(detector.id)))
        for half in self.candidates(content, path, whole, numbers):
            if half.detector.id == other:
                return half
        return None


_DAMAGED = "the compiled detectors are damaged or of another version: install keystop again"


def _stamp(index: bytes) -> bytes:
    from zlib import crc32

    return b"%d %08x" % (SHAPES, crc32(index))


def _loads(data: bytes) -> Any:
    try:
        return marshal.loads(data)
    except (EOFError, TypeError, ValueError):
        raise NotRead(_DAMAGED) from None


class Way:
    """Where the edges of a keyword lead.

    half: it names halves of pairs. assigned are the numbers of kinds of what is assigned to it
    (plain: also where no quote is near), near of those for which it has to stand near a value: in
    so many lines from it on is a run of so many characters (reach). edges lead to kinds with
    keywords.
    """

    __slots__ = ("all", "assigned", "edges", "half", "near", "plain", "reach")

    def __init__(self, engine: Engine, edges: tuple[Any, ...], *, plain: bool) -> None:
        self.all = edges
        self.plain = plain
        self.edges = [edge for edge in edges if len(edge) > 1]
        words = [edge[0] for edge in edges if len(edge) == 1 and edge[0] >= 0]
        self.half = NAME_EDGE in edges
        self.assigned = [one for one in words if engine.search(one)[1] == "a"]
        self.near = [one for one in words if engine.search(one)[1] == "c"]
        searches = [engine.search(one) for one in self.near]
        self.reach = (
            max((one[5] for one in searches), default=0) + 1,
            min((one[6] for one in searches), default=0),
        )

    def names(self, text: bytes, start: int, end: int, *, code: bool, shaped: bool) -> bool:
        """Whether something may be assigned to the name that the keyword at start is a part of.

        In code its literal stands behind it, or it stands in one itself.
        """
        if not code:
            return self.plain
        if not self.plain or naming.embedded(text, start, end):
            return True
        return not shaped and naming.quoted_behind(text, end)


class Runs:
    """Runs of bytes of one set, and URLs, in a text: each is judged once.

    far is where the bytes end that answers depended on, since it was last set.
    """

    def __init__(self, text: bytes, sets: tuple[bytes, ...]) -> None:
        self._text = text
        self._sets = sets
        self._last: dict[int, tuple[int, int]] = {}
        self._urls: dict[tuple[str, bytes], bool] = {}
        self.far = 0

    def plausible(self, place: int, how: str) -> bool:
        """Whether user and password of the URL at place look real (see keystop.urls)."""
        from keystop import urls

        url = self._text[place : place + urls.REACH]
        known = self._urls.get((how, url))
        if known is None:
            known = self._urls[how, url] = urls.plausible(url, how)
        return known

    def follow(self, place: int, limit: int, stretches: tuple[tuple[int, int], ...]) -> bool:
        """Whether text goes on from place as it has to in a match (see patterns.Gate)."""
        fits, far = True, place
        for number, (charset, least) in enumerate(stretches, 1):
            piece = self._text[place : place + least]
            far = place + least + 1
            if len(piece) < least or piece.lstrip(self._sets[charset]):
                fits = False
                break
            if number < len(stretches):
                place = min(self._end(place, charset), limit)
        self.far = max(self.far, far)
        return fits

    def _end(self, place: int, charset: int) -> int:
        begin, end = self._last.get(charset, (0, 0))
        if not begin <= place < end:
            end = place
            while piece := self._text[end : end + 256]:
                rest = len(piece.lstrip(self._sets[charset]))
                end += len(piece) - rest
                if rest:
                    break
            self._last[charset] = place, end
        return end


def _by_keyword(
    detector: Detector,
    text: bytes,
    lower: bytes,
    regions: list[tuple[int, int]],
    path: bytes,
) -> Iterator[Candidate]:
    objections: dict[bytes, str] = {}  # texts repeat themselves
    for begin, stop in merged(regions):
        for start, end in detector.spans(text, begin, stop, path):
            value = text[start:end]
            objection = objections.get(value)
            if objection is None:
                objection = objections[value] = detector.objection(value, path)
            if not objection:
                words, doubt = detector.context, ""
                if words and not (
                    naming.above(lower, start, end, words, detector.reach)
                    or any(word in path.lower() for word in words)
                ):
                    named = " or ".join(word.decode() for word in words)
                    doubt = f"its form alone is no proof, and {named} is not near"
                yield Candidate(detector, start, end, value, doubt=doubt)


def shipped_folder() -> str:
    """Where the built-in detectors are: TOML files and, in a wheel, their compiled form."""
    # By name: the package is mapped from another folder, which static analysis cannot follow.
    package = __import__("keystop.detectors", fromlist=["__path__"])
    return str(package.__path__[0])


def load() -> Engine:
    """The built-in detectors: from the compiled files of a wheel, or from a checkout's TOML."""
    folder = shipped_folder()
    try:
        with open(os.path.join(folder, "index.marshal"), "rb") as file:
            index = file.read()
    except FileNotFoundError:
        from keystop.checkout import compiled

        index, entries = compiled(folder)
        return Engine(index, lambda offset: entries[offset:])
    return Engine(index, _Entries(os.path.join(folder, "entries.marshal")).read)


class _Entries:
    def __init__(self, path: str) -> None:
        self._path = path

    def read(self, offset: int) -> bytes:
        with open(self._path, "rb") as file:
            file.seek(offset)
            return file.read(16384)
