"""The vendors whose tokens are ended by a request or two, and two secret stores."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from random import Random
from urllib.parse import urlencode

from tests.snippets.conjur import Conjur
from tests.snippets.serving import Request as Asked
from tests.snippets.vault import Vault
from tests.vendors.served import Answer, Request, Server

_LETTERS = "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"


def failure(status: int) -> Answer:
    """An error without details."""
    return Answer(status, {"message": f"error {status}"})


@dataclass
class Mail:
    """A SendGrid key."""

    name: str
    scopes: list[str]
    secret: str


@dataclass
class Fakes:
    """alive are the tokens that work, wherever they are of."""

    random: Random
    alive: set[str] = field(default_factory=set)
    mail: dict[str, Mail] = field(default_factory=dict)
    vault: Vault = field(default_factory=Vault)
    conjur: Conjur = field(default_factory=Conjur)
    may_renew: bool = True

    def __post_init__(self) -> None:
        self.server = Server(self.answer, failure)

    def token(self, prefix: str, length: int = 36) -> str:
        """A token that works."""
        made = prefix + self.letters(length)
        self.alive.add(made)
        return made

    def letters(self, length: int) -> str:
        """Anything."""
        return "".join(self.random.choice(_LETTERS) for _ in range(length))

    def mail_key(self, name: str, scopes: list[str]) -> str:
        """A SendGrid key that works."""
        ident, rest = self.letters(22), self.letters(43)
        self.mail[ident] = Mail(name, scopes, f"SG.{ident}.{rest}")
        return f"SG.{ident}.{rest}"

    def answer(self, request: Request) -> Answer:
        """What the vendor says that the request is for."""
        answers: dict[str, Callable[[Request], Answer]] = {
            "api.github.com": self._github,
            "slack.com": self._slack,
            "gitlab.com": self._gitlab,
            "registry.npmjs.org": self._npm,
            "api.sendgrid.com": self._sendgrid,
            "vault.example": partial(_passed, self.vault),
            "conjur.example": partial(_passed, self.conjur),
        }
        return answers[request.host](request)

    def _bearer(self, request: Request) -> str:
        return request.headers.get("Authorization", "").removeprefix("Bearer ")

    def _github(self, request: Request) -> Answer:
        if (request.method, request.path) == ("POST", "/credentials/revoke"):
            if "Authorization" in request.headers:
                return failure(403)
            self.alive.difference_update(json.loads(request.body)["credentials"])
            return Answer(202, {})
        assert (request.method, request.path) == ("GET", "/user")
        known = self._bearer(request) in self.alive
        return Answer(200, {"login": "ann"}) if known else failure(401)

    def _slack(self, request: Request) -> Answer:
        token = self._bearer(request)
        if token not in self.alive:
            return Answer(200, {"ok": False, "error": "token_revoked"})
        if (request.method, request.path) == ("POST", "/api/auth.revoke"):
            self.alive.remove(token)
            return Answer(200, {"ok": True, "revoked": True})
        assert (request.method, request.path) == ("POST", "/api/auth.test")
        return Answer(200, {"ok": True, "user": "ann"})

    def _gitlab(self, request: Request) -> Answer:
        token, path = request.headers["Private-Token"], "/api/v4/personal_access_tokens/self"
        if token not in self.alive:
            return failure(401)
        about = {"id": 7, "name": "ci", "scopes": ["api"] if self.may_renew else ["read_api"],
                 "created_at": "2026-01-01T00:00:00Z", "expires_at": "2026-07-01"}  # fmt: skip
        if (request.method, request.path) == ("GET", path):
            return Answer(200, about)
        self.alive.remove(token)
        if (request.method, request.path) == ("DELETE", path):
            return Answer(204)
        assert (request.method, request.path) == ("POST", f"{path}/rotate")
        return Answer(200, {**about, **json.loads(request.body), "token": self.token("glpat-", 20)})

    def _npm(self, request: Request) -> Answer:
        if self._bearer(request) not in self.alive:
            return failure(401)
        if request.path == "/-/whoami":
            return Answer(200, {"username": "ann"})
        keys = {f"key-{number}": token for number, token in enumerate(sorted(self.alive))}
        if request.method == "GET":
            assert request.path == "/-/npm/v1/tokens"
            rows = [{"key": key, "token": token[:8]} for key, token in keys.items()]
            first = dict(request.query).get("page") != "1"
            half = len(rows) // 2
            following = "https://registry.npmjs.org/-/npm/v1/tokens?page=1"
            return Answer(200, {"objects": rows[:half] if first else rows[half:],
                                "urls": {"next": following} if first else {}})  # fmt: skip
        key = request.path.removeprefix("/-/npm/v1/tokens/token/")
        self.alive.remove(keys[key])
        return Answer(204)

    def _sendgrid(self, request: Request) -> Answer:
        keys = {key.secret: ident for ident, key in self.mail.items()}
        acting = keys.get(self._bearer(request))
        if acting is None:
            return failure(401)
        if request.path == "/v3/scopes":
            return Answer(200, {"scopes": self.mail[acting].scopes})
        if (request.method, request.path) == ("POST", "/v3/api_keys"):
            asked = json.loads(request.body)
            secret = self.mail_key(asked["name"], asked["scopes"])
            return Answer(201, {"api_key": secret, "api_key_id": secret.split(".")[1], **asked})
        if request.path == "/v3/api_keys":
            rows = [{"api_key_id": ident, "name": key.name} for ident, key in self.mail.items()]
            return Answer(200, {"result": rows})
        ident = request.path.removeprefix("/v3/api_keys/")
        if ident not in self.mail:
            return failure(404)
        if request.method == "DELETE":
            del self.mail[ident]
            return Answer(204)
        key = self.mail[ident]
        return Answer(200, {"api_key_id": ident, "name": key.name, "scopes": key.scopes})


def _passed(fake: Vault | Conjur, request: Request) -> Answer:
    """What the fake of a store says, which the programs of `keystop prevent` ask, too."""
    query = f"?{urlencode(request.query)}" if request.query else ""
    headers = {name.lower(): value for name, value in request.headers.items()}
    said = fake.answer(Asked(request.method, request.path + query, headers, request.body))
    return Answer(said.status, said.body, {"Content-Type": said.kind})
