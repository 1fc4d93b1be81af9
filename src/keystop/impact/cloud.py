"""Terraform, the Serverless Framework, CloudFormation and SAM."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator

from keystop.impact import keypaths, kubernetes
from keystop.impact.facts import Context, Fact
from keystop.impact.keypaths import Entry, unquoted
from keystop.impact.names import fold
from keystop.impact.references import Node, entry, references

# Resources that are entries of a secret store: the attribute that names the entry, those that
# hold its value.
_STORES = {
    "aws_ssm_parameter": ("name", ("value", "value_wo")),
    "aws_secretsmanager_secret_version": ("secret_id", ("secret_string", "secret_string_wo")),
    "google_secret_manager_secret_version": ("secret", ("secret_data",)),
    "azurerm_key_vault_secret": ("name", ("value",)),
    "vault_kv_secret_v2": ("name", ("data_json",)),
    "vault_generic_secret": ("path", ("data_json",)),
    "kubernetes_secret": ("metadata.name", ("data",)),
    "kubernetes_secret_v1": ("metadata.name", ("data",)),
}
_NAMES = {
    "aws_secretsmanager_secret": "name",
    "google_secret_manager_secret": "secret_id",
}
_PAIR = re.compile(
    r"""\bname\s*=\s*"([A-Za-z_]\w*)".*?\bvalue(?:From)?\s*=\s*("[^"]*"|[\w.\[\]]+)"""
)


def terraform(context: Context) -> Iterator[Fact]:
    """The facts of a file of Terraform."""
    entries = list(keypaths.hcl(context.file.text))
    plain = {(one.path[0], ".".join(one.path[1:])): one.value for one in entries if one.value}
    for one in entries:
        words = one.path[0].split(" ")
        if words[0] == "variable" and len(words) == 2:
            yield from _declared(context, one, words[1])
        elif words[0] == "locals" and len(one.path) > 1 and one.value:
            yield from context.bound(one.line, f"sets local.{one.path[1]}",
                                     Node(context.scopes.terraform, fold(one.path[1])),
                                     one.path[1], one.value)  # fmt: skip
        elif words[0] in ("resource", "data") and len(words) == 3:
            yield from _resource(context, one, words[1:], plain, entries)
        elif words[0] == "module" and len(one.path) > 1 and one.value:
            source = unquoted(plain.get((one.path[0], "source"), ""))
            scope = f"tf {context.file.beside(source)}" if source[:1] == "." else "tf -"
            yield from _taken(
                context,
                one,
                Node(scope, fold(one.path[-1])),
                f"gives module {words[-1]} {one.path[-1]}",
            )
        elif one.value:
            yield from context.used(one.line, "uses", one.value)


def _declared(context: Context, one: Entry, name: str) -> Iterator[Fact]:
    target = Node(context.scopes.terraform, fold(name))
    if len(one.path) == 1:
        yield context.fact(one.line, f"declares the variable {name}", target=target, spelled=name)
    elif one.path[-1] == "default":
        yield from context.bound(
            one.line, f"sets variable {name}", target, name, unquoted(one.value)
        )


def _taken(context: Context, one: Entry, target: Node, what: str) -> Iterator[Fact]:
    for read in references(one.value, context.scopes):
        yield context.fact(
            one.line, what, target=target, source=read.node, spelled=one.path[-1], read=read.spelled
        )


def _resource(
    context: Context,
    one: Entry,
    words: list[str],
    plain: dict[tuple[str, str], str],
    entries: list[Entry],
) -> Iterator[Fact]:
    kind, name = words
    own = Node(context.scopes.terraform, fold(f"{kind}.{name}"))
    title = f"{kind}.{name}"
    key = ".".join(one.path[1:])
    if not one.value:
        return
    naming, holding = _STORES.get(kind, ("", ()))
    store = _entry(context, kind, plain.get((one.path[0], naming), ""), plain) if naming else None
    if store is not None and one.path[0].startswith("data "):
        if key == naming:
            yield context.fact(
                one.line, f"reads the entry of {title}", target=own, source=store, spelled=title
            )
    elif store is not None and one.path[1:] and one.path[1] in holding:
        target = store._replace(name=fold(one.path[-1])) if len(one.path) > 2 else store
        yield from _taken(context, one, target, f"writes the entry of {title}")
        yield from _taken(context, one, own, f"writes the entry of {title}")
    elif one.path[-2] in ("variables", "environment", "environment_variables", "app_settings"):
        context, scope = _deployed(context, one.path[0], name, entries)
        value = unquoted(one.value)
        yield from context.bound(one.line, f"gives {title} {one.path[-1]}", Node(scope, fold(one.path[-1])),
                                 one.path[-1], value)  # fmt: skip
    elif _PAIR.search(one.value) or key.endswith(("env.value", "set.value", "set_sensitive.value")):
        yield from _pair(context, one, title, plain, entries, name)
    elif key != naming:
        for fact in _taken(context, one, own, f"{title} uses {one.path[-1]}"):
            yield fact._replace(pure=False)


def _pair(
    context: Context,
    one: Entry,
    title: str,
    plain: dict[tuple[str, str], str],
    entries: list[Entry],
    name: str,
) -> Iterator[Fact]:
    """`name = "X"` and its value, in one line or in two of a block."""
    match = _PAIR.search(one.value)
    variable, value = (match[1], match[2]) if match else ("", one.value)
    if not match:
        before = [other for other in entries if other.path[:-1] == one.path[:-1]
                  and other.path[-1] == "name" and other.line < one.line]  # fmt: skip
        variable = unquoted(before[-1].value) if before else ""
    context, scope = _deployed(context, one.path[0], name, entries)
    if variable:
        yield from context.bound(one.line, f"gives {title} {variable}", Node(scope, fold(variable)),
                                 variable, unquoted(value))  # fmt: skip


def _entry(
    context: Context, kind: str, value: str, plain: dict[tuple[str, str], str]
) -> Node | None:
    """The entry of a store that an attribute names: a string, or another resource."""
    if value[:1] == '"':
        name = unquoted(value)
        return Node(f"k8s {name}", "*") if kind.startswith("kubernetes") else entry(name)
    match = re.match(r"(\w+)\.(\w+)\.", value)
    if match and match[1] in _NAMES:
        named = plain.get((f"resource {match[1]} {match[2]}", _NAMES[match[1]]), "")
        if named[:1] == '"':
            return entry(unquoted(named))
    return None


def _deployed(context: Context, block: str, name: str, entries: list[Entry]) -> tuple[Context, str]:
    """The context of the service whose code a function or container runs, by what names it, and
    the scope of its variables. Without one they are Terraform's."""
    keys = ("function_name", "image", "filename", "source_dir", "image_uri", "name")
    names = [name] + [
        posixpath.basename(unquoted(one.value).split(":")[0].rstrip("/")).split(".")[0]
        for one in entries
        if one.path[0] == block and one.path[-1] in keys
    ]
    found = (context.layout.named(one, context.file.path) for one in names)
    service = next(filter(None, found), "")
    if service:
        return context._replace(service=service), f"in {service}"
    return context, f"{context.scopes.terraform}#{block}"


def variables(context: Context) -> Iterator[Fact]:
    """The facts of terraform.tfvars and its kin."""
    read = keypaths.json if context.file.name.endswith(".json") else keypaths.hcl
    for one in read(context.file.text):
        if one.value:
            name = one.path[-1]
            yield from context.bound(one.line, f"sets variable {name}",
                                     Node(context.scopes.terraform, fold(name)), name,
                                     unquoted(one.value))  # fmt: skip


def serverless(context: Context) -> Iterator[Fact]:
    """The facts of a serverless.yml."""
    for one in keypaths.yaml(context.file.text):
        if not one.value:
            continue
        if one.path[-2:-1] in (("environment",), ("env",)):
            name = one.path[-1]
            of = f"function {one.path[1]} " if one.path[0] == "functions" else ""
            yield from context.bound(one.line, f"gives {of}{name}", Node(f"in {context.service}", fold(name)),
                                     name, one.value)  # fmt: skip
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
        if path[0] == "Parameters" and len(path) == 3 and path[2] in ("Type", "Default"):
            yield from _parameter(context, one)
        elif path[-2:-1] == ("Variables",) and value:
            yield from context.bound(one.line, f"gives {path[1]} {path[-1]}", Node(f"in {context.service}", fold(path[-1])),
                                     path[-1], value)  # fmt: skip
        elif path[-1] in ("SecretString", "Value") and path[0] == "Resources" and value:
            yield from _stored(context, one, path, value, entries)
        elif value:
            yield from context.used(one.line, "uses", value)
    yield from kubernetes.variables(context, entries)


def _parameter(context: Context, one: Entry) -> Iterator[Fact]:
    name = one.path[1]
    if one.path[2] == "Default":
        yield from context.bound(
            one.line, f"sets parameter {name}", context.local(name), name, one.value
        )
    else:
        yield context.fact(one.line - 1, f"declares the parameter {name}",
                           target=context.local(name), spelled=name)  # fmt: skip


def _stored(
    context: Context, one: Entry, path: tuple[str, ...], value: str, entries: list[Entry]
) -> Iterator[Fact]:
    name = next((other.value for other in entries if other.path == (*path[:-1], "Name")), "")
    for read in references(value, context.scopes):
        yield context.fact(one.line, f"writes the entry {name}", target=entry(name) if name else None,
                           source=read.node, spelled=name or read.spelled, read=read.spelled)  # fmt: skip
