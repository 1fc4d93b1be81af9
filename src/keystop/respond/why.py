"""`keystop explain FINDING`: which detectors were considered for a line, and why each was kept
or dropped."""

from __future__ import annotations

import os
from collections.abc import Iterator

from keystop import evidence, naming, role
from keystop.context import is_name, runs
from keystop.engine import Engine
from keystop.errors import Usage
from keystop.escape import printable
from keystop.finding import Finding
from keystop.hunk import whole_file
from keystop.report.text import count
from keystop.respond.located import parsed, place_of, policy_for, read_named
from keystop.verdict import Outcome, judge

# The weakest reason: a name may stand in a line more than once.
_NO_VALUE = "no literal is assigned to the name"


def why(what: str) -> int:
    """Print what was found in a line, what it rests on, and what else was considered."""
    place = place_of(what)
    path, number, _ = parsed(place)
    name, text, _ = read_named(path)
    lines = text.split(b"\n")
    if not 1 <= number <= len(lines):
        raise Usage(f"{printable(os.fsencode(path))} has {count(len(lines), 'line')}")
    policy = policy_for(path)
    outcome = judge(whole_file(name, [text]), lambda _: text, policy)
    found = [one for one in outcome.findings if one.line <= number <= one.end_line]
    for line in _told(found, outcome, place):
        print(line)
    begin = sum(len(line) + 1 for line in lines[: number - 1])
    dropped: dict[str, str] = {}
    for engine in policy.engines():
        for one, reason in Considered(engine, text, name).line(begin, len(lines[number - 1])):
            if one not in {finding.detector for finding in found} and (
                one not in dropped or dropped[one].startswith(_NO_VALUE)
            ):
                dropped[one] = reason
    if dropped:
        print("Considered, and dropped:")
    for detector, reason in sorted(dropped.items()):
        print(f"  {detector}: {reason}")
    return 0


def _told(found: list[Finding], outcome: Outcome, place: str) -> Iterator[str]:
    if not found:
        yield f"{printable(os.fsencode(place))}: nothing is found in this line."
    for finding in found:
        state = finding.suppressed or (
            "it blocks" if finding.blocks(outcome.config.block) else "it is only noted"
        )
        yield f"{printable(os.fsencode(place))}: {finding.name} ({finding.detector})"
        yield f"  {finding.excerpt.text.strip()}"
        yield f"  severity {finding.severity}, confidence {finding.confidence}: {state}"
        for reason in finding.reasons:
            yield f"  - {reason}"


class Considered:
    """The detectors that a word of a text brought into play."""

    def __init__(self, engine: Engine, text: bytes, path: bytes) -> None:
        self._engine = engine
        self._text = text
        self._lower = text.lower()
        self._path = path
        self._chosen = {
            (one.detector.id, one.start) for one in engine.candidates(text, path, lambda: text)
        }

    def line(self, begin: int, size: int) -> Iterator[tuple[str, str]]:
        """(detector, why it was dropped) for what was considered in text[begin:begin + size]."""
        stop = begin + size
        for keyword, start, end in self._engine.hits(self._lower):
            for edge in self._engine.edges(keyword):
                number = edge[0]
                if number < 0:
                    continue
                kind = self._engine.search(number)[1]
                word = self._text[start:end].decode("ascii", "replace")
                on_it = begin <= start < stop
                if kind == "k" and on_it:
                    yield from self._by_keyword(edge, start, end, word)
                elif kind == "a" and on_it:
                    yield from self._by_assignment(number, start, end)
                elif kind == "c" and start < stop:
                    reach = self._engine.search(number)[5]
                    if self._text.count(b"\n", start, begin) > reach:
                        continue
                    if naming.amid(self._text, start, end):
                        yield (
                            self._engine.detector(number).id,
                            f"{word!r} is but a part of words there",
                        )
                    else:
                        yield from self._by_context(number, begin, stop, word, on_it=on_it)

    def _by_keyword(
        self, edge: tuple[object, ...], start: int, end: int, word: str
    ) -> Iterator[tuple[str, str]]:
        number = int(str(edge[0]))
        detector = self._engine.detector(number)
        if not self._engine.worth_a_look(edge, self._text, start, end):
            yield detector.id, f"{word!r} stands there, but not what must stand around it"
            return
        region = self._engine.region(number, start)
        matched = False
        for begin, stop in detector.spans(self._text, *region, self._path):
            matched = True
            yield detector.id, self._fate(detector.id, begin, self._text[begin:stop], number)
        if not matched:
            yield detector.id, f"what stands around {word!r} is not of its form"

    def _fate(self, detector: str, start: int, value: bytes, number: int) -> str:
        objection = self._engine.detector(number).objection(value, self._path)
        if objection:
            return objection
        if (detector, start) in self._chosen:
            return "another kind knows the value better, or the other half tells of it"
        return "something around it speaks against it"

    def _by_assignment(self, number: int, start: int, end: int) -> Iterator[tuple[str, str]]:
        name = self._engine.detector(number).id
        literal = naming.assigned(self._text, start, end, role.kind_of(self._path))
        if literal is None:
            yield name, _NO_VALUE
            return
        if naming.is_example(self._text, literal.start):
            yield name, "its line says that it is an example"
            return
        value = self._text[literal.start : literal.end]
        reason = evidence.ruled_out(value, literal.name, self._path)
        if reason:
            yield name, reason
            return
        user = evidence.with_user(self._text, literal, self._path)
        points = evidence.weigh(value, literal, self._path, user=user)
        total = sum(number for number, _ in points)
        if total >= evidence.ENOUGH:
            yield name, "another kind knows the value better"
            return
        told = "; ".join(f"{number:+.1f} {reason}" for number, reason in points)
        yield name, f"{total:+.1f} points, and {evidence.ENOUGH:+.1f} are needed: {told}"

    def _by_context(
        self, number: int, begin: int, stop: int, word: str, *, on_it: bool
    ) -> Iterator[tuple[str, str]]:
        engine = self._engine
        detector = engine.detector(number)
        _, _, charset, least, most, _, _ = engine.search(number)
        seen = False
        for start, end in runs(self._text, begin, stop, engine.table(charset), least):
            value = self._text[start:end]
            if not least <= end - start <= most or not naming.delimited(self._text, start, end):
                continue
            seen = True
            if not naming.told(self._lower, start, detector.names):
                names = ", ".join(name.decode() for name in detector.names)
                yield detector.id, f"its name holds none of {names}"
            elif naming.contrary(self._lower, start, detector.names):
                yield detector.id, "its name says that it is a checksum or an identifier"
            elif is_name(value):
                yield detector.id, "the value reads like a name made of several words"
            elif not detector.objection(value, self._path) and not detector.fits(value, self._path):
                yield detector.id, "the value is not wholly of its form"
            else:
                yield detector.id, self._fate(detector.id, start, value, number)
        if not seen and on_it:
            yield detector.id, f"{word!r} stands there, but no value of its form and length"
