"""Answers and ends of any form are judged, and only what the record foresees says anything."""

from __future__ import annotations

import json
from base64 import urlsafe_b64encode
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from keystop.records import Outcome, Verify
from keystop.verify.answers import MEANINGS, ended, judged
from keystop.verify.client import Answer

NOW = datetime(2026, 11, 30, 10, 0, 0, tzinfo=UTC)
few = settings(max_examples=60)

LIVE = Outcome(200, "live", code="user.id")
DEAD = Outcome(401, "dead", code="errors.0.code=17", says="Or it is of another region.")
HOW = Verify("", "", outcomes=(LIVE, DEAD))


def means(status: int, body: object, how: Verify = HOW) -> str:
    data = body if isinstance(body, bytes) else json.dumps(body).encode()
    return judged(how, Answer(status, data), "value").means


@pytest.mark.parametrize(
    ("status", "body", "meaning"),
    [
        (401, {"errors": [{"code": 18}]}, "unknown"),
        (401, {"errors": [{"code": "170"}]}, "unknown"),
        (401, {"errors": {"code": 17}}, "unknown"),
        (401, {"errors": []}, "unknown"),
        (401, [{"errors": [{"code": 17}]}], "unknown"),
        (200, {"errors": [{"code": 17}]}, "unknown"),
        (403, {"errors": [{"code": 17}]}, "unknown"),
        (200, {"user": 1}, "unknown"),
        (200, {"user": {"name": "id"}}, "unknown"),
        (200, {"user.id": 1}, "unknown"),
        (200, {"user": {"id": 1}}, "live"),
        (200, {"user": {"id": None}}, "live"),
        (401, {"errors": [{"code": 17}]}, "dead"),
        (401, {"errors": [{"code": "17"}, {"code": 18}]}, "dead"),
    ],
)
def test_codes(status: int, body: object, meaning: str) -> None:
    assert means(status, body) == meaning


@few
@given(st.integers(100, 999), st.binary(max_size=200))
def test_bytes_say_nothing(status: int, body: bytes) -> None:
    assert means(status, body) == "unknown"


_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(["user", "id", "errors", "code", "0"]), inner, max_size=3)
    ),
    max_leaves=12,
)


@few
@given(st.sampled_from([200, 401, 403, 429, 500]), _JSON)
def test_any_json_is_judged_and_not_told(status: int, body: object) -> None:
    verdict = judged(HOW, Answer(status, json.dumps(body).encode()), "value")
    assert verdict.means in MEANINGS
    assert verdict.says in {
        f"it answered {status}, in a way that keystop does not know",
        "it answered 200, user.id",
        "it answered 401, errors.0.code=17. Or it is of another region.",
        "it answered 429: too many requests",
        "it answered 500: something is wrong there",
    }


@pytest.mark.parametrize("status", [429, 500, 503, 599, 301, 304])
def test_some_statuses_never_say_anything(status: int) -> None:
    always = Verify("", "", outcomes=(Outcome(status, "dead"),))
    assert means(status, {}, always) == "unknown"


# --- ends


def token(claims: object) -> bytes:
    body = claims if isinstance(claims, bytes) else json.dumps(claims).encode()
    return b"e30." + urlsafe_b64encode(body).rstrip(b"=") + b".c2ln"


def at(**ago: float) -> float:
    return (NOW - timedelta(**ago)).timestamp()


@pytest.mark.parametrize(
    ("value", "meaning", "says"),
    [
        (token({"exp": at(days=1)}), "dead", "it ended on 2026-11-29 10:00 UTC, as it says itself"),
        (token({"exp": at(minutes=6)}), "dead",
         "it ended on 2026-11-30 09:54 UTC, as it says itself"),
        (token({"exp": at(minutes=4)}), "unknown",
         "it says that it ends on 2026-11-30 09:56 UTC; whether it was called back before that "
         "is not known"),
        (token({"exp": at(days=-1)}), "unknown",
         "it says that it ends on 2026-12-01 10:00 UTC; whether it was called back before that "
         "is not known"),
        *((value, "unknown", "it does not say when it ends") for value in (
            token({}), token({"exp": None}), token({"exp": True}), token({"exp": "1"}),
            token({"exp": [1]}), token({"exp": 1e300}), token({"exp": -1e300}),
            token({"exp": float("nan")}), token({"exp": float("inf")}),
            token([{"exp": 1}]), token(b"no json"), token(b"\xff"), token(b"[" * 9000),
            token(b'{"exp": ' + b"9" * 6000 + b"}"), b"", b".", b"no token",
        )),
    ],
)  # fmt: skip
def test_ends(value: bytes, meaning: str, says: str) -> None:
    assert ended(value, NOW) == (meaning, says)


@few
@given(st.binary(max_size=80))
def test_any_value_has_an_end_or_none(value: bytes) -> None:
    assert ended(value, NOW).means in ("dead", "unknown")
