"""A record's playbook in the order in which it is worked through."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator
from dataclasses import fields
from types import MappingProxyType
from typing import NamedTuple

from keystop.records import Record
from keystop.respond.typed import Typed

_UNKNOWN = (
    "How to revoke this kind is not known to keystop yet. Ask the provider, replace the value "
    "everywhere it is used, and look through the provider's logs for strange uses."
)
# The part of the response, its title, whether its steps are numbered, what is reached with it.
_PARTS = (
    ("leaks", "How it usually leaks", False, ""),
    ("risks", "What whoever has it can do", False, ""),
    ("contain", "Contain", True, ""),
    ("check", "Check for abuse", True, "contained"),
    ("revoke", "Revoke", True, ""),
    ("rotate", "Rotate without an outage", True, ""),
    ("breaks", "What stops working", False, ""),
    ("survives", "What does not", False, "rotated"),
    ("tell", "Whom to tell", False, ""),
    ("create", "Make a new one properly", True, ""),
    ("practices", "Hold it well", False, ""),
    ("links", "Links", False, ""),
)


class Section(NamedTuple):
    """A title and its steps. state is the one that a leak has reached after it, mostly empty.

    A step may have a command to type in a second line.
    """

    title: str
    steps: tuple[str, ...]
    numbered: bool
    state: str


def sections(record: Record, typed: Typed = MappingProxyType({})) -> Iterator[Section]:
    """What is known of a kind, section by section; where nothing is, that is said.

    typed are the commands that keystop has for it.
    """
    what = tuple(filter(None, (record.grants, record.response.used_for)))
    yield Section(f"{record.name} ({record.id}), severity {record.severity}", what, False, "")
    response = record.response
    for key, title, numbered, state in _PARTS:
        steps = tuple(_steps(record, key))
        if key == "revoke" and not steps and not response.rotate:
            steps = (_UNKNOWN,)
        if key == "revoke" and response.page:
            steps += (f"The page: {response.page}",)
        steps += typed.get(key, ())
        if steps or state:
            yield Section(title if steps else "", steps, numbered and len(steps) > 1, state)
    read = {source.url: source.read for source in response.sources}
    pages = dict.fromkeys((*record.references, *read))
    yield Section("Sources", tuple(_source(page, read.get(page)) for page in pages), False, "")


def _steps(record: Record, key: str) -> Iterator[str]:
    if key != "practices":
        yield from getattr(record.response, key)
        return
    practices = record.response.practices
    for item in fields(practices):
        text = getattr(practices, item.name)
        if text:
            yield f"{item.name.replace('_', ' ').capitalize()}: {text}"


def _source(page: str, day: str | None) -> str:
    return f"{page} (read {day})" if day else page


def wrapped(text: str, bullet: str = "") -> list[str]:
    """Lines for a terminal; addresses stay whole."""
    return textwrap.wrap(
        text, 96, initial_indent=bullet, subsequent_indent=" " * len(bullet),
        break_long_words=False, break_on_hyphens=False,
    )  # fmt: skip


def lines(section: Section, *, plain: bool = False) -> Iterator[str]:
    """A section for a terminal. plain: without bullets, as the first section."""
    if section.title:
        yield section.title
    for number, step in enumerate(section.steps, 1):
        bullet = f"{number}. " if section.numbered else "- "
        text, _, command = step.partition("\n")
        yield from wrapped(text, "" if plain else bullet)
        if command:
            yield f"{' ' * len(bullet)}  {command}"
