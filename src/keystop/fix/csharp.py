"""C#: what it reads from each store, and where that goes."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from keystop.fix.edits import Edit
from keystop.fix.head import head, lines_at, sorted_in
from keystop.fix.members import helpers
from keystop.fix.syntax import Fallback, Language, Lookup, Source, around, every

if TYPE_CHECKING:
    from tree_sitter import Node

_CONJUR = """private static string FromConjur(string id)
{
    static string Setting(string name) =>
        Environment.GetEnvironmentVariable(name)
        ?? throw new InvalidOperationException(name + " is not set");

    static string Answer(HttpClient client, HttpRequestMessage request)
    {
        using var answer = client.Send(request).EnsureSuccessStatusCode();
        return new StreamReader(answer.Content.ReadAsStream()).ReadToEnd();
    }

    using var client = new HttpClient();
    var url = Setting("CONJUR_APPLIANCE_URL");
    var account = Setting("CONJUR_ACCOUNT");
    var login = Uri.EscapeDataString(Setting("CONJUR_AUTHN_LOGIN"));
    var ask = new HttpRequestMessage(
        HttpMethod.Post, url + "/authn/" + account + "/" + login + "/authenticate");
    ask.Headers.Add("Accept-Encoding", "base64");
    ask.Content = new StringContent(Setting("CONJUR_AUTHN_API_KEY"));
    var token = Answer(client, ask);
    var get = new HttpRequestMessage(
        HttpMethod.Get,
        url + "/secrets/" + account + "/variable/" + Uri.EscapeDataString(id));
    get.Headers.TryAddWithoutValidation("Authorization", "Token token=\\"" + token + "\\"");
    return Answer(client, get);
}
"""
_VAULT = """private static string FromVault(string path, string field)
{
    var login = new TokenAuthMethodInfo(Environment.GetEnvironmentVariable("VAULT_TOKEN"));
    var address = Environment.GetEnvironmentVariable("VAULT_ADDR");
    var client = new VaultClient(new VaultClientSettings(address, login));
    var secret = client.V1.Secrets.KeyValue.V2.ReadSecretAsync(path, mountPoint: "secret");
    return secret.GetAwaiter().GetResult().Data.Data[field].ToString();
}
"""
_LOOKUPS = {
    "env": Lookup(
        'Environment.GetEnvironmentVariable("NAME") '
        '?? throw new InvalidOperationException("NAME is not set")',
        ("System",),
        loose=True,
    ),
    "aws": Lookup(
        "new AmazonSecretsManagerClient()"
        '.GetSecretValueAsync(new GetSecretValueRequest { SecretId = "NAME" })'
        ".GetAwaiter().GetResult().SecretString",
        ("Amazon.SecretsManager", "Amazon.SecretsManager.Model"),
    ),
    "vault": Lookup(
        'FromVault("NAME", "FIELD")',
        ("System", "VaultSharp", "VaultSharp.V1.AuthMethods.Token"),
        _VAULT,
        "FromVault",
    ),
    "conjur": Lookup(
        'FromConjur("NAME")', ("System", "System.IO", "System.Net.Http"), _CONJUR, "FromConjur"
    ),
}


def _order(name: str) -> str:
    """System comes before all others."""
    return (" " if name.partition(".")[0] == "System" else "") + name


_LOGINS = {
    store: _LOOKUPS[store]._replace(
        expression=f"JsonDocument.Parse({_LOOKUPS[store].expression})"
        '.RootElement.GetProperty("FIELD").GetString()',
        imports=tuple(sorted((*_LOOKUPS[store].imports, "System.Text.Json"), key=_order)),
    )
    for store in ("aws", "conjur")
}


def _place(source: Source, lookup: Lookup) -> list[Edit]:
    """usings among the others, System first; the helper in the class."""
    top = head(source, lambda node: node.type == "using_directive",
               lambda node: node.type in _FIRST)  # fmt: skip
    plain = [node for node in top.imports if not source.of(node).startswith(b"global")]
    there = {_name(source, node) for node in every(source.root) if node.type == "using_directive"}
    missing = [name for name in lookup.imports if name not in there]
    if plain:
        made = [
            sorted_in(source, plain, lambda node: _order(_name(source, node)), _order(name),
                      f"using {name};")
            for name in missing
        ]  # fmt: skip
    elif missing:
        lines = "".join(f"using {name};\n" for name in missing)
        made = [lines_at(source, top.place, lines + ("" if top.imports else "\n"))]
    else:
        made = []
    return made + helpers(source, lookup)


_FIRST = ("extern_alias_directive", "preproc_nullable", "preproc_pragma", "preproc_region")


def _name(source: Source, node: Node) -> str:
    return re.sub(r"^(?:global\s+)?using\s+|[\s;]", "", source.of(node).decode())


def _convert(source: Source, node: Node, _: Lookup) -> list[Edit]:
    """const becomes static readonly, or goes, where nothing needs a constant."""
    for parent, _name, _child in around(node):
        constants = [
            child for child in parent.children
            if child.type == "modifier" and source.of(child) == b"const"
        ]  # fmt: skip
        if constants and parent.type in ("field_declaration", "local_declaration_statement"):
            _check_constant(source, parent)
            word = constants[0]
            if parent.type == "field_declaration":
                return [Edit(word.start_byte, word.end_byte, b"static readonly")]
            return [Edit(word.start_byte, word.end_byte + 1, b"")]
        if parent.type == "parameter":
            raise source.refuse(node, "a default of a parameter has to be a constant; take null "
                                "and look it up in the method")  # fmt: skip
    return []


_CONSTANT = ("attribute_argument", "constant_pattern", "case_switch_label")


def _check_constant(source: Source, declaration: Node) -> None:
    """Raises Usage where the file needs one of the names as a constant."""
    names = {
        one.child_by_field_name("name") for one in every(declaration)
        if one.type == "variable_declarator"
    }  # fmt: skip
    words = {name.text for name in names if name is not None}
    for one in every(source.root):
        if one.type != "identifier" or one.text not in words:
            continue
        for parent, name, _ in around(one):
            other = (
                parent.type in ("field_declaration", "local_declaration_statement")
                and parent.id != declaration.id
                and b"const" in source.of(parent).split()
            )
            default = parent.type == "parameter" and name not in ("name", "type")
            if parent.type in _CONSTANT or default or other:
                raise source.refuse(one, "the value is needed as a constant here, and a look-up "
                                    "is none")  # fmt: skip


_LOOKED_UP = re.compile(rb"(?:System\.)?Environment\.GetEnvironmentVariable\(\"(\w+)\"\)")


def _fallback(source: Source, node: Node) -> Fallback | None:
    """Environment.GetEnvironmentVariable("X") ?? "literal" fails without it."""
    parent = node.parent
    left = parent.child_by_field_name("left") if parent is not None else None
    if parent is None or parent.type != "binary_expression" or left is None:
        return None
    found = _LOOKED_UP.fullmatch(source.of(left))
    operator = parent.child_by_field_name("operator")
    if not found or operator is None or source.of(operator) != b"??":
        return None
    new = source.of(left) + b' ?? throw new InvalidOperationException("%s is not set")' % found[1]
    return Fallback(parent, new, found[1].decode())


CSHARP = Language(
    name="C#",
    grammar=("tree_sitter_c_sharp", "language"),
    opening=re.compile(rb"[$@]*(\"{3,}|\")"),
    literals=frozenset([
        "string_literal", "verbatim_string_literal", "raw_string_literal",
        "interpolated_string_expression",
    ]),
    names={
        "variable_declarator": "name",
        "assignment_expression": "left",
        "property_declaration": "name",
        "argument": "name",
    },
    unfit={
        "attribute_argument": "an argument of an attribute has to be a constant",
        "constant_pattern": "a pattern has to be a constant",
        "case_switch_label": "a case label has to be a constant",
        "interpolation": "it stands within another string; take it out by hand",
    },
    plain=frozenset([
        "variable_declarator", "assignment_expression.right", "argument", "return_statement",
        "parenthesized_expression", "arrow_expression_clause", "property_declaration.value",
        "initializer_expression", "equals_value_clause", "lambda_expression.body",
        "collection_element", "attribute_argument",
    ]),
    lookups=_LOOKUPS,
    logins=_LOGINS,
    place=_place,
    convert=_convert,
    fallback=_fallback,
    uncut={b'"""': "a raw string cannot be cut there; make it a plain string first"},
)  # fmt: skip
