"""Where a new secret is put: a file of settings, or a secret store. It is read back each time."""

from __future__ import annotations

import hmac
from collections.abc import Mapping
from typing import Protocol

from keystop.errors import Usage
from keystop.logins import FIELDS
from keystop.vendors.aws_calls import Aws
from keystop.vendors.problems import Failed
from keystop.vendors.web import Web

FORMS = "env:FILE, aws:NAME, vault:MOUNT/PATH or conjur:ID"


class Held(Protocol):
    """Names with values. name is how a user writes it, absolute."""

    name: str

    def ready(self) -> None:
        """Raises Usage or problems.Failed where it is clear that it cannot be written."""

    def read(self) -> dict[str, str]:
        """All that it holds, empty where it is not there yet. Raises Usage or problems.Failed."""

    def write(self, changes: Mapping[str, str | None]) -> None:
        """Set names, or take them out where the value is None; all others stay."""


class Store:
    """A place where names of variables have values, called there as programs expect them.

    What `keystop fix` writes and the programs of `keystop prevent` read a login from one secret,
    by the fields of keystop.logins.
    """

    def __init__(self, held: Held, fields: Mapping[str, str]) -> None:
        self._held = held
        self._fields = fields
        self.name = held.name
        self.ready = held.ready

    def called(self, variable: str) -> str:
        """How the value of a variable is called there."""
        return self._fields.get(variable, variable)

    def read(self) -> dict[str, str]:
        """All that it holds by variable, empty where it is not there yet. Raises as ready."""
        variables = {field: variable for variable, field in self._fields.items()}
        return {variables.get(name, name): value for name, value in self._held.read().items()}

    def write(self, changes: Mapping[str, str | None]) -> None:
        """Set variables, or take them out where the value is None; all others stay."""
        self._held.write({self.called(name): value for name, value in changes.items()})


def store_of(text: str, web: Web, aws: Aws) -> Store:
    """The store that a user names. Raises Usage."""
    kind, _, place = text.partition(":")
    if not place:
        raise Usage(f"a store is {FORMS}")
    if kind == "env":
        from keystop.vendors.settings_file import SettingsFile

        return Store(SettingsFile(place), {})
    return Store(_secret(kind, place, web, aws), FIELDS)


def _secret(kind: str, place: str, web: Web, aws: Aws) -> Held:
    if kind == "aws":
        from keystop.vendors.store_aws import SecretsManager

        return SecretsManager(place, aws)
    if kind == "vault":
        from keystop.vendors.store_vault import Vault

        return Vault(place, web)
    if kind == "conjur":
        from keystop.vendors.store_conjur import Conjur

        return Conjur(place, web)
    raise Usage(f"a store is {FORMS}, not {kind}:...")


def put(store: Store, changes: Mapping[str, str | None]) -> None:
    """Write, read back and compare. Raises problems.Failed where the store holds something else."""
    store.write(changes)
    held = store.read()
    for name, value in changes.items():
        same = name not in held if value is None else matches(held.get(name, ""), value)
        if not same:
            raise Failed(
                f"{store.name} does not hold {store.called(name)} as it was written; look into it"
            )


def matches(one: str, other: str) -> bool:
    """Whether two secrets are the same, in a time that tells nothing."""
    return hmac.compare_digest(one.encode(), other.encode())
