"""Go: where look-ups go, and what has to give way to them."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

from keystop.errors import Usage
from keystop.escape import printable
from keystop.fix.edits import Edit, appended, in_file, line_start, next_line
from keystop.fix.go_lookups import LOGINS, LOOKUPS
from keystop.fix.head import head, line_after, lines_at
from keystop.fix.syntax import Language, Lookup, Source, around, every

if TYPE_CHECKING:
    from tree_sitter import Node


def _place(source: Source, lookup: Lookup) -> list[Edit]:
    """Imports and the helper, where no file of the package has it already."""
    if _in_package(source, lookup):
        return []
    specs = [node for node in every(source.root) if node.type == "import_spec"]
    there = [source.of(node).decode() for node in specs]
    missing = [line for line in lookup.imports if line not in there]
    for line in missing:
        _check_free(source, specs, line)
    helper = lookup.helper.replace("    ", "\t")
    return [*_imports(source, specs, missing), appended(source.text, helper)]


def _in_package(source: Source, lookup: Lookup) -> bool:
    """Whether the package has the helper. Raises Usage where the name is something else's."""
    own = Path(source.path)
    defined = re.compile(rf"^(?:func|var|const|type)\s+{lookup.called}\b".encode(), re.M)
    package = _PACKAGE.search(source.text)
    for path in [own, *sorted(set(own.parent.glob("*.go")) - {own})]:
        text = source.text if path == own else path.read_bytes()
        found = defined.search(text)
        other = _PACKAGE.search(text)
        if not found or (package and other and package[0].split() != other[0].split()):
            continue
        same = " ".join(lookup.helper.split()).encode() in b" ".join(text.split())
        tests = path.name.endswith("_test.go") and not own.name.endswith("_test.go")
        if not same or tests:
            number = text.count(b"\n", 0, found.start()) + 1
            where = f"{printable(str(path))}:{number}"
            raise Usage(f"{where}: {lookup.called} is there already, for something else; rename or "
                        "move it first")  # fmt: skip
        return True
    return False


_PACKAGE = re.compile(rb"^package\s+\w+", re.M)


def _check_free(source: Source, specs: list[Node], line: str) -> None:
    """Raises Usage where the name of an import is that of something else in the file."""
    name = _name(line)
    for node in specs:
        if _name(_text(source, node)) == name:
            raise source.refuse(node, f"{name} is another package in this file; name that anew")
    found = re.search(rb"^(?:var|const|type|func)\s+%s\b" % name.encode(), source.text, re.M)
    if found:
        raise source.refuse(found.start(), f"{name} has a meaning of its own; rename it first")


def _name(line: str) -> str:
    """What a file calls an imported package: vault "github.com/hashicorp/vault/api" is vault."""
    alias, _, path = line.partition('"')
    return alias.strip() or path.rstrip('"').rpartition("/")[2]


def _imports(source: Source, specs: list[Node], missing: list[str]) -> list[Edit]:
    lists = [
        node.parent for node in specs
        if node.parent is not None and node.parent.type == "import_spec_list"
    ]  # fmt: skip
    if lists:
        own = [node for node in specs if node.parent == lists[0]]
        return [_in_list(source, own, line) for line in missing]
    top = head(source, lambda node: node.type == "import_declaration",
               lambda node: node.type == "package_clause")  # fmt: skip
    if not missing:
        return []
    if top.imports:
        return [line_after(source, top.imports[-1], f"import {line}") for line in missing]
    lines = "\n" + "".join(f"import {line}\n" for line in missing)
    return [lines_at(source, top.place, lines)]


def _in_list(source: Source, specs: list[Node], line: str) -> Edit:
    """The import in its group: of the standard library, or with a host in its path."""
    own = _path(line)
    alike = [node for node in specs if _hosted(_path(_text(source, node))) == _hosted(own)]
    for node in alike:
        if _path(_text(source, node)) > own:
            start = line_start(source.text, node.start_byte)
            if source.text[start : node.start_byte].strip():
                return Edit(node.start_byte, node.start_byte, f"{line}; ".encode())
            return Edit(start, start, in_file(source.text, f"\t{line}\n"))
    if not alike and not _hosted(own):
        start = line_start(source.text, specs[0].start_byte)
        return Edit(start, start, in_file(source.text, f"\t{line}\n\n"))
    last = alike[-1] if alike else specs[-1]
    lines = f"\t{line}\n" if alike else f"\n\t{line}\n"
    if source.text[last.end_byte : next_line(source.text, last.end_byte)].strip()[:1] == b")":
        return Edit(last.end_byte, last.end_byte, f"; {line}".encode())
    return lines_at(source, next_line(source.text, last.end_byte), lines)


def _text(source: Source, node: Node) -> str:
    return source.of(node).decode()


def _path(line: str) -> str:
    return line.partition('"')[2]


def _hosted(path: str) -> bool:
    return "." in path.partition("/")[0]


def _convert(source: Source, node: Node, _: Lookup) -> list[Edit]:
    """const becomes var, where nothing needs a constant. Raises Usage elsewhere."""
    for parent, _name, child in around(node):
        if parent.type == "const_declaration":
            return _to_variable(source, parent, child)
    return []


def _to_variable(source: Source, declaration: Node, spec: Node) -> list[Edit]:
    """A block of strings becomes one of variables; of another one the spec is taken out."""
    specs = [one for one in declaration.named_children if one.type == "const_spec"]
    keyword = declaration.children[0]
    whole = [Edit(keyword.start_byte, keyword.end_byte, b"var")]
    _check_constant(source, [spec])
    _check_used(source, declaration, _names(source, [spec]))
    if len(specs) == 1:
        return whole
    if b"iota" in source.of(declaration) or any(
        one.child_by_field_name("value") is None for one in specs
    ):
        raise source.refuse(spec, "the constants here count each other; take it out of the block "
                            "first")  # fmt: skip
    if all(source.of(one).rstrip().endswith((b'"', b"`")) for one in specs):
        try:
            _check_constant(source, specs)
        except Usage:
            return _taken_out(source, declaration, spec)
        return whole
    return _taken_out(source, declaration, spec)


def _names(source: Source, specs: list[Node]) -> list[bytes]:
    return [source.of(name) for one in specs for name in one.children_by_field_name("name")]


def _check_constant(source: Source, specs: list[Node]) -> None:
    """Raises Usage where the file needs one of the names as a constant."""
    names, own = _names(source, specs), {one.id for one in specs}
    for one in every(source.root):
        if one.type != "identifier" or source.of(one) not in names:
            continue
        for parent, name, _ in around(one):
            if parent.type == "const_spec" and name == "value" and parent.id not in own:
                raise source.refuse(one, "a constant is made from the value here, and a look-up "
                                    "is none; make it a variable first")  # fmt: skip
            if parent.type == "array_type" and name == "length":
                raise source.refuse(one, "the value gives the length of an array here")


def _taken_out(source: Source, declaration: Node, spec: Node) -> list[Edit]:
    """The block ends before the spec, and begins anew behind it."""
    text = source.text
    start = line_start(text, spec.start_byte)
    indent = text[line_start(text, declaration.start_byte) : declaration.start_byte].decode()
    end = next_line(text, spec.end_byte)
    if text[start : spec.start_byte].strip() or end > declaration.end_byte:
        raise source.refuse(spec, "it shares its line with others; put it on a line of its own")
    before = in_file(text, f"{indent})\n\n{indent}") + b"var "
    after = Edit(end, end, in_file(text, f"\n{indent}const (\n"))
    if not text[declaration.start_byte : spec.start_byte].removeprefix(b"const").strip(b" (\t\r\n"):
        start, before = declaration.start_byte, b"var "
    if text[end : declaration.end_byte].strip() == b")":
        after = Edit(end, next_line(text, declaration.end_byte - 1), b"")
    return [Edit(start, spec.start_byte, before), after]


def _check_used(source: Source, declaration: Node, names: list[bytes]) -> None:
    """A variable of a function has to be used; a constant has not."""
    if declaration.parent is None or declaration.parent.type == "source_file":
        return
    for name in names:
        if len(re.findall(rb"\b%s\b" % re.escape(name), source.text)) < 2:
            raise source.refuse(declaration, "nothing uses the constant, and an unused variable "
                                "is an error; take it away")  # fmt: skip


GO = Language(
    name="Go",
    grammar=("tree_sitter_go", "language"),
    opening=re.compile(rb"([\"`])"),
    literals=frozenset(["interpreted_string_literal", "raw_string_literal"]),
    names={
        "const_spec": "name",
        "var_spec": "name",
        "short_var_declaration": "left",
        "assignment_statement": "left",
        "keyed_element": "key",
    },
    unfit={
        "import_spec": "it is what is imported",
        "field_declaration.tag": "a tag of a field takes no look-up",
    },
    plain=frozenset([
        "expression_list", "argument_list", "literal_element", "parenthesized_expression",
        "return_statement", "send_statement", "var_spec.value", "const_spec.value",
        "index_expression.index",
    ]),
    lookups=LOOKUPS,
    logins=LOGINS,
    place=_place,
    convert=_convert,
)  # fmt: skip
