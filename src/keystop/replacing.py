"""Writing a file so that there is always the old one or the new one, whole."""

from __future__ import annotations

import contextlib
import os
import sys
from pathlib import Path

from keystop.errors import Usage


def replace_file(path: Path, data: bytes, draft: Path | None = None) -> None:
    """Write a file wholly or not at all. Raises Usage where that fails; the old one stays.

    draft is where the new content is written first, if it is on the same file system: a process
    that is killed there leaves nothing beside path.
    """
    name = path.with_name(f".{path.name}.{os.getpid()}.new")
    try:
        if draft is not None and os.stat(draft.parent).st_dev == os.stat(path.parent).st_dev:
            name = draft
        mode = path.stat().st_mode & 0o777 if path.exists() else 0o666 & ~_umask()
        flags = os.O_WRONLY | os.O_CREAT | os.O_TRUNC | getattr(os, "O_NOFOLLOW", 0)
        with open(os.open(name, flags | getattr(os, "O_BINARY", 0), 0o600), "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        os.chmod(name, mode)
        os.replace(name, path)
    except OSError as error:
        raise Usage(f"{path.name} cannot be written: {error.strerror}; it is as it was") from None
    finally:
        with contextlib.suppress(OSError):
            os.unlink(name)
    _sync_folder(path.parent)


def _sync_folder(folder: Path) -> None:
    if sys.platform == "win32":  # a folder cannot be opened there
        return
    with contextlib.suppress(OSError):
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


def _umask() -> int:
    mask = os.umask(0o077)
    os.umask(mask)
    return mask
