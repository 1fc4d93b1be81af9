"""What depends on a credential, as it is told: services, links, and places with the value."""

from __future__ import annotations

from typing import NamedTuple


class Link(NamedTuple):
    """A line that depends on the credential, and why. kind is a word for what the line is.

    name is what it reads, or else what it sets; empty where neither is known.
    """

    path: str
    line: int
    kind: str
    what: str
    confidence: str
    reason: str
    name: str


class Service(NamedTuple):
    """What is deployed on its own: its owner, what a new value takes there, and its links."""

    name: str
    owner: str
    redeploy: tuple[str, ...]
    links: tuple[Link, ...]

    @property
    def weight(self) -> int:
        """How much of it depends: a certain link counts three, a likely one two."""
        return sum({"certain": 3, "likely": 2}.get(link.confidence, 1) for link in self.links)


class Stand(NamedTuple):
    """A place with the value. refs are the branches and tags; empty: the working tree's index."""

    path: str
    line: int
    spelling: str
    refs: tuple[str, ...]


class Impact(NamedTuple):
    """What depends on a finding.

    shared are links of no service: files of variables and stores that several use. update is
    what holds the value and has to get the new one. names are all that carry it, as written.
    """

    detector: str
    name: str
    place: str
    names: tuple[str, ...]
    services: tuple[Service, ...]
    shared: Service
    update: tuple[str, ...]
    stands: tuple[Stand, ...]
