"""Detectors that a repository brings itself."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from keystop import patterns
from keystop.check import GUESSABLE, slow
from keystop.compiling import compile_records
from keystop.engine import Engine
from keystop.errors import Usage
from keystop.records import Record, of

KEYS = (
    "id", "name", "grants", "severity", "keywords", "context", "names", "pattern", "entropy",
    "password", "pair", "reach", "references", "examples", "near_misses",
)  # fmt: skip
NEEDED = ("id", "name", "grants", "severity", "pattern")
ID = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*\.[a-z0-9]+(-[a-z0-9]+)*")


def engine(records: tuple[Record, ...], built_in: Engine) -> Engine:
    """An engine of these records alone. Raises Usage where an id is taken."""
    for record in records:
        if record.id in built_in.ids:
            raise Usage(f"{record.source}: {record.id} is built in and cannot be replaced")
    index, entries = compile_records(list(records))
    return Engine(index, lambda offset: entries[offset:], trusted=False)


def record(entry: dict[str, Any], where: str) -> Record:
    """The record of a [[detector]] table in a configuration. Raises Usage naming the place."""
    for key in NEEDED:
        if not isinstance(entry.get(key), str) or not entry[key].strip():
            raise Usage(f"{where}: detector: {key} is missing, or is no string")
    if not ID.fullmatch(entry["id"]):
        raise Usage(f"{where}: detector: an id is like provider.kind, in small letters")
    for key in ("near_misses", "pair"):
        tables = entry.get(key, [])
        if not all(isinstance(one, dict) for one in (tables if key != "pair" else [tables or {}])):
            raise Usage(f"{where}: {entry['id']}: {key} is to be made of tables")
    made = of({"references": [], "examples": [], **entry}, "this repository", {}, where)
    try:
        for complaint in _complaints(made):
            raise Usage(f"{where}: {made.id}: {complaint}")
        guessable = patterns.bits(made.pattern) < GUESSABLE
    except (re.error, ValueError, OverflowError, RecursionError):
        raise Usage(f"{where}: {made.id}: its pattern cannot be read") from None
    return replace(made, password=made.password or guessable)


def _complaints(made: Record) -> Iterator[str]:
    import regex

    items = patterns.parse(made.pattern)
    try:
        regex.compile(made.pattern.encode(), regex.VERBOSE)
    except regex.error:
        yield "its pattern cannot be read"
    least, most = patterns.width(items)
    if least < 4:
        yield "its pattern can match less than 4 bytes"
    if most >= patterns.UNBOUNDED:
        yield "its pattern has a repeat without an upper bound"
    yield from slow(made.pattern)
    words = made.keywords or made.context
    if any(len(word) < 3 for word in words):
        yield "a keyword shorter than 3 bytes is everywhere"
    if made.keywords and not patterns.implied(
        made.pattern, tuple(word.lower().encode() for word in made.keywords)
    ):
        yield "a match need not hold any of its keywords"
