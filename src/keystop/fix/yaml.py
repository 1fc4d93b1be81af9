"""YAML of programs that fill in variables: each in its own way."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from keystop.fix import code
from keystop.fix.cutting import Wanted
from keystop.fix.edits import Change, Edit, change, line_end, line_start
from keystop.fix.files import Target
from keystop.fix.syntax import Language, Source, around

if TYPE_CHECKING:
    from tree_sitter import Node

YAML = Language(
    name="YAML",
    grammar=("tree_sitter_yaml", "language"),
    opening=re.compile(rb"([\"'])?"),
    literals=frozenset([
        "plain_scalar", "double_quote_scalar", "single_quote_scalar", "block_scalar",
    ]),
    names={"block_mapping_pair": "key", "flow_pair": "key"},
    unfit={},
    plain=frozenset(),
    lookups={},
    logins={},
    place=lambda _, __: [],
)  # fmt: skip


class Kind(NamedTuple):
    """A program that reads YAML: what it puts a variable's value for, and where it does.

    place and putting say where values go, and the command that reads one from its standard input,
    if not the environment.
    """

    reference: str
    check: Callable[[Source, Node], None]
    place: str = ""
    putting: Callable[[str], str] = str


def _anywhere(source: Source, node: Node) -> None:
    """Raises Usage for keys: no program fills those in."""
    for parent, name, _ in around(node):
        if name == "key":
            raise source.refuse(node, "it is a key; take it out by hand")
        if parent.is_error:
            raise source.refuse(node, "what is around it cannot be read")


def path_of(source: Source, node: Node) -> list[str]:
    """The keys that lead to a node, from the outermost on."""
    keys = []
    for parent, name, _ in around(node):
        if parent.type in ("block_mapping_pair", "flow_pair") and name == "value":
            key = parent.child_by_field_name("key")
            keys.append(source.of(key).decode().strip("\"'") if key is not None else "")
    return keys[::-1]


_TAKES_SECRETS = frozenset(["env", "with", "secrets", "credentials"])


def _in_workflow(source: Source, node: Node) -> None:
    """Raises Usage where a workflow cannot read secrets, or a shell would read the value."""
    _anywhere(source, node)
    keys = path_of(source, node)
    if keys[-1:] == ["run"]:
        raise source.refuse(node, "a shell would read the value as a part of the command; put it "
                            "into env: of the step, and $NAME here")  # fmt: skip
    if not _TAKES_SECRETS & set(keys[:-1]):
        raise source.refuse(node, "secrets can be read under env:, with:, secrets: and "
                            "credentials: only; take it out by hand")  # fmt: skip


def _secret(name: str) -> str:
    """The name of a Kubernetes secret for TWILIO_AUTH_TOKEN: one for each value."""
    return name.lower().replace("_", "-")


COMPOSE = Kind("${NAME:?is not set}", _anywhere)
WORKFLOW = Kind(
    "${{ secrets.NAME }}", _in_workflow, "the repository's secrets", "gh secret set {}".format
)
SPRING = Kind("${NAME}", _anywhere)
RAILS = Kind("<%= ENV.fetch('NAME') %>", _anywhere)
KUBERNETES = Kind(
    "",
    _anywhere,
    "the cluster",
    lambda name: f"kubectl create secret generic {_secret(name)} --from-file=value=/dev/stdin",
)
_RAILS_FILES = frozenset("database secrets storage cable mongoid sidekiq cache queue".split())


def kind(path: Path, text: bytes) -> Kind | None:
    """Which program reads a file and fills variables in, by its name; None for no known one."""
    stem, parts = path.stem.lower(), path.absolute().parts
    services = re.search(rb"^services:", text, re.M) and re.search(rb"^ +image:", text, re.M)
    if re.match(r"(docker-)?compose(\.|-|$)", stem) or services:
        return COMPOSE
    if parts[-3:-1] == (".github", "workflows"):
        return WORKFLOW
    if re.match(r"(application|bootstrap)(-|$)", stem):
        return SPRING
    if stem in _RAILS_FILES and parts[-2] == "config":
        return RAILS
    return None


def plan(found: Target, source: Source, wanted: list[Wanted]) -> Change:
    """The change. Raises Usage with the place and the reason where there can be none."""
    reader = kind(found.path, source.text)
    made: dict[Edit, None] = {}
    for one in wanted:
        for place in code.places(source.text, one.value):
            node = code.literal_at(source, place, place + len(one.value))
            if reader is None:
                made[_in_manifest(source, node, place, one)] = None
            else:
                reader.check(source, node)
                made.update(dict.fromkeys(_referred(source, node, place, one, reader)))
    return change(found.path, source.text, list(made))


def _referred(source: Source, node: Node, place: int, one: Wanted, reader: Kind) -> list[Edit]:
    """The value's place takes the reference; in quotes where YAML would read its signs."""
    end = place + len(one.value)
    new = reader.reference.replace("NAME", one.name).encode()
    if node.type == "single_quote_scalar":  # Rails fills in before YAML is read
        new = new.replace(b"'", b'"')
    flow = any(parent.type.startswith("flow_") and parent.type != "flow_node"
               for parent, _, _ in around(node))  # fmt: skip
    plain = node.type == "plain_scalar"
    if plain and (flow or (new[:1] == b"<" and place == node.start_byte)):
        if b'"' in source.of(node) or b"\\" in source.of(node):
            raise source.refuse(node, "put the text into quotes first")
        return [
            Edit(node.start_byte, node.start_byte, b'"'),
            Edit(place, end, new),
            Edit(node.end_byte, node.end_byte, b'"'),
        ]
    return [Edit(place, end, new)]


def _in_manifest(source: Source, node: Node, place: int, one: Wanted) -> Edit:
    """value: of an environment variable in a manifest of Kubernetes becomes valueFrom:."""
    pair = next((p for p, _, _ in around(node) if p.type == "block_mapping_pair"), None)
    keys = path_of(source, node)
    if (
        pair is None
        or keys[-1:] != ["value"]
        or keys[-2:-1] != ["env"]
        or not re.search(rb"^kind:[ \t]*\S", source.text, re.M)
    ):
        raise source.refuse(
            node, "nothing says which program reads this file and what it fills in: put a "
            "reference of that program there by hand, or read the value in the program"
        )  # fmt: skip
    opening = 0 if node.type == "plain_scalar" else 1
    if (place, place + len(one.value)) != (node.start_byte + opening, node.end_byte - opening):
        raise source.refuse(node, "the value is a part of a longer text, and a secret of "
                            "Kubernetes gives the whole; take it apart first")  # fmt: skip
    column = pair.start_byte - line_start(source.text, pair.start_byte)
    end = line_end(source.text).decode() + " " * column
    secret = _secret(one.name)
    new = f"valueFrom:{end}  secretKeyRef:{end}    name: {secret}{end}    key: value"
    return Edit(pair.start_byte, pair.end_byte, new.encode())


def called(source: Source, node: Node) -> str:
    """What an item of a list calls its value: of {name: X, value: it} it is X."""
    pair = next((p for p, _, _ in around(node) if p.type == "block_mapping_pair"), None)
    if pair is None or pair.parent is None or path_of(source, node)[-1:] != ["value"]:
        return ""
    for other in pair.parent.named_children:
        key, value = other.child_by_field_name("key"), other.child_by_field_name("value")
        if key is not None and value is not None and source.of(key).strip(b"\"'") == b"name":
            return source.of(value).decode().strip("\"'")
    return ""
