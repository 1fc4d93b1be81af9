"""What a server judges: what a push brings, by a policy that no push can change."""

from __future__ import annotations

import os
import time

from keystop.blobs import Blobs
from keystop.engine import load
from keystop.errors import NotRead
from keystop.gate import with_bypasses
from keystop.git import find_repository, stop_at
from keystop.hunk import Hunk
from keystop.policy import Files
from keystop.sources.commits import count, received
from keystop.verdict import Policy, judge

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Final

    from keystop.git import Repository
    from keystop.hunk import Skipped
    from keystop.verdict import Outcome

# Who pushes, as GitLab, GitHub Enterprise, Gitea, git over HTTP and a plain login tell hooks.
_USERS = ("GL_USERNAME", "GITHUB_USER_LOGIN", "GITEA_PUSHER_NAME", "REMOTE_USER", "USER", "LOGNAME")
_OPTION = "keystop.override="


class Update:
    """What is to become of a ref: object ids, of zeros only where there is none."""

    __slots__ = ("new", "old", "ref")

    def __init__(self, ref: str, old: str, new: str) -> None:
        self.ref: Final = ref
        self.old: Final = old
        self.new: Final = new


def judged(
    updates: list[Update], deadline: float, named: dict[str, str], *, inline: bool
) -> Outcome:
    """The outcome over what updates bring to the current repository. Raises KeystopError.

    deadline: as time.monotonic() gives it; what is not read by then is told in the outcome's
    error. named gives files for the configuration and the baseline, which else come from HEAD.
    inline: whether allow comments count that come with what they allow.
    """
    repository = find_repository()
    blobs = Blobs(repository)
    try:
        old = tuple(one.old for one in updates if set(one.old) != {"0"})
        files = Files(repository, blobs, named, "HEAD", old)
        files.ask_for_leaks()
        policy = Policy(files.read, inline=inline, elsewhere=files.leaks_elsewhere)
        oids = [one.new for one in updates if set(one.new) != {"0"}]
        outcome = judge(
            _in_time(repository, oids, deadline),
            blobs.whole,
            policy,
        )
        brought = (*oids, "--not", "--all") if oids else ()
        return with_bypasses(outcome, repository, policy, brought)
    finally:
        blobs.close()


def _in_time(repository: Repository, oids: list[str], deadline: float) -> Iterator[Hunk | Skipped]:
    """What these bring, as long as there is time. Raises NotRead when it is over."""
    total = count(repository, oids) if oids else 0
    begun: dict[str, None] = {}  # the commits, of which the last may be read in part
    stop_at(deadline)
    try:
        for hunk in received(repository, oids):
            if time.monotonic() > deadline:
                break
            if isinstance(hunk, Hunk) and hunk.commit:
                begun[hunk.commit] = None
            yield hunk
        else:
            return
    except NotRead:
        if time.monotonic() <= deadline:
            raise
    finally:
        stop_at(float("inf"))  # what was found is still to be judged by the policy
    raise NotRead(f"the time is over with {max(0, len(begun) - 1):,} of {total:,} commits read")


def rewriting(outcome: Outcome) -> list[str]:
    """The commands, one a line, that take the first blocking finding out where it came from."""
    short = outcome.blocking[0].commit[:12] if outcome.blocking else ""
    if not short:
        return []
    return [
        f"git rebase --interactive {short}~    # where it was pushed from; mark {short} with edit"
    ]


def overridden(outcome: Outcome, updates: list[Update], audit: str) -> bool:
    """Whether whoever pushes says with a reason that it is to pass; then that is recorded.

    A line of JSON is added to the file audit: when, who, why, which refs, what was found, without
    any value. Raises NotRead where it cannot be written: what is not recorded does not pass.
    """
    reason = _reason()
    if not reason:
        return False
    if any(load().candidates(reason.encode(), b"", lambda: None)):
        raise NotRead("the reason for the override holds a secret itself")
    import json

    from keystop.escape import printable
    from keystop.report.json import told
    from keystop.sources.whereabouts import shown

    who = next((f"{name}={os.environ[name]}" for name in _USERS if os.environ.get(name)), "")
    line = json.dumps(
        {
            "time": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime()),
            "who": who,
            "reason": reason,
            "repository": os.path.abspath(os.environ.get("GIT_DIR", ".")),
            "refs": [[shown(one.ref), one.old, one.new] for one in updates],
            "findings": [told(one, outcome) for one in outcome.blocking],
            "unread": None if outcome.error is None else str(outcome.error),
        },
        sort_keys=True,
    )
    try:
        descriptor = os.open(audit, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
        try:
            if os.write(descriptor, line.encode() + b"\n") <= len(line):
                raise OSError(28, "it was written in part")
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
    except OSError as error:
        raise NotRead(
            f"{audit} cannot be written, so nothing is overridden: {error.strerror}"
        ) from None
    number = len(outcome.blocking)
    what = f"{number} finding{'' if number == 1 else 's'}" if number else "what was not read"
    print(f"keystop: {what} let in and recorded, because: {printable(reason)}")
    return True


def _reason() -> str:
    """The reason that the push gives to be let in, empty where it gives none."""
    for number in range(int(os.environ.get("GIT_PUSH_OPTION_COUNT") or 0)):
        option = os.environ.get(f"GIT_PUSH_OPTION_{number}", "")
        if option.startswith(_OPTION):
            return " ".join(option.removeprefix(_OPTION).split())
    return ""
