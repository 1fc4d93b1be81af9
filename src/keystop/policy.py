"""Where configuration and baseline are read from: the index, or files that a user names."""

from __future__ import annotations

import os
import stat

from keystop import git
from keystop.baseline import LARGEST, TOO_LARGE
from keystop.errors import NotRead, Usage

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Final

    from keystop.blobs import Blobs
    from keystop.git import Repository


class Files:
    """The files of a repository's top, as the next commit would have them, or as commit has them.

    named gives other files in their place. Where the commit does not exist yet there are none.
    """

    def __init__(
        self, repository: Repository, blobs: Blobs, named: dict[str, str], commit: str = ""
    ) -> None:
        self._repository: Final = repository
        self._blobs: Final = blobs
        self._named: Final = named
        self._commit: Final = commit

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

    def _listed(self, name: str) -> bool:
        if not self._commit:
            return bool(git.output(("ls-files", "-z", "--", name), self._repository))
        if not self._blobs.object(self._commit)[0]:
            return False
        return bool(git.output(("ls-tree", "-z", self._commit, "--", name), self._repository))

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
