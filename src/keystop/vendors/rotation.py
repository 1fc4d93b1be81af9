"""Rotating a credential whose old and new one work side by side, whatever vendor it is of.

The order keeps one that works at any time, and loses none: the new one is stored, read back and
tried before the old one is touched, and tried once more right before that. What was made and not
stored is found again by its name and deleted.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple, Protocol

from keystop.errors import KeystopError
from keystop.vendors.calls import Patience
from keystop.vendors.journal import Journal
from keystop.vendors.problems import Alive, Failed, Unclear
from keystop.vendors.steps import Step
from keystop.vendors.stores import Store, put

_READS = "reads only"
_NOTHING = "nothing to undo"


class Made(NamedTuple):
    """A new credential: its id, and what goes into the store."""

    ident: str
    values: Mapping[str, str]

    def __repr__(self) -> str:
        return f"Made({self.ident})"


class Calls(NamedTuple):
    """What is called, as a user reads it in the plan; undo is how a new one goes again."""

    make: str
    works: str
    check: str
    undo: str


class Credential(Protocol):
    """One leaked credential, and what its vendor lets one do with it. All raise problems.Failed."""

    title: str
    names: tuple[str, ...]
    calls: Calls

    def look(self, journal: Journal) -> None:
        """Read, and note what the new one needs to be like the old one."""

    def make(self, journal: Journal) -> Made:
        """Make a new one whose name holds the journal's marker, or ask the user for one."""

    def made(self, journal: Journal) -> list[str]:
        """The ids of those that were made for a rotation, by its marker or what it noted."""

    def drop(self, ident: str) -> None:
        """Delete one that was made."""

    def ident_of(self, values: Mapping[str, str]) -> str:
        """The id of what a store holds, "" where it holds none."""

    def works(self, values: Mapping[str, str]) -> bool:
        """Whether what a store holds is alive."""

    def ends(self) -> list[Step]:
        """What ends the old one; before the first step the new one is deployed."""

    def check(self) -> None:
        """Make sure that the old one is dead, and say what shows it."""


def rotation(
    credential: Credential, store: Store, journal: Journal, patience: Patience, resume: str
) -> list[Step]:
    """The steps, after look. resume is the command that goes on after the deployment."""
    renewal = Renewal(credential, store, journal, patience)
    calls = credential.calls
    names = " and ".join(map(store.called, credential.names))
    deploy = f"deploy {names} from {store.name} everywhere that uses {credential.title}"
    first, *others = (renewal.guarded(step) for step in credential.ends())
    ends = [first._replace(wait=deploy), *others]
    ends = [step._replace(resume=resume if step.wait else "") for step in ends]
    return [
        Step("new", f"Make a new one and put it into {store.name} ({names})", calls.make,
             "both work; the store holds the new one", calls.undo, renewal.make, renewal.settle),
        Step("verify", "Try the new one, as the store gives it", calls.works, _READS, _NOTHING,
             renewal.verify),
        *ends,
        Step("check", "See that the old one is dead and the new one works", calls.check, _READS,
             _NOTHING, renewal.check),
    ]  # fmt: skip


class Renewal:
    """Making a new one, without losing it."""

    def __init__(
        self, credential: Credential, store: Store, journal: Journal, patience: Patience
    ) -> None:
        self._credential = credential
        self._store = store
        self._journal = journal
        self._patience = patience

    def make(self) -> None:
        """Make one and store it; where it cannot be stored it is deleted again."""
        self._store.ready()
        made = self._credential.make(self._journal)
        self._journal.note(made=made.ident)
        try:
            put(self._store, made.values)
        except Unclear:
            raise  # it may be there: settle looks
        except KeystopError as error:
            raise self._withdrawn(made.ident, error) from None

    def _withdrawn(self, ident: str, cause: KeystopError) -> Failed:
        try:
            self._credential.drop(ident)
        except KeystopError as error:
            return Failed(
                f"{cause}; the new one, {ident}, is alive and stored nowhere, and could not be "
                f"deleted ({error}); run it again, or delete that one"
            )
        return Failed(f"{cause}; so the new one, {ident}, is deleted again and the old one is as "
                      "it was")  # fmt: skip

    def settle(self) -> bool:
        """Whether the store holds one that was made for this; all others are deleted."""
        state = self._journal.state
        made = self._credential.made(self._journal)
        held = self._store.read()
        stored = self._credential.ident_of(held)
        found = stored != "" and stored in {*made, state.made}
        kept = found and self._patience.until(lambda: self._credential.works(held))
        for ident in made:
            if not (kept and ident == stored):
                self._credential.drop(ident)
                print(f"deleted: {ident}, which an interrupted run had made and not stored")
        if kept:
            self._journal.note(made=stored)
        return kept

    def verify(self) -> None:
        """Raises Failed where what the store holds is not the new one, or does not work."""
        held = self._store.read()
        if self._credential.ident_of(held) != self._journal.state.made:
            raise Failed(f"{self._store.name} no longer holds {self._journal.state.made}, which "
                         "this rotation put there; the old one was not touched")  # fmt: skip
        if not self._patience.until(lambda: self._credential.works(held)):
            raise Failed(f"the new one, {self._journal.state.made}, does not work; the old one "
                         f"was not touched. To begin anew delete {self._journal.path}")  # fmt: skip

    def guarded(self, step: Step) -> Step:
        """The step, taken only if the new one works in that moment."""

        def do() -> None:
            self.verify()
            step.do()

        return step._replace(do=do)

    def check(self) -> None:
        """Raises Failed unless the old one is dead and the new one works."""
        try:
            self._credential.check()
        except Alive:
            ends = {step.name for step in self._credential.ends()}
            done = tuple(name for name in self._journal.state.done if name not in ends)
            self._journal.note(done=done, begun="")  # the next run ends it again
            raise
        self.verify()
