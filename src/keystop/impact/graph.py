"""Names, and what they get their values from: a graph of all facts that were read."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator

from keystop.impact.facts import Fact
from keystop.impact.names import distinctive, words
from keystop.impact.references import ALL, Node

_NAME = re.compile(r"[\w.\-:/]+")


class Graph:
    """Facts by the nodes that they join."""

    def __init__(self) -> None:
        self.facts: list[Fact] = []
        self._known: set[Fact] = set()
        self.by_target: defaultdict[Node, list[Fact]] = defaultdict(list)
        self.by_source: defaultdict[Node, list[Fact]] = defaultdict(list)
        # all names of a scope go into another one
        self.into: defaultdict[str, list[Fact]] = defaultdict(list)
        self.out_of: defaultdict[str, list[Fact]] = defaultdict(list)
        self.named: defaultdict[str, set[Node]] = defaultdict(set)
        self.scoped: defaultdict[str, set[Node]] = defaultdict(set)
        # how a folded name is written, by the spelling that shows its words best
        self.spelled: dict[str, str] = {}
        self._preferred: set[str] = set()

    def add(self, facts: Iterable[Fact]) -> None:
        """Add facts; those that are there already are left."""
        for fact in facts:
            if fact in self._known:
                continue
            self._known.add(fact)
            self.facts.append(fact)
            if _is_everything(fact):
                assert fact.target is not None
                assert fact.source is not None
                self.out_of[fact.source.scope].append(fact)
                self.into[fact.target.scope].append(fact)
                continue
            for node, by in ((fact.target, self.by_target), (fact.source, self.by_source)):
                if node is not None:
                    by[node].append(fact)
                    self.named[node.name].add(node)
                    self.scoped[node.scope].add(node)
            if fact.target is not None:
                self.learn(fact.spelled)
            if fact.source is not None:
                self.learn(fact.read)

    def learn(self, spelled: str, *, prefer: bool = False) -> None:
        """Remember how a name is written; of two ways the first that is preferred."""
        parts = words(spelled) if _NAME.fullmatch(spelled) else ()
        folded = "".join(parts)
        known = len(words(self.spelled.get(folded, "")))
        first = prefer and folded not in self._preferred
        if len(parts) > known or (first and len(parts) == known):
            self.spelled[folded] = spelled
        if prefer:
            self._preferred.add(folded)

    def written(self, node: Node) -> str:
        """A node's name as it is written somewhere."""
        return self.spelled.get(node.name, node.name)

    def crosses(self, node: Node) -> bool:
        """Whether the name of a node means the same in other scopes."""
        return node.name != ALL and distinctive(self.written(node))

    def forward(self, node: Node) -> Iterator[tuple[Node, Fact]]:
        """What gets the value of a node, each with the fact that says so."""
        for fact in self.by_source[node]:
            if fact.target is not None:
                yield fact.target, fact
        for fact in self.out_of[node.scope]:
            assert fact.target is not None
            yield Node(fact.target.scope, node.name), fact
        if node.name != ALL:
            # a file that is read whole, a Secret that is mounted
            for fact in self.by_source[Node(node.scope, ALL)]:
                if fact.target is not None:
                    yield fact.target, fact
        elif node.scope.startswith("store "):
            # an entry of a store that is written as one: whatever is read of it
            for other in self.scoped[node.scope]:
                yield from ((fact.target, fact) for fact in self.by_source[other] if fact.target)

    def near(self, node: Node) -> Iterator[Node]:
        """All nodes that a fact or a common name joins with a node, in whatever direction."""
        yield from (target for target, _ in self.forward(node))
        yield from (fact.source for fact in self.by_target[node] if fact.source is not None)
        for fact in self.into[node.scope]:
            assert fact.source is not None
            yield from (one for one in self.scoped[fact.source.scope] if one.name == node.name)
        if self.crosses(node):
            yield from self.named[node.name]

    def component(self, start: Iterable[Node]) -> set[Node]:
        """All nodes that can be reached from some."""
        return reached(start, self.near)

    def bound(self, node: Node) -> list[Fact]:
        """The facts that give a node something: a literal, or what another node has."""
        given = [
            fact
            for fact in self.by_target[node]
            if (fact.source is not None and fact.source != node) or fact.literal
        ]
        for fact in self.into[node.scope]:
            assert fact.source is not None
            inner = Node(fact.source.scope, node.name)
            if self.by_target[inner]:
                given.append(fact._replace(target=node, source=inner))
        return given


def _is_everything(fact: Fact) -> bool:
    return (
        fact.target is not None
        and fact.source is not None
        and fact.target.name == fact.source.name == ALL
    )


def reached(start: Iterable[Node], near: Callable[[Node], Iterable[Node]]) -> set[Node]:
    """The nodes themselves, and all that near leads to from them, again and again."""
    found: set[Node] = set()
    left = list(start)
    while left:
        node = left.pop()
        if node not in found:
            found.add(node)
            left.extend(near(node))
    return found
