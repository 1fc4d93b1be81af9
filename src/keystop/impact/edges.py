"""The credential, the names that carry it, files and services, as nodes and edges of a drawing."""

from __future__ import annotations

from typing import NamedTuple

from keystop.impact.outcome import Impact


class Drawn(NamedTuple):
    """A node: what it is (credential, name, file, service), and its label."""

    kind: str
    label: str


class Edge(NamedTuple):
    """From one node to the one that depends on it; confidence of the surest link behind it."""

    source: Drawn
    target: Drawn
    confidence: str


def drawing(impact: Impact) -> tuple[list[Drawn], list[Edge]]:
    """Nodes and edges, each once, in the order of the report."""
    root = Drawn("credential", f"{impact.name}, {impact.place}")
    edges: dict[tuple[Drawn, Drawn], str] = {}

    def add(source: Drawn, target: Drawn, confidence: str) -> None:
        order = ("possible", "likely", "certain")
        old = edges.get((source, target), "possible")
        edges[source, target] = max(old, confidence, key=order.index)

    for service in (*impact.services, impact.shared):
        for link in service.links:
            file = Drawn("file", link.path)
            name = Drawn("name", link.name) if link.name else root
            if link.name:
                add(root, name, link.confidence)
            add(name, file, link.confidence)
            if service.name:
                add(file, Drawn("service", service.name), link.confidence)
    nodes = dict.fromkeys(node for pair in edges for node in pair)
    return list(dict.fromkeys([root, *nodes])), [Edge(*pair, told) for pair, told in edges.items()]
