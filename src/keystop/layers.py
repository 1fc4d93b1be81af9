"""A text with what is encoded in it decoded, and the way back to where it stands."""

from __future__ import annotations

from bisect import bisect_left, bisect_right

from keystop import decoding, runs
from keystop.encoded import RUNS

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from typing import Final

    from keystop.decoding import Run

    # where it is, where it ends, what it reads like, the name of its encoding
    Piece = tuple[int, int, bytes, str, Run | None]

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

    __slots__ = ("_ats", "_begins", "_depth", "_ends", "_segments", "_walk", "text", "whole")

    def __init__(
        self,
        text: bytes,
        regions: list[tuple[int, int]],
        pieces: list[Piece],
        walk: Walk,
        depth: int,
        *,
        whole: bool,
    ) -> None:
        """pieces of text[begin:end] of each of the regions are replaced; both are in order."""
        self.whole: Final = whole
        self._walk: Final = walk
        self._depth: Final = depth
        # for each part of the new text where it begins, and what it was made of
        self._ats: list[int] = []
        self._segments: list[tuple[int, int, str, Run | None]] = []
        # where the new text differs
        self._begins: Final[list[int]] = []
        self._ends: Final[list[int]] = []
        out: list[bytes] = []
        size = number = 0
        for begin, stop in regions:
            place = begin
            while number < len(pieces) and pieces[number][0] < stop:
                start, end, inner, name, run = pieces[number]
                number += 1
                self._ats += (size, size + start - place)
                self._segments += ((place, start, "", None), (start, end, name, run))
                size += start - place
                self._begins.append(size)
                size += len(inner)
                self._ends.append(size)
                out += (text[place:start], inner)
                place = end
            self._ats += (size, size + stop - place)
            self._segments += ((place, stop, "", None), (stop, stop, "", None))
            out += (text[place:stop], b"\n")
            size += stop - place + 1
        self.text: Final = b"".join(out)

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
        names = [name for _, _, name, _ in self._segments[first : last + 1] if name]
        begin, _, name, _ = self._segments[first]
        if not name:
            begin += start - self._ats[first]
        before, stop, name, _ = self._segments[last]
        if not name:  # the line break after a region is nobody's
            stop = min(stop, before + end - self._ats[last])
        return begin, stop, names[0] if names else ""

    def place(self, offset: int) -> int:
        """Where the byte at offset stands in the outer text, as exactly as can be told."""
        number = bisect_right(self._ats, offset) - 1
        place, stop, name, run = self._segments[number]
        if run is not None:
            return run.place(offset - self._ats[number])
        return place if name else min(stop, place + offset - self._ats[number])

    def assigns(self, start: int, end: int) -> bool:
        """Whether a value that only its name tells has that name in the same decoded text.

        A bare word has to be all that its line assigns, as in a file of settings.
        """
        if not self.whole:
            return True
        begin = self._begins[bisect_right(self._begins, start) - 1]
        begin = max(begin, self.text.rfind(b"\n", 0, start) + 1)
        before, after = self.text[begin:start], self.text[end : end + 2]
        if not before.strip(b"\"' ") or not (b"=" in before or b":" in before):
            return False
        words = before.removeprefix(b"export ").split()
        return before[-1:] in (b'"', b"'") or (len(words) <= 2 and not after.strip())


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
            made = _runs if kind == RUNS else _escapes
            pieces, regions = made(kind, text, hits, outer, self.left)
            if pieces:
                layer = Layer(text, regions, pieces, self, depth + 1, whole=kind == RUNS)
                self.left -= len(layer.text)
                yield layer


def _escapes(
    kind: str, text: bytes, hits: list[int], outer: Layer | None, most: int
) -> tuple[list[Piece], list[tuple[int, int]]]:
    spots = [(hit, hit + 1) for hit in hits if outer is None or outer.touches(hit, hit + 1)]
    regions = _around(text, spots, most)
    return [
        (start, end, inner, kind, None)
        for begin, stop in regions
        for start, end, inner in decoding.escapes(kind, text, begin, stop)
    ], regions


def _runs(
    _: str, text: bytes, hits: list[int], outer: Layer | None, most: int
) -> tuple[list[Piece], list[tuple[int, int]]]:
    pieces: list[Piece] = []
    done = 0
    for hit in hits:
        if hit < done or not (outer is None or outer.touches(hit, runs.end(text, hit))):
            continue
        run = decoding.run(text, hit, most) if most > 0 else None
        if run is not None:
            pieces.append((run.start, run.end, run.text, run.name, run))
            most -= len(run.text)
            done = run.end
    return pieces, _around(text, [(start, end) for start, end, _, _, _ in pieces], most)


def _around(text: bytes, spots: list[tuple[int, int]], most: int) -> list[tuple[int, int]]:
    """Spots, in order, with what stands near them; those that touch made one."""
    regions: list[tuple[int, int]] = []
    size = len(text)
    for start, end in spots:
        if regions and end + _AROUND <= regions[-1][1]:
            continue
        low, high = max(0, start - _AROUND), min(size, end + _AROUND)
        begin = text.rfind(b"\n", max(0, low - _LINE), low) + 1 or max(0, low - _LINE)
        stop = text.find(b"\n", high, high + _LINE)
        if stop < 0:
            stop = min(size, high + _LINE)
        if regions and begin <= regions[-1][1]:
            begin, last = regions.pop()
            most += last - begin
            stop = max(stop, last)
        most -= stop - begin
        if most < 0:
            break
        regions.append((begin, stop))
    return regions
