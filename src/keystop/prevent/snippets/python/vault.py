"""A Twilio client; its credentials come from a KV version 2 engine of HashiCorp Vault."""

import os

import hvac
from hvac.exceptions import VaultError
from requests import RequestException
from twilio.rest import Client

MOUNT, PATH = "secret", "twilio"
FIELDS = ("apiKeySid", "apiKeySecret", "accountSid")


def twilio_client() -> Client:
    """Reads the secret anew. Raises RuntimeError, without any value, when it cannot be used."""
    vault = hvac.Client()  # VAULT_ADDR, VAULT_TOKEN
    try:
        if "VAULT_ROLE_ID" in os.environ:
            vault.auth.approle.login(os.environ["VAULT_ROLE_ID"], os.environ["VAULT_SECRET_ID"])
        answer = vault.secrets.kv.v2.read_secret_version(
            path=PATH, mount_point=MOUNT, raise_on_deleted_version=True
        )
    except (VaultError, RequestException) as error:
        raise RuntimeError(f"cannot read {MOUNT}/{PATH} from Vault: {error}") from None
    try:
        key, secret, account = (answer["data"]["data"][name] for name in FIELDS)
    except KeyError:
        raise RuntimeError(f"{MOUNT}/{PATH} has not all of {', '.join(FIELDS)}") from None
    return Client(key, secret, account)
