"""Versions of files in which nothing was found, remembered from one scan of a history to the next.

Of each a digest of its path and object id is kept, no content. What is remembered belongs to the
detectors and the code that found nothing: with others it is forgotten. The file may be deleted at
any time, and where it cannot be read or written everything is read again.
"""

from __future__ import annotations

import os
import sys
from binascii import unhexlify
from hashlib import blake2b
from pathlib import Path

from keystop import git
from keystop.engine import shipped_folder
from keystop.errors import Usage
from keystop.replacing import replace_file
from keystop.sources.history import Versions

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable

    from keystop.git import Repository

_HEAD = b"keystop: versions without findings, 1\n"
_SIZE = 16
# Code, the model of words, detectors.
_DECIDES = (".py", ".bin", ".marshal", ".toml")


class Known:
    """What is remembered of one repository."""

    def __init__(self, repository: Repository, own: bytes) -> None:
        """own is another one for other detectors of the repository's own, empty without any."""
        folder = git.output(("rev-parse", "--git-common-dir"), repository).rstrip(b"\r\n")
        # Relative to the git directory, where git is started.
        self._path = Path(repository.git_dir, os.fsdecode(folder), "keystop", "known")
        self._head = _HEAD + _stamp(own)
        self._clean = self._read()

    def without(self, versions: Versions) -> Versions:
        """The versions that are not known."""
        return versions.only(
            [blob for blob in versions.ids() if _digest(versions.path, blob) not in self._clean]
        )

    def learn(self, path: bytes, blobs: Iterable[str]) -> None:
        """These versions of a file hold nothing."""
        self._clean.update(_digest(path, blob) for blob in blobs)

    def keep(self) -> None:
        """Write down what is known."""
        try:
            self._path.parent.mkdir(exist_ok=True)
            # One name for all: a process that is killed leaves no more than the next one takes.
            draft = self._path.with_suffix(".new")
            replace_file(self._path, self._head + b"".join(sorted(self._clean)), draft)
        except (OSError, Usage):
            pass  # it is not needed

    def _read(self) -> set[bytes]:
        try:
            data = self._path.read_bytes()
        except OSError:
            return set()
        begin = len(self._head)
        if data[:begin] != self._head or (len(data) - begin) % _SIZE:
            return set()
        return {data[place : place + _SIZE] for place in range(begin, len(data), _SIZE)}


def _digest(path: bytes, blob: str) -> bytes:
    return blake2b(unhexlify(blob) + path, digest_size=_SIZE).digest()


def _stamp(own: bytes) -> bytes:
    """A digest of everything that decides what is found."""
    stamp = blake2b(b"%b\0%b\0" % (sys.version.encode(), own), digest_size=32)
    for folder in (Path(__file__).parent, Path(shipped_folder())):
        for path in sorted(folder.rglob("*")):
            if path.suffix in _DECIDES and path.parent.name != "__pycache__":
                data = path.read_bytes()
                stamp.update(b"%d\0" % len(data) + data)
    return stamp.digest()
