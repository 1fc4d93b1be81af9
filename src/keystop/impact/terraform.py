"""Files of Terraform: variables, modules, entries of secret stores, what functions get."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator

from keystop.impact import keypaths
from keystop.impact.facts import Context, Fact
from keystop.impact.keypaths import Entry, unquoted
from keystop.impact.names import fold
from keystop.impact.references import ALL, Node, entry, references

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
# Resources that are the entry's name and not its value.
_NAMES = {"aws_secretsmanager_secret": "name", "google_secret_manager_secret": "secret_id"}
_VARIABLES = ("variables", "environment", "environment_variables", "app_settings")
# Attributes that say which code a function or a container runs.
_CODE = ("function_name", "image", "filename", "source_dir", "image_uri", "name")
_PAIR = re.compile(
    r"""\bname\s*=\s*"([A-Za-z_]\w*)".*?\bvalue(?:From)?\s*=\s*("[^"]*"|[\w.\[\]]+)"""
)


def resources(context: Context) -> Iterator[Fact]:
    """The facts of a *.tf file."""
    entries = list(keypaths.hcl(context.file.text))
    for one in entries:
        words = one.path[0].split(" ")
        if words[0] == "variable" and len(words) == 2:
            yield from _declared(context, one, words[1])
        elif words[0] == "locals" and len(one.path) > 1 and one.value:
            target = Node(context.scopes.terraform, fold(one.path[1]))
            yield from context.bound(
                one.line, f"sets local.{one.path[1]}", target, one.path[1], one.value
            )
        elif words[0] in ("resource", "data") and len(words) == 3 and one.value:
            yield from _Resource(context, one.path[0], entries).facts(one)
        elif words[0] == "module" and len(one.path) > 1 and one.value:
            source = _value(entries, one.path[0], "source")
            scope = f"tf {context.file.beside(source)}" if source[:1] == "." else "tf -"
            yield from _taken(context, one, Node(scope, fold(one.path[-1])),
                              f"gives module {words[-1]} {one.path[-1]}")  # fmt: skip
        elif one.value:
            yield from context.used(one.line, "uses", one.value)


def variables(context: Context) -> Iterator[Fact]:
    """The facts of terraform.tfvars and its kin."""
    read = keypaths.json if context.file.name.endswith(".json") else keypaths.hcl
    for one in read(context.file.text):
        if one.value and one.value != "{":
            name = one.path[-1]
            yield from context.bound(one.line, f"sets variable {name}",
                                     Node(context.scopes.terraform, fold(name)), name,
                                     unquoted(one.value))  # fmt: skip


def _declared(context: Context, one: Entry, name: str) -> Iterator[Fact]:
    target = Node(context.scopes.terraform, fold(name))
    if len(one.path) == 1:
        yield context.fact(one.line, f"declares the variable {name}", target=target, spelled=name)
    elif one.path[-1] == "default":
        yield from context.bound(
            one.line, f"sets variable {name}", target, name, unquoted(one.value)
        )


def _taken(context: Context, one: Entry, target: Node, what: str) -> Iterator[Fact]:
    """The facts of an attribute that gives a node what it refers to."""
    for read in references(one.value, context.scopes):
        yield context.fact(one.line, what, target=target, source=read.node, spelled=one.path[-1],
                           read=read.spelled)  # fmt: skip


def _value(entries: list[Entry], block: str, key: str) -> str:
    """An attribute of a block, empty where there is none."""
    found = (one.value for one in entries if one.path[0] == block and ".".join(one.path[1:]) == key)
    return unquoted(next(found, ""))


class _Resource:
    """One resource, or one that is read."""

    def __init__(self, context: Context, block: str, entries: list[Entry]) -> None:
        self._context = context
        self._block = block
        self._entries = entries
        self._kind, self._name = block.split(" ")[1:]
        self._title = f"{self._kind}.{self._name}"
        self._own = Node(context.scopes.terraform, fold(self._title))

    def facts(self, one: Entry) -> Iterator[Fact]:
        """The facts of one of its attributes."""
        naming, holding = _STORES.get(self._kind, ("", ()))
        key = ".".join(one.path[1:])
        store = self._store(naming) if naming else None
        if store is not None and key == naming:
            if self._block.startswith("data "):
                what = f"reads the entry of {self._title}"
                yield self._context.fact(one.line, what, target=self._own, source=store,
                                         spelled=self._title)  # fmt: skip
        elif store is not None and one.path[1] in holding:
            if len(one.path) > 2:
                store = store._replace(name=fold(one.path[-1]))
            what = f"writes the entry of {self._title}"
            yield from _taken(self._context, one, store, what)
            for target in (self._own, self._named_by(naming)):
                for fact in _taken(self._context, one, target, what):
                    yield fact._replace(pure=False)
        elif one.path[-2] in _VARIABLES:
            yield from self._variable(one, one.path[-1], one.value)
        elif match := _PAIR.search(one.value):
            yield from self._variable(one, match[1], match[2])
        elif key.endswith(("env.value", "set.value", "set_sensitive.value")):
            yield from self._variable(one, self._named_above(one), one.value)
        else:
            for fact in _taken(self._context, one, self._own, f"{self._title} uses {one.path[-1]}"):
                yield fact._replace(pure=False)

    def _raw(self, key: str) -> str:
        own = (one for one in self._entries if one.path[0] == self._block)
        return next((one.value for one in own if ".".join(one.path[1:]) == key), "")

    def _named_by(self, naming: str) -> Node:
        """The resource that has the name of its entry, else itself."""
        match = re.match(r"(\w+\.\w+)\.", self._raw(naming))
        return self._own._replace(name=fold(match[1])) if match else self._own

    def _store(self, naming: str) -> Node | None:
        """The entry of a store that it is, where its name is a string or that of another one."""
        raw = self._raw(naming)
        match = re.match(r"(\w+)\.(\w+)\.", raw)
        name = unquoted(raw) if raw[:1] == '"' else ""
        if match and match[1] in _NAMES:
            name = _value(self._entries, f"resource {match[1]} {match[2]}", _NAMES[match[1]])
        if name and self._kind.startswith("kubernetes"):
            return Node(f"k8s {name}", ALL)
        return entry(name) if name else None

    def _variable(self, one: Entry, name: str, value: str) -> Iterator[Fact]:
        """A variable of the service whose code it runs; without one the variable is its own."""
        named = [self._name] + [
            posixpath.basename(unquoted(other.value).split(":")[0].rstrip("/")).split(".")[0]
            for other in self._entries
            if other.path[0] == self._block and other.path[-1] in _CODE
        ]
        context, scope = self._context, f"{self._context.scopes.terraform}#{self._block}"
        found = (context.layout.named(bare, context.file.path) for bare in named)
        service = next(filter(None, found), "")
        if service:
            context, scope = context._replace(service=service), f"in {service}"
        yield from context.bound(one.line, f"gives {self._title} {name}", Node(scope, fold(name)),
                                 name, unquoted(value))  # fmt: skip

    def _named_above(self, one: Entry) -> str:
        """The name in a block `env { name = ... value = ... }`."""
        above = (other.value for other in reversed(self._entries)
                 if other.path == (*one.path[:-1], "name") and other.line < one.line)  # fmt: skip
        return unquoted(next(above, ""))
