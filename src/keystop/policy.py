"""Where configuration and baseline are read from: the index, or files that a user names."""

from __future__ import annotations

import os
import stat

from keystop import git
from keystop.baseline import LARGEST, TOO_LARGE
from keystop.config import LEAKS
from keystop.errors import NotRead, Usage

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Final

    from keystop.blobs import Blobs
    from keystop.git import Repository


class Files:
    """The files of a repository's top, as the next commit would have them, or as commit has them.

    named gives other files in their place. Where the commit does not exist yet there are none.
    bases are other commits whose leaks count, too (see leaks_elsewhere).
    """

    def __init__(
        self,
        repository: Repository,
        blobs: Blobs,
        named: dict[str, str],
        commit: str = "",
        bases: tuple[str, ...] = (),
    ) -> None:
        self._repository: Final = repository
        self._blobs: Final = blobs
        self._named: Final = named
        self._commit: Final = commit
        commits = dict.fromkeys(("HEAD", "MERGE_HEAD", *bases, *_main_branches(repository)))
        self._elsewhere: Final = tuple(f"{one}:{LEAKS}" for one in commits)

    def read(self, name: str) -> bytes | None:
        """A file by its name, None where there is none. Raises KeystopError."""
        if name in self._named:
            return read_file(self._named[name])
        kind, content = self._blobs.object(f"{self._commit}:{name}")
        place, what = name, "staged object"
        if self._commit:
            place, what = f"{self._commit}:{name}", "object"
        if kind and content is None:
            raise Usage(f"{place}:1: {TOO_LARGE}")
        # git cat-file says "missing" both of a path and of an object.
        if not kind and self._listed(name):
            raise NotRead(f"{place} cannot be read: its {what} is missing")
        return content

    def ask_for_leaks(self) -> None:
        """Let git look for the files of leaks while it makes the patch: they are always needed."""
        self._blobs.ask((f"{self._commit}:{LEAKS}", *self._elsewhere))

    def leaks_elsewhere(self) -> Iterator[bytes]:
        """The files of leaks of HEAD, of the bases and of the main branches, as far as they exist.

        What is to be committed cannot take a leak out of these, and a branch that was begun before
        a leak was recorded is held to it all the same.
        """
        for name in self._elsewhere:
            content = self._blobs.object(name)[1]
            if content is not None:
                yield content

    def _listed(self, name: str) -> bool:
        """Whether the index or the commit has the file. Raises Usage where it is in conflict."""
        if not self._commit:
            if name == LEAKS and not self._in_index(name):
                return False
            listed = git.output(("ls-files", "--stage", "-z", "--", name), self._repository)
            if listed and listed.split(b"\t")[0].endswith((b" 1", b" 2", b" 3")):
                how = "keep the lines of both sides" if name == LEAKS else "settle it"
                raise Usage(f"{name} is in conflict: {how}, then git add {name}")
            return bool(listed)
        if not self._blobs.object(self._commit)[0]:
            return False
        return bool(git.output(("ls-tree", "-z", self._commit, "--", name), self._repository))

    def _in_index(self, name: str) -> bool:
        """Whether the index may have the file: every commit asks, and mostly nothing is there.

        Names are spelt out in it, but for indexes that are split or of version 4 (0.3 ms for
        1,000,000 bytes; another git would take 3 ms).
        """
        try:
            with open(self._repository.index, "rb") as file:
                data = file.read()
        except OSError:
            return False
        spelt_out = data[4:8] in (b"\0\0\0\2", b"\0\0\0\3") and b"link\0" not in data
        return not spelt_out or name.encode() in data

    def likely(self, name: str) -> bytes | None:
        """The same from the working tree, None where it cannot be read.

        Enough to tell whether it is worth asking git: to look into the index would take time
        with every file in it.
        """
        if name in self._named:
            return read_file(self._named[name])
        try:
            with open(os.path.join(self._repository.top, name), "rb") as file:
                return file.read(LARGEST)
        except OSError:
            return None


def _main_branches(repository: Repository) -> Iterator[str]:
    """What a remote's HEAD may be called here, and the local main branch; not all need exist."""
    common = repository.git_dir
    try:
        with open(os.path.join(common, "commondir"), encoding="utf-8") as file:
            common = os.path.join(common, file.read().strip())
    except (OSError, ValueError):
        pass  # it is no linked working tree, as most are none
    remotes = {"origin"}  # where refs are no files
    try:
        remotes.update(os.listdir(os.path.join(common, "refs", "remotes")))
    except OSError:
        pass
    for name in sorted(remotes):
        yield f"refs/remotes/{name}/HEAD"
    yield from ("refs/heads/main", "refs/heads/master")


def read_file(path: str, *, optional: bool = False) -> bytes | None:
    """A configuration or baseline as it stands in a file. Raises Usage.

    None only where it is optional and there is none. Links are not followed then: a folder that
    somebody else made says nothing about files outside.
    """
    try:
        status = os.lstat(path) if optional else os.stat(path)
        if not stat.S_ISREG(status.st_mode):
            kind = "a symbolic link" if stat.S_ISLNK(status.st_mode) else "no plain file"
            raise Usage(f"{path}:1: it is {kind}; a file of its own is wanted")
        if status.st_size > LARGEST:
            raise Usage(f"{path}:1: {TOO_LARGE}")
        with open(path, "rb") as file:
            return file.read()
    except (FileNotFoundError, NotADirectoryError):
        if optional:
            return None
        raise Usage(f"{path}: there is no such file") from None
    except OSError as error:
        raise Usage(f"{path} cannot be read: {error.strerror}") from None
