"""Every detector finds what it describes, wherever that stands, and nothing that is almost it.

The long run: KEYSTOP_TOKENS=200 pytest tests/test_detectors.py
"""

from __future__ import annotations

import json
import os
import re
from collections.abc import Callable
from pathlib import Path
from random import Random

import pytest

from keystop import patterns
from keystop.check import PATH, Judge
from keystop.engine import shipped_folder
from keystop.finding import Finding
from keystop.fingerprint import Fingerprints
from keystop.hunk import PIECE, Hunk, Skipped, whole_file
from keystop.records import Record, load
from keystop.scan import AHEAD, Receipt, Scanner

TOKENS = int(os.environ.get("KEYSTOP_TOKENS", "4"))
RECORDS = load(Path(shipped_folder()))
ALL = pytest.mark.parametrize("record", RECORDS, ids=[record.id for record in RECORDS])
_NUL = b"\0"


def _lines_of(text: str) -> bytes:
    return text.encode()


# How a text may stand in a file: from the example to the file's bytes.
PLACES: dict[str, Callable[[str], bytes]] = {
    "alone": _lines_of,
    "no line break at the end": lambda text: text.rstrip("\n").encode(),
    "CRLF": lambda text: text.replace("\n", "\r\n").encode() + b"\r\n",
    "indented": lambda text: b"".join(
        b"    " + line + b"\n" for line in text.encode().split(b"\n")
    ),
    "after bytes that are no UTF-8": lambda text: b"caf\xe9 \xff\xfe\n" + text.encode() + b"\n",
    "after a byte order mark": lambda text: b"\xef\xbb\xbf" + text.encode() + b"\n",
    "UTF-16 with mark": lambda text: ("\ufeff" + text + "\n").encode("utf-16-le"),
    "UTF-16 big endian": lambda text: (text + "\n").encode("utf-16-be"),
    "UTF-32": lambda text: (text + "\n").encode("utf-32-le"),
    "among a thousand lines": lambda text: (
        b"some words, and more\n" * 500 + text.encode() + b"\n" + b"some words, and more\n" * 500
    ),
    "in the middle of a long line": lambda text: (
        b"x " * 40_000 + text.encode() + b" y" * 40_000 + b"\n"
    ),
    "in the next window": lambda text: (
        b"word " * ((PIECE + AHEAD) // 5) + b"\n" + text.encode() + b"\n" + b"word\n" * 30_000
    ),
}
# What takes most of the time is tried with the first ten tokens only.
LARGE = ("in the middle of a long line", "in the next window")


@pytest.fixture(scope="module")
def scanner(judge: Judge) -> Scanner:
    """The engine with all detectors."""
    return Scanner((judge.engine,), Fingerprints(slow=False).of, lambda _: None)


def found(scanner: Scanner, data: bytes, path: bytes = PATH) -> list[Finding]:
    """The findings in a file that comes in pieces, as from git."""
    pieces = [data[at : at + 200_000] for at in range(0, len(data), 200_000)] or [b""]
    hunks: list[Hunk | Skipped] = list(whole_file(path, pieces))
    return list(scanner.scan(hunks, Receipt()))


@ALL
def test_the_record_is_judged_well(judge: Judge, record: Record) -> None:
    assert list(judge.complaints(record)) == []


@ALL
def test_it_is_found_once_wherever_it_stands(
    judge: Judge, scanner: Scanner, record: Record
) -> None:
    for number in range(TOKENS):
        template = record.examples[number % len(record.examples)]
        text, _ = judge.generator.text(record, template)
        for name, make in PLACES.items():
            if (name in LARGE and number >= 10) or (
                "long line" in name and "\n" in text and record.context
            ):
                continue
            own = [one for one in found(scanner, make(text)) if one.detector == record.id]
            assert len(own) == 1, f"{name}: found {len(own)} times"


def _mutants(value: str, random: Random) -> dict[str, str]:
    """Values that are almost value."""
    at = random.randrange(len(value))
    middle = len(value) // 2
    letters = [i for i, character in enumerate(value) if character.isalnum()]
    swap = random.choice(letters)
    other = random.choice([c for c in "abcdefXYZ0123456789" if c != value[swap]])
    return {
        "one character more": value + random.choice("aZ7"),
        "one character less": value[:-1],
        "one more in front": random.choice("aZ7") + value,
        "a character of another alphabet": value[:at] + "\u00e9" + value[at + 1 :],
        "a space in it": value[:middle] + " " + value[middle:],
        "another character": value[:swap] + other + value[swap + 1 :],
        "a placeholder word in it": value[:middle] + "EXAMPLE" + value[middle + 7 :],
        "the end made of x": value[: -min(12, len(value))] + "x" * min(12, len(value)),
    }


@ALL
def test_what_is_almost_it_is_not_reported(judge: Judge, scanner: Scanner, record: Record) -> None:
    pattern = re.compile(record.pattern.encode(), re.VERBOSE)
    random = Random(record.id)
    template = record.examples[0]
    detector = judge.engine.detector(judge.engine.number(record.id))
    least, most = patterns.width(patterns.parse(record.pattern))
    # A change beside the secret leaves it what it is.
    varies = least != most or "secret" in pattern.groupindex
    in_words = any(chr(byte).isalnum() for byte in patterns.edges(record.pattern)[0])
    missed = tried = 0
    for _ in range(TOKENS):
        text, value = judge.generator.text(record, template)
        if not value:
            pytest.skip("the first example has no {value}")
        for name, mutant in _mutants(value, random).items():
            if name == "one more in front" and not in_words:
                continue
            # Where lengths vary, a part of the mutant may be in the format.
            match = (pattern.search if varies else pattern.fullmatch)(mutant.encode())
            if match is not None and not detector.objection(match[match.lastgroup or 0], PATH):
                continue  # so it is no mutant
            tried += 1
            data = text.replace(value, mutant).encode()
            own = [one for one in found(scanner, data) if one.detector == record.id]
            missed += bool(own)
            if own and record.checksum:
                pytest.fail(f"{name}: found in spite of its checksum")
    assert missed <= tried // 20, f"{missed} of {tried} mutants are reported"


def test_examples_hold_no_secret_in_the_repository() -> None:
    assert RECORDS, "there are detectors"
    for record in RECORDS:
        assert all("{" in template for template in record.examples), record.id


@pytest.mark.parametrize("offset", range(-40, 41, 8))
def test_a_token_at_the_edge_of_a_window_is_found_once(
    judge: Judge, scanner: Scanner, records: dict[str, Record], offset: int
) -> None:
    record = records["twilio.api-key"]
    value = judge.generator.value(record)
    for line in (b"word ", b"word\n"):
        before = (line * (PIECE // 5 + 10))[: PIECE - 1 + offset] + b" "
        data = before + value.encode() + b"\n" + line * 60_000
        own = [one for one in found(scanner, data) if one.detector == record.id]
        assert len(own) == 1
        assert own[0].length == len(value)


def test_json_escapes_do_not_hide_a_token(
    judge: Judge, scanner: Scanner, records: dict[str, Record]
) -> None:
    value = judge.generator.value(records["twilio.api-key"])
    data = json.dumps({"source": [f'key = "{value}"\n', f"\t{value}"]}).encode()
    assert [one.detector for one in found(scanner, data)] == ["twilio.api-key"] * 2


@pytest.mark.parametrize(
    "kind", ["twilio.api-key", "github.personal-access-token", "openai.api-key"]
)
@pytest.mark.parametrize("colour", ["\x1b[31m", "\x1b[1;32m", "\x1b[m", "\x1b[38;5;196m"])
def test_colours_of_a_terminal_do_not_hide_a_token(
    judge: Judge, scanner: Scanner, records: dict[str, Record], kind: str, colour: str
) -> None:
    value = judge.generator.value(records[kind])
    (finding,) = found(scanner, f"the key is {colour}{value}\x1b[0m, or so\n".encode())
    assert (finding.detector, finding.length) == (kind, len(value))
    assert found(scanner, f"the key is item{value}\n".encode()) == []


def test_an_underscore_goes_on_with_a_word(
    judge: Judge, scanner: Scanner, records: dict[str, Record]
) -> None:
    value = judge.generator.value(records["github.personal-access-token"])
    assert found(scanner, f"see {value}_of_the_shop\n".encode()) == []


def test_the_name_of_a_member_is_no_value(
    judge: Judge, scanner: Scanner, records: dict[str, Record]
) -> None:
    value = judge.generator.value(records["datadog.api-key"])
    assert found(scanner, f'{{"datadog_api_key": "{value}"}}\n'.encode())
    assert found(scanner, f'{{"datadog_api_keys": {{"{value}": 1}}}}\n'.encode()) == []
