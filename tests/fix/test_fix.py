"""The command: what it says, what it writes, and what it keeps its hands off."""

from __future__ import annotations

import base64
import os
import re
import secrets
import shutil
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from keystop.fix.names import variable
from keystop.fix.plan import LANGUAGES
from keystop.report.text import _FIXED
from tests.conftest import Repo
from tests.fix.cases import value
from tests.fix.conftest import Run


def token() -> str:
    return secrets.token_hex(16)


def sid() -> str:
    return "AC" + secrets.token_hex(16)


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty folder, in which one is."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_other_values_beside_it_are_masked(here: Path, run: Run) -> None:
    """All that is found there, allowed or not certain, too, but nothing else."""
    mail, password = value("SENDGRID"), value("PASSWORD")
    (here / "send.yml").write_text(
        "services:\n  web:\n    image: acme/web@sha256-1f\n    environment:\n"
        f"      SENDGRID_API_KEY: {mail}  # keystop: allow[sendgrid.api-key] a test of ours\n"
        f"      TWILIO_AUTH_TOKEN: {token()}\n      DB_PASSWORD: {password}\n"
    )
    status, said = run("fix", "send.yml:6")
    assert (status, mail[:9] in said, password[:4] in said) == (0, False, False)
    assert "     image: acme/web@sha256-1f\n" in said
    assert "       SENDGRID_API_KEY: ********" in said
    assert "       DB_PASSWORD: ********\n" in said


def test_what_it_shows(here: Path, run: Run) -> None:
    (here / "send.py").write_text(
        "from twilio.rest import Client\n\n"
        "def pause(seconds: int) -> None: ...  # actions/checkout@v4\n"
        f'client = Client("{sid()}", "{token()}", region="ie1")\n'
    )
    assert run("fix", "send.py:4:56") == (0, SHOWN)
    status, said = run("fix", "send.py:4:56", "--apply")
    left = SHOWN[SHOWN.index("Put the value") :].replace("send.py:4:56", "twilio.auth-token")
    assert (status, said) == (0, f"Written: send.py\n{left}")


ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "fix.md").read_text(encoding="utf-8")
SHOWN = PAGE.partition("$ keystop fix send.py:4:56\n")[2].partition("```")[0]


@pytest.mark.parametrize(
    ("store", "commands"),
    [
        ("aws", ["IFS= read -rs VALUE && printf %s \"$VALUE\" | aws secretsmanager create-secret "
                 "--name db/password --secret-string file:///dev/stdin; unset VALUE"]),
        ("vault", ["IFS= read -rs VALUE && printf %s \"$VALUE\" | vault kv put -mount=secret "
                   "db/password value=-; unset VALUE"]),
        ("conjur", ["IFS= read -rs VALUE && printf %s \"$VALUE\" | curl --fail --data-binary @- "
                    "-H @<(conjur authenticate -H) \"$CONJUR_APPLIANCE_URL/secrets/$CONJUR_ACCOUNT"
                    "/variable/db%2Fpassword\"; unset VALUE"]),
    ],
)  # fmt: skip
def test_how_a_store_gets_the_value(store: str, commands: list[str], here: Path, run: Run) -> None:
    (here / "send.py").write_text(f'db_password = "{value("PASSWORD")}"\n')
    status, said = run("fix", "send.py:1", "--store", store)
    assert status == 0
    assert [line.strip() for line in said.splitlines() if "read -rs" in line] == commands


@pytest.mark.parametrize(
    ("line", "typed", "seen"),
    [
        ('db_password = "{}"\n', "a value\n", "-mount=secret|db/password|value=-|a value"),
        ('twilio_auth_token = "{}"\n', "new\n",
         '-mount=secret|-cas=0|twilio|-|{"authToken": "new"}'),
        ('client = twilio.Client("AC{}", "{}")\n', "new\nAC\n",
         '-mount=secret|-cas=0|twilio|-|{"authToken": "new", "accountSid": "AC"}'),
    ],
)  # fmt: skip
def test_the_command_puts_in_what_is_typed(
    line: str, typed: str, seen: str, here: Path, run: Run
) -> None:
    found = here / "seen"
    given = [value("PASSWORD")] if "password" in line else [token(), token()]
    (here / "send.py").write_text(line.format(*given))
    _, said = run("fix", f"send.py:1:{line.rindex('{') + 1 + 30 * ('AC' in line)}",
                  "--store", "vault")  # fmt: skip
    (command,) = [line for line in said.splitlines() if "read -rs" in line]
    vault = here / "bin" / "vault"
    vault.parent.mkdir()
    vault.write_text(f'#!/bin/sh\nprintf "%s|" "$@" > {found}; cat >> {found}\n')
    vault.chmod(0o755)
    env = {**os.environ, "PATH": f"{vault.parent}:{os.environ['PATH']}"}
    subprocess.run(["bash", "-c", command], input=typed, text=True, check=True, env=env)
    assert found.read_text() == f"kv|put|{seen}"


def test_several_lines_are_asked_for_otherwise(here: Path, run: Run) -> None:
    key = subprocess.run(
        [sys.executable, "-c", "import secrets, base64, textwrap\n"
         "print('\\n'.join(textwrap.wrap(base64.b64encode(b'0\\x82\\x04\\xbe\\x02\\x01\\x00' + "
         "secrets.token_bytes(1200)).decode(), 64)))"],
        capture_output=True, text=True, check=True,
    ).stdout  # fmt: skip
    kind = "PRIVATE KEY"
    (here / "key.py").write_text(f'key = """-----BEGIN {kind}-----\n{key}-----END {kind}-----"""\n')
    status, said = run("fix", "key.py:1", "--name", "SIGNING_KEY")
    assert (status, "SIGNING_KEY=$(cat) && export SIGNING_KEY" in said) == (0, True)


def test_the_mode_stays(here: Path, run: Run) -> None:
    path = here / "send.py"
    path.write_text(f'#!/usr/bin/env python3\ntwilio_auth_token = "{token()}"\n')
    path.chmod(0o750)
    assert run("fix", "send.py:2", "--apply")[0] == 0
    assert stat.S_IMODE(path.stat().st_mode) == 0o750
    assert os.listdir(here) == ["send.py"]


def test_the_other_half_may_stay(here: Path, run: Run) -> None:
    account = sid()
    (here / "send.py").write_text(
        f'import twilio\n# {account}\nclient = twilio.Client("{account}", "{token()}")\n'
    )
    status, said = run("fix", "send.py:3", "--apply")
    assert status == 0
    assert (
        "The other half stays as it is: send.py:2: the value stands in a comment; "
        "take it out of there by hand\n"
    ) in said
    assert (here / "send.py").read_text() == (
        f"import os\n\nimport twilio\n# {account}\n"
        f'client = twilio.Client("{account}", os.environ["TWILIO_AUTH_TOKEN"])\n'
    )


def test_encoded_values_are_told_of(here: Path, run: Run) -> None:
    password = "%40".join(("Q" + secrets.token_hex(4), "x" + secrets.token_hex(3)))
    (here / "send.py").write_text(f'url = "postgres://shop:{password}@db.acme-shop.com/shop"\n')
    status, said = run("fix", "send.py:1")
    assert (status, "it is percent-encoded; so is what goes there" in said) == (0, True)


def test_what_opens_a_store_is_not_put_into_it(here: Path, run: Run) -> None:
    """The access keys of AWS, into AWS; into another store they may go."""
    key, secret = aws_pair()
    text = f'aws_access_key_id = "{key}"\naws_secret_access_key = "{secret}"\n'
    (here / "send.py").write_text(text)
    status, said = run("fix", "send.py:2", "--store", "aws", "--apply")
    assert (status, "would need these very credentials" in said) == (3, True)
    assert all(way in said for way in ("role", "OIDC", "AWS_PROFILE"))
    assert (here / "send.py").read_text() == text
    assert run("fix", "send.py:2", "--store", "vault", "--apply")[0] == 0


def aws_pair() -> tuple[str, str]:
    letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"
    key = "AKIA" + "".join(secrets.choice(letters) for _ in range(16))
    return key, base64.b64encode(secrets.token_bytes(30)).decode().replace("/", "a")


def test_links_are_refused(here: Path, run: Run) -> None:
    (here / "send.py").write_text(f'twilio_auth_token = "{token()}"\n')
    (here / "link.py").symlink_to("send.py")
    said = "keystop: link.py is a link; name the file it leads to\n"
    assert run("fix", "link.py:1", "--apply") == (3, said)


def test_what_is_outside_is_refused(here: Path, run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    (here / "in").mkdir()
    (here / "send.py").write_text(f'twilio_auth_token = "{token()}"\n')
    (here / "in" / "out").symlink_to("..")
    monkeypatch.chdir(here / "in")
    for name in ("../send.py", "out/send.py"):
        status, said = run("fix", f"{name}:1", "--apply")
        place = here / "in"
        assert (status, said) == (3, f"keystop: {name} is outside of {place}; go there first\n")


def test_what_changed_meanwhile_is_refused(
    here: Path, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    import keystop.fix.command as command

    path = here / "send.py"
    path.write_text(f'twilio_auth_token = "{token()}"\n')
    real = command.__dict__["plan"]

    def slow(*given: object) -> object:
        made: object = real(*given)
        path.write_text("# saved by an editor\n")
        return made

    monkeypatch.setattr(command, "plan", slow)
    said = "keystop: send.py has changed meanwhile; nothing was written\n"
    assert run("fix", "send.py:1", "--apply") == (3, said)
    assert path.read_text() == "# saved by an editor\n"


def test_other_files_and_spellings_are_refused(here: Path, run: Run) -> None:
    pair = base64.b64encode(f"{sid()}:{token()}".encode()).decode()
    (here / "send.py").write_text(f'twilio = {{"Authorization": "Basic {pair}"}}\n')
    (here / "latin.py").write_bytes(f'# \xe9\ntwilio_auth_token = "{token()}"\n'.encode("latin-1"))
    status, said = run("fix", "send.py:1")
    assert (status, "it is written in " in said) == (3, True)
    status, said = run("fix", "latin.py:2")
    assert (status, "the file is not UTF-8" in said) == (3, True)


@pytest.mark.parametrize(
    ("name", "advice"),
    [
        ("config.json", "let the program that reads it take the value from its environment "
                        "(TWILIO_AUTH_TOKEN), and delete it here"),
        ("send.sh", 'write "${TWILIO_AUTH_TOKEN:?is not set}" in its place'),
        ("prod.tfvars", "delete the line, and set TF_VAR_twilio_auth_token in the environment; or "
                        "keep the file out of git (git rm --cached, .gitignore). Declare the "
                        "variable with sensitive = true"),
        ("Main.kt", 'write System.getenv("TWILIO_AUTH_TOKEN") in its place'),
        ("Dockerfile", "give it when the container starts, or to the build by "
                       "RUN --mount=type=secret,id=TWILIO_AUTH_TOKEN"),
        ("App.vue", "everybody who opens the page can read it; ask a server of yours instead"),
    ],
)  # fmt: skip
def test_what_to_do_by_hand(name: str, advice: str, here: Path, run: Run) -> None:
    text = f'"twilio_auth_token": "{token()}"\n' if name == "config.json" else (
        f'twilio_auth_token="{token()}"\n')  # fmt: skip
    (here / name).write_text(text)
    said = f"keystop: {name}: keystop does not change files of this kind: {advice}\n"
    assert run("fix", f"{name}:1") == (3, said)


@pytest.mark.parametrize("name", ["1X", "A-B", "", "A B", "a;b"])
def test_names_that_no_variable_has_are_refused(name: str, here: Path, run: Run) -> None:
    (here / "send.py").write_text(f'twilio_auth_token = "{token()}"\n')
    status, said = run("fix", "send.py:1", "--name", name or " ")
    assert (status, said) == (3, "keystop: --name is to be letters, digits and _\n")


def test_parsers_that_are_missing_are_named(
    here: Path, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    (here / "send.py").write_text(f'twilio_auth_token = "{token()}"\n')
    monkeypatch.setitem(sys.modules, "tree_sitter_python", None)
    status, said = run("fix", "send.py:1")
    assert status == 3
    assert said.startswith("keystop: send.py: parsers of programs are missing: ")
    assert "[fix]" in said


def test_a_commit_is_refused_and_a_fingerprint_is_found(
    repo: Repo, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(repo.path)
    repo.write("app/send.py", f'twilio_auth_token = "{token()}"\n')
    repo.git("add", ".")
    repo.git("commit", "-m", "Send")
    status, said = run("fix", "HEAD:app/send.py:1")
    assert (status, said) == (3, "keystop: HEAD:app/send.py:1: it is in a commit; name a file of "
                              "the working tree\n")  # fmt: skip
    status, said = run("scan", "app/send.py", "--format", "json")
    fingerprint = said.partition('"fingerprint": "')[2].partition('"')[0]
    assert run("fix", fingerprint, "--apply")[0] == 0
    assert repo.path.joinpath("app/send.py").read_text() == (
        'import os\n\ntwilio_auth_token = os.environ["TWILIO_AUTH_TOKEN"]\n'
    )


def test_the_helper_of_a_package_is_shared(here: Path, run: Run) -> None:
    for name in ("a.go", "b.go"):
        (here / name).write_text(f'package shop\n\nvar twilioToken{name[0]} = "{token()}"\n')
        assert run("fix", f"{name}:3", "--apply")[0] == 0
    assert "func fromEnvironment" in (here / "a.go").read_text()
    assert (here / "b.go").read_text() == (
        'package shop\n\nvar twilioTokenb = fromEnvironment("TWILIO_AUTH_TOKEN")\n'
    )
    (here / "c_test.go").write_text(f'package shop_test\n\nvar twilioTokenC = "{token()}"\n')
    assert run("fix", "c_test.go:3", "--apply")[0] == 0
    assert "func fromEnvironment" in (here / "c_test.go").read_text()


def test_outputs_that_show_a_value_become_sensitive(here: Path, run: Run) -> None:
    """Those of its file; of others, and where there is no room for it, it is told."""
    (here / "main.tf").write_text(
        f'variable "twilio_auth_token" {{\n  default = "{token()}"\n}}\n\n'
        "locals {\n  login = { token = var.twilio_auth_token }\n}\n\n"
        'output "direct" {\n  value = var.twilio_auth_token\n}\n\n'
        'output "by_local" {\n  value = local.login.token\n}\n\n'
        'output "other" {\n  value = var.twilio_auth_token_id\n}\n\n'
        'output "told" { value = var.twilio_auth_token }\n'
    )
    (here / "outputs.tf").write_text(
        'output "fine" {\n  value     = var.twilio_auth_token\n  sensitive = true\n}\n\n'
        'output "elsewhere" {\n  value = var.twilio_auth_token\n}\n'
    )
    status, said = run("fix", "main.tf:2", "--apply")
    assert status == 0
    text = (here / "main.tf").read_text()
    assert 'output "direct" {\n  value = var.twilio_auth_token\n  sensitive = true\n}' in text
    assert 'output "by_local" {\n  value = local.login.token\n  sensitive = true\n}' in text
    assert text.count("sensitive = true") == 3
    why = "shows the value: add sensitive = true, or terraform plan refuses it\n"
    assert f'main.tf: output "told" {why}' in said
    assert f'outputs.tf: output "elsewhere" {why}' in said
    assert said.count(why) == 2


def test_a_value_in_an_output_of_terraform(here: Path, run: Run) -> None:
    (here / "main.tf").write_text(f'output "twilio_auth_token" {{\n  value = "{token()}"\n}}\n')
    assert run("fix", "main.tf:2", "--apply")[0] == 0
    assert (here / "main.tf").read_text() == (
        'output "twilio_auth_token" {\n  value = var.twilio_auth_token\n  sensitive = true\n}\n\n'
        'variable "twilio_auth_token" {\n  type      = string\n  sensitive = true\n}\n'
    )


def test_a_variable_of_a_module_is_declared_once(here: Path, run: Run) -> None:
    (here / "variables.tf").write_text('variable "twilio_auth_token" {\n  sensitive = true\n}\n')
    (here / "main.tf").write_text(f'locals {{\n  twilio_auth_token = "{token()}"\n}}\n')
    assert run("fix", "main.tf:2", "--apply")[0] == 0
    assert (
        here / "main.tf"
    ).read_text() == "locals {\n  twilio_auth_token = var.twilio_auth_token\n}\n"


def test_what_stays_in_a_longer_word_is_told(here: Path, run: Run) -> None:
    secret = token()
    (here / "send.py").write_text(f'twilio_auth_token = "{secret}"\ncache = "session{secret}"\n')
    said = (": the value stays there, as a piece of a longer word, which may be another one; if "
            "not, take it out by hand\n")  # fmt: skip
    assert f"\nsend.py:2{said}" in run("fix", "send.py:1")[1]
    assert f"\nsend.py:4{said}" in run("fix", "send.py:1", "--apply")[1]
    assert f'cache = "session{secret}"\n' in (here / "send.py").read_text()


# --- several


def test_all_that_a_blocked_person_is_offered(
    repo: Repo, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The one command that the hook tells fixes all that it can, whatever moves meanwhile."""
    monkeypatch.chdir(repo.path)
    sent, mail, stored = token(), value("SENDGRID"), value("PASSWORD")
    repo.write("a.py", f'auth_token = "{sent}"  # twilio\nmail = "{mail}"\n')
    repo.write("b.py", f'send(db_password="{stored}", mail="{mail}")\n')
    repo.write("c.json", f'{{"twilio_auth_token": "{token()}"}}\n')
    repo.git("add", ".")
    repo.run("keystop", "install", check=True)
    hook = repo.run("git", "commit", "-m", "Send")
    said = hook.stdout + hook.stderr
    (line,) = [line for line in said.splitlines() if "written:" in line]
    assert (hook.returncode, line.partition("keystop fix ")[0]) == (1, "  To have them written: ")
    what = line.partition("keystop fix ")[2].split()
    assert what == ["a.py:1", "a.py:2", "b.py:1:19", "b.py:1:45"]
    status, said = run("fix", *what, "--apply")
    assert (status, said) == (0, WRITTEN), said
    assert (repo.path / "a.py").read_text() == (
        'import os\n\nauth_token = os.environ["TWILIO_AUTH_TOKEN"]  # twilio\n'
        'mail = os.environ["SENDGRID_API_KEY"]\n'
    )
    assert (repo.path / "b.py").read_text() == (
        'import os\n\nsend(db_password=os.environ["DB_PASSWORD"], '
        'mail=os.environ["SENDGRID_API_KEY"])\n'
    )


WRITTEN = """\
Written: a.py b.py
Put the value into the environment of the program; each of these asks for one:
  IFS= read -rs TWILIO_AUTH_TOKEN && export TWILIO_AUTH_TOKEN
  IFS= read -rs SENDGRID_API_KEY && export SENDGRID_API_KEY
  IFS= read -rs DB_PASSWORD && export DB_PASSWORD
  git add a.py b.py
If the value ever left this machine it has leaked, and has to be replaced. How:
  keystop respond twilio.auth-token
  keystop respond sendgrid.api-key
  keystop respond generic.secret
"""


@pytest.mark.parametrize(
    ("line", "name"),
    [
        ('send(api_key="{}")\n', "SENDGRID_API_KEY"),
        ('sendgrid_for_invoices = "{}"\n', "SENDGRID_API_KEY"),
        ('billing_password = "{}"\n', "NAME"),
    ],
)
def test_a_blocked_person_is_told_the_name_that_fix_gives(
    line: str, name: str, here: Path, run: Run
) -> None:
    """Or none, where that depends on the program."""
    kind = "PASSWORD" if name == "NAME" else "SENDGRID"
    (here / "send.py").write_text(line.format(value(kind)))
    assert f'the environment: os.environ["{name}"]\n' in run("scan", "send.py")[1]
    _, said = run("fix", "send.py:1")
    assert f'os.environ["{"BILLING_PASSWORD" if name == "NAME" else name}"]' in said


def test_of_several_those_that_can_be_are_fixed(here: Path, run: Run) -> None:
    """And why the others are not is told for each."""
    (here / "a.py").write_text(f'# twilio_auth_token = "{token()}"\n')
    (here / "b.py").write_text(f'twilio_auth_token = "{token()}"\n')
    (here / "c.py").write_text(f'twilio_auth_token = "{token()}"\n')
    status, said = run("fix", "a.py:1", "b.py:1", "c.py:1", "d.py:1", "--apply")
    assert status == 3
    assert said.startswith("Written: b.py\n")
    assert [line for line in said.splitlines() if line.startswith("keystop: ")] == [
        "keystop: d.py: there is no such file",
        "keystop: a.py:1: the value stands in a comment; take it out of there by hand",
        "keystop: c.py:1: TWILIO_AUTH_TOKEN is the name of another value, at b.py:1; fix it on its "
        "own, with --name",
    ]
    assert run("fix", "b.py:1", "c.py:1", "--name", "X")[0] == 3


# --- .env


def git_seen(repo: Repo, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where every argument of git is written down from now on."""
    real = shutil.which("git")
    seen = repo.path.parent / "arguments"
    folder = repo.path.parent / "wrapped"
    folder.mkdir()
    (folder / "git").write_text(f'#!/bin/sh\necho "$@" >> {seen}\nexec {real} "$@"\n')
    (folder / "git").chmod(0o755)
    monkeypatch.setenv("PATH", f"{folder}:{os.environ['PATH']}")
    return seen


def test_a_tracked_env(repo: Repo, run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(repo.path)
    secret, account = token(), sid()
    env = f"# twilio\nexport TWILIO_ACCOUNT_SID={account}\nTWILIO_AUTH_TOKEN='{secret}'\nDEBUG=1\n"
    repo.write("app/.env", env)
    repo.write(".gitignore", "*.pyc")
    repo.git("add", ".")
    seen = git_seen(repo, monkeypatch)
    shown = run("fix", "app/.env:3")
    assert not repo.path.joinpath("app/.env.example").exists()
    status, said = run("fix", "app/.env:3", "--apply")
    assert status == 0
    assert repo.path.joinpath("app/.env").read_text() == env
    assert repo.path.joinpath(".gitignore").read_text() == "*.pyc\n/app/.env\n"
    assert repo.path.joinpath("app/.env.example").read_text() == (
        "TWILIO_ACCOUNT_SID=\nTWILIO_AUTH_TOKEN=\nDEBUG=\n"
    )
    assert said == (
        "Written: .gitignore app/.env.example\n"
        "  git rm --cached app/.env\n"
        "  git add .gitignore app/.env.example\n"
        "If the value ever left this machine it has leaked, and has to be replaced. How:\n"
        "  keystop respond twilio.auth-token\n"
    )
    repo.git("rm", "--cached", "app/.env")
    repo.git("add", ".gitignore", "app/.env.example")
    assert run("scan", "--tracked")[0] == 0
    assert run("fix", "app/.env:3") == (
        3, "keystop: app/.env: git does not see the file, and the value belongs there; "
        "nothing is to be done\n",
    )  # fmt: skip
    for text in (seen.read_text(), shown[1], said):
        assert not any(secret[place : place + 6] in text for place in range(27))


def test_no_line_of_a_key_becomes_a_name(
    repo: Repo, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(repo.path)
    line = base64.b64encode(secrets.token_bytes(40)).decode().replace("/", "a").replace("+", "b")
    repo.write(".env", f"TWILIO_AUTH_TOKEN={token()}\nKEY=-----\n{line}\n")
    assert run("fix", ".env:1", "--apply")[0] == 0
    assert repo.path.joinpath(".env.example").read_text() == "TWILIO_AUTH_TOKEN=\nKEY=\n"


def test_an_example_of_an_env(here: Path, run: Run) -> None:
    secret = token()
    (here / ".env.example").write_text(
        f'A=1\r\nTWILIO_AUTH_TOKEN = "{secret}"  # yours\r\nB=2', newline=""
    )
    status, said = run("fix", ".env.example:2", "--apply")
    assert (status, secret in said) == (0, False)
    assert (here / ".env.example").read_bytes() == b"A=1\r\nTWILIO_AUTH_TOKEN =   # yours\r\nB=2"
    assert run("fix", ".env.example:2", "--store", "aws")[0] == 3


# --- the page


def test_the_page_has_all_look_ups() -> None:
    rows = re.findall(r"^\| (\S+) \| (env|aws|vault|conjur) \| (?:`(.*?)`)?", PAGE, re.M)
    told = {(name, store): expression for name, store, expression in rows}
    for language in LANGUAGES.values():
        for store, lookup in language.lookups.items():
            expression = told.pop((language.name, store), None)
            if expression is not None and "..." not in expression and expression:
                assert expression == lookup.of("NAME", '"'), (language.name, store)
    assert not told
    fields = dict(re.findall(r"^\| (\S+) \| (.*FIELD.*) \|$", PAGE, re.M))
    for language in LANGUAGES.values():
        row = fields[language.name].replace("\\|", "|")
        for store, lookup in language.logins.items():
            whole = language.lookups[store].of("NAME", '"')
            expression = lookup.of("NAME", '"', "FIELD").replace(whole, "...")
            # What PHP does where Conjur does not answer is left out of the whole.
            assert f"`{expression}`" in row or (language.name, store) == ("PHP", "conjur")
    assert set(fields) == {language.name for language in LANGUAGES.values()}


# --- names


@pytest.mark.parametrize(
    ("own", "detector", "name"),
    [
        ("authToken", "twilio.auth-token", "TWILIO_AUTH_TOKEN"),
        ("TWILIO_AUTH_TOKEN", "twilio.auth-token", "TWILIO_AUTH_TOKEN"),
        ("twilio-prod-secret", "twilio.auth-token", "TWILIO_AUTH_TOKEN"),
        ("ghPat", "github.fine-grained-token", "GITHUB_TOKEN"),
        ("stripe-prod-secret", "stripe.secret-key", "STRIPE_PROD_SECRET"),
        ("password", "twilio.auth-token", "TWILIO_AUTH_TOKEN"),
        ("password", "generic.secret", "APP_PASSWORD"),
        ("HTTPToken", "generic.secret", "HTTP_TOKEN"),
        ("client", "twilio.auth-token", "TWILIO_AUTH_TOKEN"),
        ("", "generic.secret", "APP_SECRET"),
    ],
)
def test_what_a_variable_is_called(own: str, detector: str, name: str) -> None:
    assert variable(own, detector) == name


def test_a_variable_is_not_called_after_a_value() -> None:
    assert variable(f"key_{secrets.token_hex(9)}", "twilio.auth-token") == "TWILIO_AUTH_TOKEN"


def test_what_a_blocked_person_is_offered_is_what_it_rewrites() -> None:
    rewritten = {ending.removeprefix(".") for ending in LANGUAGES}
    assert rewritten | {"yml", "yaml", "tf", "env"} >= _FIXED


def test_a_name_that_other_files_have_is_told(
    repo: Repo, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A second value under one name would take the place of the first."""
    monkeypatch.chdir(repo.path)
    for name in ("first.py", "second.py"):
        repo.write(name, f'from twilio.rest import Client\nc = Client("{sid()}", "{token()}")\n')
    repo.write("README.md", "Set TWILIO_AUTH_TOKEN.\n")
    repo.write(".env.example", "TWILIO_AUTH_TOKEN=\n")
    repo.write(
        "other.py", "TWILIO_AUTH_TOKEN_OLD = 1\nimport settings\nsettings.TWILIO_AUTH_TOKEN\n"
    )
    repo.git("add", ".")
    status, said = run("fix", "first.py:2", "--apply")
    assert (status, "is read in" in said) == (0, False)
    status, said = run("fix", "second.py:2")
    assert status == 0
    assert "TWILIO_AUTH_TOKEN is read in first.py, too.\n" in said
    status, said = run("fix", "second.py:2", "--name", "SECOND_TOKEN")
    assert (status, "TOKEN is read in" in said) == (0, False)


def test_what_is_fixed_already_is_told_so(
    repo: Repo, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(repo.path)
    repo.write("send.py", f'from twilio.rest import Client\nc = Client("{sid()}", "{token()}")\n')
    repo.git("add", ".")
    repo.git("commit", "--quiet", "--no-verify", "--message", "x")
    assert run("respond", "send.py:2")[0] == 0
    leak = re.search(r"^([0-9a-f]{8})\b", run("status")[1], re.M)
    assert leak is not None
    assert run("fix", leak[1], "--apply")[0] == 0
    status, said = run("fix", leak[1])
    assert (status, "no file has it any more where it was found" in said) == (3, True), said
