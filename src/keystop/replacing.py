"""Writing a file so that there is always the old one or the new one, whole."""

from __future__ import annotations

import contextlib
import os
import sys
import time
from collections.abc import Iterator
from pathlib import Path

from keystop.errors import Usage

_LOCK_SECONDS = 60.0


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


@contextlib.contextmanager
def locked(folder: str, name: str) -> Iterator[None]:
    """Only one keystop at a time rewrites the file of that name. Raises Usage after a minute.

    folder, the git directory, holds the lock. Each keystop reads, thinks, then writes.
    """
    lock = os.path.join(folder, f"{name.lstrip('.')}.lock")
    try:
        file = open(lock, "ab")  # noqa: SIM115 - closed below, after the lock's work is done
    except OSError as error:
        raise Usage(f"{lock} cannot be opened: {error.strerror}") from None
    with file:
        deadline = time.monotonic() + _LOCK_SECONDS
        while not _try_lock(file.fileno()):
            if time.monotonic() > deadline:
                raise Usage(f"another keystop is at work on {name}; try again")
            time.sleep(0.05)
        yield


def _try_lock(handle: int) -> bool:
    try:
        if sys.platform == "win32":
            import msvcrt

            msvcrt.locking(handle, msvcrt.LK_NBLCK, 1)
        else:
            import fcntl

            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False
    return True


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
