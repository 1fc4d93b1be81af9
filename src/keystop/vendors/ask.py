"""What a user is asked: logins, new secrets, their word."""

from __future__ import annotations

import getpass
import os
import sys

from keystop.errors import Usage


class Terminal:
    """Whoever sits there. yes: they agreed on the command line already."""

    def __init__(self, *, yes: bool = False) -> None:
        self.yes = yes

    def line(self, prompt: str) -> str:
        """What is typed, shown while it is. Raises Usage where nobody sits there."""
        _somebody(prompt)
        print(f"{prompt}: ", end="", flush=True)
        return sys.stdin.readline().strip()

    def secret(self, prompt: str) -> str:
        """What is typed, not shown. Raises Usage where nobody sits there."""
        _somebody(prompt)
        return getpass.getpass(f"{prompt} (not shown): ").strip()

    def agrees(self, question: str, word: str, *, even_if_yes: bool = False) -> bool:
        """Whether the user types that word. even_if_yes: --yes does not answer this one."""
        if self.yes and not even_if_yes:
            return True
        return self.line(f"{question} Type {word}") == word


def _somebody(prompt: str) -> None:
    if not sys.stdin.isatty():
        raise Usage(f"nobody can be asked ({prompt}): standard input is no terminal; see --help")


def from_environment(terminal: Terminal, name: str, prompt: str, *, secret: bool = True) -> str:
    """The value of an environment variable, or what is typed. Raises Usage where there is none."""
    value = os.environ.get(name, "")
    if not value:
        if not sys.stdin.isatty():
            raise Usage(f"{name} is not set: the login to act with is read from there")
        value = terminal.secret(prompt) if secret else terminal.line(prompt)
    if not value or not value.isprintable() or " " in value:
        raise Usage(f"{name} holds nothing that can be a login")
    return value
