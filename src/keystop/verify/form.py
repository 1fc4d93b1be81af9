"""Judging how a record asks a provider: part of `keystop detectors check`."""

from __future__ import annotations

import re
from collections.abc import Iterator

from keystop.errors import Usage
from keystop.records import Outcome, Place, Record, Verify
from keystop.verify.addresses import parsed
from keystop.verify.answers import DEAD, LIMITED, LIVE, MEANINGS, UNKNOWN
from keystop.verify.question import PLACEHOLDER, needs

REVEALS = ("none", "names", "pii")
_OFFLINE = ("exp",)
_HEADER = re.compile(r"[A-Za-z][A-Za-z0-9-]*: [\x20-\x7e]+")
# A host with a label that is filled in, and at least two fixed ones after it.
_FILLED = re.compile(r"(?:[a-z0-9-]+\.)?\{\w+\}(?:\.[a-z0-9-]+){2,}")
# What the client says itself, or what would carry more than the value.
_TAKEN = {"host", "authorization", "cookie", "user-agent", "connection", "content-length"}


def complaints(record: Record) -> Iterator[str]:
    """What is wrong with the request of a record, in words; nothing where there is none."""
    verify = record.verify
    if verify is None:
        return
    if not verify.source.startswith("https://"):
        yield "verify: source is to be the https address of the page that documents the request"
    if not verify.tells.endswith("."):
        yield "verify: tells is to be a sentence: what the answer gives away"
    if verify.offline:
        if verify.offline not in _OFFLINE:
            yield f"verify: offline is one of {', '.join(_OFFLINE)}"
        if verify != Verify(verify.source, verify.tells, offline=verify.offline):
            yield "verify: what is told offline asks nobody"
        return
    yield from _address(verify)
    yield from _request(verify)
    yield from _parts(verify, record)
    yield from _outcomes(verify.outcomes)


def _address(verify: Verify) -> Iterator[str]:
    host = verify.url.removeprefix("https://").partition("/")[0]
    if "{" in host and not _FILLED.fullmatch(host):
        yield "verify: only one label of the host is filled in, before the vendor's own domain"
    try:
        parsed(PLACEHOLDER.sub("x", verify.url))
    except Usage as error:
        yield f"verify: url: {error}"
    if PLACEHOLDER.search(verify.url.partition("?")[2]):
        yield "verify: nothing is filled in after the ? of an address, where it would be logged"


def _request(verify: Verify) -> Iterator[str]:
    if verify.method not in ("GET", "POST"):
        yield "verify: method is GET or POST"
    if verify.method == "POST" and not verify.harmless.endswith("."):
        yield "verify: a POST needs harmless, a sentence: why it changes nothing"
    if verify.body and verify.method != "POST":
        yield "verify: only a POST has a body"
    if verify.reveals not in REVEALS:
        yield (
            f"verify: reveals is one of {', '.join(REVEALS)}; a request whose answer holds "
            "secrets is not to be made"
        )
    for line in verify.headers:
        if not _HEADER.fullmatch(line) or line.partition(":")[0].lower() in _TAKEN:
            yield f"verify: {line!r} is no header to add"


def _parts(verify: Verify, record: Record) -> Iterator[str]:
    in_address = "value" in PLACEHOLDER.findall(verify.url)
    if verify.auth not in ("none", "aws", "url"):
        basic = verify.auth.startswith("basic ")
        if not basic and not _HEADER.fullmatch(verify.auth):
            yield "verify: auth is basic USER:PASSWORD, NAME: VALUE, url, aws or none"
        sent = {"value", *(place.name for place in verify.places if place.of == "value")}
        if not sent & needs(verify):
            yield "verify: auth does not send the value"
    if in_address:
        yield "verify: the value in the address would be shown: make a place of it"
    known = {"value", "other", *(place.name for place in verify.places)}
    for name in sorted(needs(verify) - known):
        yield f"verify: {{{name}}} is no place"
    if "other" in needs(verify) and record.pair is None:
        yield "verify: {other} needs a pair"
    if verify.auth == "url" and not any(place.of == "value" for place in verify.places):
        yield "verify: auth url needs a place that is of the value"
    for place in verify.places:
        yield from _place(place)


def _place(place: Place) -> Iterator[str]:
    if place.of not in ("file", "value"):
        yield f"verify: place {place.name}: of is file or value"
    if place.name in ("value", "other"):
        yield f"verify: a place cannot be named {place.name}"
    try:
        re.compile(place.pattern)
    except re.error:
        yield f"verify: place {place.name}: its pattern cannot be read"
    else:
        from keystop import patterns

        if patterns.width(patterns.parse(place.pattern))[1] >= patterns.UNBOUNDED:
            yield f"verify: place {place.name}: its pattern has a repeat without an upper bound"


def _outcomes(outcomes: tuple[Outcome, ...]) -> Iterator[str]:
    meant = {outcome.means for outcome in outcomes}
    for word in sorted(meant - set(MEANINGS)):
        yield f"verify: {word!r} is none of {', '.join(MEANINGS)}"
    if LIVE not in meant:
        yield f"verify: no outcome is {LIVE}"
    # Where a good value is refused, too, no answer is dead, and the user is to hear why.
    if DEAD not in meant and not any(one.means == UNKNOWN and one.says for one in outcomes):
        yield f"verify: no outcome is {DEAD}, nor says why it is {UNKNOWN}"
    for outcome in outcomes:
        if outcome.status >= 500 or outcome.status == 429 or 300 <= outcome.status < 400:
            yield f"verify: status {outcome.status} says nothing about the value"
        if outcome.means == DEAD and outcome.status == 200 and not outcome.code:
            yield "verify: status 200 alone cannot be dead"
        if outcome.means in (LIVE, LIMITED) and outcome.status == 401 and not outcome.code:
            yield "verify: status 401 alone cannot be live"
        if outcome.code and outcome.text:
            yield "verify: an outcome has a code or a text"
