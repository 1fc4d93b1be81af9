"""Whether the password in a URL may be one, judged together with its user and its host."""

from __future__ import annotations

from keystop import quiet

_END = bytes(0x20 if byte in b" \t\r\n/?#\"'`<>|\\,;" else byte for byte in range(256))
_LETTERS = b"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
_EXAMPLES = (b"example.com", b"example.org", b"example.net")
_NOWHERE = (b".example", b".invalid", b".test", b".local", b"localhost")
# Users of examples, and passwords that say the token stands elsewhere.
_USERS = frozenset((b"user", b"username", b"usr", b"foo", b"login", b"joe"))
_NO_PASSWORDS = frozenset((b"x-oauth-basic", b"x-token-auth"))


# What is looked at of a URL, from its scheme on.
REACH = 367


def plausible(url: bytes, how: str) -> bool:
    """Whether user, password and host of a URL look real.

    A weak password for a host without a domain is one of a test; a password like the user is
    none. how is "plain" or "strict": then words as password are none either, as the URLs of the
    web have them in examples.
    """
    begin = url.find(b"://", 0, 64)
    if begin < 0:
        return False
    authority = url[begin + 3 : begin + 303].translate(_END).partition(b" ")[0]
    credentials, _, host = authority.replace(b"%20", b"-").rpartition(b"@")
    user, _, password = credentials.partition(b":")
    if len(password) < 4 or password.lower() == user.lower():
        return False
    if quiet.reference(password) or quiet.placeholder(password):
        return False
    name = host.lower().partition(b":")[0]
    if name in _EXAMPLES or name.endswith(tuple(b"." + known for known in _EXAMPLES)):
        return False
    if _inside(name) and (len(password) < 8 or _word(password, b"0123456789_!-", 4)):
        return False
    return how != "strict" or not (
        user.lower() in _USERS
        or password in _NO_PASSWORDS
        or len(password) < 6
        or password.isdigit()
        or _word(password, b"0123456789", 2)
    )


def _inside(host: bytes) -> bool:
    """Whether a host is this machine, a name without a domain, or one that cannot exist."""
    return (
        b"." not in host
        or host.startswith((b"127.", b"0.0.0.0", b"[::1"))
        or host.endswith(_NOWHERE)
    )


def _word(password: bytes, ends: bytes, most: int) -> bool:
    """Whether letters make a password, with at most so many of ends after them."""
    stem = password.rstrip(ends)
    return len(password) - len(stem) <= most and not stem.translate(None, _LETTERS)
