"""The promise: a configuration means what it says, and a mistake in it never means nothing."""

from __future__ import annotations

import json
import tomllib
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from keystop.config import Config, Exclude, read
from keystop.errors import Usage
from tests.conftest import Repo, Twilio

OWN, SHARED = ".keystop.toml", "pyproject.toml"
SCHEMA = json.loads(
    (Path(__file__).parent.parent / "docs" / "keystop.schema.json").read_text(encoding="utf-8")
)


def detector(**changes: Any) -> str:
    """A [[detector]] table, some of its values changed, those that are None left out."""
    values: dict[str, Any] = {
        "id": "acme.token",
        "name": "Acme token",
        "grants": "Whoever has it can order for us.",
        "severity": "high",
        "keywords": ["acme_"],
        "pattern": "acme_[0-9a-f]{24}",
        **changes,
    }
    lines = [
        f"{key} = {json.dumps(value)}" if not isinstance(value, dict) else
        f"{key} = {{ {', '.join(f'{k} = {json.dumps(v)}' for k, v in value.items())} }}"
        for key, value in values.items()
        if value is not None
    ]  # fmt: skip
    return "[[detector]]\n" + "\n".join(lines) + "\n"


GOOD = {
    "empty": "",
    "comment": "# nothing here\n",
    "block": 'block = "low"\n',
    "exclude": 'exclude = [{ path = "tests/**", reason = "made-up values" }]\n',
    "exclude-table": '[[exclude]]\npath = "a/"\nreason = "old"\n[[exclude]]\npath="b"\nreason="c"',
    "exclude-nothing": "exclude = []\n",
    "honour": 'honour = ["gitleaks:allow", "ggignore"]\n',
    "detector": detector(),
    "two-detectors": detector() + detector(id="acme.other"),
    "detector-with-context": detector(
        keywords=None, context=["acme"], names=["token"], pattern="[0-9a-f]{40}", entropy=3,
    ),
    "detector-with-everything": detector(
        context=["acme"], password=True, reach=2, references=["https://example.com"],
        examples=["{value}"], near_misses=[], entropy=2.5,
    ),
}  # fmt: skip
# What is wrong, and what is said of it.
BAD = {
    "unknown-key": ("blok = 'low'\n", "unknown key 'blok'; did you mean 'block'?"),
    "unknown-key-that-is-far-off": ("zzz = 1\n", "known are block, detector, exclude, honour"),
    "allowlist-of-another-scanner": ("[allowlist]\npaths = []\n", "unknown key 'allowlist'"),
    "no-such-severity": ('block = "severe"\n', "block is one of low, medium, high, critical"),
    "block-is-a-number": ("block = 3\n", "block is one of"),
    "block-is-a-list": ('block = ["low"]\n', "block is one of"),
    "exclude-is-a-word": ('exclude = "tests/**"\n', "exclude is to be a list"),
    "exclude-is-a-table": ('[exclude]\npath = "a"\nreason = "b"\n', "exclude is to be a list"),
    "exclude-of-words": ('exclude = ["tests/**"]\n', "a table is expected"),
    "exclude-without-reason": ('[[exclude]]\npath = "a"\n', "needs a path and a reason"),
    "exclude-with-a-blank-reason": (
        '[[exclude]]\npath = "a"\nreason = " "\n', "needs a path and a reason"),
    "exclude-without-path": ('[[exclude]]\nreason = "a"\n', "needs a path and a reason"),
    "exclude-number": ("[[exclude]]\npath = 1\nreason = 2\n", "needs a path and a reason"),
    "exclude-unknown-key": (
        '[[exclude]]\npath = "a"\nreasn = "b"\n', "did you mean 'reason'?"),
    **{
        f"exclude-everything-{number}": (
            f'[[exclude]]\npath = "{path}"\nreason = "noise"\n', "would leave out everything")
        for number, path in enumerate(("*", "**", "**/*", "/", ".", "./**", "*.*", "**/?*", "***"))
    },
    "honour-is-a-word": ('honour = "ggignore"\n', "honour is to be a list"),
    "honour-unknown": ('honour = ["noqa"]\n', "honour: each is one of gitleaks:allow"),
    "honour-of-lists": ('honour = [["ggignore"]]\n', "honour: each is one of"),
    "detector-is-a-table": (detector().replace("[[detector]]", "[detector]"), "a list of tables"),
    "detector-is-a-word": ('detector = "x"\n', "detector is to be a list of tables"),
    "detector-of-words": ('detector = ["x"]\n', "a table is expected"),
    "detector-without-id": (detector(id=None), "id is missing"),
    "detector-without-pattern": (detector(pattern=None), "pattern is missing"),
    "detector-with-an-empty-name": (detector(name=""), "name is missing"),
    "detector-with-an-odd-id": (detector(id="Acme Token"), "an id is like provider.kind"),
    "detector-with-a-plain-id": (detector(id="acme"), "an id is like provider.kind"),
    "detector-with-an-odd-severity": (detector(severity="awful"), "severity is one of"),
    "detector-with-neither": (detector(keywords=None), "neither keywords nor context"),
    "detector-with-a-number": (detector(keywords=[1]), "keywords is to be a list of strings"),
    "detector-with-a-command": (detector(entry="rm"), "unknown key 'entry'"),
    "detector-with-a-check": (detector(verify="https://example.com"), "unknown key 'verify'"),
    "detector-with-a-short-keyword": (detector(keywords=["ac"]), "shorter than 3 bytes"),
    "detector-with-odd-near-misses": (detector(near_misses=["x"]), "made of tables"),
    "detector-with-an-odd-pair": (detector(pair="x"), "made of tables"),
}  # fmt: skip
# What only the code refuses: no schema can take a pattern apart, or compare two records.
BAD_PATTERNS = {
    "no-pattern": (detector(pattern="acme_[0-9"), "its pattern cannot be read"),
    "python-only": (detector(pattern="acme_(?P<n>x)(?P=m)"), "its pattern cannot be read"),
    "slow": (detector(pattern="acme_(?:[a-z]{1,40}){1,40}"), "a repeat within a repeat"),
    "slow-neighbours": (
        detector(pattern="acme_[a-z]{1,200}[a-z]{1,200}x"), "two repeats that can trade bytes"),
    "without-end": (detector(pattern="acme_[0-9a-f]{24,}"), "without an upper bound"),
    "matches-nothing": (detector(pattern="(?:acme_)?"), "less than 4 bytes"),
    "keyword-not-in-it": (detector(pattern="acne_[0-9a-f]{24}"), "acme.token"),
    "keyword-in-a-part": (detector(pattern="(?:acme_|xyz_)[0-9a-f]{24}"), "acme.token"),
    "twice": (detector() + detector(), "acme.token is there twice"),
}  # fmt: skip


@pytest.mark.parametrize("text", GOOD.values(), ids=GOOD)
def test_code_and_schema_accept(text: str) -> None:
    assert isinstance(read(text.encode(), OWN), Config)
    assert [error.message for error in Draft202012Validator(SCHEMA).iter_errors(parsed(text))] == []


def parsed(text: str) -> Any:
    return tomllib.loads(text)


@pytest.mark.parametrize(("text", "said"), BAD.values(), ids=BAD)
def test_code_and_schema_refuse(text: str, said: str) -> None:
    with pytest.raises(Usage) as refused:
        read(text.encode(), OWN)
    assert str(refused.value).startswith(f"{OWN}: ")
    assert said in str(refused.value)
    assert not Draft202012Validator(SCHEMA).is_valid(parsed(text))


@pytest.mark.parametrize(("text", "said"), BAD_PATTERNS.values(), ids=BAD_PATTERNS)
def test_code_refuses_a_pattern(repo: Repo, text: str, said: str) -> None:
    repo.write(OWN, text)
    repo.git("add", ".")
    done = repo.run("keystop-pre-commit")
    assert (done.returncode, done.stderr.count("\n")) == (3, 1), done.stderr
    assert said in done.stderr


def test_the_schema_is_one() -> None:
    Draft202012Validator.check_schema(SCHEMA)


NO_TOML = {
    "no-value": (b"block =\n", 1),
    "third-line": (b"# a\n\nblock low\n", 3),
    "open-string": (b'block = "low\n', 1),
    "twice": (b'block = "low"\nblock = "high"\n', 2),
    "not-utf-8": (b"# a\n# \xff\n", 2),
    "conflict": (b"<<<<<<< ours\nblock = 'low'\n=======\n>>>>>>> theirs\n", 1),
    "cut-short": (b'[[exclude]]\npath = "a"\nreason', 3),
}


@pytest.mark.parametrize(("text", "line"), NO_TOML.values(), ids=NO_TOML)
@pytest.mark.parametrize("name", [OWN, SHARED])
def test_broken_toml_names_its_line(repo: Repo, name: str, text: bytes, line: int) -> None:
    if name == SHARED:
        text = b"# keystop" + (text if text.startswith(b"#") else b"\n" + text)
        line += not text.startswith(b"# keystop# ")
    repo.write(name, text)
    repo.git("add", ".")
    done = repo.run("keystop-pre-commit")
    assert done.returncode == 3
    assert done.stderr.startswith(f"keystop: {name}:{line}: "), done.stderr
    assert done.stderr.endswith(", so nothing goes through\n")


def test_what_is_quoted_in_a_mistake_is_not_shown(twilio: Twilio) -> None:
    for text in (
        f"{{{twilio.token} = 1, {twilio.token} = 2}}",
        f"x = {{ {twilio.token} = 1, {twilio.token} = 2 }}",
        f'block = "{twilio.token}"',
        f"{twilio.token} = 1",
        f'honour = ["{twilio.token}"]',
    ):
        with pytest.raises(Usage) as refused:
            read(text.encode(), OWN)
        assert twilio.token[3:9] not in str(refused.value)


@settings(deadline=None)
@given(st.text(max_size=200) | st.sampled_from(["[" * 5000, "a={" * 5000, "a." * 500 + "a=1"]))
def test_any_text_is_read_or_refused(text: str) -> None:
    try:
        read(text.encode("utf-8", "surrogatepass"), OWN)
    except Usage as error:
        assert str(error).startswith(OWN)  # noqa: PT017 - both ways are right


# What it does -------------------------------------------------------------------------------------


def staged(repo: Repo, config: str, name: str = OWN) -> int:
    repo.write(name, config)
    repo.git("add", ".")
    return repo.run("keystop-pre-commit").returncode


SEVERITIES = {
    "nothing": ("", 0, 1),
    "low": ('block = "low"\n', 1, 1),
    "medium": ('block = "medium"\n', 0, 1),
    "critical": ('block = "critical"\n', 0, 1),
}


@pytest.mark.parametrize(("config", "low", "critical"), SEVERITIES.values(), ids=SEVERITIES)
def test_the_least_severity_that_blocks(
    repo: Repo, twilio: Twilio, config: str, low: int, critical: int
) -> None:
    repo.write("a.py", f'TWILIO_ACCOUNT_SID = "{twilio.sid}"\n')
    assert staged(repo, config) == low
    repo.write("a.py", twilio.lines)
    assert staged(repo, config) == critical
    assert staged(repo, f"[tool.keystop]\n{config}", SHARED) in (critical, 3)


PATTERNS = {
    "exact": ("src/a.py", ["src/a.py"], ["a.py", "src/a.pyc", "x/src/a.py"]),
    "star": ("src/*.py", ["src/a.py"], ["src/b/a.py", "src/a.txt"]),
    "double-star": ("src/**", ["src/a.py", "src/b/c"], ["a/src/b", "srcx"]),
    "anywhere": ("**/a.py", ["a.py", "x/y/a.py"], ["ba.py"]),
    "folder": ("old/", ["old/a", "old/b/c"], ["older/a", "x/old/a"]),
    "question": ("a?.py", ["ab.py"], ["a.py", "a/.py", "abc.py"]),
    "signs": ("a+(1).py", ["a+(1).py"], ["aa1.py"]),
}


@pytest.mark.parametrize(("pattern", "inside", "outside"), PATTERNS.values(), ids=PATTERNS)
def test_which_paths_are_left_out(pattern: str, inside: list[str], outside: list[str]) -> None:
    exclude = Exclude(pattern, "why")
    assert [path for path in (*inside, *outside) if exclude.matches(path.encode())] == inside


def test_a_path_that_is_left_out_is_counted(repo: Repo, twilio: Twilio) -> None:
    repo.write("tests/a.py", twilio.lines)
    assert staged(repo, 'exclude = [{ path = "tests/**", reason = "made-up" }]\n') == 0
    assert "0 blocking, 1 left out\n" in repo.run("keystop-pre-commit").stdout
    repo.write("src/a.py", twilio.lines)
    repo.git("add", ".")
    assert repo.run("keystop-pre-commit").returncode == 1


def test_both_files_are_an_error(repo: Repo) -> None:
    repo.write(SHARED, "[tool.keystop]\n")
    assert staged(repo, "") == 3
    assert repo.run("keystop-pre-commit").stderr == (
        "keystop: both .keystop.toml and [tool.keystop] in pyproject.toml are here: keep one, so "
        "nothing goes through\n"
    )
    repo.write(SHARED, '[project]\nname = "keystop-user"\n')
    assert staged(repo, "") == 0


def test_the_index_counts_not_the_working_tree(repo: Repo, twilio: Twilio) -> None:
    repo.write("a.py", f'TWILIO_ACCOUNT_SID = "{twilio.sid}"\n')
    assert staged(repo, 'block = "low"\n') == 1
    for unstaged in ("", 'block = "critical"\n', "broken ="):
        repo.write(OWN, unstaged)
        assert repo.run("keystop-pre-commit").returncode == 1
    (repo.path / OWN).unlink()
    assert repo.run("keystop-pre-commit").returncode == 1


@pytest.mark.parametrize("name", [OWN, SHARED])
def test_own_detectors_count_as_staged(repo: Repo, name: str) -> None:
    text = detector() if name == OWN else detector().replace("[[", "[[tool.keystop.")
    repo.write("a.txt", "key acme_" + "3f8a71c95e2b" * 2 + "\n")
    assert staged(repo, text, name) == 1
    repo.write(name, f"{text}\n# unstaged\n")
    assert repo.run("keystop-pre-commit").returncode == 1
    for unstaged in ("", "# nothing", "broken ="):
        repo.write(name, unstaged)
        blocked = repo.run("keystop-pre-commit")
        assert (blocked.returncode, "make them alike" in blocked.stderr) == (3, True)
    repo.git("rm", "-q", "--force", "--cached", name)
    repo.write(name, text)
    assert repo.run("keystop-pre-commit").returncode == 0


def test_a_mistake_is_told_when_it_is_staged_though_nothing_is_found(repo: Repo) -> None:
    repo.write("a.py", "x = 1\n")
    assert staged(repo, 'blok = "low"\n') == 3
    assert repo.run("keystop-pre-commit").stderr == (
        "keystop: .keystop.toml: unknown key 'blok'; did you mean 'block'?, so nothing goes "
        "through\n"
    )


def test_own_detectors_cannot_replace_built_in_ones(repo: Repo) -> None:
    assert staged(repo, detector(id="twilio.auth-token")) == 3
    assert "twilio.auth-token is built in" in repo.run("keystop-pre-commit").stderr


def test_what_an_own_detector_finds_is_masked_and_escaped(repo: Repo) -> None:
    value = "acme_" + "3f8a71c95e2b" * 2
    repo.write("a.txt", f"key {value}\n")
    assert staged(repo, detector(name="Acme\x1b[2J token", grants="It is\x07 ours.")) == 1
    said = repo.run("keystop-pre-commit").stdout
    assert "a.txt:1:5  high  Acme\\x1b[2J token\n  1 | key acme********\n" in said
    assert not {"\x1b", "\x07"} & set(said)


def test_a_value_that_can_be_guessed_is_kept_as_a_password(repo: Repo) -> None:
    repo.write("a.txt", "key acme_39175\n")
    repo.write(OWN, detector(pattern="acme_[0-9]{5}"))
    repo.git("add", ".")
    repo.run("keystop", "baseline", "create", check=True)
    assert " acme.token s1:" in (repo.path / ".keystop-baseline").read_text()


def test_a_named_configuration_is_read_though_nothing_is_found(repo: Repo) -> None:
    repo.write("c.toml", "blok = 1\n")
    for command in (("scan", "--config", "c.toml", "."), ("scan", "--config", "no.toml", ".")):
        done = repo.run("keystop", *command)
        assert (done.returncode, done.stdout) == (3, ""), done.stderr
