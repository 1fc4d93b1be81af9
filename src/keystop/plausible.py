"""Whether a literal that is assigned to a secret-sounding name looks like a secret."""

from __future__ import annotations

from keystop import quiet

_VOWELS = frozenset(b"aeiouyAEIOUY")
_PRINTABLE = bytes(range(0x21, 0x7F))
_USUAL = b"0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ-_.:/,;+=?*()[]{}<>&|\\"
# What is assigned to a name like "token" in code and is none: kinds, states, fields.
_ENDINGS = (b".com", b".org", b".net", b".io", b".dev", b".local", b".html", b".json", b".xml")


def plausible(value: bytes, *, password: bool, strict: bool) -> bool:
    """Whether value may be a secret.

    A password may be short; a token, key or secret is machine-made: longer, with digits. strict
    asks for more, where the place says little (an unquoted word in prose).
    """
    size = len(value)
    if size < 8 or size > 200 or value.translate(None, _PRINTABLE):
        return False
    digits = size - len(value.translate(None, b"0123456789"))
    letters = sum(1 for byte in value if 65 <= byte <= 90 or 97 <= byte <= 122)
    if digits == size or not letters or quiet.reference(value) or quiet.placeholder(value):
        return False
    if _known(value, digits) or wordlike(value):
        return False
    symbols = size - digits - letters
    odd = len(value[:-1].translate(None, _USUAL))
    kinds = (value != value.lower()) + (value != value.upper()) + (digits > 0) + (symbols > 0)
    if password:
        return kinds >= 3 or (not strict and kinds >= 2 and (digits > 0 or odd > 0))
    return (
        size >= 12
        and digits >= 2
        and letters >= 2
        and symbols <= size // 4
        and (kinds >= 3 or not strict)
        and quiet.entropy(value) >= 2.75  # of 32 hexadecimal digits: 99.99 % have more
    )


def _known(value: bytes, digits: int) -> bool:
    """Addresses, paths, file names, dates, versions, expressions."""
    value = value.rstrip(b"=")
    lower = value.lower()
    if b"://" in value or value[:1] in b"/.#<[{@:-" or value[:2] == b"~/":
        return True
    if lower.endswith(_ENDINGS) or (b"@" in value and b"." in value.rpartition(b"@")[2]):
        return True
    if any(sign in value for sign in (b"()", b"[]", b"==", b"&&", b"||", b'"', b"'", b"`", b"{}")):
        return True
    if value.count(b"/") >= 2 and digits < 4:
        return True
    head, _, ending = value.rpartition(b".")
    if head and ending.isalpha() and len(ending) <= 5 and digits < 4:
        return True
    # dotted names: com.example.auth.token, user.password.reset
    return value.count(b".") >= 2 and digits < 4


def wordlike(value: bytes) -> bool:
    """Whether words in the usual spellings make the value: snake_case, kebab-case, camelCase."""
    for sign in b"-_.:/+,;=":
        if sign in value:
            value = value.replace(bytes((sign,)), b" ")
    for part in value.split():
        letters = part.strip(b"0123456789")
        if len(part) - len(letters) > 2 or (letters and not letters.isalpha()):
            return False
        humps = 0
        vowels = 0
        before = 0
        for byte in letters:
            humps += 97 <= before <= 122 and 65 <= byte <= 90
            vowels += byte in _VOWELS
            before = byte
        if humps > 1 + len(letters) // 5 or (len(letters) > 4 and vowels * 6 < len(letters)):
            return False
        if (
            letters not in (letters.lower(), letters.upper())
            and not humps
            and not letters.istitle()
        ):
            return False
    return True
