"""`keystop explain DETECTOR`: what a kind of secret is, and what to do when it has leaked."""

from __future__ import annotations

from collections.abc import Iterator

from keystop.errors import Usage
from keystop.records import Record, load
from keystop.respond.playbook import lines as playbook_lines
from keystop.respond.playbook import sections


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
    """The whole playbook, for a terminal."""
    for number, section in enumerate(sections(record)):
        if section.title:
            if number:
                yield ""
            yield from playbook_lines(section, plain=not number)
