"""`keystop impact FINDING`: what depends on a credential."""

from __future__ import annotations

import argparse
import os
import posixpath
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

from keystop import git, quiet
from keystop.errors import NotRead, Usage
from keystop.escape import printable
from keystop.git import Repository
from keystop.impact import advice, dot, html, json, mermaid, text, trace, tree
from keystop.impact.facts import Fact, File
from keystop.impact.flow import NONE, OTHERS, OURS, Flow, Held
from keystop.impact.graph import Graph
from keystop.impact.outcome import Impact, Link, Service, Stand
from keystop.impact.references import EVERYWHERE, Node
from keystop.impact.services import Layout, Owners
from keystop.impact.spelling import Place, Spellings
from keystop.masking import MASK
from keystop.replacing import replace_file
from keystop.respond.located import Located, locate, repository_here
from keystop.role import is_sample

_FORMATS: dict[str, Callable[[Impact], str]] = {
    "text": text.report,
    "json": json.report,
    "dot": dot.report,
    "mermaid": mermaid.report,
    "html": html.report,
}
# Kinds that say less of a line than the others.
_PLAIN = ("constant", "import")
# A shorter literal under the same name is no other credential.
_LEAST = 8
# So many bytes of the value are never shown, wherever they come from.
_WINDOW = 6


def impact(arguments: argparse.Namespace) -> int:
    """Print what depends on a finding, or write it into a file; the exit status."""
    told = _FORMATS[arguments.format](
        impact_of(locate(arguments.what), arguments.repositories or [])
    )
    if arguments.output:
        replace_file(Path(arguments.output), told.encode("utf-8", "backslashreplace"))
    else:
        print(told, end="")
    return 0


class _Secret:
    """The value, for telling what is it and what must not be shown."""

    def __init__(self, located: Located) -> None:
        half = located.partner.value if located.partner is not None else b""
        self.spellings = Spellings(located.value, half)
        self._windows = {
            value[place : place + _WINDOW]
            for value in (located.value, half)
            for place in range(len(value) - _WINDOW + 1)
        }

    def within(self, literal: str) -> bool:
        """Whether a text holds the value, in whatever spelling."""
        return self.spellings.found(literal.encode("utf-8", "surrogateescape")) is not None

    def judge(self, fact: Fact) -> str:
        """What the literal of a fact is."""
        literal = fact.literal or ""
        if self.within(literal):
            return OURS
        value = literal.encode("utf-8", "replace")
        stand_in = len(value) < _LEAST or quiet.placeholder(value) or quiet.placeholder_token(value)
        if stand_in or " " in literal or is_sample(fact.path.encode("utf-8", "surrogateescape")):
            return NONE
        return OTHERS

    def shown(self, name: str) -> str:
        """A name as it may be shown: one that is a part of the value is masked."""
        data = name.encode("utf-8", "surrogateescape")
        if any(data[place : place + _WINDOW] in self._windows for place in range(len(data))):
            return MASK
        return printable(data)

    def path(self, path: str) -> str:
        """A path as it may be shown."""
        return MASK if self.within(path) else printable(path)


class _Searched(NamedTuple):
    """A repository, and what all its paths begin with."""

    repository: Repository
    top: str


def impact_of(located: Located, others: list[str]) -> Impact:
    """What depends on a finding, in the repository that one is in and in others (folders)."""
    secret = _Secret(located)
    searched = _repositories(others)
    files = [file for one in searched for file in tree.index(one.repository, one.top)]
    layout = Layout((file.path for file in files), (one.top for one in searched))
    values = {file.path: places for file in files if (places := _places(secret, file))}
    traced = trace.Trace(files, layout, secret.within)
    seeds = traced.begin(values) | _names(located, secret, layout)
    traced.follow(seeds)
    graph = traced.graph
    flow = Flow(graph, {node: graph.written(node) for node in seeds}, secret.judge)
    by_path = {file.path: file.data for file in files}
    return _told(located, secret, _Found(
        list(flow.links()), values, flow, graph, layout,
        {one.top: Owners(one.repository, one.top, by_path) for one in searched},
        [remains for one in searched
         for remains in tree.elsewhere(one.repository, one.top, secret.spellings)],
    ))  # fmt: skip


def _places(secret: _Secret, file: File) -> list[Place]:
    return (
        secret.spellings.places(file.data) if secret.spellings.found(file.data) is not None else []
    )


def _repositories(others: list[str]) -> list[_Searched]:
    """The repository that one is in, and others; with a name each where there are several."""
    here = repository_here()
    found = [here] if here is not None else []
    for folder in others:
        if not os.path.isdir(folder):
            raise Usage(f"{folder}: there is no such folder")
        before = os.getcwd()
        try:
            os.chdir(folder)
            found.append(git.find_repository())
        finally:
            os.chdir(before)
    if not found:
        raise NotRead("this is no repository; name one with --in")
    found = list({one.git_dir: one for one in found}.values())
    if len(found) == 1:
        return [_Searched(found[0], "")]
    names: list[str] = []
    for one in found:
        name = os.path.basename(one.top)
        names.append(name if name not in names else f"{name}-{len(names) + 1}")
    return [_Searched(one, f"{name}/") for one, name in zip(found, names, strict=True)]


def _names(located: Located, secret: _Secret, layout: Layout) -> set[Node]:
    """The names at the finding itself, which may be of a commit and in no tracked file."""
    if not located.text:
        return set()
    finding = located.finding
    file = File(os.fsdecode(finding.path), located.text)
    lines = range(finding.line, finding.end_line + 1)
    facts = trace.at(file, lines, layout, secret.within)
    return {Node(EVERYWHERE, fact.target.name) for fact in facts if fact.target is not None}


class _Found(NamedTuple):
    links: list[tuple[Fact, Held]]
    values: dict[str, list[Place]]
    flow: Flow
    graph: Graph
    layout: Layout
    owners: dict[str, Owners]
    elsewhere: list[tree.Remains]


def _told(located: Located, secret: _Secret, found: _Found) -> Impact:
    finding = located.finding
    linked = [fact for fact, _ in found.links]
    ours = {fact for fact in linked if fact.literal and secret.judge(fact) == OURS}
    by_service: dict[str, dict[tuple[str, int], Link]] = {}
    facts: dict[str, list[Fact]] = {}
    for fact, held in found.links:
        facts.setdefault(fact.service, []).append(fact)
        link = _link(fact, held, secret, fact in ours)
        lines = by_service.setdefault(fact.service, {})
        key = fact.path, fact.line
        if key not in lines or _better(link, lines[key]):
            lines[key] = link
    _bare_places(found, by_service, secret)
    services = [
        _service(name, list(lines.values()), facts.get(name, []), ours, found, secret)
        for name, lines in by_service.items()
    ]
    services.sort(key=lambda one: (-one.weight, one.name))
    shared = next((one for one in services if not one.name), Service("", "", (), ()))
    names = {found.graph.written(node) for node in found.flow.held
             if node.name in found.graph.spelled and found.graph.crosses(node)}  # fmt: skip
    update = advice.update(found.graph, set(found.flow.held), linked, ours)
    return Impact(
        finding.detector, finding.name, f"{printable(finding.path)}:{finding.line}",
        tuple(sorted({secret.shown(name) for name in names})),
        tuple(one for one in services if one.name), shared,
        tuple(dict.fromkeys(map(secret.shown, update))), _stands(found, secret),
    )  # fmt: skip


def _link(fact: Fact, held: Held, secret: _Secret, is_value: bool) -> Link:
    confidence, reason = held
    if is_sample(fact.path.encode("utf-8", "surrogateescape")) and not is_value:
        confidence, reason = "possible", f"a test or an example; {reason}"
    return Link(secret.path(fact.path), fact.line, fact.kind, secret.shown(fact.what), confidence,
                secret.shown(reason), secret.shown(fact.spelled))  # fmt: skip


def _better(one: Link, other: Link) -> bool:
    order = ("possible", "likely", "certain")
    ranks = [(order.index(link.confidence), link.kind not in _PLAIN) for link in (one, other)]
    return ranks[0] > ranks[1]


def _bare_places(
    found: _Found, by_service: dict[str, dict[tuple[str, int], Link]], secret: _Secret
) -> None:
    """Add the lines with the value that give it to no name."""
    told = {key for lines in by_service.values() for key in lines}
    for path, places in found.values.items():
        for place in places:
            if (path, place.line) not in told:
                spelled = f", as {place.spelling}" if place.spelling else ""
                link = Link(secret.path(path), place.line, "value", f"the value itself{spelled}",
                            "certain", "the value itself", "")  # fmt: skip
                service = found.layout.of(path)
                by_service.setdefault(service, {})[path, place.line] = link


def _service(
    name: str, links: list[Link], facts: list[Fact], ours: set[Fact], found: _Found, secret: _Secret
) -> Service:
    links.sort(key=lambda one: (one.path, one.line))
    top = found.layout.top(links[0].path)
    owners = found.owners[top]
    owner = owners.of(link.path for link in links)
    if not owner:
        of_folder = name.removeprefix(top)
        folder = of_folder if any(link.path.startswith(f"{name}/") for link in links) else (
            posixpath.dirname(links[0].path.removeprefix(top)))  # fmt: skip
        owner = owners.author(folder)
    redeploy = advice.redeploy(secret.path(name), facts, ours) if name else ()
    return Service(
        secret.path(name), printable(owner), tuple(map(secret.shown, redeploy)), tuple(links)
    )


def _stands(found: _Found, secret: _Secret) -> tuple[Stand, ...]:
    tracked = (
        Stand(secret.path(path), place.line, place.spelling, ())
        for path, places in sorted(found.values.items())
        for place in places
    )
    gone = (
        Stand(secret.path(one.path), one.line, one.spelling, tuple(map(printable, one.refs)))
        for one in found.elsewhere
    )
    return (*tracked, *gone)
