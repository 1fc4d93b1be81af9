"""Whether the index can be read at all: git is content with less than that."""

from __future__ import annotations

import os

from keystop import git
from keystop.errors import NotRead

TYPE_CHECKING = False
if TYPE_CHECKING:
    from keystop.git import Repository

# Bytes of the head, of the shortest entry and of the hash at the end (gitformat-index(5)).
_HEAD, _ENTRY, _HASH = 12, 63, 20


def check_index(repository: Repository) -> None:
    """Raise NotRead where the index is missing or shorter than its own head says.

    git takes a missing index for an empty one, as if everything had been deleted, and reads what
    is left of one that was cut. The hash at its end is checked by neither: over the index of
    100,000 files that takes 10 ms.
    """
    try:
        with open(repository.index, "rb") as file:
            head = file.read(_HEAD)
            size = os.fstat(file.fileno()).st_size
    except FileNotFoundError:
        if os.path.lexists(repository.index) or _has_commits(repository):
            raise NotRead(f"the index is missing: {repository.index}") from None
        return
    except OSError as error:
        raise NotRead(f"the index cannot be read: {error.strerror}") from None
    # A split index has its entries elsewhere: it names none of its own, or the changed ones.
    entries = int.from_bytes(head[8:12], "big")
    if head[:4] != b"DIRC" or size < _HEAD + entries * _ENTRY + _HASH:
        raise NotRead(f"index file corrupt or cut short: {repository.index}")


def _has_commits(repository: Repository) -> bool:
    try:
        git.output(("rev-parse", "--quiet", "--verify", "HEAD^{commit}"), repository)
    except git.GitFailed:
        return False
    return True
