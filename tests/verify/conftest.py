"""A vendor of our own: a real TLS server on this machine, whose certificates a test makes."""

from __future__ import annotations

import json
import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import trustme

from keystop.engine import shipped_folder
from keystop.records import load
from keystop.verify.client import Client, trusting_system

# An address of the public internet, which nothing in these tests connects to.
PUBLIC = "8.8.8.8"

Reply = bytes | Callable[[socket.socket], None]


def answer(status: int, body: object = "", **headers: str) -> bytes:
    """A whole HTTP answer; what is no text becomes JSON. retry_after="3" is Retry-After: 3."""
    content = body if isinstance(body, str) else json.dumps(body)
    lines = [f"HTTP/1.1 {status} Whatever", f"Content-Length: {len(content.encode())}"]
    lines += [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]
    return "\r\n".join([*lines, "", content]).encode()


class Vendor:
    """Answers each connection with the next of replies, and again with the last one.

    requests are the bytes that came in. dial is how a client connects, dialled what it asked for.
    """

    def __init__(self, certificate: trustme.LeafCert) -> None:
        self.replies: list[Reply] = []
        self.requests: list[bytes] = []
        self.dialled: list[str] = []
        self.context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        certificate.configure_cert(self.context)
        self._closed = False
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._thread = threading.Thread(target=self._serve, daemon=True)
        self._thread.start()

    def dial(self, address: str, seconds: float) -> socket.socket:
        self.dialled.append(address)
        return socket.create_connection(self._listener.getsockname(), seconds)

    def reset(self, *replies: Reply) -> None:
        self.replies, self.requests, self.dialled = list(replies), [], []

    def close(self) -> None:
        self._closed = True
        socket.create_connection(self._listener.getsockname()).close()  # wakes accept
        self._thread.join(5)

    def _serve(self) -> None:
        while True:
            plain, _ = self._listener.accept()
            if self._closed:
                plain.close()
                self._listener.close()
                return
            threading.Thread(target=self._one, args=(plain,), daemon=True).start()

    def _one(self, plain: socket.socket) -> None:
        try:
            with plain, self.context.wrap_socket(plain, server_side=True) as secure:
                request = _read(secure)
                if not request:
                    return
                self.requests.append(request)
                reply = self.replies.pop(0) if len(self.replies) > 1 else self.replies[0]
                if isinstance(reply, bytes):
                    secure.sendall(reply)
                else:
                    reply(secure)
        except (OSError, IndexError):
            pass  # the client has left


def _read(secure: ssl.SSLSocket) -> bytes:
    """A request with its body."""
    data = b""
    while b"\r\n\r\n" not in data:
        more = secure.recv(4096)
        if not more:
            return data
        data += more
    head, _, body = data.partition(b"\r\n\r\n")
    size = 0
    for line in head.lower().split(b"\r\n"):
        if line.startswith(b"content-length:"):
            size = int(line.partition(b":")[2])
    while len(body) < size:
        body += secure.recv(4096)
    return head + b"\r\n\r\n" + body


@pytest.fixture(scope="session")
def authority() -> trustme.CA:
    return trustme.CA()


@pytest.fixture(scope="session")
def trusting(authority: trustme.CA) -> ssl.SSLContext:
    """What keystop trusts, and our own certificates."""
    context = trusting_system()
    authority.configure_trust(context)
    return context


@pytest.fixture(scope="session")
def _vendor(authority: trustme.CA) -> Iterator[Vendor]:
    """One server for all hosts that records name."""
    names = {"vendor.example.com"}
    for record in load(Path(shipped_folder())):
        if record.verify is not None and record.verify.url:
            host = record.verify.url.split("/")[2]
            names.add("*." + host.partition(".")[2] if "{" in host else host)
    made = Vendor(authority.issue_cert(*sorted(names)))
    yield made
    made.close()


@pytest.fixture
def vendor(_vendor: Vendor) -> Vendor:
    _vendor.reset()
    return _vendor


Asker = Callable[..., Client]


@pytest.fixture
def asker(vendor: Vendor, trusting: ssl.SSLContext) -> Asker:
    """Makes clients that reach the vendor, wherever they mean to go."""

    def make(**changes: Any) -> Client:
        return Client(**{
            "resolve": lambda _: [PUBLIC], "dial": vendor.dial, "context": trusting, **changes,
        })  # fmt: skip

    return make
