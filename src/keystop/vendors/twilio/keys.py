"""Revoking and rotating an API key of Twilio."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

from keystop.errors import Usage
from keystop.escape import printable
from keystop.vendors.ask import Terminal
from keystop.vendors.calls import Patience
from keystop.vendors.journal import Journal
from keystop.vendors.leaked import Leaked
from keystop.vendors.problems import Alive, Failed, Forbidden, Missing, Refused
from keystop.vendors.rotation import Calls, Made
from keystop.vendors.steps import NOT_REVERSIBLE, Step
from keystop.vendors.twilio.connection import Login, Twilio

KEY, SECRET = "TWILIO_API_KEY", "TWILIO_API_SECRET"
_LONGEST_NAME = 64
_KEYS = "https://iam.twilio.com/v1/Keys"
_PROBE = "GET https://verify.twilio.com/v2/Services?PageSize=1 with"


class ApiKey:
    """The leaked key. by_hand: it is a Main key, which only the Console can make."""

    names: tuple[str, ...] = (KEY, SECRET)

    def __init__(
        self,
        twilio: Twilio,
        leaked: Leaked,
        terminal: Terminal,
        patience: Patience,
        *,
        by_hand: bool,
    ) -> None:
        if leaked.ident == twilio.login.user:
            raise Usage(f"the login to act with is {leaked.ident} itself, which is to die; set "
                        "TWILIO_ACCOUNT_SID and TWILIO_AUTH_TOKEN")  # fmt: skip
        self._twilio = twilio
        self._leaked = leaked
        self._terminal = terminal
        self._patience = patience
        self._by_hand = by_hand
        self.title = f"API key {leaked.ident}"
        self.calls = Calls(
            make="Console: Create API key, type Main; keystop asks for SID and secret"
            if by_hand
            else f"POST {_KEYS} (same type, same policy)",
            works=f"{_PROBE} the new pair",
            check=f"{_PROBE} the old pair must give 401, code 20003; GET {_KEYS}",
            undo="delete it in the Console" if by_hand else f"DELETE {_KEYS}/SK...",
        )

    def look(self, journal: Journal) -> None:
        """Print all keys with their days; note the old one's name and policy."""
        sid = self._leaked.ident
        try:
            key = self._twilio.sdk.iam.v1.api_key(sid).fetch()
        except Missing:
            raise Usage(
                f"{self._twilio.login.account} has no API key {sid}: it is deleted already, or of "
                "another account or Region (--region)"
            ) from None
        for line in self.listed():
            print(line)
        policy = json.dumps(key.policy) if key.policy else ""
        journal.note(notes={**journal.state.notes, "policy": policy,
                            "name": key.friendly_name or ""})  # fmt: skip

    def listed(self) -> Iterator[str]:
        """All keys of the account, a line each."""
        for row in self._rows():
            mark = "  <- the leaked one" if row.sid == self._leaked.ident else ""
            day = row.date_created.date() if row.date_created else "?"
            yield f"  {row.sid}  made {day}  {printable(row.friendly_name or '')}{mark}"

    def make(self, journal: Journal) -> Made:
        """A new key of the same type and policy, or the one that the user made."""
        if self._by_hand:
            return self._asked()
        notes = journal.state.notes
        kept = notes["name"].partition(" (keystop-rotation")[0]
        marker = f" ({journal.state.marker})"
        typed: dict[str, object] = {}
        if notes["policy"]:
            typed = {"key_type": "restricted", "policy": json.loads(notes["policy"])}
        key = self._twilio.sdk.iam.v1.new_api_key.create(
            account_sid=self._twilio.login.account,
            friendly_name=kept[: _LONGEST_NAME - len(marker)] + marker,
            **typed,
        )
        return Made(key.sid, {KEY: key.sid, SECRET: key.secret})

    def _asked(self) -> Made:
        print("Make a Main key: Console, Admin, Account management, Keys & credentials, "
              "API keys & tokens, in the same Region.")  # fmt: skip
        sid = self._terminal.line("SID of the new key (SK...)")
        secret = self._terminal.secret("Its secret")
        if not sid.startswith("SK") or len(sid) != 34 or sid == self._leaked.ident or not secret:
            raise Usage("that is no SID of a new key with a secret; nothing was changed")
        made = Made(sid, {KEY: sid, SECRET: secret})
        if not self.works(made.values):
            raise Failed("Twilio does not accept this pair; nothing was changed")
        return made

    def made(self, journal: Journal) -> list[str]:
        """The keys whose name has the journal's marker."""
        marker = journal.state.marker
        return [row.sid for row in self._rows() if marker in (row.friendly_name or "")]

    def drop(self, ident: str) -> None:
        """Delete a key that was made."""
        if self._by_hand:
            raise Failed("you made it, so keystop leaves it to you")
        try:
            self._twilio.sdk.iam.v1.api_key(ident).delete()
        except Missing:
            pass

    def ident_of(self, values: Mapping[str, str]) -> str:
        """The SID that a store holds."""
        return values.get(KEY, "")

    def works(self, values: Mapping[str, str]) -> bool:
        """Whether Twilio accepts the pair in a store."""
        login = Login(values[KEY], values.get(SECRET, ""), self._twilio.login.account)
        return self._twilio.works(login)

    def ends(self) -> list[Step]:
        """Deleting it: keys cannot be switched off."""
        return [Step(
            "revoke", f"Delete the leaked {self.title}", f"DELETE {_KEYS}/{self._leaked.ident}",
            "every program that uses it stops, and so do the Access Tokens that it signed",
            NOT_REVERSIBLE, self._delete, self.gone,
        )]  # fmt: skip

    def _delete(self) -> None:
        self._twilio.sdk.iam.v1.api_key(self._leaked.ident).delete()

    def gone(self) -> bool:
        """Whether Twilio no longer knows the key."""
        try:
            self._twilio.sdk.iam.v1.api_key(self._leaked.ident).fetch()
        except Missing:
            return True
        return False

    def check(self) -> None:
        """Raises Failed where the old pair still works or the key is still listed."""
        sid = self._leaked.ident
        if self._leaked.secret and not self._patience.until(lambda: not self._old_works()):
            raise Alive(f"the pair of {sid} still works a minute after; look at it in the Console")
        rows = list(self.listed())
        if any(sid in row for row in rows):
            raise Alive(f"{sid} is still in the list of keys; look at it in the Console")
        print(f"Keys that are left: {len(rows)}; delete those that you do not know.")
        for row in rows:
            print(row)

    def _old_works(self) -> bool:
        login = Login(self._leaked.ident, self._leaked.secret, self._twilio.login.account)
        return self._twilio.works(login)

    def is_main(self) -> bool:
        """Whether the leaked pair may list keys, as only a Main key may; False if not known."""
        if not self._leaked.secret:
            return False
        account = self._twilio.login.account
        old = self._twilio.as_(Login(self._leaked.ident, self._leaked.secret, account))
        try:
            old.sdk.iam.v1.get_api_keys.list(account_sid=account, limit=1, page_size=1)
        except (Refused, Forbidden):
            return False
        return True

    def _rows(self) -> list[Any]:
        rows = self._twilio.sdk.iam.v1.get_api_keys
        return list(rows.list(account_sid=self._twilio.login.account, page_size=1000))
