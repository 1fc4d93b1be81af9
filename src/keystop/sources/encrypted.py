"""Files that git-crypt keeps encrypted, and those that it should have encrypted and did not."""

from __future__ import annotations

from keystop import git
from keystop.blobs import Blobs
from keystop.hunk import CONTENT, Hunk, Skipped

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from keystop.git import Repository

# Paths asked about at once: the longest of them still fit into a pipe.
_BATCH = 15
HEADER = b"\0GITCRYPT\0"
_NOT = "git-crypt is to encrypt it and did not: run git-crypt unlock, then git add --renormalize"


def with_unencrypted(
    repository: Repository, hunks: Iterable[Hunk | Skipped]
) -> Iterator[Hunk | Skipped]:
    """The hunks, and after them each file that is staged in the clear against its attribute.

    Without `git-crypt unlock` in a clone the filter does not exist, git adds the file as it is
    and says nothing.
    """
    staged: dict[bytes, str] = {}
    for hunk in hunks:
        if isinstance(hunk, Hunk) and hunk.where == CONTENT and hunk.blob:
            staged[hunk.path] = hunk.blob
        yield hunk
    if not staged:
        return
    blobs = Blobs(repository)
    try:
        for path in _filtered(repository, list(staged)):
            _, pieces = blobs.open(staged[path])
            content = list(pieces)
            if content and not content[0].startswith(HEADER):
                yield Skipped(path, _NOT, by_design=False)
    finally:
        blobs.close()


def _filtered(repository: Repository, paths: list[bytes]) -> Iterator[bytes]:
    """The paths whose attribute filter is git-crypt (or one of its keys, git-crypt-NAME)."""
    process = git.start(
        ("check-attr", "-z", "--cached", "--stdin", "filter"), repository, stdin=True
    )
    deadline = git.time_limit()
    try:
        for first in range(0, len(paths), _BATCH):
            batch = paths[first : first + _BATCH]
            process.write(b"".join(path + b"\0" for path in batch))
            answer = b""
            while answer.count(b"\0") < 3 * len(batch):  # path, "filter", value
                piece = process.read(1 << 16, deadline)
                if not piece:
                    raise git.GitFailed("check-attr", process.wait(), process.stderr)
                answer += piece
            values = answer.split(b"\0")[2::3]
            for path, value in zip(batch, values, strict=False):
                if value.startswith(b"git-crypt"):
                    yield path
    finally:
        process.close()
