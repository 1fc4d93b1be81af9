"""What a fix consists of, by the kind of file."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from keystop.errors import Usage
from keystop.escape import printable
from keystop.fix import code, names, stores
from keystop.fix.csharp import CSHARP
from keystop.fix.edits import Change, Edit, applied, change
from keystop.fix.files import BOM, Target
from keystop.fix.go import GO
from keystop.fix.java import JAVA
from keystop.fix.javascript import JAVASCRIPT, TSX, TYPESCRIPT
from keystop.fix.php import PHP
from keystop.fix.python import PYTHON
from keystop.fix.ruby import RUBY
from keystop.fix.syntax import Language, Source, parse

_LANGUAGES = {
    **dict.fromkeys((".py", ".pyi", ".pyw"), PYTHON),
    **dict.fromkeys((".js", ".mjs", ".cjs", ".jsx"), JAVASCRIPT),
    **dict.fromkeys((".ts", ".mts", ".cts"), TYPESCRIPT),
    ".tsx": TSX,
    ".go": GO,
    ".java": JAVA,
    **dict.fromkeys((".rb", ".rake", ".gemspec", ".ru"), RUBY),
    ".cs": CSHARP,
    ".php": PHP,
}


class Plan(NamedTuple):
    """The changes of files; the names that a store is to have; what else is to be said."""

    changes: tuple[Change, ...]
    names: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    putting: Callable[[str], list[str]] = lambda _: []


def plan(found: Target, store: str, name: str) -> Plan:
    """What is to be done. Raises Usage with the reason where it cannot be done with certainty."""
    language = _LANGUAGES.get(found.path.suffix.lower())
    if language is not None:
        return _program(found, language, store, name)
    raise Usage(f"{printable(str(found.path))}: keystop does not change files of this kind; "
                "take the value out by hand")  # fmt: skip


def _program(found: Target, language: Language, store: str, name: str) -> Plan:
    path = str(found.path)
    mark = len(BOM) if found.text.startswith(BOM) else 0
    source = parse(language, path, found.text[mark:])
    lookup = language.lookups.get(store)
    if lookup is None:
        raise Usage(f"{path}: keystop has no look-up for {store} in {language.name}; "
                    "--store env has one")  # fmt: skip
    own = _wanted(source, found.located.value, found.located.finding.detector, store, name)
    notes: list[str] = []
    wanted = [own]
    partner = found.located.partner
    if partner is not None and partner.value != own.value:
        try:
            other = _wanted(source, partner.value, partner.detector, store, "")
            if other.name == own.name:
                variable = names.of_kind(partner.detector)
                other = other._replace(name=stores.named(store, variable))
            code.edits(source, [other], lookup)
            wanted.append(other)
        except Usage as error:
            notes.append(f"The other half stays as it is: {error}")
    made = code.edits(source, wanted, lookup)
    if not name:
        _check_fresh(source, wanted, made)
    one = change(found.path, found.text, [_moved(edit, mark) for edit in made])
    parsed = parse(language, path, applied(one)[mark:])
    code.check(source, applied(one), parsed, wanted)
    return Plan((one,), tuple(one.name for one in wanted), tuple(notes))


def _moved(edit: Edit, by: int) -> Edit:
    return Edit(edit.start + by, edit.end + by, edit.new)


def _wanted(source: Source, value: bytes, detector: str, store: str, name: str) -> code.Wanted:
    """A value with its name: as it was given, or by what the first literal of it is called."""
    if not name:
        places = code.places(source.text, value)
        if not places:
            raise Usage(
                f"{source.path}: the value is a piece of a longer word; take it out by hand"
            )
        node = code.literal_at(source, places[0], places[0] + len(value))
        fallback = source.language.fallback(source, node)
        whole = node.end_byte - node.start_byte - len(value) <= _QUOTES
        variable = fallback.name if fallback else names.after(source, node, detector, whole=whole)
        name = stores.named(store, variable)
    return code.Wanted(value, name, detector.startswith("generic."))


# The most that quotes and prefixes of a literal take: rb"""...""".
_QUOTES = 8


def _check_fresh(source: Source, wanted: list[code.Wanted], made: list[Edit]) -> None:
    """Raises Usage where a name is in use already: it may be another value's."""
    gone = [(edit.start, edit.end) for edit in made]
    for one in wanted:
        for place in code.places(source.text, one.name.encode()):
            if source.text[place - 1 : place] not in (b"'", b'"', b"."):
                continue  # what the program calls it
            if not any(start <= place < end for start, end in gone):
                number = source.text.count(b"\n", 0, place) + 1
                raise Usage(
                    f"{source.path}:{number}: {one.name} is in use there already; say --name "
                    f"{one.name} if the value is the same one, else --name with another name"
                )
