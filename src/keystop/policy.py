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
    """The files of a repository's top, as the next commit would have them.

    named gives other files in their place.
    """

    def __init__(self, repository: Repository, blobs: Blobs, named: dict[str, str]) -> None:
        self._repository: Final = repository
        self._blobs: Final = blobs
        self._named: Final = named
        self._index: bytes | None = None

    def read(self, name: str) -> bytes | None:
        """A file by its name, None where there is none. Raises KeystopError."""
        if name in self._named:
            return read_file(self._named[name])
        kind, content = self._blobs.object(f":{name}")
        if kind and content is None:
            raise Usage(f"{name}:1: {TOO_LARGE}")
        # git cat-file says "missing" both of a path and of an object.
        if not kind and git.output(("ls-files", "-z", "--", name), self._repository):
            raise NotRead(f"{name} cannot be read: its staged object is missing")
        return content

    def likely(self, name: str) -> bytes | None:
        """The same, from the working tree where the index has the same content: that is cheap."""
        if name in self._named:
            return read_file(self._named[name])
        try:
            with open(os.path.join(self._repository.top, name), "rb") as file:
                text = file.read(LARGEST)
        except OSError:
            text = None
        if self._index is None:
            self._index = self._read_index()
        return text if same(self._index, name.encode(), text) else self.read(name)

    def _read_index(self) -> bytes:
        try:
            with open(self._repository.index, "rb") as file:
                return file.read()
        except OSError:
            return b""


def same(index: bytes, name: bytes, text: bytes | None) -> bool:
    """Whether an index file surely has this content (None: no file) under a name of the top.

    False only means that git has to be asked. gitformat-index(5): the object's id, two or four
    bytes of flags, the name, NUL; version 4 shortens names, a split index leaves them out.
    """
    if index[:4] != b"DIRC" or index[4:8] not in (b"\0\0\0\2", b"\0\0\0\3") or b"link" in index:
        return False
    if text is None:
        return name + b"\0" not in index
    try:  # importing hashlib costs 2 to 6 ms
        from _sha1 import sha1  # type: ignore[import-not-found]
    except ImportError:
        from hashlib import sha1
    oid: bytes = sha1(b"blob %d\0" % len(text) + text).digest()
    place = index.find(oid)
    while place >= 0:
        for flags in (2, 4):
            if index.startswith(name + b"\0", place + len(oid) + flags):
                return True
        place = index.find(oid, place + 1)
    return False


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
