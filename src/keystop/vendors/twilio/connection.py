"""Twilio's SDK, with keystop's patience and errors, and without what is nobody's business."""

from __future__ import annotations

import json
from typing import Any, NamedTuple
from urllib.parse import urlsplit

from keystop.extras import missing
from keystop.vendors import problems
from keystop.vendors.calls import Lost, Patience, Reply
from keystop.vendors.stores import matches

SECONDS = 30.0
# The Auth Token of each account in a list of accounts; the text of each message.
_NOT_KEPT = ("auth_token", "body")

_HINTS = {
    20003: "wrong pair, deleted or of another Region (--region); a Standard or Restricted API key "
    "may not touch keys and accounts: act with the Auth Token or a Main key",
    20403: "the account is suspended or closed",
    10001: "the account is not active",
    20005: "the account is not active",
    70051: "the key lacks the permission, or the account is not there",
}
# The login is known, though it may not do this.
_LIMITED = (70051, 20403)


class Login(NamedTuple):
    """user is an Account SID or an API key's; account is whose resources are meant."""

    user: str
    password: str
    account: str

    def __repr__(self) -> str:
        return f"Login({self.user})"


class Place(NamedTuple):
    """Where Twilio is asked: empty for the environment's or Twilio's own choice."""

    region: str = ""
    edge: str = ""


class Wire:
    """What the SDK sends requests with: given to it as its http client.

    http is the SDK's own http client, or another that answers as that does.
    """

    is_async = False

    def __init__(self, http: Any, patience: Patience) -> None:
        self._http = http
        self._patience = patience
        self.keeps_token = False

    def request(self, method: str, url: str, **sent: Any) -> Any:
        """The answer, of status 2xx. Raises problems.Failed."""
        from requests import RequestException, Timeout

        host = urlsplit(url).hostname or ""
        if not url.startswith("https://") or not host.endswith(".twilio.com"):
            raise problems.Failed(f"Twilio's answer leads to another host, {host}: not followed")
        answer: Any = None

        def attempt() -> Reply:
            nonlocal answer
            try:
                answer = self._http.request(method, url, **{**sent, "timeout": SECONDS})
            except Timeout:
                raise Lost("timeout") from None
            except RequestException:
                raise Lost("the connection broke") from None
            if answer.status_code in (200, 201):
                answer.content = self._less(method, answer.text)
            return Reply(answer.status_code, answer.headers or {}, b"")

        reply = self._patience.send(method.upper(), host, attempt)
        if reply.status >= 300:
            raise _problem(host, reply.status, answer.text)
        return answer

    def _less(self, method: str, text: str) -> str:
        """The answer without what is not kept. Raises Lost where it is no JSON."""
        dropped = _NOT_KEPT[1:] if self.keeps_token else _NOT_KEPT

        def drop(read: dict[str, object]) -> dict[str, object]:
            return {name: value for name, value in read.items() if name not in dropped}

        try:
            return json.dumps(json.loads(text, object_hook=drop if method == "GET" else None))
        except ValueError:
            raise Lost("the answer is no JSON") from None


def _problem(host: str, status: int, text: str) -> problems.Failed:
    try:
        code = int(json.loads(text).get("code") or 0)
    except (ValueError, AttributeError, TypeError):
        code = 0
    hint = f"code {code}" + (f", {_HINTS[code]}" if code in _HINTS else "") if code else ""
    found = problems.refused(host, status, hint)
    if code in _LIMITED:
        return problems.Forbidden(str(found))
    return found


def check_sdk() -> None:
    """Raises Usage where Twilio's SDK is missing."""
    try:
        import twilio.rest  # noqa: F401
    except ImportError:
        raise missing("Twilio's SDK is", "twilio") from None


class Twilio:
    """Twilio as one login sees it."""

    def __init__(self, login: Login, place: Place, patience: Patience, http: Any = None) -> None:
        check_sdk()
        from twilio.http.http_client import TwilioHttpClient
        from twilio.rest import Client

        self.login = login
        self._place = place
        self._patience = patience
        self._http = http or TwilioHttpClient()
        self._wire = Wire(self._http, patience)
        self.sdk = Client(login.user, login.password, login.account, place.region or None,
                          self._wire, None, place.edge or None)  # fmt: skip

    def as_(self, login: Login) -> Twilio:
        """The same, with another login."""
        return Twilio(login, self._place, self._patience, self._http)

    def works(self, login: Login) -> bool:
        """Whether a login is alive; it reads the names of Verify services, nothing else."""
        other = self.as_(login)
        try:
            other.sdk.verify.v2.services.list(limit=1, page_size=1)
        except problems.Refused:
            return False
        except problems.Forbidden:
            return True  # known, and not allowed to read these
        return True

    def primary_is(self, token: str) -> bool:
        """Whether the account's primary Auth Token is this one; it is compared and not kept."""
        self._wire.keeps_token = True
        try:
            account = self.sdk.api.v2010.accounts(self.login.account).fetch()
            return matches(account.auth_token or "", token)
        finally:
            self._wire.keeps_token = False
