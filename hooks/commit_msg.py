"""The hook of `git commit` for the message: no secret in it."""

from __future__ import annotations

import sys

from keystop.guard import guarded

BYPASS = "SKIP=keystop-commit-msg git commit ..., or git commit --no-verify"
# What git commit --verbose puts below this line does not become a part of the message.
SCISSORS = b" ------------------------ >8 ------------------------"


def main(argv: list[str] | None = None) -> int:
    """Judge the message file that git names; the exit status."""
    return guarded(lambda: _run(sys.argv[1:] if argv is None else argv), BYPASS)


def _run(argv: list[str]) -> int:
    from keystop.errors import NotRead, Usage
    from keystop.gate import judged
    from keystop.hunk import MESSAGE, Hunk
    from keystop.receipts import add_receipt
    from keystop.report import show

    if len(argv) != 1:
        raise Usage("keystop-commit-msg takes one argument, the file that holds the message")
    try:
        with open(argv[0], "rb") as file:
            text = file.read()
    except OSError as error:
        raise NotRead(f"the commit message cannot be read: {error.strerror}") from None
    cut = text.find(SCISSORS + b"\n")
    message = Hunk(b"", 1, text if cut < 0 else text[:cut], where=MESSAGE)
    status = show(judged(lambda _: [message]), "nothing was committed")
    if status == 0:
        add_receipt(argv[0], text, len(text) if cut < 0 else cut)
    return status


if __name__ == "__main__":
    raise SystemExit(main())
