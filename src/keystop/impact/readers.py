"""Which files say something about names, and who reads them."""

from __future__ import annotations

import os
import posixpath
import re
from collections.abc import Callable, Iterator

from keystop.impact import (
    cloud,
    containers,
    kubernetes,
    lexical,
    pipelines,
    settings,
    shell,
    terraform,
)
from keystop.impact.facts import Context, Fact, File
from keystop.impact.references import Scopes
from keystop.impact.services import Layout
from keystop.role import PROSE, is_generated, kind_of

Reader = Callable[[Context], Iterator[Fact]]

_KEYED = frozenset(
    "yml yaml json jsonc json5 toml ini cfg cnf conf config properties xml plist xcconfig env "
    "netrc npmrc pypirc settings hocon credentials".split()
)
_SHELL = frozenset("sh bash zsh ksh fish envrc mk bats".split())
_MANIFEST = re.compile(r"^kind:\s*\w|^\s*kind:\s*[A-Z]\w+\s*$", re.M)


def ending(path: str) -> str:
    """What is behind the last dot of a file's name, in small letters."""
    return posixpath.basename(path).lower().rpartition(".")[2]


def is_program(path: str) -> bool:
    """Whether a file is a program, of which only the lines with known names are read."""
    name = posixpath.basename(path).lower()
    return (
        lexical.is_code(ending(path))
        and "." in name
        and ending(path) not in _SHELL
        and not pipelines.system(path)
        and not is_generated(os.fsencode(path))
    )


def is_central(path: str) -> bool:
    """Whether a file of settings is read whatever it holds: it leads from names to names."""
    name = posixpath.basename(path).lower()
    return bool(pipelines.system(path) or "compose" in name or name.endswith((".tf", ".tfvars")))


def context(file: File, layout: Layout, kind: str) -> Context:
    """The context of a file, for its readers."""
    service, home = layout.of(file.path), layout.home(file.path)
    folder = posixpath.dirname(file.path)
    scopes = Scopes(home, f"tf {folder}", f"chart {layout.chart(file.path)}")
    redo = ""
    if kind == "ci":
        service, scopes = file.path, scopes._replace(local=f"in {file.path}")
        redo = f"run {file.path} again"
    elif kind == "script":
        scopes = scopes._replace(local=f"file {file.path}")
    elif kind == "terraform":
        redo = f"terraform apply in {_root(folder)}"
    elif kind == "helm":
        redo = f"helm upgrade with the chart {layout.chart(file.path)}"
    elif kind == "serverless":
        redo = f"serverless deploy in {folder or '.'}"
        scopes = scopes._replace(local=f"file {file.path}")
    elif kind == "cloudformation":
        redo = f"deploy the stack of {file.path}"
        scopes = scopes._replace(local=f"file {file.path}")
    elif kind == "docker":
        redo = f"rebuild the image of {service or folder or '.'}"
    elif kind == "systemd":
        redo = f"systemctl restart {posixpath.basename(file.path).removesuffix('.service')}"
    elif kind == "procfile":
        redo = f"set the config variable of the app in {folder or '.'}, which restarts it"
    return Context(file, layout, kind, service, redo, scopes)


def _root(folder: str) -> str:
    """Where Terraform is run for a folder: above the modules."""
    return re.sub(r"(^|/)modules(/.*)?$", "", folder) or "."


def read(file: File, layout: Layout) -> list[Fact]:
    """The facts of a file of settings; none of what is no such file, or only an example."""
    found = _reader(file)
    if found is None:
        return []
    kind, reader = found
    return list(reader(context(file, layout, kind)))


def _reader(file: File) -> tuple[str, Reader] | None:
    name, path, end = file.name, file.path, ending(file.path)
    if settings.is_sample(name) or is_generated(os.fsencode(path)):
        return None
    if pipelines.system(path):
        jenkins = pipelines.system(path) == "Jenkins"
        return "ci", pipelines.jenkinsfile if jenkins else pipelines.pipeline
    if re.match(r"(dockerfile|containerfile)(\.|$)", name) or end == "dockerfile":
        return "docker", containers.dockerfile
    if re.search(r"(docker-)?compose([.\-][\w.\-]+)?\.ya?ml$", name):
        return "compose", containers.compose
    if name in ("serverless.yml", "serverless.yaml"):
        return "serverless", cloud.serverless
    if end == "tf":
        return "terraform", terraform.resources
    if end == "tfvars" or name.endswith(".tfvars.json"):
        return "terraform", terraform.variables
    if re.match(r"\.?env([.\-_]|rc$|$)", name) or end == "env":
        return "env file", _exports if name == ".envrc" else settings.dotenv
    if name.startswith("procfile"):
        return "procfile", settings.procfile
    if name == "app.json":
        return "procfile", settings.app
    if end in ("service", "timer"):
        return "systemd", settings.unit
    return _by_content(file, name, end)


def _by_content(file: File, name: str, end: str) -> tuple[str, Reader] | None:
    if end in ("yml", "yaml", "json", "tpl"):
        text = file.text
        if "AWSTemplateFormatVersion" in text or "AWS::Serverless" in text:
            return "cloudformation", cloud.template
        if name.startswith("kustomization."):
            return "kubernetes", kubernetes.kustomization
        if end in ("yml", "yaml") and re.match(r"values", name):
            return "helm", kubernetes.values
        if end != "json" and "apiVersion" in text and _MANIFEST.search(text):
            return ("helm" if "/templates/" in file.path else "kubernetes"), kubernetes.objects
    if end in _SHELL or name in ("makefile", "gnumakefile", "justfile"):
        return "script", _script
    if end in _KEYED:
        return "setting", settings.keyed
    if "." not in name.lstrip(".") or (kind_of(os.fsencode(file.path)) == PROSE and end == "txt"):
        if file.data[:2] == b"#!":
            return "script", _script
        return "secret file", settings.raw
    return None


def _script(context: Context) -> Iterator[Fact]:
    yield from shell.lines(context, 1, context.file.text)


def _exports(context: Context) -> Iterator[Fact]:
    """An .envrc: a script whose variables are its folder's."""
    scopes = context.scopes._replace(local=context.layout.home(context.file.path))
    yield from _script(context._replace(scopes=scopes))
