"""A known value is found in every spelling, and nothing else is."""

from __future__ import annotations

import json
from base64 import b64encode, urlsafe_b64encode
from collections.abc import Callable
from html import escape
from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from keystop.impact.spelling import Place, Spellings

PLAIN = st.text(
    "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789", min_size=12, max_size=60
)
ANY = st.text(
    st.characters(codec="ascii", min_codepoint=0x21, max_codepoint=0x7E), min_size=4, max_size=40
)
AROUND = st.binary(max_size=30)

SPELLINGS: dict[str, Callable[[bytes], bytes]] = {
    "": lambda value: value,
    "base64": b64encode,
    "base64 of UTF-16": lambda value: b64encode(value.decode().encode("utf-16-le")),
    "hexadecimal": lambda value: value.hex().encode(),
    "percent-encoded": lambda value: "".join(f"%{byte:02X}" for byte in value).encode(),
    "\\u escapes": lambda value: "".join(f"\\u{byte:04x}" for byte in value).encode(),
    "\\x escapes": lambda value: "".join(f"\\x{byte:02x}" for byte in value).encode(),
    "UTF-16": lambda value: value.decode().encode("utf-16-be"),
}


@pytest.mark.parametrize("name", SPELLINGS)
@given(value=PLAIN, before=AROUND, after=AROUND)
def test_every_spelling_is_found(name: str, value: str, before: bytes, after: bytes) -> None:
    data = value.encode()
    text = before + b"\n" + SPELLINGS[name](data) + b"\n" + after
    found = Spellings(data).places(text)
    assert Place(before.count(b"\n") + 2, name) in found


@given(value=PLAIN, before=AROUND, after=AROUND)
def test_base64_is_found_within_other_base64(value: str, before: bytes, after: bytes) -> None:
    data = value.encode()
    for encode in (b64encode, urlsafe_b64encode):
        assert Spellings(data).places(encode(before + data + after)) == [Place(1, "base64")]


@given(value=PLAIN, user=PLAIN)
def test_a_log_in_is_called_by_its_name(value: str, user: str) -> None:
    spellings = Spellings(value.encode(), user.encode())
    header = b"Authorization: Basic " + b64encode(f"{user}:{value}".encode())
    assert spellings.places(header) == [Place(1, "base64 of ID:value")]


@given(head=ANY, core=st.text("abcdefgh0123", min_size=5, max_size=9), tail=ANY)
def test_signs_may_be_escaped(head: str, core: str, tail: str) -> None:
    value = f"{head}{core}{tail}"
    spellings = Spellings(value.encode())
    for text in (value, quote(value, safe=""), quote(value), json.dumps(value), escape(value)):
        assert [place.line for place in spellings.places(f"a\n{text}".encode())] == [2]


def test_a_key_of_several_lines_is_found_in_one() -> None:
    lines = ["-----BEGIN KEY-----", "c2VjcmV0c2VjcmV0", "-----END KEY-----"]
    spellings = Spellings("\n".join(lines).encode())
    for text in ("\\n".join(lines), "\n    ".join(lines), "\r\n".join(lines)):
        assert spellings.places(f"key: {text}".encode()) == [Place(1, "escaped")]


@given(value=PLAIN, text=st.binary(max_size=200))
def test_other_texts_do_not_hold_it(value: str, text: bytes) -> None:
    spellings = Spellings(value.encode())
    assert spellings.found(text) is None
    assert spellings.places(text) == []


def test_its_beginning_is_not_enough() -> None:
    spellings = Spellings(b"abcdefghijklmnop")
    for text in (b"abcdefghijklmno", b64encode(b"abcdefghijklmn"), b"bcdefghijklmnop"):
        assert spellings.found(text) is None
