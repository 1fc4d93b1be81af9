"""The ways keystop stops without a verdict, each with its exit status."""

from __future__ import annotations


class KeystopError(Exception):
    """Something the user is told in one line. The text never holds content of a scanned file.

    command ends it, and is to be typed as it is.
    """

    status = 3

    def __init__(self, text: str = "", command: str = "") -> None:
        super().__init__(f"{text}: {command}" if command else text)
        self.command = command


class NotRead(KeystopError):
    """Something in scope could not be read, so nothing may pass: exit status 2."""

    status = 2


class Interrupted(NotRead):
    """The user stopped it before everything was read: exit status 130."""

    status = 130


class Usage(KeystopError):
    """A wrong command line, configuration or baseline: exit status 3."""
