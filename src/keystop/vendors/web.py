"""Requests to vendors that need no library."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from http.client import HTTPException
from urllib import request
from urllib.error import HTTPError, URLError
from urllib.parse import urlsplit

from keystop import __version__
from keystop.vendors import problems
from keystop.vendors.calls import Lost, Patience, Reply

# Method, address, headers, body: the answer. Raises Lost.
Transport = Callable[[str, str, Mapping[str, str], bytes | None], Reply]

SECONDS = 30.0


class _NoRedirects(request.HTTPRedirectHandler):
    """A redirect would take the login to another host."""

    def redirect_request(self, *_: object) -> None:
        return None


def transport(method: str, url: str, headers: Mapping[str, str], body: bytes | None) -> Reply:
    """Send one request. Raises Lost where no whole answer comes."""
    try:
        return _answer(request.Request(url, body, dict(headers), method=method))
    except TimeoutError:
        raise Lost("timeout") from None
    except URLError as error:
        timeout = isinstance(error.reason, TimeoutError)
        raise Lost("timeout" if timeout else "no connection") from None
    except (OSError, HTTPException):
        raise Lost("the connection broke") from None


def _answer(sent: request.Request) -> Reply:
    try:
        with request.build_opener(_NoRedirects()).open(sent, timeout=SECONDS) as answer:
            return Reply(answer.status, dict(answer.headers), answer.read())
    except HTTPError as error:
        with error:
            return Reply(error.code, dict(error.headers), error.read())


class Web:
    """Requests with JSON, tried again where that is safe."""

    def __init__(self, patience: Patience, send: Transport = transport) -> None:
        self._patience = patience
        self._send = send

    def ask(
        self,
        method: str,
        url: str,
        headers: Mapping[str, str],
        body: object = None,
        *,
        expected: tuple[int, ...] = (),
        reads: bool = False,
    ) -> Reply:
        """The answer: of status 2xx, or one that is expected. body is bytes, or sent as JSON.

        reads: it changes nothing, whatever its method is. Raises problems.Failed.
        """
        host = urlsplit(url).hostname or url
        sent = {"User-Agent": f"keystop/{__version__}", "Accept": "application/json", **headers}
        kind, data = "application/octet-stream", body if isinstance(body, bytes) else None
        if body is not None and data is None:
            kind, data = "application/json", json.dumps(body).encode()
        if data:
            sent.setdefault("Content-Type", kind)
        reply = self._patience.send(
            "GET" if reads else method, host, lambda: self._send(method, url, sent, data)
        )
        if 200 <= reply.status < 300 or reply.status in expected:
            return reply
        raise problems.refused(host, reply.status)


def fields(reply: Reply) -> dict[str, object]:
    """The JSON object of an answer, empty where it is none."""
    try:
        read = json.loads(reply.body)
    except ValueError:
        return {}
    return read if isinstance(read, dict) else {}
