"""What speaks for and against a literal being a secret that is assigned to a telling name.

No single threshold decides: what the characters look like, what the name means, what part the
file plays and what stands around it each give points, and each says why in words.
"""

from __future__ import annotations

import re

from keystop import quiet
from keystop.naming import LONGEST, has_user
from keystop.role import CONFIG, PROSE, is_sample, kind_of, part
from keystop.words import surprise

TYPE_CHECKING = False
if TYPE_CHECKING:
    from keystop.naming import Literal

# A number of so many digits is no count and no date.
_NUMBER = 16
# So many points make it a secret.
ENOUGH = 1.0
_PRINTABLE = bytes(range(0x21, 0x7F))
_DIGITS = b"0123456789"
_LETTERS = b"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
_PASSWORD = (
    b"pass", b"pwd", b"pw", b"pswd", b"pswrd", b"psword", b"pssw", b"paswd", b"paswrd", b"pasword",
    b"identified by",
)  # fmt: skip
# Names that hold a secret whatever it looks like, and names that often hold something else.
_STRONG = (b"secret", b"apikey", b"api_key", b"api-key", b"api.key", b"access", b"private", b"auth")
_WEAK = (b"key", b"auth", b"pat", b"salt", b"hash", b"sign")
# Names of what goes by the name of token, key or password and opens nothing: marks of paging,
# of idempotent requests, of protocols; when something was used.
_HARMLESS = (
    b"nexttoken", b"next_token", b"pagetoken", b"page_token", b"continuation", b"requesttoken",
    b"request_token", b"clienttoken", b"client_token", b"changetoken", b"actiontoken",
    b"synctoken", b"sync_token", b"cancellation", b"websocket", b"idempoten", b"lastused",
    b"last_used", b"expires", b"created", b"updated", b"changed", b"public", b"pub_key",
    b"pubkey", b"partition", b"foreign", b"primary", b"cache", b"sort", b"object", b"s3_key",
    b"csrf", b"xsrf", b"datakey", b"csp", b"integrity", b"hash_key", b"hashkey",
)  # fmt: skip
_ENDINGS = (b".com", b".org", b".net", b".io", b".dev", b".local", b".html", b".json", b".xml")
_EXPRESSIONS = (b"()", b"[]", b"&&", b"||", b"{}", b"\\0", b"\\x")
_SYMBOLS = b"!@#$%^&*?~"
# What stands in identifiers, paths and base64.
_PLAIN = _DIGITS + _LETTERS + b"_-./:+="

_HASHES = (
    b"$1$", b"$2a$", b"$2b$", b"$2x$", b"$2y$", b"$5$", b"$6$", b"$7$", b"$y$", b"$apr1$",
    b"$argon2", b"$pbkdf2", b"$scrypt", b"pbkdf2_", b"pbkdf2:", b"scrypt:", b"argon2$", b"bcrypt",
    b"{SHA", b"{SSHA", b"{MD5}", b"{SMD5}", b"{CRYPT}", b"SCRAM-SHA-", b"sha1$", b"md5$",
)  # fmt: skip

# What may be three words joined to a name, with whatever else before and behind.
_PHRASE = re.compile(rb"(?<![A-Za-z0-9])(?:[a-z]{3,12}[-_]){2}[a-z]{3,12}(?![A-Za-z0-9])")

Points = tuple[float, str]


def reasons(value: bytes, literal: Literal, path: bytes, *, user: bool) -> tuple[str, ...]:
    """What makes value a secret, the strongest first; empty where it is none.

    user: the name of a user is assigned near it.
    """
    if not 6 <= len(value) <= LONGEST:
        return ()
    points = weigh(value, literal, path, user=user)
    if sum(number for number, _ in points) < ENOUGH or ruled_out(value, literal.name, path):
        return ()
    return tuple(reason for _, reason in sorted(points, reverse=True))


def ruled_out(value: bytes, name: bytes, path: bytes) -> str:
    """Why value is no secret at all, whatever its name: a reference, an address; else empty."""
    if not 6 <= len(value) <= LONGEST:
        return "it is too short or too long"
    if value.translate(None, _PRINTABLE):
        return "it is a sentence, or no text"
    if not value.translate(None, _DIGITS) and len(value) < _NUMBER:
        return "it is a number"
    if quiet.reference(value):
        return "it says where the secret is, or computes it"
    if is_sample(path) and quiet.made_up(value):
        return "it is made up, as values in tests, examples and documentation are"
    # What people choose is short, and more often a stand-in for something.
    stands_in = quiet.placeholder if is_password(name) else quiet.placeholder_token
    if stands_in(value) or (len(value) < _NUMBER and quiet.monotonous(value)):
        return "it is a placeholder"
    if quiet.alphabet(value):
        return "it is an alphabet"
    if len(_core(value)) >= 8 and _core(name).endswith(_core(value)):
        return "it is what its name says"
    if value.endswith((b"...", "\u2026".encode())):
        return "it is cut short"
    if value.startswith(b"eyJ") and b"." not in value[:-1] and _is_header(value):
        return "it is the header of a token, without the token"
    if value.startswith(_HASHES):
        return "it is the hash of a password"
    if b"," in value and b"=" in value.rstrip(b"=") and not is_password(name):
        return "it is a list of settings"
    if b"." in value and not value.translate(None, b"0123456789.-"):
        return "it is a number, or a version"
    if _known(value):
        return "it is an address, a path, a file's name or an expression"
    from keystop.published import objection

    return objection(value)


def _core(name: bytes) -> bytes:
    return name.lower().translate(None, b"_- .").rstrip(_DIGITS)


def _is_header(value: bytes) -> bool:
    from keystop.checksums import base64url

    return b'"alg"' in base64url(value)


def _known(value: bytes) -> bool:
    digits = len(value) - len(value.translate(None, _DIGITS))
    value = value.rstrip(b"=")
    lower = value.lower()
    if b"://" in value or value[:1] in b"/.#<[{@:" or lower.startswith((b"~/", b"urn:")):
        return True
    if value.endswith(b"@") and value[:-1].isalpha():
        return True  # what anonymous FTP asks for is the address of whoever comes
    if value[4:5] == b"-" and value[7:8] == b"-" and value[10:11] in (b"T", b"") and digits >= 8:
        return True  # a date
    if lower.endswith(_ENDINGS) or (b"@" in value and b"." in value.rpartition(b"@")[2]):
        return True
    if any(sign in value for sign in _EXPRESSIONS) or value.count(b'"') + value.count(b"'") > 1:
        return True
    if digits < 4 and (value.count(b"/") >= 2 or b"==" in value):
        return True
    head, _, ending = value.rpartition(b".")
    if head and ending.isalpha() and len(ending) <= 5 and digits < 4:
        return True
    # dotted names: com.example.auth.token, user.password.reset
    return value.count(b".") >= 2 and digits < 4


def is_password(name: bytes) -> bool:
    """Whether a name, in small letters, says password."""
    return any(word in name for word in _PASSWORD)


def with_user(text: bytes, literal: Literal, path: bytes) -> bool:
    """Whether a literal is the password of a user whose name is assigned near it."""
    return is_password(literal.name) and has_user(text, literal.start, kind_of(path))


def weigh(value: bytes, literal: Literal, path: bytes, *, user: bool) -> list[Points]:
    """The points for and against, each with its reason."""
    password = is_password(literal.name)
    points = [*_characters(value, password=password), _name(literal.name, password=password)]
    role = part(path)
    if role:
        points.append((-3.0 if "test" in role else -6.0, f"the file is {role}"))
    kind = kind_of(path)
    if not literal.quoted and kind == PROSE:
        points.append((-2.0, "it is a bare word in prose"))
    if kind == CONFIG and not role:
        points.append((1.0, "the file holds settings"))
    if user:
        points.append((1.0, "the name of a user stands beside it"))
    if literal.loose:
        points.append((-1.0, "nothing but space is between name and value"))
    if literal.within:
        points.append((-1.0, "it stands inside a longer string"))
    return [(number, reason) for number, reason in points if number]


def _characters(value: bytes, *, password: bool) -> list[Points]:
    size = len(value)
    bits = surprise(value)
    looks = f"({bits:.1f} bits a character; words have 2 to 4, random ones 7 and more)"
    number = (bits - 5.0) * min(size, 24) / 8
    if not password and size >= _NUMBER and quiet.made_up(value):
        points = [(3.0, "somebody typed it to look machine-made")]
    elif number > 0:
        points = [(min(number, 8.0), f"it reads like random characters {looks}")]
    else:
        points = [(max(number, -8.0), f"it reads like words {looks}")]
    digits = size - len(value.translate(None, _DIGITS))
    odd = len(value) - len(value.translate(None, _SYMBOLS))
    letters = size - len(value.translate(None, _LETTERS))
    if password:
        mixed = (value != value.lower()) + (value != value.upper()) + (digits > 0) + (odd > 0)
        if mixed >= 3:
            points.append((2.0, "it mixes letters, digits and signs as passwords do"))
        return points
    marks = value.translate(None, _PLAIN)
    if size >= _NUMBER and len(set(marks)) >= 6 and number > 0:
        points.append((1.0, "it mixes many signs, as generated passwords do"))
        return points
    phrase = _PHRASE.search(value)
    if phrase and surprise(phrase[0]) < 5.0:
        points.append((-10.0, "three words stand in it, as in the name of something"))
    if size < 12:
        points.append((-6.0, "it is short for something machine-made"))
    if digits < 2:
        points.append((-5.0, "something machine-made has digits"))
    if (letters < 2 and size < _NUMBER) or size - digits - letters > size // 4:
        points.append((-5.0, "it is mostly signs or digits"))
    if quiet.entropy(value) < 2.75:  # of 32 hexadecimal digits: 99.99 % have more
        points.append((-5.0, "few different characters make it"))
    return points


def _name(name: bytes, *, password: bool) -> Points:
    if b"e.g." in name or b"example" in name or b"dummy" in name or b"fake" in name:
        return -6.0, "its name says that it is an example"
    if any(word in name for word in _HARMLESS):
        return -9.0, "its name says that it opens nothing"
    if password:
        return 1.0, "its name says that it is a password"
    if any(word in name for word in _STRONG):
        return 1.0, "its name says that it is a secret"
    if name.endswith(_WEAK):
        return -2.0, "its name may mean something else"
    return 0.0, "its name says that it is a token"
