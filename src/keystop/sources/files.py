"""Files of a file system, as `keystop scan PATH` reads them."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from pathlib import Path

from keystop.errors import Usage
from keystop.hunk import NAME, PIECE, Hunk, Skipped, whole_file


def files(paths: list[str]) -> Iterator[Hunk | Skipped]:
    """All files in paths, in the order of their names. Folders `.git` are passed over.

    Symbolic links are never followed: the text of the link is what is read. What cannot be read
    comes as a Skipped that is not by design. Raises Usage where a path is missing.
    """
    for name in paths:
        if not os.path.lexists(name):
            raise Usage(f"{name}: there is no such file or folder")
    for name in paths:
        # One path: names count from it; several: from where we are.
        if os.path.isdir(name):
            yield from _folder(name, "" if len(paths) == 1 else name)
        else:
            yield from _file(name, os.path.basename(name) if len(paths) == 1 else name)


def read_whole(root: str, hunk: Hunk, largest: int) -> bytes | None:
    """The whole file of a hunk, None where it is larger or cannot be read."""
    path = os.path.join(root, os.fsdecode(hunk.path)) if root else os.fsdecode(hunk.path)
    try:
        if os.path.islink(path) or os.path.getsize(path) > largest:
            return None
        return Path(path).read_bytes()
    except OSError:
        return None


def _folder(folder: str, shown: str) -> Iterator[Hunk | Skipped]:
    try:
        entries = sorted(os.scandir(folder), key=lambda entry: os.fsencode(entry.name))
    except OSError as error:
        yield Skipped(
            os.fsencode(shown or folder), f"unreadable: {error.strerror}", by_design=False
        )
        return
    for entry in entries:
        name = os.path.join(shown, entry.name)
        if entry.is_dir(follow_symlinks=False):
            if entry.name != ".git":
                yield from _folder(entry.path, name)
        else:
            yield from _file(entry.path, name)


def _file(path: str, shown: str) -> Iterator[Hunk | Skipped]:
    name = os.fsencode(shown.replace(os.sep, "/"))
    yield Hunk(name, 1, name, where=NAME)
    try:
        mode = os.lstat(path).st_mode
        if stat.S_ISLNK(mode):
            yield Hunk(name, 1, os.fsencode(os.readlink(path)))
        elif not stat.S_ISREG(mode):
            yield Skipped(name, "special file")
        else:
            flags = os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_BINARY", 0)
            with open(os.open(path, flags), "rb") as file:
                yield from whole_file(name, iter(lambda: file.read(PIECE), b""))
    except OSError as error:
        yield Skipped(name, f"unreadable: {error.strerror}", by_design=False)
