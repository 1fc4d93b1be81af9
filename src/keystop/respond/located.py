"""A finding that a user names, with its plaintext: for the commands that act on one secret."""

from __future__ import annotations

import os
from typing import NamedTuple

from keystop import git
from keystop.blobs import Blobs
from keystop.detector import Detector
from keystop.engine import load
from keystop.errors import KeystopError, NotRead, Usage
from keystop.escape import printable
from keystop.finding import Finding
from keystop.gate import policy_of
from keystop.git import Repository
from keystop.hunk import whole_file
from keystop.policy import read_file
from keystop.respond.plaintext import Half, Plaintext
from keystop.sources.whole import tracked
from keystop.verdict import Policy, judge


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
    """The finding that a user names: [COMMIT:]PATH:LINE[:COLUMN], or a fingerprint.

    A path without a commit is read from the working tree, a fingerprint is looked for in the
    tracked files. What is allowed or in the baseline is found as well. Raises Usage where there
    is none, or more than one and no column chooses.
    """
    if what.startswith(("h1:", "s1:")):
        what = _place_of(what)
    path, line, column = _place(what)
    name, text, file = _text(path)
    plain = Plaintext()
    outcome = judge(whole_file(name, [text]), lambda _: text, _policy(path), plain.witness)
    found = [
        one
        for one in outcome.findings
        if one.line <= line <= one.end_line and column in (0, one.column)
    ]
    if not found:
        shown = _shown(what)
        raise Usage(f"{shown}: nothing is found there; keystop explain {shown} says why")
    if len(found) > 1:
        shown = _shown(what)
        places = ", ".join(f"{shown}:{one.column} ({one.detector})" for one in found)
        raise Usage(f"{shown}: there is more than one; name one of {places}")
    own, *others = plain.of(found[0])
    partner = others[0] if others else None
    return Located(found[0], own.detector, own.written, own.value, partner, text, file)


def located_again(one: Located) -> Located | None:
    """The same value in its file of the working tree as that is now, None where it has gone."""
    text = read_file(one.file) or b""
    plain = Plaintext()
    outcome = judge(whole_file(one.finding.path, [text]), lambda _: text, _policy(one.file),
                    plain.witness)  # fmt: skip
    for finding in outcome.findings:
        own, *others = plain.of(finding)
        if (finding.detector, own.value) == (one.finding.detector, one.value):
            partner = others[0] if others else None
            return Located(finding, own.detector, own.written, own.value, partner, text, one.file)
    return None


def _place_of(fingerprint: str) -> str:
    """Where the finding with a fingerprint is in the tracked files: PATH:LINE:COLUMN, from here."""
    repository = git.find_repository()
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


def _place(what: str) -> tuple[str, int, int]:
    path, _, last = what.rpartition(":")
    before, _, line = path.rpartition(":")
    if before and line.isdigit() and last.isdigit():
        return before, int(line), int(last)
    if not path or not last.isdigit():
        raise Usage(f"{_shown(what)}: a finding is [COMMIT:]PATH:LINE[:COLUMN], or its fingerprint")
    return path, int(last), 0


def _text(path: str) -> tuple[bytes, bytes, str]:
    """Name and content of a file, of the working tree or COMMIT:PATH, and where it is (Located)."""
    commit, colon, name = path.partition(":")
    if not colon or os.path.exists(path):
        return _name(path), read_file(path) or b"", path
    blobs = Blobs(git.find_repository())
    try:
        kind, content = blobs.object(f"{commit}:{name}")
    finally:
        blobs.close()
    if kind != "blob":
        raise Usage(f"{printable(os.fsencode(path))}: there is no such file")
    if content is None:
        raise NotRead(f"{printable(os.fsencode(path))} is too large to be judged as a whole")
    return os.fsencode(name), content, ""


def _shown(what: str) -> str:
    """What somebody typed, as it may be told: they may have typed the secret."""
    text = os.fsencode(what)
    return "********" if any(load().candidates(text, b"", lambda: None)) else printable(text)


def _name(path: str) -> bytes:
    """A file's name from the top of its repository on, or as it was typed."""
    repository = repository_here()
    if repository is not None:
        inner = os.path.relpath(os.path.realpath(path), os.path.realpath(repository.top))
        if not inner.startswith(os.pardir):
            path = inner
    return os.fsencode(path.replace(os.sep, "/"))


def _policy(path: str) -> Policy:
    """Configuration and baseline of the repository that one is in, or of the file's folder."""
    repository = repository_here()
    top = repository.top if repository is not None else os.path.dirname(path)
    return Policy(lambda name: read_file(os.path.join(top, name), optional=True), slow=True)


def repository_here() -> Repository | None:
    """The repository that one is in, None outside of any."""
    try:
        return git.find_repository()
    except KeystopError:
        return None
