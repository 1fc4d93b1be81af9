"""Hyperscan's databases: built once, then kept beside this module's byte code."""

from __future__ import annotations

import os

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any


def database(name: str, stamp: bytes, expressions: Callable[[], list[tuple[int, bytes]]]) -> Any:
    """The database of expressions, each with its number; False where there is no Hyperscan.

    stamp is another one for other expressions; where it is empty nothing is kept. The kept copy may
    be deleted at any time: where it cannot be read or written, or is of another stamp, version or
    processor, a new one is built.
    """
    found = kept(name, stamp) if stamp else None
    if found is not None:
        return found
    hyperscan = _hyperscan()
    if hyperscan is None:
        return False
    numbers, sources = zip(*expressions(), strict=True)
    count = len(sources)
    try:
        built = hyperscan.Database(mode=hyperscan.HS_MODE_BLOCK)
        built.compile(expressions=sources, ids=numbers, elements=count, flags=[0] * count)
    except hyperscan.HyperscanError:
        return False  # a processor that it does not know
    if stamp:
        _keep(_place(name), stamp + b"\0" + hyperscan.dumpb(built))
    return built


def kept(name: str, stamp: bytes) -> Any:
    """The kept copy; None where there is none, or not one of this stamp, version and processor.

    False where there is no Hyperscan.
    """
    hyperscan = _hyperscan()
    if hyperscan is None:
        return False
    head = stamp + b"\0"
    try:
        with open(_place(name), "rb") as file:
            if file.read(len(head)) == head:
                found = hyperscan.loadb(file.read(), hyperscan.HS_MODE_BLOCK)
                found.scratch = hyperscan.Scratch(found)
                return found
    except (OSError, hyperscan.HyperscanError):
        pass  # it has a checksum, and names its version and processor
    return None


def _hyperscan() -> Any:
    try:
        import hyperscan
    except Exception:
        return None  # no wheel for this system: slower, the same result
    return hyperscan


def _place(name: str) -> str:
    return os.path.join(os.path.dirname(__file__), "__pycache__", f"{name}.hyperscan")


def _keep(path: str, content: bytes) -> None:
    from contextlib import suppress
    from pathlib import Path

    from keystop.errors import Usage
    from keystop.replacing import replace_file

    with suppress(Usage):  # it is not needed
        replace_file(Path(path), content)
