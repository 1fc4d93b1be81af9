"""What a PEM block holds, as far as its first bytes tell: a key of which kind and size."""

from __future__ import annotations

import binascii

_BASE64 = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
_OTHER = bytes(byte for byte in range(256) if byte not in _BASE64)
# Line breaks as they stand in string literals, HTML and URLs.
_BREAKS = (b"\\r", b"\\n", b"\\t", b"&#10;", b"&#xA;", b"&#13;", b"%0A", b"%0a", b"%0D", b"%0d")
_OPENSSH = b"openssh-key-v1\0"
# Object identifiers of algorithms. Source: RFC 8017, 5480, 8410, 3279.
_ALGORITHMS = {
    bytes.fromhex("2a864886f70d010101"): "RSA",
    bytes.fromhex("2a864886f70d01010a"): "RSA",
    bytes.fromhex("2a8648ce3d0201"): "EC",
    bytes.fromhex("2b656e"): "X25519",
    bytes.fromhex("2b6570"): "Ed25519",
    bytes.fromhex("2b656f"): "X448",
    bytes.fromhex("2b6571"): "Ed448",
    bytes.fromhex("2a8648ce380401"): "DSA",
}
_INTEGER, _OCTETS, _IDENTIFIER, _SEQUENCE = 0x02, 0x04, 0x06, 0x30


def describe(block: bytes) -> str:
    """Words such as "an RSA key of 2,048 bits"; empty where the body is no key, or cut short."""
    data = _body(block)
    if data.startswith(_OPENSSH):
        cipher = _string(data, len(_OPENSSH))
        return "an OpenSSH key" if cipher == b"none" else "an OpenSSH key under a passphrase"
    tag, content, _, whole = _element(data)
    if tag != _SEQUENCE or not whole:
        return ""
    tag, first, rest, _ = _element(content)
    if tag == _SEQUENCE:
        return "a key under a passphrase" if _element(rest)[0] == _OCTETS else ""
    tag, second, _, _ = _element(rest)
    if tag == _SEQUENCE:  # PKCS #8: version, algorithm, the key itself
        kind, identifier, _, _ = _element(second)
        name = _ALGORITHMS.get(identifier, "") if kind == _IDENTIFIER else ""
        return f"a key for {name}" if name else "a private key"
    if tag == _INTEGER and first == b"\0":
        size = int.from_bytes(second).bit_length()
        return f"an RSA or DSA key of {size:,} bits"
    if tag == _OCTETS:
        return f"an EC key of {8 * len(second):,} bits"
    return ""


def _body(block: bytes) -> bytes:
    text = block.partition(b"KEY")[2].partition(b"-----")[2].partition(b"-----END")[0]
    for sign in _BREAKS:
        text = text.replace(sign, b"\n")
    text = b"".join(line for line in text.split(b"\n") if b":" not in line)
    text = text.translate(None, _OTHER)
    text = text[: len(text) - (len(text) % 4 == 1)]
    return binascii.a2b_base64(text + b"=" * (-len(text) % 4))


def _string(data: bytes, place: int) -> bytes:
    size = int.from_bytes(data[place : place + 4])
    return data[place + 4 : place + 4 + size]


def _element(data: bytes) -> tuple[int, bytes, bytes, bool]:
    """Tag, content and rest of the first DER element; whether it is there whole."""
    if len(data) < 2:
        return 0, b"", b"", False
    size, begin = data[1], 2
    if size > 0x80:
        begin = 2 + (size & 0x7F)
        size = int.from_bytes(data[2:begin])
    end = begin + size
    return data[0], data[begin:end], data[end:], end <= len(data)
