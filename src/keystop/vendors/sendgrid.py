"""`keystop sendgrid revoke` and `rotate`.

https://www.twilio.com/docs/sendgrid/api-reference/api-keys. Keys of the EU region are not known at
the address that is asked here.
"""

from __future__ import annotations

import argparse
import json
import re
from collections.abc import Iterator, Mapping
from urllib.parse import quote

from keystop.errors import Usage
from keystop.escape import printable
from keystop.vendors.ask import from_environment
from keystop.vendors.calls import Reply
from keystop.vendors.command import Means, means_of, revoke_credential, rotate_credential, which
from keystop.vendors.journal import Journal
from keystop.vendors.leaked import Kinds, Leaked, leaked
from keystop.vendors.problems import Alive, Failed
from keystop.vendors.rotation import Calls, Made
from keystop.vendors.steps import NOT_REVERSIBLE, Step
from keystop.vendors.web import fields

KINDS = Kinds("sendgrid", ("sendgrid.api-key",), (), "[A-Za-z0-9_-]{22}")
_API = "https://api.sendgrid.com/v3"
NAME = "SENDGRID_API_KEY"


def revoke(arguments: argparse.Namespace, means: Means | None = None) -> int:
    """Delete a key; the exit status."""
    means = means or means_of(arguments)
    found = _with_id(leaked(arguments.what, KINDS))
    return revoke_credential("sendgrid", found, ApiKey(found, means), arguments, means)


def rotate(arguments: argparse.Namespace, means: Means | None = None) -> int:
    """Rotate a key; the exit status."""
    means = means or means_of(arguments)
    found = _with_id(leaked(which("sendgrid", arguments), KINDS))
    return rotate_credential("sendgrid", found, lambda _: ApiKey(found, means), arguments, means)


def _with_id(found: Leaked) -> Leaked:
    ident = found.ident or _ident(found.secret)
    if not ident:
        raise Usage("this is no SendGrid API key: SG., an id of 22 characters, a secret")
    return found._replace(ident=ident, name=ident)


def _ident(secret: str) -> str:
    """The id, which is the middle part of a key."""
    match = re.fullmatch(r"SG\.([A-Za-z0-9_-]{22})\.[A-Za-z0-9_-]+", secret)
    return match[1] if match else ""


class ApiKey:
    """The leaked key."""

    names: tuple[str, ...] = (NAME,)

    def __init__(self, found: Leaked, means: Means) -> None:
        acting = from_environment(means.terminal, NAME, "SendGrid API key to act with")
        if _ident(acting) == found.ident:
            raise Usage(
                f"the key to act with ({NAME}) is the leaked one; it is to die: set another"
            )
        self._leaked = found
        self._web = means.web
        self._patience = means.patience
        self._headers = {"Authorization": f"Bearer {acting}"}
        self.title = f"SendGrid API key {found.ident}"
        self._url = f"{_API}/api_keys/{quote(found.ident, safe='')}"
        self.calls = Calls(
            make=f"POST {_API}/api_keys (same scopes)",
            works=f"GET {_API}/scopes with the new key",
            check=f"GET {self._url} must give 404; GET {_API}/scopes with the leaked key 401",
            undo=f"DELETE {_API}/api_keys/ID",
        )

    def look(self, journal: Journal) -> None:
        """Note name and scopes."""
        reply = self._get(self._url, expected=(404,))
        if reply.status == 404:
            raise Usage(f"there is no {self.title}: it is deleted already, or of another account")
        key = next(_rows(reply), {})
        scopes = key.get("scopes")
        if not isinstance(scopes, list):
            raise Failed(f"SendGrid does not tell the scopes of {self.title}")
        print(f"  {self._leaked.ident}  {printable(str(key.get('name')))}  {len(scopes)} scopes")
        journal.note(notes={**journal.state.notes, "name": str(key.get("name") or ""),
                            "scopes": json.dumps(scopes)})  # fmt: skip

    def make(self, journal: Journal) -> Made:
        """A key with the same scopes."""
        notes = journal.state.notes
        kept = notes["name"].partition(" (keystop-rotation")[0]
        body = {
            "name": f"{kept[:60]} ({journal.state.marker})",
            "scopes": json.loads(notes["scopes"]),
        }
        key = fields(self._web.ask("POST", f"{_API}/api_keys", self._headers, body))
        return Made(str(key["api_key_id"]), {NAME: str(key["api_key"])})

    def made(self, journal: Journal) -> list[str]:
        """The keys whose name has the journal's marker."""
        rows = _rows(self._get(f"{_API}/api_keys"))
        return [str(row["api_key_id"]) for row in rows
                if journal.state.marker in str(row.get("name"))]  # fmt: skip

    def drop(self, ident: str) -> None:
        """Delete a key that was made."""
        url = f"{_API}/api_keys/{quote(ident, safe='')}"
        self._web.ask("DELETE", url, self._headers, expected=(404,))

    def ident_of(self, values: Mapping[str, str]) -> str:
        """The id of the key in a store."""
        return _ident(values.get(NAME, ""))

    def works(self, values: Mapping[str, str]) -> bool:
        """Whether the key in a store is alive."""
        return self._alive(values[NAME])

    def _alive(self, key: str) -> bool:
        headers = {"Authorization": f"Bearer {key}"}
        return self._web.ask("GET", f"{_API}/scopes", headers, expected=(401, 403)).status != 401

    def ends(self) -> list[Step]:
        """Deleting it."""
        return [Step("revoke", f"Delete the leaked {self.title}", f"DELETE {self._url}",
                     "every program that sends mail with it stops", NOT_REVERSIBLE,
                     lambda: self.drop(self._leaked.ident), self._gone)]  # fmt: skip

    def _gone(self) -> bool:
        return self._get(self._url, expected=(404,)).status == 404

    def check(self) -> None:
        """Raises Failed where it is still there, or the leaked value works."""
        secret = self._leaked.secret
        dead = self._patience.until(lambda: self._gone() and not (secret and self._alive(secret)))
        if not dead:
            raise Alive(f"{self.title} still works a minute after: look at it in the app")

    def _get(self, url: str, expected: tuple[int, ...] = ()) -> Reply:
        return self._web.ask("GET", url, self._headers, expected=expected)


def _rows(reply: Reply) -> Iterator[dict[str, object]]:
    """The keys of an answer: a list under result, or one by itself."""
    read = fields(reply)
    rows = read.get("result", [read])
    yield from (
        row for row in (rows if isinstance(rows, list) else [rows]) if isinstance(row, dict)
    )
