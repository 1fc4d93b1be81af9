"""Clients of SDKs that read their credential from the environment when nobody gives them one."""

from __future__ import annotations

import re
from typing import NamedTuple


class Implicit(NamedTuple):
    """Lines that call an SDK without a credential, in files that import it."""

    variable: str
    endings: tuple[str, ...]
    imported: re.Pattern[str]
    call: re.Pattern[str]


# Twilio's own libraries: twilio-python twilio/base/client_base.py, twilio-node
# src/base/BaseTwilio.ts, twilio-go twilio.go, twilio-php src/Twilio/Base/BaseClient.php.
IMPLICIT = (
    Implicit(
        "TWILIO_AUTH_TOKEN",
        ("py",),
        re.compile(r"\btwilio\.rest\b"),
        re.compile(r"\bClient\(\s*\)"),
    ),
    Implicit(
        "TWILIO_AUTH_TOKEN",
        ("js", "mjs", "cjs", "ts", "mts", "cts", "jsx", "tsx"),
        re.compile(r"[\"']twilio[\"']"),
        re.compile(r"\b[tT]wilio\(\s*\)|\(\s*[\"']twilio[\"']\s*\)\(\s*\)"),
    ),
    Implicit(
        "TWILIO_AUTH_TOKEN",
        ("go",),
        re.compile(r"\btwilio-go\""),
        re.compile(r"\btwilio\.NewRestClient\(\s*\)"),
    ),
    Implicit(
        "TWILIO_AUTH_TOKEN",
        ("php",),
        re.compile(r"Twilio\\Rest\\Client"),
        re.compile(r"\bnew\s+(?:\\?Twilio\\Rest\\)?Client\(\s*\)"),
    ),
)
