"""The credential that leaked, as a user names it: a finding, an id, or on standard input."""

from __future__ import annotations

import hmac
import os
import re
import sys
from typing import NamedTuple

from keystop import git
from keystop.blobs import Blobs
from keystop.errors import KeystopError, Usage
from keystop.fingerprint import NO_SALT
from keystop.logins import VARIABLES
from keystop.respond.located import Located, locate, repository_here


class Leaked(NamedTuple):
    """kind is the finding's detector, "" where none says. Each may be unknown, as "".

    day is that of the first commit that had it, as YYYY-MM-DD. name is fit to be shown and kept.
    """

    kind: str
    ident: str
    secret: str
    day: str
    name: str

    def __repr__(self) -> str:
        return f"Leaked({self.name})"


class Kinds(NamedTuple):
    """What a vendor's command takes: detectors by what they find, and what an id looks like."""

    vendor: str
    secrets: tuple[str, ...]
    idents: tuple[str, ...] = ()
    ident: str = ""


def leaked(what: str, kinds: Kinds) -> Leaked:
    """The leaked credential. Raises Usage where it is of another vendor, or none."""
    if what == "-":
        return _typed(sys.stdin.readline().strip(), kinds)
    if kinds.ident and re.fullmatch(kinds.ident, what):
        return Leaked("", what, "", "", what)
    return _found(locate(what), kinds)


def _typed(line: str, kinds: Kinds) -> Leaked:
    """ID:SECRET, or a secret alone."""
    before, _, secret = line.rpartition(":")
    if not secret or (before and not (kinds.ident and re.fullmatch(kinds.ident, before))):
        raise Usage("standard input holds no credential: give SECRET or ID:SECRET in one line")
    return Leaked("", before, secret, "", before or fingerprint(secret))


def fingerprint(secret: str) -> str:
    """The one that a finding with this secret has in a repository without a baseline."""
    return "h1:" + hmac.digest(NO_SALT, secret.encode(), "sha256")[:16].hex()


def _found(located: Located, kinds: Kinds) -> Leaked:
    finding, partner = located.finding, located.partner
    values = {finding.detector: located.value.decode("utf-8", "replace")}
    if partner is not None:
        values[partner.detector.id] = partner.value.decode("utf-8", "replace")
    kind = next((one for one in kinds.secrets if one in values), "")
    ident = next((values[one] for one in kinds.idents if one in values), "")
    if not kind and not ident:
        own = finding.detector.partition(".")[0]
        raise Usage(
            f"this is {finding.name} ({finding.detector}), which keystop {kinds.vendor} does not "
            + (
                f"know; keystop {own} revoke and keystop {own} rotate are for it"
                if finding.detector in VARIABLES and own != kinds.vendor
                else f"know; keystop explain {finding.detector} says what to do"
            )
        )
    secret = values.get(kind, "")
    name = ident or fingerprint(secret)
    return Leaked(kind, ident, secret, day_of(finding.path, located.value), name)


def day_of(path: bytes, value: bytes) -> str:
    """The day of the first commit whose version of a file has a value, "" where none has."""
    repository = repository_here()
    if repository is None:
        return ""
    inside = os.path.relpath(os.path.realpath(os.fsdecode(path)), os.path.realpath(repository.top))
    names = dict.fromkeys((os.fsdecode(path), inside.replace(os.sep, "/")))
    blobs = Blobs(repository)
    try:
        for name in names:
            arguments = ("log", "--reverse", "--format=%H %as", "HEAD", "--", name)
            for line in git.output(arguments, repository).decode("ascii").splitlines():
                commit, day = line.split(" ")
                _, content = blobs.object(f"{commit}:{name}")
                if content is not None and value in content:
                    return day
    except KeystopError:
        return ""
    finally:
        blobs.close()
    return ""
