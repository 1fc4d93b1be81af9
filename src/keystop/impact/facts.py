"""What a line of a repository says about names: which gets its value from which."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator
from typing import NamedTuple

from keystop.impact.names import fold
from keystop.impact.references import ALL, Node, Scopes, references
from keystop.impact.services import Layout

# Longer lines are not read for names.
_LONG = 1000
# A value that is one reference and nothing else.
_ONE = re.compile(
    r"""["'\s]*(?:\$\{\{[^}]*\}\}|\{\{[^}]*\}\}|\$\{[^}]*\}|\$\([^)]*\)|\$\w+|\$env:\w+"""
    r"""|%\w+%|%env\([^)]*\)%|!\w+\s+\S+|[A-Za-z][\w.]*(?:\[[^\]]*\])?|\w+\(["'][^"']*["']\)|arn:\S+|vault:\S+)["'\s]*"""
)


class File(NamedTuple):
    """A tracked file."""

    path: str
    data: bytes

    @property
    def text(self) -> str:
        """Its text, decoded; what is no text comes as replacement characters, and lines that are
        too long as empty ones: programs wrote them, and our expressions would take long on them.
        """
        wide = self.data[:2] in (b"\xff\xfe", b"\xfe\xff")
        text = self.data.decode("utf-16" if wide else "utf-8-sig", "replace")
        if self.name.endswith(".json"):  # read by token
            return text
        return "\n".join(line if len(line) <= _LONG else "" for line in text.split("\n"))

    @property
    def name(self) -> str:
        """Its name without folders, in small letters."""
        return posixpath.basename(self.path).lower()

    def beside(self, name: str) -> str:
        """The path of a file that is named in this one, from where this one is."""
        path = posixpath.normpath(posixpath.join(posixpath.dirname(self.path), name))
        return "" if path == "." else path


class Fact(NamedTuple):
    """A line, and what it says: that target gets its value from source, or from a literal.

    Without a target the line uses source; without source and literal it declares target. kind is
    a word for what the line is, what says it in words. service is whose line it is, empty where
    it is nobody's own, and redo what it takes there until a new value is used. spelled is the
    name of target, or else of source, as it is written, and read that of source. longer are names
    of source with more of the keys before it. sure: the line says expressly that it reads the
    name, and does not only hold it. pure: target gets nothing but what source has. Line 0:
    nothing stands there, it follows from how files are named.
    """

    path: str
    line: int
    kind: str
    what: str
    service: str
    target: Node | None = None
    source: Node | None = None
    literal: str | None = None
    spelled: str = ""
    read: str = ""
    redo: str = ""
    longer: tuple[Node, ...] = ()
    sure: bool = True
    pure: bool = True


class Context(NamedTuple):
    """The file that facts are read from: its kind, its service, what it takes there until a new
    value is used, and where its names are looked up."""

    file: File
    layout: Layout
    kind: str
    service: str
    redo: str
    scopes: Scopes

    def local(self, name: str) -> Node:
        """A name among the variables of the file."""
        return Node(self.scopes.local, fold(name.removeprefix("TF_VAR_")))

    def fact(
        self,
        line: int,
        what: str,
        *,
        target: Node | None = None,
        source: Node | None = None,
        literal: str | None = None,
        spelled: str = "",
        read: str = "",
        pure: bool = True,
    ) -> Fact:
        """A fact of this file."""
        return Fact(self.file.path, line, self.kind, what, self.service, target, source, literal,
                    spelled, read or spelled, self.redo, pure=pure)  # fmt: skip

    def bound(self, line: int, what: str, target: Node, spelled: str, value: str) -> Iterator[Fact]:
        """The facts of a line that gives a name a value: what it refers to, or a literal."""
        read = list(references(value, self.scopes))
        pure = len(read) == 1 and _ONE.fullmatch(value) is not None
        for one in read:
            yield self.fact(line, what, target=target, source=one.node, spelled=spelled,
                            read=one.spelled, pure=pure)  # fmt: skip
        if not read:
            literal = None if value[:1] in ("&", "*") else value
            yield self.fact(line, what, target=target, literal=literal, spelled=spelled)

    def used(self, line: int, what: str, text: str) -> Iterator[Fact]:
        """The facts of a line that refers to names and gives none a value."""
        for one in references(text, self.scopes):
            yield self.fact(line, f"{what} {one.spelled}", source=one.node, spelled=one.spelled)

    def everything(self, line: int, what: str, target: str, source: str) -> Fact:
        """All names of the scope source are in the scope target, too."""
        return self.fact(line, what, target=Node(target, ALL), source=Node(source, ALL))
