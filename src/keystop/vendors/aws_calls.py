"""Calls to AWS through boto3, tried again as those to other vendors are."""

from __future__ import annotations

from typing import Any, NamedTuple

from keystop.errors import Usage
from keystop.extras import missing
from keystop.vendors import problems
from keystop.vendors.calls import Lost, Patience, Reply

_THROTTLED = (
    "Throttling",
    "ThrottlingException",
    "RequestLimitExceeded",
    "TooManyRequestsException",
)
_DEAD = ("InvalidClientTokenId", "SignatureDoesNotMatch", "UnrecognizedClientException",
         "AuthFailure", "ExpiredToken")  # fmt: skip
_MISSING = ("NoSuchEntity", "ResourceNotFoundException")
# Services without regions are asked there.
_REGION = "us-east-1"


class Pair(NamedTuple):
    """An access key, id and secret."""

    ident: str
    secret: str

    def __repr__(self) -> str:
        return f"Pair({self.ident})"


class Aws:
    """AWS, as whoever boto3 finds (environment, profile, role), or as the owner of a pair."""

    def __init__(self, patience: Patience, pair: Pair | None = None) -> None:
        self._patience = patience
        self._pair = pair

    def call(self, service: str, operation: str, **parameters: object) -> dict[str, Any]:
        """What an operation answers. Raises Usage and problems.Failed."""
        client = self._client(service)
        from botocore.exceptions import BotoCoreError, ClientError, HTTPClientError

        answer: dict[str, Any] = {}
        code = ""

        def attempt() -> Reply:
            nonlocal code
            try:
                answer.update(getattr(client, operation)(**parameters))
                return Reply(200, {}, b"")
            except ClientError as error:
                code = str(error.response.get("Error", {}).get("Code", ""))
                status = error.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 400)
                return Reply(429 if code in _THROTTLED else int(status), {}, b"")
            except HTTPClientError as error:
                timeout = "Timeout" in type(error).__name__
                raise Lost("timeout" if timeout else "no connection") from None
            except BotoCoreError as error:
                raise Usage(
                    f"AWS cannot be asked: {type(error).__name__}; boto3 takes login and region "
                    "from AWS_ACCESS_KEY_ID, AWS_PROFILE, AWS_REGION"
                ) from None

        safe = operation.startswith(("get_", "list_", "lookup_"))
        host = f"AWS {service}"
        reply = self._patience.send("GET" if safe else "POST", host, attempt)
        if reply.status < 300:
            return answer
        status = 401 if code in _DEAD else 404 if code in _MISSING else reply.status
        raise problems.refused(host, status, code)

    def ident(self) -> str:
        """The id of the key that it acts with, "" where there is none."""
        credentials = self._session().get_credentials()
        return str(credentials.access_key) if credentials else ""

    def _client(self, service: str) -> Any:
        session = self._session()
        from botocore.config import Config
        from botocore.exceptions import BotoCoreError

        config = Config(retries={"total_max_attempts": 1}, connect_timeout=30, read_timeout=30)
        region = session.region_name or (_REGION if service in ("iam", "sts") else None)
        try:
            return session.client(service, region_name=region, config=config)
        except BotoCoreError as error:
            raise Usage(f"AWS cannot be asked: {type(error).__name__}; set AWS_REGION") from None

    def _session(self) -> Any:
        try:
            import boto3
            from botocore.exceptions import BotoCoreError
        except ImportError:
            raise missing("boto3, the client of AWS, is", "aws") from None
        try:
            return boto3.session.Session(
                aws_access_key_id=self._pair.ident if self._pair else None,
                aws_secret_access_key=self._pair.secret if self._pair else None,
            )
        except BotoCoreError as error:
            raise Usage(f"AWS cannot be asked: {type(error).__name__}; see AWS_PROFILE") from None
