"""HashiCorp Vault as a store: one secret of a KV engine, version 2."""

from __future__ import annotations

import os
from collections.abc import Mapping
from urllib.parse import quote

from keystop.errors import Usage
from keystop.vendors.web import Web, fields


class Vault:
    """MOUNT/PATH. Address and login are VAULT_ADDR, VAULT_TOKEN and VAULT_NAMESPACE."""

    def __init__(self, place: str, web: Web) -> None:
        mount, _, path = place.partition("/")
        address, token = os.environ.get("VAULT_ADDR", ""), os.environ.get("VAULT_TOKEN", "")
        if not path:
            raise Usage("a secret of Vault is vault:MOUNT/PATH")
        if not address or not token:
            raise Usage("VAULT_ADDR and VAULT_TOKEN say where Vault is and who you are: set them")
        self._url = f"{address.rstrip('/')}/v1/{quote(mount)}/data/{quote(path)}"
        self._headers = {"X-Vault-Token": token, "X-Vault-Request": "true"}
        if namespace := os.environ.get("VAULT_NAMESPACE", ""):
            self._headers["X-Vault-Namespace"] = namespace
        self._web = web
        self.name = f"vault:{place}"

    def ready(self) -> None:
        """Raises where it cannot even be read."""
        self.read()

    def read(self) -> dict[str, str]:
        """The fields of the newest version."""
        return {name: str(value) for name, value in self._held()[0].items()}

    def write(self, changes: Mapping[str, str | None]) -> None:
        """Write a new version, unless somebody else has written one meanwhile."""
        held, version = self._held()
        merged = {**held, **changes}
        data = {name: value for name, value in merged.items() if value is not None}
        self._web.ask("POST", self._url, self._headers, {"data": data, "options": {"cas": version}})

    def _held(self) -> tuple[dict[str, object], int]:
        reply = self._web.ask("GET", self._url, self._headers, expected=(404,))
        outer = fields(reply).get("data")
        if not isinstance(outer, dict):
            return {}, 0
        metadata = outer.get("metadata")
        version = metadata.get("version", 0) if isinstance(metadata, dict) else 0
        data = outer.get("data")
        return (data if isinstance(data, dict) else {}), version
