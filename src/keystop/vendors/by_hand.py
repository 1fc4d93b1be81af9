"""A token that its vendor makes on a web page only: the user makes the new one."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import NamedTuple

from keystop.errors import Usage
from keystop.vendors.command import Means
from keystop.vendors.journal import Journal
from keystop.vendors.leaked import Leaked, fingerprint
from keystop.vendors.problems import Alive, Dead, Failed
from keystop.vendors.rotation import Calls, Made
from keystop.vendors.steps import NOT_REVERSIBLE, Step


class Vendor(NamedTuple):
    """What differs between vendors. alive and end are given a token; end ends it, if it lives.

    name is how the token is called in a store, page is where a new one is made. probe and ending
    are the calls, effect is what ending does, as a user reads it.
    """

    title: str
    name: str
    page: str
    probe: str
    ending: str
    effect: str
    alive: Callable[[str], bool]
    end: Callable[[str], None]


class Token:
    """The leaked token."""

    def __init__(self, vendor: Vendor, leaked: Leaked, means: Means) -> None:
        if not leaked.secret:
            raise Usage(f"the {vendor.title} itself is needed: name a finding, or give it on "
                        "standard input with -")  # fmt: skip
        self._vendor = vendor
        self._leaked = leaked
        self._means = means
        self.title = f"the leaked {vendor.title} ({leaked.name})"
        self.names: tuple[str, ...] = (vendor.name,)
        self.calls = Calls(
            make=f"{vendor.page}: make one with the same permissions; keystop asks for it",
            works=f"{vendor.probe} with the new one",
            check=f"{vendor.probe} with the leaked one must be refused",
            undo="delete it on that page",
        )

    def look(self, _: Journal) -> None:
        """Raises Dead where it is."""
        if not self.alive():
            raise Dead(f"{self.title} is dead already; there is nothing to end")

    def alive(self) -> bool:
        """Whether the leaked one works."""
        return self._vendor.alive(self._leaked.secret)

    def make(self, _: Journal) -> Made:
        """The one that the user made."""
        print(f"Make a new {self._vendor.title} with the same permissions: {self._vendor.page}")
        token = self._means.terminal.secret(f"The new {self._vendor.title}")
        if not token or token == self._leaked.secret:
            raise Usage("that is no new token; nothing was changed")
        if not self._vendor.alive(token):
            raise Failed("the vendor does not accept the new token; nothing was changed")
        return Made(fingerprint(token), {self._vendor.name: token})

    def made(self, _: Journal) -> list[str]:
        """None that keystop could delete: the user has it."""
        return []

    def drop(self, _: str) -> None:
        """Raises Failed: it is the user's."""
        raise Failed("you made it, so keystop leaves it to you")

    def ident_of(self, values: Mapping[str, str]) -> str:
        """The fingerprint of what a store holds."""
        token = values.get(self._vendor.name, "")
        return fingerprint(token) if token else ""

    def works(self, values: Mapping[str, str]) -> bool:
        """Whether the token in a store is alive."""
        return self._vendor.alive(values[self._vendor.name])

    def ends(self) -> list[Step]:
        """One call."""
        return [Step("revoke", f"End {self.title}", self._vendor.ending, self._vendor.effect,
                     NOT_REVERSIBLE, self._end, lambda: not self.alive())]  # fmt: skip

    def _end(self) -> None:
        self._vendor.end(self._leaked.secret)

    def check(self) -> None:
        """Raises Failed where the leaked one still works."""
        if not self._means.patience.until(lambda: not self.alive()):
            raise Alive(f"{self.title} still works a minute after: {self._vendor.page}")
