"""Terraform: a sensitive variable, or a data source of the store."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from keystop.fix import code
from keystop.fix.cutting import Wanted
from keystop.fix.edits import Change, Edit, appended, change, line_start, next_line
from keystop.fix.files import Target
from keystop.fix.syntax import Language, Source, around

if TYPE_CHECKING:
    from tree_sitter import Node

_TOP = {
    "env": 'variable "LABEL" {\n  type      = string\n  sensitive = true\n}\n',
    "aws": 'data "aws_secretsmanager_secret_version" "LABEL" {\n  secret_id = "NAME"\n}\n',
    "vault": 'data "vault_kv_secret_v2" "LABEL" {\n  mount = "secret"\n  name  = "NAME"\n}\n',
    "conjur": 'data "conjur_secret" "LABEL" {\n  name = "NAME"\n}\n',
}
_USE = {
    "env": "var.LABEL",
    "aws": "data.aws_secretsmanager_secret_version.LABEL.secret_string",
    "vault": 'data.vault_kv_secret_v2.LABEL.data["FIELD"]',
    "conjur": "data.conjur_secret.LABEL.value",
}
# The same for a field of a secret that is JSON.
_FIELD = {
    "aws": 'jsondecode(data.aws_secretsmanager_secret_version.LABEL.secret_string)["FIELD"]',
    "conjur": 'jsondecode(data.conjur_secret.LABEL.value)["FIELD"]',
}
_LITERALS = frozenset(["string_lit", "quoted_template", "heredoc_template"])
HCL = Language(
    name="Terraform",
    grammar=("tree_sitter_hcl", "language"),
    opening=re.compile(rb"(\")"),
    literals=_LITERALS,
    names={"attribute": "", "object_elem": "key"},
    unfit={},
    plain=frozenset(),
    lookups={},
    logins={},
    place=lambda _, __: [],
)


def label(name: str) -> str:
    """What a variable or a data source is called: twilio_auth_token."""
    return re.sub(r"[^a-z0-9]+", "_", name.lower()).strip("_")


def plan(
    found: Target, source: Source, store: str, wanted: list[Wanted]
) -> tuple[Change, list[str]]:
    """The change, and the names that the store is to have. Raises Usage with place and reason."""
    made: dict[Edit, None] = {}
    names = []
    for one in wanted:
        name = f"TF_VAR_{label(one.name)}" if store == "env" else one.name
        declare = False
        for place in code.places(source.text, one.value):
            node = code.literal_at(source, place, place + len(one.value))
            variable = _default_of(source, node)
            if variable is None:
                _check(source, node)
                made[_edit(node, place, one, store)] = None
                declare = True
            elif store == "env":
                if source.of(node).strip(b'"') != one.value:
                    raise source.refuse(node, _MORE)
                made.update(dict.fromkeys(_without_default(source, node, variable)))
                name = "TF_VAR_" + source.of(variable.named_children[1]).decode().strip('"')
            else:
                raise source.refuse(node, "the default of a variable takes no look-up; take the "
                                    "variable away, and fix where it is used")  # fmt: skip
        if declare and not _declared(found, source, store, one.name):
            block = _TOP[store].replace("LABEL", label(one.name)).replace("NAME", one.name)
            made[appended(source.text, block)] = None
        names.append(name)
    return change(found.path, found.text, list(made)), names


_MORE = "the default holds more than the value; take it out by hand"


def _default_of(source: Source, node: Node) -> Node | None:
    """The variable block whose default a literal is."""
    for parent, _, _ in around(node):
        if parent.type == "attribute" and source.of(parent.named_children[0]) != b"default":
            return None
        if parent.type == "block":
            return parent if source.of(parent.named_children[0]) == b"variable" else None
    return None


def _without_default(source: Source, node: Node, block: Node) -> list[Edit]:
    """The default goes, and the variable becomes a sensitive one."""
    attribute = next(parent for parent, _, _ in around(node) if parent.type == "attribute")
    start = line_start(source.text, attribute.start_byte)
    end = next_line(source.text, attribute.end_byte - 1)
    beside = source.text[start : attribute.start_byte] + source.text[attribute.end_byte : end]
    if source.of(attribute).partition(b"=")[2].strip() != source.of(node):
        raise source.refuse(node, _MORE)
    if beside.strip():
        raise source.refuse(node, "the default shares its line; put it on a line of its own")
    indent = source.text[start : attribute.start_byte]
    sensitive = re.search(rb"\bsensitive\s*=\s*true\b", source.of(block))
    line_end = source.text[attribute.end_byte : end]
    new = b"" if sensitive else indent + b"sensitive = true" + line_end
    return [Edit(start, end, new)]


def _check(source: Source, node: Node) -> None:
    """Raises Usage where no variable can stand."""
    if node.parent is not None and node.parent.type == "block":
        raise source.refuse(node, "it is a label of a block; take it out by hand")
    for parent, name, _ in around(node):
        kind = source.of(parent.named_children[0]).decode() if parent.type == "block" else ""
        if kind in ("variable", "terraform"):
            raise source.refuse(node, f"a {kind} block takes no variable; take it out by hand")
        if name == "key":
            raise source.refuse(node, "it is a key; take it out by hand")
        if parent.is_error:
            raise source.refuse(node, "what is around it cannot be read")


def _edit(node: Node, place: int, one: Wanted, store: str) -> Edit:
    form = (_FIELD.get(store) if one.field else None) or _USE[store]
    use = form.replace("LABEL", label(one.name)).replace("FIELD", one.field or "value")
    end = place + len(one.value)
    if (place, end) == (node.start_byte + 1, node.end_byte - 1):
        return Edit(node.start_byte, node.end_byte, use.encode())
    return Edit(place, end, b"${%s}" % use.encode())


def _declared(found: Target, source: Source, store: str, name: str) -> bool:
    """Whether a file of the module declares it already."""
    first = _TOP[store].partition("{")[0].replace("LABEL", label(name)).strip().encode()
    if first in source.text:
        return True
    for path in sorted(found.path.parent.glob("*.tf")):
        if path != found.path and first in path.read_bytes():
            return True
    return False
