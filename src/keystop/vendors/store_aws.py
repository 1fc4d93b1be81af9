"""AWS Secrets Manager as a store: one secret, a JSON object."""

from __future__ import annotations

import json
from collections.abc import Mapping

from keystop.errors import Usage
from keystop.vendors.aws_calls import Aws
from keystop.vendors.problems import Missing


class SecretsManager:
    """One secret, by its name or ARN; the login is boto3's own."""

    def __init__(self, place: str, aws: Aws) -> None:
        self._id = place
        self._aws = aws
        self.name = f"aws:{place}"

    def ready(self) -> None:
        """Raises where it cannot even be read."""
        self.read()

    def read(self) -> dict[str, str]:
        """The fields of the current version."""
        try:
            found = self._aws.call("secretsmanager", "get_secret_value", SecretId=self._id)
        except Missing:
            return {}
        return fields_of(found.get("SecretString", ""), self.name)

    def write(self, changes: Mapping[str, str | None]) -> None:
        """Make a new version with these fields changed; AWS keeps the one before as AWSPREVIOUS."""
        text = changed(self.read(), changes)
        try:
            self._aws.call("secretsmanager", "put_secret_value",
                           SecretId=self._id, SecretString=text)  # fmt: skip
        except Missing:
            self._aws.call("secretsmanager", "create_secret", Name=self._id, SecretString=text)


def fields_of(text: str, name: str) -> dict[str, str]:
    """The fields of a JSON object. Raises Usage where it is none: that is not overwritten."""
    try:
        read = json.loads(text)
    except ValueError:
        read = None
    if not isinstance(read, dict):
        raise Usage(f"{name} holds something, but no JSON object; keystop does not overwrite it")
    return {name: value if isinstance(value, str) else json.dumps(value)
            for name, value in read.items()}  # fmt: skip


def changed(held: Mapping[str, str], changes: Mapping[str, str | None]) -> str:
    """The JSON object with some fields changed."""
    merged = {**held, **changes}
    return json.dumps({name: value for name, value in merged.items() if value is not None})
