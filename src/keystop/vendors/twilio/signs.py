"""What speaks for abuse in what was read, and what cannot be known from it."""

from __future__ import annotations

from collections.abc import Iterator

from keystop.vendors.twilio.evidence import Evidence

# A day with that many times the usual amount, and at least that much (in the category's unit).
_SPIKE, _LEAST = 3.0, {"totalprice": 5.0}
_LEAST_COUNT = 20.0
# Changes that give an intruder access or a way out.
_TELLING = ("api-key", "auth-token", "authtoken", "account.created", "subaccount", "user.",
            "geo-permission", "geopermission", "sip-domain", "credential")  # fmt: skip

UNKNOWN = (
    "Twilio logs changes, not each call and message, and of these it does not tell which key or "
    "address made them: that nothing is seen does not show that the credential was not used.",
    "Events go back 30 days, with paid editions 13 months; what is older cannot be seen.",
)


def signs(evidence: Evidence) -> list[str]:
    """What speaks for abuse, one sentence each, empty where nothing does."""
    return [*_things(evidence), *_events(evidence), *_webhooks(evidence), *_money(evidence)]


def _things(evidence: Evidence) -> Iterator[str]:
    for title, things in (
        ("API key", evidence.keys),
        ("subaccount", evidence.subaccounts),
        ("phone number", evidence.numbers),
        ("application", evidence.applications),
    ):
        new = [thing.sid for thing in things if thing.new]
        if new:
            yield f"{_count(len(new), title)} made since {evidence.since}: {', '.join(new)}"


def _events(evidence: Evidence) -> Iterator[str]:
    for group in evidence.events:
        telling = {kind: count for kind, count in group.kinds.items()
                   if any(word in kind for word in _TELLING)}  # fmt: skip
        if telling:
            what = ", ".join(f"{kind} ({count})" for kind, count in telling.items())
            yield f"changes of access from {group.address or 'no address'}: {what}"
        if group.of_the_leaked:
            yield (f"{_count(group.of_the_leaked, 'change')} of the leaked credential itself from "
                   f"{group.address or 'no address'}")  # fmt: skip


def _webhooks(evidence: Evidence) -> Iterator[str]:
    for hook in evidence.webhooks:
        if hook.unknown_host:
            yield f"{hook.sid} now calls a host that was not seen before: {hook.url} ({hook.field})"


def _money(evidence: Evidence) -> Iterator[str]:
    for day in evidence.usage:
        if day.amount < _LEAST.get(day.category, _LEAST_COUNT):
            continue
        amount = f"{day.day}: {day.category} {day.amount:g} {day.unit}"
        if not day.median:
            yield f"{amount}, on most days before there was none"
        elif day.ratio >= _SPIKE:
            yield f"{amount}, {day.ratio:.1f} times the usual {day.median:g}"


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}{'' if number == 1 else 's'}"
