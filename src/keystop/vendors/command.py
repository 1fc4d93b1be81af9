"""What revoke and rotate have in common: the plan, the user's word, the journal."""

from __future__ import annotations

import argparse
from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple

from keystop.errors import Usage
from keystop.vendors import web
from keystop.vendors.ask import Terminal
from keystop.vendors.aws_calls import Aws
from keystop.vendors.calls import Patience
from keystop.vendors.journal import Journal, State, alone, begin, under_way
from keystop.vendors.leaked import Leaked
from keystop.vendors.problems import Dead
from keystop.vendors.rotation import Credential, rotation
from keystop.vendors.steps import Step, carry_out, plan
from keystop.vendors.stores import FORMS, Store, store_of

DONE, LEFT = 0, 1


class Means(NamedTuple):
    """What a command works with. twilio_http is the SDK's http client, None for its own."""

    terminal: Terminal
    patience: Patience
    send: web.Transport = web.transport
    twilio_http: Any = None

    @property
    def web(self) -> web.Web:
        """Requests without a library."""
        return web.Web(self.patience, self.send)

    @property
    def aws(self) -> Aws:
        """AWS, as whoever boto3 finds."""
        return Aws(self.patience)


def means_of(arguments: argparse.Namespace) -> Means:
    """The real ones."""
    return Means(Terminal(yes=getattr(arguments, "yes", False)), Patience())


def revoke(
    vendor: str, name: str, steps: Sequence[Step], arguments: argparse.Namespace, means: Means
) -> int:
    """Say what would be done, or do it; the exit status."""
    for line in plan(steps):
        print(line)
    if not arguments.apply:
        print("Nothing was changed. To do it: the same command with --apply")
        return LEFT
    if not _agrees(name, means):
        return LEFT
    carry_out(steps, Journal(State(vendor, name, ""), None), means.terminal)
    return DONE


def _agrees(name: str, means: Means) -> bool:
    word = name[-4:] if name[:2] in ("AC", "SK") else "yes"
    if means.terminal.agrees(f"Do this with {name}?", word):
        return True
    print("Nothing was changed.")
    return False


def which(vendor: str, arguments: argparse.Namespace) -> str:
    """What the user names, or the subject of the only rotation under way. Raises Usage."""
    if arguments.what:
        return str(arguments.what)
    found = under_way(vendor)
    if len(found) == 1:
        return found[0].state.subject
    if not found:
        raise Usage(
            f"no rotation is under way; name what leaked: see keystop {vendor} rotate --help"
        )
    raise Usage(f"more than one rotation is under way; name one of "
                f"{', '.join(one.state.subject for one in found)}")  # fmt: skip


def journal_of(
    vendor: str, leaked: Leaked, arguments: argparse.Namespace, means: Means
) -> tuple[Journal, Store]:
    """The rotation under way for a leaked one, or a new one, and its store. Raises Usage."""
    found = under_way(vendor, leaked.name)
    if not found and arguments.resume:
        raise Usage(f"no rotation of {leaked.name} is under way")
    if not found and not arguments.store:
        raise Usage(f"--store says where the new one goes: {FORMS}")
    text = arguments.store or found[0].state.store
    store = store_of(text, means.web, means.aws)
    if not found:
        store.ready()
        return begin(State(vendor, leaked.name, store.name)), store
    if store.name != found[0].state.store:
        raise Usage(f"the rotation of {leaked.name} puts it into {found[0].state.store}, not into "
                    f"{store.name}; to begin anew delete {found[0].path}")  # fmt: skip
    return found[0], store


def rotate(
    steps: Sequence[Step], journal: Journal, arguments: argparse.Namespace, means: Means
) -> int:
    """Say what would be done, or do it, as far as it goes; the exit status."""
    state = journal.state
    left = [
        step._replace(wait="" if step.name in state.told else step.wait)
        for step in steps
        if step.name not in state.done
    ]
    if state.begun:
        print(f"The rotation of {state.subject} is under way ({', '.join(state.done) or 'begun'}).")
    for line in plan(left):
        print(line)
    if not arguments.apply and not arguments.resume:
        print("Nothing was changed. To do it: the same command with --apply")
        return LEFT
    if not state.begun and not _agrees(state.subject, means):
        return LEFT
    done = carry_out(steps, journal, means.terminal, resume=arguments.resume)
    if not done:
        print(f"The rotation waits; what was done is noted in\n  {journal.path}")
    return DONE if done else LEFT


def rotate_credential(
    vendor: str,
    leaked: Leaked,
    credential_of: Callable[[Mapping[str, str]], Credential],
    arguments: argparse.Namespace,
    means: Means,
    *,
    again: str = "",
) -> int:
    """Rotate one whose old and new one work side by side.

    credential_of gets what look has noted in an earlier run; again is how it is named in a later
    one, where its id does not say all.
    """
    with alone(vendor, needed=arguments.apply or arguments.resume):
        journal, store = journal_of(vendor, leaked, arguments, means)
        credential = credential_of(journal.state.notes)
        if not journal.state.begun:
            seen = Journal(journal.state, None)  # nothing is kept before the user agrees
            credential.look(seen)
            journal = Journal(seen.state, journal.path)
        resume = f"keystop {vendor} rotate {again or leaked.name} --resume"
        steps = rotation(credential, store, journal, means.patience, resume)
        return rotate(steps, journal, arguments, means)


def revoke_credential(
    vendor: str, leaked: Leaked, credential: Credential, arguments: argparse.Namespace, means: Means
) -> int:
    """Revoke one at once; nothing takes its place."""
    try:
        credential.look(Journal(State(vendor, leaked.name, ""), None))
    except Dead as error:
        print(f"keystop: {error}")
        return DONE
    check = Step("check", "See that it is dead", credential.calls.check, "reads only",
                 "nothing to undo", credential.check)  # fmt: skip
    ends = [step._replace(wait="") for step in credential.ends()]
    return revoke(vendor, leaked.name, [*ends, check], arguments, means)
