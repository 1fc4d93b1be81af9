"""Programs as trees, and what a language has to say about its look-ups."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from importlib import import_module
from typing import TYPE_CHECKING, NamedTuple

from keystop.errors import Usage
from keystop.escape import printable
from keystop.extras import missing
from keystop.fix.edits import Edit

if TYPE_CHECKING:
    from tree_sitter import Node


class Lookup(NamedTuple):
    """How a program reads a value from a store.

    expression has NAME for the name, FIELD for the field of a secret with several, and QUOTE for
    the quotes that the file uses. helper is a
    function that it calls, with \\n and four spaces; called is its name. needs are the names of
    the file that they use besides. loose: the expression
    has an operator, so it stands in parentheses where it is a part of another one. waits: it is
    to be awaited.
    """

    expression: str
    imports: tuple[str, ...] = ()
    helper: str = ""
    called: str = ""
    needs: tuple[str, ...] = ()
    loose: bool = False
    waits: bool = False

    def of(self, name: str, quote: str, field: str = "") -> str:
        """The expression for a name; in a secret of Vault a lone value is the field "value"."""
        filled = self.expression.replace("FIELD", field or "value").replace("QUOTE", quote)
        return filled.replace("NAME", name)


class Fallback(NamedTuple):
    """A literal behind a look-up, for when that gives nothing: node is the whole of both, new
    what is left without the literal, name what is looked up."""

    node: Node
    new: bytes
    name: str


class Source(NamedTuple):
    """A file's text, without a byte order mark, and its tree."""

    language: Language
    path: str
    text: bytes
    root: Node

    def of(self, node: Node) -> bytes:
        """The text of a node."""
        return self.text[node.start_byte : node.end_byte]

    def refuse(self, place: Node | int | None, why: str) -> Usage:
        """The error that says where (a node, an offset, the whole file), and why not."""
        start = place if isinstance(place, int) or place is None else place.start_byte
        line = "" if start is None else f"{self.text.count(10, 0, start) + 1}:"
        return Usage(f"{printable(self.path)}:{line} {why}")


def _nothing(_: Source, __: Node, ___: Lookup) -> list[Edit]:
    return []


def _no_fallback(_: Source, __: Node) -> Fallback | None:
    return None


def _whole(_: Source, __: Node) -> str:
    return ""


@dataclass(frozen=True)
class Language:
    """A language: its grammar (package, function), and what stands how in its trees.

    opening matches how a string literal begins; its group is what ends it. literals, comments
    and identifiers are types of nodes. names: type of a node that names a value -> the field of
    its name, empty for its first child. unfit: a type, or type.field, of something around a
    literal -> why no look-up can stand there. plain: parents (type or type.field) that take any
    expression as it is. lookups are by store, logins those of a field of a secret that is JSON.
    sum is the node and operator of a concatenation. between gives what
    stands around an expression in a literal that opens so, empty where it takes none; uncut why
    a literal that opens so cannot be cut in two. place puts imports and helper into the file,
    convert makes room for a look-up (a constant becomes a variable) or refuses it, wrap says what
    is to stand around the whole expression, as "{}" in JSX.
    """

    name: str
    grammar: tuple[str, str]
    opening: re.Pattern[bytes]
    literals: frozenset[str]
    names: Mapping[str, str]
    unfit: Mapping[str, str]
    plain: frozenset[str]
    lookups: Mapping[str, Lookup]
    logins: Mapping[str, Lookup]
    place: Callable[[Source, Lookup], list[Edit]]
    sum: tuple[str, str] = ("binary_expression", "+")
    quotes: str = '"'
    comments: frozenset[str] = frozenset(["comment", "line_comment", "block_comment"])
    between: Callable[[bytes], tuple[str, str] | None] = lambda _: None
    uncut: Mapping[bytes, str] = field(default_factory=dict)
    convert: Callable[[Source, Node, Lookup], list[Edit]] = _nothing
    fallback: Callable[[Source, Node], Fallback | None] = _no_fallback
    wrap: Callable[[Source, Node], str] = _whole

    def lookup(self, store: str, field: str) -> Lookup:
        """How a value is read: a field of its secret, or, without one, all of it."""
        return (self.logins.get(store) if field else None) or self.lookups[store]


def parse(language: Language, path: str, text: bytes) -> Source:
    """A file as a tree. Raises Usage where the parser is missing."""
    try:
        from tree_sitter import Language as Grammar
        from tree_sitter import Parser

        package, function = language.grammar
        grammar = getattr(import_module(package), function)()
    except ImportError:
        raise missing(f"{printable(path)}: parsers of programs are", "fix") from None
    return Source(language, path, text, Parser(Grammar(grammar)).parse(text).root_node)


def around(node: Node) -> Iterator[tuple[Node, str, Node]]:
    """(parent, field, child) from a node outwards; field is what the child is to its parent."""
    while node.parent is not None:
        yield node.parent, field_of(node), node
        node = node.parent


def field_of(node: Node) -> str:
    """What a node is to its parent."""
    parent = node.parent
    for number, child in enumerate(parent.children if parent is not None else ()):
        if child.id == node.id and parent is not None:
            return parent.field_name_for_child(number) or ""
    return ""


def every(node: Node) -> Iterator[Node]:
    """All nodes of a tree, in the order of the text."""
    waiting = [node]  # no recursion: a sum of a thousand strings is a thousand deep
    while waiting:
        one = waiting.pop()
        yield one
        waiting += reversed(one.children)


def errors(source: Source) -> int:
    """How many places of a file are not of its language, going by the grammar."""
    if not source.root.has_error:
        return 0
    return sum(1 for node in every(source.root) if node.is_error or node.is_missing)


def binds(node: Node) -> bool:
    """Whether an identifier is one that is given a meaning there, and not used or imported."""
    parent = node.parent
    if parent is None or node.type not in ("identifier", "constant", "name"):
        return False
    if parent.type in _BINDING:
        return True
    if b"require(" in (parent.text or b"") or parent.type in _USES:
        return False
    name = field_of(node)
    return name in _BOUND and not (name == "name" and _CALLS.search(parent.type))


_CALLS = re.compile("call|invocation|access")
_BOUND = frozenset(["name", "left", "pattern", "declarator", "alias", "parameter"])
_USES = frozenset(["binary_expression", "binary_operator", "boolean_operator", "keyword_argument",
                   "binary", "qualified_name", "scoped_identifier", "argument", "annotation",
                   "attribute", "dotted_name", "import_specifier"])  # fmt: skip
_BINDING = frozenset(["parameters", "lambda_parameters", "formal_parameters", "pattern_list",
                      "tuple_pattern", "as_pattern_target", "method_parameters", "array_pattern",
                      "object_pattern"])  # fmt: skip
