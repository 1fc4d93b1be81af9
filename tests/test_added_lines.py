"""Of whole histories the lines are read that git, asked in another way, says are added.

Random histories, merges among them that take lines from nowhere. KEYSTOP_HISTORIES=2100 is the
long run; benchmarks/added.py does the same with real repositories.
"""

from __future__ import annotations

import itertools
import os
import tempfile
from pathlib import Path
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from benchmarks.added import of_commits, opened, ours, theirs
from keystop import diff, git
from tests.conftest import Repo
from tests.test_edit_scripts import LINES, NAMES

HISTORIES = int(os.environ.get("KEYSTOP_HISTORIES", "60"))

PATHS = [*(os.fsencode(name) for name in NAMES), b"d", b"d/x", b"d/d/y"]
MODES = [b"100644", b"100755", b"120000", b"160000"]
ENDS = [b"\n", b"\n", b"\n", b"\r\n"]
PEOPLE = [
    "A Tester <tester@example.com>",
    "é <é@example.com>",
    "N. O. <>",
    "<a@b.c>",
    " A  B <a@b.c>",
]
MESSAGES = ["", "x", "a subject\n\na body\n", "\n\nlate\n", "é\n", "diff --git a/x b/x\n",
            "tree 1\n\nparent 2\n", " \t\n", "cut\n\n\n", "before\0after\n"]  # fmt: skip

# A file: its mode and its lines with what ends them; of a submodule the lines do not count.
File = tuple[bytes, list[bytes]]
Files = dict[bytes, File]


class History:
    """A made-up history for git fast-import: what random says, commit by commit."""

    def __init__(self, random: Random, count: int, digits: int) -> None:
        self._random = random
        self._digits = digits
        self._number = itertools.count()
        self._commits: list[Files] = []
        self.stream = b"".join(self._commit() for _ in range(count))

    def _commit(self) -> bytes:
        random, here = self._random, len(self._commits)
        wanted = random.choice((0, 1, 1, 1, 2, 2, 3)) if here > 1 else here
        parents = random.sample(range(max(0, here - 5), here), min(wanted, here))
        files = self._merged([self._commits[parent] for parent in parents])
        for _ in range(random.randrange(4)):
            self._change(files)
        self._commits.append(files)
        return self._written(here, parents, files)

    def _merged(self, sides: list[Files]) -> Files:
        """Of each file one side's, or some lines of every side."""
        files: Files = {}
        for path in dict.fromkeys(itertools.chain(*sides)):
            known = [side[path] for side in sides if path in side]
            mode, lines = self._random.choice(known)
            if len(known) > 1 and self._random.random() < 0.5:
                every = [line for _, other in known for line in other]
                lines = [line for line in every if self._random.random() < 0.6]
            self._put(files, path, (mode, lines))
        return files

    def _change(self, files: Files) -> None:
        random = self._random
        path = random.choice(PATHS if random.random() < 0.3 or not files else list(files))
        mode, lines = files.get(path, (b"100644", []))
        what = random.randrange(10)
        if what == 0:
            files.pop(path, None)
        elif what == 1:  # a new name
            files.pop(path, None)
            self._put(files, random.choice(PATHS), (mode, lines))
        elif what == 2:
            self._put(files, path, (random.choice(MODES), lines))
        elif what == 3:
            self._put(files, path, (mode, []))
        else:
            self._put(files, path, (mode, self._edited(lines)))

    def _edited(self, lines: list[bytes]) -> list[bytes]:
        random = self._random
        for _ in range(random.randrange(1, 4)):
            place = random.randrange(len(lines) + 1)
            new = [self._line() for _ in range(random.randrange(4))]
            lines = lines[:place] + new + lines[place + random.randrange(3) :]
        if lines and random.random() < 0.2:
            lines = [*lines[:-1], lines[-1].rstrip(b"\r\n")]
        return lines

    def _line(self) -> bytes:
        mark = b"<%d>" % next(self._number) if self._random.random() < 0.5 else b""
        return self._random.choice(LINES) + mark + self._random.choice(ENDS)

    @staticmethod
    def _put(files: Files, path: bytes, file: File) -> None:
        """A file, in place of what cannot be beside it."""
        for other in list(files):
            if other.startswith(path + b"/") or path.startswith(other + b"/"):
                del files[other]
        files[path] = file

    def _written(self, number: int, parents: list[int], files: Files) -> bytes:
        random = self._random
        encoding = random.choice(("utf-8", "iso-8859-1"))
        message = random.choice(MESSAGES).encode(encoding)
        parts = [b"commit refs/heads/c%d\nmark :%d\n" % (number, number + 1)]
        for field in (b"author", b"committer"):
            parts.append(b"%b %b 1 +0000\n" % (field, random.choice(PEOPLE).encode(encoding)))
        parts.append(random.choice((b"", b"encoding ISO-8859-1\n", b"encoding UTF-16\n")))
        parts.append(b"data %d\n%b\n" % (len(message), message))
        for field, parent in zip([b"from", *[b"merge"] * 9], parents, strict=False):
            parts.append(b"%b :%d\n" % (field, parent + 1))
        parts.append(b"deleteall\n")
        for path, (mode, lines) in files.items():
            name = b"".join(b"\\%03o" % byte for byte in path)
            content = b"".join(lines)
            if mode == b"160000":
                oid = b"%x" % (len(lines) + 1)
                parts.append(b'M 160000 %b "%b"\n' % (oid.zfill(self._digits), name))
            else:
                parts.append(
                    b'M %b inline "%b"\ndata %d\n%b\n' % (mode, name, len(content), content)
                )
        return b"".join(parts)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("histories")


@settings(max_examples=HISTORIES)
@given(
    seed=st.integers(0, 1 << 32),
    count=st.integers(1, 20),
    size=st.sampled_from((20, 300, 1 << 20)),
    form=st.sampled_from(("sha1", "sha256")),
)
def test_the_lines_that_git_says_are_added_are_read(
    folder: Path, seed: int, count: int, size: int, form: str
) -> None:
    repo = Repo(Path(tempfile.mkdtemp(dir=folder)))
    repo.git("init", "--quiet", "--bare", f"--object-format={form}")
    made = History(Random(seed), count, 40 if form == "sha1" else 64)
    (repo.path / "stream").write_bytes(made.stream)
    repo.run("sh", "-c", "git fast-import --quiet <stream", check=True)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(diff, "PIECE", size)
        patch.setattr(git, "_PIECE", size)
        read = sorted(ours(opened(str(repo.path))))
    assert read == sorted(theirs(str(repo.path), of_commits(str(repo.path))))
