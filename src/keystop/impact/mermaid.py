"""What depends on a credential, drawn by Mermaid."""

from __future__ import annotations

from collections.abc import Iterator

from keystop.impact.edges import drawing
from keystop.impact.outcome import Impact

_SHAPES = {
    "credential": ("{{", "}}"),
    "name": ("([", "])"),
    "file": ("[/", "/]"),
    "service": ("[", "]"),
}
_ARROWS = {"certain": "-->", "likely": "-.->", "possible": "-.->"}
# What Mermaid takes for syntax, also between quotes.
_CODES = {ord(sign): f"#{ord(sign)};" for sign in '"#<>&`\\'}


def report(impact: Impact) -> str:
    """A flowchart from left to right."""
    return "".join(f"{line}\n" for line in _lines(impact))


def _lines(impact: Impact) -> Iterator[str]:
    nodes, edges = drawing(impact)
    number = {node: f"n{place}" for place, node in enumerate(nodes)}
    yield "flowchart LR"
    for node in nodes:
        opening, closing = _SHAPES[node.kind]
        yield f'  {number[node]}{opening}"{node.label.translate(_CODES)}"{closing}'
    for edge in edges:
        yield f"  {number[edge.source]} {_ARROWS[edge.confidence]} {number[edge.target]}"
