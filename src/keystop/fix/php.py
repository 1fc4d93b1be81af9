"""PHP: what it reads from each store. All names are full ones, so nothing is to be imported."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from keystop.fix.edits import Edit
from keystop.fix.syntax import Fallback, Language, Lookup, Source, around, every

if TYPE_CHECKING:
    from tree_sitter import Node

_GET = (
    "json_decode(file_get_contents(getenv('VAULT_ADDR') . '/v1/secret/data/NAME', false, "
    "stream_context_create(['http' => ['header' => 'X-Vault-Token: ' . getenv('VAULT_TOKEN')]])), "
    "true, 512, JSON_THROW_ON_ERROR)['data']['data']['FIELD']"
)
_FROM_CONJUR = (
    "file_get_contents(getenv('CONJUR_APPLIANCE_URL') . '/secrets/' . getenv('CONJUR_ACCOUNT') "
    ". '/variable/' . rawurlencode('NAME'), false, stream_context_create(['http' => ['header' => "
    "'Authorization: Token token=\"' . base64_encode(file_get_contents("
    "getenv('CONJUR_APPLIANCE_URL') . '/authn/' . getenv('CONJUR_ACCOUNT') . '/' "
    ". rawurlencode(getenv('CONJUR_AUTHN_LOGIN')) . '/authenticate', false, "
    "stream_context_create(['http' => ['method' => 'POST', 'header' => 'Content-Type: text/plain', "
    "'content' => getenv('CONJUR_AUTHN_API_KEY')]]))) . '\"']])) "
    "?: throw new \\RuntimeException('NAME cannot be read from Conjur')"
)
_LOOKUPS = {
    "env": Lookup(
        "getenv(QUOTENAMEQUOTE) ?: throw new \\RuntimeException(QUOTENAME is not setQUOTE)",
        loose=True,
    ),
    "aws": Lookup(
        "(new \\Aws\\SecretsManager\\SecretsManagerClient(['version' => 'latest', "
        "'region' => getenv('AWS_REGION')]))"
        "->getSecretValue(['SecretId' => 'NAME'])['SecretString']"
    ),
    "vault": Lookup(_GET),
    "conjur": Lookup(_FROM_CONJUR, loose=True),
}
_CONJUR_SECRET = _FROM_CONJUR.partition(" ?: throw")[0]
_LOGINS = {
    store: Lookup(
        f"json_decode({secret}, true)['FIELD'] "
        "?? throw new \\RuntimeException('NAME has no FIELD')",
        loose=True,
    )
    for store, secret in (("aws", _LOOKUPS["aws"].expression), ("conjur", _CONJUR_SECRET))
}


def _convert(source: Source, node: Node, _: Lookup) -> list[Edit]:
    """const X = "..." outside of classes becomes define("X", ...)."""
    for parent, _name, child in around(node):
        if parent.type != "const_declaration":
            continue
        names = [one for one in parent.named_children if one.type == "const_element"]
        outside = parent.parent is not None and parent.parent.type == "program"
        if not outside or len(names) != 1 or _has_namespace(source):
            raise source.refuse(node, "a constant is made before the program runs; make it a "
                                "method, or a property set in the constructor")  # fmt: skip
        name = child.named_children[0]
        value = child.named_children[-1]
        return [
            Edit(parent.start_byte, value.start_byte, b"define('%s', " % source.of(name)),
            Edit(child.end_byte, child.end_byte, b")"),
        ]
    return []


def _has_namespace(source: Source) -> bool:
    return any(node.type == "namespace_definition" for node in every(source.root))


_LOOKED_UP = re.compile(rb"\\?getenv\((['\"])(\w+)\1\)")


def _fallback(source: Source, node: Node) -> Fallback | None:
    """getenv('X') ?: 'literal' fails without it; env('X', 'literal') becomes env('X')."""
    for parent, name, child in around(node):
        if parent.type == "argument":
            continue
        if parent.type == "arguments" and parent.parent is not None:
            before = source.text[parent.parent.start_byte : child.start_byte]
            found = re.fullmatch(rb"env\((['\"])(\w+)\1,\s*", before)
            if not found:
                return None
            new = b"env(%s%s%s)" % (found[1], found[2], found[1])
            return Fallback(parent.parent, new, found[2].decode())
        if parent.type != "conditional_expression" or name != "alternative":
            return None
        left = parent.child_by_field_name("condition")
        found = left and _LOOKED_UP.fullmatch(source.of(left))
        if not found or parent.child_by_field_name("body") is not None or left is None:
            return None
        new = b"%s ?: throw new \\RuntimeException('%s is not set')" % (source.of(left), found[2])
        return Fallback(parent, new, found[2].decode())
    return None


PHP = Language(
    name="PHP",
    grammar=("tree_sitter_php", "language_php"),
    opening=re.compile(rb"[bB]?([\"'])"),
    literals=frozenset(["string", "encapsed_string", "heredoc", "nowdoc"]),
    names={
        "assignment_expression": "left",
        "array_element_initializer": "",
        "property_element": "name",
        "const_element": "",
        "simple_parameter": "name",
        "property_promotion_parameter": "name",
        "argument": "name",
    },
    unfit={
        "property_element": "a default of a property is made before the program runs; set it in "
        "the constructor",
        "simple_parameter": "a default of a parameter has to be a constant; take null and look it "
        "up in the function",
        "property_promotion_parameter": "a default of a parameter has to be a constant; take null "
        "and look it up in the constructor",
        "attribute": "an argument of an attribute has to be a constant",
        "enum_case": "a case of an enum has to be a constant",
        "static_variable_declaration": "a static variable begins with a constant",
    },
    plain=frozenset([
        "assignment_expression.right", "argument", "return_statement", "parenthesized_expression",
        "array_element_initializer", "echo_statement", "const_element", "arrow_function.body",
    ]),
    lookups=_LOOKUPS,
    logins=_LOGINS,
    place=lambda _, __: [],
    sum=("binary_expression", "."),
    quotes="\"'",
    convert=_convert,
    fallback=_fallback,
)  # fmt: skip
