"""The four stores: each can hold a login, and says what a program needs to know to read it."""

from __future__ import annotations

import json
import secrets
import socket
import subprocess
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple, Protocol

from tests.snippets.conjur import ACCOUNT, HOST, Conjur
from tests.snippets.serving import serving
from tests.snippets.vault import Vault

NAME = "prod/twilio"


class Login(NamedTuple):
    """A Twilio login that never was one."""

    account: str
    key: str
    secret: str

    @classmethod
    def made_up(cls) -> Login:
        return cls(
            "AC" + secrets.token_hex(16), "SK" + secrets.token_hex(16), secrets.token_hex(16)
        )

    def fields(self) -> dict[str, str]:
        return {"accountSid": self.account, "apiKeySid": self.key, "apiKeySecret": self.secret}


class Store(Protocol):
    """environment: for a program that may read it. put: the login, or any other value."""

    @property
    def environment(self) -> dict[str, str]: ...

    @property
    def refused(self) -> dict[str, str]:
        """What makes of environment that of a program that may not."""

    def put(self, value: dict[str, str] | str) -> None: ...


class AwsStore:
    """moto's server."""

    def __init__(self, url: str) -> None:
        self._url = url
        self._there = False
        self.environment = {
            "AWS_ENDPOINT_URL_SECRETS_MANAGER": url,
            "AWS_REGION": "eu-west-1",
            "AWS_DEFAULT_REGION": "eu-west-1",
            "AWS_ACCESS_KEY_ID": secrets.token_hex(10),
            "AWS_SECRET_ACCESS_KEY": secrets.token_hex(20),
            "AWS_EC2_METADATA_DISABLED": "true",
        }
        self.refused = {"AWS_ACCESS_KEY_ID": "", "AWS_SECRET_ACCESS_KEY": ""}
        self._ask("/moto-api/reset", {})

    def put(self, value: dict[str, str] | str) -> None:
        text = value if isinstance(value, str) else json.dumps(value)
        if self._there:
            self._ask("/", {"SecretId": NAME, "SecretString": text}, "PutSecretValue")
        else:
            self._ask("/", {"Name": NAME, "SecretString": text}, "CreateSecret")
        self._there = True

    def value(self) -> str:
        """What is stored."""
        answer = self._ask("/", {"SecretId": NAME}, "GetSecretValue")
        return str(json.loads(answer)["SecretString"])

    def _ask(self, path: str, body: dict[str, str], action: str = "") -> bytes:
        headers = {
            "Content-Type": "application/x-amz-json-1.1",
            "X-Amz-Target": f"secretsmanager.{action}",
            "Authorization": "AWS4-HMAC-SHA256 "
            "Credential=x/20260101/eu-west-1/secretsmanager/aws4_request",
        }
        data = json.dumps(body).encode()
        request = urllib.request.Request(self._url + path, data, headers, method="POST")
        with urllib.request.urlopen(request) as answer:
            return bytes(answer.read())


class VaultStore:
    """Our fake of Vault; the program has a token, or, by_role, logs in with AppRole."""

    def __init__(self, url: str, vault: Vault, *, by_role: bool) -> None:
        self._vault = vault
        self.environment = {"VAULT_ADDR": url}
        if by_role:
            self.environment |= {"VAULT_ROLE_ID": vault.role, "VAULT_SECRET_ID": vault.secret_id}
            self.refused = {"VAULT_SECRET_ID": secrets.token_hex(16)}
        else:
            self.environment |= {"VAULT_TOKEN": vault.token}
            self.refused = {"VAULT_TOKEN": secrets.token_hex(16)}

    def put(self, value: dict[str, str] | str) -> None:
        self._vault.put("twilio", value if isinstance(value, dict) else {"value": value})


class ConjurStore:
    """Our fake of Conjur."""

    def __init__(self, url: str, conjur: Conjur) -> None:
        self._conjur = conjur
        self.environment = {
            "CONJUR_APPLIANCE_URL": url,
            "CONJUR_ACCOUNT": ACCOUNT,
            "CONJUR_AUTHN_LOGIN": HOST,
            "CONJUR_AUTHN_API_KEY": conjur.key,
        }
        self.refused = {"CONJUR_AUTHN_API_KEY": secrets.token_hex(28)}

    def put(self, value: dict[str, str] | str) -> None:
        text = value if isinstance(value, str) else json.dumps(value)
        self._conjur.put(NAME, text.encode())


@contextmanager
def opened(name: str, moto: str) -> Iterator[Store]:
    """An empty store of that name; moto is the address of moto's server."""
    if name == "aws":
        yield AwsStore(moto)
    elif name == "conjur":
        conjur = Conjur()
        with serving(conjur.answer) as url:
            yield ConjurStore(url, conjur)
    else:
        vault = Vault()
        with serving(vault.answer) as url:
            yield VaultStore(url, vault, by_role=name == "vault by role")


@contextmanager
def moto_server(python: Path) -> Iterator[str]:
    """The address of moto's server, run by a Python that has it."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    server = subprocess.Popen(
        [python, "-m", "moto.server", "-H", "127.0.0.1", "-p", str(port)],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        for _ in range(300):
            try:
                socket.create_connection(("127.0.0.1", port)).close()
                break
            except ConnectionRefusedError:
                assert server.poll() is None, "moto's server ended"
                time.sleep(0.1)
        yield f"http://127.0.0.1:{port}"
    finally:
        server.terminate()
        server.wait()
