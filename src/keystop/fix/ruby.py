"""Ruby: what it reads from each store, and where that goes."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from keystop.fix.edits import Edit
from keystop.fix.head import head, line_after, lines_at
from keystop.fix.syntax import Fallback, Language, Lookup, Source, around, every

if TYPE_CHECKING:
    from tree_sitter import Node

_LOOKUPS = {
    "env": Lookup("ENV.fetch(QUOTENAMEQUOTE)"),
    "aws": Lookup(
        "Aws::SecretsManager::Client.new.get_secret_value(secret_id: QUOTENAMEQUOTE).secret_string",
        ("aws-sdk-secretsmanager",),
    ),
    "vault": Lookup(
        "Vault.logical.read(QUOTEsecret/data/NAMEQUOTE).data[:data].fetch(:FIELD)", ("vault",)
    ),
    "conjur": Lookup(
        "Conjur::API.new_from_key(ENV.fetch(QUOTECONJUR_AUTHN_LOGINQUOTE), "
        "ENV.fetch(QUOTECONJUR_AUTHN_API_KEYQUOTE))"
        ".resource([ENV.fetch(QUOTECONJUR_ACCOUNTQUOTE), QUOTEvariableQUOTE, QUOTENAMEQUOTE]"
        ".join(QUOTE:QUOTE)).value",
        ("conjur-api",),
    ),
}
# The parser's error quotes the text, which is the secret: it is not to be the cause of another.
_JSON = (
    ".then { |text| JSON.parse(text) rescue raise(QUOTENAME is not JSONQUOTE, cause: nil) }"
    ".fetch(QUOTEFIELDQUOTE)"
)
_LOGINS = {
    store: Lookup(_LOOKUPS[store].expression + _JSON, ("json", *_LOOKUPS[store].imports))
    for store in ("aws", "conjur")
}


def _place(source: Source, lookup: Lookup) -> list[Edit]:
    """The gem is required after the others, or after what has to come first."""
    top = head(source, lambda node: _is_require(source, node), lambda _: False)
    made = []
    for gem in lookup.imports:
        there = [node for node in top.imports if gem.encode() in source.of(node)]
        if there:
            continue
        quote = "'" if top.imports and b"'" in source.of(top.imports[-1]) else '"'
        line = f"require {quote}{gem}{quote}"
        if top.imports:
            made.append(line_after(source, top.imports[-1], line))
        else:
            made.append(lines_at(source, top.place, f"{line}\n\n"))
    return made


def _is_require(source: Source, node: Node) -> bool:
    return node.type == "call" and source.of(node).startswith((b"require ", b"require("))


def _convert(source: Source, node: Node, _: Lookup) -> list[Edit]:
    """Raises Usage for heredocs whose text is taken as it stands."""
    if node.type == "heredoc_body":
        end = node.named_children[-1] if node.named_children else node
        name = source.of(end).strip()
        starts = [
            one for one in every(source.root)
            if one.type == "heredoc_beginning" and one.start_byte < node.start_byte
            and name in source.of(one)
        ]  # fmt: skip
        if not starts or b"'" in source.of(starts[-1]):
            raise source.refuse(node, "this heredoc takes its text as it stands; take the quotes "
                                "of its name away first")  # fmt: skip
    chained = node.parent is not None and node.parent.type == "chained_string"
    if chained and not source.of(node).startswith(b'"'):
        raise source.refuse(node, "it is one of several strings in a row; join them first")
    return []


def _fallback(source: Source, node: Node) -> Fallback | None:
    """ENV["X"] || "literal" and ENV.fetch("X", "literal") become ENV.fetch("X")."""
    for parent, name, child in around(node):
        if parent.type == "binary" and name == "right":
            left = parent.child_by_field_name("left")
            found = left and _LOOKED_UP.fullmatch(source.of(left))
            operator = parent.child_by_field_name("operator")
            if not found or not operator or source.of(operator) not in (b"||", b"or"):
                return None
        elif parent.type == "argument_list" and parent.parent is not None:
            before = source.text[parent.parent.start_byte : child.start_byte]
            found = re.fullmatch(rb"ENV\.fetch\((['\"])(\w+)\1,\s*", before)
            parent = parent.parent
            if not found:
                return None
        elif parent.type == "call" and child.type in ("block", "do_block"):
            found = _LOOKED_UP.fullmatch(source.text[parent.start_byte : child.start_byte].strip())
            if not found or len(child.children) != 3:
                return None
        elif parent.type in ("block", "block_body", "do_block", "body_statement"):
            continue
        else:
            return None
        new = b"ENV.fetch(%s%s%s)" % (found[1], found[2], found[1])
        return Fallback(parent, new, found[2].decode())
    return None


_LOOKED_UP = re.compile(rb"ENV(?:\[|\.fetch\()(['\"])(\w+)\1(?:\]|\))")


def _between(opening: bytes) -> tuple[str, str] | None:
    plain = opening[:1] == b"'" or opening[:2] == b"%q"
    return None if plain else ("#{", "}")


RUBY = Language(
    name="Ruby",
    grammar=("tree_sitter_ruby", "language"),
    opening=re.compile(rb"(?:%[qQ]?(?=[^\w\s]))?([\"'(\[{<|!/])"),
    literals=frozenset([
        "string", "heredoc_body", "bare_string", "regex", "subshell", "delimited_symbol",
    ]),
    names={
        "assignment": "left",
        "operator_assignment": "left",
        "pair": "key",
        "optional_parameter": "name",
        "keyword_parameter": "name",
    },
    unfit={
        "string_array": "a list of words takes no look-up; make it a list of strings",
        "regex": "it is a part of a pattern",
        "subshell": "it is a part of a command; give it to that by the environment",
        "delimited_symbol": "it is a symbol",
        "pair.key": "it is a key; take it out by hand",
    },
    plain=frozenset([
        "assignment.right", "operator_assignment.right", "argument_list", "pair.value", "array",
        "return", "parenthesized_statements", "optional_parameter.value",
        "keyword_parameter.value", "interpolation", "body_statement", "program", "then", "when",
        "block_body", "element_reference",
    ]),
    lookups=_LOOKUPS,
    logins=_LOGINS,
    place=_place,
    sum=("binary", "+"),
    quotes="\"'",
    between=_between,
    convert=_convert,
    fallback=_fallback,
)  # fmt: skip
