"""The playbooks: what follows a leak is known in all its parts, for the kinds that leak most."""

from __future__ import annotations

from typing import Any

import pytest

from keystop.check import is_address, misplaced
from keystop.records import Record, Response, Source

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
    "Stripe": [
        "stripe.secret-key",
        "stripe.restricted-key",
        "stripe.organization-key",
        "stripe.test-key",
        "stripe.webhook-secret",
    ],
    "PayPal": ["paypal.client-secret"],
    "Square": ["square.access-token", "square.legacy-access-token", "square.application-secret"],
    "Shopify": ["shopify.access-token", "shopify.custom-app-token", "shopify.app-secret"],
    "OpenAI": [
        "openai.project-key",
        "openai.api-key",
        "openai.service-account-key",
        "openai.admin-key",
    ],
    "Anthropic": ["anthropic.api-key", "anthropic.admin-key"],
    "Hugging Face": ["huggingface.access-token"],
    "Groq": ["groq.api-key"],
    "Cloudflare": [
        "cloudflare.api-token",
        "cloudflare.api-token-legacy",
        "cloudflare.global-api-key",
        "cloudflare.global-api-key-legacy",
    ],
    "DigitalOcean": ["digitalocean.personal-access-token"],
    "Heroku": ["heroku.api-token", "heroku.api-key-legacy"],
    "Vercel": ["vercel.access-token", "vercel.access-token-legacy"],
    "Netlify": ["netlify.personal-access-token", "netlify.personal-access-token-legacy"],
    "Supabase": [
        "supabase.secret-key",
        "supabase.personal-access-token",
        "supabase.service-role-key",
    ],
    "MongoDB Atlas": ["mongodb-atlas.service-account-secret", "mongodb-atlas.api-private-key"],
    "Snowflake": ["snowflake.access-token"],
    "Databricks": ["databricks.personal-access-token", "databricks.oauth-secret"],
    "Datadog": ["datadog.api-key", "datadog.application-key"],
    "New Relic": ["newrelic.user-key", "newrelic.license-key", "newrelic.legacy-license-key"],
    "PagerDuty": ["pagerduty.api-key", "pagerduty.integration-key"],
    "Sentry": ["sentry.organization-token", "sentry.user-token", "sentry.auth-token"],
    "Okta": ["okta.api-token", "okta.client-secret"],
    "Terraform Cloud": ["terraform-cloud.api-token"],
    "Mailgun": ["mailgun.api-key", "mailgun.private-key"],
    "Mailchimp": ["mailchimp.api-key"],
    "Telegram": ["telegram.bot-token"],
    "Discord": ["discord.bot-token", "discord.webhook-url", "discord.client-secret"],
}

# One credential in an older and a newer form: what is to be done is the same, to the word.
SAME = [
    ("azure.entra-client-secret", "azure.entra-client-secret-legacy"),
    ("azure.devops-token", "azure.devops-token-legacy"),
    ("gitlab.personal-access-token", "gitlab.personal-access-token-routable"),
]


@pytest.mark.parametrize("provider", PRINCIPAL)
def test_nothing_is_missing(provider: str, records: dict[str, Record]) -> None:
    for name in PRINCIPAL[provider]:
        assert records[name].response.missing() == [], name


@pytest.mark.parametrize(("one", "other"), SAME)
def test_two_forms_of_one_credential_have_one_playbook(
    one: str, other: str, records: dict[str, Record]
) -> None:
    assert records[one].response == records[other].response


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        pytest.param({"sources": (Source("https://example.com", "May"),)}, "no day", id="no day"),
        pytest.param(
            {"sources": (Source("https://example.com", "2999-01-01"),)}, "cannot have", id="to come"
        ),
        pytest.param({"page": "keys page"}, "is no https address", id="no page"),
        pytest.param({"links": ("http://example.com",)}, "is no https address", id="no https"),
        pytest.param({"revoke": ("See http://<site>.",)}, "a step holds", id="in a step"),
    ],
)
def test_the_check_judges_playbooks(wrong: dict[str, Any], said: str) -> None:
    assert said in next(misplaced(Response(**wrong)))


def test_the_check_takes_places_to_be_filled_in() -> None:
    step = "Call GET https://<site>.example.com/keys/<id>, as (https://example.com) says."
    assert not list(misplaced(Response(revoke=(step,), page="https://example.com/keys?x#y")))


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
