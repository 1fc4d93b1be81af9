"""Configuration of a repository: `.keystop.toml`, or `[tool.keystop]` in `pyproject.toml`.

It is data. It can add detectors, leave out paths with a reason and choose the severity that
blocks; it cannot switch off a built-in detector, run anything or reach outside.
"""

from __future__ import annotations

from keystop.errors import Usage
from keystop.finding import SEVERITIES

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from typing import Any, Final

    from keystop.finding import Finding
    from keystop.records import Record

OWN = ".keystop.toml"
SHARED = "pyproject.toml"
# The file of leaks (see keystop.leaks), named here because most runs need no more of it.
LEAKS = ".keystop-leaks"
LARGEST = 1 << 20
KEYS = ("block", "detector", "exclude", "honour", "receipts")
EXCLUDE_KEYS = ("path", "reason")


class Exclude:
    """Paths whose findings do not count, and why."""

    __slots__ = ("_matcher", "path", "reason")

    def __init__(self, path: str, reason: str) -> None:
        self.path: Final = path
        self.reason: Final = reason
        self._matcher: Any = None

    def matches(self, path: bytes) -> bool:
        """Whether path is meant: `*` and `?` stay within a folder, `**` does not."""
        if self._matcher is None:
            import re

            self._matcher = re.compile(glob(self.path))
        return self._matcher.fullmatch(path.decode("utf-8", "surrogateescape")) is not None


class Config:
    """What the repository says. block is the least severity that stops a commit.

    receipts: whether commits are to say that they went through the hooks.
    """

    __slots__ = ("block", "detectors", "excludes", "honoured", "receipts")

    def __init__(
        self,
        block: str = "medium",
        excludes: tuple[Exclude, ...] = (),
        honoured: tuple[str, ...] = (),
        detectors: tuple[Record, ...] = (),
        receipts: bool = False,
    ) -> None:
        self.block: Final = block
        self.excludes: Final = excludes
        self.honoured: Final = honoured
        self.detectors: Final = detectors
        self.receipts: Final = receipts


def mentioned(text: bytes, name: str) -> bool:
    """Whether a file may configure keystop: what does not say its name need not be parsed."""
    return name != SHARED or b"keystop" in text


def has_detectors(text: bytes) -> bool:
    """Whether a configuration may define detectors, so that it is needed before scanning."""
    return b"detector" in text


def read(text: bytes, name: str) -> Config | None:
    """The configuration in a file, None where it holds none. Raises Usage naming the place."""
    table = _parsed(text, name)
    where = name
    if name == SHARED:
        where = f"{name}: [tool.keystop]"
        tool = table.get("tool", {})
        if not isinstance(tool, dict) or "keystop" not in tool:
            return None
        table = tool["keystop"]
    _known(table, KEYS, where)
    block = table.get("block", "medium")
    if block not in SEVERITIES:
        raise Usage(f"{where}: block is one of {', '.join(SEVERITIES)}")
    receipts = table.get("receipts", False)
    if not isinstance(receipts, bool):
        raise Usage(f"{where}: receipts is true or false")
    return Config(
        block,
        _excludes(table.get("exclude", []), where),
        _honoured(table.get("honour", []), where),
        _detectors(table.get("detector", []), where),
        receipts,
    )


def _parsed(text: bytes, name: str) -> dict[str, Any]:
    import tomllib

    if len(text) > LARGEST:
        raise Usage(f"{name}: larger than 1 MB")
    try:
        return tomllib.loads(text.decode("utf-8"))
    except UnicodeDecodeError as error:
        begin = text.count(b"\n", 0, error.start) + 1
        raise Usage(f"{name}:{begin}: it is not UTF-8") from None
    except tomllib.TOMLDecodeError as error:
        # "what is wrong (at line 3, column 5)"; what it quotes is content, and not shown.
        what, _, place = str(error).rpartition(" (at ")
        numbers = [word.rstrip(",)") for word in place.split() if word.rstrip(",)").isdigit()]
        line = numbers[0] if numbers else str(text.count(b"\n") + 1)
        said = what.partition("'")[0].partition('"')[0].strip() or "it cannot be read"
        raise Usage(f"{name}:{line}: it is not valid TOML: {said}") from None
    except RecursionError:
        raise Usage(f"{name}: it is not valid TOML: nested too deeply") from None


def _known(table: Any, keys: tuple[str, ...], where: str) -> None:
    if not isinstance(table, dict):
        raise Usage(f"{where}: a table is expected")
    for key in table:
        if key not in keys:
            import difflib

            close = difflib.get_close_matches(key, keys, 1)
            hint = f"; did you mean {close[0]!r}?" if close else f"; known are {', '.join(keys)}"
            raise Usage(f"{where}: unknown key {_shown(key)}{hint}")


def _shown(word: str) -> str:
    """A word of the file, where it can be shown: what is long may be anything."""
    return repr(word) if len(word) <= 30 else repr(word[:3]) + "..."


def _excludes(entries: Any, where: str) -> tuple[Exclude, ...]:
    if not isinstance(entries, list):
        raise Usage(f"{where}: exclude is to be a list of tables with path and reason")
    found = []
    for entry in entries:
        _known(entry, EXCLUDE_KEYS, f"{where}: exclude")
        path, reason = entry.get("path", ""), entry.get("reason", "")
        if not (isinstance(path, str) and isinstance(reason, str) and path and reason.strip()):
            raise Usage(f"{where}: exclude: each entry needs a path and a reason")
        if not path.strip("*/.?"):
            raise Usage(f"{where}: exclude: {_shown(path)} would leave out everything")
        found.append(Exclude(path, " ".join(reason.split())))
    return tuple(found)


def _honoured(names: Any, where: str) -> tuple[str, ...]:
    from keystop.allow import FOREIGN

    if not isinstance(names, list):
        raise Usage(f"{where}: honour is to be a list of comments")
    for name in names:
        if not isinstance(name, str) or name not in FOREIGN:
            raise Usage(f"{where}: honour: each is one of {', '.join(FOREIGN)}")
    return tuple(names)


def _detectors(entries: Any, where: str) -> tuple[Record, ...]:
    if not isinstance(entries, list):
        raise Usage(f"{where}: detector is to be a list of tables")
    if not entries:
        return ()
    from keystop import custom

    records: dict[str, Record] = {}
    for entry in entries:
        _known(entry, custom.KEYS, f"{where}: detector")
        record = custom.record(entry, where)
        if record.id in records:
            raise Usage(f"{where}: {record.id} is there twice")
        records[record.id] = record
    return tuple(records.values())


def excluded(findings: Iterable[Finding], config: Callable[[], Config]) -> Iterator[Finding]:
    """The findings, those in paths that are left out marked as suppressed."""
    for finding in findings:
        if not finding.suppressed:
            for exclude in config().excludes:
                if exclude.matches(finding.path):
                    finding = finding.but(suppressed=f"left out: {exclude.reason}")
                    break
        yield finding


def glob(pattern: str) -> str:
    """A path pattern as a regular expression."""
    import re

    out = []
    place = 0
    while place < len(pattern):
        if pattern.startswith("**/", place):
            out.append("(?:.*/)?")
            place += 3
        elif pattern.startswith("**", place):
            out.append(".*")
            place += 2
        else:
            character = pattern[place]
            out.append({"*": "[^/]*", "?": "[^/]"}.get(character) or re.escape(character))
            place += 1
    return "".join(out) + ("(?:.*)" if pattern.endswith("/") else "")
