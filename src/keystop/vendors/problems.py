"""What can go wrong at a vendor: one line each, with the way to go on."""

from __future__ import annotations

from keystop.errors import NotRead, Usage

_AGAIN = "run the same command again, it goes on from here"


class Failed(NotRead):
    """A step that did not succeed. What was done before it is kept."""


class Dead(Usage):
    """What is to be ended has ended before."""


class Alive(Failed):
    """What should be dead still works."""


class Refused(Failed):
    """The vendor does not accept the login (401)."""


class Forbidden(Failed):
    """The login is accepted, but it may not do this (403)."""


class Missing(Failed):
    """There is no such thing (404)."""


class Silent(Failed):
    """Reading got no answer, or an error of the server."""


class Unclear(Failed):
    """Whether a call had its effect is not known: nothing came back, or an error of the server."""


def refused(host: str, status: int, hint: str = "") -> Failed:
    """The error for a status of 400 or more. hint says what the vendor's own code means."""
    if status == 401:
        why = hint or "the login is wrong, revoked or expired"
        return Refused(f"{host} does not accept the login (401): {why}; then {_AGAIN}")
    if status == 403:
        why = hint or "it lacks the permission"
        return Forbidden(f"{host} accepts the login but does not allow this (403): {why}; "
                         f"with one that may, {_AGAIN}")  # fmt: skip
    if status == 404:
        return Missing(f"{host} knows no such thing (404){hint and ': ' + hint}")
    return Failed(f"{host} refused the request ({status}){hint and ': ' + hint}; {_AGAIN} "
                  "when the cause is gone")  # fmt: skip


def busy(host: str) -> Failed:
    """The error for 429 that does not go away."""
    return Failed(f"{host} has too many requests (429), this one was not carried out; "
                  f"in some minutes {_AGAIN}")  # fmt: skip


def lost(host: str, why: str, *, safe: bool) -> Failed:
    """The error for a request without a proper answer. safe: it only reads."""
    if safe:
        return Silent(f"no answer from {host} ({why}); nothing was changed: run the command again")
    return Unclear(
        f"no answer from {host} ({why}), so it is not known whether it was done; {_AGAIN}, and "
        "looks first"
    )
