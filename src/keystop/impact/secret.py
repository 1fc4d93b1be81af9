"""The value: what is it, what is another one, and what must not be shown because of it."""

from __future__ import annotations

from keystop import quiet
from keystop.escape import printable
from keystop.impact.facts import Fact
from keystop.impact.flow import NONE, OTHERS, OURS
from keystop.impact.spelling import Spellings
from keystop.masking import MASK
from keystop.role import is_sample

# A shorter literal under the same name is no other credential.
_LEAST = 8
# What is as long as this was made by a machine, whatever words are in it.
_CHOSEN = 20
# So many bytes of the value are never shown as a name or a part of one.
_WINDOW = 6
# A name of a user is not as long as this.
_LONG = 16
_DIGITS = b"0123456789"


class Secret:
    """The value, for telling what is it and what must not be shown."""

    def __init__(self, value: bytes, half: bytes) -> None:
        """half is the other half of its pair, empty where there is none."""
        self.spellings = Spellings(value, half)
        shown = len(half) < _LONG or half.isalpha()  # the name of a user is no secret
        parts = (
            one[place : place + _WINDOW]
            for one in ((value,) if shown else (value, half))
            for place in range(len(one) - _WINDOW + 1)
        )
        # what is but letters may be a word of a name that has nothing to do with it
        self._windows = {part for part in parts if part.translate(None, _DIGITS) != part}

    def within(self, literal: str) -> bool:
        """Whether a text holds the value, in whatever spelling."""
        return self.spellings.found(literal.encode("utf-8", "surrogateescape")) is not None

    def judge(self, fact: Fact) -> str:
        """What the literal of a fact is."""
        literal = fact.literal or ""
        if self.within(literal):
            return OURS
        value = literal.encode("utf-8", "replace")
        stand_in = len(value) < _LEAST or quiet.placeholder_token(value)
        stand_in = stand_in or (len(value) < _CHOSEN and quiet.placeholder(value))
        if stand_in or " " in literal or is_test(fact.path):
            return NONE
        return OTHERS

    def shown(self, name: str) -> str:
        """A name as it may be shown: one that is a part of the value is masked."""
        data = name.encode("utf-8", "surrogateescape")
        if any(data[place : place + _WINDOW] in self._windows for place in range(len(data))):
            return MASK
        return printable(data)

    def path(self, path: str) -> str:
        """A path as it may be shown."""
        return MASK if self.within(path) else printable(path)


def is_test(path: str) -> bool:
    """Whether a file is a test or an example. com/example is where Java keeps made-up programs."""
    return is_sample(path.replace("/com/example/", "/").encode("utf-8", "surrogateescape"))
