"""How long a server's hook takes for a large push, in a real quarantine.

    python benchmarks/receive.py FOLDER [--megabytes N] [--commits N]

From the Python files of FOLDER two pushes are made: one commit of so many megabytes, and so many
commits of a few changed files each. Each is pushed to an empty repository whose hook is
keystop-pre-receive as it is installed, with its own time limit.
"""

from __future__ import annotations

import argparse
import random
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterable, Iterator
from itertools import cycle
from pathlib import Path

Changes = dict[str, bytes]
HOOK = '#!/bin/bash\ntime -p keystop-pre-receive "$@"\n'


def main() -> int:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", type=Path)
    parser.add_argument("--megabytes", type=int, default=50)
    parser.add_argument("--commits", type=int, default=1000)
    arguments = parser.parse_args()
    if not shutil.which("keystop-pre-receive"):
        parser.error("keystop-pre-receive is not in PATH")
    texts = [path.read_bytes() for path in sorted(arguments.folder.rglob("*.py"))]
    random.Random(1).shuffle(texts)
    print("| push | git push, whole | the hook, wall | the hook, CPU | read |")
    print("|---|---|---|---|---|")
    for what, commits in (
        (f"one commit, {arguments.megabytes} MB", [large(texts, arguments.megabytes)]),
        (f"{arguments.commits:,} commits", small(texts, arguments.commits)),
    ):
        with tempfile.TemporaryDirectory() as folder:
            print(f"| {what} | {pushed(Path(folder), commits)} |")
    return 0


def large(texts: list[bytes], megabytes: int) -> Changes:
    """Files of so many megabytes together."""
    changes: Changes = {}
    size = 0
    for number, text in enumerate(cycle(texts)):
        if size >= megabytes * 1_000_000:
            return changes
        changes[f"f{number}.py"] = text + b"# %d\n" % number
        size += len(text)
    return changes


def small(texts: list[bytes], count: int) -> Iterator[Changes]:
    """So many commits, each of a new file and of a line more in each of the three before."""
    for number in range(count):
        changes = {}
        for before in range(min(number, 3) + 1):
            text = texts[(number - before) % len(texts)][:8000]
            changes[f"f{number - before}.py"] = text + b"# %d\n" % before
        yield changes


def pushed(folder: Path, commits: Iterable[Changes]) -> str:
    """The cells of a push of these commits."""
    for name in ("here", "there"):
        git("init", "--quiet", "--bare", str(folder / name))
    with subprocess.Popen(
        ("git", "-C", str(folder / "here"), "fast-import", "--quiet"), stdin=subprocess.PIPE
    ) as importer:
        assert importer.stdin is not None
        for changes in commits:
            importer.stdin.write(
                b"commit refs/heads/main\ncommitter A <a@b.c> 1 +0000\ndata 1\nx\n"
            )
            for name, text in changes.items():
                importer.stdin.write(b"M 644 inline %b\ndata %d\n" % (name.encode(), len(text)))
                importer.stdin.write(text + b"\n")
    hook = folder / "there" / "hooks" / "pre-receive"
    hook.write_text(HOOK, encoding="utf-8")
    hook.chmod(0o755)
    begin = time.monotonic()
    done = git("-C", str(folder / "here"), "push", str(folder / "there"), "main")
    whole = time.monotonic() - begin
    lines = [line.removeprefix("remote: ").split() for line in done.stderr.splitlines()]
    took = {words[0]: float(words[1]) for words in lines if words[:1] in TIMES}
    cells = f"{whole:.1f} s", f"{took['real']:.1f} s", f"{took['user'] + took['sys']:.1f} s"
    return " | ".join((*cells, "in part" if "the time is over" in done.stderr else "whole"))


TIMES = (["real"], ["user"], ["sys"])


def git(*arguments: str) -> subprocess.CompletedProcess[str]:
    """What git does."""
    return subprocess.run(("git", *arguments), capture_output=True, text=True)


if __name__ == "__main__":
    raise SystemExit(main())
