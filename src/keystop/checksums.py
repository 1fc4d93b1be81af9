"""What can be told about a value without asking anybody: checksums and structures.

Each check is a pair: valid(value) tells whether it holds, complete(value) mends the value's
check part, so that examples can be generated.
"""

from __future__ import annotations

import binascii

from keystop import quiet

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

_BASE62 = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
_BASE58 = b"123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"
_HEX = b"0123456789abcdefABCDEF"
# Everything that is no letter and no digit made a space.
_WORDS = bytes(byte if byte in _BASE62 else 0x20 for byte in range(256))
# Passwords of documentation: of `user:pass`, and of the header's own specification.
_SHOWN = frozenset(
    b"pass passwd password pwd secret token test bar guest admin sesame tiger changeit p4ssw0rd "
    b"passw0rd pass123 pass1234 mypass mypassword mysecret s3cr3t gx1fbat3bv".split()
) | {b"open sesame", b"opensesame"}


def _base62(number: int, length: int) -> bytes:
    digits = bytearray()
    while number:
        number, digit = divmod(number, 62)
        digits.append(_BASE62[digit])
    digits.reverse()
    return bytes(digits).rjust(length, b"0")


def _github(value: bytes) -> bytes:
    """The last six characters are the CRC32 of the part between prefix and checksum, in base 62.

    Source: github.blog, "Behind GitHub's new authentication token formats", 2021-04-05.
    """
    head, _, body = value.rpartition(b"_")
    return head + b"_" + body[:-6] + _base62(binascii.crc32(body[:-6]), 6)


def _jwt_sound(value: bytes) -> bool:
    """A header that names an algorithm, claims in JSON; not the samples of jwt.io and PyJWT."""
    parts = value.split(b".")
    header = base64url(parts[0])
    if not header.startswith(b"{") or b'"alg"' not in header or b'"none"' in header:
        return False
    if len(parts) < 2 or not parts[1].startswith(b"e"):
        return True
    claims = base64url(parts[1])
    shown = (b"1234567890", b"John Doe", b'"some":"payload"')
    return claims.startswith(b"{") and not any(sample in claims for sample in shown)


def _jwt_valid(value: bytes) -> bool:
    """A sound one that is not of a kind with a check of its own."""
    return _jwt_sound(value) and not (_of_twilio_client(value) or _of_twilio_account(value))


def _jwe_valid(value: bytes) -> bool:
    header = base64url(value.split(b".", 1)[0])
    return header.startswith(b"{") and b'"alg"' in header and b'"enc"' in header


def _jwe_complete(value: bytes) -> bytes:
    rest = value.split(b".", 1)[1]
    return _encode(b'{"alg":"RSA-OAEP-256","enc":"A256GCM"}') + b"." + rest


def _of_twilio_client(value: bytes) -> bool:
    """Whether the header says that it is an Access Token for Twilio's client libraries."""
    return b"twilio-fpa" in base64url(value.split(b".", 1)[0])


def _of_twilio_account(value: bytes) -> bool:
    """Whether an Account SID stands in the claims, as in OAuth and capability tokens."""
    claims = base64url(value.partition(b".")[2].partition(b".")[0])
    words = claims.translate(_WORDS).split() if b"AC" in claims else []
    return any(
        len(word) == 34 and word.startswith(b"AC") and not word[2:].translate(None, _HEX)
        for word in words
    )


def _twilio_jwt_valid(value: bytes) -> bool:
    return _jwt_sound(value) and _of_twilio_client(value)


def _twilio_account_jwt_valid(value: bytes) -> bool:
    return _jwt_sound(value) and _of_twilio_account(value) and not _of_twilio_client(value)


def _twilio_account_jwt_complete(value: bytes) -> bytes:
    rest = value.split(b".", 2)[2]
    account = b"AC" + binascii.hexlify(_double_sha256(value)[:16])
    claims = b'{"iss":"https://oauth.twilio.com","sub":"%s","exp":2000000000}' % account
    return b".".join((_encode(b'{"alg":"RS256","typ":"JWT"}'), _encode(claims), rest))


def _jwt_complete(value: bytes) -> bytes:
    rest = value.split(b".", 1)[1]
    return _encode(b'{"alg":"HS256","typ":"JWT"}') + b"." + rest


def _twilio_jwt_complete(value: bytes) -> bytes:
    rest = value.split(b".", 1)[1]
    return _encode(b'{"cty":"twilio-fpa;v=1","typ":"JWT","alg":"HS256"}') + b"." + rest


def _base64_json_valid(value: bytes) -> bool:
    start = value.find(b"eyJ")
    return start >= 0 and base64url(value[start:]).startswith(b'{"')


# Fields of the binary format, version 2: what a section ends with, and two kinds of content.
_END, _IDENTIFIER, _SIGNATURE = 0, 2, 6


def _macaroon_valid(value: bytes) -> bool:
    """A macaroon of version 2 behind a prefix: fields of a kind and a length, then the signature.

    Source: github.com/rescrv/libmacaroons, doc/format.txt.
    """
    data = base64url(value.partition(b"-")[2])
    if not data.startswith(b"\x02"):
        return False
    place, kind = 1, _END
    while place < len(data):
        kind = data[place]
        place += 1
        if kind == _END:
            continue
        size = shift = 0
        while place < len(data) and data[place] >= 0x80:
            size |= (data[place] & 0x7F) << shift
            place, shift = place + 1, shift + 7
        if place < len(data):
            size |= data[place] << shift
        place += 1 + size
    return place == len(data) and kind == _SIGNATURE and size == 32


def _macaroon_complete(value: bytes) -> bytes:
    """The same location, and after it fields of random content."""
    prefix, _, rest = value.partition(b"-")
    data = base64url(rest)
    head = data[: 3 + data[2]]
    one, two = _double_sha256(value), _double_sha256(value[1:])
    fields = (_IDENTIFIER, one), (_END, b""), (_IDENTIFIER, two), (_END, b""), (_END, b"")
    for kind, content in (*fields, (_SIGNATURE, _double_sha256(one + two))):
        head += bytes((kind, len(content))) + content if kind else b"\0"
    return prefix + b"-" + _encode(head)


def _printable(value: bytes) -> bytes:
    """The text behind base64, empty where it is no text."""
    text = base64url(value)
    try:
        return text if text.decode().isprintable() else b""
    except UnicodeDecodeError:
        return b""


def _basic_auth_valid(value: bytes) -> bool:
    """`user:password`; or a long machine-made user name without a password."""
    user, colon, password = _printable(value).partition(b":")
    if not colon or (user and password.lower() == user.lower()):
        return False
    if not password:
        return len(user) >= 16 and quiet.entropy(user) >= 3 and not quiet.placeholder_token(user)
    if len(password) < 4 or password.lower() in _SHOWN or password.lower() in user.lower():
        return False
    return not (quiet.placeholder(password) or quiet.reference(password))


def _basic_auth_complete(value: bytes) -> bytes:
    return binascii.b2a_base64(b"deploy:" + value[:17], newline=False)


def _base64_text_valid(value: bytes) -> bool:
    text = _printable(value)
    return len(text) >= 6 and text.lower() not in _SHOWN and not quiet.placeholder(text)


def _base64_text_complete(value: bytes) -> bytes:
    return binascii.b2a_base64(value[:15], newline=False)


def _double_sha256(data: bytes) -> bytes:
    from hashlib import sha256

    return sha256(sha256(data).digest()).digest()


def _base58check_valid(value: bytes) -> bool:
    """The last four bytes are the double SHA-256 of the rest. Source: Bitcoin, BIP 32 and 178."""
    number = 0
    for char in value:
        digit = _BASE58.find(char)
        if digit < 0:
            return False
        number = number * 58 + digit
    data = number.to_bytes((number.bit_length() + 7) // 8)
    return len(data) > 32 and _double_sha256(data[:-4])[:4] == data[-4:]


def _base58check_complete(value: bytes) -> bytes:
    seed = _double_sha256(value)
    data = b"\x80" + seed + b"\x01"
    if value.startswith(b"xprv"):
        data = b"\x04\x88\xad\xe4\x03" + (seed * 3)[:40] + b"\0" + seed
    number = int.from_bytes(data + _double_sha256(data)[:4])
    digits = bytearray()
    while number:
        number, digit = divmod(number, 58)
        digits.append(_BASE58[digit])
    return bytes(reversed(digits))


def _same(value: bytes) -> bytes:
    return value


def _encode(data: bytes) -> bytes:
    return (
        binascii.b2a_base64(data, newline=False)
        .rstrip(b"=")
        .replace(b"+", b"-")
        .replace(b"/", b"_")
    )


def base64url(value: bytes) -> bytes:
    """The bytes behind base64 or base64url, with or without padding; empty where it is neither."""
    plain = value.rstrip(b"=").replace(b"-", b"+").replace(b"_", b"/")
    if len(plain) % 4 == 1:
        plain = plain[:-1]
    try:
        return binascii.a2b_base64(plain + b"=" * (-len(plain) % 4), strict_mode=True)
    except binascii.Error:
        return b""


CHECKS: dict[str, tuple[Callable[[bytes], bool], Callable[[bytes], bytes]]] = {
    "github-crc32": (lambda value: _github(value) == value, _github),
    "jwt": (_jwt_valid, _jwt_complete),
    "macaroon": (_macaroon_valid, _macaroon_complete),
    "twilio-jwt": (_twilio_jwt_valid, _twilio_jwt_complete),
    "twilio-account-jwt": (_twilio_account_jwt_valid, _twilio_account_jwt_complete),
    "jwe": (_jwe_valid, _jwe_complete),
    "basic-auth": (_basic_auth_valid, _basic_auth_complete),
    "base64-text": (_base64_text_valid, _base64_text_complete),
    "base58check": (_base58check_valid, _base58check_complete),
    "base64-json": (_base64_json_valid, _same),
}
