"""Detectors as they are written: the records of the TOML files in `detectors/`."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any

from keystop.errors import Usage

SEVERITIES = ("low", "medium", "high", "critical")


@dataclass(frozen=True)
class Pair:
    """The other half that a value needs.

    other is the id of its detector. within is the greatest distance in lines at which the two
    belong together without a word that names them.
    """

    other: str
    within: int = 4


@dataclass(frozen=True)
class Evidence:
    """How the format is known.

    kind is "documented" (where is the https address of the provider's page that shows it),
    "observed" (where says in whose public code, tests or reports values of that form stand) or
    "peer-only" (only other scanners say so). Empty for detectors of a user's own.
    """

    kind: str = ""
    where: str = ""


@dataclass(frozen=True)
class NearMiss:
    """A text that looks alike and is not to be reported, with the reason."""

    text: str
    why: str


@dataclass(frozen=True)
class Practices:
    """How to hold one well, a sentence or two each; empty means not known."""

    storage: str = ""
    rotation: str = ""
    least_privilege: str = ""
    monitoring: str = ""
    access: str = ""


@dataclass(frozen=True)
class Source:
    """A page that says so, and the day (YYYY-MM-DD) on which it was read."""

    url: str
    read: str


@dataclass(frozen=True)
class Response:
    """The playbook: what to do when it has leaked. Empty means not known.

    The lists hold steps or sentences: how it usually leaks, what its holder can do to you
    (risks), how to contain the damage, to check for abuse, to revoke, to rotate without an
    outage, what stops working and what does not, whom to tell, how to make a new one properly.
    page is where it is revoked. sources are the pages that the playbook rests on.
    """

    used_for: str = ""
    leaks: tuple[str, ...] = ()
    risks: tuple[str, ...] = ()
    contain: tuple[str, ...] = ()
    check: tuple[str, ...] = ()
    revoke: tuple[str, ...] = ()
    page: str = ""
    rotate: tuple[str, ...] = ()
    breaks: tuple[str, ...] = ()
    survives: tuple[str, ...] = ()
    tell: tuple[str, ...] = ()
    create: tuple[str, ...] = ()
    practices: Practices = field(default_factory=Practices)
    links: tuple[str, ...] = ()
    sources: tuple[Source, ...] = ()

    def missing(self) -> list[str]:
        """The parts of the playbook that are empty."""
        empty = [item.name for item in fields(self) if not getattr(self, item.name)]
        return empty + [
            f"practices.{item.name}"
            for item in fields(self.practices)
            if not getattr(self.practices, item.name)
        ]


@dataclass(frozen=True)
class Outcome:
    """What one answer of a provider means: live, dead, limited or unknown.

    code is a field of the answer in JSON by its path ("errors.0.code"): it has to be there, to be
    equal to what follows "=", or, after "not ", to be missing. text is the whole answer, where
    that is no JSON. says is what the user has to know with it, a sentence. Of a record's outcomes
    the first that fits counts.
    """

    status: int
    means: str
    code: str = ""
    text: str = ""
    says: str = ""


@dataclass(frozen=True)
class Place:
    """A part of a request that is no secret and not the same for everybody: {name}.

    pattern matches the part, or its group "it" is the part. It is looked for in the finding's
    file, or, where of is "value", in the value itself.
    """

    name: str
    pattern: str
    of: str = "file"


@dataclass(frozen=True)
class Verify:
    """How a provider is asked whether a value works: one request that changes nothing.

    url, auth, headers and body may hold {value}, {other} (the other half of its pair) and places.
    auth says where the value goes: "basic USER:PASSWORD", "NAME: VALUE" (a header), "url", "body",
    "aws" (a signature), or "none", where it is not sent. harmless says why a POST changes nothing.
    reveals is what the answer gives away about the account (none, names, pii or secrets), tells
    the same in words. source is the page that documents the request. offline is "exp" where the
    value carries its end and nobody is asked; then only tells and source are wanted.
    """

    source: str
    tells: str
    url: str = ""
    auth: str = ""
    method: str = "GET"
    headers: tuple[str, ...] = ()
    body: str = ""
    harmless: str = ""
    reveals: str = "none"
    places: tuple[Place, ...] = ()
    outcomes: tuple[Outcome, ...] = ()
    offline: str = ""


@dataclass(frozen=True)
class Record:
    """One kind of secret.

    pattern is a regular expression over bytes in verbose form, in the syntax that re and regex
    share. Its match is the secret, or its group "secret" is. The compiler puts boundaries around
    it: it never matches inside a longer word.

    keywords are literals of which every match holds one (in any case of letters). A kind whose
    format is not distinctive has context instead: words of which one must stand near the value,
    and names, of which one must stand in what names it. With both, a match away from the words
    of context is only noted. alias names the kinds that take the same values with equal right.
    verify is None where no request is known that is safe.
    """

    id: str
    name: str
    provider: str
    grants: str
    severity: str
    pattern: str
    references: tuple[str, ...]
    examples: tuple[str, ...]
    evidence: Evidence = field(default_factory=Evidence)
    near_misses: tuple[NearMiss, ...] = ()
    keywords: tuple[str, ...] = ()
    context: tuple[str, ...] = ()
    names: tuple[str, ...] = ()
    pair: Pair | None = None
    alias: tuple[str, ...] = ()
    entropy: float = 0.0
    checksum: str = ""
    place: bool = False
    url: str = ""
    assigned: bool = False
    password: bool = False
    generator: str = ""
    reach: int = 4
    source: str = ""
    response: Response = field(default_factory=Response)
    verify: Verify | None = None


# Words that name a secret, where a record does not say its own.
NAMES = ("key", "token", "secret", "pass", "auth", "cred", "api", "access", "private")


def load(folder: Path) -> list[Record]:
    """All records of a folder's TOML files, sorted by id. Raises Usage naming file and place."""
    records: dict[str, Record] = {}
    for path in sorted(folder.glob("*.toml")):
        for record in read(path.read_text(encoding="utf-8"), path.name):
            if record.id in records:
                raise Usage(f"{path.name}: {record.id} is in {records[record.id].source}, too")
            records[record.id] = record
    return sorted(records.values(), key=lambda record: record.id)


def find(folder: Path, name: str) -> Record | None:
    """The record of that id, None where there is none. Only files that name it are parsed."""
    for path in sorted(folder.glob("*.toml")):
        text = path.read_text(encoding="utf-8")
        if f'"{name}"' in text:
            for record in read(text, path.name):
                if record.id == name:
                    return record
    return None


def read(text: str, source: str) -> list[Record]:
    """The records of one TOML file. Raises Usage naming the place."""
    try:
        data = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise Usage(f"{source}: {error}") from None
    provider = data.pop("provider", None)
    if not isinstance(provider, str):
        raise Usage(f"{source}: provider is missing")
    shared = data.pop("response", {})
    detectors = data.pop("detector", [])
    if data:
        raise Usage(f"{source}: unknown key {sorted(data)[0]!r}")
    return [of(entry, provider, shared, source) for entry in detectors]


def of(entry: dict[str, Any], provider: str, shared: dict[str, Any], source: str) -> Record:
    """The record of one [[detector]] table. Raises Usage naming the place."""
    place = f"{source}: {entry.get('id', 'a detector without id')}"
    entry = dict(entry)
    response = {**shared, **entry.pop("response", {})}
    if "practices" in response:
        response["practices"] = _build(Practices, response["practices"], f"{place}: practices")
    sources = [_build(Source, one, f"{place}: sources") for one in response.pop("sources", [])]
    near_misses = tuple(
        _build(NearMiss, miss, f"{place}: near_misses") for miss in entry.pop("near_misses", [])
    )
    pair = entry.pop("pair", None)
    evidence = entry.pop("evidence", {})
    verify = _verify(entry.pop("verify", None), f"{place}: verify")
    record: Record = _build(
        Record,
        {
            **entry,
            "provider": provider,
            "source": source,
            "near_misses": near_misses,
            "evidence": _build(Evidence, evidence, f"{place}: evidence"),
            "pair": None if pair is None else _build(Pair, pair, f"{place}: pair"),
            "response": _build(Response, {**response, "sources": sources}, f"{place}: response"),
            "verify": verify,
        },
        place,
    )
    if record.severity not in SEVERITIES:
        raise Usage(f"{place}: severity is one of {', '.join(SEVERITIES)}")
    if record.url not in ("", "plain", "strict"):
        raise Usage(f"{place}: url is plain or strict")
    if not record.keywords and not record.context:
        raise Usage(f"{place}: it has neither keywords nor context")
    return record


def _verify(table: dict[str, Any] | None, place: str) -> Verify | None:
    if table is None:
        return None
    places = tuple(_build(Place, one, f"{place}: places") for one in table.get("places", []))
    outcomes = tuple(
        _build(Outcome, one, f"{place}: outcomes") for one in table.get("outcomes", [])
    )
    made: Verify = _build(Verify, {**table, "places": places, "outcomes": outcomes}, place)
    return made


def _build(kind: Any, table: dict[str, Any], place: str) -> Any:
    known = {item.name: item for item in fields(kind)}
    for key, value in table.items():
        if key not in known:
            import difflib

            close = difflib.get_close_matches(key, known, 1)
            hint = f"; did you mean {close[0]!r}?" if close else ""
            raise Usage(f"{place}: unknown key {key!r}{hint}")
        wanted = str(known[key].type)
        if not _fits(value, wanted):
            raise Usage(f"{place}: {key} is to be {_in_words(wanted)}")
    try:
        return kind(**{
            key: tuple(value) if isinstance(value, list) else value for key, value in table.items()
        })  # fmt: skip
    except TypeError:
        missing = [name for name in known if name not in table]
        raise Usage(f"{place}: missing one of {', '.join(missing)}") from None


def _fits(value: Any, wanted: str) -> bool:
    if wanted.startswith("tuple[str"):
        return isinstance(value, list) and all(isinstance(item, str) for item in value)
    plain = {"str": str, "bool": bool, "int": int, "float": (int, float)}
    return wanted not in plain or isinstance(value, plain[wanted])  # type: ignore[arg-type]


def _in_words(wanted: str) -> str:
    if wanted.startswith("tuple[str"):
        return "a list of strings"
    return {"str": "a string", "bool": "true or false", "int": "a whole number"}.get(
        wanted, "a number"
    )
