"""The lines of a merge that stand in none of its parents: born in the merge itself."""

from __future__ import annotations

import sys
from bisect import bisect_right

from keystop import git
from keystop.diff import added_lines
from keystop.hunk import CONTENT, Hunk, Skipped

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from keystop.git import Repository

DIFF = ("diff", *git.DIFF_OPTIONS)

# For each path, the runs of lines (first, one past the last) that a parent has not; the names
# of files that it has not stand behind a NUL.
Ranges = dict[bytes, list[tuple[int, int]]]
_ALL = [(0, sys.maxsize)]


def missing(repository: Repository, compared: tuple[str, ...]) -> Ranges:
    """What the first of two compared things (arguments of git diff) lacks of the second."""
    ranges: Ranges = {}
    try:
        for hunk in added_lines(git.stream((*DIFF, *compared), repository)):
            if isinstance(hunk, Hunk):
                last = hunk.line + hunk.text.count(b"\n") + (not hunk.text.endswith(b"\n"))
                key = hunk.path if hunk.where == CONTENT else b"\0" + hunk.path
                ranges.setdefault(key, []).append((hunk.line, last))
    except git.GitFailed:
        # An old side is not here, as in a partial clone: every line counts as missing there.
        from keystop.sources.whole import changed

        for entry in changed(repository, compared):
            ranges[entry.path] = _ALL
            if entry.added:
                ranges[b"\0" + entry.path] = _ALL
    return ranges


def in_all(hunks: Iterable[Hunk | Skipped], others: list[Ranges]) -> Iterator[Hunk | Skipped]:
    """The parts of hunks whose lines are in the ranges of every other parent, too."""
    joined = False  # the last hunk said that another continues it
    for hunk in hunks:
        if isinstance(hunk, Skipped):
            yield hunk
            continue
        if hunk.where != CONTENT:
            if all(b"\0" + hunk.path in ranges for ranges in others):
                yield hunk
            continue
        for part in _parts(hunk, others, joined=joined):
            joined = part.more
            yield part


def _parts(hunk: Hunk, others: list[Ranges], *, joined: bool) -> Iterator[Hunk]:
    lines = hunk.text.split(b"\n")
    open_end = lines.pop()  # a line that the next hunk goes on with; empty where there is none
    if open_end:
        lines.append(open_end)
    known = [ranges.get(hunk.path, []) for ranges in others]
    wanted = [
        all(_covers(runs, hunk.line + number) for runs in known) for number in range(len(lines))
    ]
    if joined and not (wanted and wanted[0]):
        yield Hunk(
            hunk.path, hunk.line, b"", column=hunk.column, blob=hunk.blob, commit=hunk.commit
        )
    begin = 0
    while begin < len(lines):
        end = begin
        while end < len(lines) and wanted[end] == wanted[begin]:
            end += 1
        if wanted[begin]:
            last = end == len(lines)
            yield Hunk(
                hunk.path,
                hunk.line + begin,
                b"\n".join(lines[begin:end]) + (b"" if open_end and last else b"\n"),
                column=0 if begin else hunk.column,
                more=hunk.more and last,
                blob=hunk.blob,
                commit=hunk.commit,
            )
        begin = end


def _covers(runs: list[tuple[int, int]], line: int) -> bool:
    place = bisect_right(runs, line, key=_first) - 1
    return place >= 0 and line < runs[place][1]


def _first(run: tuple[int, int]) -> int:
    return run[0]
