"""What the values of a login are called: the same for the code that reads them, for what replaces
them at the vendor, and for what a blocked commit is told."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping

# The variables that the vendors' own tools read, by the kind of the value.
VARIABLES: Mapping[str, str] = {
    "twilio.account-sid": "TWILIO_ACCOUNT_SID",
    "twilio.api-key": "TWILIO_API_KEY",
    "twilio.api-key-secret": "TWILIO_API_SECRET",
    "twilio.auth-token": "TWILIO_AUTH_TOKEN",
    "aws.access-key-id": "AWS_ACCESS_KEY_ID",
    "aws.secret-access-key": "AWS_SECRET_ACCESS_KEY",
    "github.personal-access-token": "GITHUB_TOKEN",
    "github.fine-grained-token": "GITHUB_TOKEN",
    "github.oauth-token": "GITHUB_TOKEN",
    "github.app-user-token": "GITHUB_TOKEN",
    "gitlab.personal-access-token": "GITLAB_TOKEN",
    "gitlab.personal-access-token-routable": "GITLAB_TOKEN",
    "npm.access-token": "NPM_TOKEN",
    "npm.registry-auth-token": "NPM_TOKEN",
    "sendgrid.api-key": "SENDGRID_API_KEY",
    "slack.bot-token": "SLACK_TOKEN",
    "slack.user-token": "SLACK_TOKEN",
    "slack.legacy-token": "SLACK_TOKEN",
    "slack.legacy-bot-token": "SLACK_TOKEN",
}
# The fields of a secret that holds a login of Twilio, as AWS calls them in its types TwilioApiKey
# and TwilioAuthToken. A field of another login is called like its variable.
FIELDS: Mapping[str, str] = {
    "TWILIO_ACCOUNT_SID": "accountSid",
    "TWILIO_API_KEY": "apiKeySid",
    "TWILIO_API_SECRET": "apiKeySecret",
    "TWILIO_AUTH_TOKEN": "authToken",
    "TWILIO_AUTH_TOKEN_PENDING": "authTokenPending",
}


def field_of(detector: str) -> str:
    """The field of its login that a value of a kind is, "" where it is of no login."""
    variable = VARIABLES.get(detector, "")
    return FIELDS.get(variable, variable)


def secret_of(store: str, detector: str) -> str:
    """The secret that holds the login, as the programs of `keystop prevent` name it."""
    vendor = detector.partition(".")[0]
    return vendor if store == "vault" else f"prod/{vendor}"


def whole(store: str, secret: str) -> str:
    """A secret as `rotate --store` takes it: aws:prod/twilio, vault:secret/twilio."""
    return f"{store}:{'secret/' * (store == 'vault')}{secret}"
