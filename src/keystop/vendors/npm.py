"""`keystop npm revoke` and `rotate`.

npm's own client lists tokens and deletes them by key (https://docs.npmjs.com/revoking-access-tokens);
so does this. Making one takes the account's password and a one-time password: the user does it.
"""

from __future__ import annotations

import argparse
import os

from keystop.errors import Usage
from keystop.vendors.ask import from_environment
from keystop.vendors.by_hand import Token, Vendor
from keystop.vendors.command import Means, means_of, revoke_credential, rotate_credential, which
from keystop.vendors.leaked import Kinds, Leaked, leaked
from keystop.vendors.web import fields

KINDS = Kinds("npm", ("npm.access-token", "npm.registry-auth-token"))
_API = "https://registry.npmjs.org/-"
_TOKENS = f"{_API}/npm/v1/tokens"
_PAGES = 50


def revoke(arguments: argparse.Namespace, means: Means | None = None) -> int:
    """Delete a token; the exit status."""
    means = means or means_of(arguments)
    found = leaked(arguments.what, KINDS)
    return revoke_credential("npm", found, _token(found, means), arguments, means)


def rotate(arguments: argparse.Namespace, means: Means | None = None) -> int:
    """Rotate a token, of which the user makes the new one; the exit status."""
    means = means or means_of(arguments)
    found = leaked(which("npm", arguments), KINDS)
    return rotate_credential("npm", found, lambda _: _token(found, means), arguments, means,
                             again="WHAT")  # fmt: skip


def _token(found: Leaked, means: Means) -> Token:
    web = means.web
    acting = from_environment(means.terminal, "NPM_TOKEN", "npm token to act with")
    headers = {"Authorization": f"Bearer {acting}"}
    if one_time := os.environ.get("NPM_CONFIG_OTP", ""):
        headers["npm-otp"] = one_time

    def alive(token: str) -> bool:
        sent = {"Authorization": f"Bearer {token}"}
        # 403: the token is known, but not allowed to read its user.
        return web.ask("GET", f"{_API}/whoami", sent, expected=(401, 403)).status != 401

    def end(token: str) -> None:
        if alive(token):
            web.ask("DELETE", f"{_TOKENS}/token/{_key(token)}", headers)

    def _key(token: str) -> str:
        """The key of the row whose shortened token fits. Raises Usage unless there is just one."""
        rows: list[dict[str, object]] = []
        url = _TOKENS
        for _ in range(_PAGES):
            page = fields(web.ask("GET", url, headers))
            objects, urls = page.get("objects"), page.get("urls")
            rows += objects if isinstance(objects, list) else []
            following = urls.get("next") if isinstance(urls, dict) else None
            if not isinstance(following, str) or not following.startswith(_TOKENS):
                break
            url = following
        keys = [str(row.get("key")) for row in rows if _fits(token, str(row.get("token") or ""))]
        if len(keys) != 1:
            raise Usage(f"{len(keys)} tokens of the account that acts look like the leaked one; "
                        "npm token list shows them, npm token revoke ID deletes one")  # fmt: skip
        return keys[0]

    vendor = Vendor(
        title="npm token", name="NPM_TOKEN", page="https://www.npmjs.com/settings/~/tokens",
        probe=f"GET {_API}/whoami", ending=f"DELETE {_TOKENS}/token/KEY",
        effect="every program that uses it stops, by npm's word after an hour at the latest",
        alive=alive, end=end,
    )  # fmt: skip
    return Token(vendor, found, means)


def _fits(token: str, shown: str) -> bool:
    """Whether a token is the one that is shown as its beginning, or its two ends."""
    start, _, end = shown.replace("…", "...").partition("...")
    return len(start) >= 6 and token.startswith(start) and token.endswith(end)
