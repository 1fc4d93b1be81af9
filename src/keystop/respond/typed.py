"""What of a playbook keystop does itself: the commands to type for one leak."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping

from keystop.leaks import Leak
from keystop.records import Record
from keystop.report.text import can_be_fixed
from keystop.respond.located import Located
from keystop.vendors import actions_on
from keystop.verify.question import needs

# Steps by the part of the response (see playbook), each command in a line of its own.
Typed = Mapping[str, tuple[str, ...]]
_STEPS = {
    "investigate": ("check", "What speaks for abuse"),
    "revoke": ("revoke", "Or by keystop, at once (it says what it would do; --apply does it)"),
    "rotate": ("rotate", "Or by keystop, which waits until the new one is deployed, and puts it "
               "into env:FILE, aws:NAME, vault:MOUNT/PATH or conjur:ID"),
}  # fmt: skip
_STORE = " --store env:.env"


def typed(record: Record, leak: Leak, located: Located | None) -> Typed:
    """The commands that apply to a leak; none where its value cannot be had any more."""
    found: dict[str, tuple[str, ...]] = {}
    if located is not None:
        for part, step, command in _all(record, leak.mark.short, located):
            found[part] = (*found.get(part, ()), f"{step}:\n{command}")
    return found


def _all(record: Record, name: str, located: Located) -> Iterator[tuple[str, str, str]]:
    how = record.verify
    if how is not None and (located.partner is not None or "other" not in needs(how)):
        yield "check", "Whether it still works", f"keystop verify {name}"
    yield "breaks", "What depends on it", f"keystop impact {name}"
    for action, vendor in actions_on(record.id):
        # The primary Auth Token cannot end without another in its place.
        stored = action == "rotate" or (action, record.id) == ("revoke", "twilio.auth-token")
        part, step = _STEPS[action]
        yield part, step, f"keystop {vendor} {action} {name}{_STORE if stored else ''}"
    if located.file and can_be_fixed(os.fsencode(located.file)) and not located.finding.encoded:
        step = "A look-up in the place of the value (it shows a diff; --apply writes it)"
        yield "practices", step, f"keystop fix {name}"
