"""One HTTPS request to a provider: no proxy, no redirect, public addresses, little time."""

from __future__ import annotations

import http.client
import socket
import ssl
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from keystop import __version__
from keystop.verify.addresses import HOST, public

PORT = 443
# Seconds for a connection, and for everything from the name to the last byte of the answer.
CONNECT, TOTAL = 5.0, 15.0
# The longest answer that is read, in bytes.
LARGEST = 64 * 1024
# Seconds to wait at most, and at least, before the one other try that a provider asks for.
LONGEST_PAUSE, SHORTEST_PAUSE = 5, 1
_MOST_ADDRESSES = 4

Resolve = Callable[[str], Sequence[str]]
Dial = Callable[[str, float], socket.socket]


@dataclass(frozen=True, repr=False)
class Request:
    """What is sent. It holds the secret, so it has no text of its own."""

    method: str
    host: str
    target: str
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes = b""


@dataclass(frozen=True, repr=False)
class Answer:
    """What came back; pause is how many seconds the provider asks to wait, None for no word."""

    status: int
    body: bytes
    pause: int | None = None


class NoAnswer(Exception):
    """Nothing came back that can be judged; the text says why and quotes nothing."""


def resolved(host: str) -> list[str]:
    """The numeric addresses of a name, as the system tells them. Raises OSError."""
    found = socket.getaddrinfo(host, PORT, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(place[4][0]) for place in found))


def dialled(address: str, seconds: float) -> socket.socket:
    """A connection to a numeric address. Raises OSError."""
    return socket.create_connection((address, PORT), seconds)


def trusting_system() -> ssl.SSLContext:
    """TLS from 1.2 on, with the certificates that the system trusts.

    ssl.create_default_context would also write the keys of the connection to where SSLKEYLOGFILE
    says, for anybody to read the secret.
    """
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.load_default_certs()
    return context


class Client:
    """Asks providers. Tests give it other names, connections and certificates, nothing else can.

    Whatever those are: every address of a name has to be public, and the connection goes to one
    that was looked at, so the name cannot mean another one a moment later.
    """

    def __init__(
        self,
        resolve: Resolve = resolved,
        dial: Dial = dialled,
        context: ssl.SSLContext | None = None,
        total: float = TOTAL,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._resolve = resolve
        self._dial = dial
        self._context = context or trusting_system()
        self._total = total
        self._sleep = sleep

    def ask(self, request: Request) -> Answer:
        """The answer; where it is "too many" with a short wait, that to a second request.

        Raises NoAnswer.
        """
        answer = self._in_time(request)
        if answer.status == 429 and answer.pause is not None and answer.pause <= LONGEST_PAUSE:
            self._sleep(max(answer.pause, SHORTEST_PAUSE))
            answer = self._in_time(request)
        return answer

    def _in_time(self, request: Request) -> Answer:
        """The same without a second try. Looking up a name has no time limit of its own, and a
        server may send a byte now and then: only another thread can be left behind."""
        results: list[Answer | NoAnswer] = []
        thread = threading.Thread(
            target=lambda: results.append(self._guarded(request)), daemon=True
        )
        thread.start()
        thread.join(self._total)
        result = results[0] if results else NoAnswer("no whole answer came in time")
        if isinstance(result, NoAnswer):
            raise result
        return result

    def _guarded(self, request: Request) -> Answer | NoAnswer:
        """Every error as words of keystop's own: those of http.client quote headers."""
        try:
            return self._exchange(request)
        except NoAnswer as error:
            return error
        except ssl.SSLCertVerificationError:
            return NoAnswer("its certificate is not one that this system trusts for its name")
        except ssl.SSLError:
            return NoAnswer("no TLS connection could be made")
        except TimeoutError:
            return NoAnswer("no whole answer came in time")
        except OSError:
            return NoAnswer("the connection failed")
        except http.client.HTTPException:
            return NoAnswer("what came back is no HTTP answer")
        except Exception as error:
            return NoAnswer(f"the request failed ({type(error).__name__})")

    def _exchange(self, request: Request) -> Answer:
        plain = self._connected(request.host)
        try:
            plain.settimeout(self._total)
            secure = self._context.wrap_socket(plain, server_hostname=request.host)
        except BaseException:
            plain.close()
            raise
        connection = http.client.HTTPConnection(request.host)
        connection.auto_open = 0  # by itself it would connect without TLS
        connection.sock = secure
        try:
            headers = {
                "Host": request.host,
                "User-Agent": f"keystop/{__version__}",
                "Accept": "application/json",
                "Connection": "close",
                **request.headers,
            }
            connection.request(request.method, request.target, request.body or None, headers)
            response = connection.getresponse()
            body = response.read(LARGEST + 1)
            if len(body) > LARGEST:
                raise NoAnswer(f"the answer is longer than {LARGEST // 1024} kB")
            if response.length:
                raise NoAnswer("the answer is cut short")
            return Answer(response.status, body, _pause(response.getheader("Retry-After")))
        finally:
            connection.close()
            secure.close()

    def _connected(self, host: str) -> socket.socket:
        if not HOST.fullmatch(host):
            raise NoAnswer("its host is no name of the public internet")
        try:
            addresses = self._resolve(host)
        except (OSError, UnicodeError):
            raise NoAnswer(f"{host} cannot be looked up") from None
        if not addresses:
            raise NoAnswer(f"{host} has no address")
        if not all(map(public, addresses)):
            raise NoAnswer(f"{host} has an address that is not of the public internet")
        for address in addresses[:_MOST_ADDRESSES]:
            try:
                return self._dial(address, CONNECT)
            except OSError:
                continue
        raise NoAnswer(f"{host} cannot be reached")


def _pause(header: str | None) -> int | None:
    """The seconds of Retry-After; a date is not worth a look, nobody waits for it."""
    return int(header) if header and header.isdecimal() and len(header) < 6 else None
