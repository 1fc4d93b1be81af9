"""The command `keystop fix`."""

from __future__ import annotations

import argparse
import shlex
import sys
from collections.abc import Iterator
from typing import NamedTuple

from keystop.errors import Usage
from keystop.escape import printable
from keystop.fix.code import pieces
from keystop.fix.difference import unified
from keystop.fix.edits import applied as after
from keystop.fix.files import Target, others, spans, target, unchanged
from keystop.fix.plan import Plan, looks_up, plan
from keystop.fix.stores import PLACES, check_name, piped, putting, putting_login
from keystop.logins import whole
from keystop.replacing import replace_file
from keystop.respond.located import located_again


class _Fixed(NamedTuple):
    """What a user named, where it is, and what is done to it."""

    what: str
    found: Target
    planned: Plan


def fix(arguments: argparse.Namespace) -> int:
    """Show what puts look-ups in the place of hard-coded secrets, or do it; the exit status.

    Of several, those that are refused are told, and the others done.
    """
    store, name = arguments.store, arguments.name or ""
    if name:
        check_name(store, name)
        if len(arguments.what) > 1:
            raise Usage("--name is that of one value: fix one at a time")
    fixed: list[_Fixed] = []
    refused: list[str] = []
    for what, found in _targets(arguments.what, refused):
        try:
            one = _Fixed(what, found, plan(found, store, name))
            _check_apart(fixed, one)
            if arguments.apply:
                _write(one.planned)
            else:
                for line in _differences(found, one.planned):
                    print(line)
                print()
            fixed.append(one)
        except Usage as error:
            refused.append(str(error))
    if fixed:
        for line in _next(fixed, store, applied=arguments.apply):
            print(line)
    if refused:
        for line in refused[:-1]:
            print(f"keystop: {line}", file=sys.stderr)
        raise Usage(refused[-1])
    return 0


def _targets(whats: list[str], refused: list[str]) -> Iterator[tuple[str, Target]]:
    """All that are named, found before the first is changed; refused gets why others are not."""
    found = []
    for what in dict.fromkeys(whats):
        try:
            found.append((what, target(what)))
        except Usage as error:
            refused.append(str(error))
    for what, one in found:
        now = located_again(one.located)
        if now is not None:  # else it went together with one before
            yield what, one._replace(text=now.text, located=now)


def _check_apart(fixed: list[_Fixed], one: _Fixed) -> None:
    """Raises Usage where two values would have one name."""
    for other in fixed:
        alike = (other.planned.names[:1], other.planned.fields[:1]) == (
            one.planned.names[:1], one.planned.fields[:1]
        )  # fmt: skip
        if alike and one.planned.names and other.found.located.value != one.found.located.value:
            raise Usage(f"{_word(one.what)}: {one.planned.names[0]} is the name of another value, "
                        f"at {_word(other.what)}; fix it on its own, with --name")  # fmt: skip


def _write(planned: Plan) -> None:
    for one in planned.changes:
        unchanged(one.path, one.text)
    for one in planned.changes:
        replace_file(one.path, after(one))


def _differences(found: Target, planned: Plan) -> Iterator[str]:
    for one in planned.changes:
        yield from unified(one, spans(one.path, one.text or b"", _values(found)))


def _values(found: Target) -> list[bytes]:
    """What is not to be shown, the other half of a pair, too."""
    partner = found.located.partner
    return [found.located.value, *([partner.value] if partner is not None else [])]


def _next(fixed: list[_Fixed], store: str, *, applied: bool) -> Iterator[str]:
    """What is left to do by hand, as commands to type."""
    paths = " ".join(
        dict.fromkeys(_word(str(change.path)) for one in fixed for change in one.planned.changes)
    )
    if applied and paths:
        yield f"Written: {paths}"
    elif not applied:
        yield "Nothing was written: --apply does it. Then:"
    yield from dict.fromkeys(line for one in fixed for line in _put(one, store, applied=applied))
    yield from _shared(fixed)
    if paths:
        yield f"  git add {paths}"
    yield "If the value ever left this machine it has leaked, and has to be replaced. How:"
    for what in dict.fromkeys(
        # Where it was something else stands now.
        one.found.located.finding.detector if applied else _word(one.what)
        for one in fixed
    ):
        yield f"  keystop respond {what}"


def _shared(fixed: list[_Fixed]) -> Iterator[str]:
    """Which other files look the names up, and would get the same values."""
    names = dict.fromkeys(name for one in fixed for name in one.planned.names)
    found: dict[str, list[str]] = {}
    if names:
        for path, text in others({change.path for one in fixed for change in one.planned.changes}):
            for name in names:
                if looks_up(text, name):
                    found.setdefault(name, []).append(_word(path))
    for name, paths in found.items():
        more = f" and {len(paths) - 3} more" if len(paths) > 3 else ""
        yield f"{name} is read in {', '.join(paths[:3])}{more}, too."
    if found:
        yield "  If that is another value, give this one a name of its own: --name"


def _put(one: _Fixed, store: str, *, applied: bool) -> Iterator[str]:
    """How the values get to where they are looked up."""
    value, planned = one.found.located.value, one.planned
    if planned.fields:
        yield from _login(one, store, applied=applied)
    elif planned.names:
        yield f"Put the value into {planned.place or PLACES[store]}; each of these asks for one:"
        lines = b"\n" in value
        for name in planned.names:
            if planned.place:
                yield f"  {piped(planned.putting(name), lines=lines)}"
            else:
                yield f"  {putting(store, name, lines=lines)}"
    if b"%" in value:
        yield "Where it stands in a URL, it is percent-encoded; so is what goes there."
    if b"\\" in value:
        yield "The file spells the value with escapes; what it stands for is what goes there."
    yield from planned.notes
    yield from _left(one, applied=applied)


def _left(one: _Fixed, *, applied: bool) -> Iterator[str]:
    """Where the value goes on standing in a file that is changed, and why."""
    for changed in one.planned.changes:
        text = after(changed) if applied else changed.text or b""
        for value in _values(one.found):
            for place in pieces(text, value):
                where = f"{_word(str(changed.path))}:{text.count(10, 0, place) + 1}"
                yield (f"{where}: the value stays there, as a piece of a longer word, which may be "
                       "another one; if not, take it out by hand")  # fmt: skip


def _login(one: _Fixed, store: str, *, applied: bool) -> Iterator[str]:
    """How a login gets into its one secret."""
    (name,) = one.planned.names
    vendor = one.found.located.finding.detector.partition(".")[0]
    yield f"Put the login into {PLACES[store]}, in one secret, {name}; this asks for its fields:"
    yield f"  {putting_login(store, name, one.planned.fields)}"
    yield f"Where {name} is there already, add the fields to it, and let its others stay."
    yield f"Or have a new one made and put into {name}:"
    yield (
        f"  keystop {vendor} rotate {'-' if applied else _word(one.what)} "
        f"--store {whole(store, _word(name))}"
    )


def _word(text: str) -> str:
    """A word of a shell."""
    return printable(shlex.quote(text))
