"""What depends on a finding: everything that is read, in the order in which it is."""

from __future__ import annotations

import os
from typing import NamedTuple

from keystop import git
from keystop.errors import NotRead, Usage
from keystop.git import Repository
from keystop.impact import trace, tree
from keystop.impact.facts import Fact, File
from keystop.impact.flow import OTHERS, Flow
from keystop.impact.names import fold
from keystop.impact.outcome import Impact
from keystop.impact.references import EVERYWHERE, Node
from keystop.impact.secret import Secret
from keystop.impact.services import Layout, Owners
from keystop.impact.telling import Found, told
from keystop.respond.located import Located, repository_here


class _Searched(NamedTuple):
    """A repository, and what all its paths begin with."""

    repository: Repository
    top: str


def impact_of(located: Located, others: list[str]) -> Impact:
    """What depends on a finding, in the repository that one is in and in others (folders).

    Raises Usage for a folder that is not there, NotRead where a repository cannot be read.
    """
    secret = Secret(located.value, located.partner.value if located.partner is not None else b"")
    searched = _repositories(others)
    files = [file for one in searched for file in tree.index(one.repository, one.top)]
    layout = Layout((file.path for file in files), (one.top for one in searched))
    values = {
        file.path: secret.spellings.places(file.data)
        for file in files
        if secret.spellings.found(file.data) is not None
    }
    traced = trace.Trace(files, layout, secret.within)
    seeds = traced.begin(values)
    for fact in _named(located, secret, layout):
        traced.graph.learn(fact.spelled)
        seeds.add(Node(EVERYWHERE, fold(fact.spelled)))
        if fact.target is not None:
            now = traced.inside(fact.path, fact.spelled)
            if not any(one.target == fact.target and secret.judge(one) == OTHERS for one in now):
                traced.graph.add(now)
                seeds.add(fact.target)
    traced.follow(seeds)
    by_path = {file.path: file.data for file in files}
    found = Found(
        flow=Flow(
            traced.graph, {node: traced.graph.written(node) for node in sorted(seeds)}, secret.judge
        ),
        graph=traced.graph,
        layout=layout,
        values=values,
        owners={one.top: Owners(one.repository, one.top, by_path) for one in searched},
        elsewhere=[
            place
            for one in searched
            for place in tree.elsewhere(one.repository, one.top, secret.spellings)
        ],
    )
    return told(located.finding, secret, found)


def _repositories(others: list[str]) -> list[_Searched]:
    """The repository that one is in, and others; with a name each where there are several."""
    here = repository_here()
    every = [*([here] if here is not None else []), *map(_repository, others)]
    if not every:
        raise NotRead("this is no repository; name one with --in")
    found = list({os.path.realpath(one.git_dir): one for one in every}.values())
    if len(found) == 1:
        return [_Searched(found[0], "")]
    names: list[str] = []
    for one in found:
        name = os.path.basename(one.top)
        names.append(name if name not in names else f"{name}-{len(names) + 1}")
    return [_Searched(one, f"{name}/") for one, name in zip(found, names, strict=True)]


def _repository(folder: str) -> Repository:
    before = os.getcwd()
    try:
        os.chdir(folder)
    except OSError as error:
        raise Usage(f"{folder}: {error.strerror}") from None
    try:
        return git.find_repository()
    finally:
        os.chdir(before)


def _named(located: Located, secret: Secret, layout: Layout) -> list[Fact]:
    """What the finding itself, which may be of a commit and in no tracked file, names the value."""
    finding = located.finding
    file = File(os.fsdecode(finding.path), located.text)
    facts = trace.at(file, range(finding.line, finding.end_line + 1), layout, secret.within)
    return [fact for fact in facts if fact.spelled]
