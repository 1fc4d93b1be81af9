"""What looks like a secret and is none: placeholders, and references to where it is kept."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

# Long enough not to stand in a machine-made value by chance: expected once in more than 10^5
# random values of 40 base-62 characters.
_ANYWHERE = (
    b"example changeme change_me change-me placeholder redacted dummy replaceme insertyour "
    b"notareal iosfodnn7 "
    b"not-a-real not_a_real jbswy3dpehpk3pxp #### **** xxxxx your_ your- 0000000 _here -here "
    b"fake_ fake- sample"
).split()
# What people type who need something that looks like a secret.
_TYPED = (
    b"abcdefg abcdef1 abcd123 abc123 1234567 0123456 9876543 0987654 deadbeef cafebabe qwerty "
    b"a1b2c3 1a2b3c"
).split()
# The same for values that people choose, which are shorter and seldom random.
_IN_PASSWORDS = (
    b"123456 abcdef 987654 xxxx 11111 aaaaa foobar lorem testtest secret123 "
    b"password123 donot do_not do-not undefined"
).split()
# Words that make a placeholder of a value as one of its parts (your-token-here, my_password).
_PARTS = frozenset(
    b"your my the test testing mock here insert replace enter todo fixme foo bar baz some any "
    b"fake invalid none null changeit temp tmp demo user username".split()
)
# What a password is when it is none, in any spelling, with digits and signs after it.
_WEAK = frozenset(
    b"user username root toor admin administrator guest postgres mysql mongo mongodb redis "
    b"rabbitmq test testing tester demo foo bar baz qux tiger hunter letmein changeit changethis "
    b"default hello world abc abcd none null nil undefined empty localhost local dev devel alice "
    b"bob vagrant android docker app minio minioadmin sa value string true false welcome monkey "
    b"dragon login p4ssw0rd p@ssw0rd p@ssword pa55word passw0rd pa$$word pa$$w0rd s3cr3t "
    b"secr3t".split()
)
_NAMES = (b"pass", b"pwd", b"secret", b"token", b"key", b"cred")
# By what vendors mark the keys of their test modes, behind their own names.
_TEST_MODES = frozenset(b"test sandbox sbx sdbx".split())
# Expressions: they begin with a scope, ...
_SCOPES = tuple(
    b"process.env os.environ env. env[ secrets. vault: arn:aws config. config[ settings. self. "
    b"this. data. var. local. params request. req. args. options. opts. ctx. context. ssm: kms: "
    b"enc[ op:// ref+ app. props. state. system. environment. module. each. count. random_".split()
)
# ... or hold a template, ...
_TEMPLATES = (
    (b"${", b"}"), (b"{{", b"}}"), (b"$(", b")"), (b"<%", b"%>"), (b"#{", b"}"), (b"%(", b")"),
    (b"$[", b"]"), (b"[[", b"]]"), (b"<", b">"), (b"{", b"}"),
)  # fmt: skip
_IN_TEMPLATES = b"abcdefghijklmnopqrstuvwxyz0123456789 _-.,:|'\"/()[]$@?!=\\"
# ... or marks of code.
_MARKS = (
    b"{/ getenv environ[ </ /> => -> .get( secretsmanager keyvault "
    # regular expressions
    b"(?: (?p (?= (?! (?< (?i [0-9 [a-z [^ ]{ ]+ \\d \\w \\s".split()
)


def placeholder(value: bytes) -> bool:
    """Whether a value that people choose stands in for a secret: `changeme`, `your-password`."""
    lower = value.lower()
    if _holds(lower, _ANYWHERE) or _holds(lower, _IN_PASSWORDS):
        return True
    core = lower.strip(b"0123456789!?.#*-_ ")
    if core in _WEAK or (_named(core) and not core.translate(None, _LETTERS)):
        return True
    parts = lower
    for sign in b"-_.:/@<>[]":
        parts = parts.replace(bytes((sign,)), b" ")
    return not _PARTS.isdisjoint(parts.split()) or monotonous(value)


_LETTERS = b"abcdefghijklmnopqrstuvwxyz_.-"


def _named(core: bytes) -> bool:
    return _holds(core, _NAMES)


def _holds(text: bytes, words: Sequence[bytes]) -> bool:
    """Whether one of the words stands in a text. Half the time of any()."""
    for word in words:  # noqa: SIM110
        if word in text:
            return True
    return False


def placeholder_token(value: bytes) -> bool:
    """The same for a machine-made value, in which short words can stand by chance."""
    lower = value.lower()
    counted = lower.replace(b"-", b"").startswith(b"0123456789abcdef")
    return counted or _holds(lower, _ANYWHERE) or _few(value)


def reference(value: bytes) -> bool:
    """Whether a value says where the secret is, or computes it: `${TOKEN}`, `os.environ[...]`."""
    lower = value.lower()
    if lower.startswith(_SCOPES) or _holds(lower, _MARKS):
        return True
    if any(_template(lower, opening, closing) for opening, closing in _TEMPLATES):
        return True
    first, rest = lower[:1], lower[1:].rstrip(b"%")
    if first in (b"$", b"%", b"&", b"*", b"@") and not rest.translate(
        None, _LETTERS + b"0123456789:"
    ):
        return True
    # a call: name(...)
    call = lower.find(b"(")
    return call > 0 and lower[call - 1 : call].isalnum() and lower.endswith((b")", b"(", b");"))


def _template(lower: bytes, opening: bytes, closing: bytes) -> bool:
    """Whether a name stands between the two marks, or the second one is cut off."""
    begin = lower.find(opening)
    if begin < 0:
        return False
    begin += len(opening)
    end = lower.find(closing, begin)
    inner = lower[begin : end if end >= 0 else len(lower)]
    if len(opening) == 1:  # of {name} and <name> the whole has to be there
        return end > begin and (inner.isalpha() or not inner.translate(None, _LETTERS))
    return not inner.translate(None, _IN_TEMPLATES)


def monotonous(value: bytes) -> bool:
    """Whether few different characters or one counting sequence make the value."""
    value = value.replace(b"-", b"")
    return alphabet(value) or _few(value) or _steps(value) >= 0.85 * len(value)


def alphabet(value: bytes) -> bool:
    """Whether all letters and all digits in their order stand in a value: nobody's secret."""
    return b"abcdefghijklmnopqrstuvwxyz" in value.lower() and b"0123456789" in value


def _few(value: bytes) -> bool:
    return len(set(value.replace(b"-", b""))) <= 4


def made_up(value: bytes) -> bool:
    """Whether somebody typed the value who needed an example: repeated and counting parts.

    Longer machine-made values hold such a part by chance once in more than 10^5 times. It may
    stand for a real secret in a test and be meant as one elsewhere: it is no placeholder.
    """
    lower = value.lower()
    if _holds(lower, _TYPED) or (len(set(value)) <= 8 and len(value) >= 32):
        return True
    for size in (2, 3, 4, 5, 6, 8, 10, 16):
        times = len(value) // size
        if times >= 2 and value == (value[:size] * (times + 1))[: len(value)]:
            return True
    return _steps(value) > len(value) // 2 or monotonous(value)


def of_test_mode(value: bytes) -> bool:
    """Whether one of the two marks it begins with says so: `sk_test_...`, `SBX-...`."""
    marks = value.lower().replace(b"-", b"_").split(b"_", 2)[:2]
    return not _TEST_MODES.isdisjoint(marks)


def _steps(value: bytes) -> int:
    return sum(1 for a, b in zip(value, value[1:], strict=False) if b - a in (1, -1))


def entropy(value: bytes) -> float:
    """Shannon entropy in bits for each byte."""
    from math import log2

    size = len(value)
    return -sum(count / size * log2(count / size) for count in map(value.count, set(value)))
