"""JavaScript and TypeScript: where look-ups go, and where they cannot."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from keystop.fix import javascript_lookups
from keystop.fix.edits import Edit, appended
from keystop.fix.head import head, lines_at
from keystop.fix.syntax import Fallback, Language, Lookup, Source, around, every, field_of

if TYPE_CHECKING:
    from tree_sitter import Node


def _place(source: Source, lookup: Lookup) -> list[Edit]:
    """Imports after those that are there; the helper, which is hoisted, at the end."""
    made = []
    module = is_module(source) or any(node.type in _ESM for node in source.root.named_children)
    top = head(source, lambda node: _is_import(source, node), lambda node: _is_directive(node))
    for line in lookup.imports:
        package = re.findall(r'"(.+)"', line)[0]
        names = re.findall(r"[A-Za-z]+", line.partition(" from ")[0])[1:]
        if any(
            package in source.of(node).decode()
            and all(re.search(rf"\b{name}\b", source.of(node).decode()) for name in names)
            for node in top.imports
        ):
            continue
        _check_free(source, names)
        if not module:
            line = f'const {line[7:].partition(" from ")[0]} = require("{package}");'
        like = source.of(top.imports[-1]) if top.imports else source.text
        if like.count(b"'") > like.count(b'"'):
            line = line.replace('"', "'")
        if b";" not in like:
            line = line.removesuffix(";")
        blank = "" if top.imports or source.text[top.place : top.place + 1] in b"\r\n" else "\n"
        made.append(lines_at(source, top.place, f"{line}\n{blank}"))
    if lookup.helper and not _there(source, lookup):
        helper = lookup.helper
        if b"\n  " in source.text and b"\n    " not in re.sub(rb"\n +\*", b"", source.text):
            helper = helper.replace("    ", "  ")
        made.append(appended(source.text, helper))
    return made


_DECLARING = frozenset([
    "import_clause", "import_specifier", "namespace_import", "class_declaration",
    "variable_declarator", "function_declaration", "object_pattern",
])  # fmt: skip


def _check_free(source: Source, names: list[str]) -> None:
    """Raises Usage where the file declares what an import would."""
    for node in every(source.root):
        parent = node.parent
        if parent is None or node.named_children or parent.type not in _DECLARING:
            continue
        if source.of(node).decode() in names and field_of(node) != "value":
            raise source.refuse(node, f"{source.of(node).decode()} has a meaning of its own in "
                                "this file; rename it first")  # fmt: skip


def _there(source: Source, lookup: Lookup) -> bool:
    return lookup.helper.encode().split() == [] or b" ".join(
        lookup.helper.encode().split()
    ) in b" ".join(source.text.split())


def _is_import(source: Source, node: Node) -> bool:
    if node.type == "import_statement":
        return True
    return node.type in ("lexical_declaration", "variable_declaration") and bool(
        re.search(rb"=\s*require\(\s*['\"][^'\"]+['\"]\s*\)(?:\.\w+)?;?$", source.of(node))
    )


def _is_directive(node: Node) -> bool:
    return node.type == "hash_bang_line" or (
        node.type == "expression_statement" and node.named_children[0].type == "string"
    )


def is_module(source: Source) -> bool:
    """Whether Node takes a file for an ES module, which may wait for a promise as it loads."""
    suffix = Path(source.path).suffix
    if suffix in (".mjs", ".mts", ".cjs", ".cts"):
        return suffix[1] == "m"
    top = {node.type for node in source.root.named_children}
    if re.search(rb"\brequire\(|\bmodule\.exports\b", source.text) and not top & _ESM:
        return False
    for folder in Path(source.path).absolute().parents:
        try:
            package = json.loads((folder / "package.json").read_text(encoding="utf-8"))
        except FileNotFoundError:
            continue
        except (OSError, ValueError):
            return False
        module = isinstance(package, dict) and package.get("type") == "module"
        return module and not (suffix in (".ts", ".tsx") and _compiled_to_commonjs(folder))
    return False


def _compiled_to_commonjs(folder: Path) -> bool:
    """Whether the compiler of TypeScript is told so. Its settings may have comments."""
    try:
        settings = (folder / "tsconfig.json").read_text(encoding="utf-8")
    except (OSError, ValueError):
        return False
    found = re.search(r'"module"\s*:\s*"(\w+)"', settings)
    return found is not None and found[1].lower() in ("commonjs", "amd", "umd", "none", "es2015",
                                                      "es6", "es2020")  # fmt: skip


_ESM = {"import_statement", "export_statement"}
_FUNCTIONS = ("function_declaration", "function_expression", "arrow_function", "method_definition",
              "generator_function", "generator_function_declaration")  # fmt: skip


def _may_not_wait(source: Source, node: Node) -> str:
    """Why no await can stand in the place of a node; empty where it can."""
    for parent, name, _ in around(node):
        if parent.type in _FUNCTIONS:
            if name == "body" and any(child.type == "async" for child in parent.children):
                return ""
            return "the store answers with a promise, and the function here is not async"
        if parent.type in ("field_definition", "public_field_definition", "class_static_block"):
            return "the store answers with a promise, and a class's field cannot wait for one"
    if is_module(source):
        return ""
    return "the store answers with a promise, and only an ES module can wait for one while it loads"


def _convert(source: Source, node: Node, lookup: Lookup) -> list[Edit]:
    """Refuses what takes no expression: x as const, and a template that a function reads."""
    parent = node.parent
    if parent is None:
        return []
    if parent.type == "as_expression" and source.of(parent).endswith(b"const"):
        raise source.refuse(node, "as const takes a literal only; take it away first")
    if node.type == "template_string" and parent.type == "call_expression":
        raise source.refuse(node, "a function reads the parts of this template; change it by hand")
    if parent.type == "expression_statement":
        raise source.refuse(node, "it stands where only a directive does; take it out by hand")
    reason = _may_not_wait(source, node) if lookup.waits else ""
    if reason:
        raise source.refuse(node, f"{reason}; --store env needs no waiting")
    return []


_LOOKED_UP = re.compile(rb"process\.env(?:\.(\w+)|\[['\"](\w+)['\"]\])$")


def _fallback(source: Source, node: Node) -> Fallback | None:
    """process.env.X || "literal" becomes process.env.X."""
    parent = node.parent
    if parent is None or parent.type != "binary_expression":
        return None
    left, operator = parent.child_by_field_name("left"), parent.child_by_field_name("operator")
    if left is None or operator is None or source.of(operator) not in (b"||", b"??"):
        return None
    found = _LOOKED_UP.match(source.of(left))
    if not found:
        return None
    name = (found[1] or found[2]).decode()
    quote = "'" if source.of(node)[:1] == b"'" else '"'
    return Fallback(parent, source.language.lookups["env"].of(name, quote).encode(), name)


def _between(opening: bytes) -> tuple[str, str] | None:
    return ("${", "}") if opening == b"`" else None


def _wrap(_: Source, node: Node) -> str:
    return "{}" if node.parent is not None and node.parent.type == "jsx_attribute" else ""


JAVASCRIPT = Language(
    name="JavaScript",
    grammar=("tree_sitter_javascript", "language"),
    opening=re.compile(rb"([\"'`])"),
    literals=frozenset(["string", "template_string"]),
    names={
        "variable_declarator": "name",
        "assignment_expression": "left",
        "augmented_assignment_expression": "left",
        "pair": "key",
        "field_definition": "property",
        "public_field_definition": "name",
        "assignment_pattern": "left",
        "object_assignment_pattern": "left",
        "required_parameter": "pattern",
        "optional_parameter": "pattern",
        "jsx_attribute": "",
    },
    unfit={
        "import_statement": "it is what is imported",
        "export_statement.source": "it is what is exported from",
        "export_specifier": "it is the name of an export",
        "literal_type": "it is a type",
        "enum_assignment": "a member of an enum is a constant; make it a variable first",
        "pair.key": "it is the name of a property; take it out by hand",
        "jsx_text": "it is text of a page, where everybody reads it",
    },
    plain=frozenset([
        "variable_declarator.value", "assignment_expression.right", "pair.value", "arguments",
        "array", "return_statement", "parenthesized_expression", "field_definition.value",
        "public_field_definition.value", "assignment_pattern.right", "template_substitution",
        "object_assignment_pattern.right", "required_parameter.value", "jsx_attribute",
        "optional_parameter.value", "arrow_function.body", "jsx_expression", "export_statement",
        "subscript_expression.index", "switch_case.value", "throw_statement",
        "export_statement.value",
    ]),
    lookups=javascript_lookups.JAVASCRIPT,
    logins=javascript_lookups.JAVASCRIPT_LOGINS,
    place=_place,
    quotes="\"'",
    between=_between,
    convert=_convert,
    fallback=_fallback,
    wrap=_wrap,
)  # fmt: skip
TYPESCRIPT = replace(
    JAVASCRIPT,
    name="TypeScript",
    grammar=("tree_sitter_typescript", "language_typescript"),
    lookups=javascript_lookups.TYPESCRIPT,
    logins=javascript_lookups.TYPESCRIPT_LOGINS,
)
TSX = replace(TYPESCRIPT, grammar=("tree_sitter_typescript", "language_tsx"))
