"""Which names and addresses are asked: names of the public internet, addresses of it alone."""

from __future__ import annotations

import re
from ipaddress import IPv4Address, ip_address, ip_network
from typing import NamedTuple
from urllib.parse import urlsplit

from keystop.errors import Usage

# A name of at least two labels in plain small letters that ends in one without digits: no address
# in any spelling, no dot at its end, nothing that a name service would have to translate.
HOST = re.compile(r"(?=.{4,253}\Z)(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]{2,63}", re.ASCII)

# The registries of special-purpose addresses (RFC 6890 and what followed it).
_CLOSED_4 = tuple(map(ip_network, (
    "0.0.0.0/8",        # this network
    "10.0.0.0/8",       # private
    "100.64.0.0/10",    # shared by the customers of a carrier
    "127.0.0.0/8",      # this machine
    "168.63.129.16/32", # the host below a virtual machine of Azure
    "169.254.0.0/16",   # link-local, and the metadata of clouds
    "172.16.0.0/12",    # private
    "192.0.0.0/24",     # protocols
    "192.0.2.0/24",     # documentation
    "192.88.99.0/24",   # relays of 6to4
    "192.168.0.0/16",   # private
    "198.18.0.0/15",    # benchmarks
    "198.51.100.0/24",  # documentation
    "203.0.113.0/24",   # documentation
    "224.0.0.0/4",      # multicast
    "240.0.0.0/4",      # reserved, broadcast
)))  # fmt: skip
# All that is public is in here: loopback, mapped, NAT64, private and link-local addresses are not.
_OPEN_6 = ip_network("2000::/3")
_CLOSED_6 = tuple(map(ip_network, (
    "2001::/23",        # protocols: Teredo, benchmarks, ORCHID
    "2001:db8::/32",    # documentation
    "2002::/16",        # 6to4: an IPv4 address is within
    "3fff::/20",        # documentation
)))  # fmt: skip


class Url(NamedTuple):
    """Where a request goes: the host's name, and path with query."""

    host: str
    target: str


def public(address: str) -> bool:
    """Whether a numeric address is one of the public internet."""
    try:
        number = ip_address(address)
    except ValueError:
        return False
    if isinstance(number, IPv4Address):
        return not any(number in network for network in _CLOSED_4)
    if number.scope_id is not None or number not in _OPEN_6:
        return False
    # Where the last half begins with these a network of the site's own (ISATAP) has IPv4 within.
    if (int(number) >> 32) & 0xFCFF_FFFF == 0x5EFE:
        return False
    return not any(number in network for network in _CLOSED_6)


def parsed(url: str) -> Url:
    """The parts of an https address on the usual port. Raises Usage, which does not quote it."""
    if not url.isascii() or not url.isprintable() or " " in url or "\\" in url:
        raise Usage("it is no address: it holds a space, a backslash or a sign beyond ASCII")
    try:
        parts = urlsplit(url)
    except ValueError:
        raise Usage("it is no address") from None
    if parts.scheme != "https":
        raise Usage("it is to begin with https://")
    if "@" in parts.netloc or ":" in parts.netloc:
        raise Usage("it has a user, a password or a port")
    if not HOST.fullmatch(parts.netloc):
        raise Usage("its host is no name of the public internet")
    if "#" in url or not parts.path.startswith("/"):
        raise Usage("it has no path, or a fragment")
    return Url(parts.netloc, parts.path + (f"?{parts.query}" if parts.query else ""))
