"""No request goes to an address that is not of the public internet, however it is written."""

from __future__ import annotations

import ipaddress
import socket
import ssl
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from keystop.errors import Usage
from keystop.records import Place, Verify
from keystop.verify.addresses import parsed, public
from keystop.verify.client import Client, NoAnswer, Request
from keystop.verify.question import Question, Unasked, asked
from tests.verify.conftest import PUBLIC

# What the name service may answer for a vendor's name: each is refused.
REFUSED = {
    "loopback": ["127.0.0.1"],
    "all of loopback": ["127.255.0.9"],
    "this network": ["0.0.0.0"],
    "all of this network": ["0.1.2.3"],
    "private, 10": ["10.0.0.1"],
    "private, 172.16": ["172.16.0.1"],
    "private, 172.31": ["172.31.255.255"],
    "private, 192.168": ["192.168.1.1"],
    "a carrier's customers": ["100.64.0.1"],
    "metadata of Alibaba": ["100.100.100.200"],
    "metadata of AWS, Azure, Google": ["169.254.169.254"],
    "metadata of AWS containers": ["169.254.170.2"],
    "host of Azure": ["168.63.129.16"],
    "metadata of Oracle": ["192.0.0.192"],
    "documentation 1": ["192.0.2.1"],
    "documentation 2": ["198.51.100.7"],
    "documentation 3": ["203.0.113.7"],
    "benchmarks": ["198.19.0.1"],
    "relays of 6to4": ["192.88.99.1"],
    "multicast": ["224.0.0.251"],
    "reserved": ["240.0.0.1"],
    "broadcast": ["255.255.255.255"],
    "loopback of IPv6": ["::1"],
    "unspecified of IPv6": ["::"],
    "IPv4 within, old": ["::127.0.0.1"],
    "IPv4 mapped, loopback": ["::ffff:127.0.0.1"],
    "IPv4 mapped, in hexadecimal": ["::ffff:7f00:1"],
    "IPv4 mapped, metadata": ["::ffff:169.254.169.254"],
    "IPv4 mapped, public": ["::ffff:8.8.8.8"],
    "IPv4 translated": ["::ffff:0:127.0.0.1"],
    "NAT64, loopback": ["64:ff9b::7f00:1"],
    "NAT64, metadata": ["64:ff9b::169.254.169.254"],
    "NAT64 of a site": ["64:ff9b:1::a00:1"],
    "6to4 of a private address": ["2002:a00:1::"],
    "6to4 of loopback": ["2002:7f00:1::1"],
    "Teredo": ["2001:0:4136:e378:8000:63bf:3fff:fdd2"],
    "ORCHID": ["2001:20::1"],
    "documentation of IPv6": ["2001:db8::1"],
    "documentation of IPv6, new": ["3fff::1"],
    "ISATAP": ["2606:4700::5efe:10.0.0.1"],
    "ISATAP, own": ["2606:4700::200:5efe:a00:1"],
    "link-local of IPv6": ["fe80::1"],
    "link-local with its interface": ["fe80::1%eth0"],
    "public with an interface": ["2606:4700::1111%eth0"],
    "site-local": ["fec0::1"],
    "unique local": ["fc00::1"],
    "metadata of AWS by IPv6": ["fd00:ec2::254"],
    "multicast of IPv6": ["ff02::1"],
    "discard": ["100::1"],
    "segment routing": ["5f00::1"],
    "a public one and a private one": [PUBLIC, "10.0.0.1"],
    "a private one first": ["192.168.0.1", PUBLIC],
    "public IPv4 and private IPv6": [PUBLIC, "fd00::1"],
    "public IPv6 and private IPv4": ["2606:4700:4700::1111", "127.0.0.1"],
    "a number": ["2130706433"],
    "hexadecimal": ["0x7f000001"],
    "octal": ["0177.0.0.1"],
    "short": ["127.1"],
    "a dot at the end": ["127.0.0.1."],
    "no address": ["localhost"],
    "empty": [""],
}


# It is never used: no connection is made here.
CONTEXT = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
few = settings(max_examples=50)


class Dialled(Exception):
    """The client would have connected."""


def client(addresses: Sequence[str]) -> Client:
    def dial(_address: str, _seconds: float) -> socket.socket:
        raise Dialled

    return Client(lambda _: addresses, dial, CONTEXT)


@pytest.mark.parametrize("addresses", REFUSED.values(), ids=REFUSED)
def test_an_address_is_refused(addresses: list[str]) -> None:
    with pytest.raises(NoAnswer, match="an address that is not of the public internet"):
        client(addresses).ask(Request("GET", "vendor.example.com", "/"))


@pytest.mark.parametrize("addresses", [[PUBLIC], ["2606:4700:4700::1111"], ["1.1.1.1", PUBLIC]])
def test_public_ones_are_dialled(addresses: list[str]) -> None:
    with pytest.raises(NoAnswer, match="Dialled"):
        client(addresses).ask(Request("GET", "vendor.example.com", "/"))


@few
@given(st.ip_addresses())
def test_what_is_public_is_global_for_python_too(
    address: ipaddress.IPv4Address | ipaddress.IPv6Address,
) -> None:
    if public(str(address)):
        assert address.is_global
        assert not address.is_multicast
        assert not address.is_reserved


@few
@given(st.ip_addresses(v=4), st.sampled_from(["::ffff:", "::", "64:ff9b::", "::ffff:0:"]))
def test_no_wrapped_address_is_public(address: ipaddress.IPv4Address, wrap: str) -> None:
    assert not public(f"{wrap}{address}")


@few
@given(st.ip_addresses(v=4))
def test_no_6to4_address_is_public(address: ipaddress.IPv4Address) -> None:
    number = int(address)
    assert not public(f"2002:{number >> 16:x}:{number & 0xFFFF:x}::1")


@few
@given(st.text())
def test_any_text_is_judged(text: str) -> None:
    assert public(text) in (True, False)


@pytest.mark.parametrize(
    ("host", "address"),
    [
        ("metadata.google.internal", "169.254.169.254"),
        ("instance-data.ec2.internal", "169.254.169.254"),
        ("metadata.goog", "169.254.169.254"),
        ("localhost.localdomain", "127.0.0.1"),
        ("intranet.corp", "10.1.2.3"),
        ("vendor.example.com.127.0.0.1.nip.io", "127.0.0.1"),
        ("kubernetes.default.svc.cluster.local", "10.96.0.1"),
        ("printer.local", "fe80::2%eth0"),
    ],
)
def test_names_of_what_is_not_public_are_refused(host: str, address: str) -> None:
    with pytest.raises(NoAnswer, match=f"^{host} has an address that is not of the public"):
        client([address]).ask(Request("GET", host, "/"))


# Hosts that a client refuses before it looks them up.
NAMES = {
    "an address": "127.0.0.1",
    "a number": "2130706433",
    "hexadecimal": "0x7f000001",
    "hexadecimal parts": "0x7f.0.0.0x1",
    "octal": "0177.0.0.01",
    "short": "127.1",
    "IPv6": "[::1]",
    "IPv6 without brackets": "::1",
    "a bare name": "localhost",
    "a dot at the end": "vendor.example.com.",
    "two dots": "vendor..example.com",
    "capitals": "Vendor.example.com",
    "a dot beyond ASCII": "vendor\u3002example.com",
    "a full-width dot": "127\uff0e0\uff0e0\uff0e1",
    "letters beyond ASCII": "v\u0435ndor.example.com",
    "circled digits": "\u2460\u2461\u2466.0.0.1",
    "a top level in punycode": "vendor.xn--p1ai",
    "a user": "user@vendor.example.com",
    "a port": "vendor.example.com:8443",
    "a space": "vendor.example .com",
    "a new line": "vendor.example.com\n",
    "a NUL": "vendor.example.com\0",
    "an underscore": "_vendor.example.com",
    "a dash first": "-vendor.example.com",
    "long": "a" * 64 + ".example.com",
    "longer": "a." * 127 + "com",
    "empty": "",
}


@pytest.mark.parametrize("host", NAMES.values(), ids=NAMES)
def test_a_host_is_refused_before_it_is_looked_up(host: str) -> None:
    def resolve(_host: str) -> list[str]:
        raise AssertionError("it was looked up")

    with pytest.raises(NoAnswer, match="its host is no name of the public internet"):
        Client(resolve, context=CONTEXT).ask(Request("GET", host, "/"))


@pytest.mark.parametrize(
    "url",
    [
        "http://vendor.example.com/",
        "ftp://vendor.example.com/",
        "//vendor.example.com/",
        "https:vendor.example.com/",
        "https://user@vendor.example.com/",
        "https://user:word@vendor.example.com/",
        "https://vendor.example.com:443/",
        "https://vendor.example.com:8443/",
        "https://vendor.example.com:x/",
        "https://vendor.example.com",
        "https://vendor.example.com/#part",
        "https://vendor.example.com\\@evil.example.org/",
        "https://vendor.example.com/a b",
        "https://vendor.example.com/\r\nHost: evil.example.org",
        "https://vendor.example.com/\u202e",
        *(f"https://{host}/" for host in NAMES.values()),
    ],
)
def test_an_address_of_a_record_is_refused(url: str) -> None:
    with pytest.raises(Usage) as raised:
        parsed(url)
    assert "vendor" not in str(raised.value)


def test_an_address_of_a_record_is_taken_apart() -> None:
    assert parsed("https://vendor.example.com/a/b?c=d") == ("vendor.example.com", "/a/b?c=d")


# --- what a scanned file may put into an address

NOW = datetime(2026, 11, 30, tzinfo=UTC)
HOSTED = Verify("", "", url="https://{org}.example.com/me", auth="none")


def ask_with(pattern: str, text: bytes) -> str:

    how = replace(HOSTED, places=(Place("org", pattern),))
    return asked(how, Question(b"v", b"", text), NOW).request.host


def test_a_file_names_one_label_of_the_vendors_host() -> None:
    assert ask_with(r"org=(?P<it>\S{1,80})", b"org=acme") == "acme.example.com"


@pytest.mark.parametrize(
    "label",
    ["evil.org/", "evil.org#", "evil.org?", "evil.org:80", "a@evil.org", "evil.org\\", "a.b",
     "-a", "a-", "A", "a_b", "%2e", "127.0.0.1", "\u00e4", "a" * 64],
)  # fmt: skip
def test_what_is_more_than_a_label_is_refused(label: str) -> None:
    with pytest.raises(Unasked):
        ask_with(r"org=(?P<it>\S{1,80})", b"org=" + label.encode())


@few
@given(st.binary(min_size=1, max_size=40))
def test_whatever_a_file_says_the_host_stays_the_vendors(label: bytes) -> None:
    try:
        host = ask_with(r"(?s)org=(?P<it>.{1,80})", b"org=" + label)
    except Unasked:
        return
    assert host.removesuffix(".example.com") == label.decode()
    assert host.count(".") == 2
