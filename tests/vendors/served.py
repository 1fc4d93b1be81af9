"""A server on this machine that answers as a function says, and fails on command."""

from __future__ import annotations

import json
import socket
import struct
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import NamedTuple
from urllib.parse import parse_qsl, urlsplit

# Without or after the effect: silence, a connection that breaks, an error of the server.
FAULTS = (
    "timeout-before",
    "timeout-after",
    "reset-before",
    "reset-after",
    "401",
    "403",
    "429",
    "500-before",
    "503-after",
)
# What a client of the tests takes for no answer in time: it need not wait for that.
SILENCE = 599


class Request(NamedTuple):
    """A request as it came in. host is the one that was meant."""

    method: str
    host: str
    path: str
    query: list[tuple[str, str]]
    headers: dict[str, str]
    body: bytes

    @property
    def form(self) -> list[tuple[str, str]]:
        """The fields of a form."""
        return parse_qsl(self.body.decode(), keep_blank_values=True)


class Answer(NamedTuple):
    """A status and a body, which is sent as JSON unless it is bytes."""

    status: int
    body: object = b""
    headers: dict[str, str] = {}

    @property
    def data(self) -> bytes:
        """The body, as it is sent."""
        return self.body if isinstance(self.body, bytes) else json.dumps(self.body).encode()


class Server:
    """What came in and what was answered; past: what was before it was restarted.

    faults are told by the number of a request, from 0. broken is what after found wrong.
    """

    def __init__(
        self, answer: Callable[[Request], Answer], refusal: Callable[[int], Answer]
    ) -> None:
        self.answer = answer
        self.refusal = refusal
        self.log: list[tuple[Request, Answer]] = []
        self.past: list[tuple[Request, Answer]] = []
        self.faults: dict[int, str] = {}
        self.after: Callable[[], None] = lambda: None
        self.broken: list[AssertionError] = []
        self._lock = threading.Lock()
        self._http = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self._http.daemon_threads = True
        self.port = self._http.server_address[1]

    @contextmanager
    def running(self) -> Iterator[None]:
        """Serve, in a thread."""
        thread = threading.Thread(target=self._http.serve_forever, args=(0.01,), daemon=True)
        thread.start()
        try:
            yield
        finally:
            self._http.shutdown()
            self._http.server_close()
            thread.join()

    def restart(self, faults: dict[int, str]) -> None:
        """Count requests from here; these are to fail."""
        self.past += self.log
        self.log = []
        self.faults = faults

    def local(self, url: str) -> str:
        """Where a request to a vendor goes in its place: the host comes first in the path."""
        parts = urlsplit(url)
        query = f"?{parts.query}" if parts.query else ""
        return f"http://127.0.0.1:{self.port}/{parts.netloc}{parts.path}{query}"

    def take(self, request: Request) -> tuple[str, Answer]:
        """What fails, "" where nothing does, and the answer."""
        with self._lock:
            fault = self.faults.get(len(self.log), "")
            if fault.isdecimal():
                answer = self.refusal(int(fault))
            elif fault.endswith("-before"):
                answer = self.refusal(500)
            else:
                answer = self.answer(request)
                if fault == "503-after":
                    answer = self.refusal(503)
            self.log.append((request, answer))
            try:
                self.after()
            except AssertionError as error:
                self.broken.append(error)
        return fault, answer

    def _handler(server) -> type[BaseHTTPRequestHandler]:
        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            disable_nagle_algorithm = True

            def handle_any(self) -> None:
                length = int(self.headers.get("Content-Length") or 0)
                body = self.rfile.read(length)
                parts = urlsplit(self.path)
                headers = {name.title(): value for name, value in self.headers.items()}
                host, _, path = parts.path.lstrip("/").partition("/")
                query = parse_qsl(parts.query, keep_blank_values=True)
                request = Request(self.command, host, f"/{path}", query, headers, body)
                fault, answer = server.take(request)
                if fault.startswith("timeout"):
                    self._send(Answer(SILENCE))
                elif fault.startswith("reset"):
                    linger = struct.pack("ii", 1, 0)
                    self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
                    self.connection.close()
                    self.close_connection = True
                else:
                    self._send(answer)

            do_GET = do_POST = do_DELETE = do_PUT = do_PATCH = handle_any

            def _send(self, answer: Answer) -> None:
                data = answer.data
                self.send_response(answer.status)
                for name, value in {"Content-Type": "application/json", **answer.headers}.items():
                    self.send_header(name, value)
                if answer.status != 204:
                    self.send_header("Content-Length", str(len(data)))
                self.end_headers()
                if answer.status != 204:
                    self.wfile.write(data)

            def handle(self) -> None:
                try:
                    super().handle()
                except (OSError, ValueError):
                    pass  # the connection was broken on purpose

            def finish(self) -> None:
                try:
                    super().finish()
                except (OSError, ValueError):
                    pass

            def log_message(self, *_: object) -> None:
                pass

        return Handler
