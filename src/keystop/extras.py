"""How an extra of keystop gets to where keystop itself is installed."""

from __future__ import annotations

import json
import re
import shlex
import sys
from importlib import metadata
from urllib.parse import urlsplit
from urllib.request import url2pathname

from keystop.errors import Usage
from keystop.itself import is_hooks_own


def missing(what: str, extra: str) -> Usage:
    """The error for what an extra would have brought, with the way to get it."""
    if is_hooks_own(sys.prefix):
        return Usage(f"{what} missing: in .pre-commit-config.yaml give the hook "
                     f"additional_dependencies: ['keystop[{extra}]']")  # fmt: skip
    install = f"{shlex.quote(sys.executable)} -m pip install {_requirement(extra, _origin())}"
    return Usage(f"{what} missing", install)


def _origin() -> dict[str, object]:
    """Where keystop was installed from (PEP 610), empty for an index."""
    try:
        text = metadata.distribution("keystop").read_text("direct_url.json")
        read = json.loads(text or "{}")
    except (metadata.PackageNotFoundError, ValueError):
        return {}
    return read if isinstance(read, dict) else {}


def _requirement(extra: str, origin: dict[str, object]) -> str:
    """What pip is to be given for keystop with an extra, from where keystop is."""
    url = str(origin.get("url", ""))
    if not url:
        return f"'keystop[{extra}]'"
    folder, version = origin.get("dir_info"), origin.get("vcs_info")
    if isinstance(folder, dict):
        path = url2pathname(urlsplit(url).path)
        option = "-e " if folder.get("editable") else ""
        return option + shlex.quote(f"{path}[{extra}]")
    if isinstance(version, dict):
        revision = str(version.get("requested_revision") or version.get("commit_id") or "")
        url = f"{version.get('vcs')}+{url}" + re.sub("^(?=.)", "@", revision)
    return shlex.quote(f"keystop[{extra}] @ {url}")
