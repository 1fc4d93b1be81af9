"""What an answer means, by the record; and what a value says of its own end."""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from keystop.checksums import base64url
from keystop.records import Outcome, Verify
from keystop.verify.client import Answer
from keystop.verify.question import PLACEHOLDER

LIVE, LIMITED, DEAD, UNKNOWN = MEANINGS = ("live", "limited", "dead", "unknown")
# The clocks of two machines: what ended just now may not have ended yet elsewhere.
_SKEW = timedelta(minutes=5)


class Verdict(NamedTuple):
    """What is known now, and a sentence on what it rests on."""

    means: str
    says: str


def judged(verify: Verify, answer: Answer, value: str) -> Verdict:
    """What the answer means. What the record does not foresee is unknown."""
    told = f"it answered {answer.status}"
    if answer.status == 429:
        return Verdict(UNKNOWN, f"{told}: too many requests")
    if answer.status >= 500:
        return Verdict(UNKNOWN, f"{told}: something is wrong there")
    if 300 <= answer.status < 400:
        return Verdict(UNKNOWN, f"{told}: a redirect, which keystop does not follow")
    content = _json(answer.body)
    for outcome in verify.outcomes:
        if outcome.status == answer.status and _fits(outcome, answer.body, content, value):
            code = outcome.code or outcome.text
            with_code = f", {code}" if code and not PLACEHOLDER.search(code) else ""
            return Verdict(outcome.means, f"{told}{with_code}{_added(outcome.says)}")
    return Verdict(UNKNOWN, f"{told}, in a way that keystop does not know")


def _added(sentence: str) -> str:
    return f". {sentence}" if sentence else ""


_NO_JSON = object()


def _json(body: bytes) -> Any:
    try:
        return json.loads(body)
    except (ValueError, RecursionError):
        return _NO_JSON


def _fits(outcome: Outcome, body: bytes, content: Any, value: str) -> bool:
    """A status alone proves nothing: a page of a proxy has one, too."""
    if outcome.text:
        return body.strip() == outcome.text.encode()
    if not isinstance(content, dict | list):
        return False
    if outcome.code.startswith("not "):
        name = _filled(outcome.code.removeprefix("not "), value)
        return isinstance(content, dict) and name not in content
    path, equal, wanted = outcome.code.partition("=")
    for name in path.split(".") if path else ():
        content = _within(content, _filled(name, value))
        if content is _NO_JSON:
            return False
    return not equal or _as_text(content) == wanted


def _filled(name: str, value: str) -> str:
    return value if name == "{value}" else name


def _within(content: Any, name: str) -> Any:
    if isinstance(content, dict):
        return content.get(name, _NO_JSON)
    if isinstance(content, list) and name.isdecimal() and int(name) < len(content):
        return content[int(name)]
    return _NO_JSON


def _as_text(content: Any) -> str:
    return content if isinstance(content, str) else json.dumps(content)


def ended(value: bytes, now: datetime) -> Verdict:
    """What the claim exp of a JSON Web Token says; nobody is asked."""
    parts = value.split(b".")
    claims = _json(base64url(parts[1])) if len(parts) > 1 else None
    end = claims.get("exp") if isinstance(claims, dict) else None
    if isinstance(end, bool) or not isinstance(end, int | float):
        return Verdict(UNKNOWN, "it does not say when it ends")
    try:
        when = datetime.fromtimestamp(end, now.tzinfo)
    except (ValueError, OverflowError, OSError):
        return Verdict(UNKNOWN, "it does not say when it ends")
    day = when.strftime("%Y-%m-%d %H:%M UTC")
    if when + _SKEW < now:
        return Verdict(DEAD, f"it ended on {day}, as it says itself")
    return Verdict(UNKNOWN, f"it says that it ends on {day}; whether it was called back before "
                            "that is not known")  # fmt: skip
