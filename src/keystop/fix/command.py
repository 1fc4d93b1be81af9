"""The command `keystop fix`."""

from __future__ import annotations

import argparse
import shlex
from collections.abc import Iterator

from keystop.escape import printable
from keystop.fix.difference import unified
from keystop.fix.edits import applied
from keystop.fix.files import Target, spans, target, unchanged
from keystop.fix.plan import Plan, plan
from keystop.fix.stores import PLACES, check_name, piped, putting, putting_login
from keystop.logins import whole
from keystop.replacing import replace_file


def fix(arguments: argparse.Namespace) -> int:
    """Show what puts a look-up in the place of a hard-coded secret, or do it; the exit status."""
    store, name = arguments.store, arguments.name or ""
    found = target(arguments.what)
    if name:
        check_name(store, name)
    planned = plan(found, store, name)
    if arguments.apply:
        for one in planned.changes:
            unchanged(one.path, one.text)
        for one in planned.changes:
            replace_file(one.path, applied(one))
    else:
        for line in _differences(found, planned):
            print(line)
        print()
    for line in _next(arguments.what, found, store, planned, applied=arguments.apply):
        print(line)
    return 0


def _differences(found: Target, planned: Plan) -> Iterator[str]:
    values = [found.located.value]
    if found.located.partner is not None:
        values.append(found.located.partner.value)
    for one in planned.changes:
        yield from unified(one, spans(one.path, one.text or b"", values))


def _next(what: str, found: Target, store: str, planned: Plan, *, applied: bool) -> Iterator[str]:
    """What is left to do by hand, as commands to type."""
    paths = " ".join(_word(str(one.path)) for one in planned.changes)
    if applied and paths:
        yield f"Written: {paths}"
    elif not applied:
        yield "Nothing was written: --apply does it. Then:"
    if planned.fields:
        yield from _login(what, found, store, planned, applied=applied)
    elif planned.names:
        yield f"Put the value into {planned.place or PLACES[store]}; each of these asks for one:"
        lines = b"\n" in found.located.value
        for name in planned.names:
            if planned.place:
                yield f"  {piped(planned.putting(name), lines=lines)}"
            else:
                yield f"  {putting(store, name, lines=lines)}"
    if b"%" in found.located.value:
        yield "Where it stands in a URL, it is percent-encoded; so is what goes there."
    if b"\\" in found.located.value:
        yield "The file spells the value with escapes; what it stands for is what goes there."
    yield from planned.notes
    if paths:
        yield f"  git add {paths}"
    yield "If the value ever left this machine it has leaked, and has to be replaced. How:"
    # Where it was something else stands now.
    yield f"  keystop respond {found.located.finding.detector if applied else _word(what)}"


def _login(what: str, found: Target, store: str, planned: Plan, *, applied: bool) -> Iterator[str]:
    """How a login gets into its one secret."""
    (name,) = planned.names
    vendor = found.located.finding.detector.partition(".")[0]
    yield f"Put the login into {PLACES[store]}, in one secret; this asks for each of its fields:"
    yield f"  {putting_login(store, name, planned.fields)}"
    yield f"Where {name} is there already, add the fields to it, and let its others stay."
    yield "Or have a new one made and put there:"
    yield (
        f"  keystop {vendor} rotate {'-' if applied else _word(what)} "
        f"--store {whole(store, _word(name))}"
    )


def _word(text: str) -> str:
    """A word of a shell."""
    return printable(shlex.quote(text))
