"""The promise: an allow comment lets through one kind of secret in one place, with a reason."""

from __future__ import annotations

from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from keystop.allow import FOREIGN, Allow, foreign, holds, read, read_above, state
from keystop.check import Judge
from tests.conftest import Repo, Twilio

ID = "twilio.auth-token"
MARK = f"keystop: allow[{ID}]"
TODAY = "2026-11-25"


def one(line: str) -> Allow:
    (found,) = read(line.encode())
    return found


# Comments that do not count -----------------------------------------------------------------------

BLOCKED = {
    "no-comment": "",
    "no-reason": f"# {MARK}",
    "only-signs-for-a-reason": f"# {MARK} --- ,.",
    "only-a-date-for-a-reason": f"# {MARK} until=2099-01-01",
    "another-detector": "# keystop: allow[twilio.api-key] test account",
    "every-detector": "# keystop: allow[*] test account",
    "a-part-of-the-id": "# keystop: allow[twilio] test account",
    "no-detector": "# keystop: allow[] test account",
    "never-closed": f"# keystop: allow[{ID} test account",
    "expired": f"# {MARK} test account, until=2020-01-01",
    "no-such-month": f"# {MARK} test account, until=2099-13-01",
    "no-such-day": f"# {MARK} test account, until=2099-02-30",
    "a-date-of-another-form": f"# {MARK} test account, until=01.02.2099",
    "a-date-without-zeros": f"# {MARK} test account, until=2099-1-1",
    "a-date-that-is-missing": f"# {MARK} test account, until=",
    "a-word-for-a-date": f"# {MARK} test account, until=never",
    "expired-with-blanks": f"# {MARK} test account, until = 2020-01-01",
    "expired-with-a-colon": f"# {MARK} test account until: 2020-01-01",
    "capitals": f"# KEYSTOP: ALLOW[{ID}] test account",
    "of-another-scanner": "# gitleaks:allow",
}
ALLOWED = {
    "reason": f"# {MARK} test account",
    "not-yet-expired": f"# {MARK} test account, until=2099-12-31",
    "quoted-date": f'# {MARK} test account, until="2099-12-31"',
    "date-first": f"# {MARK} until=2099-12-31 test account",
    "several": f"# keystop: allow[generic.secret, {ID}] test account",
    "two-comments": f"# keystop: allow[generic.secret] a # {MARK} test account",
    "no-blanks": f"# keystop:allow[{ID}]test account",
    "many-blanks": f"#   keystop:   allow [ {ID} ]   test account",
    "in-any-language": f"# {MARK} Testkonto für Übungen, 測試",
}


def staged(repo: Repo, line: str) -> int:
    repo.write("settings.py", line)
    repo.git("add", ".")
    return repo.run("keystop-pre-commit").returncode


@pytest.mark.parametrize("comment", BLOCKED.values(), ids=BLOCKED)
def test_a_comment_that_does_not_count(repo: Repo, twilio: Twilio, comment: str) -> None:
    assert staged(repo, f'TWILIO_AUTH_TOKEN = "{twilio.token}"  {comment}\n') == 1


@pytest.mark.parametrize("comment", ALLOWED.values(), ids=ALLOWED)
def test_a_comment_that_counts(repo: Repo, twilio: Twilio, comment: str) -> None:
    assert staged(repo, f'TWILIO_AUTH_TOKEN = "{twilio.token}"  {comment}\n') == 0


# Where it may stand -------------------------------------------------------------------------------


def test_the_line_above_may_hold_it_when_it_is_a_comment(repo: Repo, twilio: Twilio) -> None:
    secret = f'TWILIO_AUTH_TOKEN = "{twilio.token}"\n'
    assert staged(repo, f"x = 1\n# {MARK} test account\n{secret}") == 0
    assert staged(repo, f"# {MARK} test account\nx = 1\n{secret}") == 1
    assert staged(repo, f"{secret}# {MARK} test account\n") == 1


def test_a_comment_behind_code_is_for_its_own_line_only(repo: Repo, twilio: Twilio) -> None:
    other = Twilio(Random(twilio.token))
    assert staged(
        repo,
        f'TWILIO_AUTH_TOKEN = "{twilio.token}"  # {MARK} test account\n'
        f'TWILIO_TOKEN_2 = "{other.token}"\n',
    ) == 1  # fmt: skip


def test_the_line_above_may_be_an_old_one(repo: Repo, twilio: Twilio) -> None:
    repo.write("settings.py", f"x = 1\n# {MARK} test account\ny = 2\n")
    repo.git("add", ".")
    repo.git("commit", "-qm", "first")
    text = f'x = 1\n# {MARK} test account\nTWILIO_AUTH_TOKEN = "{twilio.token}"\ny = 2\n'
    assert staged(repo, text) == 0
    # What counts is the staged file: here the comment is in the working tree only.
    repo.write("settings.py", text.replace(f"# {MARK} test account\n", "#\n"))
    repo.git("add", ".")
    repo.write("settings.py", text)
    assert repo.run("keystop-pre-commit").returncode == 1


@pytest.mark.parametrize("kind", ["private-key.rsa", "private-key.pkcs8"])
def test_the_first_line_of_several_counts_and_the_one_above(judge: Judge, kind: str) -> None:
    value = judge.generator.value(next(r for r in judge.records if r.id == kind))
    first, rest = value.split("\n", 1)
    mark = f"# keystop: allow[{kind}] for tests"

    def open_findings(text: str) -> list[str]:
        return [
            finding.detector
            for finding in judge.find(text)
            if not any(allow.detector == kind and holds(allow, TODAY) for allow in finding.allows)
        ]

    assert open_findings(f"{value}\n") == [kind]
    assert open_findings(f"{value}\n{mark}\n") == [kind]
    assert open_findings(f"{mark}\n{value}\n") == []
    assert first.startswith("-----BEGIN")
    assert rest


COMMENTS = {
    "python": "# {}", "javascript": "// {}", "c": "/* {} */", "sql": "-- {}", "html": "<!-- {} -->",
    "lua": "--[[ {} ]]", "lisp": ";; {}", "latex": "% {}", "vim": '" {}', "basic": "' {}",
    "batch": "REM {}", "batch-at": "@rem {}", "m4": "dnl {}", "haskell": "{{- {} -}}",
    "ocaml": "(* {} *)", "jinja": "{{# {} #}}", "handlebars": "{{{{!-- {} --}}}}",
    "jsp": "<%-- {} --%>", "powershell": "<# {} #>", "markdown": "[//]: # ({})", "jsdoc": " * {}",
    "fortran": "! {}", "ini": "; {}", "rust-doc": "/// {}",
}  # fmt: skip


@pytest.mark.parametrize("style", COMMENTS.values(), ids=COMMENTS)
def test_comments_of_many_languages(style: str) -> None:
    line = style.format(f"{MARK} test account, until=2099-12-31")
    found = one(line)
    assert (found.detector, found.until, state(found, TODAY)) == (ID, "2099-12-31", "")
    assert found.reason == "test account"
    assert [(again.detector, again.reason) for again in read_above(line.encode())] == [
        (ID, "test account")
    ]
    assert one(style.format(f"{MARK} why")).reason.startswith("why")


ABOVE = {
    "nothing": "",
    "code-before-it": f"x = 1  # {MARK} test account",
    "a-json-string": f'"comment": "{MARK} test account",',
    "a-call": f'log("{MARK} test account")',
}


@pytest.mark.parametrize("line", ABOVE.values(), ids=ABOVE)
def test_a_line_that_is_more_than_a_comment_says_nothing_of_the_next(line: str) -> None:
    assert list(read_above(line.encode())) == []


def test_what_a_file_without_comments_is_told(repo: Repo, twilio: Twilio) -> None:
    repo.write("config.json", f'{{"twilio_auth_token": "{twilio.token}"}}\n')
    repo.git("add", ".")
    said = repo.run("keystop-pre-commit").stdout
    assert "in a comment" not in said
    assert "  in the baseline: keystop baseline update config.json:1 --reason REASON\n" in said


# Comments of other scanners -----------------------------------------------------------------------


@pytest.mark.parametrize("name", FOREIGN)
def test_comments_of_other_scanners_count_only_where_configured(
    repo: Repo, twilio: Twilio, name: str
) -> None:
    line = f'TWILIO_AUTH_TOKEN = "{twilio.token}"  # {name}\n'
    assert staged(repo, line) == 1
    repo.write(".keystop.toml", f'honour = ["{name}"]\n')
    assert repo.run("keystop-pre-commit").returncode == 1  # not staged yet
    assert staged(repo, line) == 0
    assert staged(repo, line.partition("#")[0] + "\n") == 1


def test_the_next_line_of_detect_secrets(repo: Repo, twilio: Twilio) -> None:
    repo.write(".keystop.toml", 'honour = ["pragma: allowlist secret"]\n')
    line = f'TWILIO_AUTH_TOKEN = "{twilio.token}"\n'
    assert staged(repo, f"# pragma: allowlist nextline secret\n{line}") == 0
    assert staged(repo, f"# pragma: allowlist secret\n{line}") == 1
    assert list(foreign(b"x", b"gitleaks:allow", tuple(FOREIGN))) == []


# keystop allows -----------------------------------------------------------------------------------


def test_every_comment_is_listed_with_its_state(repo: Repo) -> None:
    repo.write("untracked.py", f"# {MARK} nobody sees it\n")
    repo.git("add", ".")
    assert repo.run("keystop", "allows").stdout == (
        f"untracked.py:1  {ID}  nobody sees it\nkeystop: 1 allow comment\n"
    )
    repo.git("rm", "-q", "--cached", "untracked.py")
    repo.write(
        "src/a.py",
        f"x = 1\ny = 2  # {MARK} test account\n# {MARK}\n# {MARK} old, until=2020-01-01\n"
        f"# {MARK} new, until=2099-01-01\n# {MARK} odd, until=2099-99-01\n"
        f"# keystop: allow[*] all\n# keystop: allow[no.such, {ID}] two\x1b[2J\n",
    )
    repo.git("add", "src")
    done = repo.run("keystop", "allows")
    assert done.stdout.splitlines() == [
        f"src/a.py:2  {ID}  test account",
        f"src/a.py:3  {ID}  (does not count: no reason is given)",
        f"src/a.py:4  {ID}  until 2020-01-01  old  (does not count: expired)",
        f"src/a.py:5  {ID}  until 2099-01-01  new",
        f"src/a.py:6  {ID}  until 2099-99-01  odd  (does not count: its date is not YYYY-MM-DD)",
        "src/a.py:7  all  all  (does not count: there is no such detector)",
        "src/a.py:8  no.such  two\\x1b[2J  (does not count: there is no such detector)",
        f"src/a.py:8  {ID}  two\\x1b[2J",
        "keystop: 8 allow comments",
    ]
    assert done.returncode == 0


def test_a_comment_in_a_large_file_is_listed_at_its_line(repo: Repo) -> None:
    filler = "x = 1\n" * 400_000
    repo.write("large.py", f"{filler}# {MARK} far below\n{filler}")
    repo.git("add", ".")
    assert repo.run("keystop", "allows").stdout.splitlines()[0] == (
        f"large.py:400001  {ID}  far below"
    )


# Any text -----------------------------------------------------------------------------------------


@settings(deadline=None)
@given(st.binary(max_size=120), st.binary(max_size=60))
def test_reading_never_fails(before: bytes, after: bytes) -> None:
    line = before + MARK.encode() + after
    for found in (*read(line), *read_above(line), *read(before)):
        assert state(found, TODAY) in (
            "", "no reason is given", "its date is not YYYY-MM-DD", "expired"
        )  # fmt: skip


@settings(deadline=None)
@given(st.dates())
def test_a_date_counts_to_its_end(date: object) -> None:
    found = one(f"# {MARK} why, until={date}")
    assert holds(found, str(date))
    assert holds(found, TODAY) == (str(date) >= TODAY)
    assert state(found, "9999-12-32") == "expired"
