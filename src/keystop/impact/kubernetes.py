"""Objects of Kubernetes, templates of Helm charts and their values, and kustomizations."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import groupby

from keystop.impact import keypaths
from keystop.impact.facts import Context, Fact
from keystop.impact.keypaths import Entry
from keystop.impact.names import fold, key_name
from keystop.impact.references import ALL, Node, entry, references

WORKLOADS = ("Deployment", "StatefulSet", "DaemonSet", "CronJob", "Job", "Pod", "ReplicaSet",
             "Rollout", "DeploymentConfig", "Service")  # fmt: skip
_STORED = ("data", "stringData", "binaryData", "encryptedData")


def objects(context: Context) -> Iterator[Fact]:
    """The facts of a file of objects, one after the other."""
    for _, document in groupby(keypaths.yaml(context.file.text), lambda one: one.document):
        entries = list(document)
        kind = _value(entries, "kind")
        if kind in ("Secret", "ConfigMap", "SealedSecret"):
            yield from _stored(context, entries, kind)
        elif kind in ("ExternalSecret", "ClusterExternalSecret"):
            yield from _external(context, entries)
        elif kind == "SecretProviderClass":
            for one in entries:
                yield from context.used(one.line, "reads", one.value)
        elif kind in WORKLOADS:
            yield from _workload(context, entries, kind)
        elif kind != "Kustomization":
            yield from variables(context, entries)


def _value(entries: list[Entry], *path: str) -> str:
    return next((one.value for one in entries if one.path == path and one.value), "")


def secret(context: Context, name: str) -> str:
    """The scope of the keys of a Secret or ConfigMap. A template names it in its chart only."""
    if "{{" in name:
        return f"k8s {context.scopes.chart} {''.join(name.split())}"
    return f"k8s {name}"


def _stored(context: Context, entries: list[Entry], kind: str) -> Iterator[Fact]:
    name = _value(entries, "metadata", "name")
    scope = secret(context, name)
    for one in entries:
        keys = one.path[1:] if one.path[0] == "spec" else one.path
        if len(keys) > 1 and keys[0] in _STORED:
            what = f"key {keys[1]} of the {kind} {name}"
            yield from context.bound(one.line, what, Node(scope, fold(keys[1])), keys[1], one.value)


def _external(context: Context, entries: list[Entry]) -> Iterator[Fact]:
    name = _value(entries, "spec", "target", "name") or _value(entries, "metadata", "name")
    scope = secret(context, name)
    for path, items in _items(entries, "data"):
        key = _value(items, *path, "secretKey")
        line = next((one.line for one in items if one.path[-1] == "secretKey"), 0)
        source = entry(_value(items, *path, "remoteRef", "key"),
                       _value(items, *path, "remoteRef", "property"))  # fmt: skip
        yield context.fact(line, f"fetches key {key} of the Secret {name} from a secret store",
                           target=Node(scope, fold(key)), source=source, spelled=key)  # fmt: skip
    for path, items in _items(entries, "dataFrom"):
        for one in items:
            if one.path[len(path) :] == ("extract", "key"):
                yield context.everything(one.line, f"fetches the Secret {name} from a secret store",
                                         scope, entry(one.value).scope)  # fmt: skip


def _items(entries: list[Entry], key: str) -> Iterator[tuple[tuple[str, ...], list[Entry]]]:
    """Each item of the lists under a key: its path, and its entries."""
    found: dict[tuple[str, ...], list[Entry]] = {}
    for one in entries:
        for place in range(len(one.path) - 1):
            if one.path[place] == key and one.path[place + 1].isdigit():
                found.setdefault(one.path[: place + 2], []).append(one)
    yield from found.items()


def _workload(context: Context, entries: list[Entry], kind: str) -> Iterator[Fact]:
    name = _value(entries, "metadata", "name")
    image = next((one.value for one in entries if one.key == "image" and one.value), "")
    service = _service(context, name, image)
    redo = f"kubectl rollout restart {kind.lower()}/{name}"
    chart = context.layout.chart(context.file.path)
    if chart:
        redo = f"helm upgrade with the chart {chart}"
    elif kind in ("Job", "CronJob", "Pod"):
        redo = f"kubectl: the next run of {kind.lower()}/{name} takes it"
    yield from variables(context._replace(service=service, redo=redo), entries)


def _service(context: Context, name: str, image: str) -> str:
    """The service that a workload runs: by its chart, its image, its name; else itself."""
    layout, path = context.layout, context.file.path
    chart = layout.chart(path)
    if chart:
        return layout.of(f"{chart}/Chart.yaml")
    bare = image.split("@")[0].rpartition("/")[2].split(":")[0]
    found = layout.named(name if not bare or "{" in image else bare, path)
    return found or f"{layout.top(path)}{name} (kubernetes)"


def variables(context: Context, entries: list[Entry]) -> Iterator[Fact]:
    """What containers get: env, envFrom, mounted Secrets; also of values of charts, and of ECS."""
    scope = f"in {context.service}" if context.service else context.scopes.local
    for key in ("env", "environment", "secrets", "extraEnv", "extraEnvVars", "envVars"):
        for path, items in _items(entries, key):
            yield from _variable(context, path, items, scope)
    for path, items in _items(entries, "envFrom"):
        for one in items:
            if one.path[len(path) :] in (("secretRef", "name"), ("configMapRef", "name")):
                yield context.everything(one.line, f"gets all variables of {one.value}", scope,
                                         secret(context, one.value))  # fmt: skip
    for one in entries:
        if (
            one.path[-1] == "secretName"
            or one.path[-2:-1] == ("imagePullSecrets",)
            or (one.path[-1] == "name" and "imagePullSecrets" in one.path[-3:])
        ):
            source = Node(secret(context, one.value), ALL)
            yield context.fact(one.line, f"mounts the Secret {one.value}", source=source,
                               spelled=one.value)  # fmt: skip
        elif (
            "annotations" in one.path and "vault.hashicorp.com/agent-inject-secret" in one.path[-1]
        ):
            yield context.fact(one.line, f"mounts Vault's {one.value}",
                               source=entry(one.value), spelled=one.value)  # fmt: skip
        elif one.path[-1] in ("args", "command") or set(one.path) & {"args", "command"}:
            yield from context.used(one.line, "passes", one.value)


def _variable(
    context: Context, path: tuple[str, ...], items: list[Entry], scope: str
) -> Iterator[Fact]:
    """One `- name: X` with a value, or with a reference to a key of a Secret."""
    name = _value(items, *path, "name") or _value(items, *path, "key")
    if not name:
        return
    line = next(one.line for one in items if one.path[-1] in ("name", "key"))
    target, what = Node(scope, fold(name)), f"gives the container {name}"
    for kind in ("secretKeyRef", "configMapKeyRef"):
        key = _value(items, *path, "valueFrom", kind, "key")
        if key:
            of = _value(items, *path, "valueFrom", kind, "name")
            templated = "{{" in key  # then the values of a chart name the key
            source = None if templated else Node(secret(context, of), fold(key))
            yield context.fact(line, f"{what} from key {key} of {of}", target=target,
                               source=source, spelled=name, read=key)  # fmt: skip
            return
    given = next(
        (one for one in items if one.path[len(path) :] in (("value",), ("valueFrom",))), None
    )
    if given is None:
        return
    if (
        given.path[-1] == "valueFrom"
        and given.value
        and not list(references(given.value, context.scopes))
    ):
        # ECS takes the bare name of a parameter, too
        yield context.fact(line, what, target=target, source=entry(given.value), spelled=name)
        return
    yield from context.bound(line, what, target, name, given.value)


def values(context: Context) -> Iterator[Fact]:
    """The facts of a chart's values."""
    entries = list(keypaths.yaml(context.file.text))
    for one in entries:
        if one.value and not one.path[-1].isdigit():
            name = key_name(tuple(key for key in one.path if not key.isdigit()))
            target = Node(context.scopes.chart, fold(name))
            yield from context.bound(one.line, f"sets {name}", target, name, one.value)
    yield from variables(context, entries)


def kustomization(context: Context) -> Iterator[Fact]:
    """The facts of a kustomization.yaml: Secrets that are made of files and of literals."""
    entries = list(keypaths.yaml(context.file.text))
    for generator in ("secretGenerator", "configMapGenerator"):
        for path, items in _items(entries, generator):
            name = _value(items, *path, "name")
            for one in items:
                below = one.path[len(path) :]
                key, equals, value = one.value.partition("=")
                if below[:1] == ("literals",) and equals:
                    target = Node(f"k8s {name}", fold(key))
                    what = f"key {key} of the Secret {name}"
                    yield from context.bound(one.line, what, target, key, value)
                elif below[:1] in (("envs",), ("env",), ("files",)) and one.value:
                    file = context.file.beside(value if equals else one.value)
                    yield context.everything(one.line, f"makes the Secret {name} of {one.value}",
                                             f"k8s {name}", f"file {file}")  # fmt: skip
