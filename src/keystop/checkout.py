"""Detectors in a checkout, where no wheel was built: compiled from TOML, once."""

from __future__ import annotations

import contextlib
import marshal
import os
import tempfile
from pathlib import Path

from keystop import compiling


def compiled(folder: str) -> tuple[bytes, bytes]:
    """Index and entries of a folder of TOML files, kept beside this module's byte code.

    The kept copy may be deleted at any time, and is not needed: where it cannot be read or
    written, the TOML files are compiled again.
    """
    stamp = _stamp(Path(folder))
    kept = Path(__file__).parent / "__pycache__" / "detectors.marshal"
    with contextlib.suppress(OSError, ValueError, EOFError, TypeError):
        found, index, entries = marshal.loads(kept.read_bytes())
        if found == stamp:
            return index, entries
    index, entries = compiling.compile_folder(Path(folder))
    with contextlib.suppress(OSError):
        kept.parent.mkdir(exist_ok=True)
        handle, name = tempfile.mkstemp(dir=kept.parent)
        with os.fdopen(handle, "wb") as file:
            file.write(marshal.dumps((stamp, index, entries), 2))
        os.replace(name, kept)
    return index, entries


def _stamp(folder: Path) -> tuple[tuple[str, int, int], ...]:
    """Names, sizes and times of everything the compiled form is made of."""
    here = Path(__file__).parent
    sources = [
        *folder.glob("*.toml"),
        *(here / f"{m}.py" for m in ("compiling", "patterns", "records")),
    ]
    return tuple(
        (str(path), status.st_size, status.st_mtime_ns)
        for path in sorted(sources)
        for status in [path.stat()]
    )
