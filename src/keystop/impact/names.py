"""Names of credentials: the same one in another style, and those too common to follow."""

from __future__ import annotations

import re

_WORD = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|[0-9]+")
# Words that name any credential, or anything at all.
_COMMON = frozenset(
    "token tokens secret secrets key keys password passwd passphrase pass pwd auth authentication "
    "authorization api access private public client id ids sid value values credential credentials "
    "cred creds user username account config configuration settings setting env environment data "
    "db database default my the app application service server name string str session bearer "
    "refresh jwt admin main master root live test prod production staging dev development oauth "
    "primary current shared internal external global base url uri host webhook login sign "
    "signing basic header headers options opts param params var variable result response request "
    "file".split()
)
# What languages and tools put before a name of a variable: the name is what follows.
_PREFIXES = frozenset(
    "tf_var_ react_app_ next_public_ vite_ nuxt_ nuxt_public_ expo_public_ gatsby_ vue_app_ "
    "get set with has _ __ m_ s_ k d".split()
)
# What stands behind the name of what the variable tells the place of.
_SUFFIXES = frozenset("_file _arn _path file arn path _param_name _secret_arn _secret_name".split())
# Keys that group settings and say nothing of what they are.
_GROUPS = frozenset(
    "development production staging test default defaults common spring app config settings env "
    "environment data stringdata variables values local dev prod global secrets vars parameters "
    "provider custom services properties".split()
)
# Between two words of a name in some language: twilio.auth_token, twilio[:token], "a"]["b", a::b
_BETWEEN = r"""(?:[_\-./:]{1,2}|["'\])\s]{0,2}[\[,.:?]{1,2}[\s"':\[]{0,3})?"""


def words(name: str) -> tuple[str, ...]:
    """The words of a name in small letters."""
    return tuple(word.lower() for word in _WORD.findall(name))


def fold(name: str) -> str:
    """What is the same for a name in all styles: TWILIO_TOKEN, twilio.token, twilioToken."""
    return "".join(words(name))


def telling(name: str) -> tuple[str, ...]:
    """The words of a name that are not in every program."""
    return tuple(word for word in words(name) if not _is_common(word))


def distinctive(name: str) -> bool:
    """Whether a name means the same thing wherever it stands."""
    parts = words(name)
    if len(parts) > 1:
        return bool(telling(name)) and len("".join(parts)) >= 5
    return bool(telling(name)) and len(name) >= 10


def _is_common(word: str) -> bool:
    """authtoken, apikey: common words without anything between them are a common word."""
    if word in _COMMON or word.isdigit() or len(word) == 1:
        return True
    return any(
        word.startswith(one) and word[len(one) :] in _COMMON for one in _COMMON if len(one) > 2
    )


def key_name(path: tuple[str, ...]) -> str:
    """The name that a path of keys gives a value: without the keys that only group."""
    kept = [key for key in path if key]
    while len(kept) > 1 and kept[0].lower() in _GROUPS:
        kept = kept[1:]
    return ".".join(kept)


def pattern(name: str) -> str:
    """A regular expression for a name in all its styles, in any case; see whole."""
    return _BETWEEN.join(map(re.escape, words(name)))


def whole(text: str, start: int, end: int) -> bool:
    """Whether text[start:end] is a whole name there, and not a part of a longer one."""
    before = start
    while before and (text[before - 1].isalnum() or text[before - 1] in "_-$"):
        before -= 1
    after = end
    while after < len(text) and (text[after].isalnum() or text[after] in "_-"):
        after += 1
    prefix, suffix = text[before:start].lower().lstrip("$-"), text[end:after].lower().rstrip("-")
    return (not prefix or prefix in _PREFIXES) and (not suffix or suffix in _SUFFIXES)
