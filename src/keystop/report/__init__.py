"""Findings, printed."""

from __future__ import annotations

import sys

from keystop.errors import NotRead
from keystop.escape import printable, without_typed
from keystop.guard import printed

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from keystop.verdict import Outcome


def show(
    outcome: Outcome,
    what: str,
    *,
    quiet: bool = True,
    repairs: Sequence[str] = (),
    exception: str = "",
) -> int:
    """Print an outcome for a person; its exit status. quiet: nothing where nothing was found.

    what says what a finding stops, as in "nothing was committed"; repairs are the commands that
    take the first finding out of its commit; exception says what to do about one that is no
    secret, where allow comments and the baseline are not the way.
    """
    if outcome.findings or outcome.bypasses or not quiet:
        from keystop.report.text import report

        try:
            for line in report(outcome, what, quiet=quiet, repairs=repairs, exception=exception):
                print(line)
        except OSError as error:
            printed()  # nobody reads any more: the exit status still says it
            if outcome.status or isinstance(error, BrokenPipeError):
                return outcome.status or 2
            raise NotRead(f"the output cannot be written: {error.strerror}") from None
    if outcome.error is not None:
        unread(outcome.error, what)
    return outcome.status


def unread(error: NotRead, what: str) -> None:
    """Say on standard error what could not be read."""
    told = without_typed(printable(str(error)))
    print(f"keystop: not everything could be read, {what}: {told}", file=sys.stderr)
