"""Where in a history a finding is: which commits brought it and took it out, which refs have it."""

from __future__ import annotations

import os

from keystop import git
from keystop.context import has_run
from keystop.diff import unquote
from keystop.finding import Commit, Whereabouts

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

    from keystop.finding import Finding
    from keystop.git import Repository

# A NUL, the commit, its parents, its author, the day it was written; then a line for each file
# that differs from a parent.
_FORMAT = "--format=tformat:%x00%H%x00%P%x00%an%x00%as"
_LOG = ("log", _FORMAT, "--no-notes", "--no-show-signature", "--no-mailmap", "--no-color")
_RAW = (
    "--raw", "-m", "--root", "--full-history", "--no-abbrev", "--no-renames", "--no-relative",
    "--no-ext-diff", "--ignore-submodules=none", "-O/dev/null",
)  # fmt: skip

# A file's path, and the object ids of the versions that have a finding.
_Place = tuple[bytes, frozenset[str]]
# A file, where in it, a kind, a value: one finding, in however many versions of the file it is.
Key = tuple[bytes, str, str, bytes]


def key(finding: Finding) -> Key:
    """What is the same for a finding in all versions of its file."""
    return finding.path, finding.where, finding.detector, finding.identity


class _Change:
    """A commit, and how it changed one file: (old id, new id) against each parent."""

    __slots__ = ("commit", "parents", "sides")

    def __init__(self, commit: Commit, parents: int) -> None:
        self.commit = commit
        self.parents = parents
        self.sides: list[tuple[str, str]] = []


class Locator:
    """Tells of findings where they are in the history that some revisions reach."""

    def __init__(self, repository: Repository, revisions: tuple[str, ...]) -> None:
        self._repository = repository
        self._remotes = Remotes(repository)
        # What a remote had before a forced push is on no branch any more.
        self.revisions = (*revisions, *self._remotes.overwritten)
        self._refs: dict[str, list[str]] = {}
        self._changes: dict[bytes, list[_Change]] = {}
        self._head: dict[bytes, str] = {}
        self._cut: frozenset[str] | None = None

    def located(self, findings: list[Finding], blobs: Mapping[Key, Sequence[str]]) -> list[Finding]:
        """The findings, those that are not suppressed with their whereabouts. Raises NotRead.

        blobs gives for each that no commit is told of the versions of its file that have it.
        """
        of_commits = [one for one in findings if one.commit and not one.suppressed]
        of_files = [one for one in findings if not one.commit and key(one) in blobs]
        of_files = [one for one in of_files if not one.suppressed]
        places = self._of_commits([one.commit for one in of_commits])
        places += self._of_files([(one.path, frozenset(blobs[key(one)])) for one in of_files])
        known = dict(zip([*of_commits, *of_files], places, strict=True))
        return [one.but(whereabouts=known[one]) if one in known else one for one in findings]

    def of_value(self, paths: Sequence[bytes], has: Callable[[str], bool]) -> list[Whereabouts]:
        """For each file where what some versions of it hold is; has tells of a version, by id."""
        self._read(paths)
        versions = {
            path: {new for change in self._changes[path] for _, new in change.sides}
            for path in paths
        }
        return self._of_files(
            [
                (path, frozenset(one for one in versions[path] if set(one) != {"0"} and has(one)))
                for path in paths
            ]
        )

    def _of_files(self, places: Sequence[_Place]) -> list[Whereabouts]:
        self._read(path for path, _ in places)
        return [
            self._of_file(blobs, self._changes[path], self._head.get(path, ""))
            for path, blobs in places
        ]

    def _read(self, paths: Iterable[bytes]) -> None:
        """Read how these files changed, and what HEAD has of them, unless that was done before."""
        new = sorted(set(paths) - self._changes.keys())
        self._changes.update((path, []) for path in new)
        for some in git.at_once(new):
            self._read_changes(some)
            self._read_head(some)

    def _of_commits(self, oids: Sequence[str]) -> list[Whereabouts]:
        known: dict[str, Commit] = {}
        commits = sorted(set(oids))
        for place in range(0, len(commits), 200):
            some = commits[place : place + 200]
            for change in self._log(("--no-walk=unsorted", *some, "--"), {}):
                known[change.commit.oid] = change.commit
        return [
            self._whereabouts(
                known.get(oid), known.get(oid), None, 1, False, [oid] if oid in known else []
            )
            for oid in oids
        ]  # fmt: skip

    def _of_file(self, blobs: frozenset[str], changes: list[_Change], head: str) -> Whereabouts:
        first = last = removed = None
        bringing = []
        for change in changes:  # the newest first
            brought = sum(new in blobs and old not in blobs for old, new in change.sides)
            if any(new in blobs for _, new in change.sides):
                last = last or change.commit
            elif last is None and any(old in blobs for old, _ in change.sides):
                removed = removed or change.commit
            if brought >= max(1, change.parents):
                first = change.commit
                bringing.append(first.oid)
        return self._whereabouts(first, last, removed, len(blobs), head in blobs, bringing)

    def _whereabouts(
        self,
        first: Commit | None,
        last: Commit | None,
        removed: Commit | None,
        versions: int,
        in_head: bool,
        bringing: list[str],
    ) -> Whereabouts:
        # One that was amended or picked is brought by several.
        refs = dict.fromkeys(ref for oid in bringing for ref in self._containing(oid))
        remotes = filter(None, map(self._remotes.of, refs))
        return Whereabouts(
            first=first,
            last=last,
            removed=removed,
            in_head=in_head,
            versions=versions,
            branches=tuple(shown(ref[11:]) for ref in refs if ref.startswith("refs/heads/")),
            tags=tuple(shown(ref[10:]) for ref in refs if ref.startswith("refs/tags/")),
            remotes=tuple(dict.fromkeys(map(shown, remotes))),
            cut=first is not None and first.oid in self._ends(),
            left=self._remotes.left(bringing),
        )

    def _ends(self) -> frozenset[str]:
        """The commits where a shallow clone ends, none where it is whole."""
        if self._cut is None:
            path = git.asked(self._repository, "rev-parse", "--git-path", "shallow") or "shallow"
            try:
                with open(os.path.join(self._repository.git_dir, path)) as file:
                    self._cut = frozenset(file.read().split())
            except OSError:
                self._cut = frozenset()
        return self._cut

    def _containing(self, oid: str) -> list[str]:
        """The refs whose history has a commit."""
        found = self._refs.get(oid)
        if found is None:
            listed = git.output(
                ("for-each-ref", f"--contains={oid}", "--format=%(refname)"), self._repository
            )
            found = listed.decode("utf-8", "backslashreplace").split("\n")[:-1]
            self._refs[oid] = found
        return found

    def _read_changes(self, names: tuple[str, ...]) -> None:
        wanted = frozenset(map(os.fsencode, names))
        arguments = (*_RAW, *self.revisions, "--", *names)
        files: dict[bytes, _Change] = {}
        for _ in self._log(arguments, files):
            for path, change in files.items():
                if path in wanted:
                    self._changes[path].append(change)
            files.clear()

    def _log(self, arguments: tuple[str, ...], files: dict[bytes, _Change]) -> Iterator[_Change]:
        """Every commit that git log lists, with the files that it changes in files.

        Of a merge git lists every parent on its own: these are one commit here.
        """
        current: _Change | None = None
        for line in git.output((*_LOG, *arguments), self._repository).split(b"\n"):
            if line.startswith(b"\0"):
                oid, parents, author, day = line[1:].decode("utf-8", "backslashreplace").split("\0")
                if current is not None and current.commit.oid != oid:
                    yield current
                    current = None
                if current is None:
                    current = _Change(Commit(oid, shown(author), day), len(parents.split()))
            elif line.startswith(b":") and current is not None:
                info, _, path = line.partition(b"\t")
                _, _, old, new, _ = info.split(b" ")
                name = unquote(path)
                change = files.get(name)
                if change is None:
                    change = files[name] = _Change(current.commit, current.parents)
                change.sides.append((old.decode("ascii"), new.decode("ascii")))
        if current is not None:
            yield current

    def _read_head(self, names: tuple[str, ...]) -> None:
        try:
            listed = git.output(("ls-tree", "-r", "-z", "--full-tree", "HEAD", "--", *names),
                                self._repository)  # fmt: skip
        except git.GitFailed:
            return  # there is no commit yet
        for entry in listed.split(b"\0")[:-1]:
            info, _, path = entry.partition(b"\t")
            self._head[path] = info.split(b" ")[2].decode("ascii")


class Remotes:
    """What is known of where commits were pushed to, or came from."""

    def __init__(self, repository: Repository) -> None:
        self._repository = repository
        self._names: list[str] = []
        self._hosted = is_bare(repository)
        for key, value in _settings(repository):
            name, _, what = key.removeprefix("remote.").rpartition(".")
            self._names.append(name)
            self._hosted |= (what, value) in _MIRRORS
        self.overwritten = self._overwritten()
        self._lost: dict[str, frozenset[str]] = {}

    def of(self, ref: str) -> str:
        """The remote that a ref stands for, or what it is on one; empty for a ref of one's own."""
        inner = ref.removeprefix("refs/remotes/")
        if inner != ref:
            known = [name for name in self._names if inner.startswith(f"{name}/")]
            if known:
                return max(known, key=len)
        kind, _, rest = inner.removeprefix("refs/").partition("/")
        number = rest.partition("/")[0]
        if kind in _REQUESTS and number.isdecimal():  # fetched by CI, or by hand
            return f"{_REQUESTS[kind]} {number}"
        return kind if inner != ref else ""

    def left(self, commits: list[str]) -> str:
        """How one of these commits has got out where no remote has it now, empty if it has not."""
        if self._hosted and commits:
            return "this repository is bare or a mirror, so what is in it was pushed"
        names = dict.fromkeys(
            self.of(ref)
            for ref, tips in self._by_ref().items()
            if not self._lost_by(ref, tips).isdisjoint(commits)
        )
        return f"it was on {', '.join(map(shown, names))} until a forced push" if names else ""

    def _by_ref(self) -> dict[str, list[str]]:
        refs: dict[str, list[str]] = {}
        for oid, ref in self.overwritten.items():
            refs.setdefault(ref, []).append(oid)
        return refs

    def _lost_by(self, ref: str, tips: list[str]) -> frozenset[str]:
        if ref not in self._lost:
            listed = git.output(("rev-list", *tips, "--not", "--remotes", "--"), self._repository)
            self._lost[ref] = frozenset(listed.decode("ascii").split())
        return self._lost[ref]

    def _overwritten(self) -> dict[str, str]:
        """The commits that remotes' branches were at and that no remote has, each with its ref."""
        entries = git.asked(self._repository, *_REFLOGS) or ""
        moved = dict(line.split(" ", 1) for line in entries.splitlines())
        if not moved:
            return {}
        # With --not git walks, whatever --no-walk says: commits between are listed as well.
        arguments = ("rev-list", *moved, "--not", "--remotes", "--")
        listed = git.asked(self._repository, *arguments) or ""
        return {oid: moved[oid].rpartition("@")[0] for oid in listed.split() if oid in moved}


_REFLOGS = ("log", "--walk-reflogs", "--remotes", "--format=%H %gD", "--no-patch",
            "--no-show-signature", "--no-notes", "--no-mailmap", "--no-color")  # fmt: skip
_MIRRORS = (("mirror", "true"), ("fetch", "+refs/*:refs/*"))
# What code hosts keep beside branches, by the folder of refs that it is fetched to.
_REQUESTS = {
    "pull": "pull request", "merge-requests": "merge request", "pipelines": "pipeline",
}  # fmt: skip


def is_bare(repository: Repository) -> bool:
    """Whether it has no working tree: git is told of one, and would say no itself.

    A bare repository may have working trees beside it, in which commits are made.
    """
    linked = os.path.exists(os.path.join(repository.git_dir, "commondir"))
    return not linked and git.asked(repository, "config", "--type=bool", "core.bare") == "true"


def _settings(repository: Repository) -> Iterator[tuple[str, str]]:
    """What is known of remotes: keys and values."""
    try:
        listed = git.output(("config", "--null", "--get-regexp", r"^remote\..*\..*$"), repository)
    except git.GitFailed:
        return  # nothing is set
    for entry in listed.decode("utf-8", "backslashreplace").split("\0")[:-1]:
        key, _, value = entry.partition("\n")
        yield key, value


def shown(name: str) -> str:
    """A name as it may be shown: what may hold a secret is masked."""
    words = name.encode("utf-8", "backslashreplace").translate(_APART)
    return "********" if has_run(words, _LONG) else name


# Names are made of words with these between them, and none of the words is as long as a secret.
_APART = bytes(0x20 if byte in b"/-_." else byte for byte in range(256))
_LONG = 14
