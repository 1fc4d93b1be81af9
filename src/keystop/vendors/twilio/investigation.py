"""`keystop twilio investigate`: what was read and what it means, as text or JSON."""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterator
from datetime import date, timedelta

from keystop.errors import Usage
from keystop.escape import printable
from keystop.extras import missing
from keystop.respond.playbook import wrapped
from keystop.vendors.leaked import Leaked
from keystop.vendors.twilio.connection import Twilio
from keystop.vendors.twilio.evidence import Evidence, Thing
from keystop.vendors.twilio.reading import MOST, Reader
from keystop.vendors.twilio.signs import UNKNOWN, signs

NOTHING, SIGNS, NOT_ALL = 0, 1, 2
_DAYS = 30
_NONE = "  none"


def report(twilio: Twilio, found: Leaked, arguments: argparse.Namespace) -> int:
    """Read and print; the exit status: 1 where something speaks for abuse, else 2 where not all
    could be read."""
    try:
        import phonenumbers  # noqa: F401
    except ImportError:
        raise missing("phonenumbers is", "twilio") from None
    since = since_of(arguments.since, found)
    evidence = Reader(twilio, since, found.ident).evidence()
    told = signs(evidence)
    if arguments.format == "json":
        print(json.dumps(as_json(twilio.login.account, evidence, told), indent=2))
    else:
        for line in lines(twilio.login.account, evidence, told):
            print(printable(line))
    if told:
        return SIGNS
    return NOT_ALL if evidence.unread else NOTHING


def since_of(text: str | None, found: Leaked) -> date:
    """The day that is asked for, else that of the leak, else 30 days ago."""
    if not text and not found.day:
        return date.today() - timedelta(_DAYS)
    try:
        return date.fromisoformat(text or found.day)
    except ValueError:
        raise Usage("--since is a day: YYYY-MM-DD") from None


def as_json(account: str, evidence: Evidence, told: list[str]) -> dict[str, object]:
    """All of it."""
    named = {
        name: [one._asdict() if hasattr(one, "_asdict") else one for one in value]
        if isinstance(value, list)
        else value
        for name, value in vars(evidence).items()
    }
    return {
        "schema": 1,
        "account": account,
        **named,
        "since": str(evidence.since),
        "signs": told,
        "unknown": UNKNOWN,
    }


def lines(account: str, evidence: Evidence, told: list[str]) -> Iterator[str]:
    """The report for a reader."""
    nothing = "  none that could be read" if evidence.unread else _NONE
    yield f"Account {account} since {evidence.since}"
    if evidence.unread:
        yield from wrapped(f"Not everything could be read: {', '.join(evidence.unread)}")
    for line in _sections(evidence, told):
        yield nothing if line == _NONE else line


def _sections(evidence: Evidence, told: list[str]) -> Iterator[str]:
    yield from _events(evidence)
    yield from _things("API keys", evidence.keys)
    yield from _things("Subaccounts", evidence.subaccounts)
    yield from _things("Phone numbers", evidence.numbers)
    yield from _things("Applications", evidence.applications)
    yield from _section("Webhooks changed since then", [
        f"{one.sid}  {one.field}  {one.url}{'  host not seen before' if one.unknown_host else ''}"
        for one in evidence.webhooks
    ])  # fmt: skip
    yield from _section("Usage by day, against the median of the 28 days before", [
        f"{one.day}  {one.category}  {one.amount:g} {one.unit}  median {one.median:g}"
        for one in evidence.usage
    ])  # fmt: skip
    yield from _section("Calls and messages by direction and country", [
        f"{one.kind}  {one.direction}  {one.country or 'no number'}  {one.number}  "
        f"price {one.price:g}"
        for one in evidence.traffic
    ])  # fmt: skip
    yield from _section("Countries that SMS may go to", _joined(evidence.sms_countries))
    yield from _section("Countries whose toll-fraud numbers may be called",
                        _joined(evidence.voice_countries))  # fmt: skip
    yield from _section("Alerts by error code", [
        f"{code}  {count}" for code, count in evidence.alerts.items()
    ])  # fmt: skip
    yield from _conclusion(evidence, told)


def _events(evidence: Evidence) -> Iterator[str]:
    yield from _section("Events by address and actor", [
        f"{group.address or 'no address'}  {group.actor or 'no actor'}  {group.source}  "
        f"{group.first} to {group.last}: "
        + ", ".join(f"{kind} {count}" for kind, count in group.kinds.items())
        for group in evidence.events
    ])  # fmt: skip


def _things(title: str, things: list[Thing]) -> Iterator[str]:
    yield from _section(title, [
        "  ".join(part for part in (one.sid, f"made {one.made or '?'}", one.state, one.name,
                                    "NEW" if one.new else "") if part)
        for one in things
    ])  # fmt: skip


def _section(title: str, rows: list[str]) -> Iterator[str]:
    yield ""
    yield title
    yield from (f"  {row}" for row in rows)
    if not rows:
        yield _NONE


def _joined(names: list[str]) -> list[str]:
    return [" ".join(names)] if names else []


def _conclusion(evidence: Evidence, told: list[str]) -> Iterator[str]:
    yield from _section(
        "What speaks for abuse",
        told or (["not known: not everything could be read"] if evidence.unread else []),
    )
    if told:
        yield "  If you do not know who did this: keystop twilio revoke, and Twilio's fraud team."
    causes: dict[str, list[str]] = {}
    for name, why in evidence.unread.items():
        causes.setdefault(why, []).append(name)
    yield ""
    yield "What cannot be known"
    for text in (
        *UNKNOWN,
        *(f"Not read: {', '.join(names)}: {why}" for why, names in causes.items()),
        *(f"Only {MOST} {name} were read; there are more." for name in evidence.cut),
    ):
        yield from wrapped(text, "  ")
