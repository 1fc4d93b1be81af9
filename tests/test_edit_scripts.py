"""Whatever is edited, the lines that are read are the lines that were added, and no others.

An edit script makes an old file and a new one, and so knows what it added; git stages the new one
over the old one; nothing of git's own patch is believed. KEYSTOP_SCRIPTS=50000 is the long run.
"""

from __future__ import annotations

import os
from collections import Counter
from random import Random

import pytest

from keystop.git import Repository
from keystop.hunk import CONTENT, NAME, Hunk, Skipped
from keystop.sources.staged import staged
from tests.conftest import Repo

SCRIPTS = int(os.environ.get("KEYSTOP_SCRIPTS", "2000"))
SEED = int(os.environ.get("KEYSTOP_SEED", "1"))
AT_ONCE = 1000

# Few lines, so that there are many equal ones; what looks like a patch; what is no text.
LINES = [
    *(b"a", b"b", b"c", b"", b"", b" ", b"\t", b"}", b"+", b"-", b"\\", b"a\r", b"\r", b"\r\r"),
    *(b"+++ b/x", b"--- a/x", b"@@ -1 +1 @@", b"@@ -0,0 +1,3 @@", b"-- ", b"+++", b"++", b"+-"),
    *(b"diff --git a/x b/x", b"index 1111111..2222222 100644", b"new file mode 100644"),
    *(b"\\ No newline at end of file", b"* Unmerged path x", b"Binary files differ"),
    *(b"x\0y", b"\0", b"\0a\0b", b"\xff\xfe", b"\xc3\xa9", b"\xe9", b"\x1b[31m", b"\x0c", b"\x85"),
]
NAMES = [
    *("plain", "with space", "tab\there", "new\nline", 'quo"te', "back\\slash", " lead", "trail "),
    *("\udcff\udcfe", "\u202e", "é", "-dash", ":colon", "a b/c", "b/x", "\x1b[31m", "\\101", "#"),
]


class Script:
    """One edit: the old file and the new one as lines with their ends, None where there is none.

    added are the lines, by number, that stand nowhere in the old file.
    """

    def __init__(self, number: int, random: Random) -> None:
        self.path = f"{number}/{random.choice(NAMES)}{number}"
        self._random = random
        old = [self._line() for _ in range(random.choice((0, 1, 2, 5, 20, 120)))]
        new: list[bytes] = []
        self.added: list[tuple[int, bytes]] = []
        for line in [*old, None]:
            while random.random() < 0.15:
                new.append(self._inserted(number, len(new) + 1))
            if line is not None and random.random() < 0.85:
                new.append(line)
        if old and random.random() < 0.2:  # a block moves
            begin = random.randrange(len(old))
            new += old[begin : begin + random.randrange(1, 10)]
        self.old = self._ended(old) if random.random() < 0.85 else None
        self.new = self._ended(new) if random.random() < 0.95 else None
        if self.new is None:
            self.added = []

    def _line(self) -> bytes:
        if self._random.random() < 0.01:
            return self._random.choice((b"z", b"\0", b"\r")) * self._random.randrange(5000, 70_000)
        return self._random.choice(LINES)

    def _inserted(self, number: int, place: int) -> bytes:
        line = self._line()
        if self._random.random() < 0.5:
            line += b"<%d.%d>" % (number, place)  # stands nowhere else
            self.added.append((place, line))
        return line

    def _ended(self, lines: list[bytes]) -> list[bytes]:
        ended = [line + b"\n" for line in lines]
        if ended and lines[-1] and self._random.random() < 0.3:
            ended[-1] = lines[-1]
        return ended

    def put(self, repo: Repo, lines: list[bytes] | None) -> None:
        """The file of the working tree as the lines say."""
        path = repo.path / self.path
        if lines is not None:
            repo.write(self.path, b"".join(lines))
        elif path.exists():
            path.unlink()


def stage(repo: Repo, scripts: list[Script]) -> None:
    """Commit the old files, stage the new ones."""
    for script in scripts:
        script.put(repo, script.old)
    repo.git("add", "--all")
    repo.git("commit", "--quiet", "--allow-empty", "--message", "old")
    for script in scripts:
        script.put(repo, script.new)
    repo.git("add", "--all")


def opened(repo: Repo) -> Repository:
    """The repository as keystop knows it."""
    git_dir = str(repo.path / ".git")
    return Repository(git_dir, str(repo.path), os.path.join(git_dir, "index"))


def numstat(repo: Repo) -> dict[str, int]:
    """How many lines git itself counts as added, by path."""
    # Even with --text, git does not count what it takes for binary; this makes all of it text.
    repo.write(".git/info/attributes", "* diff\n")
    out = repo.git(
        *("diff", "--cached", "--numstat", "--text", "-z", "--no-renames"),
        *("--diff-algorithm=myers", "--no-indent-heuristic"),
        errors="surrogateescape",
    )
    counts = (entry.split("\t", 2) for entry in out.split("\0")[:-1])
    return {path: int(added) for added, _, path in counts}


def is_subsequence(short: list[bytes], long: list[bytes]) -> bool:
    """Whether short is long with some lines taken out."""
    rest = iter(long)
    return all(line in rest for line in short)


def judge(script: Script, hunks: list[Hunk], names: int, counted: int) -> None:
    """The reported hunks of one file are what its script added."""
    new = script.new or []
    reported: dict[int, bytes] = {}
    for hunk in hunks:
        assert hunk.text.endswith(b"\n")
        assert not hunk.more
        for number, line in enumerate(hunk.text[:-1].split(b"\n"), hunk.line):
            assert number not in reported
            reported[number] = line
    assert {n: new[n - 1].removesuffix(b"\n") for n in reported} == reported
    kept = [line for number, line in enumerate(new, 1) if number not in reported]
    assert is_subsequence(kept, script.old or [])
    assert [place for place in script.added if reported.get(place[0]) != place[1]] == []
    assert len(reported) == counted
    assert names == (script.new is not None and script.old is None)


@pytest.mark.parametrize("first", range(0, SCRIPTS, AT_ONCE))
def test_the_lines_read_are_the_lines_added(repo: Repo, first: int) -> None:
    random = Random(f"{SEED} {first}")
    scripts = [Script(n, random) for n in range(first, min(first + AT_ONCE, SCRIPTS))]
    stage(repo, scripts)
    content: dict[str, list[Hunk]] = {}
    names: Counter[str] = Counter()
    for hunk in staged(opened(repo)):
        assert not isinstance(hunk, Skipped)
        path = os.fsdecode(hunk.path)
        if hunk.where == NAME:
            assert hunk.text == hunk.path
            names[path] += 1
        else:
            assert hunk.where == CONTENT
            content.setdefault(path, []).append(hunk)
    counts = numstat(repo)
    for script in scripts:
        judge(
            script,
            content.pop(script.path, []),
            names.pop(script.path, 0),
            counts.get(script.path, 0),
        )
    assert (content, names) == ({}, {})


def test_the_oracle_sees_a_line_left_out_or_moved() -> None:
    random = Random(7)
    script = next(s for s in (Script(n, random) for n in range(99)) if s.added and s.old is None)
    new = b"".join(script.new or [])
    whole = Hunk(os.fsencode(script.path), 1, new if new.endswith(b"\n") else new + b"\n")
    count = len(script.new or [])
    judge(script, [whole], 1, count)
    for line, text in ((1, whole.text[whole.text.index(b"\n") + 1 :]), (2, whole.text)):
        with pytest.raises((AssertionError, IndexError)):
            judge(script, [Hunk(whole.path, line, text)], 1, count)
