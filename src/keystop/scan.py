"""From hunks to findings."""

from __future__ import annotations

from keystop.context import has_run
from keystop.detector import RANK_GENERIC, Candidate
from keystop.encoded import Signs
from keystop.hunk import (
    AUTHOR,
    CONTENT,
    MESSAGE,
    NAME,
    PIECE,
    Hunk,
    Skipped,
    after,
    line_ends,
    wide,
)
from keystop.role import part

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from keystop.detector import Detector
    from keystop.engine import Engine
    from keystop.finding import Finding
    from keystop.layers import Layer
    from keystop.leaked import Leaked

    Whole = Callable[[Hunk], bytes | None]
    # What is told of a finding: the candidate that it was made of, and the text that it is in.
    Witness = Callable[[Finding, Candidate, bytes], None]

# A window shares so many bytes with the next and the one before: more than any match is long.
AHEAD, BEHIND = 24 << 10, 1 << 10


# Files of which git holds only a stand-in or a cipher: what is there is read, and it is told.
_OPAQUE = (
    (b"version https://git-lfs.github.com/spec/", "file in Git LFS"),
    (b"\0GITCRYPT\0", "file encrypted by git-crypt"),
)


class Receipt:
    """What was read: counts of files, added lines and bytes, and what was passed over.

    Of a history versions counts those of its files, known those in which an earlier scan found
    nothing, and commits what they and tags say.
    """

    def __init__(self) -> None:
        self.files = 0
        self.versions = 0
        self.known = 0
        self.commits = 0
        self.lines = 0
        self.bytes = 0
        self.skipped: list[Skipped] = []
        self._path = b""

    def count(self, hunk: Hunk) -> None:
        """Count one hunk."""
        self.commits += hunk.where == MESSAGE
        if hunk.path != self._path or hunk.where != CONTENT:
            self.files += hunk.path != self._path
            self._path = hunk.path
        if hunk.where == CONTENT:
            self.lines += hunk.text.count(b"\n")
            self.bytes += len(hunk.text)
            for head, reason in _OPAQUE:
                if hunk.line == 1 and hunk.text.startswith(head):
                    self.skipped.append(Skipped(hunk.path, reason))


class Scanner:
    """Everything that turns hunks into findings.

    whole gives the whole file of a hunk (None where there is none): there the other half of a
    pair is looked for, and an allow comment on the line before. honoured gives the comments of
    other scanners that count. key makes identities of values (see Finding); it is never kept.
    witness sees what no finding holds: the plaintext that it was made of. leaked gives what knows
    the values that were rotated, and is asked when there is a text to search: git is at work then.
    """

    def __init__(
        self,
        engines: tuple[Engine, ...],
        fingerprint: Callable[[Detector, bytes, bytes], str],
        whole: Whole,
        honoured: Callable[[], tuple[str, ...]] = tuple,
        key: bytes = b"",
        witness: Witness | None = None,
        leaked: Callable[[], Leaked | None] = lambda: None,
    ) -> None:
        self._engines = engines
        self._signs = Signs()
        self.fingerprint = fingerprint
        self.whole = whole
        self.honoured = honoured
        self.key = key
        self._witness = witness
        self._give_leaked: Callable[[], Leaked | None] | None = leaked
        self._known: Leaked | None = None

    def scan(self, hunks: Iterable[Hunk | Skipped], receipt: Receipt) -> Iterator[Finding]:
        """The findings in hunks, in their order; receipt counts what was read.

        Raises NotRead where something could not be read to its end.
        """
        seen: set[tuple[bytes, str, str, int, int, str, int]] = set()
        for window in _windows(hunks, receipt):
            times: dict[tuple[int, int, str], int] = {}
            for finding in self._window(window):
                # Several that are encoded together stand at one place.
                place = finding.line, finding.column, finding.detector
                times[place] = times.get(place, 0) + 1
                # Where git had to be asked twice, lines come twice.
                key = finding.path, finding.where, finding.commit, *place, times[place]
                if key not in seen:
                    seen.add(key)
                    yield finding

    def _window(self, window: Window) -> Iterator[Finding]:
        where, text = window.hunk.where, window.text
        if where in (NAME, AUTHOR) and not has_run(text.replace(b"/", b" ")):
            return  # as most names are: each would cost as much as a small file
        yield from self._text(window, text)
        if b"\0" in text:
            narrow = Narrowed(text)
            if narrow.text:
                yield from self._text(window, narrow.text, narrow)

    def _text(
        self, window: Window, text: bytes, narrow: Narrowed | None = None
    ) -> Iterator[Finding]:
        hunk = window.hunk
        own = self._search(text, hunk.path, lambda: self.whole(hunk))
        inner = [self._decoded(layer, hunk.path) for layer in self._signs.layers(text)]
        candidates = [*own, *(one for ones in inner for one in ones)]
        if not candidates:
            return
        from keystop.choice import chosen
        from keystop.view import View

        view = View(self, window, text, candidates)
        places = {one: one.start for one in own}
        for ones in inner:
            places.update(ones)
        for candidate in sorted(chosen(own, inner), key=places.__getitem__):
            place = places[candidate]
            if narrow is not None:
                place = narrow.place(place)
            if window.begin <= place < window.end:
                finding = view.finding(candidate)
                if self._witness is not None:
                    self._witness(finding, candidate, text)
                yield finding

    def _search(
        self, text: bytes, path: bytes, whole: Callable[[], bytes | None]
    ) -> list[Candidate]:
        found = [one for engine in self._engines for one in engine.candidates(text, path, whole)]
        leaked = self._leaked()
        return found if leaked is None else [*map(leaked.marked, found), *leaked.candidates(text)]

    def _leaked(self) -> Leaked | None:
        if self._give_leaked is not None:
            self._known, self._give_leaked = self._give_leaked(), None
        return self._known

    def _decoded(self, layer: Layer, path: bytes) -> dict[Candidate, int]:
        """What is found in a layer and not without it, as candidates of the outer text.

        Each with the exact place of its first byte: the candidate's is that of all that is
        encoded together.
        """
        from keystop.choice import apart

        # Of a decoded text it is not known what bare words mean.
        kind = path + b".env" if layer.whole and not part(path) else path
        own = [
            one
            for one in self._search(layer.text, kind, lambda: layer.text)
            if one.rank > RANK_GENERIC or layer.assigns(one.start, one.end)
        ]
        inner = [self._decoded(deeper, path) for deeper in layer.layers()]
        places = {one: one.start for one in own}
        for ones in inner:
            places.update(ones)
        return {
            _outer(layer, one): layer.place(places[one])
            for one in apart(own, inner)
            if layer.touches(one.start, one.end)
            or (one.partner and layer.touches(one.partner[0].start, one.partner[0].end))
        }


def _outer(layer: Layer, one: Candidate) -> Candidate:
    """A candidate of a layer as one of the outer text."""
    start, end, name = layer.span(one.start, one.end)
    half = None
    if one.partner is not None:
        other = one.partner[0]
        span = layer.span(other.start, other.end)
        half = Candidate(other.detector, span[0], span[1], other.value), False
    names = ", ".join(filter(None, (name, one.encoded)))
    return Candidate(
        one.detector, start, end, one.value, half, names, one.told, doubt=one.doubt, why=one.why,
        rotated=one.rotated,
    )  # fmt: skip


class Window:
    """A piece of a hunk: text with its place, and which part of it is its own (begin to end)."""

    __slots__ = ("begin", "column", "end", "hunk", "line", "text")

    def __init__(
        self, hunk: Hunk, text: bytes, line: int, column: int, begin: int, end: int
    ) -> None:
        self.hunk = hunk
        self.text = text
        self.line = line
        self.column = column
        self.begin = begin
        self.end = end


def _windows(hunks: Iterable[Hunk | Skipped], receipt: Receipt) -> Iterator[Window]:
    tail, line, column = b"", 0, 0
    begin = 0
    for hunk in hunks:
        if isinstance(hunk, Skipped):
            receipt.skipped.append(hunk)
            continue
        receipt.count(hunk)
        if not tail:
            line, column, begin = hunk.line, hunk.column, 0
        text = tail + hunk.text
        place = 0
        while len(text) - place > 2 * PIECE or (hunk.more and len(text) - place > AHEAD):
            end = min(place + PIECE + AHEAD, len(text))
            own = end - AHEAD
            window = Window(hunk, text[place:end], line, column, begin, own - place)
            yield window
            back = max(place, own - BEHIND)
            skipped = text[place:back]
            line, column = after(skipped, line, column, line_ends(skipped))
            begin = own - back
            place = back
            if end == len(text):
                break
        tail = text[place:] if hunk.more else b""
        if not hunk.more:
            yield Window(hunk, text[place:], line, column, begin, len(text) - place)


class Narrowed:
    """Text in UTF-16 or UTF-32, of either byte order, without its zero bytes.

    Line by line: elsewhere lines are emptied, so that their numbers stay. text is empty where no
    line is of that kind. ASCII is all that detectors look for, so nothing more is decoded.
    """

    def __init__(self, text: bytes) -> None:
        self._lines = text.split(b"\n")
        narrow = [line.replace(b"\0", b"") if wide(line) else b"" for line in self._lines]
        self.text = b"\n".join(narrow) if any(narrow) else b""

    def place(self, offset: int) -> int:
        """Where a byte of the narrowed text stands in the text it was made of."""
        number = self.text.count(b"\n", 0, offset)
        column = offset - self.text.rfind(b"\n", 0, offset) - 1
        line = self._lines[number]
        low, high = 0, len(line)
        while low < high:  # as many bytes other than zero come before it
            middle = (low + high) // 2
            if middle - line.count(0, 0, middle) < column:
                low = middle + 1
            else:
                high = middle
        return sum(map(len, self._lines[:number])) + number + low
