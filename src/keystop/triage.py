"""`keystop baseline` and `keystop allows`: the only writer of the baseline."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from pathlib import Path

from keystop import allow, baseline
from keystop.baseline import Baseline, Entry
from keystop.blobs import Blobs
from keystop.errors import Usage
from keystop.escape import printable
from keystop.finding import Finding
from keystop.git import Repository, find_repository
from keystop.hunk import CONTENT, Hunk, Skipped
from keystop.policy import Files, read_file
from keystop.replacing import locked, replace_file
from keystop.sources.whole import tracked
from keystop.verdict import Outcome, Policy, judge


class _Found:
    """The findings in the tracked files that nothing but the baseline keeps quiet."""

    def __init__(self, outcome: Outcome) -> None:
        self._outcome = outcome
        self.all = [one for one in outcome.findings if one.suppressed in ("", "baseline")]

    def path(self, finding: Finding) -> bytes:
        return self._outcome.shown(finding.path)

    def at(self, place: str) -> list[Finding]:
        """The findings that a place means: PATH, PATH:LINE, PATH:LINE:COLUMN, a fingerprint.

        Raises Usage where one was rotated: no baseline lets that pass.
        """
        found = [one for one in self.all if place.removeprefix("./") in self._places(one)]
        if any(one.rotated for one in found):
            raise Usage(f"{place}: it was rotated and stays blocked, in a baseline, too: take it "
                        "out")  # fmt: skip
        return found

    def _places(self, finding: Finding) -> tuple[str, ...]:
        path = printable(self.path(finding))
        line = f"{path}:{finding.line}"
        return path, line, f"{line}:{finding.column}", finding.fingerprint or path

    def entry(self, finding: Finding, reason: str) -> Entry:
        words = printable(" ".join(reason.split()))
        return Entry(self.path(finding), finding.detector, finding.fingerprint, words)


def create(reason: str) -> int:
    """Record everything that is found in the tracked files."""
    repository = find_repository()
    with locked(repository.git_dir, baseline.NAME):
        path = _path(repository)
        if os.path.lexists(path):
            raise Usage(f"{baseline.NAME} exists: keystop baseline update adds to it")
        empty = Baseline(os.urandom(16), ())
        found = _found(repository, empty)
        entries = [found.entry(finding, reason) for finding in found.all if not finding.rotated]
        return _write(repository, empty, entries, found)


def update(places: list[str], reason: str) -> int:
    """Keep the entries of what is still there, and add the findings that places name."""
    repository = find_repository()
    with locked(repository.git_dir, baseline.NAME):
        known = _read(_path(repository)) or Baseline(os.urandom(16), ())
        found = _found(repository, known)
        entries = list(_kept(known, found))
        for place in places:
            named = found.at(place)
            if not named:
                raise Usage(
                    f"{place}: nothing is found there in the index "
                    "(git add the file first; lines are those of keystop scan --tracked)"
                )
            entries += [found.entry(one, reason) for one in named if not known.knows(one)]
        return _write(repository, known, entries, found)


def prune() -> int:
    """Drop the entries of what is no longer there."""
    if _read(_path(find_repository())) is None:
        raise Usage(f"there is no {baseline.NAME} here")
    return update([], "")


def _kept(known: Baseline, found: _Found) -> Iterator[Entry]:
    """An entry for each finding that the baseline knows, with the reason that it has there."""
    reasons = {entry.key: entry.reason for entry in known.entries}
    by_fingerprint = {entry.fingerprint: entry.reason for entry in known.entries}
    for finding in found.all:
        if known.knows(finding):
            key = (found.path(finding), finding.detector, finding.fingerprint)
            reason = reasons.get(key, by_fingerprint.get(finding.fingerprint, ""))
            yield found.entry(finding, reason)


def _found(repository: Repository, known: Baseline) -> _Found:
    blobs = Blobs(repository)
    try:
        files = Files(repository, blobs, {})
        text = known.text().encode()
        policy = Policy(
            lambda name: text if name == baseline.NAME else files.read(name),
            files.likely,
            slow=True,
        )
        outcome = judge(tracked(repository), blobs.whole, policy)
    finally:
        blobs.close()
    if outcome.error is not None:
        raise outcome.error
    return _Found(outcome)


def _path(repository: Repository) -> Path:
    return Path(repository.top, baseline.NAME)


def _read(path: Path) -> Baseline | None:
    data = read_file(str(path), optional=True)
    return None if data is None else baseline.read(data)


def _write(repository: Repository, known: Baseline, entries: list[Entry], found: _Found) -> int:
    unique = {entry.key: entry for entry in reversed(entries)}
    new = Baseline(known.salt, unique.values())
    replace_file(
        _path(repository), new.text().encode(), Path(repository.git_dir, "keystop-baseline.new")
    )
    before = {entry.key for entry in known.entries}
    after = set(unique)
    rest = sum(1 for finding in found.all if not new.knows(finding))
    print(
        f"keystop: {baseline.NAME} has {_count(len(after))} ({len(after - before)} added, "
        f"{len(before - after)} dropped); {rest} more found that {'is' if rest == 1 else 'are'} "
        f"not in it. Now: git add {baseline.NAME}"
    )
    return 0


def _count(number: int) -> str:
    return f"{number} {'entry' if number == 1 else 'entries'}"


def list_allows() -> int:
    """Print every inline allow comment of the tracked files, and whether it still allows."""
    repository = find_repository()
    today = time.strftime("%Y-%m-%d")
    known = _detectors(repository)
    count = 0
    for path, number, line in _lines(tracked(repository)):
        for one in allow.read(line):
            count += 1
            words = [f"{printable(path)}:{number}", printable(one.detector)]
            if one.until:
                words.append(f"until {printable(one.until)}")
            if one.reason:
                words.append(printable(one.reason))
            wrong = allow.state(one, today)
            if not wrong and one.detector not in known:
                wrong = "there is no such detector"
            if wrong:
                words.append(f"(does not count: {wrong})")
            print("  ".join(words))
    print(f"keystop: {count} allow comment{'' if count == 1 else 's'}")
    return 0


def _detectors(repository: Repository) -> frozenset[str]:
    """The ids of all detectors that this repository is scanned with."""
    blobs = Blobs(repository)
    try:
        files = Files(repository, blobs, {})
        engines = Policy(files.read, files.likely).engines()
    finally:
        blobs.close()
    return frozenset(name for engine in engines for name in engine.ids)


def _lines(hunks: Iterator[Hunk | Skipped]) -> Iterator[tuple[bytes, int, bytes]]:
    """Path, number and text of every line in which an allow comment may be."""
    tail = b""
    for hunk in hunks:
        if isinstance(hunk, Skipped) or hunk.where != CONTENT:
            continue
        text, number = tail + hunk.text, hunk.line
        tail = b""
        if hunk.more:
            text, _, tail = text.rpartition(b"\n")
        if allow.MARK in text:
            for line in text.split(b"\n"):
                yield hunk.path, number, line
                number += 1
