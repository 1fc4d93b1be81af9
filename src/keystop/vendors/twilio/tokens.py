"""Revoking and rotating an Auth Token of Twilio.

An account has a primary token and may have a secondary one; both work. Promoting the secondary
makes it the primary, and the old primary is dead in that moment: there is no other way to end a
primary token. So the secondary is stored, tried and deployed first.
"""

from __future__ import annotations

from keystop.errors import KeystopError
from keystop.vendors.calls import Patience
from keystop.vendors.journal import Journal
from keystop.vendors.leaked import Leaked
from keystop.vendors.problems import Failed, Missing, Refused, Unclear
from keystop.vendors.steps import NOT_REVERSIBLE, Step
from keystop.vendors.stores import Store, put
from keystop.vendors.twilio.connection import Login, Twilio

TOKEN, PENDING = "TWILIO_AUTH_TOKEN", "TWILIO_AUTH_TOKEN_PENDING"
_TOKENS = "https://accounts.twilio.com/v1/AuthTokens"
_PROBE = "GET https://verify.twilio.com/v2/Services?PageSize=1 with"
_ACCOUNT = "GET https://api.twilio.com/2010-04-01/Accounts"

DEAD, PRIMARY, SECONDARY = "dead", "primary", "secondary"


def state_of(twilio: Twilio, leaked: Leaked) -> str:
    """What a leaked token is now. One of which only the account is known counts as the primary."""
    if not leaked.secret or twilio.primary_is(leaked.secret):
        return PRIMARY
    account = twilio.login.account
    return SECONDARY if twilio.works(Login(account, leaked.secret, account)) else DEAD


class SecondaryToken:
    """Ending a leaked secondary token: it is deleted, and nothing takes its place."""

    def __init__(self, twilio: Twilio, leaked: Leaked, patience: Patience) -> None:
        self._twilio = twilio
        self._leaked = leaked
        self._patience = patience

    def steps(self) -> list[Step]:
        """Delete it, and see that it is dead."""
        account = self._twilio.login.account
        return [
            Step("revoke", f"Delete the leaked secondary Auth Token of {account}",
                 f"DELETE {_TOKENS}/Secondary", "whatever uses the secondary token stops",
                 NOT_REVERSIBLE, self._delete, self._dead),
            Step("check", "See that it is dead", f"{_PROBE} it must give 401, code 20003",
                 "reads only", "nothing to undo", self._check),
        ]  # fmt: skip

    def _delete(self) -> None:
        try:
            self._twilio.sdk.accounts.v1.secondary_auth_token().delete()
        except Missing:
            pass

    def _dead(self) -> bool:
        account = self._twilio.login.account
        return not self._twilio.works(Login(account, self._leaked.secret, account))

    def _check(self) -> None:
        if not self._patience.until(self._dead):
            raise Failed("the leaked token still works a minute after; look at it in the Console")


class PrimaryToken:
    """Replacing the primary token through a secondary one."""

    def __init__(
        self, twilio: Twilio, leaked: Leaked, store: Store, journal: Journal, patience: Patience
    ) -> None:
        self._twilio = twilio
        self._leaked = leaked
        self._store = store
        self._journal = journal
        self._patience = patience
        self._account = twilio.login.account
        self._token, self._pending = store.called(TOKEN), store.called(PENDING)

    def steps(self, resume: str) -> list[Step]:
        """All steps; without resume, the command that goes on, nothing waits for a deployment."""
        where, account = self._store.name, self._account
        token, pending = self._token, self._pending
        wait = (
            f"deploy {pending} from {where} as the token of every program that calls Twilio as "
            f"{account}; let whatever checks webhook signatures accept {token} and {pending}"
        )
        return [
            Step("new", f"Make a secondary Auth Token and put it into {where} ({pending})",
                 f"POST {_TOKENS}/Secondary",
                 "both tokens work; one that is secondary already may be replaced",
                 f"DELETE {_TOKENS}/Secondary", self._make, self._made),
            Step("verify", "Try the secondary token, as the store gives it",
                 f"{_PROBE} {account} and the new token", "reads only", "nothing to undo",
                 self._verify),
            Step("promote", f"Make it the primary Auth Token of {account}",
                 f"POST {_TOKENS}/Promote",
                 "the leaked token is dead at once, and every program that uses it stops; "
                 "webhooks are signed with the new one; API keys stay",
                 NOT_REVERSIBLE, self._promote, self._promoted, wait if resume else "", resume),
            Step("store", f"Store it as {token}, and take out {pending}", f"write {where}",
                 "what reads the store gets the token that works", "nothing to undo",
                 self._settle_in, self._settled_in),
            Step("check", "See that the old token is dead and the new one works",
                 f"{_PROBE} the old one must give 401, code 20003; {_ACCOUNT}/{account}.json",
                 "reads only", "nothing to undo", self._check),
        ]  # fmt: skip

    def _make(self) -> None:
        self._store.ready()
        token = self._twilio.sdk.accounts.v1.secondary_auth_token().create().secondary_auth_token
        try:
            put(self._store, {PENDING: token})
        except Unclear:
            raise  # it may be there: _made looks
        except KeystopError as error:
            raise self._withdrawn(error) from None

    def _withdrawn(self, cause: KeystopError) -> Failed:
        try:
            self._twilio.sdk.accounts.v1.secondary_auth_token().delete()
        except KeystopError as error:
            return Failed(f"{cause}; the secondary Auth Token of {self._account} is alive and "
                          f"stored nowhere, and could not be deleted ({error}); the next run "
                          "deletes it")  # fmt: skip
        return Failed(f"{cause}; so the secondary token is deleted again and the primary one is "
                      "as it was")  # fmt: skip

    def _made(self) -> bool:
        """Whether the store holds a secondary token that works; if not, there is none any more."""
        token = self._store.read().get(PENDING, "")
        works = token != "" and self._patience.until(lambda: self._works(token))
        if works and not self._twilio.primary_is(token):
            return True
        try:
            self._twilio.sdk.accounts.v1.secondary_auth_token().delete()
        except Missing:
            return False
        print("deleted: a secondary Auth Token, which an interrupted run had made and not stored")
        return False

    def _verify(self) -> None:
        token = self._store.read().get(PENDING, "")
        if not token or not self._patience.until(lambda: self._works(token)):
            raise Failed(f"{self._pending} in {self._store.name} does not work; the primary token "
                         f"was not touched. To begin anew delete {self._journal.path}")  # fmt: skip

    def _promote(self) -> None:
        self._verify()
        self._twilio.sdk.accounts.v1.auth_token_promotion().update()

    def _promoted(self) -> bool:
        """Whether the token in the store is the primary one."""
        return self._primary_is(self._store.read().get(PENDING, ""))

    def _settle_in(self) -> None:
        token = self._store.read().get(PENDING, "")
        if not token:
            raise Failed(f"{self._store.name} no longer holds {self._pending}, which is the "
                         "primary token now; the Console shows it")  # fmt: skip
        put(self._store, {TOKEN: token, PENDING: None})

    def _settled_in(self) -> bool:
        held = self._store.read()
        return PENDING not in held and self._primary_is(held.get(TOKEN, ""))

    def _check(self) -> None:
        token = self._store.read().get(TOKEN, "")
        if not self._patience.until(lambda: self._primary_is(token)):
            raise Failed(f"{self._token} in {self._store.name} is not the primary token of "
                         f"{self._account}; look at the Console")  # fmt: skip
        old = self._leaked.secret
        if old and not self._patience.until(lambda: not self._works(old)):
            raise Failed("the old token still works a minute after; look at it in the Console")

    def _works(self, token: str) -> bool:
        return self._twilio.works(Login(self._account, token, self._account))

    def _primary_is(self, token: str) -> bool:
        """The login to act with may be the old token, and dead by now: then the new one asks."""
        if not token:
            return False
        try:
            return self._twilio.primary_is(token)
        except Refused:
            login = Login(self._account, token, self._account)
            try:
                return self._twilio.as_(login).primary_is(token)
            except Refused:
                return False
