"""Files of environment variables: .env stays, and leaves git; an example of it is emptied."""

from __future__ import annotations

import os
import re
import shlex
from pathlib import Path

from keystop import git
from keystop.errors import Usage
from keystop.escape import printable
from keystop.fix.edits import Change, Edit, change, line_end
from keystop.fix.files import Target
from keystop.git import Repository
from keystop.masking import telling
from keystop.policy import read_file
from keystop.respond.located import repository_here

_EXAMPLES = frozenset("example sample template dist defaults tmpl".split())
_ASSIGNMENT = re.compile(
    rb"^[ \t]*(?:export[ \t]+)?([A-Za-z_][A-Za-z0-9_.]*)[ \t]*=[ \t]*"
    rb"(\"(?:\\.|[^\"\\])*\"|'[^']*'|`[^`]*`|[^\r\n]*?(?=[ \t]+\#|[ \t]*\r?$))",
    re.M | re.S,
)


def is_dotenv(path: Path) -> bool:
    """Whether a file holds environment variables, by its name."""
    return path.name == ".env" or path.name.startswith(".env.") or path.suffix == ".env"


def plan(found: Target) -> tuple[list[Change], list[str]]:
    """Changes and what is to be typed. Raises Usage where nothing is to be done."""
    if _EXAMPLES & set(found.path.name.lower().split(".")):
        return [_emptied(found)], []
    repository = repository_here()
    if repository is None:
        raise Usage(f"{printable(str(found.path))}: it is in no repository, and there it may stay")
    changes = [one for one in (_ignored(found.path, repository), _example(found)) if one]
    notes = []
    if git.asked(repository, "ls-files", "--", _in_repository(found.path, repository)):
        notes.append(f"  git rm --cached {printable(shlex.quote(str(found.path)))}")
    if not changes and not notes:
        raise Usage(f"{printable(str(found.path))}: git does not see the file, and the value "
                    "belongs there; nothing is to be done")  # fmt: skip
    return changes, notes


def _emptied(found: Target) -> Change:
    """An example of a .env without the value."""
    finding = found.located.finding
    value = found.located.value
    for match in _ASSIGNMENT.finditer(found.text):
        first = found.text.count(b"\n", 0, match.start(2)) + 1
        if first <= finding.line <= first + match[2].count(b"\n") and value in match[2]:
            return change(found.path, found.text, [Edit(match.start(2), match.end(2), b"")])
    raise Usage(f"{printable(str(found.path))}:{finding.line}: the value is not assigned to a name "
                "there; take it out by hand")  # fmt: skip


def _in_repository(path: Path, repository: Repository) -> str:
    return Path(
        os.path.relpath(os.path.realpath(path), os.path.realpath(repository.top))
    ).as_posix()


def _ignored(path: Path, repository: Repository) -> Change | None:
    """The line of .gitignore that keeps the file out of git, if none does."""
    name = _in_repository(path, repository)
    # Where one is: with a repository given, git would not look into the working tree.
    ignored = ("ls-files", "-c", "-o", "-i", "--exclude-standard", "--")
    if git.output((*ignored, str(path)), None):
        return None
    file = Path(os.path.relpath(os.path.join(repository.top, ".gitignore")))
    text = read_file(str(file), optional=True)
    before = text or b""
    end = line_end(before)
    line = b"/" + re.sub(rb"([*?\[\]\\!# ])", rb"\\\1", os.fsencode(name)) + end
    if before and not before.endswith(b"\n"):
        line = end + line
    return change(file, text, [Edit(len(before), len(before), line)])


def _example(found: Target) -> Change | None:
    """.env.example with the names and no value, if it lacks one."""
    file = found.path.with_name(f"{found.path.name}.example")
    text = read_file(str(file), optional=True)
    there = {match[1] for match in _ASSIGNMENT.finditer(text or b"")}
    names = dict.fromkeys(match[1] for match in _ASSIGNMENT.finditer(found.text))
    # A line of a key in base64 may end with an equals sign, too.
    missing = [name for name in names if name not in there and not telling(name)]
    if not missing:
        return None
    before = text or b""
    end = line_end(before or found.text)
    lines = b"".join(name + b"=" + end for name in missing)
    if before and not before.endswith(b"\n"):
        lines = end + lines
    return change(file, text, [Edit(len(before), len(before), lines)])
