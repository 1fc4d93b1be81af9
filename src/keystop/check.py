"""Judging detectors: what `keystop detectors check` and the tests run."""

from __future__ import annotations

import re
import re._constants as ops
from collections.abc import Iterator
from datetime import date
from itertools import chain
from pathlib import Path

from keystop import patterns
from keystop.checksums import CHECKS
from keystop.compiling import compile_records
from keystop.engine import Engine
from keystop.errors import Usage
from keystop.finding import Finding
from keystop.fingerprint import Fingerprints
from keystop.generate import Generator
from keystop.hunk import Hunk
from keystop.records import Record, Response, load
from keystop.scan import Receipt, Scanner

_ID = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*\.[a-z0-9]+(-[a-z0-9]+)*")
# A file whose language does not decide: bare words may be literals in it.
PATH = b"settings.txt"
EXAMPLES = 8
_STEPS = (
    "leaks", "risks", "contain", "check", "revoke", "rotate", "breaks", "survives", "tell",
    "create",
)  # fmt: skip
# A value of fewer bits can be guessed from its keyed hash: it is kept as passwords are.
GUESSABLE = 64
# Of two neighbouring repeats that can trade bytes, the product of their spans.
_MOST_WAYS = 20_000


class Judge:
    """Everything needed to judge the records of a folder."""

    def __init__(self, records: list[Record]) -> None:
        self.records = records
        index, entries = compile_records(records)
        self.engine = Engine(index, lambda offset: entries[offset:])
        self._ids = set(self.engine.ids)
        self.generator = Generator(records, self.engine)
        self._scanner = Scanner((self.engine,), Fingerprints(slow=False).of, lambda hunk: hunk.text)

    def find(self, text: str, path: bytes = PATH) -> list[Finding]:
        """The findings in a text, as if it were a whole new file."""
        return list(self._scanner.scan([Hunk(path, 1, text.encode())], Receipt()))

    def complaints(self, record: Record) -> Iterator[str]:
        """What is wrong with a record, in words; nothing where all is well."""
        yield from self._form(record)
        yield from evident(record)
        yield from misplaced(record.response)
        yield from slow(record.pattern)
        yield from self._asks(record)
        for template in record.examples:
            yield from self._example(record, template)
        for miss in record.near_misses:
            for _ in range(EXAMPLES):
                text = self.generator.near_miss(miss.text)
                if any(finding.detector == record.id for finding in self.find(text)):
                    yield f"it hits its near miss {miss.text!r} ({miss.why})"
                    break

    def _form(self, record: Record) -> Iterator[str]:
        if not _ID.fullmatch(record.id):
            yield "its id is not of the form provider.kind"
        if not record.references or not all(r.startswith("https://") for r in record.references):
            yield "it needs references, each an https address"
        if not record.examples:
            yield "it needs examples"
        if not record.near_misses:
            yield "it needs near misses, each with its reason"
        if not record.grants.endswith("."):
            yield "grants is to be a sentence: what a leak gives away"
        if record.checksum and record.checksum not in CHECKS:
            yield f"there is no checksum {record.checksum!r}"
        if record.keywords:
            if not patterns.implied(
                record.pattern, tuple(k.lower().encode() for k in record.keywords)
            ):
                yield "a match need not hold any of its keywords"
            if min(map(len, record.keywords)) < 3:
                yield "a keyword shorter than 3 bytes is everywhere"
        if patterns.width(patterns.parse(record.pattern))[1] >= patterns.UNBOUNDED:
            yield "its pattern has a repeat without an upper bound"
        for alias in set(record.alias) - self._ids:
            yield f"alias: there is no detector {alias!r}"
        if not record.password and patterns.bits(record.pattern) < GUESSABLE:
            yield "its values can be guessed: it needs password = true"
        if record.pair is not None:
            other = next(one for one in self.records if one.id == record.pair.other)
            if not (record.keywords or other.keywords):
                yield "one half of a pair needs keywords"

    def _asks(self, record: Record) -> Iterator[str]:
        # Only here: a hook reads this module for a repository's own detectors, and is to know
        # nothing of networks.
        from keystop.verify.form import complaints

        yield from complaints(record)

    def _example(self, record: Record, template: str) -> Iterator[str]:
        for _ in range(EXAMPLES):
            try:
                text, _value = self.generator.text(record, template)
            except (Usage, KeyError) as error:
                yield str(error)
                return
            findings = self.find(text)
            found = [finding.detector for finding in findings]
            own = found.count(record.id)
            if own != 1:
                yield f"its example {template!r} is found {own} times, and {found} in all"
                return
            allowed = {record.id}
            for other in re.findall(r"\{([a-z0-9-]+\.[a-z0-9-]+)\}", template):
                allowed.add(other)
            if not set(found) <= allowed:
                yield f"its example {template!r} is also found by {sorted(set(found) - allowed)}"
                return
            if {finding.severity for finding in findings} == {"low"} != {record.severity}:
                yield f"its example {template!r} is only noted: no word of its context is near"
                return
            rivals = self._rivals(record, text.encode()) - allowed - set(record.alias)
            if rivals:
                yield f"its example {template!r} is as good a {' and a '.join(sorted(rivals))}"
                return

    def _rivals(self, record: Record, text: bytes) -> set[str]:
        """The other kinds that take a value of the record's with equal or better right."""
        candidates = self.engine.candidates(text, PATH, lambda: text)
        return {
            other.detector.id
            for own in candidates
            if own.detector.id == record.id
            for other in candidates
            if other.start < own.end and own.start < other.end and other.rank >= own.rank
        }


def evident(record: Record) -> Iterator[str]:
    """Complaints about how the format of a record is said to be known."""
    kind, where = record.evidence.kind, record.evidence.where
    if kind == "documented":
        if not where.startswith("https://"):
            yield "documented evidence needs where: the https address that shows the format"
    elif kind == "observed":
        if not where:
            yield "observed evidence needs where: in whose code or reports"
    elif kind == "peer-only":
        if where:
            yield "peer-only evidence is nowhere"
        if not record.context and record.severity != "low":
            yield "what only other scanners know, and without context, is not to block: low"
    else:
        yield "its evidence is documented, observed or peer-only"


def misplaced(response: Response) -> Iterator[str]:
    """Complaints about the addresses and dates of a playbook."""
    pages = [*filter(None, [response.page]), *response.links]
    for source in response.sources:
        pages.append(source.url)
        try:
            read = date.fromisoformat(source.read)
        except ValueError:
            yield f"sources: {source.read!r} is no day of the form YYYY-MM-DD"
        else:
            if read > date.today():
                yield f"sources: {source.url} cannot have been read on {source.read}"
    for page in pages:
        if not is_address(page):
            yield f"{page!r} is no https address"
    for step in chain(*(getattr(response, part) for part in _STEPS)):
        for text in re.findall(r"\S*://\S+", step):
            filled = re.sub(r"<[^<>]*>", "x.example", text.lstrip("(\"'")).rstrip(".,;:)\"'")
            if not is_address(filled):
                yield f"a step holds {text!r}, which is no https address"


def is_address(text: str) -> bool:
    """Whether it is an https address of a host with a full name, and nothing else."""
    host = r"(?:[a-zA-Z0-9](?:[a-zA-Z0-9-]*[a-zA-Z0-9])?\.)+[a-z]{2,}"
    return re.fullmatch(rf"https://{host}(?:[/?#][!-;=?-~]*)?", text) is not None


def slow(pattern: str) -> Iterator[str]:
    """Complaints about parts of a pattern that can take more than linear time."""
    yield from _nested(patterns.parse(pattern), False)
    for items in patterns.alternatives(pattern):
        yield from _neighbours(items)


def _nested(items: patterns.Items, inside: bool) -> Iterator[str]:
    for op, value in items:
        if op in patterns.REPEATS and op is not ops.POSSESSIVE_REPEAT:
            least, most, inner = value
            if inside and least != most:
                yield "a repeat within a repeat: both can take the same bytes in many ways"
            yield from _nested(inner, inside or most > 1)
        elif op is ops.SUBPATTERN:
            yield from _nested(value[3], inside)
        elif op is ops.BRANCH:
            for branch in value[1]:
                yield from _nested(branch, inside)


def _neighbours(items: list[patterns.Item]) -> Iterator[str]:
    """Repeats that can trade bytes: all that stands between them is in the alphabets of both."""
    open_repeats: list[tuple[frozenset[int], int]] = []
    for item in items:
        open_repeats = [
            (known & item.alphabet, span) for known, span in open_repeats if known & item.alphabet
        ]
        if item.most > item.least and not item.greedy:
            ways = item.most - item.least
            for _, span in open_repeats:
                ways *= span
            if open_repeats and ways > _MOST_WAYS:
                yield f"two repeats that can trade bytes in {ways} ways"
            open_repeats.append((item.alphabet, item.most - item.least))


def check(folder: Path, only: str = "") -> list[str]:
    """All complaints about the detectors of a folder, each a line. Raises Usage."""
    judge = Judge(load(folder))
    return [
        f"{record.source}: {record.id}: {complaint}"
        for record in judge.records
        if only in record.id or only in record.source
        for complaint in judge.complaints(record)
    ]
