"""Reading what is connected with a credential, and nothing else, until nothing new is found."""

from __future__ import annotations

import os
import posixpath
import re
from collections.abc import Callable, Iterable

from keystop.impact import names, readers
from keystop.impact.code import Program
from keystop.impact.expressions import last
from keystop.impact.facts import Fact, File
from keystop.impact.graph import Graph
from keystop.impact.implicit import IMPLICIT
from keystop.impact.references import ALL, Node
from keystop.impact.services import Layout
from keystop.impact.spelling import Place
from keystop.impact.tree import LARGEST

# Kinds that look a name up, whatever else of that name there is.
_LOOK_UPS = ("environment", "setting")


class Trace:
    """The files of some repositories, and what was read of them so far."""

    def __init__(self, files: Iterable[File], layout: Layout, ours: Callable[[str], bool]) -> None:
        """ours says whether a text holds the value."""
        self._files = {file.path: file for file in files if len(file.data) <= LARGEST}
        self._layout = layout
        self._ours = ours
        # paths by the scope of their variables, and those of programs by their service
        self._at_home: dict[str, list[str]] = {}
        self._beside: dict[str, list[str]] = {}
        for path in self._files:
            self._at_home.setdefault(layout.home(path), []).append(path)
            if readers.is_program(path):
                self._beside.setdefault(layout.of(path), []).append(path)
        self._programs: dict[str, Program] = {}
        self._read: set[str] = set()
        self._sought: set[str] = set()
        self.graph = Graph()

    def begin(self, values: dict[str, list[Place]]) -> set[Node]:
        """Read the files with the value, and those that lead from names to names.

        Returns the names that the value stands under.
        """
        for path in self._files:
            if readers.is_central(path):
                self._settings(path)
        for path, places in values.items():
            if path not in self._files:
                continue
            if readers.is_program(path):
                numbers = {place.line for place in places}
                self.graph.add(self._program(path).values(numbers, self._ours))
            else:
                self._settings(path)
        found = set()
        for fact in self.graph.facts:
            if fact.target and fact.literal and self._ours(fact.literal):
                found.add(fact.target)
                self.graph.learn(fact.spelled, prefer=True)
        return found

    def inside(self, path: str, name: str) -> list[Fact]:
        """What one program, where it is tracked, has of a name that may mean nothing elsewhere."""
        if path not in self._files or not readers.is_program(path):
            return []
        return list(self._program(path).facts(re.compile(names.pattern(name), re.I)))

    def follow(self, seeds: set[Node]) -> None:
        """Read whatever may be connected with some names."""
        while True:
            nodes = self.graph.component(seeds)
            new = {key: seek for key, seek in self._seekers(nodes) if key not in self._sought}
            if not new:
                return
            self._sought |= new.keys()
            self._seek([seek for seek in new.values() if isinstance(seek, str)])
            for seek in new.values():
                if isinstance(seek, Node):
                    self._seek_scope(seek)

    def _seekers(self, nodes: set[Node]) -> Iterable[tuple[str, str | Node]]:
        """What is to be looked for in all files, each with a key of its own."""
        for node in sorted(nodes):
            if self.graph.crosses(node):
                name = self.graph.written(node)
                yield f"name {'/'.join(names.words(name))}", name
            elif node.scope.startswith("in ") and node.name != ALL:
                yield f"{node.scope} {node.name}", node
            if node.scope.startswith(("k8s ", "store ")):
                yield node.scope, node
            elif node.scope.startswith("file ") and node.name != ALL:
                yield f"{node.scope} {node.name}", node
            elif node.scope.startswith("file "):
                yield node.scope, node

    def _seek(self, wanted: list[str]) -> None:
        """Read all files that have one of some names."""
        if not wanted:
            return
        parts = [tuple(word.encode() for word in names.words(name)) for name in wanted]
        pattern = re.compile("|".join(map(names.pattern, wanted)), re.I)
        implicit = {one.variable for one in IMPLICIT} & set(wanted)
        sdks = {names.words(one)[0].encode() for one in implicit}
        for path, file in self._files.items():
            lower = file.data.lower()
            if any(all(word in lower for word in words) for words in parts):
                if readers.is_program(path):
                    self.graph.add(self._program(path).facts(pattern))
                else:
                    self._settings(path)
            if readers.is_program(path) and any(word in lower for word in sdks):
                self.graph.add(self._program(path).implicit(implicit))

    def _seek_scope(self, node: Node) -> None:
        """Read the files that name a Secret, an entry of a store, a file of variables, a module."""
        kind, _, name = node.scope.partition(" ")
        if kind == "in":
            self._seek_within(node)
            return
        if kind == "file" and readers.is_program(name):
            self._members(name, node)
            return
        if kind == "file":
            name = posixpath.basename(name.partition("#")[0])
        if "{{" in name:  # a Secret that a chart names by a template
            for path in self._files:
                if path.startswith(name.split(" ")[1] + "/") and not readers.is_program(path):
                    self._settings(path)
            return
        needle = os.fsencode(name)
        if len(needle) < 3:
            return
        for path, file in self._files.items():
            if needle not in file.data:
                continue
            if not readers.is_program(path):
                self._settings(path)
            elif kind == "store":
                self.graph.add(self._program(path).stores(name))

    def _seek_within(self, node: Node) -> None:
        """Look a name that means nothing elsewhere up in the files of its service."""
        name = self.graph.written(node)
        parts = [word.encode() for word in names.words(name)]
        pattern = re.compile(names.pattern(name), re.I)
        for path in self._at_home.get(node.scope, ()):
            lower = self._files[path].data.lower()
            if not all(word in lower for word in parts):
                continue
            if readers.is_program(path):
                found = self._program(path).facts(pattern)
                self.graph.add(fact for fact in found if fact.kind in _LOOK_UPS and fact.sure)
            else:
                self._settings(path)

    def _members(self, path: str, node: Node) -> None:
        """The uses of a common name of one program in the others of its service."""
        spelled = next((fact.spelled for fact in self.graph.by_target[node] if fact.spelled), "")
        name = last(spelled)
        if not name:
            return
        telling = {word for one in self.graph.spelled.values() for word in names.telling(one)}
        for other in self._beside[self._layout.of(path)]:
            if other != path and name.lower().encode() in self._files[other].data.lower():
                self.graph.add(self._program(other).members(path, name, telling))

    def _settings(self, path: str) -> None:
        if path not in self._read:
            self._read.add(path)
            self.graph.add(readers.read(self._files[path], self._layout))

    def _program(self, path: str) -> Program:
        if path not in self._programs:
            file = self._files[path]
            context = readers.context(file, self._layout, "code")
            self._programs[path] = Program(context, readers.ending(path))
        return self._programs[path]


def at(file: File, lines: range, layout: Layout, ours: Callable[[str], bool]) -> list[Fact]:
    """What some lines of one file, which need not be tracked, say of the value."""
    trace = Trace([file], layout, ours)
    trace.begin({file.path: [Place(line, "") for line in lines]})
    return [fact for fact in trace.graph.facts if fact.line in lines and fact.target]
