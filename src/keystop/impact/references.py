"""What a value of a configuration takes from elsewhere: `${X}`, `var.x`, `{{ .Values.x }}`..."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from keystop.impact.names import fold

# Scopes that are no service and no file: all names of all repositories, and variables of CI.
EVERYWHERE, CI = "", "ci"
# The name that stands for all names of a scope.
ALL = "*"


class Node(NamedTuple):
    """A name in a scope: EVERYWHERE, CI, `in SERVICE`, `file PATH`, `k8s SECRET`, `store ENTRY`...

    name is folded, and is ALL for everything that the scope has.
    """

    scope: str
    name: str


class Reference(NamedTuple):
    """A node that a text reads, its name as it is written, and where in the text that begins."""

    node: Node
    spelled: str
    start: int


class Scopes(NamedTuple):
    """Where the names in a file are looked up: those of its variables, of Terraform, of a chart."""

    local: str
    terraform: str = "-"
    chart: str = "-"


# The first that begins at a place is taken; the group's name says in which scope its name is.
_REFERENCE = re.compile(
    r"""
    \bsecrets\.(?P<ci>[\w\-]+) | \bsecrets\[\s*['"](?P<ci2>\w+) | \bvars\.(?P<ci3>[\w\-]+)
    | \bcredentials(?:Id\s*:\s*|\(\s*)['"](?P<ci4>[^'"]+)
    | \{\{-?[^}]*?\.Values\.(?P<chart>[\w.]+)
    | \b(?:var|local)\.(?P<terraform>\w+)
    | \b(?P<terraform2>(?:aws|google|azurerm|vault|twilio|random|kubernetes)_\w+\.\w+)
    | \{\{resolve:secretsmanager:(?:arn:[^}]*?:secret:)?(?P<store1>[^:}]+)
      (?::SecretString:(?P<key1>[^:}]*))?
    | \{\{resolve:ssm(?:-secure)?:(?P<store2>[^:}]+)
    | \$\{ssm:(?P<store3>[^},~]+)
    | arn:aws[\w-]*:secretsmanager:[^:]*:[^:]*:secret:(?P<store4>[\w/+=.@*-]+)(?::(?P<key4>[\w-]+))?
    | arn:aws[\w-]*:ssm:[^:]*:[^:]*:parameter(?P<store5>/[\w/.-]+)
    | \bvault:(?:[a-z]+:)?(?P<store6>[\w/.-]+)(?:\#(?P<key6>[\w-]+))?
    | !var(?::\w+)*\s+(?P<store7>[\w/.-]+)
    | projects/[^/\s]+/secrets/(?P<store8>[\w-]+)
    | vault\.azure\.net/secrets/(?P<store9>[\w-]+)
    | !Ref\s+(?P<local1>\w+)
    | \$\{\{?\s*(?!secrets\b|vars\b|var\.|local\.|data\.|[a-z]+_\w+\.\w+\.)
      (?:env|variables|parameters|inputs|self:custom|self:provider|param|cf|env:|)[.:]*
      (?P<local2>[A-Za-z_][\w.\-]*)
    | \$env:(?P<local3>\w+) | \$\((?P<local4>[A-Za-z_][\w.\-]*)\)
    | (?<![\\\w])\$(?P<local5>[A-Za-z_]\w*) | %(?P<local6>[A-Za-z_][\w.]+)%
    | %env\((?:\w+:)*(?P<local8>\w+)\)%
    | \b(?:env|params)\.(?P<local7>[A-Z_]\w+)
    """,
    re.X,
)
# What AWS puts behind the name of a secret in its ARN.
_RANDOM = re.compile(r"-(?:[0-9A-Za-z]{6}|\*|\?{6})$")


def references(text: str, scopes: Scopes) -> Iterator[Reference]:
    """What a text reads, in order."""
    for match in _REFERENCE.finditer(text):
        kind = match.lastgroup or ""
        groups = {name: value for name, value in match.groupdict().items() if value is not None}
        if kind.startswith("key"):
            kind = "store" + kind[3:]
        spelled = groups[kind]
        if kind.startswith("store"):
            key = groups.get("key" + kind[5:], "")
            name = _RANDOM.sub("", spelled) if kind == "store4" else spelled
            yield Reference(entry(name, key), key or spelled, match.start(kind))
        else:
            scope = {"ci": CI, "chart": scopes.chart, "terraform": scopes.terraform}.get(
                kind.rstrip("0123456789"), scopes.local
            )
            yield Reference(Node(scope, fold(spelled)), spelled, match.start(kind))


def entry(path: str, key: str = "") -> Node:
    """An entry of a secret store, or one value in it."""
    path = path.strip("/").removeprefix("secret/").removeprefix("data/")
    return Node(f"store {path}", fold(key) if key else ALL)
