"""One request to a vendor, with patience: what is tried again, how often, and what is not."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from random import Random
from typing import NamedTuple

from keystop.vendors import problems

# Seconds between tries: doubled each time, spread by a tenth, as Twilio advises.
_FIRST, _LONGEST, _SPREAD = 0.5, 30.0, 0.1
_TRIES = 5
# Waiting for a change to be known everywhere: 63 seconds; Twilio's takes up to 60.
_UNTIL = 7


class Reply(NamedTuple):
    """A vendor's answer. Its body may hold a secret: it is never shown."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    def __repr__(self) -> str:
        return f"Reply({self.status})"


class Lost(Exception):
    """A request that got no answer; the text says why, in a word or two."""


class Patience:
    """How long one waits, and how."""

    def __init__(
        self, sleep: Callable[[float], None] = time.sleep, chance: Random | None = None
    ) -> None:
        self._sleep = sleep
        self._chance = chance or Random()

    def send(self, method: str, host: str, attempt: Callable[[], Reply]) -> Reply:
        """The answer, whatever its status below 500.

        Reading is tried again after no answer or an error of the server. What changes something
        is not: raises Unclear. 429 was not carried out, so it is tried again in any case.
        """
        safe = method == "GET"
        for number in range(_TRIES):
            wait = self._wait(number)
            try:
                reply = attempt()
            except Lost as error:
                problem = problems.lost(host, str(error), safe=safe)
            else:
                if reply.status == 429:
                    problem = problems.busy(host)
                    wait = max(wait, _retry_after(reply.headers))
                elif reply.status >= 500:
                    problem = problems.lost(host, f"error {reply.status}", safe=safe)
                else:
                    return reply
            if isinstance(problem, problems.Unclear):
                raise problem
            if number < _TRIES - 1:
                self._sleep(wait)
        raise problem

    def until(self, holds: Callable[[], bool]) -> bool:
        """Whether something comes true within about a minute."""
        for number in range(_UNTIL):
            if holds():
                return True
            if number < _UNTIL - 1:
                self._sleep(2 * self._wait(number))
        return False

    def _wait(self, number: int) -> float:
        spread = 1 + self._chance.uniform(-_SPREAD, _SPREAD)
        return min(_FIRST * float(2**number), _LONGEST) * spread


def _retry_after(headers: Mapping[str, str]) -> float:
    for name, value in headers.items():
        if name.lower() == "retry-after" and value.isdecimal():
            return min(float(value), _LONGEST)
    return 0.0
