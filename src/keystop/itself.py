"""Where keystop itself is, for whoever is to type its commands."""

from __future__ import annotations

import os
import sys


def is_hooks_own(prefix: str) -> bool:
    """Whether an environment is one that pre-commit or prek has made for a hook."""
    parts = prefix.replace(os.sep, "/").rstrip("/").split("/")
    return parts[-1].startswith("py_env-") or {"prek", "hooks"} <= set(parts)


def full_path() -> str:
    """The path of the command keystop where its name alone does not lead to it, else empty.

    A hook's own environment is in PATH while the hook runs, and in nobody's shell.
    """
    import shutil

    here = os.path.dirname(sys.executable)
    folders = os.environ.get("PATH", os.defpath).split(os.pathsep)
    if is_hooks_own(sys.prefix):
        folders = [folder for folder in folders if os.path.normpath(folder) != here]
    if shutil.which("keystop", path=os.pathsep.join(folders)):
        return ""
    return shutil.which("keystop", path=here) or ""
