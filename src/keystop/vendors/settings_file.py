"""A file of settings (.env) as a store: NAME=value, a line each."""

from __future__ import annotations

import os
import re
import subprocess
from collections.abc import Mapping
from pathlib import Path

from keystop import git
from keystop.errors import Usage
from keystop.replacing import replace_file

_LINE = re.compile(
    r"\s*(?:export\s+)?(?P<name>[A-Za-z_][A-Za-z0-9_]*)\s*=\s*"
    r"""(?P<value>"[^"]*"|'[^']*'|.*?)(?:\s+\#.*|\s*)""",
    re.ASCII | re.DOTALL,
)
# A value that needs no quotes in any shell or reader of such files.
_PLAIN = re.compile(r"[A-Za-z0-9_./+=:@%,-]+")


class SettingsFile:
    """One file, which only its owner may read and which git neither tracks nor would take in."""

    def __init__(self, place: str) -> None:
        self._path = Path(os.path.abspath(place))
        self.name = f"env:{self._path}"

    def ready(self) -> None:
        """Raises Usage where a secret must not be written there."""
        if self._path.is_symlink():
            raise Usage(f"{self._path} is a link; name the file itself")
        if not self._path.parent.is_dir():
            raise Usage(f"{self._path.parent} is no folder")
        if (
            self._asked("ls-files", "--error-unmatch", "--", f":(literal){self._path.name}")
            is not None
        ):
            raise Usage(
                f"git tracks {self._path}: the secret would be in the next commit. git rm "
                "--cached it and put it into .gitignore, or name another"
            )
        if self._asked("rev-parse", "--is-inside-work-tree") == "true" and (
            self._asked("check-ignore", "-q", "--", f"./{self._path.name}") is None
        ):
            raise Usage(
                f"git does not ignore {self._path}: the next git add would take the secret along. "
                "Put it into .gitignore first, or name a file outside of the repository"
            )

    def read(self) -> dict[str, str]:
        """Names and values, without quotes around them."""
        held = {}
        for line in self._lines():
            match = _LINE.fullmatch(line)
            if match:
                held[match["name"]] = _unquoted(match["value"])
        return held

    def write(self, changes: Mapping[str, str | None]) -> None:
        """Change the lines of these names, in their place; new ones come last."""
        for name, value in changes.items():
            if value is not None and not _PLAIN.fullmatch(value):
                raise Usage(f"the new {name} has characters that no line of {self._path} can hold")
        self.ready()
        left = dict(changes)
        lines = []
        for line in self._lines():
            match = _LINE.fullmatch(line)
            if match is None or match["name"] not in changes:
                lines.append(line)
            elif (value := left.pop(match["name"], None)) is not None:
                start, end = match.span("value")
                lines.append(line[:start] + value + line[end:])
        lines += [f"{name}={value}" for name, value in left.items() if value is not None]
        self._make()
        text = "".join(f"{line}\n" for line in lines)
        replace_file(self._path, text.encode("utf-8", "surrogateescape"), self._draft())

    def _lines(self) -> list[str]:
        try:
            text = self._path.read_bytes().decode("utf-8", "surrogateescape")
        except FileNotFoundError:
            return []
        except OSError as error:
            raise Usage(f"{self._path} cannot be read: {error.strerror}") from None
        return text.removesuffix("\n").split("\n") if text else []

    def _make(self) -> None:
        """Let nobody but its owner read it, from the start."""
        try:
            os.close(os.open(self._path, os.O_WRONLY | os.O_CREAT, 0o600))
            self._path.chmod(0o600)
        except OSError as error:
            raise Usage(f"{self._path} cannot be written: {error.strerror}") from None

    def _draft(self) -> Path:
        """What is left there by a crash is taken by the next run, and never committed."""
        git_dir = self._asked("rev-parse", "--absolute-git-dir")
        if git_dir:
            return Path(git_dir, "keystop-settings.new")
        return self._path.with_name(f".{self._path.name}.keystop-new")

    def _asked(self, *arguments: str) -> str | None:
        """What git says in the file's folder, None where it fails, as outside of a repository."""
        environment = {
            name: value
            for name, value in git.environment().items()
            if name not in ("GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE")
        }
        # check-ignore takes no other pathspecs than those without magic, and refuses the option.
        options = [one for one in git.GLOBAL_OPTIONS if one != "--literal-pathspecs"]
        done = subprocess.run(
            (git.executable(), *options, *arguments),
            cwd=self._path.parent, env=environment, stdin=subprocess.DEVNULL,
            capture_output=True, text=True, timeout=git.TIME_LIMIT,
        )  # fmt: skip
        return done.stdout.strip() if done.returncode == 0 else None


def _unquoted(value: str) -> str:
    if len(value) >= 2 and value[0] == value[-1] and value[0] in "\"'":
        return value[1:-1]
    return value
