"""A user with a leak: a repository, a terminal, and vendors that are fakes."""

from __future__ import annotations

import io
import os
import warnings
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from random import Random
from typing import NamedTuple

import pytest

from keystop.cli import _parser
from keystop.guard import guarded
from keystop.vendors import journal, web
from keystop.vendors.ask import Terminal
from keystop.vendors.calls import Lost, Patience, Reply
from keystop.vendors.command import Means
from tests.conftest import Repo
from tests.vendors.served import SILENCE, Server


class Typed(Terminal):
    """Somebody who types what they are told to: the word that is asked for, or these."""

    def __init__(self, *, yes: bool = False, lines: Iterable[str] = (), agree: bool = True) -> None:
        super().__init__(yes=yes)
        self._lines = list(lines)
        self._agree = agree

    def line(self, prompt: str) -> str:
        """The word after "Type", or the next line."""
        print(f"{prompt}: ", end="")
        word = prompt.rpartition(" Type ")[2] if " Type " in prompt else self._lines.pop(0)
        return word if self._agree else "no"

    def secret(self, prompt: str) -> str:
        """The next line."""
        print(f"{prompt} (not shown): ")
        return self._lines.pop(0)


class Done(NamedTuple):
    """How a command ended."""

    status: int
    out: str
    err: str


class World:
    """Runs commands as the command line does, in this process, with fakes for vendors."""

    def __init__(
        self, repo: Repo, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        self._monkeypatch = monkeypatch
        self.repo = repo
        self.home = Path(os.environ["HOME"])
        self._capsys = capsys
        self.said = ""

    def run(
        self,
        *argv: str,
        server: Server | None = None,
        twilio_http: object = None,
        terminal: Terminal | None = None,
        stdin: str = "",
    ) -> Done:
        """What a command prints, and its status."""
        arguments = _parser().parse_args(list(argv))
        means = Means(
            terminal or Typed(yes=getattr(arguments, "yes", False)),
            Patience(lambda _: None, Random(1)),
            to(server) if server is not None else web.transport,
            twilio_http,
        )
        self._monkeypatch.setattr("sys.stdin", io.StringIO(stdin))
        status = guarded(lambda: int(arguments.run(arguments, means)))
        said = self._capsys.readouterr()
        self.said += said.out + said.err
        return Done(status, said.out, said.err)

    def until_done(self, go: Callable[[], Done], check: Callable[[], None], runs: int) -> None:
        """Run a command again and again, with a check after each, until all is done."""
        for _ in range(runs):
            done = go()
            check()
            if done.status == 0:
                return
        raise AssertionError(self.said)

    def journals(self) -> list[Path]:
        """The journals there are."""
        return sorted(journal.folder().glob("*.json"))

    def written(self, but: Iterable[Path] = ()) -> bytes:
        """All that is in files of the user's, but for some."""
        left_out = set(but)
        return b"\n".join(
            path.read_bytes()
            for folder in (self.home, self.repo.path)
            for path in folder.rglob("*")
            if path.is_file() and path not in left_out
        )


def to(server: Server) -> web.Transport:
    """Requests without a library, sent to a server of the tests."""

    def send(method: str, url: str, headers: Mapping[str, str], body: bytes | None) -> Reply:
        reply = web.transport(method, server.local(url), headers, body)
        if reply.status == SILENCE:
            raise Lost("timeout")
        return reply

    return send


def shows(text: str | bytes, secret: str) -> bool:
    """Whether six characters in a row of a secret are in a text."""
    data = text.encode() if isinstance(text, str) else text
    return any(secret[start : start + 6].encode() in data for start in range(len(secret) - 5))


def crashed(run: Callable[[], object], point: int) -> bool:
    """Run something in another process that dies at a point; whether it came that far.

    Points lie before and after each request to a vendor and each file that is put in its place.
    """
    from tests.vendors.fake_twilio import LocalHttp

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of threads: the child needs none
        child = os.fork()
    if child:
        return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == _DEAD
    left = point

    def dying(function: Callable[..., object]) -> Callable[..., object]:
        def called(*arguments: object, **named: object) -> object:
            count()
            answer = function(*arguments, **named)
            count()
            return answer

        return called

    def count() -> None:
        nonlocal left
        if left == 0:
            os._exit(_DEAD)
        left -= 1

    try:
        os.replace = dying(os.replace)  # type: ignore[assignment]
        LocalHttp.request = dying(LocalHttp.request)  # type: ignore[method-assign]
        run()
    finally:
        os._exit(0)


_DEAD = 9
