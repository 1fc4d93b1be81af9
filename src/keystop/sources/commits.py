"""The lines that commits add, each against all of its parents, and their messages."""

from __future__ import annotations

from keystop import git
from keystop.blobs import Blobs
from keystop.diff import added_lines, added_lines_of_commits, unquote
from keystop.errors import NotRead
from keystop.hunk import AUTHOR, MESSAGE, Hunk, Skipped, whole_file
from keystop.sources.history import Reader
from keystop.sources.merges import DIFF, in_all, missing

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Container, Generator, Iterable, Iterator

    from keystop.git import Repository

# Each commit begins with a NUL and its id. What it says is taken out of the commit itself: git log
# would change it from the encoding that the commit names, if it is in it or not, and end at a NUL.
_LOG = (
    "log",
    "--format=tformat:%x00%H",
    "--no-notes",
    "--no-show-signature",
    "--diff-merges=off",
    "--root",
    "-p",
    *git.DIFF_OPTIONS,
)
# Of merges, the files that no parent has as they are.
_MERGED = (
    "log",
    "--merges",
    "--format=tformat:%H %P",
    "--no-show-signature",
    "--diff-merges=combined",
    "--raw",
    "--no-renames",
    "--no-relative",
    "--no-color",
    "--no-ext-diff",
    "--ignore-submodules=none",
    "-O/dev/null",
)
# The tree without files, in SHA-1 and in SHA-256.
_EMPTY_TREE = {
    40: "4b825dc642cb6eb9a060e54bf8d69288fbee4904",
    64: "6ef19b41225c5369f1c104d45d8d85efa9b057b53b14b4b9b939dd74decc5321",
}


def commits(repository: Repository, revisions: tuple[str, ...]) -> Iterator[Hunk | Skipped]:
    """Messages and added lines of the commits that revisions name (as for git rev-list).

    Of a merge the lines count that are in none of its parents. Raises NotRead.
    """
    blobs = Blobs(repository)
    try:
        log = git.stream((*_LOG, *revisions, "--"), repository)
        yield from added_lines_of_commits(log, lambda oid: _said(oid, blobs.object(oid)[1]))
    finally:
        blobs.close()
    merge: list[str] = []
    paths: list[bytes] = []
    for line in git.output((*_MERGED, *revisions, "--"), repository).splitlines():
        if line.startswith(b"::"):  # modes and objects of each parent, a tab, the path
            paths.append(unquote(line.partition(b"\t")[2]))
        elif line:
            yield from _of_merge(repository, merge, paths)
            merge, paths = line.decode("ascii").split(), []
    yield from _of_merge(repository, merge, paths)


def messages(
    repository: Repository, revisions: tuple[str, ...], tags: Iterable[str] = ()
) -> Iterator[Hunk | Skipped]:
    """What the commits that revisions reach, all tags and these tags say. Raises NotRead."""
    yield from said(repository, revisions)
    listed = git.output(
        ("for-each-ref", "--format=%(objecttype) %(objectname)", "refs/tags"), repository
    )
    blobs = Blobs(repository)
    try:
        for line in listed.splitlines():
            kind, _, tag = line.partition(b" ")
            if kind == b"tag":
                yield from _named(repository, blobs, tag.decode("ascii"))
        for name in tags:
            yield from _named(repository, blobs, name)
    finally:
        blobs.close()


def said(repository: Repository, revisions: tuple[str, ...]) -> Iterator[Hunk]:
    """What the commits that revisions reach say themselves. Raises NotRead."""
    reader = Reader(repository)
    try:
        oids = git.output(("rev-list", *revisions, "--"), repository).decode("ascii").split()
        for oid, _, content in reader.objects(oids, b"the history"):
            yield from _said(oid, content)
    finally:
        reader.close()


def _said(oid: str, content: bytes | None) -> Iterator[Hunk]:
    """Who wrote and who committed a commit, and its message. Raises NotRead."""
    if content is None:
        raise NotRead(f"the commit {oid} cannot be read")
    head, _, message = content.partition(b"\n\n")
    people = [
        line.partition(b" ")[2].rsplit(b" ", 2)[0]  # without time and time zone
        for line in head.split(b"\n")
        if line.startswith((b"author ", b"committer "))
    ]
    yield Hunk(b"", 1, b"\n".join(people), where=AUTHOR, commit=oid)
    yield Hunk(b"", 1, message, where=MESSAGE, commit=oid)


def _of_merge(
    repository: Repository, merge: list[str], paths: list[bytes]
) -> Iterator[Hunk | Skipped]:
    """The lines that a merge (its id, then its parents') has in these files and no parent has."""
    for some in git.at_once(reversed(paths)):
        commit, first, *others = merge
        lacking = [missing(repository, (parent, commit, "--", *some)) for parent in others]
        patch = git.stream((*DIFF, first, commit, "--", *some), repository)
        yield from in_all(added_lines(patch, commit), lacking)


def pushed(
    repository: Repository, updates: list[tuple[str, str]], remote: str
) -> Iterator[Hunk | Skipped]:
    """What a push brings to remote: each update is (local oid, remote oid), zeros for none.

    Commits that stand on another remote are new to this one; what is known of its own refs is
    left out. Raises NotRead.
    """
    updates = [one for one in updates if set(one[0]) != {"0"}]  # a branch is deleted
    known = [f"--remotes={glob_escape(remote)}"] if remote else []
    blobs = Blobs(repository)
    try:
        for _, there in updates:
            if set(there) != {"0"} and blobs.object(there)[0] in ("commit", "tag"):
                known.append(there)
    finally:
        blobs.close()
    yield from _brought(repository, [local for local, _ in updates], known)


def received(repository: Repository, oids: list[str]) -> Iterator[Hunk | Skipped]:
    """What a push of these objects brings to the repository that it comes to. Raises NotRead."""
    return _brought(repository, oids, ["--all"])


def count(repository: Repository, oids: list[str]) -> int:
    """How many commits such a push brings. Raises NotRead."""
    return int(git.output(("rev-list", "--count", *oids, "--not", "--all", "--"), repository))


def _brought(repository: Repository, oids: list[str], known: list[str]) -> Iterator[Hunk | Skipped]:
    wanted: list[str] = []
    blobs = Blobs(repository)
    try:
        for oid in oids:
            kind = yield from _named(repository, blobs, oid)
            if kind == "commit":
                wanted.append(oid)
    finally:
        blobs.close()
    if wanted:
        yield from commits(repository, (*wanted, "--not", *known))


def of_tag(repository: Repository, name: str) -> Iterator[Hunk | Skipped]:
    """The messages of a tag, and what it points to where that is no commit."""
    blobs = Blobs(repository)
    try:
        yield from _named(repository, blobs, name)
    finally:
        blobs.close()


def of_tags(repository: Repository, tagged: Container[str]) -> Iterator[Hunk | Skipped]:
    """The messages of all tags of these objects."""
    listed = git.output(
        ("for-each-ref", "--format=%(objectname) %(*objectname)", "refs/tags"), repository
    )
    for line in listed.decode("ascii").splitlines():
        tag, _, what = line.partition(" ")
        if what in tagged:
            yield from of_tag(repository, tag)


def glob_escape(name: str) -> str:
    """A remote's name as a pattern that means that name only."""
    return "".join(f"\\{c}" if c in "*?[\\" else c for c in name)


def _named(repository: Repository, blobs: Blobs, oid: str) -> Generator[Hunk | Skipped, None, str]:
    """The messages of a tag and of the tags that it points to; then the files of a blob or tree.

    Returns the kind of what it points to in the end. A commit's own files are not read here.
    """
    while True:
        kind, pieces = blobs.open(oid)
        if kind == "blob":
            yield from whole_file(oid.encode(), pieces, oid)
            return kind
        content = b"".join(pieces)
        if not kind:
            raise NotRead(f"the object {oid} that is pushed is missing")
        if kind == "tree":
            patch = git.stream((*DIFF, _EMPTY_TREE[len(oid)], oid, "--"), repository)
            yield from added_lines(patch, oid)
        if kind != "tag":
            return kind
        head, _, message = content.partition(b"\n\n")
        yield Hunk(b"", 1, message, where=MESSAGE, commit=oid)
        for line in head.split(b"\n"):
            if line.startswith(b"tagger "):  # name, address, time, time zone
                yield Hunk(b"", 1, line[7:].rsplit(b" ", 2)[0], where=AUTHOR, commit=oid)
        oid = head.split(b"\n", 1)[0].split(b" ")[1].decode("ascii")
