"""A leak as Markdown, for a ticket: what it is, how far it is, and what is to be done."""

from __future__ import annotations

from collections.abc import Iterator

from keystop.leaks import STATES, Leak
from keystop.records import Record
from keystop.respond.playbook import sections
from keystop.respond.typed import Typed


def lines(record: Record, leak: Leak | None, exposure: str, typed: Typed) -> Iterator[str]:
    """The ticket; steps are boxes to tick. exposure says how far it has come, if known."""
    yield f"# {_plain(record.name)}{' has leaked' if leak is not None else ''}"
    if leak is not None:
        yield ""
        yield from _table(leak)
    if exposure:
        yield ""
        yield _plain(exposure)
    for number, section in enumerate(sections(record, typed)):
        if not section.title:
            continue
        yield ""
        if number:
            yield f"## {section.title}"
            yield ""
        box = "- [ ] " if section.numbered else "- "
        for step in section.steps:
            text, _, command = step.partition("\n")
            shown = f"{_plain(text)} `{command}`" if command else _plain(text)
            yield f"{box if number else ''}{shown}"
    if leak is not None:
        yield ""
        yield "## What was done"
        yield ""
        for event in leak.events:
            yield f"- {event.when} {event.what}{': ' if event.text else ''}{_plain(event.text)}"


def _table(leak: Leak) -> Iterator[str]:
    yield "| | |"
    yield "|---|---|"
    rows = [("Leak", leak.mark.short), ("Kind", leak.detector), ("State", leak.state)]
    rows += [("Found at", leak.found), ("Owner", leak.last("owner"))]
    rows += [("Due", leak.last("due")), *((one, leak.last(one)) for one in STATES[1:])]
    for name, text in rows:
        if text:
            yield f"| {name.capitalize()} | {_plain(text)} |"


def _plain(text: str) -> str:
    """A text in which nothing is Markdown."""
    return "".join(f"\\{sign}" if sign in "\\`*_[]<>|#" else sign for sign in text)
