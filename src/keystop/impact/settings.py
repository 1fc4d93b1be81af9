"""Files of settings: `.env`, Procfile, units of systemd, app.json, and any keys and values."""

from __future__ import annotations

import re
from collections.abc import Iterator

from keystop.impact import keypaths, kubernetes, shell
from keystop.impact.facts import Context, Fact
from keystop.impact.names import fold, key_name
from keystop.impact.references import ALL, Node

_ITEM = ("name", "key", "value", "valueFrom")
_UNIT = re.compile(r"\s*(Environment|EnvironmentFile|LoadCredential|Exec\w+)\s*=\s*(.*)")
_SAMPLE = re.compile(
    r"[.\-_](example|sample|template|dist|default|tmpl)s?$|^\.?env[.\-_](example|sample)", re.I
)


def is_sample(name: str) -> bool:
    """Whether a file only shows what settings there are."""
    return bool(_SAMPLE.search(name))


def dotenv(context: Context) -> Iterator[Fact]:
    """The facts of a file of variables. They are those of its folder, unless it is named so."""
    scope = f"file {context.file.path}"
    for one in keypaths.settings(context.file.text):
        name = ".".join(one.path)
        value = one.value
        yield from context.bound(one.line, f"sets {name}", Node(scope, fold(name)), name, value)
    if re.match(r"\.env([.\-_]|$)", context.file.name):
        yield context.everything(0, "", context.scopes.local, scope)


def procfile(context: Context) -> Iterator[Fact]:
    """The facts of a Procfile."""
    for number, line in enumerate(context.file.text.split("\n"), 1):
        yield from shell.lines(context, number, line.partition(":")[2])


def app(context: Context) -> Iterator[Fact]:
    """The facts of an app.json: the variables that the app asks for."""
    for one in keypaths.json(context.file.text):
        if one.path[0] == "env" and len(one.path) == 2:
            name = one.path[1]
            yield context.fact(
                one.line, f"asks for {name}", target=context.local(name), spelled=name
            )


def unit(context: Context) -> Iterator[Fact]:
    """The facts of a unit of systemd."""
    for number, line in enumerate(context.file.text.split("\n"), 1):
        match = _UNIT.match(line)
        if match is None:
            continue
        if match[1] == "EnvironmentFile":
            path = match[2].strip().lstrip("-")
            yield context.everything(number, f"reads the variables of {path}", context.scopes.local,
                                     f"file {_deployed(context, path)}")  # fmt: skip
        elif match[1] == "LoadCredential":
            name = match[2].partition(":")[0]
            yield context.fact(
                number, f"loads the credential {name}", source=context.local(name), spelled=name
            )
        else:
            quoted = match[1] == "Environment"  # "NAME=value"
            yield from shell.lines(
                context, number, match[2].replace('"', "") if quoted else match[2]
            )


def _deployed(context: Context, path: str) -> str:
    """The tracked file that is installed under a path: beside the unit, or the only one of it."""
    name = path.rpartition("/")[2]
    beside = context.file.beside(name)
    if beside in context.layout.paths:
        return beside
    found = [one for one in context.layout.paths if one.rpartition("/")[2] == name]
    return found[0] if len(found) == 1 else path


def keyed(context: Context) -> Iterator[Fact]:
    """The facts of any other file of keys and values."""
    name = context.file.name
    if name.endswith((".yml", ".yaml")):
        entries = list(keypaths.yaml(context.file.text))
    elif name.endswith((".json", ".jsonc", ".json5")):
        entries = list(keypaths.json(context.file.text))
    elif name.endswith((".xml", ".config", ".plist", ".csproj")):
        entries = list(keypaths.xml(context.file.text))
    else:
        entries = list(keypaths.settings(context.file.text))
    for one in entries:
        if one.value == "{" or (
            one.path[-1] in _ITEM and one.path[-2:-1] and one.path[-2].isdigit()
        ):
            continue  # such an item of a list is read as a variable of a container
        keys = tuple(key for key in one.path if not key.isdigit())
        if keys and not one.path[-1].isdigit():
            name = key_name(keys)
            yield from context.bound(one.line, f"sets {name}", context.local(name), name, one.value)
        elif one.value:
            yield from context.used(one.line, "uses", one.value)
    yield from kubernetes.variables(context, entries)


def raw(context: Context) -> Iterator[Fact]:
    """The fact of a file that is the value and nothing else."""
    text = context.file.text.strip()
    if text and not re.search(r"\s", text):
        yield context.fact(
            1, "holds nothing else", target=Node(f"file {context.file.path}", ALL), literal=text
        )
