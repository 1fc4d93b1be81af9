"""What depends on a credential as one page that needs nothing else."""

from __future__ import annotations

from collections.abc import Iterator
from html import escape

from keystop.impact.outcome import Impact, Link, Service, Stand

_STYLE = """
:root { color-scheme: light dark; }
body { font: 15px/1.5 system-ui, sans-serif; max-width: 70rem; }
body { margin: 2rem auto; padding: 0 1rem; }
h1 { font-size: 1.5rem; }
h2 { font-size: 1.1rem; margin-top: 2rem; }
code { font-family: ui-monospace, monospace; overflow-wrap: anywhere; }
details { border: 1px solid #8888; border-radius: .4rem; padding: .5rem 1rem; margin: .6rem 0; }
summary { cursor: pointer; font-weight: 600; }
table { border-collapse: collapse; width: 100%; }
td, th { border-top: 1px solid #8884; padding: .25rem .5rem; }
td, th { text-align: left; vertical-align: top; }
.certain { border-left: .3rem solid #c62828; }
.likely { border-left: .3rem solid #ef6c00; }
.possible { border-left: .3rem solid #9e9e9e; }
"""


def report(impact: Impact) -> str:
    """The page: services by weight, what to update, and where the value still stands."""
    return "".join(f"{line}\n" for line in _lines(impact))


def _lines(impact: Impact) -> Iterator[str]:
    title = f"{impact.name}, {impact.place}"
    yield "<!DOCTYPE html>"
    yield '<html lang="en"><head><meta charset="utf-8">'
    yield '<meta name="viewport" content="width=device-width, initial-scale=1">'
    yield f"<title>{escape(title)}</title><style>{_STYLE}</style></head><body>"
    yield f"<h1>{escape(title)}</h1>"
    names = ", ".join(f"<code>{escape(name)}</code>" for name in impact.names)
    if names:
        yield f"<p>It goes by: {names}</p>"
    yield f"<h2>Services that depend on it: {len(impact.services)}</h2>"
    for service in impact.services:
        yield from _service(service, service.name)
    if impact.shared.links:
        yield from _service(impact.shared, "Shared by services, or of none")
    if impact.update:
        yield "<h2>To get the new value</h2>"
        yield from _list(f"<code>{escape(one)}</code>" for one in impact.update)
    yield "<h2>Where the value still stands</h2>"
    if impact.stands:
        yield from _list(map(_stand, impact.stands))
    else:
        yield "<p>In no tracked file, on no branch and no tag.</p>"
    yield "</body></html>"


def _service(service: Service, title: str) -> Iterator[str]:
    count = f"{len(service.links)} line{'' if len(service.links) == 1 else 's'}"
    yield f"<details open><summary>{escape(title)}: {count}</summary>"
    yield f"<p>Owner: {escape(service.owner or 'nobody is known')}</p>"
    if service.redeploy:
        yield from _list(escape(one) for one in service.redeploy)
    yield "<table><tr><th>Line</th><th>What it does</th><th>How sure</th></tr>"
    yield from map(_link, service.links)
    yield "</table></details>"


def _link(link: Link) -> str:
    sure = f"{link.confidence}: {link.reason}"
    return (
        f'<tr><td class="{escape(link.confidence)}"><code>{escape(link.path)}:{link.line}</code>'
        f"</td><td>{escape(link.what)}</td><td>{escape(sure)}</td></tr>"
    )


def _stand(stand: Stand) -> str:
    spelled = f", as {stand.spelling}" if stand.spelling else ""
    where = f" on {', '.join(stand.refs)}" if stand.refs else ""
    return f"<code>{escape(stand.path)}:{stand.line}</code>{escape(spelled + where)}"


def _list(items: Iterator[str] | map[str]) -> Iterator[str]:
    yield "<ul>"
    yield from (f"<li>{item}</li>" for item in items)
    yield "</ul>"
