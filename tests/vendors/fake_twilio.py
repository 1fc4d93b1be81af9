"""A Twilio with a memory: accounts, keys, tokens, and what an investigation reads."""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import format_datetime
from random import Random
from typing import Any
from urllib.parse import quote

import requests
from twilio.http.http_client import TwilioHttpClient

from tests.vendors.served import SILENCE, Answer, Request, Server

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)
_CODES = {401: 20003, 403: 20403, 404: 20404, 429: 20429, 400: 20001, 500: 20500, 503: 20503}


@dataclass
class Key:
    """An API key; kind is main, standard or restricted."""

    sid: str
    secret: str
    name: str
    kind: str
    created: datetime
    policy: dict[str, object] | None = None


@dataclass
class Account:
    """An account, and what is found in it."""

    sid: str
    token: str
    owner: str
    secondary: str = ""
    status: str = "active"
    name: str = "Main"
    created: datetime = datetime(2024, 1, 2, tzinfo=UTC)
    keys: dict[str, Key] = field(default_factory=dict)
    events: list[dict[str, object]] = field(default_factory=list)
    alerts: list[dict[str, object]] = field(default_factory=list)
    numbers: list[dict[str, object]] = field(default_factory=list)
    applications: list[dict[str, object]] = field(default_factory=list)
    usage: list[dict[str, object]] = field(default_factory=list)
    calls: list[dict[str, object]] = field(default_factory=list)
    messages: list[dict[str, object]] = field(default_factory=list)


def failure(status: int, code: int = 0) -> Answer:
    """An error as Twilio writes it."""
    code = code or _CODES.get(status, status)
    return Answer(status, {
        "code": code, "message": f"Error {code}", "status": status,
        "more_info": f"https://www.twilio.com/docs/errors/{code}",
    })  # fmt: skip


class FakeTwilio:
    """Twilio, with one account and what is added to it."""

    def __init__(self, random: Random) -> None:
        self._random = random
        self.accounts: dict[str, Account] = {}
        self.account = self.add_account()
        self.server = Server(self.answer, failure)

    def hexadecimal(self, prefix: str = "") -> str:
        """An id or a token."""
        return prefix + "".join(self._random.choice("0123456789abcdef") for _ in range(32))

    def add_account(self, owner: str = "") -> Account:
        """An account, or a subaccount of an owner."""
        sid = self.hexadecimal("AC")
        self.accounts[sid] = Account(sid, self.hexadecimal(), owner or sid)
        return self.accounts[sid]

    def add_key(self, kind: str = "standard", name: str = "app", **more: Any) -> Key:
        """A key of the main account."""
        letters = "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
        secret = "".join(self._random.choice(letters) for _ in range(32))
        created = more.pop("created", NOW)
        key = Key(self.hexadecimal("SK"), secret, name, kind, created, **more)
        self.account.keys[key.sid] = key
        return key

    def client(self) -> LocalHttp:
        """An http client for Twilio's SDK that ends here."""
        return LocalHttp(self.server)

    def alive(self, user: str, password: str) -> bool:
        """Whether a login works."""
        return password != "" and self._who(user, password) is not None

    def _who(self, user: str, password: str) -> tuple[Account, str, Key | None] | None:
        for account in self.accounts.values():
            key = account.keys.get(user)
            if key is not None and key.secret == password:
                return account, key.kind, key
            if account.sid == user and password in (account.token, account.secondary or None):
                return account, "token", None
        return None

    def answer(self, request: Request) -> Answer:
        """What Twilio says."""
        kind, _, encoded = request.headers.get("Authorization", "").partition(" ")
        user, _, password = base64.b64decode(encoded).decode().partition(":")
        who = self._who(user, password) if kind == "Basic" and password else None
        if who is None:
            return failure(401)
        account, power, _ = who
        if account.status != "active":
            return failure(403)
        sensitive = re.search(
            r"/v1/Keys|Accounts\.json|Accounts/\w+\.json|AuthTokens", request.path
        )
        if sensitive and power not in ("token", "main"):
            return failure(401)
        if power == "restricted" and request.host == "verify.twilio.com":
            return failure(403, 70051)
        for method, host, pattern, handler in self._routes():
            match = re.fullmatch(pattern, request.path)
            if match and (method, f"{host}.twilio.com") == (request.method, request.host):
                return handler(account, request, *match.groups())
        return failure(404)

    def _routes(self) -> Iterator[tuple[str, str, str, Callable[..., Answer]]]:
        sub = r"/2010-04-01/Accounts/(AC\w{32})"
        yield "GET", "verify", "/v2/Services", self._services
        yield "GET", "iam", "/v1/Keys", self._keys
        yield "POST", "iam", "/v1/Keys", self._new_key
        yield "GET", "iam", r"/v1/Keys/(SK\w{32})", self._key
        yield "DELETE", "iam", r"/v1/Keys/(SK\w{32})", self._delete_key
        yield "POST", "accounts", "/v1/AuthTokens/Secondary", self._secondary
        yield "DELETE", "accounts", "/v1/AuthTokens/Secondary", self._delete_secondary
        yield "POST", "accounts", "/v1/AuthTokens/Promote", self._promote
        yield "GET", "accounts", "/v1/Messaging/GeoPermissions", self._geo
        yield "GET", "voice", "/v1/DialingPermissions/Countries", self._countries
        yield "GET", "monitor", "/v1/Events", self._events
        yield "GET", "monitor", "/v1/Alerts", self._alerts
        yield "GET", "api", r"/2010-04-01/Accounts\.json", self._accounts
        yield "GET", "api", rf"{sub}\.json", self._account
        yield "POST", "api", rf"{sub}\.json", self._change_account
        for name, held in (
            ("IncomingPhoneNumbers", "numbers"),
            ("Applications", "applications"),
            ("Calls", "calls"),
            ("Messages", "messages"),
            ("Usage/Records/Daily", "usage"),
        ):
            yield "GET", "api", rf"{sub}/{name}\.json", self._rows(held)

    # Keys

    def _keys(self, account: Account, request: Request) -> Answer:
        if dict(request.query).get("AccountSid") != account.sid:
            return failure(400)
        rows = [{**self._shown(key), "flags": ["rest_api", "signing"]}
                for key in account.keys.values()]  # fmt: skip
        return _page(request, "keys", [_without(row, "policy") for row in rows])

    def _shown(self, key: Key) -> dict[str, object]:
        day = format_datetime(key.created)
        return {"sid": key.sid, "friendly_name": key.name, "date_created": day,
                "date_updated": day, "policy": key.policy}  # fmt: skip

    def _new_key(self, account: Account, request: Request) -> Answer:
        form = dict(request.form)
        if form["AccountSid"] != account.sid or len(form.get("FriendlyName", "")) > 64:
            return failure(400, 70001)
        kind = form.get("KeyType", "standard")
        policy = json.loads(form["Policy"]) if kind == "restricted" else None
        key = self.add_key(kind, form.get("FriendlyName", ""), policy=policy)
        return Answer(201, {**self._shown(key), "secret": key.secret})

    def _key(self, account: Account, _: Request, sid: str) -> Answer:
        key = account.keys.get(sid)
        return Answer(200, self._shown(key)) if key else failure(404)

    def _delete_key(self, account: Account, _: Request, sid: str) -> Answer:
        return Answer(204) if account.keys.pop(sid, None) else failure(404)

    # Auth Tokens

    def _secondary(self, account: Account, _: Request) -> Answer:
        account.secondary = self.hexadecimal()
        return Answer(201, _token(account, "secondary_auth_token", account.secondary, "Secondary"))

    def _delete_secondary(self, account: Account, _: Request) -> Answer:
        had, account.secondary = account.secondary, ""
        return Answer(204) if had else failure(404)

    def _promote(self, account: Account, _: Request) -> Answer:
        if not account.secondary:
            return failure(400)
        account.token, account.secondary = account.secondary, ""
        return Answer(200, _token(account, "auth_token", account.token, "Promote"))

    # Accounts

    def _accounts(self, account: Account, request: Request) -> Answer:
        rows = [_account(one) for one in self.accounts.values()
                if account.sid in (one.sid, one.owner)]  # fmt: skip
        return _page(request, "accounts", rows)

    def _account(self, account: Account, _: Request, sid: str) -> Answer:
        found = self.accounts.get(sid)
        if found is None or account.sid not in (found.sid, found.owner):
            return failure(404)
        return Answer(200, _account(found))

    def _change_account(self, account: Account, request: Request, sid: str) -> Answer:
        answer = self._account(account, request, sid)
        if answer.status == 200:
            self.accounts[sid].status = dict(request.form)["Status"]
            return Answer(200, _account(self.accounts[sid]))
        return answer

    # What is only read

    def _services(self, _: Account, request: Request) -> Answer:
        return _page(request, "services", [])

    def _geo(self, _: Account, __: Request) -> Answer:
        return Answer(200, {"permissions": [
            {"country_code": code, "type": "country", "enabled": code != "CU"}
            for code in ("US", "DE", "CU")
        ]})  # fmt: skip

    def _countries(self, _: Account, request: Request) -> Answer:
        rows: list[Any] = [{"iso_code": code, "name": code, "continent": "X",
                 "country_codes": ["+1"],
                 "low_risk_numbers_enabled": True, "high_risk_special_numbers_enabled": False,
                 "high_risk_tollfraud_numbers_enabled": code == "LV",
                 "url": "https://voice.twilio.com/", "links": {}}
                for code in ("US", "LV")]  # fmt: skip
        return _page(request, "content", rows)

    def _events(self, account: Account, request: Request) -> Answer:
        since = dict(request.query).get("StartDate", "")
        rows = [row for row in account.events if str(row["event_date"]) >= since]
        wanted = dict(request.query).get("ResourceSid")
        rows = [row for row in rows if wanted in (None, row["resource_sid"])]
        return _page(request, "events", rows)

    def _alerts(self, account: Account, request: Request) -> Answer:
        return _page(request, "alerts", account.alerts)

    def _rows(self, held: str) -> Callable[..., Answer]:
        names = {"numbers": "incoming_phone_numbers", "usage": "usage_records"}

        def rows(account: Account, request: Request, sid: str) -> Answer:
            if sid != account.sid:
                return failure(404)
            query = dict(request.query)
            found = [
                row
                for row in getattr(account, held)
                if row.get("category") == query.get("Category")
                and row.get("start_date", "") >= query.get("StartDate", "")
            ]
            return _page(request, names.get(held, held), found)

        return rows


def _without(row: dict[str, object], name: str) -> dict[str, object]:
    return {key: value for key, value in row.items() if key != name}


def _token(account: Account, name: str, token: str, end: str) -> dict[str, object]:
    moment = NOW.strftime("%Y-%m-%dT%H:%M:%SZ")
    return {"account_sid": account.sid, name: token, "date_created": moment,
            "date_updated": moment,
            "url": f"https://accounts.twilio.com/v1/AuthTokens/{end}"}  # fmt: skip


def _account(account: Account) -> dict[str, object]:
    uri = f"/2010-04-01/Accounts/{account.sid}"
    return {"sid": account.sid, "auth_token": account.token, "friendly_name": account.name,
            "owner_account_sid": account.owner, "status": account.status, "type": "Full",
            "date_created": format_datetime(account.created),
            "date_updated": format_datetime(account.created), "uri": f"{uri}.json",
            "subresource_uris": {"calls": f"{uri}/Calls.json"}}  # fmt: skip


def _page(request: Request, name: str, rows: list[Any]) -> Answer:
    query = dict(request.query)
    size, page = int(query.get("PageSize", "50")), int(query.get("Page", "0"))
    part = rows[page * size : (page + 1) * size]
    more = len(rows) > (page + 1) * size
    rest = "&".join(f"{key}={quote(value, safe='')}" for key, value in request.query
                    if key not in ("Page", "PageSize"))  # fmt: skip
    following = f"{request.path}?{rest}&PageSize={size}&Page={page + 1}"
    if request.host == "api.twilio.com":
        return Answer(200, {
            name: part, "page": page, "page_size": size, "start": page * size,
            "end": page * size + len(part), "uri": request.path, "first_page_uri": request.path,
            "next_page_uri": following if more else None, "previous_page_uri": None,
        })  # fmt: skip
    base = f"https://{request.host}"
    return Answer(200, {name: part, "meta": {
        "key": name, "page": page, "page_size": size, "url": base + request.path,
        "first_page_url": base + request.path, "previous_page_url": None,
        "next_page_url": base + following if more else None,
    }})  # fmt: skip


class LocalHttp:
    """The SDK's own http client, sent to the fake."""

    def __init__(self, server: Server) -> None:
        self._server = server
        self._http = TwilioHttpClient()

    def request(self, method: str, url: str, **sent: Any) -> Any:
        """As the SDK's."""
        answer = self._http.request(method, self._server.local(url), **sent)
        if answer.status_code == SILENCE:
            raise requests.Timeout
        return answer
