"""Receipts: a line at the end of a commit's message that says what went through the hooks.

Where a repository asks for them (`receipts = true`), keystop-commit-msg writes one into each
message: the beginning of the id of the tree that is committed. A commit without one was made
past the hooks, or where there are none; one with that of another tree was changed since. Anybody
can write such a line: it informs, and proves nothing.
"""

from __future__ import annotations

from keystop import git
from keystop.blobs import Blobs
from keystop.errors import NotRead
from keystop.gate import policy_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Final

    from keystop.finding import Commit
    from keystop.git import Repository

NAME = b"Keystop-Receipt"
_SHOWN = 16
_LOG = (
    "log", f"--format=%H%x00%T%x00%an%x00%as%x00%(trailers:key={NAME.decode()},valueonly)%x00",
    "--no-notes", "--no-show-signature", "--no-mailmap", "--no-color", "--no-patch",
)  # fmt: skip


class Bypasses:
    """Of so many commits, those without a receipt, and those with the receipt of another tree."""

    __slots__ = ("changed", "commits", "without")

    def __init__(self, commits: int, without: list[Commit], changed: list[Commit]) -> None:
        self.commits: Final = commits
        self.without: Final = without
        self.changed: Final = changed


def bypasses(repository: Repository, revisions: tuple[str, ...]) -> Bypasses:
    """What the receipts of the commits say that revisions name (as for git rev-list)."""
    from keystop.finding import Commit
    from keystop.sources.whereabouts import shown

    *fields, _ = git.output((*_LOG, *revisions, "--"), repository).split(b"\0")
    without: list[Commit] = []
    changed: list[Commit] = []
    for place in range(0, len(fields), 5):
        oid, tree, author, day, receipts = (
            field.decode("utf-8", "backslashreplace").strip() for field in fields[place : place + 5]
        )
        known = receipts.split()
        if tree[:_SHOWN] not in known:
            (changed if known else without).append(Commit(oid, shown(author), day))
    return Bypasses(len(fields) // 5, without, changed)


def add_receipt(path: str, text: bytes, end: int) -> None:
    """Write a receipt into the message in text[:end] of a file, where the repository asks for it.

    Raises KeystopError.
    """
    repository = git.find_repository()
    blobs = Blobs(repository)
    try:
        if not policy_of(repository, blobs, {}, slow=False).receipts():
            return
    finally:
        blobs.close()
    # The trees that it writes are those that git commit writes next.
    tree = git.output(("write-tree",), repository).decode("ascii").strip()
    try:
        comment = git.output(("config", "core.commentChar"), repository).strip()
    except git.GitFailed:
        comment = b"#"
    try:
        with open(path, "wb") as file:
            file.write(with_receipt(text[:end], tree, comment) + text[end:])
    except OSError as error:
        raise NotRead(f"the receipt cannot be written: {error.strerror}") from None


def with_receipt(message: bytes, tree: str, comment: bytes) -> bytes:
    """The message with the receipt of a tree as its last line, and no other receipt.

    comment is what lines begin with that git takes out, as those that an editor shows.
    """
    lines = [line for line in message.splitlines(keepends=True) if not line.startswith(NAME)]
    end = len(lines)
    while end and (not lines[end - 1].strip() or lines[end - 1].startswith(comment)):
        end -= 1
    if not end:
        return message  # an empty message: git makes no commit of it
    last = lines[end - 1].rstrip(b"\r\n")
    head = b"".join(lines[: end - 1]) + last + b"\n"
    between = b"" if _ends_in_trailers(lines[:end]) else b"\n"
    receipt = b"%b: %b\n" % (NAME, tree[:_SHOWN].encode("ascii"))
    rest = b"".join(lines[end:]).lstrip()
    return head + between + receipt + (b"\n" + rest if rest else b"")


def _ends_in_trailers(lines: list[bytes]) -> bool:
    """Whether the last paragraph, which is not the first, has lines like `Name: value` only."""
    paragraph: list[bytes] = []
    for line in reversed(lines):
        if not line.strip():
            return all(_is_trailer(one) for one in paragraph)
        paragraph.append(line)
    return False


def _is_trailer(line: bytes) -> bool:
    name, colon, _ = line.partition(b": ")
    return bool(colon) and name.replace(b"-", b"").isalnum()
