"""A finding that a user names, with its plaintext: for the commands that act on one secret."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from functools import partial
from typing import NamedTuple

from keystop import git, leaks
from keystop.blobs import Blobs
from keystop.detector import Detector
from keystop.errors import KeystopError, NotRead, Usage
from keystop.escape import printable
from keystop.finding import Finding
from keystop.gate import policy_of
from keystop.git import Repository
from keystop.hunk import Hunk, whole_file
from keystop.policy import Files, read_file
from keystop.respond.plaintext import Half, Plaintext
from keystop.sources.history import everything
from keystop.sources.whole import tracked
from keystop.verdict import Policy, judge

# The id of a leak, as keystop status shows it, or the whole of its mark.
_LEAK = re.compile(r"[0-9a-f]{5}|[0-9a-f]{8}|[hs]1(?::[0-9a-f]+){2}:[0-9]+")


class Located(NamedTuple):
    """A finding, its detector and plaintext, and the other half, where there is one.

    written is the value as it stands there, which may be encoded. text is the whole file, and file
    is where it is in the working tree, from here; empty for a file of a commit.
    """

    finding: Finding
    detector: Detector
    written: bytes
    value: bytes
    partner: Half | None
    text: bytes
    file: str


def locate(what: str) -> Located:
    """The finding that a user names: [COMMIT:]PATH:LINE[:COLUMN], a fingerprint, or a leak's id.

    A path without a commit is read from the working tree, a fingerprint is looked for in the
    tracked files, a leak in the file where it was found. What is allowed or in the baseline is
    found as well. Raises Usage where there is none, or more than one and no column chooses.
    """
    what = place_of(what)
    path, line, column = parsed(what)
    name, text, file = read_named(path)
    plain = Plaintext()
    outcome = judge(whole_file(name, [text]), lambda _: text, policy_for(path), plain.witness)
    found = [
        one
        for one in outcome.findings
        if one.line <= line <= one.end_line and column in (0, one.column)
    ]
    if not found:
        shown = printable(what)
        raise Usage(f"{shown}: nothing is found there; keystop explain {shown} says why")
    if len(found) > 1:
        shown = printable(what)
        places = ", ".join(f"{shown}:{one.column} ({one.detector})" for one in found)
        raise Usage(f"{shown}: there is more than one; name one of {places}")
    own, *others = plain.of(found[0])
    partner = others[0] if others else None
    return Located(found[0], own.detector, own.written, own.value, partner, text, file)


def names_finding(what: str) -> bool:
    """Whether it names a finding, rather than a kind."""
    return ":" in what or _LEAK.fullmatch(what) is not None


def place_of(what: str) -> str:
    """The place that a finding's name stands for. Raises Usage where nothing has that name."""
    if _LEAK.fullmatch(what) and not os.path.exists(what):
        return _place_of_leak(what)
    if what.startswith(("h1:", "s1:")):
        return _place_of_fingerprint(what)
    return what


def located_again(one: Located) -> Located | None:
    """The same value in its file of the working tree as that is now, None where it has gone."""
    text = read_file(one.file) or b""
    if text == one.text:
        return one
    plain = Plaintext()
    outcome = judge(whole_file(one.finding.path, [text]), lambda _: text, policy_for(one.file),
                    plain.witness)  # fmt: skip
    for finding in outcome.findings:
        own, *others = plain.of(finding)
        if (finding.detector, own.value) == (one.finding.detector, one.value):
            partner = others[0] if others else None
            return Located(finding, own.detector, own.written, own.value, partner, text, one.file)
    return None


def _place_of_fingerprint(fingerprint: str) -> str:
    """Where the finding with a fingerprint is in the tracked files: PATH:LINE:COLUMN, from here."""
    repository = repository_needed()
    blobs = Blobs(repository)
    try:
        policy = policy_of(repository, blobs, {}, slow=True)
        outcome = judge(tracked(repository), blobs.whole, policy)
    finally:
        blobs.close()
    for finding in outcome.findings:
        if finding.fingerprint == fingerprint:
            path = os.path.relpath(os.path.join(repository.top, os.fsdecode(finding.path)))
            return f"{path}:{finding.line}:{finding.column}"
    raise Usage(f"{fingerprint}: no tracked file has it; name its place: [COMMIT:]PATH:LINE")


def recorded(repository: Repository) -> leaks.Leaks:
    """What is recorded in the working tree, in HEAD and on the main branches. Raises Usage.

    A branch that was begun before a leak was recorded has nothing of it, and is held to it.
    """
    blobs = Blobs(repository)
    try:
        others = list(Files(repository, blobs, {}).leaks_elsewhere())
    finally:
        blobs.close()
    own = read_file(os.path.join(repository.top, leaks.NAME), optional=True)
    return leaks.joined(own, others)


def _place_of_leak(name: str) -> str:
    """Where the value of a leak is: in the file where it was found, or the last commit that has it.

    As [COMMIT:]PATH:LINE:COLUMN, from here.
    """
    repository = repository_needed()
    known = recorded(repository)
    leak = known.named(name)
    if leak is None:
        raise Usage(f"{name}: {leaks.NAME} has no leak of that id; keystop status lists them")
    path = leak.found.rpartition(":")[0]
    for place, text in _versions(repository, path):
        plain = Plaintext()
        hunks = whole_file(os.fsencode(path), [text])
        outcome = judge(hunks, partial(_same, text), policy_for(path), plain.witness)
        for finding in outcome.findings:
            if known.of(plain.of(finding)[0].value) is leak:
                return f"{place}:{finding.line}:{finding.column}"
    raise Usage(
        f"{name}: neither {leak.found}, where it was found, nor the history of that file has it; "
        "name a place that does: [COMMIT:]PATH:LINE"
    )


def _same(text: bytes, _: Hunk) -> bytes:
    return text


def _versions(repository: Repository, path: str) -> Iterator[tuple[str, bytes]]:
    """A file of the working tree, then of the commits that changed it, the last first."""
    file = os.path.relpath(os.path.join(repository.top, path))
    text = read_file(file, optional=True)
    if text is not None:
        yield file, text
    listed = git.output(("rev-list", *everything(repository), "--", path), repository)
    blobs = Blobs(repository)
    try:
        for commit in listed.decode("ascii").split():
            content = blobs.object(f"{commit}:{path}")[1]
            if content is not None:
                yield f"{commit[:12]}:{path}", content
    finally:
        blobs.close()


def parsed(what: str) -> tuple[str, int, int]:
    """Path, line, and column (0 where none is told). Raises Usage for what is no place."""
    path, _, last = what.rpartition(":")
    before, _, line = path.rpartition(":")
    if before and line.isdigit() and last.isdigit():
        return before, int(line), int(last)
    if not path or not last.isdigit():
        raise Usage(
            f"{printable(what)}: a finding is [COMMIT:]PATH:LINE[:COLUMN], its fingerprint, or the "
            "id of a leak (keystop status)"
        )
    return path, int(last), 0


def read_named(path: str) -> tuple[bytes, bytes, str]:
    """Name and content of a file, of the working tree or COMMIT:PATH, and where it is (Located)."""
    commit, colon, name = path.partition(":")
    if not colon or os.path.exists(path):
        return _name(path), read_file(path) or b"", path
    blobs = Blobs(repository_needed())
    try:
        kind, content = blobs.object(f"{commit}:{name}")
    finally:
        blobs.close()
    if kind != "blob":
        raise Usage(f"{printable(os.fsencode(path))}: there is no such file")
    if content is None:
        raise NotRead(f"{printable(os.fsencode(path))} is too large to be judged as a whole")
    return os.fsencode(name), content, ""


def _name(path: str) -> bytes:
    """A file's name from the top of its repository on, or as it was typed."""
    repository = repository_here()
    if repository is not None:
        inner = os.path.relpath(os.path.realpath(path), os.path.realpath(repository.top))
        if not inner.startswith(os.pardir):
            path = inner
    return os.fsencode(path.replace(os.sep, "/"))


def policy_for(path: str) -> Policy:
    """Configuration and baseline of the repository that one is in, or of the file's folder."""
    repository = repository_here()
    top = repository.top if repository is not None else os.path.dirname(path)
    return Policy(lambda name: read_file(os.path.join(top, name), optional=True), slow=True)


def repository_needed() -> Repository:
    """The repository that one is in. Raises Usage outside of any, NotRead where git refuses it."""
    try:
        return git.find_repository()
    except NotRead as error:
        if str(error).startswith("not a git repository"):
            raise Usage(f"{error}; go into one first") from None
        raise


def repository_here() -> Repository | None:
    """The repository that one is in, None outside of any."""
    try:
        return git.find_repository()
    except KeystopError:
        return None
