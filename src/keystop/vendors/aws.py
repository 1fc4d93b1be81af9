"""`keystop aws investigate`, `revoke` and `rotate`, of access keys of IAM users.

https://docs.aws.amazon.com/IAM/latest/UserGuide/id-credentials-access-keys-update.html: a second
key, then the old one inactive, which can be undone, then deleted.
"""

from __future__ import annotations

import argparse
import json
from collections import Counter
from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from typing import Any

from keystop.errors import Usage
from keystop.escape import printable
from keystop.vendors.aws_calls import Aws, Pair
from keystop.vendors.command import Means, means_of, revoke_credential, rotate_credential, which
from keystop.vendors.journal import Journal
from keystop.vendors.leaked import Kinds, Leaked, leaked
from keystop.vendors.problems import Alive, Dead, Failed, Missing, Refused
from keystop.vendors.rotation import Calls, Made
from keystop.vendors.steps import NOT_REVERSIBLE, Step

KINDS = Kinds("aws", ("aws.secret-access-key",), ("aws.access-key-id",), "AKIA[A-Z2-7]{16}")
KEY, SECRET = "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"
# CloudTrail's event history.
_DAYS = 90
_MOST = 10_000


def investigate(arguments: argparse.Namespace, means: Means | None = None) -> int:
    """Print when and for what a key was used; the exit status: 1 if it was."""
    means = means or means_of(arguments)
    found = _named(leaked(arguments.what, KINDS))
    day = arguments.since or found.day or str(date.today() - timedelta(_DAYS))
    try:
        since = datetime.fromisoformat(day).replace(tzinfo=UTC)
    except ValueError:
        raise Usage("--since is a day: YYYY-MM-DD") from None
    used = means.aws.call("iam", "get_access_key_last_used", AccessKeyId=found.ident)
    events = _events(means.aws, found.ident, since)
    _print(found.ident, day, used, events, arguments.format)
    return 1 if events else 0


def revoke(arguments: argparse.Namespace, means: Means | None = None) -> int:
    """Deactivate and delete a key; the exit status."""
    means = means or means_of(arguments)
    found = _named(leaked(arguments.what, KINDS))
    return revoke_credential("aws", found, AccessKey(found, means, {}), arguments, means)


def rotate(arguments: argparse.Namespace, means: Means | None = None) -> int:
    """Rotate a key; the exit status."""
    means = means or means_of(arguments)
    found = _named(leaked(which("aws", arguments), KINDS))
    return rotate_credential(
        "aws", found, lambda notes: AccessKey(found, means, notes), arguments, means
    )


def _named(found: Leaked) -> Leaked:
    if not found.ident:
        raise Usage("the secret alone does not say which key it is of; give its id (AKIA...)")
    return found


def _events(aws: Aws, ident: str, since: datetime) -> list[dict[str, Any]]:
    """What CloudTrail has of a key: only management events, of one Region."""
    rows: list[dict[str, Any]] = []
    more: dict[str, str] = {}
    while len(rows) < _MOST:
        page = aws.call(
            "cloudtrail", "lookup_events", StartTime=since, **more,
            LookupAttributes=[{"AttributeKey": "AccessKeyId", "AttributeValue": ident}],
        )  # fmt: skip
        rows += page.get("Events", [])
        if not page.get("NextToken"):
            break
        more = {"NextToken": page["NextToken"]}
    return rows


def _print(
    ident: str, day: str, used: dict[str, Any], events: list[dict[str, Any]], form: str
) -> None:
    last = used.get("AccessKeyLastUsed", {})
    by: Counter[tuple[str, str]] = Counter()
    for event in events:
        record = json.loads(event.get("CloudTrailEvent") or "{}")
        by[str(record.get("sourceIPAddress") or "no address"), str(event.get("EventName"))] += 1
    calls = [{"address": address, "event": name, "count": count}
             for (address, name), count in by.most_common()]  # fmt: skip
    when = last.get("LastUsedDate")
    if form == "json":
        told = {
            "schema": 1, "key": ident, "user": used.get("UserName"), "since": day,
            "last_used": when.isoformat() if when else None,
            "service": last.get("ServiceName"), "calls": calls,
        }  # fmt: skip
        print(json.dumps(told, indent=2))
        return
    print(f"Access key {ident} of {printable(str(used.get('UserName')))}")
    print(f"last used: {when or 'never'}, for {last.get('ServiceName')} in {last.get('Region')}")
    print(f"Calls since {day}, by address:" if calls else f"CloudTrail has no call since {day}.")
    for row in calls:
        print(printable(f"  {row['address']}  {row['event']}  {row['count']}"))
    print("CloudTrail's history goes back 90 days, has one Region (AWS_REGION) at a time, and no "
          "reading and writing of data, as in S3: an empty one shows nothing.")  # fmt: skip


class AccessKey:
    """The leaked key, and the user that it is of."""

    names: tuple[str, ...] = (KEY, SECRET)

    def __init__(self, found: Leaked, means: Means, notes: Mapping[str, str]) -> None:
        """notes may name the user: of a key that is deleted AWS does not tell it any more."""
        self._leaked = found
        self._aws = means.aws
        self._patience = means.patience
        if self._aws.ident() == found.ident:
            raise Usage(f"the login to act with is {found.ident} itself, which is to die; set "
                        "AWS_PROFILE or AWS_ACCESS_KEY_ID of another one")  # fmt: skip
        self._user = notes.get("user") or self._user_of(found.ident)
        self.title = f"access key {found.ident} of {self._user}"
        self.calls = Calls(
            make=f"iam create-access-key --user-name {self._user}",
            works="sts get-caller-identity with the new pair",
            check="iam list-access-keys; sts get-caller-identity with the old pair is refused",
            undo="iam delete-access-key",
        )

    def look(self, journal: Journal) -> None:
        """Print the user's keys, and note them: AWS gives keys no names."""
        rows = self._rows()
        for row in rows:
            mark = "  <- the leaked one" if row["AccessKeyId"] == self._leaked.ident else ""
            print(f"  {row['AccessKeyId']}  made {row['CreateDate'].date()}  {row['Status']}{mark}")
        idents = [row["AccessKeyId"] for row in rows]
        if self._leaked.ident not in idents:
            raise Dead(f"{self._user} has no {self._leaked.ident}: it is deleted already")
        noted = {"keys": " ".join(idents), "user": self._user}
        journal.note(notes={**journal.state.notes, **noted})

    def _user_of(self, ident: str) -> str:
        found = self._aws.call("iam", "get_access_key_last_used", AccessKeyId=ident)
        return str(found["UserName"])

    def make(self, journal: Journal) -> Made:
        """A second key."""
        if len(journal.state.notes["keys"].split()) > 1:
            raise Usage(f"{self._user} has two keys already, which is all that AWS allows: delete "
                        "the other one if nobody uses it")  # fmt: skip
        key = self._aws.call("iam", "create_access_key", UserName=self._user)["AccessKey"]
        return Made(key["AccessKeyId"],
                    {KEY: key["AccessKeyId"], SECRET: key["SecretAccessKey"]})  # fmt: skip

    def made(self, journal: Journal) -> list[str]:
        """The key that was not there when the rotation began."""
        known = journal.state.notes["keys"].split()
        return [row["AccessKeyId"] for row in self._rows() if row["AccessKeyId"] not in known]

    def drop(self, ident: str) -> None:
        """Delete a key that was made, unless somebody uses it. Raises Failed."""
        used = self._aws.call("iam", "get_access_key_last_used", AccessKeyId=ident)
        if used.get("AccessKeyLastUsed", {}).get("LastUsedDate"):
            raise Failed(
                f"{ident} came up meanwhile and is in use, so it is not deleted; delete it or the "
                "journal, and begin again"
            )
        self._delete(ident)

    def _delete(self, ident: str) -> None:
        try:
            self._aws.call("iam", "delete_access_key", UserName=self._user, AccessKeyId=ident)
        except Missing:
            pass

    def ident_of(self, values: Mapping[str, str]) -> str:
        """The id in a store."""
        return values.get(KEY, "")

    def works(self, values: Mapping[str, str]) -> bool:
        """Whether AWS knows the pair in a store."""
        return self._alive(Pair(values[KEY], values.get(SECRET, "")))

    def _alive(self, pair: Pair) -> bool:
        try:
            Aws(self._patience, pair).call("sts", "get_caller_identity")
        except Refused:
            return False
        return True

    def ends(self) -> list[Step]:
        """Inactive first: what still uses it comes to light, and it can be undone."""
        ident, user = self._leaked.ident, self._user
        update = f"iam update-access-key --user-name {user} --access-key-id {ident} --status"
        return [
            Step("deactivate", f"Deactivate the leaked {self.title}", f"{update} Inactive",
                 "every program that uses it stops", f"{update} Active", self._deactivate,
                 lambda: self._status() != "Active"),
            Step("delete", f"Delete the leaked {self.title}",
                 f"iam delete-access-key --user-name {user} --access-key-id {ident}",
                 "it cannot be made active any more", NOT_REVERSIBLE,
                 lambda: self._delete(ident), lambda: self._status() == "",
                 wait="see whether anything fails without it; if so, undo the step before"),
        ]  # fmt: skip

    def _deactivate(self) -> None:
        self._aws.call("iam", "update_access_key", UserName=self._user,
                       AccessKeyId=self._leaked.ident, Status="Inactive")  # fmt: skip

    def _status(self) -> str:
        rows = [row["Status"] for row in self._rows() if row["AccessKeyId"] == self._leaked.ident]
        return str(rows[0]) if rows else ""

    def check(self) -> None:
        """Raises Failed where the key is still there, or the pair works."""
        pair = Pair(self._leaked.ident, self._leaked.secret)
        if self._status() or (
            pair.secret and not self._patience.until(lambda: not self._alive(pair))
        ):
            raise Alive(f"{self.title} is still there: look at it in the console")

    def _rows(self) -> list[dict[str, Any]]:
        rows = self._aws.call("iam", "list_access_keys", UserName=self._user)
        return list(rows["AccessKeyMetadata"])
