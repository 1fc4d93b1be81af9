"""Each record against a vendor that answers as it does: what is sent, and what answers mean."""

from __future__ import annotations

import base64
import hashlib
import re
from datetime import UTC, datetime

import pytest

from keystop.check import Judge
from keystop.records import Record
from keystop.verify.command import answered
from keystop.verify.question import Question, needs
from keystop.verify.signing import signed
from tests.verify.answers import ANSWERS, NOTHING
from tests.verify.conftest import PUBLIC, Asker, Vendor, answer

NOW = datetime(2026, 11, 30, 10, 0, 0, tzinfo=UTC)
# What stands in the files of kinds that take more than the value, and the host that follows.
FILES = {
    "shopify": (b'shop = "acme-two.myshopify.com"', "acme-two.myshopify.com"),
    "okta": (b"url: https://acme.okta.com/", "acme.okta.com"),
    "google": (b'"client_email": "ci@acme.iam.gserviceaccount.com"', ""),
    "databricks": (b"host = https://dbc-1a2b-3c4d.cloud.databricks.com/",
                   "dbc-1a2b-3c4d.cloud.databricks.com"),
    "azure": (b"git clone https://me@dev.azure.com/acme/app/_git/app", ""),
    "atlassian": (b"JIRA_USER=me@acme.example JIRA_URL=https://acme.atlassian.net", ""),
}  # fmt: skip
KINDS = [(kind, table) for kinds, table in ANSWERS.items() for kind in kinds.split()]


@pytest.fixture(scope="session")
def values(judge: Judge, records: dict[str, Record]) -> dict[str, Question]:
    """A made-up value of each kind that is asked about, with its other half and file."""
    made = {}
    for record in records.values():
        if record.verify is not None:
            text = judge.generator.value(record)
            match = re.fullmatch(record.pattern.encode(), text.encode(), re.VERBOSE)
            assert match
            value = match["secret"] if "secret" in match.groupdict() else match[0]
            other = judge.generator.value(records[record.pair.other]) if record.pair else ""
            if record.id == "aws.secret-access-key":
                other = "AKIA" + other[4:]
            if record.id == "cloudflare.api-token":
                value = b"cfut" + value[4:]
            if record.id == "databricks.personal-access-token":
                value = value.partition(b"-")[0]  # nobody asks about those of Azure
            value = value.replace(b"slack-gov.com", b"slack.com")  # nobody asks the other one
            file = FILES.get(record.id.partition(".")[0], (b"", ""))[0]
            made[record.id] = Question(value, other.encode(), file)
    return made


def test_every_record_that_asks_is_here(records: dict[str, Record]) -> None:
    asking = {one.id for one in records.values() if one.verify and not one.verify.offline}
    assert sorted(kind for kind, _ in KINDS) == sorted(asking)


def test_every_outcome_of_a_record_is_here(records: dict[str, Record]) -> None:
    for kind, table in KINDS:
        verify = records[kind].verify
        assert verify
        assert {(one.means, one.status) for one in verify.outcomes} <= {
            (means, status) for means, replies in table.items() for status, _ in replies
        }, kind


@pytest.mark.parametrize(("kind", "table"), KINDS, ids=[kind for kind, _ in KINDS])
def test_answers_mean_what_they_say(
    kind: str,
    table: dict[str, list[tuple[int, object]]],
    vendor: Vendor,
    asker: Asker,
    records: dict[str, Record],
    values: dict[str, Question],
) -> None:
    question = values[kind]
    client = asker()
    cases = [(means, reply) for means, replies in table.items() for reply in replies]
    for means, (status, body) in [*cases, *(("unknown", reply) for reply in NOTHING[:7])]:
        if isinstance(body, dict):
            body = {_filled(key, question): value for key, value in body.items()}
        vendor.reset(answer(status, body))
        verdict, shown = answered(records[kind], question, NOW, client)
        assert verdict.means == means, (status, body)
        assert verdict.says.startswith(f"it answered {status}")
        assert len(vendor.requests) == 1
        assert not _seen(question, f"{verdict.says} {shown}", records[kind])


def _filled(text: str, question: Question) -> str:
    return question.value.decode() if text == "{value}" else text


def _seen(question: Question, told: str, record: Record) -> list[str]:
    """Six characters of a value that stand in what is told, and are no word of the vendor's."""
    assert record.verify
    return [
        window
        for value in (question.value.decode(), question.other.decode())
        for window in (value[start : start + 6] for start in range(len(value) - 5))
        if window in told and window not in record.verify.url
    ]


@pytest.mark.parametrize("kind", [kind for kind, _ in KINDS])
def test_the_value_is_sent_to_the_vendor_once_and_to_nobody_else(
    kind: str,
    vendor: Vendor,
    asker: Asker,
    records: dict[str, Record],
    values: dict[str, Question],
) -> None:
    verify, question = records[kind].verify, values[kind]
    assert verify
    assert {place.name for place in verify.places} <= needs(verify)
    looked_up: list[str] = []

    def resolve(host: str) -> list[str]:
        looked_up.append(host)
        return [PUBLIC]

    vendor.reset(answer(500))
    _, shown = answered(records[kind], question, NOW, asker(resolve=resolve))
    (sent,) = vendor.requests
    head, _, body = sent.decode().partition("\r\n\r\n")
    method, target, _ = head.splitlines()[0].split(" ")
    host = FILES.get(kind.partition(".")[0], ("", ""))[1] or looked_up[0]
    assert looked_up == [host]
    assert f"\r\nHost: {host}\r\n" in head
    assert host.endswith(verify.url.split("/")[2].rpartition("}")[2])
    assert method == verify.method
    assert body == verify.body
    assert shown.startswith(f"{method} ")
    value = question.value.decode()
    if verify.auth == "none" or verify.auth == "aws":
        assert value not in sent.decode()
    elif verify.auth == "url":
        assert value.removeprefix("hooks.slack.com") in target
    elif verify.auth.startswith("basic "):
        login = re.search(r"\r\nAuthorization: Basic (\S+)\r\n", head + "\r\n")
        assert login
        user, _, password = base64.b64decode(login[1]).decode().partition(":")
        assert password == value
        wanted = verify.auth.split()[1].split(":")[0]
        filled = {"{other}": question.other.decode(), "{email}": "me@acme.example"}
        assert user == filled.get(wanted, wanted)
    else:
        name, _, _ = verify.auth.partition(": ")
        (line,) = (one for one in head.splitlines() if value in one)
        assert line.startswith(f"{name}: ")
        assert line.endswith(value)


@pytest.mark.parametrize("reply", NOTHING, ids=lambda reply: f"{reply[0]} {reply[1]!s:.20}")
def test_what_says_nothing_is_unknown(
    reply: tuple[int, object],
    vendor: Vendor,
    asker: Asker,
    records: dict[str, Record],
    values: dict[str, Question],
) -> None:
    client = asker()
    for kind in ("twilio.auth-token", "slack.bot-token", "slack.webhook-url", "npm.access-token"):
        vendor.reset(answer(*reply))
        verdict, _ = answered(records[kind], values[kind], NOW, client)
        assert verdict.means == "unknown", kind


# --- what is needed and not there: nobody is asked


@pytest.mark.parametrize(
    ("kind", "change", "why"),
    [
        ("twilio.auth-token", {"other": b""}, "its other half is not in the file"),
        ("aws.secret-access-key", {"other": b""}, "its other half is not in the file"),
        ("aws.secret-access-key", {"other": b"ASIA" + b"A" * 16},
         "its key ID is not of the lasting kind: the secret alone says nothing"),
        ("shopify.access-token", {"text": b"nothing"}, "its file does not say the shop"),
        ("shopify.access-token", {"text": b"a.myshopify.com b.myshopify.com"},
         "its file says more than one shop"),
        ("shopify.access-token", {"text": b"https://evil.example/x.myshopify.com.evil.example"},
         None),
        ("okta.api-token", {"text": b"evil-.okta.com"}, "org is no part of a host's name"),
        ("databricks.personal-access-token", {"value": b"dapi" + b"0" * 32 + b"-2"},
         "its form is not one that keystop can ask about"),
        ("databricks.personal-access-token", {"text": b"https://accounts.cloud.databricks.com"},
         "its file does not say the workspace"),
        ("databricks.personal-access-token", {"text": b"https://adb-12.3.azuredatabricks.net"},
         "its file does not say the workspace"),
        ("azure.devops-token", {"text": b"https://marketplace.visualstudio.com/items"},
         "its file does not say the organization"),
        ("azure.devops-token",
         {"text": b"git@ssh.dev.azure.com:v3/acme/a/b https://acme-two.visualstudio.com/a"},
         "its file says more than one organization"),
        ("azure.devops-token", {"text": b"https://dev.azure.com/{organization}/"},
         "its file does not say the organization"),
        ("atlassian.api-token", {"text": b"https://acme.atlassian.net git@acme.example"},
         "its file does not say the email"),
        ("atlassian.api-token", {"text": b"me@acme.example you@acme.example a.atlassian.net"},
         "its file says more than one email"),
        ("atlassian.api-token", {"text": b"https://me:x=0A1B2C3D@acme.atlassian.net/wiki"},
         "its file does not say the email"),
        ("cloudflare.api-token", {"value": b"cfat_" + b"a" * 48},
         "its form is not one that keystop can ask about"),
        ("mailchimp.api-key", {"value": b"a" * 32},
         "its form is not one that keystop can ask about"),
        ("github.personal-access-token", {"value": b"ghp_\r\nX: 1"},
         "it holds signs that no request can carry"),
        ("github.personal-access-token", {"value": b"ghp_ a"},
         "it holds signs that no request can carry"),
        ("github.personal-access-token", {"value": b"ghp_\xc3\xa4"},
         "it holds signs that no request can carry"),
        ("twilio.auth-token", {"other": b"AC\0"}, "it holds signs that no request can carry"),
    ],
)  # fmt: skip
def test_nobody_is_asked(
    kind: str,
    change: dict[str, bytes],
    why: str | None,
    vendor: Vendor,
    asker: Asker,
    records: dict[str, Record],
    values: dict[str, Question],
) -> None:
    vendor.reset(answer(200))
    question = values[kind]._replace(**change)
    verdict, shown = answered(records[kind], question, NOW, asker())
    if why is None:  # the name of a shop, and the vendor's host all the same
        assert vendor.requests[0].splitlines()[2] == b"Host: x.myshopify.com"
        return
    assert (verdict, shown) == (("unknown", why), "")
    assert vendor.requests == []


def test_kinds_without_a_request_say_so(asker: Asker, records: dict[str, Record]) -> None:
    verdict, shown = answered(records["pypi.api-token"], Question(b"x", b"", b""), NOW, asker())
    assert (verdict, shown) == (("unknown", "keystop has no safe request for this kind"), "")


# --- the signature of AWS


def test_the_signature_is_that_of_the_vendors_own_library() -> None:
    """Computed with botocore 1.44.8 of the same request."""
    target = "/?Action=GetCallerIdentity&Version=2011-06-15"
    headers = signed("GET", "sts.amazonaws.com", target, "a made-up id", "a made-up secret", NOW)
    assert headers["X-Amz-Date"] == "20261130T100000Z"
    credential, names, signature = headers["Authorization"].split(", ")
    assert credential == (
        "AWS4-HMAC-SHA256 Credential=a made-up id/20261130/us-east-1/sts/aws4_request"
    )
    assert names == "SignedHeaders=host;x-amz-date"
    digest = hashlib.sha256(signature.removeprefix("Signature=").encode()).hexdigest()
    assert digest == "dbce1ac5d291e654fe44fa03069a2735c313f335b2b683357f754b63ab5decf5"
