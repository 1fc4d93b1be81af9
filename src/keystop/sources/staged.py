"""The lines that a commit would add, read from the index and never from the working tree."""

from __future__ import annotations

import os

from keystop import git
from keystop.diff import added_lines
from keystop.errors import NotRead
from keystop.hunk import Hunk, Skipped
from keystop.sources.index import check_index

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from keystop.git import Repository

_CACHED = "--cached"


def staged(repository: Repository) -> Iterator[Hunk | Skipped]:
    """Every line that stands in the index but in no parent of the commit to be.

    Raises NotRead where anything staged cannot be read.
    """
    check_index(repository)
    hunks = _against_head(repository)
    parents = _other_parents(repository)
    if parents:
        from keystop.sources.merges import in_all, missing

        others = [missing(repository, (_CACHED, parent, "--")) for parent in parents]
        hunks = in_all(hunks, others)
    if mentions_git_crypt(repository):
        from keystop.sources.encrypted import with_unencrypted

        hunks = with_unencrypted(repository, hunks)
    yield from hunks


def mentions_git_crypt(repository: Repository) -> bool:
    """Whether the attributes at the top of the working tree speak of git-crypt."""
    try:
        with open(os.path.join(repository.top, ".gitattributes"), "rb") as file:
            return b"git-crypt" in file.read(1 << 20)
    except OSError:
        return False


def _against_head(repository: Repository) -> Iterator[Hunk | Skipped]:
    last: Hunk | Skipped | None = None
    try:
        patch = git.stream(("diff", *git.DIFF_OPTIONS, _CACHED, "--"), repository)
        for last in added_lines(patch):
            yield last
    except git.GitFailed:
        if isinstance(last, Hunk) and last.more:  # nothing continues it any more
            yield Hunk(last.path, last.line, b"", blob=last.blob)
        try:
            from keystop.sources.whole import staged_whole

            yield from staged_whole(repository)
        except git.GitFailed as error:
            raise NotRead(_explain(repository, error)) from None


def _other_parents(repository: Repository) -> list[str]:
    """The parents of the commit to be, beyond HEAD.

    In a merge they stand in MERGE_HEAD; that file comes only after the pre-merge-commit hook,
    for which git merge names them in variables GITHEAD_<oid>.
    """
    try:
        with open(os.path.join(repository.git_dir, "MERGE_HEAD"), encoding="ascii") as file:
            return file.read().split()
    except FileNotFoundError:
        return [name[8:] for name in os.environ if name.startswith("GITHEAD_")]


def _explain(repository: Repository, error: git.GitFailed) -> str:
    """git's message, with the path of the object that it names."""
    try:
        git.output(("rev-parse", "--git-dir"), repository)
    except git.GitFailed as broken:
        return broken.message  # git diff outside of a repository is another command
    words = error.message.replace("'", " ").replace(":", " ").split()
    oids = [word for word in words if len(word) in (40, 64)]
    try:
        listing = git.output(("ls-files", "--stage", "-z"), repository)
    except git.GitFailed:
        return str(error)
    for entry in listing.split(b"\0"):
        info, _, path = entry.partition(b"\t")
        if any(oid.encode() in info for oid in oids):
            from keystop.escape import printable

            return f"{printable(path)} cannot be read: {error.message}"
    return str(error)
