"""AWS Signature Version 4 of a request without a body, for one service and region.

https://docs.aws.amazon.com/IAM/latest/UserGuide/create-signed-request.html
"""

from __future__ import annotations

import hashlib
import hmac
from datetime import datetime

# GetCallerIdentity at the global endpoint, which signs as this region.
_SERVICE, _REGION = "sts", "us-east-1"


def signed(
    method: str, host: str, target: str, key_id: str, secret: str, now: datetime
) -> dict[str, str]:
    """The headers to add; now is in UTC. The parameters of target are in order and encoded."""
    stamp = now.strftime("%Y%m%dT%H%M%SZ")
    path, _, query = target.partition("?")
    request = "\n".join((
        method, path, query, f"host:{host}", f"x-amz-date:{stamp}", "", "host;x-amz-date",
        hashlib.sha256(b"").hexdigest(),
    ))  # fmt: skip
    scope = f"{stamp[:8]}/{_REGION}/{_SERVICE}/aws4_request"
    digest = hashlib.sha256(request.encode()).hexdigest()
    key = f"AWS4{secret}".encode()
    for part in scope.split("/"):
        key = hmac.digest(key, part.encode(), "sha256")
    text = f"AWS4-HMAC-SHA256\n{stamp}\n{scope}\n{digest}"
    signature = hmac.digest(key, text.encode(), "sha256").hex()
    return {
        "X-Amz-Date": stamp,
        "Authorization": f"AWS4-HMAC-SHA256 Credential={key_id}/{scope}, "
        f"SignedHeaders=host;x-amz-date, Signature={signature}",
    }
