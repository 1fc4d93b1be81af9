"""Building and installing keystop without a network: from what the tests' Python has installed."""

from __future__ import annotations

import contextlib
import os
import shutil
import subprocess
import sys
import zipfile
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path

ROOT = Path(__file__).parent.parent
# Not a part of the project: made by tools, or git's own.
LEFT_OUT = shutil.ignore_patterns(
    ".git", ".venv", ".*_cache", ".hypothesis", "__pycache__", "*.egg-info", "build", "dist"
)
# keystop's dependencies, theirs, and what builds it; which of them there are depends on the system.
NEEDED = ("regex", "hyperscan", "typing-extensions", "setuptools")


def run(*command: str, cwd: Path, env: dict[str, str] | None = None) -> str:
    """What a command prints; fails with all of it where the command does."""
    done = subprocess.run(
        command, cwd=cwd, env={**os.environ, **(env or {})}, capture_output=True, text=True,
        timeout=300,
    )  # fmt: skip
    assert done.returncode == 0, f"{command}\n{done.stdout}\n{done.stderr}"
    return done.stdout


def copy(target: Path, source: Path = ROOT) -> Path:
    """The project as it stands, without what tools left in it."""
    return Path(shutil.copytree(source, target, ignore=LEFT_OUT, symlinks=True))


def clone(target: Path) -> Path:
    """The project as it stands, committed, as version 0.1.0."""
    copy(target)
    for command in ("init", "add .", "commit --message=as-it-stands", "tag v0.1.0"):
        run("git", "-c", "core.hooksPath=/dev/null", *command.split(), cwd=target)
    return target


def build(tree: Path, target: Path, *kinds: str, seed: str = "0") -> Path:
    """Build `wheel` and `sdist` from a tree; the folder they are in."""
    options = [f"--{kind}" for kind in kinds]
    run(
        sys.executable, "-m", "build", "--no-isolation", *options, "--outdir", str(target),
        cwd=tree, env={"SOURCE_DATE_EPOCH": "1700000000", "PYTHONHASHSEED": seed},
    )  # fmt: skip
    return target


def offline(target: Path) -> dict[str, str]:
    """Settings with which pip installs keystop from wheels in target, and asks no index."""
    target.mkdir()
    for name in NEEDED:
        with contextlib.suppress(PackageNotFoundError):
            _repack(name, target)
    return {
        "PIP_NO_INDEX": "1",
        "PIP_FIND_LINKS": str(target),
        "PIP_DISABLE_PIP_VERSION_CHECK": "1",
        "VIRTUALENV_NO_PERIODIC_UPDATE": "1",
    }


def _repack(name: str, target: Path) -> None:
    """A wheel of a package that is installed here."""
    package = distribution(name)
    tag = str(package.read_text("WHEEL")).split("Tag: ")[1].split()[0]
    wheel = target / f"{name.replace('-', '_')}-{package.version}-{tag}.whl"
    with zipfile.ZipFile(wheel, "w") as archive:
        for file in package.files or ():
            if ".." not in file.parts and file.suffix != ".pyc":
                archive.write(str(file.locate()), str(file))


def environment(target: Path, wheel: Path, env: dict[str, str]) -> Path:
    """A new virtual environment with keystop from a wheel; the folder of its commands."""
    run(sys.executable, "-m", "venv", "--without-pip", str(target), cwd=target.parent)
    folder = target / ("Scripts" if os.name == "nt" else "bin")
    run(
        sys.executable, "-m", "pip", "--python", str(folder / "python"), "install", "--quiet",
        str(wheel), cwd=target.parent, env=env,
    )  # fmt: skip
    return folder
