"""Successive versions of a file: what is the same in the next one is not judged again."""

from __future__ import annotations

from keystop.context import merged
from keystop.hunk import Hunk, whole_file
from keystop.prefilter import Prefilter, heads
from keystop.role import has_tests
from keystop.runs import BODY
from keystop.scan import Receipt
from keystop.shapes import plain

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from keystop.engine import Engine
    from keystop.finding import Finding
    from keystop.scan import Scanner

# What stands so many lines around a value may decide about it: the words of built-in kinds reach
# four, above that may be its name on a line of its own, or a comment that allows it.
_AROUND = 6
# So much is compared at first, and at last.
_STEP = 512
# Where two versions go on alike is looked for so many bytes on, up to so many times as far in the
# older one, and recognised by so many bytes.
_ON = (64, 256, 1 << 10, 4 << 10, 16 << 10, 64 << 10, 256 << 10)
_FAR, _ANCHOR = 64, 48
# Where a file has one of these a value may go on for many lines.
_SPREAD = (b"PRIVATE", b"Private-", b"MII")
# A line of so many bytes of base64 and nothing else may be one of many.
_ENCODED = 40

# Whole lines of a text: where they begin and end.
Place = tuple[int, int]
# Whole lines that two versions have in common: where they begin in both, and how many bytes.
Stretch = tuple[int, int, int]


class Successive:
    """Judges the versions of one file after the other."""

    def __init__(self, engines: tuple[Engine, ...], scanner: Scanner) -> None:
        """scanner's whole is to give the content of the version that is judged."""
        self._engines = engines
        self._scanner = scanner
        self._paired: dict[str, bool] = {}
        own = [
            one for engine in engines[1:] for one in map(engine.detector, range(len(engine.ids)))
        ]
        self._around = max([_AROUND, *(one.reach + _AROUND for one in own)])
        halves = (engine.detector(number) for engine in engines for number in engine.halves)
        words = list(dict.fromkeys(word for half in halves for word in half.context))
        self._providers = Prefilter(words, heads(words), lambda: plain(words))
        self.content: bytes | None = b""

    def findings(
        self, path: bytes, contents: Iterable[tuple[str, bytes | Iterator[bytes]]]
    ) -> Iterator[tuple[str, list[Finding]]]:
        """For each version (its object id, its content) what is found in it, in any order.

        The findings are the same as if every version were judged as a whole. Of a content in
        pieces there is no whole.
        """
        before = b""
        found: list[Finding] = []
        spread = False
        for blob, content in contents:
            if not isinstance(content, bytes):
                self.content, before = None, b""
                found = list(self._scanner.scan(whole_file(path, content, blob), Receipt()))
                if found:
                    yield blob, found
                continue
            self.content = content
            judged = None
            if before and not spread:
                judged = self._next(path, before, found, content, blob)
            if judged is None:
                judged = list(self._scanner.scan(whole_file(path, [content], blob), Receipt()))
                spread = any(sign in content for sign in _SPREAD)
            before, found = content, judged
            if found:
                yield blob, found

    def _next(
        self, path: bytes, before: bytes, found: list[Finding], content: bytes, blob: str
    ) -> list[Finding] | None:
        """What is found in content, given that found is in before; None where to judge it whole."""
        same = common(before, content, self._around)
        fresh = list(_gaps([(begin, size) for _, begin, size in same], len(content)))
        gone = list(_gaps([(begin, size) for begin, _, size in same], len(before)))
        # With what may decide about it, and so far apart that nothing is near to the next.
        wide = _widened(content, fresh, self._around)
        changed = (b"\n" * (self._around + 1)).join([content[begin:end] for begin, end in wide])
        if any(sign in changed for sign in _SPREAD):
            return None
        if any(_cuts_a_run(content, begin, end) for begin, end in (*fresh, *wide)):
            return None
        if has_tests(path, changed) or any(has_tests(path, before[b:e]) for b, e in gone):
            return None
        # Whose key a name elsewhere in the file holds may be told in what has changed.
        words = self._named(changed.lower())
        lower = before.lower() if words else b""
        if not all(word in lower for word in words):
            return None
        kept = self._kept(found, same, gone, before, content)
        if kept is None:
            return None
        if any(self._scanner.scan([Hunk(path, 1, changed, blob=blob)], Receipt())):
            ours = list(_lines(content, fresh))
            for one in self._scanner.scan(_hunks(path, wide, content, blob), Receipt()):
                if self._is_half(one):
                    return None
                if any(first <= one.line and one.end_line <= last for first, last in ours):
                    kept.append(one)
                elif any(one.line <= last and one.end_line >= first for first, last in ours):
                    return None
        return kept

    def _kept(
        self,
        found: list[Finding],
        same: list[Stretch],
        gone: list[Place],
        before: bytes,
        content: bytes,
    ) -> list[Finding] | None:
        """What was found in lines that are the same, at its new place; None where it may change."""
        if not found:
            return []
        if any(map(self._is_half, found)):
            return None
        words = self._named(b"\n".join(before[begin:end] for begin, end in gone).lower())
        lower = content.lower() if words else b""
        if not all(word in lower for word in words):
            return None
        kept = []
        for old, new, size in same:
            first = before.count(b"\n", 0, old) + 1
            last = first + before.count(b"\n", old, old + size)
            shift = content.count(b"\n", 0, new) + 1 - first
            if old + size == len(before):
                last += 1
            for one in found:
                if first <= one.line and one.end_line < last:
                    kept.append(one.but(line=one.line + shift, end_line=one.end_line + shift))
                elif one.line < last and one.end_line >= first:
                    return None
        return kept

    def _is_half(self, finding: Finding) -> bool:
        """Whether it is, or may become, a half of a pair."""
        known = self._paired.get(finding.detector)
        if known is None:
            ours = [one for one in self._engines if finding.detector in one.ids]
            detectors = [one.detector(one.number(finding.detector)) for one in ours]
            known = any(one.pair for one in detectors)
            self._paired[finding.detector] = known
        return known

    def _named(self, lower: bytes) -> set[bytes]:
        """The providers of pairs that a text names."""
        hits, _ = self._providers.hits(lower, lower)
        return {self._providers.literals[number] for number, _, _ in hits}


def _widened(text: bytes, places: list[Place], around: int) -> list[Place]:
    """Places of whole lines, with so many lines before and behind each."""
    return merged(
        [
            (_lines_back(text, 0, begin, around), _lines_on(text, end, len(text), around - 1))
            for begin, end in places
        ]
    )


def _lines(text: bytes, places: list[Place]) -> Iterator[tuple[int, int]]:
    """The numbers of the first and the last line of places."""
    line, place = 1, 0
    for begin, end in places:
        line += text.count(b"\n", place, begin)
        place = begin
        yield line, line + text.count(b"\n", begin, end - 1)


def _hunks(path: bytes, places: list[Place], content: bytes, blob: str) -> Iterator[Hunk]:
    for (begin, end), (line, _) in zip(places, _lines(content, places), strict=True):
        yield Hunk(path, line, content[begin:end], blob=blob)


def common(before: bytes, content: bytes, around: int) -> list[Stretch]:
    """Whole lines that two versions have in common, in order, so many lines from what differs."""
    found = []
    for old, new, size in _alike(before, content):
        begin, end = new, new + size
        if new or old:
            begin = _lines_on(content, begin, end, around)
        if end < len(content) or old + size < len(before):
            end = _lines_back(content, begin, end, around)
        if begin < end:
            found.append((begin - new + old, begin, end - begin))
    return found


def _lines_on(text: bytes, begin: int, end: int, count: int) -> int:
    """Where count whole lines after begin end; end where there are not so many before it."""
    for _ in range(count + 1):  # the first may be cut
        begin = text.find(b"\n", begin, end) + 1
        if not begin:
            return end
    return begin


def _lines_back(text: bytes, begin: int, end: int, count: int) -> int:
    """Where count whole lines before end begin; begin where there are not so many after it."""
    for _ in range(count + 1):
        end = text.rfind(b"\n", begin, end)
        if end < 0:
            return begin
    return end + 1


def _alike(before: bytes, content: bytes) -> Iterator[Stretch]:
    """Stretches that are alike, of any bytes: (place in before, place in content, size)."""
    old = new = 0
    while new < len(content):
        size = _same(before, old, content, new)
        if size:
            yield old, new, size
        old, new = old + size, new + size
        for on in _ON:
            anchor = content[new + on : new + on + _ANCHOR]
            place = before.find(anchor, old, old + _FAR * on)
            if place >= 0 and len(anchor) == _ANCHOR:
                old, new = place, new + on
                break
        else:
            # Nothing is alike for long: what both end with is left.
            size = _same_end(before, old, content, new)
            if size:
                yield len(before) - size, len(content) - size, size
            return


def _same(one: bytes, a: int, other: bytes, b: int) -> int:
    """How many bytes two texts have in common from two places on."""
    most = min(len(one) - a, len(other) - b)
    size, step = 0, _STEP
    while size < most:
        step = min(step, most - size)
        first = one[a + size : a + size + step]
        second = other[b + size : b + size + step]
        if first == second:
            size += step
            step *= 2
        elif step > _STEP:
            step = _STEP
        else:
            differ = int.from_bytes(first, "big") ^ int.from_bytes(second, "big")
            return size + step - _bytes(differ)
    return size


def _same_end(one: bytes, a: int, other: bytes, b: int) -> int:
    """How many bytes two texts have in common at their ends, not before two places."""
    c, d = len(one), len(other)
    most = min(c - a, d - b)
    size = 0
    while size < most:
        step = min(_STEP, most - size)
        first, second = one[c - size - step : c - size], other[d - size - step : d - size]
        if first != second:
            differ = int.from_bytes(first, "little") ^ int.from_bytes(second, "little")
            return size + step - _bytes(differ)
        size += step
    return size


def _bytes(number: int) -> int:
    return (number.bit_length() + 7) // 8


def _cuts_a_run(text: bytes, begin: int, end: int) -> bool:
    """Whether text[begin:end], whole lines, may begin or end within lines encoded together."""
    first = text[begin : max(text.find(b"\n", begin, end), begin)]
    last = text[text.rfind(b"\n", begin, end - 1) + 1 : end]
    return (begin > 0 and _is_encoded(first)) or (end < len(text) and _is_encoded(last))


def _is_encoded(line: bytes) -> bool:
    return len(line) >= _ENCODED and not line.strip().translate(None, BODY + b"=")


def _gaps(parts: list[tuple[int, int]], size: int) -> Iterator[Place]:
    """What of a text of that size is between its parts, each (begin, size)."""
    place = 0
    for begin, length in parts:
        if begin > place:
            yield place, begin
        place = begin + length
    if place < size:
        yield place, size
