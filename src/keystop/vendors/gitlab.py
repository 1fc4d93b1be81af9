"""`keystop gitlab revoke` and `rotate`, of personal access tokens.

https://docs.gitlab.com/api/personal_access_tokens. A token ends and renews itself. The old one is
dead in the moment in which the new one is made, so there is no time with both; and renewing twice
with the old one would end the new one, too, so that call is never tried again blindly.
"""

from __future__ import annotations

import argparse
from datetime import date, timedelta
from urllib.parse import urlsplit

from keystop.errors import KeystopError, Usage
from keystop.vendors.by_hand import Token, Vendor
from keystop.vendors.command import Means, journal_of, means_of, revoke_credential, which
from keystop.vendors.command import rotate as rotate_steps
from keystop.vendors.journal import alone
from keystop.vendors.leaked import Kinds, Leaked, leaked
from keystop.vendors.problems import Failed, Unclear
from keystop.vendors.steps import NOT_REVERSIBLE, Step
from keystop.vendors.stores import Store, put
from keystop.vendors.web import Web, fields

KINDS = Kinds("gitlab", ("gitlab.personal-access-token", "gitlab.personal-access-token-routable"))
NAME = "GITLAB_TOKEN"
_RENEWS = {"api", "self_rotate"}
# Days that GitLab lets a token live at most, where nothing else is set.
_LONGEST = 365


def revoke(arguments: argparse.Namespace, means: Means | None = None) -> int:
    """Revoke a token; the exit status."""
    means = means or means_of(arguments)
    found = leaked(arguments.what, KINDS)
    token = Token(_vendor(_self_url(arguments.url), means.web), found, means)
    return revoke_credential("gitlab", found, token, arguments, means)


def rotate(arguments: argparse.Namespace, means: Means | None = None) -> int:
    """Let a token renew itself, and store the new one; the exit status."""
    means = means or means_of(arguments)
    found = leaked(which("gitlab", arguments), KINDS)
    if not found.secret:
        raise Usage(
            "the token itself is needed: name a finding, or give it on standard input with -"
        )
    with alone("gitlab", needed=arguments.apply or arguments.resume):
        journal, store = journal_of("gitlab", found, arguments, means)
        steps = Renewal(_self_url(arguments.url), found, store, means).steps()
        return rotate_steps(steps, journal, arguments, means)


def _self_url(url: str) -> str:
    parts = urlsplit(url)
    if parts.scheme != "https" or not parts.hostname or parts.username or parts.query:
        raise Usage("--url is the address of a GitLab: https://HOST")
    return f"{url.rstrip('/')}/api/v4/personal_access_tokens/self"


def _vendor(url: str, web: Web) -> Vendor:
    def alive(token: str) -> bool:
        return web.ask("GET", url, {"PRIVATE-TOKEN": token}, expected=(401,)).status != 401

    def end(token: str) -> None:
        web.ask("DELETE", url, {"PRIVATE-TOKEN": token}, expected=(401,))

    return Vendor(
        title="GitLab token", name=NAME, page="User settings, Access tokens",
        probe=f"GET {url}", ending=f"DELETE {url} (with the token itself)",
        effect="every program that uses it stops", alive=alive, end=end,
    )  # fmt: skip


class Renewal:
    """The leaked token renews itself."""

    def __init__(self, url: str, found: Leaked, store: Store, means: Means) -> None:
        self._url = url
        self._old = found.secret
        self._store = store
        self._web = means.web
        self._patience = means.patience
        self._alive = _vendor(url, means.web).alive

    def steps(self) -> list[Step]:
        """Look, try the store, renew, try the new one."""
        where, nothing = self._store.name, "nothing to undo"
        return [
            Step("look", "Look at the leaked GitLab token", f"GET {self._url}", "reads only",
                 nothing, self._look),
            Step("ready", f"See that {where} can be written, before anything ends",
                 f"write {where} as it is", "nothing changes", nothing,
                 lambda: put(self._store, {})),
            Step("renew", f"Renew the token and put the new one into {where} ({NAME})",
                 f"POST {self._url}/rotate (with the token itself; same name, same scopes)",
                 "the leaked one is dead at once: every program that uses it stops until it has "
                 "the new one", NOT_REVERSIBLE, self._renew, self._renewed),
            Step("check", "See that the leaked one is dead and the stored one works",
                 f"GET {self._url} with both", "reads only", nothing, self._check),
        ]  # fmt: skip

    def _look(self) -> None:
        scopes = self._about().get("scopes")
        if not isinstance(scopes, list) or not _RENEWS & set(scopes):
            raise Usage("the token may not renew itself: its scopes lack api and self_rotate. Make "
                        "a new one in GitLab, deploy it, then: keystop gitlab revoke")  # fmt: skip

    def _about(self) -> dict[str, object]:
        reply = self._web.ask("GET", self._url, {"PRIVATE-TOKEN": self._old}, expected=(401,))
        if reply.status == 401:
            raise Usage("the leaked token is dead already; there is nothing to renew")
        return fields(reply)

    def _renew(self) -> None:
        body = {"expires_at": _expiry(self._about())}
        url = f"{self._url}/rotate"
        reply = self._web.ask("POST", url, {"PRIVATE-TOKEN": self._old}, body)
        token = fields(reply).get("token")
        if not isinstance(token, str) or not token:
            raise Unclear("GitLab's answer has no new token")
        try:
            put(self._store, {NAME: token})
        except Unclear:
            raise  # it may be there: _renewed looks
        except KeystopError as error:
            raise _lost(str(error)) from None

    def _renewed(self) -> bool:
        """Whether the new one is stored. Raises Failed where it is lost."""
        held = self._store.read().get(NAME, "")
        if held and held != self._old and self._alive(held):
            return True
        if self._alive(self._old):
            return False
        raise _lost("the renewal was interrupted")

    def _check(self) -> None:
        held = self._store.read().get(NAME, "")
        if not held or not self._patience.until(lambda: self._alive(held)):
            raise Failed(f"{NAME} in {self._store.name} does not work; make a new token in GitLab")
        if not self._patience.until(lambda: not self._alive(self._old)):
            raise Failed("the leaked token still works a minute after: look at it in GitLab")


def _lost(why: str) -> Failed:
    return Failed(f"{why}; the leaked token is dead, and the new one is not stored and cannot be "
                  "shown again: in GitLab, revoke it and make another")  # fmt: skip


def _expiry(about: dict[str, object]) -> str:
    """As many days from now as the old one had; without a word GitLab gives a week."""
    try:
        made = date.fromisoformat(str(about["created_at"])[:10])
        days = (date.fromisoformat(str(about["expires_at"])) - made).days
    except (KeyError, ValueError):
        days = _LONGEST
    return str(date.today() + timedelta(max(1, min(days, _LONGEST))))
