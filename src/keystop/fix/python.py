"""Python: what it reads from each store, and where that goes."""

from __future__ import annotations

import re
import sys
from typing import TYPE_CHECKING

from keystop.fix.edits import Edit, line_end
from keystop.fix.head import Head, head, line_after, line_before, lines_at
from keystop.fix.syntax import Fallback, Language, Lookup, Source

if TYPE_CHECKING:
    from tree_sitter import Node

_CONJUR = '''def from_conjur(variable: str) -> str:
    """The value of a variable in Conjur. Where, and as whom, the environment says."""
    url = os.environ["CONJUR_APPLIANCE_URL"]
    certificate = os.environ.get("CONJUR_CERT_FILE")
    modes = conjur_api.models.SslVerificationMode
    credentials = conjur_api.providers.SimpleCredentialsProvider()
    credentials.save(
        conjur_api.models.CredentialsData(
            username=os.environ["CONJUR_AUTHN_LOGIN"],
            api_key=os.environ["CONJUR_AUTHN_API_KEY"],
            machine=url,
        )
    )
    client = conjur_api.Client(
        conjur_api.models.ConjurConnectionInfo(
            conjur_url=url, account=os.environ["CONJUR_ACCOUNT"], cert_file=certificate
        ),
        authn_strategy=conjur_api.providers.AuthnAuthenticationStrategy(credentials),
        ssl_verification_mode=modes.CA_BUNDLE if certificate else modes.TRUST_STORE,
    )
    # In a thread of its own: the client is asynchronous, and this one may run a loop already.
    with concurrent.futures.ThreadPoolExecutor(1) as thread:
        return thread.submit(lambda: asyncio.run(client.get(variable))).result().decode()
'''

_LOOKUPS = {
    "env": Lookup("os.environ[QUOTENAMEQUOTE]", ("import os",)),
    "aws": Lookup(
        "boto3.client(QUOTEsecretsmanagerQUOTE).get_secret_value(SecretId=QUOTENAMEQUOTE)"
        "[QUOTESecretStringQUOTE]",
        ("import boto3",),
    ),
    "vault": Lookup(
        "hvac.Client().secrets.kv.v2.read_secret_version("
        "QUOTENAMEQUOTE, raise_on_deleted_version=True)"
        "[QUOTEdataQUOTE][QUOTEdataQUOTE][QUOTEFIELDQUOTE]",
        ("import hvac",),
    ),
    "conjur": Lookup(
        "from_conjur(QUOTENAMEQUOTE)",
        (
            "import asyncio",
            "import concurrent.futures",
            "import os",
            "import conjur_api",
            "import conjur_api.models",
            "import conjur_api.providers",
        ),
        _CONJUR,
        "from_conjur",
        ("asyncio", "concurrent", "os", "conjur_api"),
    ),
}
_JSON = "json.loads({})[QUOTEFIELDQUOTE]"
_LOGINS = {
    "aws": Lookup(
        _JSON.format(_LOOKUPS["aws"].expression),
        ("import json", "import boto3"),
        needs=("boto3",),
    ),
    "conjur": _LOOKUPS["conjur"]._replace(
        expression=_JSON.format(_LOOKUPS["conjur"].expression),
        imports=tuple(sorted((*_LOOKUPS["conjur"].imports, "import json"))),
    ),
}


def _place(source: Source, lookup: Lookup) -> list[Edit]:
    """Imports beside those of their kind; the helper after the imports."""
    top = head(
        source,
        lambda node: node.type in ("import_statement", "import_from_statement"),
        lambda node: node.type == "future_import_statement" or _is_docstring(source, node),
    )
    missing = [line for line in lookup.imports if not _has(source, top, line)]
    made = _imports(source, top, missing) if top.imports else []
    if missing and not top.imports:
        before = "\n" if top.last is not None else ""
        lines = before + "\n".join(missing) + "\n"
        blank = source.text[top.place : top.place + 1] in (b"\n", b"\r", b"")
        made.append(lines_at(source, top.place, lines if blank else lines + "\n"))
    if lookup.helper and lookup.helper.encode() not in source.text.replace(b"\r\n", b"\n"):
        rest = source.text[top.place :].lstrip(b"\r\n")
        made.append(lines_at(source, top.place, f"\n\n{lookup.helper}\n" if rest else
                             f"\n\n{lookup.helper}"))  # fmt: skip
    return made


def _is_docstring(source: Source, node: Node) -> bool:
    first = next((one for one in source.root.named_children if one.type != "comment"), node)
    return (
        node.id == first.id
        and node.type == "expression_statement"
        and node.named_children[0].type in ("string", "concatenated_string")
    )


def _has(source: Source, top: Head, line: str) -> bool:
    """Whether the head has an import already; import os as os counts, in any order of names."""
    wanted = line.encode().split()
    for node in top.imports:
        words = source.of(node).replace(b",", b" ").replace(b"(", b" ").replace(b")", b" ").split()
        if b"as" in words:
            continue
        kept = [word.strip(b",") for word in wanted]
        if words[0] == kept[0] == b"import" and kept[1] in words:
            return True
        if words[:2] == kept[:2] and words[0] == b"from" and set(kept[3:]) <= set(words[3:]):
            return True
    return False


def _module(source: Source, node: Node) -> str:
    return source.of(node).split()[1].decode()


def _rank(module: str) -> int:
    """0 for the standard library, 1 for what is installed, 2 for the program's own."""
    if module.startswith("."):
        return 2
    return 0 if module.partition(".")[0] in sys.stdlib_module_names else 1


def _imports(source: Source, top: Head, missing: list[str]) -> list[Edit]:
    """The lines among the imports of their kind, or apart from those of other kinds."""
    made = []
    for rank in range(3):
        lines = [line for line in missing if _rank(line.split()[1]) == rank]
        ranks = [(_rank(_module(source, node)), node) for node in top.imports]
        alike = [node for one, node in ranks if one == rank]
        later = [node for one, node in ranks if one > rank]
        if alike:
            made += [_among(source, top, alike, line) for line in lines]
        elif lines and later:
            edit = _before(source, later[0], "\n".join(lines))
            made.append(edit._replace(new=edit.new + line_end(source.text)))
        elif lines:
            made.append(lines_at(source, top.place, "\n" + "\n".join(lines) + "\n"))
    return made


def _among(source: Source, top: Head, alike: list[Node], line: str) -> Edit:
    """A line among imports of its kind: import before from, then by the module's name."""
    key = (line.startswith("from"), line.split()[1])
    for node in alike:
        if (node.type == "import_from_statement", _module(source, node)) > key:
            return _before(source, node, line)
    put = line_after if _alone(alike[-1], top) else line_before
    return put(source, alike[-1], line)


def _alone(node: Node, top: Head) -> bool:
    """Whether nothing but an import stands on an import's last line."""
    return node.end_byte <= top.place


def _before(source: Source, node: Node, line: str) -> Edit:
    """A line before an import, and before the comments that stand right above it."""
    first = node
    while (
        first.prev_sibling is not None
        and first.prev_sibling.type == "comment"
        and first.prev_sibling.end_point[0] + 1 == first.start_point[0]
        and first.prev_sibling.prev_sibling is not None
        and first.prev_sibling.prev_sibling.end_point[0] < first.prev_sibling.start_point[0]
    ):
        first = first.prev_sibling
    return line_before(source, first, line)


_GET = re.compile(rb"os\.(?:getenv|environ\.get)$")


def _fallback(source: Source, node: Node) -> Fallback | None:
    """os.getenv("X", "literal") and os.environ.get("X") or "literal" become os.environ["X"]."""
    parent = node.parent
    if parent is None:
        return None
    call, own = parent, False
    if parent.type == "boolean_operator" and b" or " in source.of(parent):
        left = parent.child_by_field_name("left")
        if left is None or left.type != "call" or left.id == node.id:
            return None
        call = left
    elif parent.type == "argument_list" and parent.parent is not None:
        call, own = parent.parent, True
    function = call.child_by_field_name("function")
    arguments = call.child_by_field_name("arguments")
    if function is None or arguments is None or not _GET.match(source.of(function)):
        return None
    first = arguments.named_children[0] if arguments.named_children else None
    if first is None or first.type != "string" or first.id == node.id:
        return None
    whole = call if own else parent
    name = re.sub(rb"\W", b"", source.of(first)).decode()
    return Fallback(whole, b"os.environ[" + source.of(first) + b"]", name)


def _convert(source: Source, node: Node, _: Lookup) -> list[Edit]:
    """Nothing changes but the literal; a docstring, and a key of what is deleted, is refused."""
    parent = node.parent
    if parent is not None and parent.type == "expression_statement":
        raise source.refuse(node, "it stands in a docstring or in text that nothing reads; take "
                            "it out by hand")  # fmt: skip
    return []


def _between(opening: bytes) -> tuple[str, str] | None:
    return ("{", "}") if b"f" in opening.lower()[:2] else None


PYTHON = Language(
    name="Python",
    grammar=("tree_sitter_python", "language"),
    opening=re.compile(rb"[A-Za-z]{0,2}(\"\"\"|'''|\"|')"),
    literals=frozenset(["string"]),
    names={
        "assignment": "left",
        "augmented_assignment": "left",
        "keyword_argument": "name",
        "default_parameter": "name",
        "typed_default_parameter": "name",
        "named_expression": "name",
        "pair": "key",
    },
    unfit={
        "case_pattern": "a pattern of a match statement takes no look-up; compare with if",
        "type": "it is a type",
        "format_specifier": "it is how something is formatted",
    },
    plain=frozenset([
        "assignment.right", "argument_list", "keyword_argument.value", "pair.value", "pair",
        "list", "tuple", "set", "return_statement", "parenthesized_expression",
        "default_parameter.value", "typed_default_parameter.value", "expression_list",
        "comparison_operator", "expression_statement", "named_expression.value", "interpolation",
        "augmented_assignment.right", "subscript.subscript", "boolean_operator",
        "conditional_expression", "if_statement.condition", "assert_statement", "yield",
        "lambda.body", "for_statement.right",
    ]),
    lookups=_LOOKUPS,
    logins=_LOGINS,
    place=_place,
    sum=("binary_operator", "+"),
    quotes="\"'",
    between=_between,
    convert=_convert,
    fallback=_fallback,
)  # fmt: skip
