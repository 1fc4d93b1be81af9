"""A fake of CyberArk Conjur: one host that logs in with its API key, and variables."""

from __future__ import annotations

import base64
import json
import re
import secrets
import time

from tests.snippets.serving import Request, Response

ACCOUNT = "acme"
HOST = "host/twilio/app"


class Conjur:
    """What is stored, and who may read it. put() and answer() are the ways in.

    Variables below hidden/ are there, but not for the host.
    """

    def __init__(self) -> None:
        self.key = secrets.token_hex(28)
        self._tokens: set[str] = set()
        self._values: dict[str, list[bytes]] = {}

    def put(self, variable: str, value: bytes) -> None:
        """Store another version."""
        self._values.setdefault(variable, []).append(value)

    def value(self, variable: str) -> bytes:
        """The newest version."""
        return self._values[variable][-1]

    def answer(self, request: Request) -> Response:
        """As Conjur's HTTP API does."""
        if request.method == "POST" and request.path == ["authn", ACCOUNT, HOST, "authenticate"]:
            return self._authenticate(request)
        sent = re.fullmatch(r'Token token="(.+)"', request.headers.get("authorization", ""))
        if not sent or sent[1] not in self._tokens:
            return Response(401)
        if request.path[:3] != ["secrets", ACCOUNT, "variable"] or len(request.path) != 4:
            return Response(404)
        variable = request.path[3]
        if request.method == "POST":
            self.put(variable, request.body)
            return Response(201)
        return self._read(variable, request.query)

    def _authenticate(self, request: Request) -> Response:
        if not secrets.compare_digest(request.body, self.key.encode()):
            return Response(401)
        claims = {"sub": HOST, "iat": int(time.time()), "exp": int(time.time()) + 480}
        payload = base64.b64encode(json.dumps(claims).encode()).decode()
        token = {"protected": "", "payload": payload, "signature": secrets.token_hex(16)}
        text = json.dumps(token).encode()
        encoded = base64.b64encode(text)
        self._tokens.add(encoded.decode())
        wanted = request.headers.get("accept-encoding") == "base64"
        return Response(200, encoded if wanted else text, "text/plain")

    def _read(self, variable: str, query: dict[str, str]) -> Response:
        values = self._values.get(variable, [])
        number = int(query.get("version", len(values)))
        if not 0 < number <= len(values):
            error = {"code": "not_found", "message": f"CONJ00076E Variable {variable} is empty"}
            return Response(404, json.dumps({"error": error}).encode())
        if variable.startswith("hidden/"):
            return Response(403)
        return Response(200, values[number - 1], "text/plain")
