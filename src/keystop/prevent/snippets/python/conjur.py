"""A Twilio client; its credentials come from a variable of CyberArk Conjur that holds JSON."""

import json
import os

from conjur_api import Client as Conjur
from conjur_api.errors.errors import HttpError, HttpStatusError
from conjur_api.models import ConjurConnectionInfo, CredentialsData, SslVerificationMode
from conjur_api.providers import AuthnAuthenticationStrategy, SimpleCredentialsProvider
from twilio.rest import Client

VARIABLE = "prod/twilio"
FIELDS = ("apiKeySid", "apiKeySecret", "accountSid")


def twilio_client() -> Client:
    """Reads the variable anew. Raises RuntimeError, without any value, when it cannot be used."""
    try:
        value = conjur().get(VARIABLE)
    except (HttpError, HttpStatusError) as error:
        raise RuntimeError(f"cannot read {VARIABLE} from Conjur: {error}") from None
    try:
        login = json.loads(value)
        key, secret, account = (login[name] for name in FIELDS)
    except (KeyError, TypeError, ValueError):
        raise RuntimeError(f"{VARIABLE} is not JSON with {', '.join(FIELDS)}") from None
    return Client(key, secret, account)


def conjur() -> Conjur:
    """Logged in as the host that the environment names."""
    url = os.environ["CONJUR_APPLIANCE_URL"]
    provider = SimpleCredentialsProvider()
    provider.save(
        CredentialsData(
            machine=url,
            username=os.environ["CONJUR_AUTHN_LOGIN"],
            api_key=os.environ["CONJUR_AUTHN_API_KEY"],
        )
    )
    certificate = os.environ.get("CONJUR_CERT_FILE")
    return Conjur(
        ConjurConnectionInfo(url, os.environ["CONJUR_ACCOUNT"], certificate),
        SslVerificationMode.CA_BUNDLE if certificate else SslVerificationMode.TRUST_STORE,
        AuthnAuthenticationStrategy(provider),
        async_mode=False,
    )
