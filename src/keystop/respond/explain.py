"""`keystop explain DETECTOR`: what a kind of secret is, and what to do when it has leaked."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator

from keystop.errors import Usage
from keystop.records import Record, load

_SECTIONS = (
    ("leaks", "How it usually leaks"),
    ("check", "Check for abuse"),
    ("revoke", "Revoke"),
    ("rotate", "Rotate without an outage"),
    ("breaks", "What stops working"),
    ("survives", "What does not"),
    ("create", "Make a new one properly"),
    ("links", "Links"),
)


def find(name: str) -> Record:
    """The built-in record of that id. Raises Usage with the nearest ones."""
    from keystop.commands import folder

    records = {record.id: record for record in load(folder())}
    if name not in records:
        import difflib

        close = difflib.get_close_matches(name, records, 3)
        close += [known for known in records if name and name in known and known not in close][:3]
        hint = f"; did you mean {' or '.join(close)}?" if close else "; see keystop detectors list"
        raise Usage(f"there is no detector {name!r}{hint}")
    return records[name]


def explain(name: str) -> int:
    """Print what is known about a kind of secret."""
    for line in lines(find(name)):
        print(line)
    return 0


def lines(record: Record) -> Iterator[str]:
    """The explanation, wrapped for a terminal."""
    yield f"{record.name} ({record.id}), severity {record.severity}"
    yield ""
    yield from _wrap(record.grants)
    if record.response.used_for:
        yield from _wrap(record.response.used_for)
    told = False
    for key, title in _SECTIONS:
        steps: tuple[str, ...] = getattr(record.response, key)
        if not steps:
            continue
        told = told or key not in ("links", "create")
        yield ""
        yield title
        numbered = len(steps) > 1 and key in ("revoke", "rotate", "create", "check")
        for number, step in enumerate(steps, 1):
            yield from _wrap(step, f"{number}. " if numbered else "- ")
    if not told:
        yield ""
        yield from _wrap(
            "How to revoke this kind is not known to keystop yet. Ask the provider, replace the "
            "value everywhere it is used, and look through the provider's logs for strange uses."
        )
    yield ""
    yield "Sources"
    for reference in record.references:
        yield f"- {reference}"


def _wrap(text: str, bullet: str = "") -> list[str]:
    return textwrap.wrap(
        text, 96, initial_indent=bullet, subsequent_indent=" " * len(bullet),
        break_long_words=False, break_on_hyphens=False,
    )  # fmt: skip
