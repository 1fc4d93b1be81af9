"""What depends on a credential, for a terminal of 100 columns."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator

from keystop.impact.outcome import Impact, Link, Service

_WIDTH = 100


def report(impact: Impact) -> str:
    """The report: services by weight, what to update, and where the value still stands."""
    return "".join(f"{line}\n" for line in _lines(impact))


def _lines(impact: Impact) -> Iterator[str]:
    yield from _wrapped(f"{impact.name} ({impact.detector}), {impact.place}", "")
    if impact.names:
        yield from _wrapped(f"It goes by: {', '.join(impact.names)}", "")
    yield ""
    count = len(impact.services)
    yield "1 service depends on it." if count == 1 else f"{count or 'No'} services depend on it."
    for service in impact.services:
        yield ""
        yield from _service(service)
    if impact.shared.links:
        yield ""
        yield "Shared by services, or of none"
        if impact.shared.owner:
            yield f"  owner     {impact.shared.owner}"
        for link in impact.shared.links:
            yield from _link(link)
    if impact.update:
        yield ""
        yield "To get the new value:"
        for one in impact.update:
            yield from _wrapped(f"- {one}", "  ")
    yield ""
    if impact.stands:
        yield "The value still stands in:"
    else:
        yield "The value stands in no tracked file, on no branch and no tag."
    for stand in impact.stands:
        spelled = f", as {stand.spelling}" if stand.spelling else ""
        where = f" on {', '.join(stand.refs)}" if stand.refs else ""
        yield from _wrapped(f"{stand.path}:{stand.line}{spelled}{where}", "  ")


def _service(service: Service) -> Iterator[str]:
    yield from _wrapped(service.name, "")
    yield f"  owner     {service.owner or 'nobody is known'}"
    title = "redeploy"
    for one in service.redeploy:
        yield from textwrap.wrap(one, _WIDTH, initial_indent=f"  {title:8}  ",
                                 subsequent_indent=" " * 14, break_on_hyphens=False)  # fmt: skip
        title = ""
    for link in service.links:
        yield from _link(link)


def _link(link: Link) -> Iterator[str]:
    told = f"{link.path}:{link.line}  {link.what}  ({link.confidence}: {link.reason})"
    if len(told) + 2 <= _WIDTH:
        yield f"  {told}"
    else:
        yield from _wrapped(f"{link.path}:{link.line}  {link.what}", "  ")
        yield from _wrapped(f"({link.confidence}: {link.reason})", "      ")


def _wrapped(text: str, indent: str) -> list[str]:
    return textwrap.wrap(text, _WIDTH, initial_indent=indent, subsequent_indent=f"{indent}  ",
                         break_long_words=False, break_on_hyphens=False)  # fmt: skip
