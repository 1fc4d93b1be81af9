"""Replays a repository's commits through the pre-commit hook, each as if it were being made.

    python benchmarks/replay.py REPOSITORY [--limit N]

For every commit of the first-parent history the index is set to the commit's tree and HEAD to its
parent, in a scratch clone, and the hook is started as git starts it. Prints each blocked commit
with its findings, what was noted, and in how many commits a pattern was compiled.
"""

from __future__ import annotations

import argparse
import collections
import os
import subprocess
import sys
import tempfile
from pathlib import Path

HOOK = (sys.executable, "-X", "importtime", "-m", "keystop.hooks.pre_commit")


def main() -> int:
    """Run the replay; 0 where nothing was blocked."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("repository", type=Path)
    parser.add_argument("--limit", type=int, default=0)
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        return replay(arguments.repository, Path(scratch), arguments.limit)


def replay(repository: Path, scratch: Path, limit: int) -> int:
    """Replay all commits in a bare clone that shares the repository's objects."""
    clone = scratch / "clone.git"
    git("clone", "--quiet", "--bare", "--shared", str(repository), str(clone))
    env = {
        **os.environ,
        "GIT_DIR": str(clone),
        "GIT_WORK_TREE": str(scratch),
        "GIT_INDEX_FILE": str(scratch / "index"),
    }
    commits = git("rev-list", "--first-parent", "--reverse", "HEAD", env=env).split()
    commits = commits[: limit or None]
    git("symbolic-ref", "HEAD", "refs/heads/replay", env=env)
    blocked: list[str] = []
    statuses: collections.Counter[int] = collections.Counter()
    with_pattern = 0
    for commit in commits:
        git("read-tree", commit, env=env)
        done = subprocess.run(HOOK, cwd=scratch, env=env, capture_output=True, text=True)
        statuses[done.returncode] += 1
        with_pattern += " re\n" in done.stderr
        if done.returncode:
            blocked.append(commit)
            subject = git("log", "-1", "--format=%s", commit, env=env)
            print(f"== {commit[:12]} {subject.strip()}: exit status {done.returncode}")
            print(done.stdout)
        git("update-ref", "refs/heads/replay", commit, env=env)
    share = 100 * with_pattern / len(commits)
    print(f"{len(commits)} commits, {len(blocked)} blocked, exit statuses {dict(statuses)}")
    print(f"a pattern was compiled in {with_pattern} of them ({share:.1f} %)")
    return 1 if blocked else 0


def git(*arguments: str, env: dict[str, str] | None = None) -> str:
    """What git prints."""
    return subprocess.run(
        ("git", *arguments), env=env, check=True, capture_output=True, text=True
    ).stdout


if __name__ == "__main__":
    raise SystemExit(main())
