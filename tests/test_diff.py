"""The reader of git's patches takes any cut of the bytes, and never returns quietly fewer lines."""

from __future__ import annotations

import contextlib
import os
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path
from random import Random

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from keystop import diff, git
from keystop.diff import PatchError, added_lines, added_lines_of_commits, unquote
from keystop.errors import NotRead
from keystop.git import GitFailed
from keystop.hunk import MESSAGE, Hunk, Skipped, after
from tests.conftest import Repo
from tests.test_edit_scripts import Script, stage

OLD, NEW, EMPTY, NONE = b"1" * 40, b"2" * 40, b"e69de29bb2d1d6434b8b29ae775ad8c2e48c5391", b"0" * 40


def head(path: bytes, extra: bytes = b"", old: bytes = OLD, new: bytes = NEW) -> bytes:
    """The head of a file in a patch."""
    names = b"diff --git a/%s b/%s\n" % (path, path)
    paths = b"--- a/%s\n+++ b/%s\n" % (path, path)
    return names + extra + b"index %s..%s 100644\n" % (old, new) + paths


# Each part is complete: a patch may end behind any of them, and only there.
PARTS = [
    head(b"one") + b"@@ -1,2 +1,3 @@ def f():\n-a\n-b\n+a\n+\n+++ b/x\n",
    b"@@ -9 +10 @@\n-x\n+y\n",
    b"@@ -20,0 +22,2 @@\n+@@ -1 +1 @@\n+diff --git a/x b/x\n",
    b"@@ -30 +33,0 @@\n---- a/x\n",
    head(b"new", b"new file mode 100644\n", old=NONE)
    + b"@@ -0,0 +1 @@\n+no end\n\\ No newline at end of file\n",
    b"diff --git a/empty b/empty\nnew file mode 100644\nindex %s..%s\n" % (NONE, EMPTY),
    head(b"gone", b"deleted file mode 100644\n", new=NONE) + b"@@ -1 +0,0 @@\n-x\n",
    b"diff --git a/mode b/mode\nold mode 100644\nnew mode 100755\n",
    head(b"last") + b"@@ -1 +1 @@\n-a\n\\ No newline at end of file\n+\0\r\n",
]
PATCH = b"".join(PARTS)
ENDS = {sum(map(len, PARTS[:number])) for number in range(len(PARTS) + 1)}
LOG = b"\0%b\n\n%b\n\0%b\n\0%b\n" % (NEW, PATCH, OLD, OLD)


def added_lines_of_log(log: Iterable[bytes]) -> Iterator[Hunk | Skipped]:
    """What a log gives where each commit says its id."""
    return added_lines_of_commits(
        log, lambda oid: iter([Hunk(b"", 1, oid.encode(), where=MESSAGE, commit=oid)])
    )


def joined(hunks: Iterable[Hunk | Skipped]) -> list[tuple[object, ...]]:
    """The hunks as values, those that are pieces of one made one."""
    whole: list[tuple[object, ...]] = []
    place, more = (0, 0), False
    for hunk in hunks:
        if isinstance(hunk, Skipped):
            assert not more
            whole.append((hunk.path, hunk.reason))
        elif more:
            assert (hunk.line, hunk.column) == place
            *before, text = whole.pop()
            assert isinstance(text, bytes)
            whole.append((*before, text + hunk.text))
        else:
            assert hunk.column == 0
            whole.append((hunk.path, hunk.where, hunk.blob, hunk.commit, hunk.line, hunk.text))
        if isinstance(hunk, Hunk):
            more, place = hunk.more, after(hunk.text, hunk.line, hunk.column)
    assert not more
    return whole


def pieces(data: bytes, cuts: Iterable[int]) -> list[bytes]:
    """data, cut at these places."""
    places = [0, *sorted(cut % (len(data) + 1) for cut in cuts), len(data)]
    return [data[a:b] for a, b in zip(places, places[1:], strict=False) if a < b]


@pytest.fixture(scope="module")
def real(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """What git prints for forty edit scripts."""
    repo = Repo(tmp_path_factory.mktemp("real"))
    with pytest.MonkeyPatch.context() as patch:
        for name in ("AUTHOR", "COMMITTER"):
            patch.setenv(f"GIT_{name}_NAME", "A Tester")
            patch.setenv(f"GIT_{name}_EMAIL", "tester@example.com")
        repo.git("init", "--quiet")
        random = Random(3)
        stage(repo, [Script(number, random) for number in range(40)])
        git_dir = str(repo.path / ".git")
        repository = git.Repository(git_dir, str(repo.path), os.path.join(git_dir, "index"))
        return git.output(("diff", *git.DIFF_OPTIONS, "--cached", "--"), repository)


def test_a_patch_is_read_whole() -> None:
    new = NEW.decode()
    assert joined(added_lines([PATCH])) == [
        (b"one", "content", new, "", 1, b"a\n\n++ b/x\n"),
        (b"one", "content", new, "", 10, b"y\n"),
        (b"one", "content", new, "", 22, b"@@ -1 +1 @@\ndiff --git a/x b/x\n"),
        (b"new", "name", "", "", 1, b"new"),
        (b"new", "content", new, "", 1, b"no end\n"),
        (b"empty", "name", "", "", 1, b"empty"),
        (b"last", "content", new, "", 1, b"\0\r\n"),
    ]


def test_a_log_is_read_whole() -> None:
    read = joined(added_lines_of_log([LOG]))
    new, old = NEW.decode(), OLD.decode()
    assert read[0] == (b"", "message", "", new, 1, NEW)
    assert [entry[3] for entry in read[1:-2]] == [new] * 7
    assert read[-2:] == [(b"", "message", "", old, 1, OLD)] * 2


@given(st.lists(st.integers(0, len(LOG)), max_size=40))
@example(list(range(len(LOG))))
def test_where_the_pieces_end_changes_nothing(cuts: list[int]) -> None:
    assert joined(added_lines_of_log(pieces(LOG, cuts))) == joined(added_lines_of_log([LOG]))


@given(cuts=st.lists(st.integers(0), max_size=30), size=st.sampled_from((1, 2, 7, 100, 5000)))
def test_neither_does_the_size_of_a_hunk(real: bytes, cuts: list[int], size: int) -> None:
    expected = joined(added_lines([real]))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(diff, "PIECE", size)
        assert joined(added_lines(pieces(real, cuts))) == expected


@given(st.data())
def test_a_real_patch_that_is_cut_gives_a_beginning_or_an_error(
    real: bytes, data: st.DataObject
) -> None:
    cut = data.draw(st.integers(0, len(real)))
    expected = joined(added_lines([real]))
    try:
        read = joined(added_lines([real[:cut]]))
    except PatchError:
        return
    assert read == expected[: len(read)]


def test_a_patch_that_is_cut_anywhere_is_an_error() -> None:
    expected = joined(added_lines([PATCH]))
    for cut in range(len(PATCH) + 1):
        rest = PATCH[cut:]
        # The remark that a line has no line break says nothing about which lines there are.
        marked = rest.startswith(b"\\ No newline") and PATCH[:cut].endswith(b"\n+no end\n")
        complete = cut in ENDS or marked
        try:
            read = joined(added_lines([PATCH[:cut]]))
        except PatchError:
            assert not complete, cut
        else:
            assert complete, cut
            assert read == expected[: len(read)]


def test_a_log_that_is_cut_in_an_id_is_an_error() -> None:
    for cut in range(1, LOG.index(b"\n") + 1):
        with pytest.raises(PatchError):
            list(added_lines_of_log([LOG[:cut]]))


@given(
    place=st.integers(0, len(LOG) - 1),
    length=st.integers(0, 60),
    put=st.binary(max_size=4) | st.sampled_from((b"\n", b"\0", b'"', b"\\", b"@@ -1 +1 @@\n")),
)
@example(place=LOG.index(b"one"), length=3, put=b'"\\q"')
@example(place=LOG.index(b"2222"), length=1, put=b"\xff")
def test_a_broken_patch_ends_in_a_patch_error_or_in_values(
    place: int, length: int, put: bytes
) -> None:
    broken = LOG[:place] + put + LOG[place + length :]
    with contextlib.suppress(PatchError):
        joined(added_lines_of_log([broken]))


@pytest.mark.parametrize(
    "patch",
    [
        pytest.param(b"nonsense\n", id="an unknown line"),
        pytest.param(b"@@ -0,0 +1 @@\n+x\n", id="a hunk of no file"),
        pytest.param(head(b"x") + b"@@ -0,0 +1,2 @@\n+x\n", id="fewer lines than announced"),
        pytest.param(head(b"x") + b"@@ -0,0 +1 @@\n+x\n+y\n", id="more lines than announced"),
        pytest.param(head(b"x") + b"@@ -0,0 +1 @@\n-x\n", id="a line of the wrong side"),
        pytest.param(head(b"x") + b"@@ -0,0 +1,2 @@\n+x\n-y\n", id="the second of the wrong side"),
        pytest.param(head(b"x") + b"@@ -0,0 +a @@\n+x\n", id="no number"),
        pytest.param(head(b"x") + b"@@ -0,0 @@\n+x\n", id="one side only"),
        pytest.param(b"Binary files a/x and b/x differ\n", id="content that git hides"),
        pytest.param(head(b"x").replace(b" b/x\n", b" b/y\n", 1), id="a rename"),
        pytest.param(head(b"x").replace(b"..", b"."), id="an index line of one object"),
        pytest.param(head(b"x").replace(b"index", b"xedni"), id="a head without objects"),
        pytest.param(head(b'"x'), id="one quote"),
        pytest.param(b'diff --git "a/\\8" "b/\\8"\n', id="an escape that is not octal"),
        pytest.param(b'diff --git "a/\\" "b/\\"\n', id="an escape of nothing"),
        pytest.param(b"\0%b\n" % NEW, id="a commit where none is due"),
    ],
)
def test_what_git_does_not_print_is_an_error(patch: bytes) -> None:
    with pytest.raises(PatchError):
        list(added_lines([patch]))


@given(st.binary(min_size=1).filter(lambda name: b"\0" not in name))
def test_a_path_that_git_quotes_is_unquoted(name: bytes) -> None:
    letters = {7: "a", 8: "b", 9: "t", 10: "n", 11: "v", 12: "f", 13: "r", 34: '"', 92: "\\"}
    quoted = "".join(
        f"\\{letters[byte]}" if byte in letters
        else chr(byte) if 32 <= byte < 127
        else f"\\{byte:03o}"
        for byte in name
    )  # fmt: skip
    assert unquote(f'"{quoted}"'.encode()) == name


def a_git(folder: Path, script: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """A program called git that comes first in PATH."""
    folder.mkdir()
    path = folder / "git"
    path.write_text(f"#!{sys.executable}\nimport os, sys, time, signal\n{script}\n")
    path.chmod(0o755)
    monkeypatch.setenv("PATH", f"{folder}{os.pathsep}{os.environ['PATH']}")


@pytest.mark.skipif(sys.platform == "win32", reason="scripts are no programs there")
@pytest.mark.parametrize(
    ("script", "error", "says"),
    [
        pytest.param("", None, "", id="all is well"),
        pytest.param("sys.exit(1)", GitFailed, "git diff failed: exit status 1", id="fails"),
        pytest.param("sys.exit('no luck')", GitFailed, "no luck", id="fails with a word"),
        pytest.param("os.kill(os.getpid(), 9)", GitFailed, "exit status 137", id="is killed"),
        pytest.param("time.sleep(600)", NotRead, "within its time limit", id="hangs"),
        pytest.param(
            "os.close(1); os.close(2); time.sleep(0.1); sys.exit(3)",
            GitFailed, "exit status 3", id="closes its output first",
        ),
        pytest.param(
            "sys.stderr.write('warning: x\\n' * 50_000); sys.stdout.write('late\\n')",
            PatchError, "unknown line", id="fills standard error",
        ),
    ],
)  # fmt: skip
def test_a_git_that_ends_badly_is_an_error_however_whole_its_patch(
    script: str,
    error: type[NotRead] | None,
    says: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    begin = f"sys.stdout.buffer.write({PATCH!r}); sys.stdout.flush(); "
    a_git(tmp_path / "bin", begin + script, monkeypatch)
    monkeypatch.setattr(git, "TIME_LIMIT", 3.0)
    lines = added_lines(git.stream(("diff",), None))
    if error is None:
        assert joined(lines) == joined(added_lines([PATCH]))
        return
    with pytest.raises(error, match=says):
        list(lines)


def test_git_is_never_taken_from_where_we_are(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    a_git(tmp_path / "bin", "", monkeypatch)
    monkeypatch.chdir(tmp_path / "bin")
    for path in ("", ".", f".{os.pathsep}bin", "bin"):
        monkeypatch.setenv("PATH", path)
        with pytest.raises(NotRead, match="git was not found in PATH"):
            git.executable()
