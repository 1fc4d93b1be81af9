"""The Serverless Framework, CloudFormation and SAM."""

from __future__ import annotations

from collections.abc import Iterator

from keystop.impact import keypaths, kubernetes
from keystop.impact.facts import Context, Fact
from keystop.impact.keypaths import Entry
from keystop.impact.names import fold
from keystop.impact.references import Node, entry, references


def serverless(context: Context) -> Iterator[Fact]:
    """The facts of a serverless.yml."""
    for one in keypaths.yaml(context.file.text):
        if not one.value:
            continue
        if one.path[-2:-1] in (("environment",), ("env",)):
            name = one.path[-1]
            of = f"function {one.path[1]} " if one.path[0] == "functions" else ""
            target = Node(f"in {context.service}", fold(name))
            yield from context.bound(one.line, f"gives {of}{name}", target, name, one.value)
        elif one.path[0] in ("custom", "params"):
            name = ".".join(one.path[1:])
            yield from context.bound(one.line, f"sets {name}", context.local(name), name, one.value)
        else:
            yield from context.used(one.line, "uses", one.value)


def template(context: Context) -> Iterator[Fact]:
    """The facts of a template of CloudFormation or SAM."""
    read = keypaths.json if context.file.name.endswith(".json") else keypaths.yaml
    entries = list(read(context.file.text))
    for one in entries:
        path, value = one.path, one.value
        if path[-1] == "Ref":
            path, value = path[:-1], f"!Ref {value}"
        elif path[-1] == "Fn::Sub":
            path = path[:-1]
        if not path or not value or value == "{":
            continue
        if path[0] == "Parameters" and len(path) == 3 and path[2] in ("Type", "Default"):
            yield from _parameter(context, one)
        elif path[-2:-1] == ("Variables",):
            target = Node(f"in {context.service}", fold(path[-1]))
            yield from context.bound(
                one.line, f"gives {path[1]} {path[-1]}", target, path[-1], value
            )
        elif path[-1] in ("SecretString", "Value") and path[0] == "Resources":
            yield from _stored(context, one.line, path, value, entries)
        else:
            yield from context.used(one.line, "uses", value)
    yield from kubernetes.variables(context, entries)


def _parameter(context: Context, one: Entry) -> Iterator[Fact]:
    name = one.path[1]
    if one.path[2] == "Default":
        yield from context.bound(
            one.line, f"sets parameter {name}", context.local(name), name, one.value
        )
    else:  # its name is in the line above its type
        yield context.fact(one.line - 1, f"declares the parameter {name}",
                           target=context.local(name), spelled=name)  # fmt: skip


def _stored(
    context: Context, line: int, path: tuple[str, ...], value: str, entries: list[Entry]
) -> Iterator[Fact]:
    """The facts of the value of a secret or a parameter that a template makes."""
    name = next((other.value for other in entries if other.path == (*path[:-1], "Name")), "")
    for read in references(value, context.scopes):
        yield context.fact(line, f"writes the entry {name}", target=entry(name) if name else None,
                           source=read.node, spelled=name or read.spelled,
                           read=read.spelled)  # fmt: skip
