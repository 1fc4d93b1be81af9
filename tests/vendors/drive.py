"""`keystop` as a process of its own, with a fake on this machine in Twilio's place.

drive.py PORT ARGUMENT...: the port is the fake's; all else is keystop's command line.
"""

from __future__ import annotations

import sys
from typing import Any

from twilio.http.http_client import TwilioHttpClient

from keystop.cli import _parser
from keystop.guard import guarded
from keystop.vendors.ask import Terminal
from keystop.vendors.calls import Patience
from keystop.vendors.command import Means


class Local:
    """The SDK's own http client, sent elsewhere."""

    def __init__(self, port: str) -> None:
        self._start = f"http://127.0.0.1:{port}/"
        self._http = TwilioHttpClient()

    def request(self, method: str, url: str, **sent: Any) -> Any:
        """As the SDK's."""
        return self._http.request(method, self._start + url.removeprefix("https://"), **sent)


if __name__ == "__main__":
    arguments = _parser().parse_args(sys.argv[2:])
    terminal = Terminal(yes=getattr(arguments, "yes", False))
    means = Means(terminal, Patience(lambda _: None), twilio_http=Local(sys.argv[1]))
    raise SystemExit(guarded(lambda: int(arguments.run(arguments, means))))
