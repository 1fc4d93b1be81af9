"""`keystop explain DETECTOR`: what a kind of secret is, and what to do when it has leaked."""

from __future__ import annotations

from collections.abc import Iterator

from keystop import records
from keystop.errors import Usage
from keystop.escape import printable
from keystop.records import Record
from keystop.respond import playbook


def find(name: str) -> Record:
    """The built-in record of that id. Raises Usage with the nearest ones."""
    from keystop.commands import folder

    record = records.find(folder(), name)
    if record is not None:
        return record
    import difflib

    known = [record.id for record in records.load(folder())]
    close = difflib.get_close_matches(name, known, 3)
    close += [one for one in known if name and name in one and one not in close][:3]
    hint = f"; did you mean {' or '.join(close)}?" if close else "; see keystop detectors list"
    raise Usage(f"there is no detector '{printable(name)}'{hint}")


def explain(name: str) -> int:
    """Print what is known about a kind of secret."""
    for line in lines(find(name)):
        print(line)
    return 0


def lines(record: Record) -> Iterator[str]:
    """The whole playbook, for a terminal."""
    for number, section in enumerate(playbook.sections(record)):
        if section.title:
            if number:
                yield ""
            yield from playbook.lines(section, plain=not number)
