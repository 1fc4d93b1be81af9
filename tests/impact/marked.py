"""Repositories whose files carry their truth: lines that depend on a credential are marked.

`«kind»` at the end of a line says that it depends, and what kind of line it is; `«kind @service»`
that it belongs to another service than its file. Marks are taken out when the files are written.

What counts: a line that holds the value, gives it to a name, looks it up, hands it on, or makes a
client or a log-in with it. Of an object of several lines it is the one with the variable's name.
Comments, documentation, messages and example files do not count, nor does another credential.
"""

from __future__ import annotations

import re
from base64 import b64encode
from typing import NamedTuple

from tests.conftest import Repo

_MARK = re.compile(r"[ ]*«([a-z ]+?)(?: @([^»]+))?»$")


class Truth(NamedTuple):
    """A line that depends on the credential."""

    service: str
    path: str
    line: int
    kind: str


def truth(files: dict[tuple[str, str], str]) -> set[Truth]:
    """The truth of files, given by service and path."""
    found = set()
    for (service, path), text in files.items():
        for number, line in enumerate(text.split("\n"), 1):
            mark = _MARK.search(line)
            if mark:
                found.add(Truth(mark[2] or service, path, number, mark[1]))
    return found


def write(repo: Repo, files: dict[tuple[str, str], str], values: dict[str, str]) -> None:
    """Write files without their marks, with values for `<NAME>`, base64 for `<NAME:base64>`."""
    for (_, path), text in files.items():
        plain = "\n".join(_MARK.sub("", line) for line in text.split("\n"))
        for name, value in values.items():
            plain = plain.replace(f"<{name}>", value)
            plain = plain.replace(f"<{name}:base64>", b64encode(value.encode()).decode())
        assert "«" not in plain
        repo.write(path, plain)
