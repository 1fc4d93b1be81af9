"""Files of CI systems: GitHub Actions, GitLab, Jenkins, CircleCI, Azure and Bitbucket Pipelines."""

from __future__ import annotations

import re
from collections.abc import Iterator

from keystop.impact import keypaths, shell
from keystop.impact.facts import Context, Fact
from keystop.impact.keypaths import Entry
from keystop.impact.names import fold
from keystop.impact.references import CI, Node, entry, references

_FILES = (
    ("GitHub", re.compile(r"(^|/)(\.github/workflows/[^/]+|action)\.ya?ml$")),
    ("GitLab", re.compile(r"(^|/)[^/]*\.?gitlab-ci[^/]*\.ya?ml$|(^|/)\.gitlab/ci/[^/]+\.ya?ml$")),
    ("Jenkins", re.compile(r"(^|/)Jenkinsfile[^/]*$|\.jenkinsfile$")),
    ("CircleCI", re.compile(r"(^|/)\.circleci/[^/]+\.ya?ml$")),
    ("Azure", re.compile(r"azure-pipelines[^/]*\.ya?ml$|(^|/)\.azure(-?pipelines)?/[^/]+\.ya?ml$")),
    ("Bitbucket", re.compile(r"(^|/)bitbucket-pipelines\.ya?ml$")),
)  # fmt: skip
# Keys whose keys are names that get a value.
_MAPS = frozenset(
    {"env", "environment", "variables", "secrets", "args", "build_args", "parameters"}
)


def system(path: str) -> str:
    """The CI system that a file is for, empty where it is for none."""
    return next((name for name, pattern in _FILES if pattern.search(path)), "")


def pipeline(context: Context) -> Iterator[Fact]:
    """The facts of a pipeline in YAML."""
    entries = list(keypaths.yaml(context.file.text))
    for one in entries:
        above = [key for key in one.path[:-1] if not key.isdigit()]
        key = one.path[-1]
        if above and above[-1] == "secrets" and system(context.file.path) == "GitHub":
            yield from _handed(context, one)
        elif "secrets" in above and key == "vault":  # GitLab: PATH/KEY@MOUNT
            path, _, name = one.value.split("@")[0].rpartition("/")
            yield context.fact(one.line, f"reads Vault's {path}", target=context.local(above[-1]),
                               source=entry(path, name), spelled=above[-1], read=name)  # fmt: skip
        elif above and above[-1] in _MAPS and not key.isdigit() and key not in ("name", "value"):
            if one.value:
                yield from context.bound(
                    one.line, f"sets {key}", context.local(key), key, one.value
                )
        elif key == "value" and above and above[-1] in _MAPS:
            name = next(
                (other.value for other in entries if other.path == (*one.path[:-1], "name")), ""
            )
            if name:
                yield from context.bound(
                    one.line, f"sets {name}", context.local(name), name, one.value
                )
        elif "with" in above[-1:]:
            yield from _input(context, one)
        elif one.value:
            yield from shell.lines(context, one.line, one.value)


def _handed(context: Context, one: Entry) -> Iterator[Fact]:
    """A secret that is handed to another workflow, or that one declares to take."""
    name = one.path[-1]
    read = [ref for ref in references(one.value, context.scopes) if ref.node.scope == CI]
    yield context.fact(one.line, f"hands on the secret {name}", target=Node(CI, fold(name)),
                       source=read[0].node if read else None, spelled=name,
                           read=read[0].spelled if read else "")  # fmt: skip


def _input(context: Context, one: Entry) -> Iterator[Fact]:
    """An input of an action: a value, or lines `NAME=value` of build arguments."""
    if "=" in one.value.split("{{")[0]:
        yield from shell.lines(context, one.line, one.value)
    else:
        yield from context.used(one.line, f"gives input {one.path[-1]}", one.value)


_BOUND = re.compile(r"(\w+)\s*=\s*(credentials\([^)]*\)|[\"'][^\"']*[\"'])")
_WITH = re.compile(
    r"""credentialsId\s*:\s*['"](?P<id>[^'"]+)['"]"""
    r"""|(?P<what>variable|passwordVariable|usernameVariable)\s*:\s*['"](?P<name>\w+)"""
)


def jenkinsfile(context: Context) -> Iterator[Fact]:
    """The facts of a Jenkinsfile."""
    identity = ""
    for number, line in enumerate(context.file.text.split("\n"), 1):
        line = re.sub(r"(^|\s)//.*$", "", line)
        held = False
        for match in _WITH.finditer(line):
            held = True
            identity = match["id"] or identity
            if match["name"] and match["what"] != "usernameVariable" and identity:
                yield context.fact(number, f"puts the credential {identity} into {match['name']}",
                                   target=context.local(match["name"]), spelled=match["name"],
                                   source=Node(CI, fold(identity)), read=identity)  # fmt: skip
        if held:
            if not re.search(r"[vV]ariable\s*:", line):
                yield context.fact(number, f"uses the credential {identity}", spelled=identity,
                                   source=Node(CI, fold(identity)))  # fmt: skip
            continue
        bound = _BOUND.match(line.strip())
        if bound:
            yield from context.bound(number, f"sets {bound[1]}", context.local(bound[1]), bound[1],
                                     keypaths.unquoted(bound[2]))  # fmt: skip
        else:
            yield from shell.lines(context, number, line)
