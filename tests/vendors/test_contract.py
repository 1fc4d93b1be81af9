"""The check of requests finds what is wrong with one, where Twilio's descriptions are."""

from __future__ import annotations

import pytest

from tests.vendors import contract
from tests.vendors.served import Answer, Request

pytestmark = pytest.mark.skipif(
    not contract.there(), reason="Twilio's descriptions are not here; KEYSTOP_SPECS names them"
)
SID = "AC" + "0" * 32
LOGIN = {"Authorization": "Basic x", "Content-Type": "application/x-www-form-urlencoded"}
KEYS = ("iam.twilio.com", "/v1/Keys")
PAGE = {"keys": [], "meta": {"key": "keys"}}


def test_what_is_right() -> None:
    contract.check(Request("GET", *KEYS, [("AccountSid", SID)], LOGIN, b""), Answer(200, PAGE))


@pytest.mark.parametrize(
    ("request_", "answer"),
    [
        (Request("PUT", *KEYS, [("AccountSid", SID)], LOGIN, b""), Answer(200, PAGE)),
        (Request("GET", *KEYS, [], LOGIN, b""), Answer(200, PAGE)),
        (Request("GET", *KEYS, [("AccountSid", "AC1")], LOGIN, b""), Answer(200, PAGE)),
        (Request("GET", *KEYS, [("AccountSid", SID), ("X", "1")], LOGIN, b""), Answer(200, PAGE)),
        (Request("GET", *KEYS, [("AccountSid", SID)], {}, b""), Answer(200, PAGE)),
        (Request("GET", *KEYS, [("AccountSid", SID)], LOGIN, b""), Answer(201, PAGE)),
        (Request("POST", *KEYS, [], LOGIN, b"FriendlyName=x"), Answer(201, {})),
        (Request("POST", *KEYS, [], LOGIN, f"AccountSid={SID}&X=1".encode()), Answer(201, {})),
        (
            Request("POST", *KEYS, [], LOGIN, f"AccountSid={SID}&KeyType=main".encode()),
            Answer(201, {}),
        ),
        (Request("DELETE", "iam.twilio.com", f"/v1/Keys/{SID}", [], LOGIN, b""), Answer(204)),
        (
            Request("GET", "monitor.twilio.com", "/v1/Events", [("StartDate", "x")], LOGIN, b""),
            Answer(200, {"events": [], "meta": {}}),
        ),
        (Request("GET", *KEYS, [("AccountSid", SID)], LOGIN, b""), Answer(401, {"code": 20003})),
    ],
    ids=("method missing-parameter pattern unknown-parameter login status missing-field "
         "unknown-field enum path format error-body").split(),
)  # fmt: skip
def test_what_is_wrong(request_: Request, answer: Answer) -> None:
    with pytest.raises(AssertionError):
        contract.check(request_, answer)


def test_an_answer_with_a_field_that_is_unknown() -> None:
    request = Request("GET", *KEYS, [("AccountSid", SID)], LOGIN, b"")
    with pytest.raises(Exception, match="unexpected"):
        contract.check(request, Answer(200, {**PAGE, "keys": [{"colour": "red"}]}))
