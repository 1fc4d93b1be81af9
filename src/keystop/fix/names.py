"""What a value is called in a store: after what the program calls it."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from keystop.fix.syntax import Source, around, field_of
from keystop.logins import VARIABLES
from keystop.masking import telling
from keystop.records import NAMES

if TYPE_CHECKING:
    from tree_sitter import Node

# A name with one of these says what the value is for.
_TELLING = (*NAMES, "sid", "pwd", "dsn", "salt", "hook", "uri", "url", "connection")
# The first words of ids of detectors that name no provider.
_NOBODY = frozenset("generic url jwt private-key database".split())
# What is called by one of these words alone could be anybody's.
_BARE = frozenset(
    "USER USERNAME PASSWORD PASS PASSWD PWD LOGIN AUTH KEY SECRET TOKEN URL URI".split()
)
_NAME = re.compile(r"[A-Za-z_]\w*")
_URL = re.compile(r"_?(URL|URI|DSN|CONNECTION_STRING|CONNECTION|ENDPOINT)$")
# A key with a dash is one name: account-sid, "auth-token".
_KEY = re.compile(r"([\"']?)[A-Za-z_][\w-]*\1")
# A name further away than so many nodes is that of something larger.
_STEPS = 6
# The most that quotes and prefixes of a literal take: rb"""...""".
_QUOTES = 8
_ASSIGNED = re.compile(rb"([A-Za-z_][A-Za-z0-9_]*)\s*=\s*['\"]?$")


def after(source: Source, node: Node, place: int, value: bytes, detector: str) -> str:
    """The name for the value at a place in a literal, as TWILIO_AUTH_TOKEN.

    The values of a login that keystop can rotate are called after the kind: what replaces them at
    the vendor knows no program. Where it is only a part, what it is assigned to is called after
    the whole, as DATABASE_URL, unless a name stands in the literal right before it.
    """
    if detector in VARIABLES:
        return VARIABLES[detector]
    own = _own(source, node)
    if _summed(source, node):
        return _of_part(own, detector)
    if node.end_byte - node.start_byte - len(value) <= _QUOTES:
        return variable(own, detector)
    before = _ASSIGNED.search(source.text, node.start_byte, place)
    if before:
        return variable(before[1].decode(), detector)
    return _of_part(own, detector)


def variable(own: str, detector: str) -> str:
    """The name for what a program or file calls own; after the kind where that does not tell."""
    name = snake(own)
    provider = detector.partition(".")[0]
    if (
        detector in VARIABLES
        or not any(word.upper() in name for word in _TELLING)
        or not _NAME.fullmatch(name)
        or telling(name.encode())  # it may be a value itself, as a key of a dictionary
    ):
        return of_kind(detector)
    if name in _BARE:
        return of_kind(detector) if provider not in _NOBODY else f"APP_{name}"
    prefix = snake(provider)
    return name if provider in _NOBODY or prefix in name else f"{prefix}_{name}"


def of_kind(detector: str) -> str:
    """The name for a value of a kind: twilio.auth-token is TWILIO_AUTH_TOKEN."""
    if detector in VARIABLES:
        return VARIABLES[detector]
    provider, _, kind = detector.partition(".")
    return snake(f"app {kind}" if provider in _NOBODY else f"{provider} {kind}")


def snake(name: str) -> str:
    """AUTH_TOKEN for authToken, auth-token, auth.token."""
    parted = re.sub(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])", "_", name)
    return re.sub(r"[^A-Za-z0-9]+", "_", parted).strip("_").upper()


def _of_part(own: str, detector: str) -> str:
    if detector.partition(".")[0] not in _NOBODY:
        return of_kind(detector)
    own = "" if own in ("exports", "default", "value") or telling(snake(own).encode()) else own
    stem = _URL.sub("", snake(own)) or _URL.sub("", snake(detector.partition(".")[2]))
    if not _NAME.fullmatch(stem) or detector.startswith("generic."):
        return of_kind(detector)
    return stem if stem.endswith("PASSWORD") else f"{stem}_PASSWORD"


def _summed(source: Source, node: Node) -> bool:
    """Whether a literal is joined with others, so that what is named is the sum of them."""
    parent = node.parent
    operator = parent.child_by_field_name("operator") if parent is not None else None
    if parent is None or operator is None:
        return False
    return (parent.type, source.of(operator).decode()) == source.language.sum


def _own(source: Source, node: Node) -> str:
    """What a literal's value is called where it stands; empty for nothing."""
    names = source.language.names
    for step, (parent, name, child) in enumerate(around(node)):
        if step > _STEPS or name == "body":
            return ""
        if parent.type in names and name not in ("key", "left", "type"):
            found = _last_word(source, parent, child, names[parent.type])
            if found:
                return found
        if "argument" in parent.type and parent.type.endswith(("list", "arguments")):
            called = _argument(source, parent, child)
            if called is not None:
                return called
    return ""


def _last_word(source: Source, parent: Node, child: Node, name: str) -> str:
    node = parent.child_by_field_name(name) if name else parent.named_children[0]
    if node is None or node.id == child.id:
        return ""
    if child.type == "expression_list" and len(child.named_children) > 1:
        return ""  # a, b := "1", "2"
    text = source.of(node).decode("utf-8", "replace")
    words = [text.strip("\"'")] if _KEY.fullmatch(text) else _NAME.findall(text)
    return str(words[-1]) if words else ""


def _argument(source: Source, arguments: Node, child: Node) -> str | None:
    """What an argument is called: put("name", it), setName(it). None: the call's is its own."""
    given = [one for one in arguments.named_children if "comment" not in one.type]
    place = [one.id for one in given].index(child.id) if child in given else 0
    if place == 1:
        text = source.of(given[0])
        words = _NAME.findall(text.decode("utf-8", "replace"))
        named = text[:1] in b"\"':" and words and any(word in words[-1].lower() for word in NAMES)
        return str(words[-1]) if named else ""
    if len(given) > 1:
        return ""
    call = arguments.parent
    function = call and (
        call.child_by_field_name("function")
        or call.child_by_field_name("method")
        or call.child_by_field_name("name")
    )
    words = _NAME.findall(source.of(function).decode("utf-8", "replace")) if function else []
    called = re.sub(r"^(set|with|use|add)_?(?=[A-Z_])", "", words[-1]) if words else ""
    if called and any(word in called.lower() for word in _TELLING) and field_of(arguments):
        return called if not called.endswith(("Client", "String", "Str", "Bytes")) else None
    return None
