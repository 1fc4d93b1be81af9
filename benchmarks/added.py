"""Whether the lines that keystop reads of whole histories are those that git shows in another way.

    python benchmarks/added.py REPOSITORY ...

keystop reads `git log -U0`, parents and all, and takes paths out of a patch's heads. Here git
compares trees, those of each commit and of each of its parents. Paths are those of its raw list;
patches have context and are read by their numbers. Of a merge the lines count that no parent has.
What commits say is taken out of the commits themselves. 1 where anything differs.

Only the algorithm is the same, since another one may take other lines for the new ones. Without
context git leaves out what both files end with before it compares them, which is a choice as
well: where the lines differ, git is asked again without context but for what stands between
hunks, and these places are counted on their own.
"""

from __future__ import annotations

import hashlib
import subprocess
import sys
import tempfile
from collections.abc import Container, Iterable, Iterator
from itertools import islice
from typing import IO

from keystop.git import Repository
from keystop.hunk import AUTHOR, CONTENT, MESSAGE, Hunk, after
from keystop.sources.commits import commits

# (commit, path, number, line). A new file's name is its line 0. What a commit says has no path:
# its people are line 0, its message is line 1.
Line = tuple[str, bytes, int, bytes]
# Of a file that a commit changes, what stands at which number.
Lines = dict[int, bytes]
_SAID = {AUTHOR: 0, MESSAGE: 1}

_COMPARED = (
    *("diff-tree", "--stdin", "-r", "-z", "--patch-with-raw", "-a", "--no-renames"),
    *("--diff-algorithm=myers", "--no-indent-heuristic"),
)
_CONTEXT = ("-U3",)
_BETWEEN = ("-U0", "--inter-hunk-context=9")
_HEAD = (b"old mode ", b"new mode ", b"new file ", b"deleted file ", b"index ", b"--- ", b"+++ ")
_GITLINK = b"160000"


def main() -> int:
    """Print the table, and every place that differs."""
    differ = 0
    print("| repository | commits | of them merges | lines | other choices | differences |")
    print("|---|---|---|---|---|---|")
    for folder in sys.argv[1:]:
        repository = opened(folder)
        made = of_commits(folder)
        read, lines = digests(ours(repository))
        some, _ = digests(theirs(folder, made))
        places = {place for place in read.keys() | some if read.get(place) != some.get(place)}
        chosen, _ = digests(theirs(folder, made, {commit for commit, _ in places}, _BETWEEN))
        wrong = sorted(place for place in places if read.get(place) != chosen.get(place))
        merges = sum(len(commit.parents) > 1 for commit in made.values())
        counts = (len(made), merges, lines, len(places) - len(wrong), len(wrong))
        print(f"| {folder} |", *(f"{count:,} |" for count in counts), flush=True)
        for commit, path in wrong:
            print(f"{folder}: {commit} {path!r}", file=sys.stderr)
        differ += len(wrong)
    return int(differ > 0)


def opened(folder: str) -> Repository:
    """The repository in a folder."""
    git_dir = git(folder, "rev-parse", "--absolute-git-dir").decode().rstrip("\n")
    return Repository(git_dir, git_dir, f"{git_dir}/index")


def git(folder: str, *arguments: str, given: bytes = b"") -> bytes:
    """What git prints."""
    command = ("git", "-C", folder, *arguments)
    return subprocess.run(command, input=given, check=True, stdout=subprocess.PIPE).stdout


def digests(lines: Iterable[Line]) -> tuple[dict[tuple[str, bytes], bytes], int]:
    """For each commit and path a digest of the lines in their order; how many lines of files."""
    found: dict[tuple[str, bytes], hashlib.blake2b] = {}
    count = 0
    for commit, path, number, line in lines:
        digest = found.get((commit, path))
        if digest is None:
            digest = found[commit, path] = hashlib.blake2b(digest_size=16)
        digest.update(b"%d:%d:%b" % (number, len(line), line))
        count += path != b"" and number > 0
    return {place: digest.digest() for place, digest in found.items()}, count


# What keystop reads ---------------------------------------------------------------------------


def ours(repository: Repository) -> Iterator[Line]:
    """What keystop reads of the commits of all refs."""
    text = b""
    first = 0
    for hunk in commits(repository, ("--all",)):
        if not isinstance(hunk, Hunk):
            continue
        if hunk.where != CONTENT:
            yield hunk.commit, hunk.path, _SAID.get(hunk.where, 0), hunk.text
            continue
        assert (hunk.line, hunk.column) == (after(text, first, 0) if first else (hunk.line, 0))
        first = first or hunk.line
        text += hunk.text
        if not hunk.more:
            for number, line in enumerate(text.removesuffix(b"\n").split(b"\n"), first):
                yield hunk.commit, hunk.path, number, line
            text, first = b"", 0


# The same from git ----------------------------------------------------------------------------


class Commit:
    """A commit, read out of its object."""

    def __init__(self, content: bytes) -> None:
        head, _, message = content.partition(b"\n\n")
        fields = [line.partition(b" ")[::2] for line in head.split(b"\n")]
        self.tree = dict(fields)[b"tree"].decode()
        self.parents = [value.decode() for key, value in fields if key == b"parent"]
        people = [value.rsplit(b" ", 2)[0] for key, value in fields
                  if key in (b"author", b"committer")]  # fmt: skip
        self.people = b"\n".join(people)
        self.message = message


def of_commits(folder: str) -> dict[str, Commit]:
    """The commits of all refs."""
    listed = git(folder, "rev-list", "--all")
    objects = git(folder, "cat-file", "--batch", given=listed)
    made = {}
    place = 0
    for oid in listed.decode().split():
        begin = objects.index(b"\n", place) + 1
        place = begin + int(objects[place:begin].split()[2])
        made[oid] = Commit(objects[begin:place])
        place += 1
    return made


def theirs(
    folder: str,
    made: dict[str, Commit],
    wanted: Container[str] | None = None,
    options: tuple[str, ...] = _CONTEXT,
) -> Iterator[Line]:
    """What git says that these commits, or those of them that are wanted, add."""
    empty = git(folder, "hash-object", "-t", "tree", "--stdin").decode().strip()
    trees = {oid: [made[one].tree for one in commit.parents if one in made] or [empty]
             for oid, commit in made.items() if wanted is None or oid in wanted}  # fmt: skip
    with tempfile.TemporaryFile() as file:
        for oid, parents in trees.items():
            file.writelines(f"{tree} {made[oid].tree}\n".encode() for tree in parents)
        file.seek(0)
        with subprocess.Popen(
            ("git", "-C", folder, *_COMPARED, *options), stdin=file, stdout=subprocess.PIPE
        ) as process:
            assert process.stdout is not None
            compared = comparisons(process.stdout)
            for oid, parents in trees.items():
                yield oid, b"", 0, made[oid].people
                yield oid, b"", 1, made[oid].message
                first, *others = islice(compared, len(parents))
                for path, lines in first.items():
                    for number, line in lines.items():
                        if all(number in other.get(path, ()) for other in others):
                            yield oid, path, number, line
            assert not list(compared)


def comparisons(file: IO[bytes]) -> Iterator[dict[bytes, Lines]]:
    """The added lines by path, of each comparison in the output of _COMPARED."""
    stream = Stream(file)
    while stream.until(b"\n"):  # the two trees
        sections = []
        while stream.ahead(b":"):
            modes = stream.until(b"\0").split(b" ")[:2]
            path = stream.until(b"\0")
            # A file that turns into a link is taken away and made anew.
            turns = modes[0][1:3] != modes[1][:2] and b"000000" not in (modes[0][1:], modes[1])
            sections += [(path, b"")] if turns else []
            sections += [(path, modes[1])]
        found: dict[bytes, Lines] = {}
        if sections:
            assert stream.until(b"\0") == b""
        for path, mode in sections:
            lines = dict(section(stream, path))
            if lines and mode != _GITLINK:
                found[path] = lines
        yield found


def section(stream: Stream, path: bytes) -> Iterator[tuple[int, bytes]]:
    """The added lines of one file in a patch, by number; its name where it is new."""
    assert stream.until(b"\n").startswith(b"diff --git ")
    while stream.ahead(*_HEAD):
        if stream.until(b"\n").startswith(b"new file "):
            yield 0, path
    while stream.ahead(b"@@ -"):
        old, new = stream.until(b"\n").split(b" ")[1:3]
        removed = int(old.partition(b",")[2] or 1)
        number, _, count = new.partition(b",")
        place, end = int(number), int(number) + int(count or 1)
        while removed or place < end:
            line = stream.until(b"\n")
            mark = line[:1]
            assert mark in (b" ", b"+", b"-", b"\\")
            if mark == b"+":
                yield place, line[1:]
            place += mark in (b" ", b"+")
            removed -= mark in (b" ", b"-")
        if stream.ahead(b"\\"):
            stream.until(b"\n")


class Stream:
    """A file that is read up to what ends a part of it."""

    def __init__(self, file: IO[bytes]) -> None:
        self._file = file
        self._buffer = b""
        self._place = 0

    def until(self, end: bytes) -> bytes:
        """What comes before end, which is passed over; empty at the end of the file."""
        while (found := self._buffer.find(end, self._place)) < 0:
            if not self._more():
                assert self._place == len(self._buffer)
                return b""
        begin, self._place = self._place, found + 1
        return self._buffer[begin:found]

    def ahead(self, *beginnings: bytes) -> bool:
        """Whether one of these comes next."""
        while len(self._buffer) - self._place < 16 and self._more():
            pass
        return self._buffer.startswith(beginnings, self._place)

    def _more(self) -> bool:
        piece = self._file.read(1 << 20)
        self._buffer = self._buffer[self._place :] + piece
        self._place = 0
        return bool(piece)


if __name__ == "__main__":
    raise SystemExit(main())
