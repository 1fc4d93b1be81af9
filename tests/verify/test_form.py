"""What `keystop detectors check` says of requests."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from keystop.errors import Usage
from keystop.records import Outcome, Pair, Place, Record, Verify, read
from keystop.verify.form import complaints

GOOD = Verify(
    "https://docs.example.com/me",
    "The name of the user.",
    url="https://api.example.com/me",
    auth="Authorization: Bearer {value}",
    reveals="names",
    outcomes=(Outcome(200, "live", code="id"), Outcome(401, "dead")),
)
RECORD = Record("acme.token", "", "", "", "high", "", (), (), verify=GOOD)
ORG = Place("org", "[a-z]{1,9}")


def about(pair: Pair | None = None, **changes: Any) -> list[str]:
    return list(complaints(replace(RECORD, pair=pair, verify=replace(GOOD, **changes))))


def test_built_in_records_have_no_complaint(records: dict[str, Record]) -> None:
    assert [(one.id, said) for one in records.values() for said in complaints(one)] == []


def test_no_built_in_answer_holds_secrets(records: dict[str, Record]) -> None:
    for record in records.values():
        if record.verify is not None:
            assert record.verify.reveals in ("none", "names", "pii")
            # The answers of these hold tokens, or a part of one.
            assert not record.verify.url.startswith((
                "https://api.twilio.com/2010-04-01/Accounts",
                "https://discord.com/api/webhooks",
                "https://openrouter.ai/api/v1/key",
            ))  # fmt: skip


@pytest.mark.parametrize(
    "changes",
    [
        {},
        {"auth": "basic api:{value}"},
        {"auth": "basic {other}:{value}", "pair": Pair("acme.id")},
        {"auth": "aws", "pair": Pair("acme.id")},
        {"auth": "none"},
        {"url": "https://{org}.example.com/me", "places": (ORG,)},
        {"url": "https://api.{org}.example.com/me", "places": (ORG,)},
        {"url": "https://api.example.com/{org}", "places": (ORG,)},
        {"auth": "url", "url": "https://api.example.com/{org}",
         "places": (replace(ORG, of="value"),)},
        {"method": "POST", "harmless": "It only tells.", "body": "{}"},
        {"outcomes": (Outcome(200, "live"), Outcome(401, "unknown", says="So do others."))},
    ],
)  # fmt: skip
def test_nothing_is_said_of(changes: dict[str, Any]) -> None:
    assert about(**changes) == []


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"source": "http://docs.example.com"}, "source is to be the https address"),
        ({"tells": "a name"}, "tells is to be a sentence"),
        ({"url": "http://api.example.com/me"}, "url: it is to begin with https://"),
        ({"url": "https://api.example.com:8443/me"}, "url: it has a user, a password or a port"),
        ({"url": "https://127.0.0.1/me"}, "url: its host is no name of the public internet"),
        *(({"url": f"https://{host}/me", "places": (ORG,)}, "only one label of the host")
          for host in ("{org}", "{org}.com", "api{org}.example.com", "{org}x.example.com",
                       "a.{org}.{org}.example.com", "api.example.{org}", "{org}example.com")),
        ({"url": "https://api.example.com/me?org={org}", "places": (ORG,)},
         "nothing is filled in after the ?"),
        ({"url": "https://api.example.com/{value}", "auth": "url"},
         "the value in the address would be shown"),
        ({"url": "https://api.example.com/{org}"}, "{org} is no place"),
        ({"auth": "url"}, "auth url needs a place that is of the value"),
        ({"auth": "bearer"}, "auth is basic USER:PASSWORD, NAME: VALUE, url, aws or none"),
        ({"auth": "X-Key: fixed"}, "auth does not send the value"),
        ({"auth": "basic {other}:{value}"}, "{other} needs a pair"),
        ({"auth": "aws"}, "{other} needs a pair"),
        ({"method": "DELETE"}, "method is GET or POST"),
        ({"method": "POST"}, "a POST needs harmless"),
        ({"body": "{}"}, "only a POST has a body"),
        ({"reveals": "secrets"}, "a request whose answer holds secrets is not to be made"),
        ({"headers": ("Host: evil.example.org",)}, "is no header to add"),
        ({"headers": ("Cookie: a=b",)}, "is no header to add"),
        ({"headers": ("X-Key: a\r\nHost: b",)}, "is no header to add"),
        ({"places": (Place("value", "x"),)}, "a place cannot be named value"),
        ({"places": (replace(ORG, of="environment"),)}, "of is file or value"),
        ({"places": (replace(ORG, pattern="("),)}, "its pattern cannot be read"),
        ({"places": (replace(ORG, pattern="[a-z]+"),)}, "a repeat without an upper bound"),
        ({"outcomes": (Outcome(200, "live"),)}, "no outcome is dead"),
        ({"outcomes": (Outcome(200, "live"), Outcome(401, "unknown"))}, "no outcome is dead"),
        ({"outcomes": (Outcome(200, "live", says="Yes."),)}, "no outcome is dead"),
        ({"outcomes": (Outcome(401, "dead"),)}, "no outcome is live"),
        ({"outcomes": (*GOOD.outcomes, Outcome(404, "gone"))}, "'gone' is none of"),
        ({"outcomes": (*GOOD.outcomes, Outcome(500, "dead"))}, "says nothing about the value"),
        ({"outcomes": (*GOOD.outcomes, Outcome(429, "live"))}, "says nothing about the value"),
        ({"outcomes": (*GOOD.outcomes, Outcome(302, "dead"))}, "says nothing about the value"),
        ({"outcomes": (*GOOD.outcomes, Outcome(200, "dead"))}, "status 200 alone cannot be dead"),
        ({"outcomes": (*GOOD.outcomes, Outcome(401, "live"))}, "status 401 alone cannot be live"),
        ({"outcomes": (*GOOD.outcomes, Outcome(400, "live", "a", "b"))}, "has a code or a text"),
        ({"offline": "exp"}, "what is told offline asks nobody"),
        ({"offline": "iat"}, "offline is one of exp"),
    ],
)  # fmt: skip
def test_it_is_said(changes: dict[str, Any], said: str) -> None:
    found = about(**changes)
    assert [one for one in found if said in one], found


FILE = """
provider = "Acme"
[[detector]]
id = "acme.token"
name = "Acme token"
grants = "All."
severity = "high"
keywords = ["acme_"]
pattern = 'acme_[0-9]{40}'
references = []
examples = []
[detector.verify]
"""


def test_the_documented_table_is_a_good_one() -> None:
    page = (Path(__file__).parents[2] / "docs" / "detectors.md").read_text(encoding="utf-8")
    (table,) = [text for text in re.findall(r"```toml\n(.*?)```", page, re.S) if "tells" in text]
    (record,) = read(FILE.replace("[detector.verify]\n", table), "acme.toml")
    assert list(complaints(record)) == []


@pytest.mark.parametrize(
    ("verify", "said"),
    [
        ('source = "s"\ntells = "t"\nurk = "u"', "unknown key 'urk'; did you mean 'url'?"),
        ('tells = "t"', "verify: missing one of source, "),
        ('source = "s"\ntells = "t"\noutcomes = [{ status = "200", means = "live" }]',
         "verify: outcomes: status is to be a whole number"),
        ('source = "s"\ntells = "t"\nplaces = [{ name = "a" }]', "verify: places: missing one of"),
        ('source = "s"\ntells = "t"\nheaders = "X: y"', "verify: headers is to be a list"),
    ],
)  # fmt: skip
def test_a_record_that_cannot_be_read(verify: str, said: str) -> None:
    with pytest.raises(Usage) as raised:
        read(FILE + verify, "acme.toml")
    assert str(raised.value).startswith("acme.toml: acme.token: ")
    assert said in str(raised.value)
