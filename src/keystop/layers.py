"""A text with what is encoded in it decoded, and the way back to where it stands."""

from __future__ import annotations

from bisect import bisect_left, bisect_right

from keystop import decoding, runs
from keystop.encoded import RUNS

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from typing import Final

    from keystop.decoding import Run

    # where it is, where it ends, what it reads like, what it was if not signs
    Piece = tuple[int, int, bytes, Run | None]
    # a part of a text with the pieces in it, in order
    Region = tuple[int, int, Iterable[Piece]]

# Encodings within encodings are followed so deep. Compression counts as one with its base64.
DEPTH = 3
# So many bytes are decoded for each byte of the text, and besides: a small value may inflate.
TIMES, BESIDES = 4, 1 << 20
# What stands so far before and after is looked at together with what is decoded, to the ends of
# lines that are not longer than _LINE.
_AROUND, _LINE = 400, 1000
# So near to an escape a value may be another one for it.
_NEAR = 160


class Layer:
    """Parts of an outer text in which everything in one encoding is decoded.

    whole says that texts of their own were decoded, and not signs in one.
    """

    __slots__ = (
        "_ats",
        "_begins",
        "_depth",
        "_ends",
        "_kind",
        "_segments",
        "_walk",
        "text",
        "whole",
    )

    def __init__(
        self, text: bytes, kind: str, regions: Iterable[Region], walk: Walk, depth: int
    ) -> None:
        self.whole: Final = kind == RUNS
        self._kind: Final = kind
        self._walk: Final = walk
        self._depth: Final = depth
        # For each part of the new text where it begins, and what it was made of: where that
        # begins and ends, and how many bytes of it made one (0 for those that were left alone).
        self._ats: list[int] = []
        self._segments: list[tuple[int, int, int, Run | None]] = []
        # where the new text differs
        self._begins: list[int] = []
        self._ends: list[int] = []
        out: list[bytes] = []
        size = 0
        for begin, stop, pieces in regions:
            place = begin
            for start, end, inner, run in pieces:
                if start > place:
                    size = self._kept(size, place, start)
                self._changed(size, start, end, len(inner), run)
                out += (text[place:start], inner)
                size += len(inner)
                place = end
            size = self._kept(self._kept(size, place, stop), stop, stop) + 1
            out += (text[place:stop], b"\n")
        self.text: Final = b"".join(out)

    def _kept(self, size: int, start: int, end: int) -> int:
        self._ats.append(size)
        self._segments.append((start, end, 0, None))
        return size + end - start

    def _changed(self, at: int, start: int, end: int, size: int, run: Run | None) -> None:
        each = end - start
        if run is None and self._segments and self._ends and self._ends[-1] == at:
            first, before, same, _ = self._segments[-1]
            if before == start and same == each and size == 1:  # as in %41%42
                self._segments[-1] = first, end, each, None
                self._ends[-1] = at + size
                return
        self._ats.append(at)
        self._segments.append((start, end, each, run))
        self._begins.append(at)
        self._ends.append(at + size)

    def layers(self) -> Iterator[Layer]:
        """What this text reads like where something decoded in it is decoded again."""
        return self._walk.within(self, self._depth)

    def touches(self, start: int, end: int) -> bool:
        """Whether text[start:end] holds something decoded, or is near a decoded sign."""
        near = 0 if self.whole else _NEAR
        last = bisect_left(self._begins, end + near) - 1
        return last >= 0 and self._ends[last] > start - near

    def span(self, start: int, end: int) -> tuple[int, int, str]:
        """Where text[start:end] stands in the outer text, and in which encoding."""
        first, last = bisect_right(self._ats, start) - 1, bisect_left(self._ats, end) - 1
        name = ""
        for _, _, each, run in self._segments[first : last + 1]:
            if each:
                name = self._kind if run is None else run.name
                break
        begin, _, each, run = self._segments[first]
        if run is None:
            begin += (start - self._ats[first]) * (each or 1)
        before, stop, each, run = self._segments[last]
        if run is None:  # the line break after a region is nobody's
            stop = min(stop, before + (end - self._ats[last]) * (each or 1))
        return begin, stop, name

    def place(self, offset: int) -> int:
        """Where the byte at offset stands in the outer text, as exactly as can be told."""
        number = bisect_right(self._ats, offset) - 1
        place, stop, each, run = self._segments[number]
        offset -= self._ats[number]
        return min(stop, place + offset * (each or 1)) if run is None else run.place(offset)

    def assigns(self, start: int, end: int) -> bool:
        """Whether a value that only its name tells has that name in the same decoded text.

        A bare word has to be all that its line assigns, as in a file of settings.
        """
        if not self.whole:
            return True
        number = bisect_right(self._begins, start) - 1
        begin = max(self._begins[number], self.text.rfind(b"\n", 0, start) + 1)
        before, after = self.text[begin:start], self.text[end : min(end + 80, self._ends[number])]
        if not before.strip(b"\"' ") or not (b"=" in before or b":" in before):
            return False
        words = before.removeprefix(b"export ").split()
        return before[-1:] in (b'"', b"'") or (
            len(words) <= 2 and not after.partition(b"\n")[0].strip()
        )


class Walk:
    """The layers of a text and the layers in them, with a limit to what is decoded in all."""

    def __init__(self, look: Callable[[bytes], dict[str, list[int]]], size: int) -> None:
        """look finds what is encoded in a text; size is that of the outermost one."""
        self._look = look
        self.left = size * TIMES + BESIDES

    def within(self, outer: Layer, depth: int) -> Iterator[Layer]:
        """The layers of a layer, at that depth."""
        if depth < DEPTH:
            yield from self.layers(outer.text, self._look(outer.text), outer, depth)

    def layers(
        self,
        text: bytes,
        found: dict[str, list[int]],
        outer: Layer | None = None,
        depth: int = 0,
    ) -> Iterator[Layer]:
        """A layer for each encoding that was found in text, which is that of outer."""
        for kind, hits in found.items():
            if self.left <= 0:
                return
            regions = (
                self._runs(text, hits, outer) if kind == RUNS else _escapes(kind, text, hits, outer)
            )
            layer = Layer(text, kind, regions, self, depth + 1)
            if layer.text:
                self.left -= len(layer.text)
                yield layer

    def _runs(self, text: bytes, hits: list[int], outer: Layer | None) -> Iterator[Region]:
        found: list[Run] = []
        left, done = self.left, 0
        for hit in hits:
            if hit < done or not (outer is None or outer.touches(hit, runs.end(text, hit))):
                continue
            if left <= 0:
                break
            run, tried = decoding.run(text, hit, left)
            left -= tried
            if run is not None:
                found.append(run)
                done = run.end
        number = 0
        for begin, stop in _around(text, ((run.start, run.end) for run in found)):
            pieces: list[Piece] = []
            while number < len(found) and found[number].start < stop:
                run = found[number]
                pieces.append((run.start, run.end, run.text, run))
                number += 1
            yield begin, stop, pieces


def _escapes(kind: str, text: bytes, hits: list[int], outer: Layer | None) -> Iterator[Region]:
    spots = ((hit, hit + 1) for hit in hits if outer is None or outer.touches(hit, hit + 1))
    for begin, stop in _around(text, spots):
        yield begin, stop, decoding.escapes(kind, text, begin, stop)


def _around(text: bytes, spots: Iterable[tuple[int, int]]) -> Iterator[tuple[int, int]]:
    """Spots, in order, with what stands near them; those that touch made one."""
    first = last = 0
    size = len(text)
    for start, end in spots:
        if last and end + _AROUND <= last:
            continue
        low, high = max(0, start - _AROUND), min(size, end + _AROUND)
        begin = text.rfind(b"\n", max(0, low - _LINE), low) + 1 or max(0, low - _LINE)
        stop = text.find(b"\n", high, high + _LINE)
        if stop < 0:
            stop = min(size, high + _LINE)
        if last and begin > last:
            yield first, last
        if not last or begin > last:
            first = begin
        last = max(stop, last)
    if last:
        yield first, last
