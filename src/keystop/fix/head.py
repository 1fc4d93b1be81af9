"""The beginning of a program, where its imports are."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, NamedTuple

from keystop.fix.edits import Edit, in_file, line_end, line_start, next_line
from keystop.fix.syntax import Source

if TYPE_CHECKING:
    from tree_sitter import Node


class Head(NamedTuple):
    """What a program begins with: the imports there, and where lines after them would go.

    place is where a line goes that comes after all of them, or, where there are none, after what
    has to come first (a shebang, a licence, a docstring, a package clause). last is the node
    before it, None where it is the very first.
    """

    imports: tuple[Node, ...]
    place: int
    last: Node | None


def head(
    source: Source, is_import: Callable[[Node], bool], is_preamble: Callable[[Node], bool]
) -> Head:
    """The head of a program, by what its top-level statements are."""
    last: Node | None = None
    imports: list[Node] = []
    begun = 0  # where the comments after the last statement end that belong to the whole file
    children = source.root.named_children
    follow: Node | None = None
    for number, node in enumerate(children):
        if node.type in source.language.comments:
            after = children[number + 1] if number + 1 < len(children) else None
            apart = after is None or after.start_point[0] > node.end_point[0] + 1
            if last is None and (apart or _is_magic(source.of(node), number)):
                begun = next_line(source.text, node.end_byte - 1)
        elif is_import(node):
            imports.append(node)
            last = node
        elif is_preamble(node):
            last = node
        else:
            follow = node
            break
    if last is None:
        return Head((), begun, None)
    end = next_line(source.text, last.end_byte - 1)
    if follow is not None and follow.start_byte < end:  # import a; TOKEN = "..."
        end = line_start(source.text, last.start_byte)
    return Head(tuple(imports), end, last)


def _is_magic(comment: bytes, number: int) -> bool:
    """Whether a comment speaks to the machine, so that it has to stay first."""
    return number < 3 and (
        comment.startswith((b"#!", b"// @ts-", b"/* eslint", b"# -*-", b"# frozen", b"# encoding",
                            b"# typed"))
        or b"coding:" in comment
    )  # fmt: skip


def line_before(source: Source, node: Node, line: str) -> Edit:
    """A line before that of a node, indented as it is; between the statements of its line."""
    start = line_start(source.text, node.start_byte)
    before = source.text[start : node.start_byte]
    if before.strip() and line.endswith(";"):
        return Edit(node.start_byte, node.start_byte, f"{line} ".encode())
    indent = before[: len(before) - len(before.lstrip())]
    return Edit(start, start, indent + line.encode() + line_end(source.text))


def line_after(source: Source, node: Node, line: str) -> Edit:
    """A line after that of a node, indented as it is; between the statements of its line."""
    start = line_start(source.text, node.start_byte)
    place = next_line(source.text, node.end_byte - 1)
    if line.endswith(";") and source.text[node.end_byte : place].strip()[:1] not in (b"", b"/"):
        return Edit(node.end_byte, node.end_byte, f" {line}".encode())
    before = source.text[start : node.start_byte]
    indent = before[: len(before) - len(before.lstrip())].decode()
    return lines_at(source, place, f"{indent}{line}\n")


def lines_at(source: Source, place: int, lines: str) -> Edit:
    """Lines at the beginning of a line; lines end with \\n."""
    new = in_file(source.text, lines)
    if place and source.text[place - 1 : place] != b"\n":  # the last line has no end
        end = line_end(source.text)
        new = end + new.removesuffix(end)
    return Edit(place, place, new)


def sorted_in(
    source: Source, found: list[Node], name: Callable[[Node], str], own: str, line: str
) -> Edit:
    """An import among others (at least one), before the first of them with a greater name."""
    for node in found:
        if name(node) > own:
            return line_before(source, node, line)
    return line_after(source, found[-1], line)
