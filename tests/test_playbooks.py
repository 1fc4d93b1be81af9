"""The playbooks: what follows a leak is known in all its parts, for the kinds that leak most."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date

import pytest

from keystop.records import Record, Response

# For each provider the kinds that a developer leaks most often: of these every part is known.
PRINCIPAL = {
    "Twilio": ["twilio.auth-token", "twilio.api-key-secret", "twilio.oauth-client-secret"],
    "SendGrid": ["sendgrid.api-key"],
    "AWS": ["aws.secret-access-key", "aws.access-key-id"],
    "Google Cloud": ["google.service-account-key"],
    "Entra": ["azure.entra-client-secret", "azure.entra-client-secret-legacy"],
    "Azure DevOps": ["azure.devops-token", "azure.devops-token-legacy"],
    "GitHub": ["github.personal-access-token", "github.fine-grained-token", "github.oauth-token"],
    "GitLab": ["gitlab.personal-access-token", "gitlab.personal-access-token-routable"],
    "Bitbucket": ["bitbucket.app-password", "atlassian.access-token"],
    "Atlassian": ["atlassian.api-token"],
    "npm": ["npm.access-token"],
    "PyPI": ["pypi.api-token"],
    "Docker Hub": ["docker.personal-access-token", "docker.organization-access-token"],
    "Slack": ["slack.bot-token", "slack.user-token", "slack.webhook-url"],
}

# One credential in an older and a newer form: what is to be done is the same, to the word.
SAME = [
    ("azure.entra-client-secret", "azure.entra-client-secret-legacy"),
    ("azure.devops-token", "azure.devops-token-legacy"),
    ("gitlab.personal-access-token", "gitlab.personal-access-token-routable"),
]

STEPS = ("leaks", "risks", "contain", "check", "revoke", "rotate", "breaks", "survives", "tell",
         "create")  # fmt: skip


@pytest.mark.parametrize("provider", PRINCIPAL)
def test_nothing_is_missing(provider: str, records: dict[str, Record]) -> None:
    for name in PRINCIPAL[provider]:
        assert records[name].response.missing() == [], name


@pytest.mark.parametrize(("one", "other"), SAME)
def test_two_forms_of_one_credential_have_one_playbook(
    one: str, other: str, records: dict[str, Record]
) -> None:
    assert records[one].response == records[other].response


def test_sources_were_read_on_a_day_that_has_been(records: dict[str, Record]) -> None:
    for record in records.values():
        for source in record.response.sources:
            assert re.fullmatch(r"\d{4}-\d{2}-\d{2}", source.read), (record.id, source)
            assert date.fromisoformat(source.read) <= date.today(), (record.id, source)


def test_addresses_lead_to_a_place(records: dict[str, Record]) -> None:
    for record in records.values():
        for address in addresses(record.response):
            assert is_address(address), (record.id, address)


def test_addresses_in_steps_can_be_read(records: dict[str, Record]) -> None:
    for record in records.values():
        for step in steps(record.response):
            for address in re.findall(r"\S*://\S+", step):
                filled = re.sub(r"<[^<>]*>", "x", address.lstrip("(\"'")).rstrip(".,;:)\"'")
                assert is_address(filled), (record.id, address)


@pytest.mark.parametrize(
    "text",
    [
        "http://example.com/keys",
        "https://",
        "https:///keys",
        "https://example/keys",
        "https://example.com /keys",
        "https://<site>.example.com",
        "https://ann@example.com/keys",
        "https://example.com:port/keys",
        "https://exa mple.com",
        "example.com/keys",
    ],
)
def test_what_is_no_address(text: str) -> None:
    assert not is_address(text)


def addresses(response: Response) -> Iterator[str]:
    """The page, the links and the sources of a playbook, where there are any."""
    yield from filter(None, [response.page])
    yield from response.links
    yield from (source.url for source in response.sources)


def steps(response: Response) -> Iterator[str]:
    """All the sentences of its lists."""
    for part in STEPS:
        yield from getattr(response, part)


def is_address(text: str) -> bool:
    """Whether it is an https address of a host with a full name, and nothing else."""
    host = r"(?:[a-zA-Z0-9](?:[a-zA-Z0-9-]*[a-zA-Z0-9])?\.)+[a-z]{2,}"
    return re.fullmatch(rf"https://{host}(?:[/?#][!-;=?-~]*)?", text) is not None
