"""The promise: a secret is found behind the usual encodings, and shown at the place where it is."""

from __future__ import annotations

import base64
import gzip
import html
import json
import quopri
import string
import zlib
from collections.abc import Callable
from random import Random

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from keystop import decoding, encoded, runs, scan
from keystop.check import Judge
from keystop.encoded import Signs
from keystop.finding import Finding
from keystop.fingerprint import Fingerprints
from keystop.hunk import Hunk, Skipped, whole_file
from keystop.layers import BESIDES, TIMES, Layer, Walk
from keystop.records import Record
from keystop.scan import Receipt, Scanner
from tests.conftest import Repo


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
    for depth in range(1, 11):
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
    "a certificate": lambda random: (
        "-----BEGIN CERTIFICATE-----\n"
        + wrapped(b"\x30\x82\x03\x0b" + random.randbytes(700) + b"http://crl.example.org/a" * 3)
        + "\n-----END CERTIFICATE-----"
    ),
    "a public key": lambda random: (
        "ssh-rsa "
        + base64.b64encode(
            b"\0\0\0\x07ssh-rsa\0\0\0\x03\x01\0\x01\0\0\x01\x81" + random.randbytes(385)
        ).decode()
        + " ann@example.org"
    ),
    "minified code": lambda random: "".join(
        f'var _0x{n:x}=["\\x6C\\x65\\x6E\\x67\\x74\\x68","\\x70\\x75\\x73\\x68"];'
        for n in random.sample(range(9999), 60)
    ),
    "go.sum": lambda random: "\n".join(
        f"example.org/m v1.{n}.0 h1:{base64.b64encode(random.randbytes(32)).decode()}"
        for n in range(50)
    ),
    "random tokens": lambda random: "\n".join(
        "id: " + base64.urlsafe_b64encode(random.randbytes(30)).decode() for _ in range(50)
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


# Texts around a value: words, so that nothing else in them is encoded.
words = st.lists(st.sampled_from("the service keeps settings here, as said = a : b;\n".split(" ")))
values = st.text(st.sampled_from(string.ascii_letters + string.digits + "-_.~!"), min_size=20)


def layer_with(value: str, text: str) -> tuple[Layer, int]:
    """The layer in which a value is readable, and where it is in it."""
    for layer in Signs().layers(text.encode()):
        place = layer.text.find(value.encode())
        if place >= 0:
            return layer, place
    raise AssertionError("it is in no layer")


@given(value=values, before=words, after=words, name=st.sampled_from(sorted(SIGNS)))
def test_the_way_back_from_escapes(
    value: str, before: list[str], after: list[str], name: str
) -> None:
    code = SIGNS[name][1](value)
    text = f"{' '.join(before)} '{code}' {' '.join(after)}"
    layer, place = layer_with(value, text)
    start, end, told = layer.span(place, place + len(value))
    assert (text[start:end], told) == (code, SIGNS[name][0])
    assert layer.place(place) == start


@given(value=values, before=words, after=words, name=st.sampled_from(sorted(WHOLE)))
def test_the_way_back_from_encoded_texts(
    value: str, before: list[str], after: list[str], name: str
) -> None:
    code = WHOLE[name][1](f"{' '.join(before)}\n{value}\n{' '.join(after)}".encode())
    assume(len(code.rstrip("=")) >= runs.ROW)  # packed zeros are shorter
    text = f"{' '.join(after)} '{code}' {' '.join(before)}"
    layer, place = layer_with(value, text)
    start, end, told = layer.span(place, place + len(value))
    assert (text[start:end], told) == (code, WHOLE[name][0])
    assert start <= layer.place(place) < end


@given(value=values, before=st.integers(0, 200), ending=st.sampled_from(["\n", "\r\n"]))
def test_the_way_back_from_quoted_printable(value: str, before: int, ending: str) -> None:
    line = f"{'word = ' * 30}"[:before] + f" id={value} and = so on"
    code = quopri.encodestring(line.encode()).decode().replace("\n", ending)
    layer, place = layer_with(value, f"Subject: keys{ending}{ending}{code}")
    start, end, _ = layer.span(place, place + len(value))
    spelling = f"Subject: keys{ending}{ending}{code}"[start:end].encode()
    assert quopri.decodestring(spelling.replace(b"\r\n", b"\n")).decode() == value


@given(st.integers(10, 400), st.integers(0, 9))
def test_a_run_that_a_window_cuts_has_the_same_places(before: int, cut: int) -> None:
    value = "h7Tq-h7Tq-h7Tq"
    text = "a line of words, of which there are many, and more\n" * 9
    code = base64.b64encode(f"{text[:before]}{value}{text[before:]}".encode()).decode()
    layer, place = layer_with(value, code)
    later, there = layer_with(value, code[cut:])
    assert later.place(there) + cut == layer.place(place) == before * 4 // 3


def test_hyperscan_finds_the_same(judge: Judge, monkeypatch: pytest.MonkeyPatch) -> None:
    fast, slow = Signs(), Signs()
    monkeypatch.setattr(encoded, "FEW_BYTES", 0)
    fast.of(b"a")
    monkeypatch.undo()
    value = judge.generator.value(judge.records[0])
    for encode in [*(make for _, make in WHOLE.values())]:
        text = f'a = "{encode(f"some words and {value}, the end".encode())}"\n'.encode()
        assert [one.text for one in fast.layers(text)] == [one.text for one in slow.layers(text)]
    for sign in [*(make for _, make in SIGNS.values())]:
        text = f'a = "{sign(value)}"\n'.encode()
        assert [one.text for one in fast.layers(text)] == [one.text for one in slow.layers(text)]


def tokens(judge: Judge, count: int) -> list[str]:
    """Tokens of GitHub."""
    (record,) = (one for one in judge.records if one.id == "github.personal-access-token")
    return [judge.generator.value(record) for _ in range(count)]


@pytest.mark.parametrize("name", WHOLE)
def test_several_values_in_one_text_are_each_found(judge: Judge, name: str) -> None:
    told, encode = WHOLE[name]
    lines = [f"TOKEN_{number}={token}" for number, token in enumerate(tokens(judge, 5))]
    lines.insert(2, f"STRIPE={judge.generator.value(known(judge, 'stripe.secret-key'))}")
    text = "\n".join([*lines, lines[0]])
    found = judge.find(f"settings: {encode(text.encode())}\n")
    plain = judge.find("\n".join(lines))
    assert {one.fingerprint for one in found} == {one.fingerprint for one in plain}
    assert len(found) == 6
    assert {(one.line, one.column, one.encoded) for one in found} == {(1, 11, told)}
    if "gzip" not in told and "zlib" not in told:  # in which no byte has a place of its own
        assert [one.detector for one in found] == [one.detector for one in plain]


def known(judge: Judge, kind: str) -> Record:
    """The record of that id."""
    (record,) = (one for one in judge.records if one.id == kind)
    return record


@pytest.mark.parametrize("name", ["base64", "base64 in lines", "hexadecimal", "PowerShell"])
def test_a_text_longer_than_a_window(
    judge: Judge, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    for constant, size in (("PIECE", 8192), ("AHEAD", 2048), ("BEHIND", 512)):
        monkeypatch.setattr(scan, constant, size)
    values = tokens(judge, 200)
    text = "".join(f"# the key of user {n}, for him\nkey={v}\n" for n, v in enumerate(values))
    for before in (0, 1, 5000, 8192, 8193):
        data = f"{'x ' * (before // 2)}\n{WHOLE[name][1](text.encode())}\n".encode()
        hunks: list[Hunk | Skipped] = list(whole_file(b"a.txt", [data]))
        scanner = Scanner((judge.engine,), Fingerprints(slow=False).of, lambda _: None)
        found = [one.fingerprint for one in scanner.scan(hunks, Receipt())]
        assert len(data) > 2 * 8192
        assert (len(found), len(set(found))) == (200, 200)


OWN_FORM = (
    "jwt.token", "1password.service-account-token", "docker-config.auth", "grafana.api-key",
    "sentry.organization-token",
)  # fmt: skip


@pytest.mark.parametrize("kind", OWN_FORM)
def test_a_kind_that_is_base64_itself_is_found_once_as_that(judge: Judge, kind: str) -> None:
    record = known(judge, kind)
    text, value = judge.generator.text(record, record.examples[0])
    (found,) = judge.find(text)
    assert (found.detector, found.encoded) == (kind, "")
    assert value not in found.excerpt.text


SETTINGS = "# of the shop\nDEBUG=0\nDB_PASSWORD=@\nexport API_TOKEN=@\nHOST=db\n"


@pytest.mark.parametrize(
    ("template", "path"),
    [
        ('{"settings": "$"}\n', b"a.json"),
        ("data:\n  .env: $\n", b"a.yaml"),
        ('SETTINGS = "$"\n', b"a.py"),
    ],
    ids=["JSON", "YAML", "Python"],
)
def test_what_decoded_settings_assign(judge: Judge, template: str, path: bytes) -> None:
    random = Random(3)
    secrets = [base64.b32encode(random.randbytes(20)).decode().lower() for _ in range(2)]
    text = SETTINGS.replace("@", secrets[0], 1).replace("@", secrets[1])
    found = judge.find(template.replace("$", base64.b64encode(text.encode()).decode()), path)
    assert [(one.detector, one.encoded) for one in found] == [("generic.secret", "base64")] * 2


def test_a_name_outside_names_the_encoded_value_alone(judge: Judge) -> None:
    secret = base64.b64encode(base64.b32encode(Random(4).randbytes(20))).decode()
    (found,) = judge.find(f"settings:\n  db-password: {secret}\n", b"a.yaml")
    assert (found.detector, found.encoded) == ("generic.secret", "")


@pytest.mark.parametrize("name", ["base64", "base64 in lines", "hexadecimal", "gzip"])
def test_nothing_of_what_is_encoded_is_shown(judge: Judge, name: str) -> None:
    codes = [WHOLE[name][1](f"the key = {token}, or so\n".encode()) for token in tokens(judge, 2)]
    codes += [SIGNS["percent encoding"][1](token) for token in tokens(judge, 1)]
    text = f"first: {codes[0]}; second: {codes[1]}; third: {codes[2]}\n"
    found = judge.find(text)
    assert len(found) == 3
    for one in found:
        for code in codes:
            for part in code.split():
                assert part[:6] not in one.excerpt.text
                assert part[-6:] not in one.excerpt.text


def test_a_commit_is_stopped_and_says_how_the_secret_is_spelled(repo: Repo, token: str) -> None:
    repo.hook()
    code = base64.b64encode(f"GITHUB_TOKEN={token}\n".encode()).decode()
    repo.write("secret.yaml", f"kind: Secret\ndata:\n  env: {code}\n")
    repo.git("add", ".")
    done = repo.run("git", "commit", "-m", "a leak")
    output = done.stdout + done.stderr
    assert done.returncode == 1
    assert "secret.yaml:3:8  critical  GitHub personal access token (classic), in base64" in output
    assert token not in output
    assert code[:12] not in output


def test_lines_that_are_almost_text_are_decoded_a_few_times(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    random = Random(6)
    lines = [
        base64.b64encode(b"fifty bytes of text that can be read, and then not"[:50] + tail)
        for tail in (random.randbytes(7) for _ in range(2000))
    ]
    text = b"\n".join(lines)
    sizes = []
    real = decoding._decoded

    def counted(
        text: bytes, lines: list[tuple[int, int]], most: int
    ) -> tuple[decoding.Run | None, int]:
        sizes.append(sum(end - begin for begin, end in lines))
        return real(text, lines, most)

    monkeypatch.setattr(decoding, "_decoded", counted)
    for layer in Signs().layers(text):
        assert len(layer.text) <= 2 * len(text)
    assert sum(sizes) <= 4 * (TIMES * len(text) + BESIDES)


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
