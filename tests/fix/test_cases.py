"""Files as people write them, in every language and format: what becomes of them."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from keystop.fix.plan import LANGUAGES
from keystop.fix.syntax import errors, parse
from keystop.fix.terraform import HCL
from keystop.fix.yaml import YAML
from keystop.masking import MASK
from tests.fix.cases import Case, cases, changed_lines, values
from tests.fix.conftest import Run

NAMES = ("python", "javascript", "typescript", "go", "java", "ruby", "csharp", "php",
             "yaml", "terraform")  # fmt: skip
ALL = [case for language in NAMES for case in cases(language)]
DONE = [case for case in ALL if "refused" not in case.special]
REFUSED = [case for case in ALL if "refused" in case.special]


def ids(some: list[Case]) -> list[str]:
    return [f"{case.language}: {case.name}" for case in some]


def written(case: Case, folder: Path, secrets: dict[str, str]) -> Path:
    """The file of a case, in a folder of its own."""
    path = folder / case.path
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(case.text(secrets))
    return path


def windows(said: str, secrets: dict[str, str]) -> list[str]:
    """The kinds of secrets of which six characters in a row are told."""
    return [
        kind
        for kind, secret in secrets.items()
        if any(secret[place : place + 6] in said for place in range(len(secret) - 5))
    ]


def test_there_are_enough() -> None:
    assert len(DONE) >= 150
    assert len(REFUSED) >= 50
    assert len(set(ids(ALL))) == len(ALL)


@pytest.mark.parametrize("case", DONE, ids=ids(DONE))
def test_what_becomes_of_it(
    case: Case, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, run: Run
) -> None:
    monkeypatch.chdir(tmp_path)
    secrets = values(case)
    path = written(case, tmp_path, secrets)
    before = path.read_bytes()
    what = f"{case.path}:{case.place(secrets)}"
    options = case.special.get("options", "").split()
    status, shown = run("fix", what, *options)
    assert (status, path.read_bytes()) == (0, before)
    status, told = run("fix", what, "--apply", *options)
    assert status == 0, told
    after = path.read_bytes()
    assert changed_lines(before, after, secrets) == case.becomes
    assert_shown(shown, case.becomes)
    assert windows(shown + told, secrets) == []
    for secret in secrets.values():
        assert secret.encode() not in after
    unharmed(before, after)
    language = LANGUAGES.get(path.suffix, YAML if case.language == "yaml" else HCL)
    assert errors(parse(language, case.path, after.removeprefix(b"\xef\xbb\xbf"))) == 0
    assert run("scan", case.path)[0] == 0
    assert run("fix", what, *options)[0] == 3


def assert_shown(shown: str, becomes: str) -> None:
    """The diff has all lines that are added, but for what is masked in them."""
    lines = [line for line in shown.replace("\\u{feff}", "\ufeff").splitlines() if line[:1] == "+"]
    patterns = [re.escape(line).replace(re.escape(MASK), ".+") for line in lines]
    for line in becomes.replace("\t", "    ").splitlines():
        if line.startswith("+"):
            assert any(re.fullmatch(pattern, line) for pattern in patterns), line


def unharmed(before: bytes, after: bytes) -> None:
    """Line ends, the byte order mark and the missing last line end are as they were."""
    assert after.startswith(b"\xef\xbb\xbf") == before.startswith(b"\xef\xbb\xbf")
    assert after.endswith(b"\n") == before.endswith(b"\n")
    lone = after.count(b"\n") - after.count(b"\r\n")
    assert lone == 0 if b"\r\n" in before else b"\r" not in after


@pytest.mark.parametrize("case", REFUSED, ids=ids(REFUSED))
def test_it_is_refused(
    case: Case, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, run: Run
) -> None:
    monkeypatch.chdir(tmp_path)
    secrets = values(case)
    path = written(case, tmp_path, secrets)
    what = f"{case.path}:{case.place(secrets)}"
    status, told = run("fix", what, "--apply", *case.special.get("options", "").split())
    assert (status, path.read_bytes()) == (3, case.text(secrets))
    assert case.special["refused"] in told
    assert f"{case.path}:" in told
    assert windows(told, secrets) == []
