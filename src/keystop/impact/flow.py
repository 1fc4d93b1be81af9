"""Which names carry the credential, and how sure that is.

From the lines with the value its names are followed to where they get it from and to what gets it
from them. The same name may have another credential elsewhere (a second account): from literals
that are other values the same is done first, and what only these reach is not followed.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import NamedTuple

from keystop.impact.facts import Fact
from keystop.impact.graph import Graph, reached
from keystop.impact.names import words
from keystop.impact.references import ALL, EVERYWHERE, Node

CERTAIN, LIKELY, POSSIBLE = "certain", "likely", "possible"
# From the least to the most.
ORDER = (POSSIBLE, LIKELY, CERTAIN)
# What a literal is: the value itself, another value, or none.
OURS, OTHERS, NONE = "ours", "others", "none"
# Words that tell no credential from another.
_PLAIN = frozenset(
    "token secret key password pass pwd auth api access private credential credentials cred id sid "
    "value var env the my app config setting settings data string prod production main live".split()
)
# Words for what is not the real thing.
_STAGES = frozenset("test testing sandbox staging stage dev development mock fake dummy".split())


class Held(NamedTuple):
    """Why a name is taken to carry the credential."""

    confidence: str
    reason: str


def _everywhere(node: Node) -> Node:
    return Node(EVERYWHERE, node.name)


def least(one: str, other: str) -> str:
    """The lower of two confidences."""
    return min(one, other, key=ORDER.index)


class Flow:
    """The names that carry the credential. judge says what the literal of a fact is."""

    def __init__(self, graph: Graph, seeds: dict[Node, str], judge: Callable[[Fact], str]) -> None:
        """seeds are names at places with the value, as they are written."""
        self._graph = graph
        self._judge = judge
        self._seeds = {OURS: set(seeds), OTHERS: set[Node]()}
        for fact in graph.facts:
            kind = judge(fact) if fact.literal else NONE
            if kind != NONE and fact.target is not None:
                self._seeds[kind].add(fact.target)
        # facts of config.eu.twilio.token, where eu.twilio.token has another value
        self._elsewhere: set[Fact] = set()
        others = self._spread(self._seeds[OTHERS])
        self._elsewhere = {
            fact for fact in graph.facts if any(one in others for one in fact.longer)
        }
        self.strict = self._spread({one for one in self._seeds[OURS] if one.scope != EVERYWHERE})
        self.others = others - self.strict
        self._ambiguous = {node.name for node in self.others}
        self.held = {
            node: Held(CERTAIN, "it is given the value itself") for node in sorted(self.strict)
        }
        self._names = {seeds.get(node, graph.written(node)) for node in self._seeds[OURS]}
        for node in sorted(seeds):
            self.held.setdefault(node, Held(CERTAIN, "the value stands under this name"))
        while self._grow():
            pass

    def _spread(self, start: set[Node]) -> set[Node]:
        return reached(
            start,
            lambda node: (
                target for target, fact in self._graph.forward(node) if fact not in self._elsewhere
            ),
        )

    def _grow(self) -> bool:
        before = len(self.held)
        for node in list(self.held):
            if self._graph.crosses(node) and _everywhere(node) not in self.held:
                self.held[_everywhere(node)] = self.held[node]
        for node in [one for one in self.held if one.scope == EVERYWHERE]:
            for same in sorted(self._graph.named[node.name]):
                if same not in self.held and same not in self.others:
                    self._by_name(same, self.held[node])
        for node in list(self.held):
            self._back(node)
        for node in list(self.held):
            for target, fact in self._graph.forward(node):
                if target not in self.others and fact not in self._elsewhere:
                    held = self.held[node]
                    self.held.setdefault(target, Held(held.confidence, self._from(node, held)))
        return len(self.held) > before

    def _from(self, node: Node, held: Held) -> str:
        if held.confidence == CERTAIN or node.name == ALL:
            return held.reason
        return f"it is filled from {self._graph.written(node)}"

    def _by_name(self, node: Node, held: Held) -> None:
        """The same name in another scope."""
        name = self._graph.written(node)
        bound = self._graph.bound(node)
        sources = [fact.source for fact in bound if fact.source is not None]
        if any(source in self.held for source in sources):
            return  # it comes from there
        if sources and all(source in self.others for source in sources):
            return
        if sources and self._is_another(node, sources):
            return
        if node.name in self._ambiguous:
            own, other = (
                node.name in {one.name for one in self._seeds[of]} for of in (OURS, OTHERS)
            )
            if other and not own:
                return  # of the two it is more likely the one that has this name from the start
            self.held[node] = Held(
                least(held.confidence, LIKELY if own else POSSIBLE),
                f"the name {name}, which elsewhere has another value",
            )
        else:
            self.held[node] = Held(held.confidence, f"the unusual name {name}")

    def _is_another(self, node: Node, sources: list[Node]) -> bool:
        """Whether what fills a name here is told apart from what fills it elsewhere: another
        account, another stage."""
        kinds = {fact.kind for fact in self._graph.bound(node)}
        elsewhere = [
            fact.source
            for same in self._graph.named[node.name]
            if same != node
            for fact in self._graph.bound(same)
            if fact.source is not None and fact.source not in self.others and fact.kind in kinds
        ]
        if all(map(self._is_of_a_stage, sources)):
            return True
        return all(map(self._tells, sources)) and not all(map(self._tells, elsewhere))

    def _is_of_a_stage(self, source: Node) -> bool:
        """Whether a name says that it is for tests, and no name of the credential does."""
        ours = {word for name in self._names for word in words(name)}
        return bool((_STAGES & set(words(self._graph.written(source)))) - ours)

    def _tells(self, source: Node) -> bool:
        """Whether a word of a name tells it from all names that carry the credential."""
        ours = {word for name in self._names for word in words(name)}
        for word in words(self._graph.written(source)):
            if word in _PLAIN or word in ours or any(_abbreviates(word, one) for one in ours):
                continue
            return True
        return False

    def _back(self, node: Node) -> None:
        """What a name that carries it gets its value from, where that is a variable alone."""
        if node.scope == EVERYWHERE:
            return
        for fact in self._graph.bound(node):
            source = fact.source
            if source is None or source in self.held or source in self.others or not fact.pure:
                continue
            if source.name == ALL and not source.scope.startswith("store "):
                continue
            if self._is_of_a_stage(source):
                continue
            name = self._graph.written(node)
            self.held[source] = Held(
                least(self.held[node].confidence, LIKELY),
                f"{name} is filled from {self._graph.written(source)}",
            )

    def links(self) -> Iterator[tuple[Fact, Held]]:
        """The facts that depend on the credential, each with how sure that is."""
        for fact in self._graph.facts:
            held = self._link(fact)
            if held is None or not fact.line:
                continue
            if not fact.sure:
                held = Held(POSSIBLE, f"{held.reason}; but the line may only name it")
            yield fact, held

    def _link(self, fact: Fact) -> Held | None:
        if fact in self._elsewhere:
            return None
        if fact.literal:
            if self._judge(fact) == OURS:
                return Held(CERTAIN, "the value itself")
            return None
        source, target = fact.source, fact.target
        if source is None:
            return self.held.get(target) if target is not None and fact.literal is None else None
        if source.name == ALL:
            own = next((held for one, held in self.held.items() if one.scope == source.scope), None)
            return own and Held(own.confidence, f"what it reads holds it: {own.reason}")
        found = self.held.get(source)
        if found is None and source.scope.startswith("store "):
            found = self.held.get(Node(source.scope, ALL))
        return found


def _abbreviates(short: str, long: str) -> bool:
    """tw, twl for twilio: its first letter, and others in that order."""
    if not short or short[0] != long[0] or len(short) >= len(long):
        return False
    rest = iter(long)
    return all(letter in rest for letter in short)
