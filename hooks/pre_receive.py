"""The hook of a server: refuses a push that brings a secret. It serves as update hook, too.

git starts it before any ref moves, with the pushed objects in quarantine: what is refused is
dropped again. Configuration and baseline come from the files that the server names, or from its
HEAD, and never from what is pushed.
"""

from __future__ import annotations

import argparse
import sys
import time

from keystop.guard import guarded

TYPE_CHECKING = False
if TYPE_CHECKING:
    from keystop.server import Update

BYPASS = "push fewer commits at a time, or ask whoever keeps this server"
REFUSED = "the push was refused"
# GitHub Enterprise Server ends all hooks of a push together after five seconds.
SECONDS = 4.5


def main(argv: list[str] | None = None) -> int:
    """Judge what a push brings to this repository; the exit status."""
    begun = time.monotonic()
    return guarded(lambda: _run(sys.argv[1:] if argv is None else argv, begun), BYPASS)


def _run(argv: list[str], begun: float) -> int:
    from keystop.report import show
    from keystop.server import judged, overridden, rewriting

    arguments = _parser().parse_args(argv)
    updates = _updates(arguments.update)
    named = {".keystop.toml": arguments.config, ".keystop-baseline": arguments.baseline}
    outcome = judged(
        updates,
        begun + arguments.seconds,
        {name: path for name, path in named.items() if path},
        inline=arguments.inline_allows,
    )
    if outcome.status == 0:
        return show(outcome, REFUSED)
    if arguments.audit and overridden(outcome, updates, arguments.audit):
        return 0
    exception = "ask whoever keeps this server."
    if arguments.audit:
        exception = "git push -o keystop.override=REASON lets it in, and is recorded here."
    if any(finding.allows for finding in outcome.blocking):
        exception += " Allow comments do not count here."
    return show(outcome, REFUSED, repairs=rewriting(outcome), exception=exception)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="keystop-pre-receive", description=__doc__)
    add = parser.add_argument
    add("update", nargs="*", help="REF OLD NEW, as git gives an update hook")
    add("--config", metavar="FILE", help="instead of .keystop.toml in HEAD")
    add("--baseline", metavar="FILE", help="instead of .keystop-baseline in HEAD")
    add("--seconds", type=float, default=SECONDS, metavar="N",
        help="what is not read by then is refused (default: %(default)s)")  # fmt: skip
    add("--audit", metavar="FILE", help="record there whom -o keystop.override=REASON lets in")
    add("--inline-allows", action="store_true",
        help="let allow comments count that are pushed with what they allow")  # fmt: skip
    return parser


def _updates(argument: list[str]) -> list[Update]:
    """What git gives an update hook as arguments, and a pre-receive hook as lines."""
    from keystop.errors import Usage
    from keystop.server import Update

    if argument:
        if len(argument) != 3:
            raise Usage("an update hook is given REF OLD NEW")
        return [Update(*argument)]
    updates = []
    for line in sys.stdin.buffer.read().decode("utf-8", "surrogateescape").splitlines():
        words = line.split(" ", 2)
        if len(words) != 3:
            raise Usage("standard input is not what git gives a pre-receive hook")
        updates.append(Update(words[2], words[0], words[1]))
    return updates


if __name__ == "__main__":
    raise SystemExit(main())
