"""Helpers of languages whose functions are members of a class: Java and C#."""

from __future__ import annotations

from typing import TYPE_CHECKING

from keystop.fix.edits import Edit, in_file, line_start
from keystop.fix.syntax import Lookup, Source, every

if TYPE_CHECKING:
    from tree_sitter import Node

_TYPES = ("class_declaration", "interface_declaration", "enum_declaration", "record_declaration",
          "struct_declaration", "record_struct_declaration")  # fmt: skip


def helpers(source: Source, lookup: Lookup) -> list[Edit]:
    """The helper at the end of the file's type; a nested one sees the members of that around it.

    Raises Usage where there is none, or several, or statements of C# outside of all.
    """
    if not lookup.helper:
        return []
    types = [node for node in every(source.root) if node.type in _TYPES and not _nested(node)]
    if any(node.type == "global_statement" for node in source.root.named_children):
        types = []
    if len(types) != 1:
        raise source.refuse(
            None, "the look-up needs a method of its own, and the file has "
            f"{'no type' if not types else 'several types'} to put it into; --store env needs none"
        )  # fmt: skip
    if b" ".join(lookup.helper.encode().split()) in b" ".join(source.text.split()):
        return []
    body = types[0].child_by_field_name("body")
    if body is None or not body.children or body.children[-1].type != "}":
        raise source.refuse(types[0], "the type has no body to put the look-up's method into")
    end = body.children[-1].start_byte
    start = line_start(source.text, end)
    indent = source.text[line_start(source.text, types[0].start_byte) : types[0].start_byte]
    blank = "" if source.text[start:end].strip() else "\n"
    step = indent.decode() if not indent.strip() else ""
    lines = "".join(f"{step}    {line}\n" if line else "\n" for line in lookup.helper.splitlines())
    place = start if blank else end
    return [Edit(place, place, in_file(source.text, f"\n{lines}"))]


def _nested(node: Node) -> bool:
    parent = node.parent
    while parent is not None:
        if parent.type in _TYPES:
            return True
        parent = parent.parent
    return False
