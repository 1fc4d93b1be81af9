"""Starting git so that nothing in a repository or its configuration changes what it prints."""

from __future__ import annotations

import os
import sys
import time

from keystop.errors import NotRead

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from typing import Final

    from keystop.processes import Process

# Seconds a single git may take before it counts as hung.
TIME_LIMIT = 600.0
# Bytes of paths in one argument list, where the least is 32 KiB.
_PATHS_AT_ONCE = 20_000
# Bytes of output taken at once.
_PIECE = 1 << 18

GLOBAL_OPTIONS = (
    "--no-pager",
    "--no-optional-locks",
    "--literal-pathspecs",
    # A refs/replace/<oid> would show another blob than the one that is committed.
    "--no-replace-objects",
    # A planted core.fsmonitor would be run by any command that reads the index.
    "-c",
    "core.fsmonitor=false",
    "-c",
    "core.quotePath=true",
    "-c",
    "i18n.logOutputEncoding=UTF-8",
    "-c",
    "diff.suppressBlankEmpty=false",
    "-c",
    "advice.graftFileDeprecated=false",
)

# Reads objects. As git is set by default, it keeps 250 MB of a pack in memory where it reads large
# files; with these it keeps a seventh of that and is 5 % slower (benchmarks/README.md).
BATCH = (
    "-c",
    "core.deltaBaseCacheLimit=4m",
    "-c",
    "core.packedGitWindowSize=1m",
    "-c",
    "core.packedGitLimit=4m",
    "cat-file",
    "--batch",
)

# Every setting of diff.* that changes a patch, and every attribute that hides content, answered.
DIFF_OPTIONS = (
    "--text",
    "--no-ext-diff",
    "--no-textconv",
    "--no-color",
    "--no-renames",
    "--no-relative",
    "--src-prefix=a/",
    "--dst-prefix=b/",
    "--ignore-submodules=none",
    "--submodule=short",
    "-U0",
    "--inter-hunk-context=0",
    "--full-index",
    "--diff-algorithm=myers",
    "--no-indent-heuristic",
    "-O/dev/null",
)

_DROPPED = frozenset(
    {
        *("GIT_EXTERNAL_DIFF", "GIT_DIFF_OPTS", "GIT_PAGER", "GIT_REDIRECT_STDOUT"),
        # With --literal-pathspecs these are an error.
        *("GIT_GLOB_PATHSPECS", "GIT_NOGLOB_PATHSPECS", "GIT_ICASE_PATHSPECS"),
    }
)
_ADDED = {
    "GIT_NO_LAZY_FETCH": "1",  # a hook must not go to the network for a missing object
    "GIT_TERMINAL_PROMPT": "0",
    "GIT_OPTIONAL_LOCKS": "0",
    "GIT_GRAFT_FILE": os.devnull,  # .git/info/grafts would give commits other parents
    "LC_ALL": "C",
}


# When every git has to be done, whenever it was started.
_end = float("inf")


def stop_at(end: float) -> None:
    """Let no git run longer than to this time, as time.monotonic() gives it."""
    global _end
    _end = end


def time_limit() -> float:
    """When a git that starts now counts as hung, as time.monotonic() gives it."""
    return min(time.monotonic() + TIME_LIMIT, _end)


class Repository:
    """Absolute paths of the git directory, the working tree's top and the index file."""

    __slots__ = ("git_dir", "index", "top")

    def __init__(self, git_dir: str, top: str, index: str) -> None:
        self.git_dir: Final = git_dir
        self.top: Final = top
        self.index: Final = index


class GitFailed(NotRead):
    """git ended with an error: ended is its exit status, message what it says, in one line."""

    def __init__(self, command: str, status: int, stderr: bytes) -> None:
        self.ended: Final = status
        self.message: Final = _reason(stderr) or f"exit status {status}"
        super().__init__(f"git {command} failed: {self.message}")


def _reason(stderr: bytes) -> str:
    """The line that says why git ended, less its kind; hints and warnings may stand before it."""
    said = stderr.decode("utf-8", "replace").strip().split("\n")
    for kind in ("fatal: ", "error: ", ""):
        for number, line in enumerate(said):
            if line.startswith(kind):
                end = number + 2 if line.endswith(":") else number + 1  # what follows is named
                return " ".join(part.strip() for part in said[number:end]).removeprefix(kind)
    return ""


def executable() -> str:
    """Absolute path of git, looked up in PATH but never in the current directory."""
    name = "git.exe" if sys.platform == "win32" else "git"
    for folder in os.environ.get("PATH", "").split(os.pathsep):
        if os.path.isabs(folder):
            path = os.path.join(folder, name)
            if os.access(path, os.X_OK) and os.path.isfile(path):
                return path
    raise NotRead("git was not found in PATH")


def environment(repository: Repository | None = None) -> dict[str, str]:
    """The environment git is run with: the hook's own, less what changes its output.

    With GIT_WORK_TREE set to the git directory, git cannot fall back to a file of the working
    tree when a staged object is missing (it would, and exit 0).
    """
    env = {
        key: value
        for key, value in os.environ.items()
        if key not in _DROPPED and not key.startswith("GIT_TRACE")
    }
    env.update(_ADDED)
    if repository is not None:
        env["GIT_DIR"] = env["GIT_WORK_TREE"] = repository.git_dir
        env["GIT_INDEX_FILE"] = repository.index
    return env


def start(
    arguments: Iterable[str], repository: Repository | None, *, stdin: bool = False
) -> Process:
    """Start git in the repository's git directory (without one: where we are)."""
    from keystop.processes import Process

    place = () if repository is None else ("-C", repository.git_dir)
    return Process(
        (executable(), *place, *GLOBAL_OPTIONS, *arguments), environment(repository), stdin=stdin
    )


def stream(arguments: tuple[str, ...], repository: Repository | None) -> Iterator[bytes]:
    """What git prints, in pieces of about 256 KiB.

    Raises GitFailed after the last piece where git ended with an error, NotRead where it hung.
    """
    process = start(arguments, repository)
    deadline = time_limit()
    try:
        piece = _gather(process, deadline)
        if len(piece) >= _PIECE:
            process.widen()
        while piece:
            yield piece
            piece = _gather(process, deadline)
        status = process.wait()
        if status:
            raise GitFailed(arguments[0], status, process.stderr)
    finally:
        process.close()


def _gather(process: Process, deadline: float) -> bytes:
    # A pipe holds 64 KiB: larger pieces spare the reader most of its copying.
    pieces: list[bytes] = []
    wanted = _PIECE
    while wanted > 0 and (piece := process.read(wanted, deadline)):
        pieces.append(piece)
        wanted -= len(piece)
    return b"".join(pieces)


def output(arguments: tuple[str, ...], repository: Repository | None) -> bytes:
    """All that git prints. Raises as stream does."""
    return b"".join(stream(arguments, repository))


def asked(repository: Repository, *arguments: str) -> str | None:
    """What git answers, None where it ends with an error."""
    try:
        return output(arguments, repository).decode("utf-8", "backslashreplace").strip()
    except GitFailed:
        return None


def fed(arguments: tuple[str, ...], repository: Repository, pieces: Iterable[bytes]) -> bytes:
    """All that git prints, given pieces on its standard input. Raises as stream does."""
    from threading import Thread

    process = start(arguments, repository, stdin=True)
    deadline = time_limit()
    stopped: list[Exception] = []

    def feed() -> None:
        try:
            for piece in pieces:
                process.write(piece)
        except Exception as error:
            stopped.append(error)
        process.close_stdin()

    # Both ways at once: git may print more than a pipe holds before it has read all.
    feeder = Thread(target=feed, daemon=True)
    feeder.start()
    try:
        said = b"".join(iter(lambda: process.read(_PIECE, deadline), b""))
        feeder.join()
        status = process.wait()
        if status:
            raise GitFailed(arguments[0], status, process.stderr)
        if stopped:
            raise stopped[0]
        return said
    finally:
        process.close()


def at_once(paths: Iterable[bytes]) -> Iterator[tuple[str, ...]]:
    """Paths as arguments, so many together as fit into an argument list everywhere."""
    some: list[str] = []
    size = 0
    for path in paths:
        some.append(os.fsdecode(path))
        size += len(path)
        if size >= _PATHS_AT_ONCE:
            yield tuple(some)
            some, size = [], 0
    if some:
        yield tuple(some)


def find_repository() -> Repository:
    """The repository of the current directory or of GIT_DIR.

    Raises NotRead where there is none or where git refuses it (safe.directory).
    """
    env, here = os.environ, os.getcwd()
    named = env.get("GIT_DIR")
    if named:
        git_dir = os.path.join(here, named)
        top = os.path.join(here, env.get("GIT_WORK_TREE", "."))
        if os.path.isfile(git_dir):  # it names the directory
            git_dir = _ask_git(here)[1]
    else:
        found = _walk_up(here)
        if found is None or not (_in_hook() or _owned(found[1])):
            # git knows all the ways, refuses what belongs to somebody else, and says why.
            found = _ask_git(here)
        top, git_dir = found
    index = env.get("GIT_INDEX_FILE")
    return Repository(
        os.path.normpath(git_dir),
        os.path.normpath(top),
        os.path.join(top, index) if index else os.path.join(git_dir, "index"),
    )


def _in_hook() -> bool:
    return "GIT_INDEX_FILE" in os.environ or "GIT_EXEC_PATH" in os.environ


def _owned(path: str) -> bool:
    try:
        return not hasattr(os, "geteuid") or os.stat(path).st_uid == os.geteuid()
    except OSError:
        return False


def _walk_up(folder: str) -> tuple[str, str] | None:
    while True:
        dot_git = os.path.join(folder, ".git")
        if os.path.isfile(os.path.join(dot_git, "HEAD")):
            return folder, dot_git
        if os.path.lexists(dot_git):
            try:
                with open(dot_git, "rb") as file:
                    line = file.read(4096)
            except OSError:
                return None
            if not line.startswith(b"gitdir: "):
                return None
            return folder, os.path.join(folder, os.fsdecode(line[8:].rstrip(b"\r\n")))
        parent = os.path.dirname(folder)
        if parent == folder:
            return None
        folder = parent


def _ask_git(here: str) -> tuple[str, str]:
    try:
        git_dir = output(("rev-parse", "--absolute-git-dir"), None)
    except GitFailed as error:
        raise NotRead(error.message) from None
    try:
        top = output(("rev-parse", "--show-toplevel"), None)
    except GitFailed:  # a bare repository has none
        top = os.fsencode(here)
    return os.fsdecode(top.rstrip(b"\r\n")), os.fsdecode(git_dir.rstrip(b"\r\n"))
