"""What depends on a credential, drawn by Graphviz."""

from __future__ import annotations

from collections.abc import Iterator

from keystop.impact.edges import drawing
from keystop.impact.outcome import Impact

_SHAPES = {"credential": "octagon", "name": "ellipse", "file": "note", "service": "box"}
_STYLES = {"certain": "solid", "likely": "dashed", "possible": "dotted"}


def report(impact: Impact) -> str:
    """A graph in the language of dot, from left to right."""
    return "".join(f"{line}\n" for line in _lines(impact))


def _lines(impact: Impact) -> Iterator[str]:
    nodes, edges = drawing(impact)
    number = {node: f"n{place}" for place, node in enumerate(nodes)}
    yield "digraph impact {"
    yield "  rankdir=LR;"
    yield '  node [fontname="sans-serif"];'
    for node in nodes:
        yield f"  {number[node]} [label={_quoted(node.label)}, shape={_SHAPES[node.kind]}];"
    for edge in edges:
        style = _STYLES[edge.confidence]
        yield f"  {number[edge.source]} -> {number[edge.target]} [style={style}];"
    yield "}"


def _quoted(text: str) -> str:
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'
