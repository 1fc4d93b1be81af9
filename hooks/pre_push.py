"""The hook of `git push`: every commit that the destination does not have, message by message.

Started by git it reads the refs from standard input. pre-commit and prek pass on only the first
of them, so under these everything local that the destination lacks is judged.
"""

from __future__ import annotations

import os
import sys

from keystop.guard import guarded

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from keystop.git import Repository
    from keystop.hunk import Hunk, Skipped

BYPASS = "SKIP=keystop-pre-push git push ..., or git push --no-verify"


def main(argv: list[str] | None = None) -> int:
    """Judge what a push would bring to the remote; the exit status."""
    return guarded(lambda: _run(sys.argv[1:] if argv is None else argv), BYPASS)


def _run(argv: list[str]) -> int:
    from keystop.gate import judged
    from keystop.report import show
    from keystop.sources.commits import pushed

    if os.environ.get("PRE_COMMIT") == "1":
        variables = ("PRE_COMMIT_FROM_REF", "PRE_COMMIT_TO_REF")
        outcome = judged(_unpushed, bases=tuple(filter(None, map(os.environ.get, variables))))
    else:
        # A push to an address has no refs of its own here: argv is (address, address).
        named = argv[0] if len(argv) > 1 and argv[0] != argv[1] else ""
        updates = _updates(sys.stdin.buffer.read())
        outcome = judged(
            lambda repository: pushed(repository, updates, named),
            bases=tuple(oid for update in updates for oid in update if set(oid) != {"0"}),
        )
    if not outcome.blocking:
        return show(outcome, "nothing was pushed")
    from keystop.respond.repair import located, repairs

    return show(located(outcome), "nothing was pushed", repairs=repairs(outcome))


def _unpushed(repository: Repository) -> Iterator[Hunk | Skipped]:
    """Under a framework, of which only the first ref can be learnt: all that is not there yet."""
    from keystop.hunk import Hunk
    from keystop.sources.commits import commits, glob_escape, of_tag, of_tags
    from keystop.sources.history import head

    name = os.environ.get("PRE_COMMIT_REMOTE_NAME", "")
    tip = os.environ.get("PRE_COMMIT_TO_REF") or "HEAD"
    there = os.environ.get("PRE_COMMIT_FROM_REF", "")
    known = [there] if there and set(there) != {"0"} else []
    if name:
        known.append(f"--remotes={glob_escape(name)}")
    yield from of_tag(repository, tip)
    new = set()
    local = (tip, *head(repository), "--branches", "--tags")
    for hunk in commits(repository, (*local, "--not", *known)):
        if isinstance(hunk, Hunk):
            new.add(hunk.commit)
        yield hunk
    if new:
        yield from of_tags(repository, new)


def _updates(data: bytes) -> list[tuple[str, str]]:
    """(local oid, remote oid) of git's lines `<local ref> <oid> <remote ref> <oid>`."""
    from keystop.errors import Usage

    updates = []
    for line in data.split(b"\n"):
        words = [word.decode("ascii", "replace") for word in line.rsplit(b" ", 3)]
        if len(words) == 4:
            updates.append((words[1], words[3]))
        elif line:
            raise Usage("standard input is not what git gives a pre-push hook")
    return updates


if __name__ == "__main__":
    raise SystemExit(main())
