"""Reading what a Twilio account shows about the days since a leak.

Nothing of a message's text and no Auth Token gets this far (see connection). Of addresses that
Twilio calls only scheme, host and path are kept: the rest may hold passwords.
"""

from __future__ import annotations

import statistics
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable
from datetime import date, timedelta
from typing import Any, TypeVar
from urllib.parse import urlsplit

from keystop.vendors.problems import Failed, Silent
from keystop.vendors.twilio.connection import Twilio
from keystop.vendors.twilio.evidence import Day, Evidence, Group, Thing, Traffic, Webhook

T = TypeVar("T")
# Rows of one kind that are read.
MOST = 20_000
# After so many parts without an answer, each tried several times, no more are asked for.
_SILENT = 2
# Days before the leak that usage is compared with.
_BEFORE = 28
_CATEGORIES = ("totalprice", "calls-outbound", "sms-outbound")
_URLS = ("voice_url", "voice_fallback_url", "sms_url", "sms_fallback_url", "status_callback",
         "sms_status_callback", "message_status_callback")  # fmt: skip


class Reader:
    """Reads the parts one by one; one that cannot be read does not hide the others."""

    def __init__(self, twilio: Twilio, since: date, leaked: str) -> None:
        self._twilio = twilio
        self._sdk = twilio.sdk
        self._since = since
        self._leaked = leaked
        self._unread: dict[str, str] = {}
        self._cut: list[str] = []
        self._silent = 0

    def evidence(self) -> Evidence:
        """All parts."""
        sdk, since = self._sdk, self._since
        account = sdk.api.v2010.accounts(self._twilio.login.account)
        events = self._rows("events", sdk.monitor.v1.events, start_date=since)
        numbers = self._rows("numbers", account.incoming_phone_numbers)
        applications = self._rows("applications", account.applications)
        keys = self._rows("keys", sdk.iam.v1.get_api_keys,
                          account_sid=self._twilio.login.account)  # fmt: skip
        return Evidence(
            since=since,
            events=self._groups(events),
            keys=[self._thing(row, "") for row in keys],
            subaccounts=self._subaccounts(),
            numbers=[self._thing(row, row.phone_number or "") for row in numbers],
            applications=[self._thing(row, "") for row in applications],
            webhooks=self._webhooks([*numbers, *applications], events),
            usage=self._usage(account),
            traffic=[*self._traffic("calls", account.calls, start_time_after=since),
                     *self._traffic("messages", account.messages, date_sent_after=since)],
            sms_countries=self._part("SMS countries", self._sms_countries, []),
            voice_countries=self._voice_countries(),
            alerts=dict(Counter(str(row.error_code) for row in self._rows(
                "alerts", sdk.monitor.v1.alerts,
                start_date=max(since, date.today() - timedelta(29))))),
            unread=self._unread,
            cut=self._cut,
        )  # fmt: skip

    def _part(self, name: str, read: Callable[[], T], otherwise: T) -> T:
        if self._silent == _SILENT:
            self._unread[name] = "not asked for: there was no answer before"
            return otherwise
        try:
            found = read()
        except Failed as error:
            self._silent = self._silent + 1 if isinstance(error, Silent) else 0
            self._unread[name] = str(error)
            return otherwise
        self._silent = 0
        return found

    def _rows(self, name: str, resource: Any, **asked: object) -> list[Any]:
        rows: list[Any] = self._part(
            name, lambda: list(resource.stream(limit=MOST, page_size=1000, **asked)), []
        )
        if len(rows) == MOST:
            self._cut.append(name)
        return rows

    def _groups(self, events: list[Any]) -> list[Group]:
        by: defaultdict[tuple[str, str, str], list[Any]] = defaultdict(list)
        for row in events:
            by[row.source_ip_address or "", row.actor_sid or "", row.source or ""].append(row)
        groups = []
        for (address, actor, source), rows in by.items():
            days = sorted(_day(row.event_date) for row in rows)
            kinds = Counter(str(row.event_type) for row in rows)
            own = sum(1 for row in rows if self._leaked and row.resource_sid == self._leaked)
            groups.append(Group(address, actor, source, days[0], days[-1], dict(kinds), own))
        return sorted(groups, key=lambda group: -sum(group.kinds.values()))

    def _thing(self, row: Any, state: str) -> Thing:
        made = _day(row.date_created)
        return Thing(row.sid, row.friendly_name or "", state, made, made >= str(self._since))

    def _subaccounts(self) -> list[Thing]:
        rows = self._rows("subaccounts", self._sdk.api.v2010.accounts)
        own = self._twilio.login.account
        return [self._thing(row, str(row.status)) for row in rows if row.sid != own]

    def _webhooks(self, rows: list[Any], events: list[Any]) -> list[Webhook]:
        """Those of things that changed. A host is known from what did not, or from before."""
        known, changed = set(_hosts_before(events)), []
        for row in rows:
            new = _day(row.date_updated) >= str(self._since)
            for name in _URLS:
                url = getattr(row, name, None)
                if url and new:
                    changed.append((row.sid, name, url))
                elif url:
                    known.add(_host(url))
        return [Webhook(sid, name, _shown(url), _host(url) not in known)
                for sid, name, url in changed]  # fmt: skip

    def _usage(self, account: Any) -> list[Day]:
        days = []
        for category in _CATEGORIES:
            rows = self._rows(
                f"usage of {category}", account.usage.records.daily, category=category,
                start_date=self._since - timedelta(_BEFORE), include_subaccounts=True,
            )  # fmt: skip
            days += self._days(category, rows)
        return days

    def _days(self, category: str, rows: list[Any]) -> list[Day]:
        amounts: defaultdict[str, float] = defaultdict(float)
        unit = ""
        for row in rows:
            amounts[str(row.start_date)] += float(row.usage or 0)
            unit = row.usage_unit or unit
        since = str(self._since)
        before = [amount for day, amount in amounts.items() if day < since]
        # A day without usage has no row.
        before += [0.0] * (_BEFORE - len(before))
        median = statistics.median(before)
        return [
            Day(day, category, amount, unit, median, amount / median if median else 0.0)
            for day, amount in sorted(amounts.items())
            if day >= since
        ]

    def _traffic(self, kind: str, resource: Any, **since: object) -> list[Traffic]:
        counts: Counter[tuple[str, str]] = Counter()
        prices: defaultdict[tuple[str, str], float] = defaultdict(float)
        for row in self._rows(kind, resource, **since):
            direction = str(row.direction)
            other = row._from if kind == "calls" else row.from_
            key = direction, country(row.to if direction.startswith("outbound") else other)
            counts[key] += 1
            prices[key] += abs(float(row.price or 0))
        return [Traffic(kind, *key, count, round(prices[key], 4))
                for key, count in counts.most_common()]  # fmt: skip

    def _sms_countries(self) -> list[str]:
        found = self._sdk.accounts.v1.messaging_geopermissions.fetch().permissions or []
        return sorted(str(one["country_code"]) for one in found if one.get("enabled"))

    def _voice_countries(self) -> list[str]:
        """Those that may be called at numbers known for toll fraud."""
        rows = self._rows("voice countries", self._sdk.voice.v1.dialing_permissions.countries)
        return sorted(row.iso_code for row in rows if row.high_risk_tollfraud_numbers_enabled)


def country(number: str | None) -> str:
    """The country of a number as two letters, "" where it is none."""
    import phonenumbers

    try:
        parsed = phonenumbers.parse((number or "").rpartition(":")[2], None)
    except phonenumbers.NumberParseException:
        return ""
    return phonenumbers.region_code_for_number(parsed) or ""


def _day(moment: Any) -> str:
    return moment.date().isoformat() if moment else ""


def _host(url: str) -> str:
    try:
        return urlsplit(url).hostname or ""
    except ValueError:
        return ""


def _shown(url: str) -> str:
    try:
        parts = urlsplit(url)
        port = f":{parts.port}" if parts.port else ""
        return f"{parts.scheme}://{parts.hostname}{port}{parts.path}"
    except ValueError:
        return "(no address)"


def _hosts_before(events: Iterable[Any]) -> Iterable[str]:
    """The hosts that addresses led to before their first change, as far as events tell.

    What was there before a second change may be an intruder's own.
    """
    seen: set[tuple[str, str]] = set()
    for row in sorted(events, key=lambda row: str(row.event_date)):
        data = row.event_data if isinstance(row.event_data, dict) else {}
        properties = data.get("resource_properties")
        for name, change in properties.items() if isinstance(properties, dict) else ():
            previous = change.get("previous") if isinstance(change, dict) else None
            if (row.resource_sid, name) not in seen and isinstance(previous, str):
                yield _host(previous)
            seen.add((row.resource_sid, name))
