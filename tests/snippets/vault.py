"""A fake of HashiCorp Vault: a KV engine of version 2 at secret/, tokens, and AppRole."""

from __future__ import annotations

import json
import secrets
from typing import Any, NamedTuple

from tests.snippets.serving import Request, Response

DAY = "2026-01-01T00:00:00.000000000Z"


class Version(NamedTuple):
    """One version of a secret; deleted ones have no data."""

    data: dict[str, Any] | None


class Vault:
    """What is stored, and who may read it. put() and answer() are the ways in."""

    def __init__(self) -> None:
        self.token = secrets.token_urlsafe(24)
        self.role, self.secret_id = secrets.token_hex(16), secrets.token_hex(16)
        self._tokens = {self.token}
        self._versions: dict[str, list[Version]] = {}

    def put(self, path: str, data: dict[str, Any]) -> None:
        """Store another version."""
        self._versions.setdefault(path, []).append(Version(data))

    def value(self, path: str) -> dict[str, Any] | None:
        """The newest version."""
        return self._versions[path][-1].data

    def answer(self, request: Request) -> Response:
        """As Vault's HTTP API does."""
        if request.path == ["v1", "auth", "approle", "login"]:
            return self._login(json.loads(request.body))
        if request.headers.get("x-vault-token") not in self._tokens:
            return _errors(403, "permission denied")
        if request.path[:3] != ["v1", "secret", "data"]:
            return _errors(404)
        path = "/".join(request.path[3:])
        if request.method == "GET":
            return self._read(path, int(request.query.get("version", 0)))
        if request.method == "DELETE":
            self._versions[path][-1] = Version(None)
            return Response(204)
        return self._write(path, json.loads(request.body))

    def _login(self, given: dict[str, str]) -> Response:
        if (given.get("role_id"), given.get("secret_id")) != (self.role, self.secret_id):
            return _errors(400, "invalid role or secret ID")
        token = secrets.token_urlsafe(24)
        self._tokens.add(token)
        auth = {
            "client_token": token,
            "accessor": secrets.token_hex(8),
            "policies": ["default", "twilio"],
            "token_policies": ["default", "twilio"],
            "metadata": {"role_name": "app"},
            "lease_duration": 3600,
            "renewable": True,
            "entity_id": "",
            "token_type": "service",
            "orphan": True,
        }
        return _envelope(None, auth)

    def _read(self, path: str, number: int) -> Response:
        versions = self._versions.get(path, [])
        if not versions or number > len(versions):
            return _errors(404)
        number = number or len(versions)
        data = versions[number - 1].data
        inner = {"data": data, "metadata": _metadata(number, deleted=data is None)}
        return _envelope(inner, status=404 if data is None else 200)

    def _write(self, path: str, given: dict[str, Any]) -> Response:
        now = len(self._versions.get(path, []))
        if given.get("options", {}).get("cas", now) != now:
            return _errors(400, "check-and-set parameter did not match the current version")
        self.put(path, given["data"])
        return _envelope(_metadata(now + 1))


def _metadata(number: int, *, deleted: bool = False) -> dict[str, Any]:
    return {
        "created_time": DAY,
        "custom_metadata": None,
        "deletion_time": DAY if deleted else "",
        "destroyed": False,
        "version": number,
    }


def _envelope(data: Any, auth: Any = None, status: int = 200) -> Response:
    whole = {
        "request_id": secrets.token_hex(16),
        "lease_id": "",
        "renewable": False,
        "lease_duration": 0,
        "data": data,
        "wrap_info": None,
        "warnings": None,
        "auth": auth,
    }
    return Response(status, json.dumps(whole).encode())


def _errors(status: int, *messages: str) -> Response:
    return Response(status, json.dumps({"errors": messages}).encode())
