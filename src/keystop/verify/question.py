"""From a record and a value to the request that asks about it."""

from __future__ import annotations

import re
from base64 import b64encode
from collections.abc import Mapping
from datetime import datetime
from typing import NamedTuple
from urllib.parse import quote

from keystop.errors import Usage
from keystop.records import Place, Verify
from keystop.verify.addresses import parsed
from keystop.verify.client import Request
from keystop.verify.signing import signed

PLACEHOLDER = re.compile(r"\{(\w+)\}")
# What may stand in a header, a path or a password without changing the request around it.
_PLAIN = re.compile(rb"[\x21-\x7e]+")
_LABEL = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?")


class Unasked(Exception):
    """Nobody is asked; the text says why and quotes nothing."""


class Question(NamedTuple):
    """What is known: the value, the pair's other half (empty for none), the file (or nothing)."""

    value: bytes
    other: bytes
    text: bytes

    def __repr__(self) -> str:
        return "Question()"


class Asked(NamedTuple):
    """A request, and what may be told of it: "GET host/path" with no value filled in."""

    request: Request
    shown: str


def asked(verify: Verify, question: Question, now: datetime) -> Asked:
    """The request. Raises Unasked where a part of it is not known."""
    parts = {"value": _plain(question.value), "other": _plain(question.other)}
    visible: dict[str, str] = {}
    for place in verify.places:
        parts[place.name] = _found(place, question)
        if place.of == "file":
            visible[place.name] = parts[place.name]
    host, target = _address(verify.url, parts)
    headers = dict(line.split(": ", 1) for line in verify.headers)
    if verify.auth.startswith("basic "):
        login = _filled(verify.auth.removeprefix("basic "), parts)
        headers["Authorization"] = f"Basic {b64encode(login.encode()).decode()}"
    elif ": " in verify.auth:
        name, _, template = verify.auth.partition(": ")
        headers[name] = _filled(template, parts)
    elif verify.auth == "aws":
        if not parts["other"].startswith("AKIA"):
            raise Unasked("its key ID is not of the lasting kind: the secret alone says nothing")
        headers.update(signed(verify.method, host, target, parts["other"], parts["value"], now))
    request = Request(verify.method, host, target, headers, verify.body.encode())
    return Asked(request, f"{verify.method} {_filled(verify.url[8:], visible, missing=True)}")


def needs(verify: Verify) -> set[str]:
    """The names of all parts that the request takes."""
    return set(PLACEHOLDER.findall(" ".join((verify.url, verify.auth)))) | (
        {"value", "other"} if verify.auth == "aws" else set()
    )


def _plain(value: bytes) -> str:
    if value and not _PLAIN.fullmatch(value):
        raise Unasked("it holds signs that no request can carry")
    return value.decode("ascii")


def _found(place: Place, question: Question) -> str:
    source = question.value if place.of == "value" else question.text
    pattern = re.compile(place.pattern.encode())
    group = "it" if "it" in pattern.groupindex else 0
    found = {match[group] for match in pattern.finditer(source)}
    if not found:
        if place.of == "value":
            raise Unasked("its form is not one that keystop can ask about")
        raise Unasked(f"its file does not say the {place.name}")
    if len(found) > 1:
        raise Unasked(f"its file says more than one {place.name}")
    return _plain(found.pop())


def _address(url: str, parts: Mapping[str, str]) -> tuple[str, str]:
    """Host and target; what is filled into the host is one label before the vendor's own."""
    host, slash, rest = url.removeprefix("https://").partition("/")
    for name in PLACEHOLDER.findall(host):
        if not _LABEL.fullmatch(parts[name]):
            raise Unasked(f"{name} is no part of a host's name")
    path, mark, query = rest.partition("?")
    filled = _filled(path, {name: quote(part, safe="/:@+") for name, part in parts.items()})
    try:
        return parsed(f"https://{_filled(host, parts)}{slash}{filled}{mark}{query}")
    except Usage as error:
        raise Unasked(f"its address cannot be used: {error}") from None


def _filled(template: str, parts: Mapping[str, str], *, missing: bool = False) -> str:
    """The template with its parts; with missing, what is not among them stays as it is."""
    return PLACEHOLDER.sub(lambda m: parts.get(m[1], m[0]) if missing else parts[m[1]], template)
