"""The client against a real TLS server: what it sends, what it takes, and what it says else."""

from __future__ import annotations

import socket
import ssl
import time
from datetime import UTC, datetime, timedelta

import pytest
import trustme

from keystop import __version__
from keystop.verify import client as module
from keystop.verify.client import LARGEST, Client, NoAnswer, Request, trusting_system
from tests.verify.conftest import PUBLIC, Asker, Vendor, answer

HOST = "vendor.example.com"
REQUEST = Request("GET", HOST, "/v1/me?limit=1", {"X-Key": "a made-up value"})


def test_this_is_what_is_sent(vendor: Vendor, asker: Asker) -> None:
    vendor.reset(answer(200, {"id": 1}))
    got = asker().ask(REQUEST)
    assert (got.status, got.body) == (200, b'{"id": 1}')
    assert vendor.dialled == [PUBLIC]
    (sent,) = vendor.requests
    assert sent.decode().splitlines() == [
        "GET /v1/me?limit=1 HTTP/1.1",
        "Accept-Encoding: identity",
        f"Host: {HOST}",
        f"User-Agent: keystop/{__version__}",
        "Accept: application/json",
        "Connection: close",
        "X-Key: a made-up value",
        "",
    ]


def test_a_body_is_sent(vendor: Vendor, asker: Asker) -> None:
    vendor.reset(answer(200))
    asker().ask(Request("POST", HOST, "/", {}, b"keystop"))
    assert vendor.requests[0].endswith(b"\r\n\r\nkeystop")


def test_the_address_that_was_looked_at_is_the_one_that_is_dialled(
    vendor: Vendor, asker: Asker
) -> None:
    """A name that means another address a moment later is not asked a second time."""
    vendor.reset(answer(200))
    answers = iter([["1.1.1.1"], ["127.0.0.1"]])
    asker(resolve=lambda _: next(answers)).ask(REQUEST)
    assert vendor.dialled == ["1.1.1.1"]


def test_the_second_address_is_dialled_where_the_first_cannot_be_reached(
    vendor: Vendor, asker: Asker
) -> None:
    vendor.reset(answer(200))
    tried: list[str] = []

    def dial(address: str, seconds: float) -> socket.socket:
        tried.append(address)
        if len(tried) == 1:
            raise ConnectionRefusedError
        return vendor.dial(address, seconds)

    asker(resolve=lambda _: ["1.1.1.1", PUBLIC], dial=dial).ask(REQUEST)
    assert tried == ["1.1.1.1", PUBLIC]


# --- TLS


def test_a_certificate_of_nobody_known_is_refused(vendor: Vendor, asker: Asker) -> None:
    with pytest.raises(NoAnswer, match="certificate is not one that this system trusts"):
        asker(context=trusting_system()).ask(REQUEST)
    assert vendor.requests == []


def test_a_certificate_of_another_name_is_refused(vendor: Vendor, asker: Asker) -> None:
    with pytest.raises(NoAnswer, match="certificate is not one that this system trusts"):
        asker().ask(Request("GET", "other.example.org", "/"))
    assert vendor.requests == []


def test_a_certificate_that_ended_is_refused(asker: Asker, authority: trustme.CA) -> None:
    yesterday = datetime.now(UTC) - timedelta(days=1)
    old = authority.issue_cert(HOST, not_after=yesterday)
    server = Vendor(old)
    try:
        with pytest.raises(NoAnswer, match="certificate is not one"):
            asker(dial=server.dial).ask(REQUEST)
        assert server.requests == []
    finally:
        server.close()


@pytest.mark.filterwarnings("ignore:ssl.TLSVersion:DeprecationWarning")
def test_old_tls_is_refused(asker: Asker, authority: trustme.CA) -> None:
    server = Vendor(authority.issue_cert(HOST))
    server.context.maximum_version = ssl.TLSVersion.TLSv1_1
    server.context.minimum_version = ssl.TLSVersion.TLSv1
    server.context.set_ciphers("ALL:@SECLEVEL=0")
    try:
        with pytest.raises(NoAnswer, match="no TLS connection could be made"):
            asker(dial=server.dial).ask(REQUEST)
        assert server.requests == []
    finally:
        server.close()


def test_no_tls_at_all_is_refused(asker: Asker) -> None:
    listener = socket.create_server(("127.0.0.1", 0))

    def dial(_address: str, seconds: float) -> socket.socket:
        made = socket.create_connection(listener.getsockname(), seconds)
        server, _ = listener.accept()
        server.sendall(answer(200, {"id": 1}))
        server.shutdown(socket.SHUT_WR)
        peers.append(server)
        return made

    peers: list[socket.socket] = []
    with listener, pytest.raises(NoAnswer, match="no TLS connection could be made"):
        asker(dial=dial).ask(REQUEST)
    peers[0].close()


def test_the_default_is_strict(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SSLKEYLOGFILE", "/nowhere/keys")
    context = trusting_system()
    assert context.verify_mode is ssl.CERT_REQUIRED
    assert context.check_hostname
    assert context.minimum_version is ssl.TLSVersion.TLSv1_2
    assert context.keylog_filename is None


# --- the environment


def test_proxies_of_the_environment_are_not_used(
    vendor: Vendor, asker: Asker, monkeypatch: pytest.MonkeyPatch
) -> None:
    vendor.reset(answer(200))
    for name in ("http_proxy", "https_proxy", "all_proxy"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
        monkeypatch.setenv(name.upper(), "http://127.0.0.1:9")
    asker().ask(REQUEST)
    assert vendor.dialled == [PUBLIC]
    assert vendor.requests[0].startswith(b"GET /v1/me?limit=1 HTTP/1.1\r\n")


def test_port_443_is_dialled_and_looked_up(monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[object] = []

    def look_up(host: str, port: int, **_: object) -> list[object]:
        seen.append((host, port))
        return [(0, 0, 0, "", (PUBLIC, port))]

    def connect(address: tuple[str, int], seconds: float) -> socket.socket:
        seen.append((address, seconds))
        raise ConnectionRefusedError

    monkeypatch.setattr(socket, "getaddrinfo", look_up)
    monkeypatch.setattr(socket, "create_connection", connect)
    with pytest.raises(NoAnswer, match=f"{HOST} cannot be reached"):
        Client().ask(REQUEST)
    assert seen == [(HOST, 443), ((PUBLIC, 443), module.CONNECT)]


# --- answers that are none


def stalls(connection: socket.socket) -> None:
    connection.recv(1)  # until the client leaves


def drips(connection: socket.socket) -> None:
    connection.sendall(b"HTTP/1.1 200 Fine\r\nContent-Length: 1000\r\n\r\n")
    while True:
        connection.sendall(b"x")
        time.sleep(0.02)


def resets(connection: socket.socket) -> None:
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
    socket.socket.close(connection)


def drips_headers(connection: socket.socket) -> None:
    connection.sendall(b"HTTP/1.1 200 Fine\r\n")
    while True:
        connection.sendall(b"X-More: 1\r\n")
        time.sleep(0.02)


NOTHING = {
    "silence": (stalls, "no whole answer came in time"),
    "a byte now and then": (drips, "no whole answer came in time"),
    "a header now and then": (drips_headers, "no whole answer came in time|no HTTP answer"),
    "a reset": (resets, "the connection failed"),
    "nothing": (b"", "the connection failed"),
    "no HTTP": (b"220 mail.example.com ESMTP\r\n\r\n", "what came back is no HTTP answer"),
    "bytes": (bytes(range(256)), "what came back is no HTTP answer"),
    "a cut body": (
        b"HTTP/1.1 200 Fine\r\nContent-Length: 99\r\n\r\nshort",
        "the answer is cut short",
    ),
    "a cut chunk": (
        b"HTTP/1.1 200 Fine\r\nTransfer-Encoding: chunked\r\n\r\nff\r\nshort",
        "what came back is no HTTP answer",
    ),
    "a status of letters": (b"HTTP/1.1 OK Fine\r\n\r\n", "what came back is no HTTP answer"),
    "a long line": (
        b"HTTP/1.1 200 Fine\r\nX: " + b"x" * 70_000 + b"\r\n\r\n",
        "what came back is no HTTP answer",
    ),
    "too much": (answer(200, "x" * (LARGEST + 1)), "the answer is longer than 64 kB"),
    "too much in chunks": (
        b"HTTP/1.1 200 Fine\r\nTransfer-Encoding: chunked\r\n\r\n"
        + b"ffff\r\n" + b"x" * 0xFFFF + b"\r\n" + b"ffff\r\n" + b"x" * 0xFFFF + b"\r\n0\r\n\r\n",
        "the answer is longer than 64 kB",
    ),
}  # fmt: skip


@pytest.mark.parametrize(("reply", "words"), NOTHING.values(), ids=NOTHING)
def test_what_is_no_answer(reply: object, words: str, vendor: Vendor, asker: Asker) -> None:
    vendor.reset(reply)  # type: ignore[arg-type]
    with pytest.raises(NoAnswer, match=words):
        asker(total=0.25).ask(REQUEST)
    assert len(vendor.requests) == 1


def test_a_name_that_is_looked_up_for_ever_is_left(asker: Asker) -> None:
    def resolve(_host: str) -> list[str]:
        time.sleep(0.5)
        return []

    with pytest.raises(NoAnswer, match="no whole answer came in time"):
        asker(resolve=resolve, total=0.05).ask(REQUEST)


@pytest.mark.parametrize(
    ("resolve", "words"),
    [
        (lambda _: [], f"{HOST} has no address"),
        (lambda _: (_ for _ in ()).throw(socket.gaierror(-2, "no")), f"{HOST} cannot be looked up"),
        (lambda _: 1 / 0, r"the request failed \(ZeroDivisionError\)"),
    ],
)
def test_names_that_lead_nowhere(resolve: object, words: str, asker: Asker) -> None:
    with pytest.raises(NoAnswer, match=words):
        asker(resolve=resolve).ask(REQUEST)


def test_the_largest_answer_is_read(vendor: Vendor, asker: Asker) -> None:
    vendor.reset(answer(200, "x" * LARGEST))
    assert len(asker().ask(REQUEST).body) == LARGEST


# --- redirects and the second try


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_a_redirect_is_not_followed(status: int, vendor: Vendor, asker: Asker) -> None:
    vendor.reset(answer(status, Location=f"https://{HOST}/elsewhere"))
    assert asker().ask(REQUEST).status == status
    assert len(vendor.requests) == 1


@pytest.mark.parametrize(
    ("header", "slept"), [("3", [3]), ("0", [1]), ("5", [5])], ids=["3 s", "at once", "5 s"]
)
def test_a_short_wait_is_kept(header: str, slept: list[int], vendor: Vendor, asker: Asker) -> None:
    vendor.reset(answer(429, retry_after=header), answer(200))
    pauses: list[float] = []
    assert asker(sleep=pauses.append).ask(REQUEST).status == 200
    assert pauses == slept
    assert len(vendor.requests) == 2


@pytest.mark.parametrize(
    "header",
    [{}, {"retry_after": "6"}, {"retry_after": "9" * 5000}, {"retry_after": "-1"},
     {"retry_after": "Mon, 30 Nov 2026 10:00:00 GMT"}],
    ids=["no word", "long", "very long", "negative", "a date"],
)  # fmt: skip
def test_what_takes_long_is_not_waited_for(
    header: dict[str, str], vendor: Vendor, asker: Asker
) -> None:
    vendor.reset(answer(429, **header), answer(200))
    pauses: list[float] = []
    assert asker(sleep=pauses.append).ask(REQUEST).status == 429
    assert pauses == []
    assert len(vendor.requests) == 1


def test_it_is_tried_again_only_once(vendor: Vendor, asker: Asker) -> None:
    vendor.reset(answer(429, retry_after="1"))
    pauses: list[float] = []
    assert asker(sleep=pauses.append).ask(REQUEST).status == 429
    assert pauses == [1]
    assert len(vendor.requests) == 2


@pytest.mark.parametrize("status", [500, 503])
def test_a_broken_server_is_not_asked_again(status: int, vendor: Vendor, asker: Asker) -> None:
    vendor.reset(answer(status, retry_after="1"))
    assert asker(sleep=None).ask(REQUEST).status == status
    assert len(vendor.requests) == 1


# --- what is sent is nowhere to be seen


@pytest.mark.parametrize("sign", ["\r", "\n", "\u20ac", "\ud800"])
def test_a_header_that_cannot_be_sent_is_not_quoted(
    sign: str, vendor: Vendor, asker: Asker
) -> None:
    value = f"made-up{sign}value"
    with pytest.raises(NoAnswer) as raised:
        asker().ask(Request("GET", HOST, "/", {"X-Key": value}))
    assert "made-up" not in str(raised.value)
    assert vendor.requests == []


def test_a_request_has_no_text() -> None:
    assert "made-up" not in repr(REQUEST)
