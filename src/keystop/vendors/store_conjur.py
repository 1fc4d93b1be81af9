"""CyberArk Conjur as a store: one variable that holds a JSON object.

One variable and not one for each field: a program that reads while the pair is changed would get
the id of one and the secret of the other.
"""

from __future__ import annotations

import base64
import os
from collections.abc import Mapping
from urllib.parse import quote

from keystop.errors import Usage
from keystop.vendors.store_aws import changed, fields_of
from keystop.vendors.web import Web

_NEEDED = (
    "CONJUR_APPLIANCE_URL",
    "CONJUR_ACCOUNT",
    "CONJUR_AUTHN_LOGIN",
    "CONJUR_AUTHN_API_KEY",
)


class Conjur:
    """The variable ID, which a policy has made. The login is CONJUR_AUTHN_LOGIN's."""

    def __init__(self, place: str, web: Web) -> None:
        missing = [name for name in _NEEDED if not os.environ.get(name)]
        if missing:
            raise Usage(f"{', '.join(missing)}: not set, and keystop needs it to reach Conjur")
        self._base, self._account, login, self._key = (os.environ[name] for name in _NEEDED)
        self._base = self._base.rstrip("/")
        self._login = quote(login, safe="")
        self._path = f"/secrets/{quote(self._account)}/variable/{quote(place, safe='')}"
        self._web = web
        self.name = f"conjur:{place}"

    def ready(self) -> None:
        """Raises where it cannot even be read."""
        self.read()

    def read(self) -> dict[str, str]:
        """The fields, none where the variable has no value yet."""
        reply = self._web.ask("GET", self._base + self._path, self._headers(), expected=(404,))
        return {} if reply.status == 404 else fields_of(reply.body.decode(), self.name)

    def write(self, changes: Mapping[str, str | None]) -> None:
        """Give the variable a new value."""
        text = changed(self.read(), changes)
        self._web.ask("POST", self._base + self._path, self._headers(), text.encode())

    def _headers(self) -> dict[str, str]:
        url = f"{self._base}/authn/{quote(self._account)}/{self._login}/authenticate"
        sent = {"Accept-Encoding": "base64", "Content-Type": "text/plain"}
        reply = self._web.ask("POST", url, sent, self._key.encode())
        token = reply.body.strip()
        if token.startswith(b"{"):
            token = base64.b64encode(token)
        return {"Authorization": f'Token token="{token.decode("ascii")}"'}
