"""Python: what it reads from each store, and where that goes."""

from __future__ import annotations

import re
import sys
from typing import TYPE_CHECKING

from keystop.fix.edits import Edit
from keystop.fix.head import Head, head, line_after, line_before, lines_at
from keystop.fix.syntax import Fallback, Language, Lookup, Source

if TYPE_CHECKING:
    from tree_sitter import Node

_CONJUR = '''def from_conjur(variable: str) -> str:
    """The value of a variable in Conjur. Where, and as whom, the environment says."""
    url = os.environ["CONJUR_APPLIANCE_URL"]
    credentials = SimpleCredentialsProvider()
    credentials.save(
        CredentialsData(
            username=os.environ["CONJUR_AUTHN_LOGIN"],
            api_key=os.environ["CONJUR_AUTHN_API_KEY"],
            machine=url,
        )
    )
    client = Client(
        ConjurConnectionInfo(
            conjur_url=url,
            account=os.environ["CONJUR_ACCOUNT"],
            cert_file=os.environ.get("CONJUR_CERT_FILE"),
        ),
        authn_strategy=AuthnAuthenticationStrategy(credentials),
        ssl_verification_mode=SslVerificationMode.CA_BUNDLE
        if "CONJUR_CERT_FILE" in os.environ
        else SslVerificationMode.TRUST_STORE,
    )
    # In a thread of its own: the client is asynchronous, and this one may run a loop already.
    with ThreadPoolExecutor(1) as thread:
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
        "[QUOTEdataQUOTE][QUOTEdataQUOTE][QUOTEvalueQUOTE]",
        ("import hvac",),
    ),
    "conjur": Lookup(
        "from_conjur(QUOTENAMEQUOTE)",
        (
            "import asyncio",
            "import os",
            "from concurrent.futures import ThreadPoolExecutor",
            "from conjur_api import Client",
            "from conjur_api.models import ConjurConnectionInfo, CredentialsData, "
            "SslVerificationMode",
            "from conjur_api.providers import AuthnAuthenticationStrategy, "
            "SimpleCredentialsProvider",
        ),
        _CONJUR,
        "from_conjur",
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
    made = [_import(source, top, line) for line in missing if top.imports]
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


def _import(source: Source, top: Head, line: str) -> Edit:
    """The line among the imports of its kind, or apart from those of other kinds."""
    own = line.split()[1]
    key = (line.startswith("from"), own)
    alike = [node for node in top.imports if _rank(_module(source, node)) == _rank(own)]
    if alike:
        for node in alike:
            if (node.type == "import_from_statement", _module(source, node)) > key:
                return _before(source, node, line)
        return line_after(source, alike[-1], line) if _alone(alike[-1], top) else (
            line_before(source, alike[-1], line))  # fmt: skip
    later = [node for node in top.imports if _rank(_module(source, node)) > _rank(own)]
    if later:
        edit = _before(source, later[0], line)
        return edit._replace(new=edit.new + edit.new[len(line) :])
    return lines_at(source, top.place, f"\n{line}\n")


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
    place=_place,
    sum=("binary_operator", "+"),
    quotes="\"'",
    between=_between,
    convert=_convert,
    fallback=_fallback,
)  # fmt: skip
