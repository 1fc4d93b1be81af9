"""A finding that a user names, with its plaintext: for the commands that act on one secret."""

from __future__ import annotations

import os
from typing import NamedTuple

from keystop import git
from keystop.blobs import Blobs
from keystop.detector import Candidate
from keystop.errors import KeystopError, NotRead, Usage
from keystop.escape import printable
from keystop.finding import Finding
from keystop.gate import policy_of
from keystop.git import Repository
from keystop.hunk import whole_file
from keystop.policy import read_file
from keystop.sources.whole import tracked
from keystop.verdict import Policy, judge

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Final


class Half(NamedTuple):
    """One value of a pair: the detector that knows it, and the plaintext, never to be shown.

    value is as it stands in the file, plain without the encoding that it may have there.
    """

    detector: str
    value: bytes
    plain: bytes


class Located(NamedTuple):
    """A finding, its plaintext, and that of the other half, where there is one.

    text is the whole file, decoded layers aside; empty where the finding was looked for by its
    fingerprint in more than one file. plain is the value without the encoding that it may have in
    the file.
    """

    finding: Finding
    value: bytes
    partner: Half | None
    text: bytes
    plain: bytes


class _Witness:
    """Keeps of each finding what it was made of."""

    def __init__(self) -> None:
        self._of: Final[dict[tuple[object, ...], tuple[Half, Half | None]]] = {}

    def witness(self, finding: Finding, candidate: Candidate, text: bytes) -> None:
        partner = None
        if candidate.partner is not None and not candidate.partner[1]:
            other = candidate.partner[0]
            partner = _half(other, text)
        self._of[_key(finding)] = _half(candidate, text), partner

    def located(self, finding: Finding, text: bytes) -> Located:
        own, partner = self._of[_key(finding)]
        return Located(finding, own.value, partner, text, own.plain)


def _half(candidate: Candidate, text: bytes) -> Half:
    value = text[candidate.start : candidate.end]
    return Half(candidate.detector.id, value, candidate.value)


def _key(finding: Finding) -> tuple[object, ...]:
    return finding.path, finding.where, finding.line, finding.column, finding.detector


def locate(what: str) -> Located:
    """The finding that a user names: [COMMIT:]PATH:LINE[:COLUMN], or a fingerprint.

    A path without a commit is read from the working tree, a fingerprint is looked for in the
    tracked files. What is allowed or in the baseline is found as well. Raises Usage where there
    is none, or more than one and no column chooses.
    """
    if what.startswith(("h1:", "s1:")):
        return _by_fingerprint(what)
    path, line, column = _place(what)
    name, text = _text(path)
    witness = _Witness()
    outcome = judge(whole_file(name, [text]), lambda _: text, _policy(path), witness.witness)
    found = [
        one
        for one in outcome.findings
        if one.line <= line <= one.end_line and column in (0, one.column)
    ]
    if not found:
        raise Usage(f"{what}: nothing is found there; keystop explain {what} says why")
    if len(found) > 1:
        places = ", ".join(f"{what}:{one.column} ({one.detector})" for one in found)
        raise Usage(f"{what}: there is more than one; name one of {places}")
    return witness.located(found[0], text)


def _by_fingerprint(fingerprint: str) -> Located:
    repository = git.find_repository()
    blobs = Blobs(repository)
    witness = _Witness()
    try:
        policy = policy_of(repository, blobs, {}, slow=True)
        outcome = judge(tracked(repository), blobs.whole, policy, witness.witness)
    finally:
        blobs.close()
    for finding in outcome.findings:
        if finding.fingerprint == fingerprint:
            return witness.located(finding, b"")
    raise Usage(f"{fingerprint}: no tracked file has it; name its place: [COMMIT:]PATH:LINE")


def _place(what: str) -> tuple[str, int, int]:
    path, _, last = what.rpartition(":")
    before, _, line = path.rpartition(":")
    if before and line.isdigit() and last.isdigit():
        return before, int(line), int(last)
    if not path or not last.isdigit():
        raise Usage(f"{what}: a finding is [COMMIT:]PATH:LINE[:COLUMN], or its fingerprint")
    return path, int(last), 0


def _text(path: str) -> tuple[bytes, bytes]:
    """The name and the content of a file, of the working tree or COMMIT:PATH."""
    commit, colon, name = path.partition(":")
    if not colon or os.path.exists(path):
        return os.fsencode(path.replace(os.sep, "/")), read_file(path) or b""
    blobs = Blobs(git.find_repository())
    try:
        kind, content = blobs.object(f"{commit}:{name}")
    finally:
        blobs.close()
    if kind != "blob":
        raise Usage(f"{printable(os.fsencode(path))}: there is no such file")
    if content is None:
        raise NotRead(f"{printable(os.fsencode(path))} is too large to be judged as a whole")
    return os.fsencode(name), content


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
