"""The hook of `git commit`: nothing staged that adds a secret goes into a commit.

It reads the index only, writes nothing, and says nothing when all is well. With nothing staged:
inside a git commit (an --amend of the message, --allow-empty) there is nothing to do; started by
hand, as by `pre-commit run --all-files`, it reads all tracked files.
"""

from __future__ import annotations

import os
import sys

from keystop.guard import guarded

BYPASS = "SKIP=keystop git commit ..., or git commit --no-verify"


def main(argv: list[str] | None = None) -> int:
    """Judge what is staged; the exit status."""
    return guarded(lambda: _run(sys.argv[1:] if argv is None else argv), BYPASS)


def _run(argv: list[str]) -> int:
    from keystop.errors import Usage
    from keystop.gate import judged, staged_or_tracked
    from keystop.report import show
    from keystop.sources.staged import staged

    if argv:
        raise Usage("keystop-pre-commit takes no arguments; see keystop scan --help")
    begin, end = os.environ.get("PRE_COMMIT_FROM_REF"), os.environ.get("PRE_COMMIT_TO_REF")
    if begin and end:
        from keystop.sources.commits import commits

        outcome = judged(
            lambda repository: commits(repository, (end, f"^{begin}")), bases=(begin, end)
        )
        return show(outcome, "this range does not pass")
    in_commit = "GIT_INDEX_FILE" in os.environ
    outcome = judged(staged if in_commit else staged_or_tracked)
    return show(outcome, "nothing was committed" if in_commit else "this does not pass")


if __name__ == "__main__":
    raise SystemExit(main())
