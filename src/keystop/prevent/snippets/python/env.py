"""A Twilio client; its credentials come from the environment."""

import os

from twilio.rest import Client

NAMES = ("TWILIO_API_KEY", "TWILIO_API_SECRET", "TWILIO_ACCOUNT_SID")


def twilio_client() -> Client:
    """Raises RuntimeError naming the variables that are missing."""
    missing = [name for name in NAMES if not os.environ.get(name)]
    if missing:
        raise RuntimeError(f"not set in the environment: {', '.join(missing)}")
    key, secret, account = (os.environ[name] for name in NAMES)
    return Client(key, secret, account)
