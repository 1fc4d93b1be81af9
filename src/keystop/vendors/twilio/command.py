"""`keystop twilio investigate`, `revoke` and `rotate`."""

from __future__ import annotations

import argparse
import os
import re
from collections.abc import Iterator, Mapping

from keystop.errors import Usage
from keystop.vendors.ask import Terminal, from_environment
from keystop.vendors.command import (
    DONE,
    Means,
    journal_of,
    means_of,
    revoke_credential,
    rotate_credential,
    which,
)
from keystop.vendors.command import revoke as revoke_steps
from keystop.vendors.command import rotate as rotate_steps
from keystop.vendors.journal import alone, under_way
from keystop.vendors.leaked import Kinds, Leaked, leaked
from keystop.vendors.steps import Step
from keystop.vendors.twilio.connection import Login, Place, Twilio, check_sdk
from keystop.vendors.twilio.keys import ApiKey
from keystop.vendors.twilio.tokens import (
    DEAD,
    SECONDARY,
    PrimaryToken,
    SecondaryToken,
    state_of,
)

KINDS = Kinds(
    "twilio",
    ("twilio.auth-token", "twilio.api-key-secret"),
    ("twilio.api-key", "twilio.account-sid"),
    "(?:AC|SK)[0-9a-f]{32}",
)


def investigate(arguments: argparse.Namespace, means: Means | None = None) -> int:
    """Print what speaks for abuse; the exit status."""
    from keystop.vendors.twilio.investigation import report

    means = means or means_of(arguments)
    found = leaked(arguments.what, KINDS) if arguments.what else Leaked("", "", "", "", "")
    return report(_twilio(arguments, means), found, arguments)


def revoke(arguments: argparse.Namespace, means: Means | None = None) -> int:
    """Revoke an API key or an Auth Token, or suspend a subaccount; the exit status."""
    means = means or means_of(arguments)
    twilio = _twilio(arguments, means)
    if arguments.suspend:
        if arguments.what:
            raise Usage("--suspend SUBACCOUNT stands alone")
        return revoke_steps("twilio", arguments.suspend, [_suspension(twilio, arguments.suspend)],
                            arguments, means)  # fmt: skip
    if not arguments.what:
        raise Usage("name what leaked: a finding, an API key's SID, or - for standard input")
    found = _complete(leaked(arguments.what, KINDS), twilio)
    if found.ident.startswith("SK"):
        if arguments.store:
            raise Usage("to revoke an API key needs no --store: nothing takes its place")
        key = ApiKey(twilio, found, means.terminal, means.patience, by_hand=False)
        return revoke_credential("twilio", found, key, arguments, means)
    return _replace_token(twilio, found, arguments, means, resume="")


def rotate(arguments: argparse.Namespace, means: Means | None = None) -> int:
    """Rotate an API key or an Auth Token; the exit status."""
    means = means or means_of(arguments)
    twilio = _twilio(arguments, means)
    found = _complete(leaked(which("twilio", arguments), KINDS), twilio)
    again = " ".join((found.name, *_options(arguments)))
    if found.ident.startswith("SK"):

        def key(_: Mapping[str, str]) -> ApiKey:
            made = ApiKey(twilio, found, means.terminal, means.patience, by_hand=arguments.main)
            if not arguments.main and made.is_main():
                raise Usage(f"{found.ident} is a Main key, which no API can make: say --main, and "
                            "keystop asks for the one that you make in the Console")  # fmt: skip
            return made

        return rotate_credential("twilio", found, key, arguments, means, again=again)
    resume = f"keystop twilio rotate {again} --resume"
    return _replace_token(twilio, found, arguments, means, resume=resume)


def _replace_token(
    twilio: Twilio, found: Leaked, arguments: argparse.Namespace, means: Means, *, resume: str
) -> int:
    """The primary token gets another; a secondary one just goes."""
    if not under_way("twilio", found.name):
        state = state_of(twilio, found)
        if state == DEAD:
            print(f"This is no Auth Token of {found.ident} that works: it is dead already, or of "
                  "another Region (--region). There is nothing to revoke.")  # fmt: skip
            return DONE
        if state == SECONDARY:
            steps = SecondaryToken(twilio, found, means.patience).steps()
            return revoke_steps("twilio", found.name, steps, arguments, means)
    with alone("twilio", needed=arguments.apply or arguments.resume):
        journal, store = journal_of("twilio", found, arguments, means)
        token = PrimaryToken(twilio, found, store, journal, means.patience)
        return rotate_steps(token.steps(resume), journal, arguments, means)


def _options(arguments: argparse.Namespace) -> Iterator[str]:
    """Those that a later run needs as well."""
    for name in ("region", "edge"):
        if value := getattr(arguments, name):
            yield f"--{name} {value}"
    if arguments.main:
        yield "--main"


def _suspension(twilio: Twilio, sid: str) -> Step:
    """Stopping a subaccount. Raises Usage for what is none."""
    account = twilio.sdk.api.v2010.accounts(sid)
    found = account.fetch()
    if found.owner_account_sid in (None, "", sid):
        raise Usage(f"{sid} is no subaccount: keystop does not suspend a main account")
    url = f"https://api.twilio.com/2010-04-01/Accounts/{sid}.json"
    return Step(
        "suspend", f"Suspend the subaccount {sid}, which is {found.status}",
        f"POST {url} Status=suspended", "all its calls, messages and programs stop",
        f"POST {url} Status=active", lambda: account.update(status="suspended"),
        lambda: account.fetch().status == "suspended",
    )  # fmt: skip


def _complete(found: Leaked, twilio: Twilio) -> Leaked:
    """With an id, and of the account that one acts on. Raises Usage."""
    account = twilio.login.account
    if found.ident.startswith("SK"):
        return found
    if found.kind == "twilio.api-key-secret" or (found.secret and not _is_token(found.secret)):
        raise Usage("the secret alone does not say which API key it is of; give its SID (SK...), "
                    "or SK...:SECRET on standard input")  # fmt: skip
    if found.ident not in ("", account):
        raise Usage(
            f"the leaked token is of {found.ident}, and you act on {account}: set "
            "TWILIO_ACCOUNT_SID and TWILIO_AUTH_TOKEN of the account that it is of"
        )
    return found._replace(ident=account, name=account)


def _is_token(secret: str) -> bool:
    return re.fullmatch("[0-9a-f]{32}", secret) is not None


def _twilio(arguments: argparse.Namespace, means: Means) -> Twilio:
    check_sdk()  # before anybody is asked for a login
    place = Place(arguments.region or "", arguments.edge or "")
    return Twilio(_login(means.terminal), place, means.patience, means.twilio_http)


def _login(terminal: Terminal) -> Login:
    """Whom keystop acts as: the Auth Token where there is one, else an API key."""
    account = from_environment(terminal, "TWILIO_ACCOUNT_SID", "Account SID (AC...)", secret=False)
    if not re.fullmatch("AC[0-9a-f]{32}", account):
        raise Usage("TWILIO_ACCOUNT_SID holds no Account SID (AC and 32 hexadecimal digits)")
    if os.environ.get("TWILIO_API_KEY") and not os.environ.get("TWILIO_AUTH_TOKEN"):
        key = os.environ["TWILIO_API_KEY"]
        secret = from_environment(terminal, "TWILIO_API_SECRET", f"Secret of {key}")
        return Login(key, secret, account)
    return Login(account, from_environment(terminal, "TWILIO_AUTH_TOKEN", "Auth Token"), account)
