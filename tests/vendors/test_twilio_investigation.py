"""Looking into a Twilio account: what is reported, and what never is."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest

from keystop.vendors.calls import Patience
from keystop.vendors.twilio.connection import Login, Place, Twilio
from tests.vendors.fake_twilio import FakeTwilio, Key
from tests.vendors.world import Done, World, shows

LEAK = datetime(2026, 11, 10, 9, tzinfo=UTC)
BEFORE = LEAK - timedelta(60)
BODY = "Your table is booked for eight"


def day(moment: datetime) -> str:
    """As the account API writes a moment."""
    return format_datetime(moment)


class Abused:
    """An account in which an intruder has been since the leak."""

    def __init__(self, fake: FakeTwilio) -> None:
        self.fake = fake
        account = fake.account
        self.actor = fake.hexadecimal("US")
        self.old = fake.add_key(name="billing", created=BEFORE)
        self.theirs = fake.add_key(name="tmp\x1b[31m", created=LEAK + timedelta(1))
        self.sub = fake.add_account(account.sid)
        self.sub.name, self.sub.created = "s1", LEAK + timedelta(2)
        account.events = [
            self._event(LEAK + timedelta(1, minute), "api-key.created", "203.0.113.9")
            for minute in (1, 2)
        ] + [self._event(LEAK + timedelta(3), "phone-number.updated", "198.51.100.7")]
        self.password = fake.hexadecimal()
        theirs = f"https://ann:{self.password}@evil.example/v?t={self.password}"
        account.numbers = [
            self._number(BEFORE, "https://app.example.com/voice"),
            self._number(LEAK + timedelta(3), theirs),
        ]
        account.usage = [self._usage(LEAK - timedelta(back), "1.5") for back in range(1, 29)]
        account.usage.append(self._usage(LEAK + timedelta(1), "120"))
        account.messages = [self._message("+37120000000") for _ in range(3)]
        account.calls = [self._call("+4915100000000")]

    def _event(self, moment: datetime, kind: str, address: str) -> dict[str, object]:
        account = self.fake.account.sid
        return {"account_sid": account, "actor_sid": self.actor, "actor_type": "user",
                "description": None, "event_data": None,
                "event_date": moment.strftime("%Y-%m-%dT%H:%M:%SZ"), "event_type": kind,
                "resource_sid": self.theirs.sid, "resource_type": "x", "source": "api",
                "sid": self.fake.hexadecimal("AE"), "source_ip_address": address}  # fmt: skip

    def _number(self, updated: datetime, url: str) -> dict[str, object]:
        return {"sid": self.fake.hexadecimal("PN"), "phone_number": "+15005550006",
                "friendly_name": "front desk", "date_created": day(BEFORE),
                "date_updated": day(updated), "voice_url": url}  # fmt: skip

    def _usage(self, moment: datetime, amount: str) -> dict[str, object]:
        on = moment.date().isoformat()
        return {"category": "totalprice", "start_date": on, "end_date": on, "usage": amount,
                "usage_unit": "usd"}  # fmt: skip

    def _message(self, to: str) -> dict[str, object]:
        return {"sid": self.fake.hexadecimal("SM"), "direction": "outbound-api", "to": to,
                "from": "+15005550006", "body": BODY, "price": "-0.05",
                "date_sent": day(LEAK)}  # fmt: skip

    def _call(self, to: str) -> dict[str, object]:
        return {"sid": self.fake.hexadecimal("CA"), "direction": "outbound-api", "to": to,
                "from": "+15005550006", "price": None, "start_time": day(LEAK)}  # fmt: skip


def look(world: World, fake: FakeTwilio, *more: str) -> Done:
    """The investigation since the leak."""
    return world.run("twilio", "investigate", "--since", "2026-11-10", *more,
                     twilio_http=fake.client())  # fmt: skip


def test_a_quiet_account(world: World, fake: FakeTwilio) -> None:
    old = fake.add_key(name="billing", created=BEFORE)
    done = look(world, fake)
    assert done.status == 0, done
    assert done.out == QUIET.format(account=fake.account.sid, key=old.sid) + UNKNOWN


def test_an_abused_account(world: World, fake: FakeTwilio) -> None:
    abused = Abused(fake)
    done = look(world, fake)
    assert done.status == 1, done
    numbers = fake.account.numbers
    told = ABUSED.format(
        account=fake.account.sid, old=abused.old.sid, new=abused.theirs.sid, sub=abused.sub.sid,
        first=numbers[0]["sid"], second=numbers[1]["sid"], actor=abused.actor,
    )  # fmt: skip
    assert done.out == told + UNKNOWN
    for secret in (fake.account.token, abused.sub.token, abused.old.secret, abused.password, BODY):
        assert not shows(done.out + done.err, secret)


def test_as_json(world: World, fake: FakeTwilio) -> None:
    abused = Abused(fake)
    done = look(world, fake, "--format", "json")
    read = json.loads(done.out)
    assert (done.status, read["schema"], read["since"]) == (1, 1, "2026-11-10")
    assert [one["sid"] for one in read["keys"] if one["new"]] == [abused.theirs.sid]
    assert read["traffic"] == [
        {"kind": "calls", "direction": "outbound-api", "country": "DE", "number": 1, "price": 0.0},
        {"kind": "messages", "direction": "outbound-api", "country": "LV", "number": 3,
         "price": 0.15},
    ]  # fmt: skip
    assert not shows(done.out, fake.account.token)
    assert not shows(done.out, BODY)


def test_who_does_not_answer_is_not_asked_for_everything(world: World, fake: FakeTwilio) -> None:
    fake.server.restart(dict.fromkeys(range(200), "500-before"))
    done = look(world, fake)
    assert done.status == 2
    assert done.out.count("\n  Not read: ") == 3
    assert ": not asked for: there was no answer before" in " ".join(done.out.split())
    assert max(map(len, done.out.splitlines())) <= 100
    assert len(fake.server.log) == 10  # five times for two parts


def test_what_cannot_be_read_is_said(
    world: World, fake: FakeTwilio, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A Standard key may read much, but no keys and accounts."""
    key: Key = fake.add_key(created=BEFORE)
    monkeypatch.delenv("TWILIO_AUTH_TOKEN")
    monkeypatch.setenv("TWILIO_API_KEY", key.sid)
    monkeypatch.setenv("TWILIO_API_SECRET", key.secret)
    done = look(world, fake, "--format", "json")
    assert done.status == 2
    assert sorted(json.loads(done.out)["unread"]) == ["keys", "subaccounts"]
    assert not shows(done.out + done.err, key.secret)


def test_tokens_and_texts_are_dropped_before_anything_sees_them(fake: FakeTwilio) -> None:
    Abused(fake)
    login = Login(fake.account.sid, fake.account.token, fake.account.sid)
    sdk = Twilio(login, Place(), Patience(), fake.client()).sdk
    accounts = sdk.api.v2010.accounts.list()
    messages = sdk.api.v2010.accounts(fake.account.sid).messages.list()
    assert [one.auth_token for one in accounts] == [None, None]
    assert [one.body for one in messages] == [None, None, None]


def test_many_rows_come_in_pages(world: World, fake: FakeTwilio) -> None:
    abused = Abused(fake)
    fake.account.messages = [abused._message("+37120000000") for _ in range(2500)]
    read = json.loads(look(world, fake, "--format", "json").out)
    assert read["traffic"][1]["number"] == 2500


def test_a_host_is_known_from_before_the_first_change_only(world: World, fake: FakeTwilio) -> None:
    """The second change shows what the first one put there."""
    abused = Abused(fake)
    back, evil = (abused._number(LEAK + timedelta(3), f"https://{host}/v")
                  for host in ("shop.example", "evil.example"))  # fmt: skip
    fake.account.numbers = [back, evil]
    fake.account.events = []
    for hours, previous in ((2, "evil.example"), (1, "shop.example")):
        event = abused._event(LEAK + timedelta(0, 0, 0, 0, 0, hours), "phone-number.updated", "")
        event["resource_sid"] = evil["sid"]
        event["event_data"] = {
            "resource_properties": {"voice_url": {"previous": f"https://{previous}/v"}}
        }
        fake.account.events.append(event)
    read = json.loads(look(world, fake, "--format", "json").out)
    assert [one["unknown_host"] for one in read["webhooks"]] == [False, True]


def test_only_reads(world: World, fake: FakeTwilio) -> None:
    Abused(fake)
    look(world, fake)
    assert {request.method for request, _ in fake.server.log} == {"GET"}


def test_the_day_of_the_commit(world: World, fake: FakeTwilio) -> None:
    """Without --since, the first commit that had the leaked value counts, not a later one."""
    old = fake.add_key(created=BEFORE)
    line = f'TWILIO_API_KEY = "{old.sid}"\nTWILIO_API_SECRET = "{old.secret}"\n'
    for content, when in ((line, "2026-11-12"), (f"# more\n{line}", "2026-11-15")):
        world.repo.write("app.py", content)
        world.repo.git("add", "app.py")
        world.repo.run(
            *("git", "commit", "-qm", "x", "--date", f"{when}T12:00:00"),
            env={"GIT_COMMITTER_DATE": f"{when}T12:00:00"}, check=True,
        )  # fmt: skip
    done = world.run("twilio", "investigate", "app.py:3", twilio_http=fake.client())
    assert done.out.startswith(f"Account {fake.account.sid} since 2026-11-12\n"), done


UNKNOWN = """\
What cannot be known
  Twilio logs changes, not each call and message, and of these it does not tell which key or
  address made them: that nothing is seen does not show that the credential was not used.
  Events go back 30 days, with paid editions 13 months; what is older cannot be seen.
"""
QUIET = """\
Account {account} since 2026-11-10

Events by address and actor
  none

API keys
  {key}  made 2026-09-11  billing

Subaccounts
  none

Phone numbers
  none

Applications
  none

Webhooks changed since then
  none

Usage by day, against the median of the 28 days before
  none

Calls and messages by direction and country
  none

Countries that SMS may go to
  DE US

Countries whose toll-fraud numbers may be called
  LV

Alerts by error code
  none

What speaks for abuse
  none

"""
ABUSED = """\
Account {account} since 2026-11-10

Events by address and actor
  203.0.113.9  {actor}  api  2026-11-11 to 2026-11-11: api-key.created 2
  198.51.100.7  {actor}  api  2026-11-13 to 2026-11-13: phone-number.updated 1

API keys
  {old}  made 2026-09-11  billing
  {new}  made 2026-11-11  tmp\\x1b[31m  NEW

Subaccounts
  {sub}  made 2026-11-12  active  s1  NEW

Phone numbers
  {first}  made 2026-09-11  +15005550006  front desk
  {second}  made 2026-09-11  +15005550006  front desk

Applications
  none

Webhooks changed since then
  {second}  voice_url  https://evil.example/v  host not seen before

Usage by day, against the median of the 28 days before
  2026-11-11  totalprice  120 usd  median 1.5

Calls and messages by direction and country
  calls  outbound-api  DE  1  price 0
  messages  outbound-api  LV  3  price 0.15

Countries that SMS may go to
  DE US

Countries whose toll-fraud numbers may be called
  LV

Alerts by error code
  none

What speaks for abuse
  1 API key made since 2026-11-10: {new}
  1 subaccount made since 2026-11-10: {sub}
  changes of access from 203.0.113.9: api-key.created (2)
  {second} now calls a host that was not seen before: https://evil.example/v (voice_url)
  2026-11-11: totalprice 120 usd, 80.0 times the usual 1.5
  If you do not know who did this: keystop twilio revoke, and Twilio's fraud team.

"""
