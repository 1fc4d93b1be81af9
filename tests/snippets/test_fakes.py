"""The fakes are like what they stand for: Conjur's by its description, Vault's by a client."""

from __future__ import annotations

import base64
import os
import subprocess
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from openapi_core import Config, OpenAPI
from openapi_core.exceptions import OpenAPIError
from openapi_core.testing import MockRequest, MockResponse

from tests.snippets.conjur import ACCOUNT, Conjur
from tests.snippets.serving import Request, Response, serving
from tests.snippets.toolchains import Toolchain
from tests.snippets.vault import Vault
from tests.wheelhouse import ROOT

SPECS = Path(os.environ.get("KEYSTOP_SPECS", ROOT.parent / "shared" / "specs"))


@pytest.mark.parametrize("toolchain", ["python"], indirect=True)
def test_vault_is_like_what_its_client_expects(toolchain: Toolchain) -> None:
    vault = Vault()
    with serving(vault.answer) as url:
        given = {"VAULT_ADDR": url, "VAULT_TOKEN": vault.token}
        given |= {"ROLE": vault.role, "SECRET_ID": vault.secret_id, "PATH": os.environ["PATH"]}
        done = subprocess.run(
            (toolchain.command[0], "kv.py"),
            cwd=toolchain.folder, env=given, capture_output=True, text=True,
        )  # fmt: skip
    assert done.stderr == ""
    assert done.stdout.splitlines() == [
        "InvalidPath",
        "1",
        "2",
        "['check-and-set parameter did not match the current version']",
        "{'n': 2} is version 2; {'n': 1} is version 1; InvalidPath",
        "InvalidPath; {'n': 1} is version 1",
        "Forbidden",
        "['invalid role or secret ID']",
        "{'n': 1} is version 1",
    ]


LOGIN = f"/authn/{ACCOUNT}/host%2Ftwilio%2Fapp/authenticate"
VARIABLE = f"/secrets/{ACCOUNT}/variable/"


@pytest.fixture(scope="module")
def described() -> OpenAPI:
    path = SPECS / "conjur" / "spec" / "openapi.yml"
    if not path.exists():
        pytest.skip(f"Conjur's description is not at {path}")
    # It calls bodies of bytes strings.
    config = Config(extra_media_type_deserializers={"application/octet-stream": bytes.decode})
    return OpenAPI.from_file_path(str(path), config)


def exchanges() -> list[tuple[Request, Response]]:
    """All that a client may come to see."""
    conjur = Conjur()
    conjur.put("hidden/value", b"1")
    seen: list[tuple[Request, Response]] = []

    def ask(
        method: str, target: str, headers: dict[str, str] | None = None, body: bytes = b""
    ) -> bytes:
        request = Request(method, target, headers or {}, body)
        response = conjur.answer(request)
        seen.append((request, response))
        return response.body

    key = conjur.key.encode()
    ask("POST", LOGIN, body=key[::-1])
    ask("POST", LOGIN, {"accept-encoding": "base64"}, key)
    token = base64.b64encode(ask("POST", LOGIN, body=key)).decode()
    let_in = {"authorization": f'Token token="{token}"'}
    ask("GET", VARIABLE + "prod%2Ftwilio")
    ask("GET", VARIABLE + "prod%2Ftwilio", let_in)
    ask("POST", VARIABLE + "prod%2Ftwilio", let_in, b"1")
    ask("POST", VARIABLE + "prod%2Ftwilio", let_in, b"2")
    ask("GET", VARIABLE + "prod%2Ftwilio", let_in)
    ask("GET", VARIABLE + "prod%2Ftwilio?version=1", let_in)
    ask("GET", VARIABLE + "prod%2Ftwilio?version=3", let_in)
    ask("GET", VARIABLE + "hidden%2Fvalue", let_in)
    return seen


def test_conjur_answers_as_one_would_think() -> None:
    assert [response.status for _, response in exchanges()] == [
        401, 200, 200, 401, 404, 201, 201, 200, 200, 404, 403,
    ]  # fmt: skip
    assert [exchanges()[place][1].body for place in (7, 8)] == [b"2", b"1"]


def test_conjur_is_like_its_description(described: OpenAPI) -> None:
    for request, response in exchanges():
        if response.status != 401:
            described.validate_request(mock(request))
        described.validate_response(mock(request), answer(response))


def test_the_description_would_notice(described: OpenAPI) -> None:
    request, response = exchanges()[7]
    for wrong in (response._replace(status=206), response._replace(kind="text/html")):
        with pytest.raises(OpenAPIError):
            described.validate_response(mock(request), answer(wrong))
    for wrong_request in (
        request._replace(target=f"/secrets/{ACCOUNT}/nothing/prod%2Ftwilio"),
        request._replace(headers={}),
    ):
        with pytest.raises(OpenAPIError):
            described.validate_request(mock(wrong_request))


def mock(request: Request) -> MockRequest:
    return MockRequest(
        "http://localhost",
        request.method.lower(),
        urlsplit(request.target).path,
        args=request.query,
        headers={name.title(): value for name, value in request.headers.items()},
        data=request.body,
        content_type="application/octet-stream" if "/secrets/" in request.target else "text/plain",
    )


def answer(response: Response) -> MockResponse:
    return MockResponse(response.body, response.status, content_type=response.kind)
