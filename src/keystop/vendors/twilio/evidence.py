"""What a Twilio account shows about the days since a leak, cut down to what is reported."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import NamedTuple


class Group(NamedTuple):
    """Events of one address and actor; kinds counts them by type."""

    address: str
    actor: str
    source: str
    first: str
    last: str
    kinds: dict[str, int]
    of_the_leaked: int


class Thing(NamedTuple):
    """A key, account, number or application; new means made since the day."""

    sid: str
    name: str
    state: str
    made: str
    new: bool


class Webhook(NamedTuple):
    """An address that a number or application calls, changed since the day."""

    sid: str
    field: str
    url: str
    unknown_host: bool


class Day(NamedTuple):
    """Usage on one day; median is that of the days before the leak, ratio is against it."""

    day: str
    category: str
    amount: float
    unit: str
    median: float
    ratio: float


class Traffic(NamedTuple):
    """Calls or messages of one direction with one country since the day."""

    kind: str
    direction: str
    country: str
    number: int
    price: float


@dataclass(frozen=True)
class Evidence:
    """What was read; unread says of what could not be, and why; cut names what had too many."""

    since: date
    events: list[Group]
    keys: list[Thing]
    subaccounts: list[Thing]
    numbers: list[Thing]
    applications: list[Thing]
    webhooks: list[Webhook]
    usage: list[Day]
    traffic: list[Traffic]
    sms_countries: list[str]
    voice_countries: list[str]
    alerts: dict[str, int]
    unread: dict[str, str]
    cut: list[str]
