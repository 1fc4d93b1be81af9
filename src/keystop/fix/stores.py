"""The stores: what a value is called there, and the command that puts it in.

No command has the value among its arguments: it is typed, and goes through standard input.
"""

from __future__ import annotations

import re
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
    # conjur variable set takes the value as an argument only; its authenticate gives a header
    return piped(
        "curl --fail --data-binary @- -H @<(conjur authenticate -H) "
        f'"$CONJUR_APPLIANCE_URL/secrets/$CONJUR_ACCOUNT/variable/{quote(name, safe="")}"',
        lines=lines,
    )


def piped(command: str, *, lines: bool) -> str:
    """A command of bash that is given what is typed on its standard input."""
    read = "VALUE=$(cat)" if lines else "IFS= read -rs VALUE"
    return f'{read} && printf %s "$VALUE" | {command}; unset VALUE'


PLACES = {
    "env": "the environment of the program",
    "aws": "AWS Secrets Manager",
    "vault": "Vault, under the mount secret, in the field value",
    "conjur": "Conjur, where a policy has to declare the variable",
}
