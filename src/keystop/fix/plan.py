"""What a fix consists of, by the kind of file."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from typing import NamedTuple

from keystop.errors import Usage
from keystop.escape import printable
from keystop.fix import code, dotenv, names, stores, terraform, yaml
from keystop.fix.advice import by_hand
from keystop.fix.csharp import CSHARP
from keystop.fix.cutting import Wanted
from keystop.fix.edits import Change, Edit, applied, change, next_line
from keystop.fix.files import BOM, Target
from keystop.fix.go import GO
from keystop.fix.java import JAVA
from keystop.fix.javascript import JAVASCRIPT, TSX, TYPESCRIPT
from keystop.fix.php import PHP
from keystop.fix.python import PYTHON
from keystop.fix.ruby import RUBY
from keystop.fix.syntax import Language, Source, parse
from keystop.logins import field_of, secret_of
from keystop.respond.located import Located
from keystop.respond.plaintext import Half

LANGUAGES = {
    **dict.fromkeys((".py", ".pyw"), PYTHON),
    **dict.fromkeys((".js", ".mjs", ".cjs", ".jsx"), JAVASCRIPT),
    **dict.fromkeys((".ts", ".mts", ".cts"), TYPESCRIPT),
    ".tsx": TSX,
    ".go": GO,
    ".java": JAVA,
    **dict.fromkeys((".rb", ".rake", ".gemspec", ".ru"), RUBY),
    ".cs": CSHARP,
    ".php": PHP,
}


class Plan(NamedTuple):
    """The changes of files; the names that are to have values; what else is to be said.

    fields are those of a secret that holds a login: names has just that one then.
    place and putting say where the values go, and the command that reads one from its standard
    input, where that is not the store that was asked for.
    """

    changes: tuple[Change, ...]
    names: tuple[str, ...] = ()
    fields: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    place: str = ""
    putting: Callable[[str], str] = str


def plan(found: Target, store: str, name: str) -> Plan:
    """What is to be done. Raises Usage with the reason where it cannot be done with certainty."""
    if store == "aws" and found.located.finding.detector in _OPENS_AWS:
        raise Usage(f"{printable(str(found.path))}: {_CIRCLE}")
    language = LANGUAGES.get(found.path.suffix.lower())
    if language is not None:
        return _program(found, language, store, name)
    if dotenv.is_dotenv(found.path):
        _only_env(found, store)
        if name:
            raise Usage(f"{printable(str(found.path))}: the names are in the file already; "
                        "--name gives no other")  # fmt: skip
        changes, commands = dotenv.plan(found)
        return Plan(tuple(changes), notes=tuple(commands))
    if found.path.suffix in (".yml", ".yaml"):
        return _settings(found, store, name)
    if found.path.suffix == ".tf":
        source, mark = _parsed(found, terraform.HCL)
        wanted, notes = _both(
            found, source, store, name,
            lambda one: terraform.plan(found, source, store, [one]),
        )  # fmt: skip
        one, names_there, more = terraform.plan(found, source, store, wanted)
        used = [
            half._replace(name=terraform.label(half.name))
            for half in (wanted[1:] if name else wanted)
            if any(terraform.label(half.name).encode() in edit.new for edit in one.edits)
        ]
        _check_fresh(source, used, one.edits, _FILLED_IN)
        made = _planned(one, wanted, tuple(names_there), (*notes, *more))
        return _checked(found, source, mark, one, wanted, made)
    raise Usage(f"{printable(str(found.path))}: {by_hand(found)}")


_OPENS_AWS = ("aws.access-key-id", "aws.secret-access-key", "aws.session-token")
_CIRCLE = (
    "to read them from AWS Secrets Manager the program would need these very credentials. Delete "
    "them: the SDK finds others by itself, on AWS those of a role (EC2, ECS, EKS, Lambda), in CI "
    "those that OIDC gives for a role, on a machine of yours a profile (aws sso login, "
    "AWS_PROFILE). Elsewhere: --store env, vault or conjur"
)


def _parsed(found: Target, language: Language) -> tuple[Source, int]:
    """The file as a tree, and how long its byte order mark is."""
    mark = len(BOM) if found.text.startswith(BOM) else 0
    return parse(language, str(found.path), found.text[mark:]), mark


def _only_env(found: Target, store: str) -> None:
    if store != "env":
        raise Usage(f"{printable(str(found.path))}: what reads this file takes values from its "
                    "environment only; --store env does it")  # fmt: skip


def _checked(
    found: Target, source: Source, mark: int, one: Change, wanted: list[Wanted], made: Plan
) -> Plan:
    """The plan with edits for the file as it is, once what comes out has been parsed."""
    moved = [Edit(edit.start + mark, edit.end + mark, edit.new) for edit in one.edits]
    final = change(found.path, found.text, moved)
    new = applied(final)
    code.check(source, new, parse(source.language, source.path, new[mark:]), wanted)
    return made._replace(changes=(final,))


def _settings(found: Target, store: str, name: str) -> Plan:
    """YAML, by the program that reads it."""
    _only_env(found, store)
    source, mark = _parsed(found, yaml.YAML)
    reader = yaml.kind(found.path, source.text)
    wanted, notes = _both(found, source, store, name, lambda one: yaml.plan(found, source, [one]))
    if reader is yaml.WORKFLOW:  # names that begin so are GitHub's own
        wanted = [one._replace(name=re.sub("^GITHUB_", "GH_", one.name)) for one in wanted]
    one = yaml.plan(found, source, wanted)
    _check_fresh(source, wanted[1:] if name else wanted, one.edits, _FILLED_IN)
    names_there = tuple(one.name for one in wanted)
    made = Plan((one,), names_there, (), notes, *(reader or yaml.KUBERNETES)[-2:])
    return _checked(found, source, mark, one, wanted, made)


def _program(found: Target, language: Language, store: str, name: str) -> Plan:
    source, mark = _parsed(found, language)
    lookup = language.lookup(store, field_of(found.located.finding.detector))
    wanted, notes = _both(found, source, store, name, lambda one: code.edits(source, [one], lookup))
    made = code.edits(source, wanted, lookup)
    given = [one for one in wanted if name and one.name == name]
    _check_fresh(source, [one for one in wanted if one not in given], made, _IN_USE)
    one = change(found.path, source.text, made)
    planned = _planned(one, wanted, tuple(one.name for one in wanted), notes)
    return _checked(found, source, mark, one, wanted, planned)


def _planned(
    one: Change, wanted: list[Wanted], names_there: tuple[str, ...], notes: tuple[str, ...]
) -> Plan:
    return Plan(
        (one,),
        tuple(dict.fromkeys(names_there)),
        tuple(half.field for half in wanted if half.field),
        notes,
    )


def _both(
    found: Target, source: Source, store: str, name: str, tried: Callable[[Wanted], object]
) -> tuple[list[Wanted], tuple[str, ...]]:
    """The value, and the other half of its pair, where that can be replaced, too; else why not."""
    located = found.located
    own = _wanted(source, _own_half(located), store, name)
    half = located.partner
    if half is None or half.value == own.value:
        return [own], ()
    try:
        other = _wanted(source, half, store, own.name if own.field else "")
        if (other.name, other.field) == (own.name, own.field):
            other = other._replace(name=stores.named(store, names.of_kind(half.detector.id)))
        tried(other)
    except Usage as error:
        return [own], (f"The other half stays as it is: {error}",)
    return [own, other], ()


def _own_half(located: Located) -> Half:
    return Half(located.detector, located.written, located.value)


def _wanted(source: Source, half: Half, store: str, name: str) -> Wanted:
    """A value with its name: as it was given, or by what the first literal of it is called."""
    places = code.places(source.text, half.value)
    if not places:
        raise Usage(
            f"{printable(source.path)}: the value is a piece of a longer word; take it out by hand"
        )
    node = code.literal_at(source, places[0], places[0] + len(half.value))
    field = "" if store == "env" else field_of(half.detector.id)
    if field and not name:
        name = secret_of(store, half.detector.id)
    if not name:
        fallback = source.language.fallback(source, node)
        called = yaml.called(source, node) if source.language is yaml.YAML else ""
        if fallback is not None:
            variable = fallback.name
        elif called:
            variable = names.variable(called, half.detector.id)
        else:
            variable = names.after(source, node, places[0], half.value, half.detector.id)
        name = stores.named(store, variable)
    return Wanted(half.value, name, half.detector.id.startswith("generic."), field)


def _check_fresh(
    source: Source, wanted: list[Wanted], made: Iterable[Edit], in_use: re.Pattern[bytes]
) -> None:
    """Raises Usage where a name is looked up already: it may be another value's."""
    gone = [(edit.start, edit.end) for edit in made]
    for one in wanted:
        for place in _looked_up(source.text, one.name, in_use):
            rest = source.text[place : next_line(source.text, place)]
            if any(start <= place < end for start, end in gone) or (
                one.field and not re.search(rb"\W%s\W" % one.field.encode(), rest)
            ):
                continue
            raise source.refuse(
                place,
                f"{one.field + ' of ' if one.field else ''}{one.name} is looked up there already; "
                f"say --name {one.name} if the value is the same one, else --name with another "
                "name",
            )


def looks_up(text: bytes, name: str) -> bool:
    """Whether a program looks a name up."""
    return any(True for _ in _looked_up(text, name, _IN_USE))


def _looked_up(text: bytes, name: str, in_use: re.Pattern[bytes]) -> Iterator[int]:
    """Where a name stands behind what in_use finds."""
    for place in code.places(text, name.encode()):
        if in_use.search(text, max(0, place - 80), place):
            yield place


# What stands before a name that is looked up.
_IN_USE = re.compile(
    rb"(?:env\w*(?:\.get)?|fetch|variable|\w*from\w+|read\w*|secret_?id|retrievesecret)"
    rb"\W{1,12}(?:secret/data/)?$",
    re.I,
)
# The same where files of settings are filled in.
_FILLED_IN = re.compile(rb"(?:\$\{|\bsecrets\.|\bvar\.|ENV\.fetch\(['\"])$")
