"""What a rotation has done so far, kept so that it can go on after anything.

It holds ids and names of steps, no secret. It lies in the user's state folder and not in a
repository: a rotation goes on from wherever one is.
"""

from __future__ import annotations

import json
import os
import secrets
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path

from keystop.errors import NotRead, Usage
from keystop.replacing import replace_file

_VERSION = 1


@dataclass(frozen=True)
class State:
    """subject is the leaked one's id or fingerprint; store is where the new one goes, made its id.

    begun is the step that was started last. told: the user knows that it is to be deployed now.
    """

    vendor: str
    subject: str
    store: str
    id: str = field(default_factory=lambda: secrets.token_hex(4))
    made: str = ""
    begun: str = ""
    done: tuple[str, ...] = ()
    told: tuple[str, ...] = ()
    notes: dict[str, str] = field(default_factory=dict)

    @property
    def marker(self) -> str:
        """What the name of the new one says, so that it can be found again."""
        return f"keystop-rotation {self.id}"


class Journal:
    """The state of one rotation, and its file, None for what need not be kept."""

    def __init__(self, state: State, path: Path | None) -> None:
        self.state = state
        self.path = path

    def note(self, **changes: object) -> None:
        """Change the state; what is kept is written before this returns."""
        self.state = replace(self.state, **changes)  # type: ignore[arg-type]
        if self.path is None:
            return
        data = json.dumps({"version": _VERSION, **asdict(self.state)}, indent=1) + "\n"
        _private(self.path)
        replace_file(self.path, data.encode())

    def finish(self) -> None:
        """Forget it: all is done."""
        if self.path is not None:
            self.path.unlink(missing_ok=True)


def folder() -> Path:
    """Where journals are kept."""
    if sys.platform == "win32":
        base = os.environ.get("LOCALAPPDATA") or os.path.expanduser(r"~\AppData\Local")
    else:
        base = os.environ.get("XDG_STATE_HOME") or os.path.expanduser("~/.local/state")
    return Path(base, "keystop", "rotations")


def begin(state: State) -> Journal:
    """A new journal, not yet written."""
    name = "".join(one if one.isalnum() else "-" for one in state.subject)
    return Journal(state, folder() / f"{state.vendor}-{name}.json")


def under_way(vendor: str, subject: str = "") -> list[Journal]:
    """The rotations of a vendor that are not finished, or the one of a subject. Raises NotRead."""
    found = []
    for path in sorted(folder().glob(f"{vendor}-*.json")):
        try:
            data = path.read_bytes()
            if not data:  # it was stopped before anything was begun
                continue
            read = json.loads(data)
            if read.pop("version") != _VERSION:
                raise ValueError
            state = State(**{**read, "done": tuple(read["done"]), "told": tuple(read["told"])})
        except (OSError, ValueError, TypeError, KeyError, AttributeError):
            raise NotRead(f"{path} is not a journal that this keystop can read") from None
        if state.vendor == vendor and subject in ("", state.subject):
            found.append(Journal(state, path))
    return found


@contextmanager
def alone(vendor: str, *, needed: bool) -> Iterator[None]:
    """Let no second rotation of a vendor run at the same time. Raises Usage where one does.

    needed: something will be changed.
    """
    if not needed:
        yield
        return
    folder().mkdir(mode=0o700, parents=True, exist_ok=True)
    if sys.platform == "win32":  # where there is no fcntl
        yield
        return
    import fcntl

    with open(os.open(folder() / f"{vendor}.lock", os.O_RDWR | os.O_CREAT, 0o600), "wb") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            raise Usage(f"another keystop {vendor} is at work; wait for its end") from None
        yield


def _private(path: Path) -> None:
    """Make an empty file that only its owner may read, where there is none."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    if not path.exists():
        os.close(os.open(path, os.O_WRONLY | os.O_CREAT, 0o600))
