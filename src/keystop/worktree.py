"""The working tree and the index: whether they may be brought to another commit, and doing so."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator

from keystop import git
from keystop.blobs import Blobs
from keystop.errors import NotRead, Usage
from keystop.escape import printable
from keystop.git import Repository
from keystop.sources.whole import changed

# No hook of the repository is run. It is no option of every git: `keystop install` asks for it.
NO_HOOKS = ("-c", f"core.hooksPath={os.devnull}")

_UNDER_WAY = {
    "rebase-merge": "rebase",
    "rebase-apply": "rebase",
    "MERGE_HEAD": "merge",
    "CHERRY_PICK_HEAD": "cherry-pick",
    "REVERT_HEAD": "revert",
    "BISECT_LOG": "bisect",
}
# Under these git starts no filter.
_FILTER_OFF = ("clean=", "smudge=", "process=", "required=false")


class WorkingTree:
    """The working tree of a repository. git runs in it with no hook and no filter."""

    def __init__(self, repository: Repository) -> None:
        """Raises Usage where there is no working tree."""
        self._repository = repository
        try:
            top = git.output(("rev-parse", "--show-toplevel"), None)
        except git.GitFailed as error:
            raise Usage(error.message) from None
        self._top = os.fsdecode(top.removesuffix(b"\n"))
        self._filters = _filters(repository)
        off = (f"{name}.{key}" for name in self._filters for key in _FILTER_OFF)
        place = ("-C", self._top, f"--work-tree={self._top}")
        self._options = (*place, *NO_HOOKS, *(word for one in off for word in ("-c", one)))

    def obstacle(self, moved: set[str], files: Iterable[bytes], *, own: bool) -> str:
        """Why commits may not be made anew now, in one line; empty where they may.

        moved are the refs and the commits that get a new version, own says that HEAD is among
        them, files are those that differ.
        """
        for name, action in _UNDER_WAY.items():
            if os.path.lexists(os.path.join(self._repository.git_dir, name)):
                return f"a {action} is in progress: finish or abort it first"
        for path, names in self._elsewhere():
            if moved & names:
                return f"{max(moved & names)} is checked out in {path}: switch there first"
        return self._own_obstacle(files) if own else ""

    def _own_obstacle(self, files: Iterable[bytes]) -> str:
        names = sorted({*self.staged(), *self._unstaged()})
        if names:
            more = f" and {len(names) - 1} more" if len(names) > 1 else ""
            return (
                f"tracked files have changes that are not committed ({printable(names[0])}"
                f"{more}): commit them or git stash them first"
            )
        for path, name in self._filtered(files):
            return f"{printable(path)} goes through the filter {printable(name)}, which is not run"
        return ""

    def staged(self, against: str = "HEAD") -> list[bytes]:
        """The files of the index that differ from a commit's."""
        return self._names("--cached", "--ignore-submodules=none", against)

    def _unstaged(self) -> list[bytes]:
        # To look for changes in a submodule git would run with what that one's settings say.
        return self._names("--ignore-submodules=all")

    def _names(self, *compared: str) -> list[bytes]:
        listed = self._git(
            "diff", "--name-only", "-z", "--no-renames", "--no-ext-diff", *compared, "--"
        )
        return listed.split(b"\0")[:-1]

    def _filtered(self, files: Iterable[bytes]) -> Iterator[tuple[bytes, bytes]]:
        """The files that go through a filter, and its name."""
        listed = self._git(
            "check-attr", "-z", "--stdin", "filter", fed=b"".join(path + b"\0" for path in files)
        )
        words = listed.split(b"\0")[:-1]
        for path, name in zip(words[::3], words[2::3], strict=True):
            if f"filter.{os.fsdecode(name)}" in self._filters:
                yield path, name

    def _elsewhere(self) -> Iterator[tuple[str, set[str]]]:
        """The other working trees: where they are, their commit and their branch."""
        listed = git.output(("worktree", "list", "--porcelain"), self._repository)
        trees = [lines.split(b"\n") for lines in listed.split(b"\n\n")[:-1]]
        linked = os.path.exists(os.path.join(self._repository.git_dir, "commondir"))
        # The first is the main one. Of a submodule git tells where its git directory is.
        for first, *others in trees if linked else trees[1:]:
            path = first.removeprefix(b"worktree ")
            if not self._is_own(os.fsdecode(path)):
                yield printable(path), {os.fsdecode(line.partition(b" ")[2]) for line in others}

    def _is_own(self, path: str) -> bool:
        return os.path.realpath(path) == os.path.realpath(self._top)

    def follow(self, old: str) -> None:
        """Bring index and files from a commit to HEAD; nothing else in them changes.

        Raises NotRead where a file stands in the way: it is as it was.
        """
        try:
            self._git("read-tree", "-m", "-u", "--no-recurse-submodules", old, "HEAD")
        except NotRead as error:
            raise NotRead(
                f"the commits are rewritten, but the files are not: {error} "
                "git reset leaves them as they are; take the secret out of them yourself"
            ) from None

    def follow_again(self, old: str) -> None:
        """The same where it was interrupted: files may be at HEAD already, or half written."""
        done = []
        blobs = Blobs(self._repository)
        try:
            for entry in changed(self._repository, (old, "HEAD", "--")):
                path = os.path.join(os.fsencode(self._top), entry.path)
                found, new = _content(path), blobs.object(entry.oid)[1]
                if found is None or new is None:
                    continue
                found, new = (text.replace(b"\r\n", b"\n") for text in (found, new))
                if found == new:
                    done.append(entry.path)
                elif new.startswith(found):  # git was writing it
                    os.unlink(path)
        finally:
            blobs.close()
        self._git("update-index", "-z", "--stdin", fed=b"".join(name + b"\0" for name in done))
        self.follow(old)

    def _git(self, *arguments: str, fed: bytes | None = None) -> bytes:
        try:
            if fed is None:
                return git.output((*self._options, *arguments), self._repository)
            return git.fed((*self._options, *arguments), self._repository, [fed])
        except git.GitFailed as error:
            raise NotRead(f"git {arguments[0]} failed: {error.message}") from None


def _content(path: bytes) -> bytes | None:
    """What a file of the working tree, or a symbolic link, holds."""
    try:
        if os.path.islink(path):
            return os.readlink(path)
        with open(path, "rb") as file:
            return file.read()
    except OSError:
        return None


def _filters(repository: Repository) -> list[str]:
    """The filters (gitattributes(5)) that the configuration names: filter.NAME."""
    listed = git.output(("config", "--list", "--name-only", "-z"), repository)
    names = {
        name.rpartition(b".")[0] for name in listed.split(b"\0") if name.startswith(b"filter.")
    }
    for name in names:
        if b"=" in name:
            raise NotRead(f"{printable(name)} cannot be kept from running")
    return sorted(map(os.fsdecode, names))
