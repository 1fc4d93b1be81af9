"""What a new value takes: what has to hold it, and what has to be deployed or started again."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from keystop.impact.facts import Fact
from keystop.impact.graph import Graph
from keystop.impact.pipelines import system
from keystop.impact.references import CI, Node

# Lines of programs: of themselves they do not say how the program is started.
_CODE = ("environment", "setting", "constant", "import", "client", "store", "value")


def redeploy(service: str, facts: Iterable[Fact], ours: set[Fact]) -> tuple[str, ...]:
    """What to do for a service with these lines; ours are those with the value itself."""
    facts = list(facts)
    found = dict.fromkeys(fact.redo for fact in facts if fact.redo)
    told = list(found)
    if any(fact in ours and fact.kind in _CODE for fact in facts):
        told.insert(0, f"take the value out of {service}, build and deploy it")
    if not told:
        told.append(f"restart {service} with the new value")
    return tuple(told)


def update(graph: Graph, held: set[Node], linked: Iterable[Fact], ours: set[Fact]) -> Iterator[str]:
    """What holds the value and has to get the new one, each once."""
    for fact in linked:
        if fact in ours:
            named = f" ({fact.spelled})" if fact.spelled else ""
            yield f"{fact.path}:{fact.line}{named}"
        for node in (fact.source, fact.target):
            if node is None or node not in held:
                continue
            if node.scope == CI:
                if not graph.bound(node):
                    yield f"{_system(graph, node)} secret {_written(node, graph)}"
            elif node.scope.startswith("store "):
                yield f"secret store entry {node.scope.removeprefix('store ')}"
            elif system(fact.path) not in ("", "GitHub") and _is_given(graph, fact, node):
                yield f"{system(fact.path)} variable {fact.read}"


def _written(node: Node, graph: Graph) -> str:
    """A CI secret as it is written where it is read."""
    return next((one.read for one in graph.by_source[node]), "") or graph.written(node)


def _system(graph: Graph, node: Node) -> str:
    paths = (fact.path for fact in (*graph.by_source[node], *graph.by_target[node]))
    return next(filter(None, map(system, paths)), "CI")


def _is_given(graph: Graph, fact: Fact, node: Node) -> bool:
    """Whether a variable comes from the CI system itself: nothing in the file sets it."""
    return (
        node == fact.source
        and node.scope == f"in {fact.path}"
        and not [one for one in graph.bound(node) if one.path == fact.path]
    )
