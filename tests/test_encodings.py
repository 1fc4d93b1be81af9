"""The promise: a secret is found behind the usual encodings, and shown at the place where it is."""

from __future__ import annotations

import base64
import gzip
import html
import json
import quopri
import zlib
from collections.abc import Callable
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from keystop.check import Judge
from keystop.encoded import Signs
from keystop.finding import Finding
from keystop.layers import BESIDES, TIMES, Walk
from keystop.records import Record


def wrapped(data: bytes) -> str:
    """Base64 in lines of 76, as mail and YAML blocks have it."""
    return base64.encodebytes(data).decode().rstrip("\n").replace("\n", "\n  ")


# Encodings of a whole text: what keystop calls them, and how they are made.
WHOLE: dict[str, tuple[str, Callable[[bytes], str]]] = {
    "base64": ("base64", lambda data: base64.b64encode(data).decode()),
    "base64url": ("base64", lambda data: base64.urlsafe_b64encode(data).decode().rstrip("=")),
    "base64 in lines": ("base64", wrapped),
    "hexadecimal": ("hexadecimal", lambda data: data.hex()),
    "gzip": ("base64, gzip", lambda data: base64.b64encode(gzip.compress(data, mtime=0)).decode()),
    "zlib": ("base64, zlib", lambda data: base64.b64encode(zlib.compress(data)).decode()),
    "PowerShell": (
        "base64, UTF-16",
        lambda data: base64.b64encode(data.decode().encode("utf-16-le")).decode(),
    ),
}
# Encodings of the value alone.
SIGNS: dict[str, tuple[str, Callable[[str], str]]] = {
    "percent encoding": ("percent encoding", lambda text: "".join(f"%{ord(c):02X}" for c in text)),
    "\\u": ("backslash escapes", lambda text: "".join(f"\\u{ord(c):04x}" for c in text)),
    "\\x": ("backslash escapes", lambda text: "".join(f"\\x{ord(c):02x}" for c in text)),
    "decimal entities": ("HTML entities", lambda text: "".join(f"&#{ord(c)};" for c in text)),
    "entities": ("HTML entities", lambda text: "".join(f"&#x{ord(c):x};" for c in text)),
    "one escape": ("backslash escapes", lambda text: f"{text[:9]}\\u{ord(text[9]):04x}{text[10:]}"),
    "one sign": ("percent encoding", lambda text: f"{text[:9]}%{ord(text[9]):02x}{text[10:]}"),
}  # fmt: skip
KINDS = (
    "github.personal-access-token", "gitlab.personal-access-token", "aws.access-key-id",
    "stripe.secret-key", "slack.bot-token", "sendgrid.api-key", "openai.project-key",
    "npm.access-token", "pypi.api-token", "google.api-key", "huggingface.access-token",
    "digitalocean.personal-access-token",
)  # fmt: skip


@pytest.fixture(params=KINDS)
def record(request: pytest.FixtureRequest, judge: Judge) -> Record:
    """A record of a kind that its own form tells."""
    known = {one.id: one for one in judge.records}
    return known[request.param]


def spelled(text: str, finding: Finding) -> str:
    """What stands at the place of a finding, in its first line."""
    line = text.split("\n")[finding.line - 1]
    end = finding.end_column - 1 if finding.end_line == finding.line else len(line)
    return line[finding.column - 1 : end]


@pytest.mark.parametrize("name", WHOLE)
def test_a_text_in_another_spelling(judge: Judge, record: Record, name: str) -> None:
    told, encode = WHOLE[name]
    value = judge.generator.value(record)
    inner = f"# settings of the service\nURL=https://example.org/v1\nKEY={value}\n"
    for depth in (1, 2):
        data = inner.encode()
        for _ in range(depth):
            code = encode(data)
            data = f"payload: {code}\n".encode()
        text = f"kind: Config\ndata:\n  {data.decode()}status: ok\n"
        (found,) = judge.find(text)
        assert (found.detector, found.encoded) == (record.id, ", ".join([told] * depth))
        assert 3 <= found.line < text.count("\n")
        assert spelled(text, found) in text.split("\n")[found.line - 1]
        assert value not in found.excerpt.text
        assert code[:20] not in found.excerpt.text or found.line > 3


@pytest.mark.parametrize("name", SIGNS)
def test_signs_that_are_escaped(judge: Judge, record: Record, name: str) -> None:
    told, encode = SIGNS[name]
    value = judge.generator.value(record)
    text = f'retries = 3\nkey = "{encode(value)}"\nname = "service"\n'
    (found,) = judge.find(text, b"a.py")
    assert (found.detector, found.encoded, found.line) == (record.id, told, 2)
    assert spelled(text, found) == encode(value)
    assert encode(value) not in found.excerpt.text


@pytest.mark.parametrize("outer", WHOLE)
@pytest.mark.parametrize("inner", SIGNS)
def test_one_in_the_other(judge: Judge, outer: str, inner: str) -> None:
    record = next(one for one in judge.records if one.id == "github.personal-access-token")
    value = judge.generator.value(record)
    text = f'x = "{WHOLE[outer][1](f"the key = {SIGNS[inner][1](value)} of it".encode())}"\n'
    (found,) = judge.find(text, b"a.py")
    assert found.detector == record.id
    assert found.encoded == f"{WHOLE[outer][0]}, {SIGNS[inner][0]}"


def test_three_encodings_are_followed_and_no_more(judge: Judge) -> None:
    record = next(one for one in judge.records if one.id == "stripe.secret-key")
    text = f"STRIPE_KEY={judge.generator.value(record)} # the key of the shop, to be kept"
    depths = []
    for depth in range(1, 6):
        text = base64.b64encode(text.encode()).decode()
        depths += [depth] if judge.find(f"value: {text}\n") else []
    assert depths == [1, 2, 3]


def test_quoted_printable(judge: Judge, record: Record) -> None:
    value = judge.generator.value(record)
    for before in range(60, 76):
        line = f"{'word ' * 15}"[:before] + f" {value} and so on"
        text = quopri.encodestring(line.encode()).decode()
        found = judge.find(f"Subject: keys\n\n{text}\n")
        assert [one.detector for one in found] == [record.id], text


def test_a_notebook(judge: Judge, record: Record) -> None:
    value = judge.generator.value(record)
    image = base64.b64encode(b"\x89PNG\r\n\x1a\n" + Random(1).randbytes(30_000)).decode()
    cells = [
        {"cell_type": "code", "source": ["import os\n", f'key = "{value}"\n'], "outputs": [
            {"data": {"image/png": image, "text/plain": ["<Figure>"]}},
        ]},
    ]  # fmt: skip
    text = json.dumps({"cells": cells}, indent=1)
    (found,) = judge.find(text, b"a.ipynb")
    assert found.detector == record.id
    assert f'key = \\"{value}' in text.split("\n")[found.line - 1]


def test_a_kubernetes_secret_and_a_helm_release(judge: Judge, record: Record) -> None:
    value = judge.generator.value(record)
    code = base64.b64encode(value.encode()).decode()
    (found,) = judge.find(f"kind: Secret\ndata:\n  key: {code}\n", b"secret.yaml")
    assert (found.detector, found.line, found.encoded) == (record.id, 3, "base64")
    release = json.dumps({"config": {"apiKey": value}, "name": "shop", "version": 3})
    packed = base64.b64encode(gzip.compress(release.encode(), mtime=0))
    text = f"kind: Secret\ndata:\n  release: {base64.b64encode(packed).decode()}\n"
    (found,) = judge.find(text, b"release.yaml")
    assert (found.detector, found.encoded) == (record.id, "base64, base64, gzip")


QUIET = {
    "random bytes": lambda random: base64.b64encode(random.randbytes(3000)).decode(),
    "an image": lambda random: (
        "data:image/png;base64,"
        + base64.b64encode(b"\x89PNG\r\n\x1a\n" + random.randbytes(900)).decode()
    ),
    "a drawing": lambda _: base64.b64encode(b'<svg id="x1y2z3a4b5c6d7e8f9">' * 9).decode(),
    "hashes": lambda random: "\n".join(f"sha256:{random.randbytes(32).hex()}" for _ in range(50)),
    "integrity": lambda random: "\n".join(
        f'"integrity": "sha512-{base64.b64encode(random.randbytes(64)).decode()}",'
        for _ in range(50)
    ),
    "a page": lambda _: html.escape('<a href="x?token=1&key=2">key & "token"</a>') * 20,
    "escaped words": lambda _: "".join(f"\\x{ord(c):02x}" for c in "hello world of keys") * 9,
    "a text": lambda _: base64.b64encode(b"The password is asked for at the door. " * 20).decode(),
}


@pytest.mark.parametrize("make", QUIET.values(), ids=QUIET)
def test_what_stays_quiet(judge: Judge, make: Callable[[Random], str]) -> None:
    assert judge.find(make(Random(5)) + "\n", b"web/a.js") == []


def test_a_bomb_costs_no_more_than_its_share() -> None:
    bomb = base64.b64encode(gzip.compress(b"\0key" * 25_000_000)).decode()
    text = f"data: {bomb}\n".encode()
    signs = Signs()
    walk = Walk(signs.of, len(text))
    decoded = sum(len(layer.text) for layer in walk.layers(text, signs.of(text)))
    assert decoded <= 2 * (TIMES * len(text) + BESIDES)


@given(st.binary(max_size=400), st.randoms(use_true_random=False))
def test_any_bytes_are_survived_and_have_their_place(data: bytes, random: Random) -> None:
    code = base64.b64encode(data) if random.random() < 0.5 else data.hex().encode()
    text = b"some words " + code + b" and more %41%42 \\u0041 &#65; =3D\n" + data
    for layer in Signs().layers(text):
        for _ in range(5):
            if layer.text:
                offset = random.randrange(len(layer.text))
                start, end, _name = layer.span(offset, min(offset + 3, len(layer.text)))
                assert 0 <= start <= end <= len(text)
                assert 0 <= layer.place(offset) <= len(text)
