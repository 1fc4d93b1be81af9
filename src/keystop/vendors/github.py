"""`keystop github revoke` and `rotate`.

https://docs.github.com/en/rest/credentials/revoke ends any token, of whomever, without a login.
No API makes personal access tokens.
"""

from __future__ import annotations

import argparse

from keystop.vendors.by_hand import Token, Vendor
from keystop.vendors.command import Means, means_of, revoke_credential, rotate_credential, which
from keystop.vendors.leaked import Kinds, Leaked, leaked

KINDS = Kinds("github", (
    "github.personal-access-token", "github.fine-grained-token", "github.oauth-token",
    "github.app-user-token",
))  # fmt: skip
_API = "https://api.github.com"
_HEADERS = {"Accept": "application/vnd.github+json", "X-GitHub-Api-Version": "2022-11-28"}


def revoke(arguments: argparse.Namespace, means: Means | None = None) -> int:
    """Revoke a token; the exit status."""
    means = means or means_of(arguments)
    found = leaked(arguments.what, KINDS)
    return revoke_credential("github", found, _token(found, means), arguments, means)


def rotate(arguments: argparse.Namespace, means: Means | None = None) -> int:
    """Rotate a token, of which the user makes the new one; the exit status."""
    means = means or means_of(arguments)
    found = leaked(which("github", arguments), KINDS)
    return rotate_credential("github", found, lambda _: _token(found, means), arguments, means,
                             again="WHAT")  # fmt: skip


def _token(found: Leaked, means: Means) -> Token:
    web = means.web

    def alive(token: str) -> bool:
        headers = {**_HEADERS, "Authorization": f"Bearer {token}"}
        # 403: the token is known, but not allowed to read its user.
        return web.ask("GET", f"{_API}/user", headers, expected=(401, 403)).status != 401

    def end(token: str) -> None:
        web.ask("POST", f"{_API}/credentials/revoke", _HEADERS, {"credentials": [token]})

    vendor = Vendor(
        title="GitHub token", name="GITHUB_TOKEN", page="https://github.com/settings/tokens",
        probe=f"GET {_API}/user", ending=f"POST {_API}/credentials/revoke (without a login)",
        effect="every program that uses it stops; its owner gets a mail", alive=alive, end=end,
    )  # fmt: skip
    return Token(vendor, found, means)
