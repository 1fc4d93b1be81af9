"""Whether a value that is said to be out of the history is out of it."""

from __future__ import annotations

import sys

from keystop.errors import NotRead, Usage
from keystop.git import Repository
from keystop.leaked import words
from keystop.leaks import Leak, Leaks
from keystop.respond.exposure import refs_with
from keystop.respond.located import Located, locate
from keystop.sources.history import Reader, everything, versions


def check_purged(repository: Repository, leak: Leak) -> None:
    """Raise Usage where HEAD, a branch, a tag, a remote or the file where it was found has it.

    What could not be searched is told on standard error.
    """
    name = leak.mark.short
    located = _located(leak)
    if located is not None and located.file:
        raise Usage(
            f"{name} is not purged: {located.file}:{located.finding.line} still has it; take it "
            "out of the file, then of the history"
        )
    whole = True
    try:
        if located is not None:
            path, values = located.finding.path, {located.value, located.written}
        else:
            path, values = _in_history(repository, leak)
        there, whole = refs_with(repository, path, values) if values else ([], True)
    except NotRead as error:
        print(f"keystop: whether it is purged could not be read: {error}", file=sys.stderr)
        return
    if there:
        more = f" and {len(there) - 5} more" if len(there) > 5 else ""
        raise Usage(
            f"{name} is not purged: it is still in {', '.join(there[:5])}{more}. Take it out "
            "there; what was taken out on a remote is known here after git fetch --prune --tags"
        )
    if not whole:
        print("keystop: not all of the history could be searched for it in time", file=sys.stderr)


def _located(leak: Leak) -> Located | None:
    """Where it is by the place where it was found, None where it is not there any more."""
    try:
        return locate(str(leak.mark))
    except Usage:
        return None


def _in_history(repository: Repository, leak: Leak) -> tuple[bytes, set[bytes]]:
    """A file of which some version has the value as a word, and the value, if there is one.

    A password cannot be found so: each word would take 50 ms.
    """
    only, sizes = Leaks(leak.events), {leak.mark.size}
    reader = Reader(repository)
    try:
        for file in versions(repository, everything(repository)):
            for _, content in reader.contents(file):
                text = content if isinstance(content, bytes) else b"".join(content)
                for word in words(text, sizes):
                    if only.of(word, "h1") is not None:
                        return file.path, {word}
    finally:
        reader.close()
    return b"", set()
