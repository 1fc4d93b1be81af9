"""Java: what it reads from each store, and where that goes."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from keystop.fix.edits import Edit
from keystop.fix.head import head, lines_at, sorted_in
from keystop.fix.members import helpers
from keystop.fix.syntax import Language, Lookup, Source, around, every

if TYPE_CHECKING:
    from tree_sitter import Node

_VAULT = """private static String fromVault(String path, String field) {
    try {
        return Vault.create(new VaultConfig().build())
                .logical()
                .read("secret/" + path)
                .getData()
                .get(field);
    } catch (VaultException e) {
        throw new IllegalStateException(path + " cannot be read from Vault", e);
    }
}
"""
_SDK = "software.amazon.awssdk.services.secretsmanager"
_HOME = "io.github.jopenlibs.vault"
_LOOKUPS = {
    "env": Lookup(
        'Objects.requireNonNull(System.getenv("NAME"), "NAME is not set")', ("java.util.Objects",)
    ),
    "aws": Lookup(
        'SecretsManagerClient.create().getSecretValue(r -> r.secretId("NAME")).secretString()',
        (f"{_SDK}.SecretsManagerClient",),
    ),
    "vault": Lookup(
        'fromVault("NAME", "FIELD")',
        (f"{_HOME}.Vault", f"{_HOME}.VaultConfig", f"{_HOME}.VaultException"),
        _VAULT,
        "fromVault",
    ),
    "conjur": Lookup(
        'new Conjur().variables().retrieveSecret("NAME")', ("com.cyberark.conjur.api.Conjur",)
    ),
}
_FIELD = """private static String secretField(String json, String name) {
    try {
        return new ObjectMapper().readTree(json).required(name).asText();
    } catch (JsonProcessingException e) {
        // Its message quotes the text: it is left out.
        throw new IllegalStateException("the secret is not JSON");
    }
}
"""
_JACKSON = (
    "com.fasterxml.jackson.core.JsonProcessingException",
    "com.fasterxml.jackson.databind.ObjectMapper",
)
_LOGINS = {
    store: Lookup(
        f'secretField({_LOOKUPS[store].expression}, "FIELD")',
        tuple(sorted((*_LOOKUPS[store].imports, *_JACKSON))),
        _FIELD,
        "secretField",
    )
    for store in ("aws", "conjur")
}


def _place(source: Source, lookup: Lookup) -> list[Edit]:
    """Imports among the others, in their order; the helper in the class."""
    top = head(source, lambda node: node.type == "import_declaration",
               lambda node: node.type == "package_declaration")  # fmt: skip
    plain = [node for node in top.imports if b"import static" not in source.of(node)]
    made = []
    missing = []
    for name in lookup.imports:
        there = [_name(source, node) for node in plain]
        package, _, own = name.rpartition(".")
        if name in there or (f"{package}.*" in there):
            continue
        if any(one.rpartition(".")[2] == own for one in there) or _declares(source, own):
            raise source.refuse(None, f"{own} is another class in this file; write "
                                f"{name} by hand")  # fmt: skip
        missing.append(name)
    if plain:
        made += [
            sorted_in(source, plain, lambda node: _name(source, node), name, f"import {name};")
            for name in missing
        ]
    elif missing:
        lines = "".join(f"import {name};\n" for name in missing)
        around_it = ("\n", "") if top.last is not None else ("", "\n")
        made.append(lines_at(source, top.place, lines.join(around_it)))
    return made + helpers(source, lookup)


def _name(source: Source, node: Node) -> str:
    return re.sub(r"^import\s+|[\s;]", "", source.of(node).decode())


def _declares(source: Source, name: str) -> bool:
    return bool(re.search(rb"\b(?:class|interface|enum|record)\s+%s\b" % name.encode(),
                          source.text))  # fmt: skip


def _convert(source: Source, node: Node, _: Lookup) -> list[Edit]:
    """Raises Usage where the file needs the value as a constant: in a label or an annotation."""
    field = [parent for parent, _, _ in around(node) if parent.type == "variable_declarator"][:1]
    name = field[0].child_by_field_name("name") if field else None
    for one in every(source.root) if name is not None else ():
        if one.type == "identifier" and name is not None and one.text == name.text:
            for parent, _name, _child in around(one):
                if parent.type in ("annotation_argument_list", "switch_label"):
                    raise source.refuse(one, "an annotation or a case label needs the value as a "
                                        "constant, and a look-up is none")  # fmt: skip
    return []


JAVA = Language(
    name="Java",
    grammar=("tree_sitter_java", "language"),
    opening=re.compile(rb"(\"\"\"|\")"),
    literals=frozenset(["string_literal"]),
    names={
        "variable_declarator": "name",
        "assignment_expression": "left",
    },
    unfit={
        "annotation_argument_list": "an argument of an annotation has to be a constant; "
        "Spring's @Value takes \"${NAME}\"",
        "switch_label": "a case label has to be a constant",
    },
    plain=frozenset([
        "variable_declarator.value", "assignment_expression.right", "argument_list",
        "return_statement", "array_initializer", "parenthesized_expression", "lambda_expression",
        "ternary_expression", "yield_statement",
    ]),
    lookups=_LOOKUPS,
    logins=_LOGINS,
    place=_place,
    convert=_convert,
    uncut={b'"""': "a text block cannot be cut there; make it a plain string first"},
)  # fmt: skip
