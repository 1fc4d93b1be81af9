"""Hyperscan's databases: built once, then kept beside this module's byte code."""

from __future__ import annotations

import os

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any


def database(name: str, stamp: bytes, expressions: Callable[[], list[bytes]]) -> Any:
    """The database of expressions, numbered in their order; False where there is no Hyperscan.

    stamp is another one for other expressions; where it is empty nothing is kept. The kept copy may
    be deleted at any time: where it cannot be read or written, or is of another stamp, version or
    processor, a new one is built.
    """
    try:
        import hyperscan
    except Exception:
        return False  # no wheel for this system: slower, the same result
    mode = hyperscan.HS_MODE_BLOCK
    head = stamp + b"\0"
    kept = os.path.join(os.path.dirname(__file__), "__pycache__", f"{name}.hyperscan")
    if stamp:
        try:
            with open(kept, "rb") as file:
                if file.read(len(head)) == head:
                    found = hyperscan.loadb(file.read(), mode)
                    found.scratch = hyperscan.Scratch(found)
                    return found
        except (OSError, hyperscan.HyperscanError):
            pass  # it has a checksum, and names its version and processor
    sources = expressions()
    count = len(sources)
    try:
        built = hyperscan.Database(mode=mode)
        built.compile(
            expressions=sources, ids=list(range(count)), elements=count, flags=[0] * count
        )
    except hyperscan.HyperscanError:
        return False  # a processor that it does not know
    if stamp:
        _keep(kept, head + hyperscan.dumpb(built))
    return built


def _keep(path: str, content: bytes) -> None:
    from contextlib import suppress
    from pathlib import Path

    from keystop.errors import Usage
    from keystop.replacing import replace_file

    with suppress(Usage):  # it is not needed
        replace_file(Path(path), content)
