"""Dockerfiles and the files of docker compose."""

from __future__ import annotations

import re
from collections.abc import Iterator

from keystop.impact import keypaths, shell
from keystop.impact.facts import Context, Fact
from keystop.impact.keypaths import Entry
from keystop.impact.names import fold
from keystop.impact.references import ALL, Node

_INSTRUCTION = re.compile(r"\s*(ARG|ENV|LABEL|RUN|CMD|ENTRYPOINT)\s+(.*)", re.I)


def dockerfile(context: Context) -> Iterator[Fact]:
    """The facts of a Dockerfile: what it is built with, what it sets."""
    for number, line in enumerate(context.file.text.split("\n"), 1):
        match = _INSTRUCTION.match(line)
        if match is None:
            if not line.lstrip().startswith("#"):
                yield from shell.lines(context, number, line)
            continue
        what, rest = match[1].upper(), match[2].strip()
        name = re.match(r"([A-Za-z_]\w*)(?:\s+(.*))?$", rest)
        if what == "ARG" and name:
            yield context.fact(number, f"takes the build argument {name[1]}",
                               target=context.local(name[1]), spelled=name[1])  # fmt: skip
        elif what == "ENV" and name:  # ENV NAME VALUE, the old form
            yield from context.bound(number, f"sets {name[1]}", context.local(name[1]), name[1],
                                     name[2] or "")  # fmt: skip
        else:
            yield from shell.lines(context, number, rest)
        for mounted in re.findall(r"--mount=type=secret,[^\s]*?id=([\w.\-]+)", rest):
            yield context.fact(number, f"mounts the build secret {mounted}",
                               source=context.local(mounted), spelled=mounted)  # fmt: skip


def compose(context: Context) -> Iterator[Fact]:
    """The facts of a compose file; its services are those of their build contexts."""
    entries = list(keypaths.yaml(context.file.text))
    owners = {path[1]: service for path, service in _services(context, entries)}
    for one in entries:
        path = one.path
        if path[0] == "services" and len(path) > 2:
            own = context._replace(service=owners[path[1]], redo=f"docker compose up -d {path[1]}")
            yield from _of_service(own, context, one, path[1])
        elif path[0] == "secrets" and len(path) == 3 and one.value:
            target = Node(f"file {context.file.path}", fold(path[1]))
            if path[2] == "environment":
                yield context.fact(one.line, f"fills the secret {path[1]} from {one.value}",
                                   target=target, source=context.local(one.value), read=one.value,
                                   spelled=path[1])  # fmt: skip
            elif path[2] == "file":
                source = Node(f"file {context.file.beside(one.value)}", ALL)
                yield context.fact(one.line, f"fills the secret {path[1]} from a file",
                                   target=target, source=source, spelled=path[1])  # fmt: skip
        elif path[0].startswith("x-"):
            yield from _shared(context, one, entries)


def _services(context: Context, entries: list[Entry]) -> Iterator[tuple[tuple[str, ...], str]]:
    top = context.layout.top(context.file.path)
    for one in entries:
        if one.path[0] == "services" and len(one.path) == 2:
            yield one.path, f"{top}{one.path[1]} (compose)"
    for one in entries:
        if one.path[0] == "services" and one.path[2:] in (("build",), ("build", "context")):
            service = context.layout.folder(context.file.beside(one.value)) if one.value else ""
            if service:
                yield one.path, service


def _of_service(own: Context, context: Context, one: Entry, name: str) -> Iterator[Fact]:
    """The facts of a line of a service; own is its context, context that of the whole file."""
    key, scope = one.path[2], f"in {own.service}"
    what = f"gives service {name} "
    if key == "env_file" and one.value and one.path[-1] != "required":
        yield own.everything(one.line, f"{what}the variables of {one.value}", scope,
                             f"file {context.file.beside(one.value)}")  # fmt: skip
    elif key == "environment" or one.path[2:4] == ("build", "args"):
        if key == "build":
            own = own._replace(redo=f"docker compose up -d --build {name}")
        yield from _variable(own, one, one.path[3 if key == "environment" else 4 :], what)
    elif key == "secrets" and one.value:
        yield own.fact(one.line, f"{what}the secret {one.value}", spelled=one.value,
                       target=Node(scope, fold(one.value)),
                       source=Node(f"file {context.file.path}", fold(one.value)))  # fmt: skip
    elif key in ("command", "entrypoint", "healthcheck", "labels"):
        yield from own.used(one.line, "uses", one.value.replace("$$", "$"))


def _variable(own: Context, one: Entry, keys: tuple[str, ...], what: str) -> Iterator[Fact]:
    """A variable, as NAME: VALUE, NAME=VALUE, or NAME alone, which passes it on."""
    scope = f"in {own.service}"
    merged = re.findall(r"\*([\w\-]+)", one.value) if keys[:1] == ("<<",) or not keys else []
    for anchor in merged:
        yield own.everything(one.line, f"{what}the variables of {anchor}", scope,
                             f"file {own.file.path}#{anchor}")  # fmt: skip
    if not keys or keys[0] == "<<":
        return
    name, value = keys[0], one.value
    passed = not value
    if name.isdigit():
        name, equals, value = one.value.partition("=")
        passed = not equals
    if passed:
        yield own.fact(one.line, f"{what}{name}", target=Node(scope, fold(name)),
                       source=own.local(name), spelled=name)  # fmt: skip
    else:
        yield from own.bound(one.line, f"{what}{name}", Node(scope, fold(name)), name, value)


def _shared(context: Context, one: Entry, entries: list[Entry]) -> Iterator[Fact]:
    """Variables that several services take over, under an anchor of YAML."""
    above = (top for top in entries if one.path[: len(top.path)] == top.path)
    anchor = next((top.value[1:] for top in above if top.value[:1] == "&"), "")
    if anchor and one.value[:1] != "&":
        name, value = one.path[-1], one.value
        scope = f"file {context.file.path}#{anchor}"
        if name.isdigit():
            name, _, value = one.value.partition("=")
        yield from context.bound(one.line, f"sets {name}", Node(scope, fold(name)), name, value)
