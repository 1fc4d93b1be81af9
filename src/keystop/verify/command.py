"""`keystop verify FINDING`: one secret, one question, and what the answer means."""

from __future__ import annotations

import argparse
import json
import os
import textwrap
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import NamedTuple

from keystop.errors import Usage
from keystop.escape import printable
from keystop.records import Record, find
from keystop.respond.located import Located, locate
from keystop.verify.answers import DEAD, LIMITED, LIVE, UNKNOWN, Verdict, ended, judged
from keystop.verify.client import Client, NoAnswer
from keystop.verify.question import Question, Unasked, asked, needs

VERSION = 1
STATUS = {DEAD: 0, LIVE: 1, LIMITED: 1, UNKNOWN: 2}
_NEXT = {
    LIVE: "Replace it now: keystop respond {what}",
    LIMITED: "It is somebody's, and is let in for something. Treat it as live: "
    "keystop respond {what}",
    DEAD: "It still blocks. Take it out all the same, and see that nothing needs it any more.",
    UNKNOWN: "Not known is not safe. Treat it as live: keystop respond {what}",
}


class Result(NamedTuple):
    """What was found out of one finding; shown is the request without values, empty for none."""

    what: str
    record: Record
    verdict: Verdict
    shown: str
    at: datetime


def verify(arguments: argparse.Namespace, client: Client | None = None) -> int:
    """Ask about a finding and tell; 0 for dead, 1 for live or limited, 2 for not known.

    Raises KeystopError.
    """
    located = locate(arguments.what)
    record = _built_in(located.finding.detector)
    other = located.partner.value if located.partner else b""
    question = Question(located.value, other, located.text)
    now = datetime.now(UTC)
    verdict, shown = answered(record, question, now, client)
    result = Result(_named(arguments.what, located), record, verdict, shown, now)
    print(_as_json(result) if arguments.format == "json" else "\n".join(_lines(result)))
    return STATUS[verdict.means]


def _built_in(detector: str) -> Record:
    """The record that says how to ask. Raises Usage for a repository's own detectors.

    Who writes a file that is scanned is not to choose where a secret is sent.
    """
    from keystop.commands import folder

    record = find(folder(), detector)
    if record is None:
        raise Usage(
            f"{detector} is a detector of this repository's own: keystop asks about built-in kinds "
            "only"
        )
    return record


def answered(
    record: Record, question: Question, now: datetime, client: Client | None
) -> tuple[Verdict, str]:
    """What is known of a value, and the request without values, empty where nobody was asked."""
    how = record.verify
    if how is None:
        return Verdict(UNKNOWN, "keystop has no safe request for this kind"), ""
    if how.offline:
        return ended(question.value, now), ""
    if "other" in needs(how) and not question.other:
        return Verdict(UNKNOWN, "its other half is not in the file"), ""
    try:
        one = asked(how, question, now)
    except Unasked as error:
        return Verdict(UNKNOWN, str(error)), ""
    try:
        answer = (client or Client()).ask(one.request)
    except NoAnswer as error:
        return Verdict(UNKNOWN, str(error)), one.shown
    return judged(how, answer, question.value.decode("ascii")), one.shown


def _named(what: str, located: Located) -> str:
    """The finding as it was named, or its fingerprint where the file's name has the secret."""
    halves = [located.value, *([located.partner.value] if located.partner else [])]
    if any(half in os.fsencode(what) for half in halves):
        return located.finding.fingerprint
    return printable(what)


def _lines(result: Result) -> Iterator[str]:
    verdict = result.verdict
    yield f"{result.what}  {result.record.name} ({result.record.id}): {verdict.means}"
    yield f"  asked   {result.shown or 'nobody'}, at {result.at:%Y-%m-%d %H:%M:%S} UTC"
    yield from _wrapped("because", verdict.says.rstrip(".") + ".")
    yield from _wrapped("next", _NEXT[verdict.means].format(what=result.what))


def _wrapped(word: str, text: str) -> list[str]:
    return textwrap.wrap(
        text, 100, initial_indent=f"  {word:<8}", subsequent_indent=" " * 10,
        break_long_words=False, break_on_hyphens=False,
    )  # fmt: skip


def _as_json(result: Result) -> str:
    verdict = result.verdict
    return json.dumps(
        {
            "version": VERSION,
            "finding": result.what,
            "detector": result.record.id,
            "verdict": verdict.means,
            "asked": result.shown or None,
            "at": f"{result.at:%Y-%m-%dT%H:%M:%SZ}",
            "because": verdict.says,
            "next": _NEXT[verdict.means].format(what=result.what),
        },
        indent=2,
        sort_keys=True,
    )
