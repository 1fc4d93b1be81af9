"""A Twilio client; its credentials come from AWS Secrets Manager."""

import json

import boto3
from botocore.exceptions import BotoCoreError, ClientError
from twilio.rest import Client

SECRET = "prod/twilio"
FIELDS = ("apiKeySid", "apiKeySecret", "accountSid")


def twilio_client() -> Client:
    """Reads the secret anew. Raises RuntimeError, without any value, when it cannot be used."""
    try:
        answer = boto3.client("secretsmanager").get_secret_value(SecretId=SECRET)
    except (BotoCoreError, ClientError) as error:
        raise RuntimeError(f"cannot read {SECRET} from AWS Secrets Manager: {error}") from None
    try:
        login = json.loads(answer["SecretString"])
        key, secret, account = (login[name] for name in FIELDS)
    except (KeyError, TypeError, ValueError):
        raise RuntimeError(f"{SECRET} is not JSON with {', '.join(FIELDS)}") from None
    return Client(key, secret, account)
