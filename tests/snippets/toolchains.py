"""What runs the snippets of a language: its packages, installed once, and the harness, built.

All of it lies in one folder: KEYSTOP_TEST_CACHE where that is set, which later sessions find
filled, else a temporary one.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

HERE = Path(__file__).parent
SNIPPETS = HERE.parents[1] / "src" / "keystop" / "prevent" / "snippets"


class Toolchain(NamedTuple):
    """How a language's snippets are run: command and the name of a store, in the folder."""

    folder: Path
    command: tuple[str, ...]


class Missing(Exception):
    """A program that is not on this machine; its name."""


def prepare(language: str, root: Path) -> Toolchain:
    """Install and build. Raises Missing, or RuntimeError with what was printed."""
    needs, make = _MAKERS[language]
    for program in needs:
        if shutil.which(program) is None:
            raise Missing(program)
    sources = [*_files(HERE / language), *_files(SNIPPETS / language)]
    digest = hashlib.sha256(sys.version.encode())
    for path in sources:
        digest.update(path.name.encode() + path.read_bytes())
    folder = root / f"{language}-{digest.hexdigest()[:12]}"
    with _locked(root / f"{language}.lock"):
        ready = folder / "ready"
        if not ready.exists():
            shutil.rmtree(folder, ignore_errors=True)
            folder.mkdir()
            for path in sources:
                shutil.copy(path, folder)
            make(folder, root / "downloads")
            ready.touch()
    return Toolchain(folder, _COMMANDS[language])


def _files(folder: Path) -> list[Path]:
    return sorted(path for path in folder.iterdir() if path.is_file())


def _python(folder: Path, downloads: Path) -> None:
    _run(folder, sys.executable, "-m", "venv", "venv")
    _run(folder, "venv/bin/python", "-m", "pip", "install", "-q", "--no-compile",
         "--cache-dir", str(downloads / "pip"), "-r", "requirements.txt")  # fmt: skip


def _javascript(folder: Path, downloads: Path) -> None:
    _run(folder, "npm", "ci", "--cache", str(downloads / "npm"), "--no-audit", "--no-fund")
    for path in _files(SNIPPETS / "javascript"):
        shutil.copy(path, folder / f"{path.stem}.mts")
    options = "--noEmit --strict --skipLibCheck --types node --target es2022 --module nodenext"
    _run(folder, "node_modules/.bin/tsc", *options.split(), *map(str, folder.glob("*.mts")))


def _go(folder: Path, downloads: Path) -> None:
    for path in _files(SNIPPETS / "go"):
        (folder / path.stem).mkdir()
        (folder / path.name).rename(folder / path.stem / path.name)
    places = {
        "GOMODCACHE": str(downloads / "go"),
        "GOCACHE": str(downloads / "go-build"),
        "GOFLAGS": "-modcacherw -mod=readonly",
    }
    # Without optimising, which takes longer than all that the harness does.
    options = ("-gcflags=all=-N -l", "-ldflags=-s -w")
    _run(folder, "go", "build", *options, "-o", "harness", ".", **places)


def _java(folder: Path, downloads: Path) -> None:
    _run(folder, "mvn", "-B", "-q", f"-Dmaven.repo.local={downloads / 'maven'}",
         "dependency:copy-dependencies", "-DoutputDirectory=lib")  # fmt: skip
    _run(folder, "javac", "-cp", "lib/*", *map(str, folder.glob("*.java")))


def _run(folder: Path, *command: str, **environment: str) -> None:
    done = subprocess.run(
        command,
        cwd=folder,
        env={**os.environ, **environment},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    if done.returncode:
        raise RuntimeError(f"{' '.join(command)}\n{done.stdout}")


@contextmanager
def _locked(path: Path) -> Iterator[None]:
    """One process, and one thread of it, at a time."""
    import fcntl  # not on Windows, where nothing asks for a toolchain

    with path.open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


# What each needs, in the order in which they get ready.
_MAKERS: dict[str, tuple[tuple[str, ...], Callable[[Path, Path], None]]] = {
    "javascript": (("node", "npm"), _javascript),
    "java": (("java", "javac", "mvn"), _java),
    "python": ((), _python),
    "go": (("go",), _go),
}
_COMMANDS = {
    "python": ("venv/bin/python", "harness.py"),
    "javascript": ("node", "harness.mjs"),
    "go": ("./harness",),
    # These live for a second: what makes Java faster later makes it slower here.
    "java": ("java", "-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC", "-cp", "lib/*:.", "Harness"),
}
LANGUAGES = tuple(_MAKERS)
