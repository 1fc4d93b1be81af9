"""Terraform: a sensitive variable, or a data source of the store."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from keystop.escape import printable
from keystop.fix import code
from keystop.fix.cutting import Wanted
from keystop.fix.edits import Change, Edit, appended, change, line_end, line_start, next_line
from keystop.fix.files import Target
from keystop.fix.syntax import Language, Source, around, every

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
) -> tuple[Change, list[str], list[str]]:
    """The change, the names that the store is to have, and what else to say.

    Raises Usage with place and reason.
    """
    made: dict[Edit, None] = {}
    names: list[str] = []
    defaults: list[bytes] = []
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
                defaults.append(source.of(variable.named_children[1]).strip(b'"'))
                name = "TF_VAR_" + defaults[-1].decode()
            else:
                raise source.refuse(node, "the default of a variable takes no look-up; take the "
                                    "variable away, and fix where it is used")  # fmt: skip
        if declare and not _declared(found, source, store, one.name):
            block = _TOP[store].replace("LABEL", label(one.name)).replace("NAME", one.name)
            made[appended(source.text, block)] = None
        names.append(name)
    shown = [*(one.value for one in wanted), *(b"var." + name for name in defaults)]
    outputs, notes = _outputs(found, source, shown)
    return change(found.path, found.text, [*made, *outputs]), names, notes


def _outputs(found: Target, source: Source, shown: list[bytes]) -> tuple[list[Edit], list[str]]:
    """What makes the outputs sensitive that show a value, without which Terraform plans nothing.

    shown is how the value is written there. Those of other files, and those that this cannot
    change, are told.
    """
    for local in _attributes(source, b"locals"):
        name, _, assigned = source.of(local).partition(b"=")
        if _shows(assigned, shown):
            shown = [*shown, b"local." + name.strip()]
    made: list[Edit] = []
    notes: list[str] = []
    for value in _attributes(source, b"output"):
        body = value.parent
        if source.of(value.named_children[0]) != b"value" or body is None:
            continue
        if not _shows(source.of(value), shown) or _SENSITIVE.search(source.of(body)):
            continue
        end = next_line(source.text, value.end_byte - 1)
        start = line_start(source.text, value.start_byte)
        indent = source.text[start : value.start_byte]
        if indent.strip() or source.text[value.end_byte : end].strip():
            notes.append(_told(found.path, source.of(body.parent or body)))
        else:
            made.append(Edit(end, end, indent + b"sensitive = true" + line_end(source.text)))
    references = [one for one in shown if one.startswith((b"var.", b"local."))]
    for path in sorted(found.path.parent.glob("*.tf")):
        text = path.read_bytes()
        for block in _OUTPUT.finditer(text) if path != found.path else ():
            if _shows(block[0], references) and not _SENSITIVE.search(block[0]):
                notes.append(_told(path, block[0]))
    return made, notes


_SENSITIVE = re.compile(rb"\bsensitive\s*=")
# To the first brace at the beginning of a line, as terraform fmt has it.
_OUTPUT = re.compile(rb'^output\s+"[^"]*"\s*\{.*?(?:^\}|\Z|\}$)', re.M | re.S)


def _told(path: Path, block: bytes) -> str:
    name = block.partition(b"{")[0].strip()
    return (f"{printable(str(path))}: {printable(name)} shows the value: add sensitive = true, or "
            "terraform plan refuses it")  # fmt: skip


def _shows(text: bytes, shown: list[bytes]) -> bool:
    return any(re.search(rb"(?<![\w.])%s(?![\w-])" % re.escape(one), text) for one in shown)


def _attributes(source: Source, kind: bytes) -> Iterator[Node]:
    """The attributes of all blocks of a kind."""
    for node in every(source.root):
        if node.type == "block" and source.of(node.named_children[0]) == kind:
            for body in node.named_children:
                yield from (one for one in body.named_children if one.type == "attribute")


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
    ending = source.text[attribute.end_byte : end]
    new = b"" if sensitive else indent + b"sensitive = true" + ending
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
