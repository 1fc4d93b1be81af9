"""The stores: what a value is called there, and the command that puts it in.

No command has the value among its arguments: it is typed, and goes through standard input.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from urllib.parse import quote

from keystop.errors import Usage

_ENV_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]{0,254}")
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9/_+=.@-]{0,254}")


def named(store: str, variable: str) -> str:
    """The name in a store for what would be the variable TWILIO_AUTH_TOKEN: twilio/auth-token."""
    if store == "env":
        return variable
    first, _, rest = variable.lower().replace("_", "-").partition("-")
    return f"{first}/{rest}" if rest else first


def check_name(store: str, name: str) -> str:
    """The name as it is. Raises Usage where the store could not have it."""
    if not (_ENV_NAME if store == "env" else _NAME).fullmatch(name):
        what = "letters, digits and _" if store == "env" else "letters, digits and / _ + = . @ -"
        raise Usage(f"--name is to be {what}")
    return name


def putting(store: str, name: str, *, lines: bool) -> str:
    """What to type in bash to put a value into a store; it waits for the value to be typed.

    lines: it has several of them, and ends with Ctrl-D.
    """
    if store == "env":
        return (
            f"{name}=$(cat) && export {name}" if lines else f"IFS= read -rs {name} && export {name}"
        )
    if store == "aws":
        return piped(f"aws secretsmanager create-secret --name {name} "
                     "--secret-string file:///dev/stdin", lines=lines)  # fmt: skip
    if store == "vault":
        return piped(f"vault kv put -mount=secret {name} value=-", lines=lines)
    return piped(_conjur(name), lines=lines)


def putting_login(store: str, name: str, fields: Sequence[str]) -> str:
    """What to type in bash to make a secret with these fields; it asks for each.

    Nothing is put in the place of a secret of AWS or Vault that is there. Values of logins have
    no sign that JSON would want another spelling of.
    """
    values = [f"VALUE{number}" for number, _ in enumerate(fields, 1)]
    asked = " && ".join(
        f"IFS= read -rsp '{field}: ' {value} && echo"
        for field, value in zip(fields, values, strict=True)
    )
    shape = ", ".join(f'"{field}": "%s"' for field in fields)
    given = " ".join(f'"${value}"' for value in values)
    command = {
        "aws": f"aws secretsmanager create-secret --name {name} --secret-string file:///dev/stdin",
        "vault": f"vault kv put -mount=secret -cas=0 {name} -",
        "conjur": _conjur(name),
    }[store]
    return f"{asked} && printf '{{{shape}}}' {given} | {command}; unset {' '.join(values)}"


def _conjur(name: str) -> str:
    # conjur variable set takes the value as an argument only; its authenticate gives a header
    return (
        "curl --fail --data-binary @- -H @<(conjur authenticate -H) "
        f'"$CONJUR_APPLIANCE_URL/secrets/$CONJUR_ACCOUNT/variable/{quote(name, safe="")}"'
    )


def piped(command: str, *, lines: bool) -> str:
    """A command of bash that is given what is typed on its standard input."""
    read = "VALUE=$(cat)" if lines else "IFS= read -rs VALUE"
    return f'{read} && printf %s "$VALUE" | {command}; unset VALUE'


PLACES = {
    "env": "the environment of the program",
    "aws": "AWS Secrets Manager",
    "vault": "Vault, under the mount secret",
    "conjur": "Conjur, where a policy has to declare the variable",
}
