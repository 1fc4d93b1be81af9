"""Which file a finding is in, whether keystop may change it, and where else it has values."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple

from keystop import git
from keystop.detector import Candidate
from keystop.errors import Usage
from keystop.escape import printable
from keystop.finding import Finding
from keystop.hunk import whole_file
from keystop.policy import read_file
from keystop.respond.located import Located, locate, repository_here
from keystop.role import PROSE, kind_of
from keystop.verdict import Policy, judge

BOM = b"\xef\xbb\xbf"
# So much of a file is searched for a name, in bytes: of a larger one the rest is data.
_LARGEST = 1 << 20


class Target(NamedTuple):
    """A file to change: as it is named, its text, and the finding in it."""

    path: Path
    text: bytes
    located: Located


def target(what: str) -> Target:
    """The file of a finding. Raises Usage where it may not be changed, or is not in a file."""
    located = locate(what)
    if not located.file:
        if ":" in what:
            raise Usage(f"{printable(what)}: it is in a commit; name a file of the working tree")
        raise Usage(f"{printable(what)}: no file has it any more where it was found, only commits; "
                    "nothing is to be done")  # fmt: skip
    _check_place(located.file)
    if located.finding.encoded:
        raise Usage(f"{printable(what)}: it is written in {located.finding.encoded} there; "
                    "take it out by hand")  # fmt: skip
    try:
        located.text.decode()
    except UnicodeDecodeError:
        raise Usage(f"{printable(what)}: the file is not UTF-8; take it out by hand") from None
    return Target(Path(located.file), located.text, located)


def _check_place(name: str) -> None:
    """Raises Usage for links, and for what is outside of the repository or folder one is in."""
    repository = repository_here()
    home = os.path.realpath(repository.top if repository is not None else ".")
    real = os.path.realpath(name)
    if os.path.islink(name):
        raise Usage(f"{printable(name)} is a link; name the file it leads to")
    if not Path(real).is_relative_to(home):
        raise Usage(f"{printable(name)} is outside of {printable(home)}; go there first")
    if ".git" in Path(real).relative_to(home).parts:
        raise Usage(f"{printable(name)} is git's own; change it by hand")


def others(apart_from: set[Path]) -> Iterator[tuple[str, bytes]]:
    """The tracked files of code or settings but for some, each with its text."""
    repository = repository_here()
    if repository is None:
        return
    top = os.fsencode(os.path.realpath(repository.top))
    besides = {os.fsencode(os.path.realpath(path)) for path in apart_from}
    for listed in sorted(set(git.output(("ls-files", "-z"), repository).split(b"\0")[:-1])):
        path = os.path.join(top, listed)
        if kind_of(listed) != PROSE and path not in besides and not os.path.islink(path):
            with suppress(OSError), open(path, "rb") as file:
                yield os.fsdecode(listed), file.read(_LARGEST)


def unchanged(path: Path, text: bytes | None) -> None:
    """Raises Usage where a file is not as it was read."""
    if read_file(str(path), optional=True) != text:
        raise Usage(f"{printable(str(path))} has changed meanwhile; nothing was written")


class _Spans:
    """Keeps where all that was found stands."""

    def __init__(self) -> None:
        self.found: list[tuple[int, int]] = []

    def witness(self, _: Finding, candidate: Candidate, __: bytes) -> None:
        self.found.append((candidate.start, candidate.end))
        if candidate.partner is not None:
            self.found.append((candidate.partner[0].start, candidate.partner[0].end))


def spans(path: Path, text: bytes, values: list[bytes]) -> list[tuple[int, int]]:
    """Where a text has values that are not to be shown: all that is found, and these."""
    keeper = _Spans()
    judge(whole_file(os.fsencode(path), [text]), lambda _: text, Policy(lambda _: None, slow=True),
          keeper.witness)  # fmt: skip
    for value in values:
        place = text.find(value)
        while place >= 0:
            keeper.found.append((place, place + len(value)))
            place = text.find(value, place + 1)
    return sorted(keeper.found)
