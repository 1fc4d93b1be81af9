"""From facts and names to what is told: services with their links, and what to do."""

from __future__ import annotations

import posixpath
from typing import NamedTuple

from keystop.escape import printable
from keystop.finding import Finding
from keystop.impact import advice
from keystop.impact.facts import Fact
from keystop.impact.flow import ORDER, OURS, Flow, Held
from keystop.impact.graph import Graph
from keystop.impact.outcome import Impact, Link, Service, Stand
from keystop.impact.secret import Secret, is_test
from keystop.impact.services import Layout, Owners
from keystop.impact.spelling import Place
from keystop.impact.tree import Remains

# Kinds that say less of a line than the others.
_PLAIN = ("constant", "import")


class Found(NamedTuple):
    """All that was found. values are the lines with the value by path, owners by repository."""

    flow: Flow
    graph: Graph
    layout: Layout
    values: dict[str, list[Place]]
    owners: dict[str, Owners]
    elsewhere: list[Remains]


class _Lines:
    """The links of one service, at most one for each line, and the facts behind them."""

    def __init__(self) -> None:
        self.facts: list[Fact] = []
        self.links: dict[tuple[str, int], Link] = {}

    def add(self, path: str, link: Link) -> None:
        """Add the link of a line, unless a better one of it is there."""
        old = self.links.get((path, link.line))
        if old is None or _rank(link) > _rank(old):
            self.links[path, link.line] = link


def _rank(link: Link) -> tuple[int, bool]:
    return ORDER.index(link.confidence), link.kind not in _PLAIN


def told(finding: Finding, secret: Secret, found: Found) -> Impact:
    """What depends on a finding. Nothing in it holds a part of the value."""
    links = list(found.flow.links())
    ours = {fact for fact, _ in links if fact.literal and secret.judge(fact) == OURS}
    lines: dict[str, _Lines] = {}
    for fact, held in links:
        of_service = lines.setdefault(fact.service, _Lines())
        of_service.facts.append(fact)
        of_service.add(fact.path, _link(fact, held, secret, is_value=fact in ours))
    _add_bare_places(lines, secret, found)
    services = [_service(name, one, ours, secret, found) for name, one in lines.items()]
    services.sort(key=lambda one: (-one.weight, one.name))
    update = advice.update(found.graph, set(found.flow.held), [fact for fact, _ in links], ours)
    return Impact(
        detector=finding.detector,
        name=finding.name,
        place=f"{printable(finding.path)}:{finding.line}",
        names=_names(secret, found),
        services=tuple(one for one in services if one.name),
        shared=next((one for one in services if not one.name), Service("", "", (), ())),
        update=tuple(dict.fromkeys(map(secret.shown, update))),
        stands=_stands(secret, found),
    )


def _names(secret: Secret, found: Found) -> tuple[str, ...]:
    graph = found.graph
    nodes = (node for node in found.flow.held if node.name in graph.spelled and graph.crosses(node))
    return tuple(sorted({secret.shown(graph.written(node)) for node in nodes}))


def _link(fact: Fact, held: Held, secret: Secret, *, is_value: bool) -> Link:
    confidence, reason = held
    if is_test(fact.path) and not is_value:
        confidence, reason = "possible", f"a test or an example; {reason}"
    return Link(secret.path(fact.path), fact.line, fact.kind, secret.shown(fact.what), confidence,
                secret.shown(reason), secret.shown(fact.read or fact.spelled))  # fmt: skip


def _add_bare_places(lines: dict[str, _Lines], secret: Secret, found: Found) -> None:
    """Add the lines with the value that give it to no name."""
    known = {key for one in lines.values() for key in one.links}
    for path, places in found.values.items():
        for place in places:
            if (path, place.line) not in known:
                spelled = f", as {place.spelling}" if place.spelling else ""
                link = Link(secret.path(path), place.line, "value", f"the value itself{spelled}",
                            "certain", "the value itself", "")  # fmt: skip
                lines.setdefault(found.layout.of(path), _Lines()).add(path, link)


def _service(name: str, lines: _Lines, ours: set[Fact], secret: Secret, found: Found) -> Service:
    paths = [path for path, _ in lines.links]
    top = found.layout.top(paths[0])
    owners = found.owners[top]
    owner = owners.of(paths)
    if not owner:
        inside = any(path.startswith(f"{name}/") for path in paths)
        folder = f"{name if inside else posixpath.dirname(paths[0])}/"
        owner = owners.author(folder.removeprefix(top).strip("/"))
    redeploy = advice.redeploy(secret.path(name), lines.facts, ours) if name else ()
    links = sorted(lines.links.values(), key=lambda one: (one.path, one.line))
    return Service(
        secret.path(name), printable(owner), tuple(map(secret.shown, redeploy)), tuple(links)
    )


def _stands(secret: Secret, found: Found) -> tuple[Stand, ...]:
    tracked = [
        Stand(secret.path(path), place.line, place.spelling, ())
        for path, places in sorted(found.values.items())
        for place in places
    ]
    gone = [
        Stand(secret.path(one.path), one.line, one.spelling, tuple(map(printable, one.refs)))
        for one in found.elsewhere
    ]
    return (*tracked, *gone)
