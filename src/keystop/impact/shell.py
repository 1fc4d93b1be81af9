"""Lines of shell: of scripts, of pipelines, of Dockerfiles."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator

from keystop.impact.facts import Context, Fact
from keystop.impact.names import fold
from keystop.impact.references import CI, Node, entry, references

_SET = re.compile(
    r"""(?<![\w.\-/$%&?])(?P<name>[A-Za-z_][\w.\-]*)=(?P<value>"(?:[^"\\]|\\.)*"|'[^']*'|\$\([^)]*\)|\$\{[^}]*\}|[^\s"';&|)]*)"""
)
_SOURCED = re.compile(r"(?:^|[;&\s])(?:source|\.|set -a;?\s*\.|--env-file[ =])\s*(\S*env\S*)")
# A command that writes into a place of its own, and the name of the place.
_KUBECTL = re.compile(r"\b(?:create|patch)\s+(?:secret\s+generic|configmap)\s+([\w.\-]+)")
_VAULT = re.compile(r"\bvault\s+(?:kv\s+)?(?:put|patch|write)\s+(?:-\S+\s+)*([\w./\-]+)")
_GITHUB = re.compile(r"\bgh\s+(?:secret|variable)\s+set\s+(?:-\S+\s+)*(\w+)")
_STORED = re.compile(
    r"""\b(?:aws\s+(?:secretsmanager\s+(?:create-secret|put-secret-value|update-secret)"""
    r"""|ssm\s+put-parameter)\b.*?--(?:name|secret-id)[ =]|conjur\s+variable\s+set\s+-i[ =])"""
    r"""["']?([\w/.@\-]+)"""
)
# A command that prints what a store has, and the entry; the key stands before or behind it.
_READ = re.compile(
    r"""\baws\s+secretsmanager\s+get-secret-value\b.*?--secret-id[ =]["']?(?P<a>[\w/.@:\-]+)"""
    r"""|\baws\s+ssm\s+get-parameters?\b.*?--names?[ =]["']?(?P<b>[\w/.\-]+)"""
    r"""|\bvault\s+(?:kv\s+get|read)\s+(?:-field=(?P<key>[\w\-]+)\s+)?(?:-\S+\s+)*(?P<c>[\w/.\-]+)"""
    r"""|\bgcloud\s+secrets\s+versions\s+access\b.*?--secret[ =]["']?(?P<d>[\w\-]+)"""
    r"""|\baz\s+keyvault\s+secret\s+show\b.*?(?:--name|-n)[ =]["']?(?P<e>[\w\-]+)"""
    r"""|\bconjur\s+variable\s+(?:get|value)\s+(?:-i[ =]?)?["']?(?P<f>[\w/.\-]+)"""
)
_PASSED = re.compile(r"(?:^|\s)(?:-e|--env|--build-arg|-E)[ =]([A-Za-z_]\w+)(?=\s|$)")


def lines(context: Context, first: int, text: str) -> Iterator[Fact]:
    """The facts of some lines of shell, the first of which has that number."""
    begun = ""
    for number, line in enumerate(text.split("\n"), first):
        bare = re.sub(r"(^|\s)#.*$", "", line)
        whole = begun + bare
        yield from _line(context, number, bare, whole)
        begun = whole.rstrip()[:-1] if bare.rstrip().endswith("\\") else ""


def _line(context: Context, number: int, line: str, command: str) -> Iterator[Fact]:
    """The facts of a line that ends the command so far."""
    told: set[int] = set()
    for match in _SET.finditer(line):
        name, value = match["name"], match["value"].strip("\"'")
        target, what = _target(context, name, command)
        read = _read(value)
        if read is not None:
            yield context.fact(number, what, target=target, source=read, spelled=name)
        else:
            yield from context.bound(number, what, target, name, value)
        told.update(range(*match.span()))
    for match in _SOURCED.finditer(line):
        path = _sourced(context, match[1].strip("\"'"))
        yield context.everything(
            number, "reads a file of variables", context.scopes.local, f"file {path}"
        )
    for match in _PASSED.finditer(line):
        yield context.fact(
            number, f"passes {match[1]} on", source=context.local(match[1]), spelled=match[1]
        )
    written = _written(command)
    read = _read(line)
    if read is not None and not told:
        yield context.fact(number, "reads the entry of a secret store", source=read)
    for one in references(line, context.scopes):
        if one.start in told:
            continue
        if written is not None:
            yield context.fact(number, "writes an entry of a secret store", target=written,
                               source=one.node, spelled=one.spelled)  # fmt: skip
        else:
            yield context.fact(number, f"uses {one.spelled}", source=one.node, spelled=one.spelled)


def _sourced(context: Context, name: str) -> str:
    """The tracked file of a name: from where the script is, or from the top."""
    beside = context.file.beside(name)
    top = context.layout.top(context.file.path) + posixpath.normpath(name)
    return beside if beside in context.layout.paths else top


def _target(context: Context, name: str, command: str) -> tuple[Node, str]:
    """What NAME=VALUE gives a value in a command, in words, too."""
    secret = _KUBECTL.search(command)
    if secret and "--from-literal" in command:
        target = Node(f"k8s {secret[1]}", fold(name))
        return target, f"writes key {name} of the Kubernetes Secret {secret[1]}"
    vault = _VAULT.search(command)
    if vault:
        return entry(vault[1], name), f"writes {name} of Vault's {vault[1]}"
    return context.local(name), f"sets {name}"


def _written(command: str) -> Node | None:
    secret = _GITHUB.search(command)
    if secret:
        return Node(CI, fold(secret[1]))
    store = _STORED.search(command)
    return entry(store[1]) if store else None


def _read(text: str) -> Node | None:
    match = _READ.search(text)
    if match is None:
        return None
    groups = match.groupdict()
    key = groups.pop("key") or ""
    return entry(next(value for value in groups.values() if value), key)
