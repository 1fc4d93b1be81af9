"""`keystop respond` and `keystop status`: working through a leak, and how far each one is."""

from __future__ import annotations

import argparse
import calendar
import contextlib
import json
import os
import re
import sys
import time
from collections.abc import Iterator
from contextlib import AbstractContextManager
from datetime import date
from pathlib import Path

from keystop import leaks
from keystop.errors import NotRead, Usage
from keystop.escape import printable
from keystop.leaked import words
from keystop.leaks import Event, Leak, Leaks
from keystop.policy import read_file
from keystop.records import Record
from keystop.replacing import locked, replace_file
from keystop.respond import playbook, ticket, walk
from keystop.respond.explain import find
from keystop.respond.exposure import of_value, verdict
from keystop.respond.located import Located, locate, recorded, repository_needed
from keystop.respond.purged import check_purged
from keystop.respond.typed import Typed, typed
from keystop.sources.whereabouts import is_bare

_STATES = leaks.STATES[1:]
_WHEN = "%Y-%m-%dT%H:%M:%SZ"
VERSION = 1


def respond(arguments: argparse.Namespace) -> int:
    """Work through what is to be done about a leak, or a kind of secret; the exit status."""
    said = {what: getattr(arguments, what) for what in (*_STATES, *leaks.NOTES)}
    said = {what: _sentence(what, text) for what, text in said.items() if text is not None}
    what = arguments.what
    if re.fullmatch(r"[a-z0-9-]+\.[a-z0-9-]+", what) and not os.path.exists(what):
        if said:
            raise Usage(f"{what} is a kind of secret; name a finding, to keep what became of it")
        _print(find(what), None, "", {}, arguments.format)
        return 0
    state = State()
    leak, exposure, located = state.named(what, said)
    record = state.record(leak.detector)
    commands = typed(record, leak, located)
    if arguments.format == "text" and any(one in said for one in _STATES):
        print("\n".join(_status(leak, record.name)))
        return 0
    if arguments.format == "text" and sys.stdin.isatty() and sys.stdout.isatty():
        walk.walk(
            record, leak, exposure, commands,
            lambda reached, text: state.add(leak, {reached: _sentence(reached, text)}),
        )  # fmt: skip
    else:
        _print(record, leak, exposure, commands, arguments.format)
    return 0


def _print(record: Record, leak: Leak | None, exposure: str, commands: Typed, form: str) -> None:
    lines = ticket.lines if form == "markdown" else walk.lines
    for line in lines(record, leak, exposure, commands):
        print(line)


def _sentence(what: str, text: str) -> str:
    """A text of a user's as it may stand in the file. Raises Usage."""
    sentence = printable(" ".join(text.split()))
    if not sentence:
        raise Usage(f"--{what} wants a text" + (": what shows it" if what in _STATES else ""))
    if what == "due" and not _is_day(sentence):
        raise Usage(f"--due {sentence}: a date is YYYY-MM-DD")
    from keystop.engine import load

    if any(load().candidates(sentence.encode(), b"", lambda: None)):
        raise Usage(f"the text for --{what} holds a secret itself: say it without")
    return sentence


def _is_day(text: str) -> bool:
    try:
        return date.fromisoformat(text).isoformat() == text
    except ValueError:
        return False


class State:
    """The file of leaks in the repository that one is in."""

    def __init__(self) -> None:
        self._repository = repository_needed()
        if is_bare(self._repository):
            raise Usage(f"{leaks.NAME} is kept in a working tree; this repository is bare")
        self._path = Path(self._repository.top, leaks.NAME)

    def all(self) -> Leaks:
        """What is recorded. Raises Usage."""
        return recorded(self._repository)

    def record(self, detector: str) -> Record:
        """The record of a kind, built in or of this repository. Raises Usage without one."""
        from keystop.verdict import Policy

        def read(name: str) -> bytes | None:
            return read_file(os.path.join(self._repository.top, name), optional=True)

        own = Policy(read).config().detectors
        return next((one for one in own if one.id == detector), None) or find(detector)

    def named(self, what: str, said: dict[str, str]) -> tuple[Leak, str, Located | None]:
        """The leak that is named, with what is said of it; how far it has come; where it is.

        The last two as far as they are known. Recorded as open where it is new. Raises Usage where
        there is none.
        """
        known = self.all().named(what)
        try:
            located = locate(what)
        except Usage:
            if known is None:
                raise
            return self.add(known, said), "", None  # it is nowhere any more where it was found
        finding = located.finding
        known = known or self.all().of(located.value)
        if known is not None:
            known = self.add(known, said)
        else:
            with self._locked():
                mark = leaks.new_mark(self.all(), located.value, password=located.detector.password)
                path = finding.path.replace(located.value, b"********")
                place = f"{printable(path)}:{finding.line}"
                known = self._write(str(mark), finding.detector, {"open": place, **said})
        if known.dead:
            return known, "", located
        try:
            exposure = verdict(of_value(self._repository, finding.path, located.written))
        except NotRead as error:
            exposure = f"How far it has come could not be read: {error}"
        return known, exposure, located

    def add(self, leak: Leak, said: dict[str, str]) -> Leak:
        """The leak with what is said of it: texts by state or note. Raises Usage."""
        if not said:
            return leak
        if "purged" in said and (leak.dead or "rotated" in said):
            check_purged(self._repository, leak)
        with self._locked():
            return self._write(str(leak.mark), leak.detector, said)

    def _write(self, mark: str, detector: str, said: dict[str, str]) -> Leak:
        events = [event for leak in self.all().leaks for event in leak.events]
        when = _later_than(max((one.when for one in events if one.mark == mark), default=""))
        events += [Event(mark, detector, when, what, text) for what, text in said.items()]
        new = Leaks(events)
        written = next(leak for leak in new.leaks if str(leak.mark) == mark)
        if "purged" in said and "rotated" not in {event.what for event in written.events}:
            raise Usage(
                f"{written.mark.short} is not rotated yet: what is taken out of the history alone "
                "works on"
            )
        for text in said.values():
            if any(map(new.of, words(text.encode(), new.sizes["h1"] | new.sizes["s1"]))):
                raise Usage("the text holds what has leaked: say it without")
        draft = Path(self._repository.git_dir, "keystop-leaks.new")
        replace_file(self._path, new.text().encode(), draft)
        told = ", ".join(
            what if what in leaks.STATES else f"{what} {text}" for what, text in said.items()
        )
        print(f"keystop: {told}, in {leaks.NAME}. Now: git add {leaks.NAME}", file=sys.stderr)
        return written

    def _locked(self) -> AbstractContextManager[None]:
        return locked(self._repository.git_dir, leaks.NAME)


def _later_than(last: str) -> str:
    """Now, or a second after the last event: of two the later one counts."""
    now = time.gmtime()
    if time.strftime(_WHEN, now) <= last:
        with contextlib.suppress(ValueError):  # written by somebody else, in another form
            now = time.gmtime(calendar.timegm(time.strptime(last, _WHEN)) + 1)
    return time.strftime(_WHEN, now)


def status(form: str) -> int:
    """Print all leaks of this repository, those first that there is most to do about."""
    state = State()
    known = sorted(state.all().leaks, key=lambda one: (leaks.STATES.index(one.state), _due(one)))
    if form == "json":
        print(json.dumps({"version": VERSION, "leaks": [_told(one) for one in known]},
                         indent=2, sort_keys=True))  # fmt: skip
        return 0
    names = {detector: state.record(detector).name for detector in {one.detector for one in known}}
    for leak in known:
        print("\n".join(_status(leak, names[leak.detector])))
    counts = [(state, sum(one.state == state for one in known)) for state in leaks.STATES]
    told = ", ".join(f"{number} {state}" for state, number in counts if number)
    print(f"keystop: {told or 'no leak is recorded here'}")
    return 0


def _due(leak: Leak) -> str:
    return leak.last("due") or "9999"


def _status(leak: Leak, name: str) -> Iterator[str]:
    last = next(one for one in reversed(leak.events) if one.what == leak.state)
    yield f"{leak.mark.short}  {leak.state}  {printable(name)}"
    words = [f"found at {leak.found}", f"{last.what} since {last.when[:10]}"]
    if last.what != "open" and last.text:
        words[-1] += f" ({last.text})"
    if leak.last("owner"):
        words.append(f"owner {leak.last('owner')}")
    if leak.last("due") and not leak.dead:
        late = leak.last("due") < time.strftime("%Y-%m-%d")
        words.append(f"due {leak.last('due')}{', and late' if late else ''}")
    for line in playbook.wrapped("; ".join(words)):
        yield f"  {line}"
    if leak.state != leaks.STATES[-1]:
        yield f"  next: keystop respond {leak.mark.short}"


def _told(leak: Leak) -> dict[str, object]:
    return {
        "id": leak.mark.short,
        "mark": str(leak.mark),
        "detector": leak.detector,
        "state": leak.state,
        "found": leak.found,
        "rotated": leak.dead,
        "owner": leak.last("owner"),
        "due": leak.last("due"),
        "events": [{"when": one.when, "what": one.what, "text": one.text} for one in leak.events],
    }
