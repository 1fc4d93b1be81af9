"""`keystop slack revoke` and `rotate`.

https://docs.slack.dev/reference/methods/auth.revoke ends the token that it is called with. Tokens
come from installing an app; no API makes them.
"""

from __future__ import annotations

import argparse

from keystop.vendors.by_hand import Token, Vendor
from keystop.vendors.command import Means, means_of, revoke_credential, rotate_credential, which
from keystop.vendors.leaked import Kinds, Leaked, leaked
from keystop.vendors.problems import Failed
from keystop.vendors.web import fields

KINDS = Kinds("slack", (
    "slack.bot-token", "slack.user-token", "slack.legacy-token", "slack.legacy-bot-token",
))  # fmt: skip
_API = "https://slack.com/api"
_DEAD = ("invalid_auth", "account_inactive", "token_revoked", "token_expired", "not_authed")


def revoke(arguments: argparse.Namespace, means: Means | None = None) -> int:
    """Revoke a token; the exit status."""
    means = means or means_of(arguments)
    found = leaked(arguments.what, KINDS)
    return revoke_credential("slack", found, _token(found, means), arguments, means)


def rotate(arguments: argparse.Namespace, means: Means | None = None) -> int:
    """Rotate a token, of which the user makes the new one; the exit status."""
    means = means or means_of(arguments)
    found = leaked(which("slack", arguments), KINDS)
    return rotate_credential("slack", found, lambda _: _token(found, means), arguments, means,
                             again="WHAT")  # fmt: skip


def _token(found: Leaked, means: Means) -> Token:
    web = means.web

    def asked(method: str, token: str, *, reads: bool) -> str:
        """The error that Slack tells, "" for none: its status is 200 in any case."""
        headers = {"Authorization": f"Bearer {token}"}
        said = fields(web.ask("POST", f"{_API}/{method}", headers, b"", reads=reads))
        return "" if said.get("ok") is True else str(said.get("error") or "no answer")

    def alive(token: str) -> bool:
        error = asked("auth.test", token, reads=True)
        if error and error not in _DEAD:
            raise Failed(f"slack.com does not say whether the token works: {error}")
        return not error

    def end(token: str) -> None:
        error = asked("auth.revoke", token, reads=False)
        if error and error not in _DEAD:
            raise Failed(f"slack.com does not revoke the token: {error}")

    vendor = Vendor(
        title="Slack token", name="SLACK_TOKEN", page="https://api.slack.com/apps",
        probe=f"POST {_API}/auth.test", ending=f"POST {_API}/auth.revoke (with the token itself)",
        effect="every program that uses it stops", alive=alive, end=end,
    )  # fmt: skip
    return Token(vendor, found, means)
