"""`keystop verify`: what it prints, its statuses, and that nothing else goes on the network."""

from __future__ import annotations

import argparse
import base64
import json
import re
import secrets
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import pytest

from keystop.cli import main
from keystop.engine import shipped_folder
from keystop.guard import guarded
from keystop.records import Record, find
from keystop.verify.client import Client, trusting_system
from keystop.verify.command import verify
from tests.conftest import Repo, Twilio
from tests.verify.conftest import Asker, Vendor, answer


class Ran(NamedTuple):
    """A command's status, and what it printed; AT stands for the time."""

    status: int
    out: str
    err: str


Run = Callable[..., Ran]


@pytest.fixture
def run(repo: Repo, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Run:
    """The command in the repository, as cli.main runs it, with a client that tests make."""
    monkeypatch.chdir(repo.path)

    def made(what: str, client: Client, form: str = "text") -> Ran:
        arguments = argparse.Namespace(what=what, format=form)
        status = guarded(lambda: verify(arguments, client))
        out, err = capfd.readouterr()
        return Ran(status, re.sub(r"2\d{3}-\d\d-\d\d[ T]\d\d:\d\d:\d\d( UTC|Z)", "AT", out), err)

    return made


def test_live(repo: Repo, twilio: Twilio, run: Run, vendor: Vendor, asker: Asker) -> None:
    repo.write("settings.py", twilio.lines)
    vendor.reset(answer(200, {"services": [{"friendly_name": "a name of the account"}]}))
    assert run("settings.py:2", asker()) == Ran(
        1,
        "settings.py:2  Twilio Auth Token (twilio.auth-token): live\n"
        "  asked   GET verify.twilio.com/v2/Services?PageSize=1, at AT\n"
        "  because it answered 200.\n"
        "  next    Replace it now: keystop respond settings.py:2\n",
        "",
    )
    pair = base64.b64encode(f"{twilio.sid}:{twilio.token}".encode())
    assert b"\r\nAuthorization: Basic " + pair + b"\r\n" in vendor.requests[0]


def test_dead(repo: Repo, twilio: Twilio, run: Run, vendor: Vendor, asker: Asker) -> None:
    repo.write("settings.py", twilio.lines)
    vendor.reset(answer(401, {"code": 20003}))
    assert run("settings.py:2", asker()) == Ran(
        0,
        "settings.py:2  Twilio Auth Token (twilio.auth-token): dead\n"
        "  asked   GET verify.twilio.com/v2/Services?PageSize=1, at AT\n"
        "  because it answered 401, code=20003. A pair of another Region than US1 gives the same: "
        "look there\n          before you call it dead.\n"
        "  next    It still blocks. Take it out all the same, and see that nothing needs it any "
        "more.\n",
        "",
    )
    # It is no pass: the scan says what it said before.
    assert main(["scan", "settings.py"]) == 1


def test_limited(repo: Repo, twilio: Twilio, run: Run, vendor: Vendor, asker: Asker) -> None:
    repo.write("settings.py", twilio.lines)
    vendor.reset(answer(403, {"code": 20403}))
    assert run("settings.py:2", asker()) == Ran(
        1,
        "settings.py:2  Twilio Auth Token (twilio.auth-token): limited\n"
        "  asked   GET verify.twilio.com/v2/Services?PageSize=1, at AT\n"
        "  because it answered 403, code=20403. The account is suspended or closed.\n"
        "  next    It is somebody's, and is let in for something. Treat it as live: "
        "keystop respond\n          settings.py:2\n",
        "",
    )


def test_unknown_as_json(
    repo: Repo, twilio: Twilio, run: Run, vendor: Vendor, asker: Asker
) -> None:
    repo.write("settings.py", twilio.lines)
    vendor.reset(answer(503))
    ran = run("settings.py:2", asker(), "json")
    assert (ran.status, ran.err) == (2, "")
    assert json.loads(ran.out) == {
        "version": 1,
        "finding": "settings.py:2",
        "detector": "twilio.auth-token",
        "verdict": "unknown",
        "asked": "GET verify.twilio.com/v2/Services?PageSize=1",
        "at": "AT",
        "because": "it answered 503: something is wrong there",
        "next": "Not known is not safe. Treat it as live: keystop respond settings.py:2",
    }


def test_a_half_alone(repo: Repo, twilio: Twilio, run: Run, vendor: Vendor, asker: Asker) -> None:
    repo.write("settings.py", f'TWILIO_AUTH_TOKEN = "{twilio.token}"\n')
    assert run("settings.py:1", asker()) == Ran(
        2,
        "settings.py:1  Twilio Auth Token (twilio.auth-token): unknown\n"
        "  asked   nobody, at AT\n"
        "  because its other half is not in the file.\n"
        "  next    Not known is not safe. Treat it as live: keystop respond settings.py:1\n",
        "",
    )
    assert vendor.requests == []


def test_an_encoded_value_is_sent_decoded(
    repo: Repo, twilio: Twilio, run: Run, vendor: Vendor, asker: Asker
) -> None:
    pair = base64.b64encode(f"{twilio.sid}:{twilio.token}".encode()).decode()
    repo.write("call.sh", f"curl -H 'Authorization: Basic {pair}' https://api.twilio.com/\n")
    vendor.reset(answer(200, {}))
    assert run("call.sh:1", asker()).status == 1
    assert f"\r\nAuthorization: Basic {pair}\r\n".encode() in vendor.requests[0]


def test_a_file_name_with_the_secret_is_not_told(
    repo: Repo, token: str, run: Run, vendor: Vendor, asker: Asker
) -> None:
    repo.write(f"{token}.txt", f"TOKEN={token}\n")
    vendor.reset(answer(200, {"resources": {}}))
    ran = run(f"{token}.txt:1", asker())
    assert ran.status == 1
    assert re.match(r"h1:\S+  GitHub personal access token", ran.out)
    assert not seen(token, ran)


def test_a_part_is_read_from_the_file_however_the_finding_is_named(
    repo: Repo, run: Run, vendor: Vendor, asker: Asker
) -> None:
    value = "shpat_" + secrets.token_hex(16)
    repo.write("shop.py", f'SHOP = "acme-two.myshopify.com"\nTOKEN = "{value}"\n')
    repo.git("add", ".")
    vendor.reset(answer(200, {"access_scopes": []}))
    ran = run("shop.py:2", asker())
    assert ran.status == 1
    assert "  asked   GET acme-two.myshopify.com/admin/oauth/access_scopes.json, at AT\n" in ran.out
    (finding,) = json.loads(repo.run("keystop", "scan", ".", "--format", "json").stdout)["findings"]
    ran = run(finding["fingerprint"], asker())
    assert ran.status == 1
    assert "GET acme-two.myshopify.com/" in ran.out


def test_a_record_is_found_by_its_id(records: dict[str, Record]) -> None:
    folder = Path(shipped_folder())
    for name in ("clerk.secret-key", "aws.access-key-id", "stripe.secret-key", "twilio.api-key"):
        assert find(folder, name) == records[name]
    assert find(folder, "acme.token") is None
    assert find(folder, "twilio") is None


def test_what_has_ended_is_dead_without_a_call(
    repo: Repo, run: Run, vendor: Vendor, asker: Asker
) -> None:
    header = base64.urlsafe_b64encode(b'{"cty":"twilio-fpa;v=1","typ":"JWT","alg":"HS256"}')
    claims = base64.urlsafe_b64encode(
        json.dumps({"jti": secrets.token_hex(16), "exp": 1700000000, "grants": {}}).encode()
    )
    value = b".".join(part.rstrip(b"=") for part in (header, claims)).decode()
    value += "." + base64.urlsafe_b64encode(secrets.token_bytes(32)).decode().rstrip("=")
    repo.write("page.js", f'const token = "{value}";\n')
    ran = run("page.js:1", asker())
    assert ran.status == 0
    assert "  asked   nobody, at AT\n" in ran.out
    assert "  because it ended on 2023-11-14 22:13 UTC, as it says itself.\n" in ran.out
    assert vendor.requests == []
    assert not seen(value, ran)


# --- nothing of a value is seen, whatever happens


def seen(value: str, ran: Ran) -> list[str]:
    """Six characters of a value that stand in the output."""
    windows = (value[start : start + 6] for start in range(len(value) - 5))
    return [window for window in windows if window in ran.out + ran.err]


def test_no_error_shows_the_value(
    repo: Repo, twilio: Twilio, run: Run, vendor: Vendor, asker: Asker
) -> None:
    repo.write("settings.py", twilio.lines)

    def fails(*_: object) -> None:
        raise ValueError(f"{twilio.sid}:{twilio.token}")

    echo = f"{twilio.sid}:{twilio.token}"
    clients = [
        asker(resolve=fails),
        asker(dial=fails),
        asker(context=trusting_system()),
        asker(resolve=lambda _: ["127.0.0.1"]),
        *([asker()] * 6),
    ]
    vendor.replies = [
        b"garbage " + echo.encode() + b"\r\n\r\n",
        b"HTTP/1.1 abc " + echo.encode() + b"\r\n\r\n",
        b"",
        answer(200, {"services": echo}) + b"",
        answer(401, {"code": echo, "message": echo}),
        answer(403, echo, Location=f"https://{echo}/"),
    ]
    for client in clients:
        for form in ("text", "json"):
            ran = run("settings.py:2", client, form)
            assert ran.status in (1, 2)
            assert ran.err == ""
            assert not seen(twilio.token, ran)
            assert not seen(twilio.sid, ran)
    assert vendor.replies[0].startswith(b"HTTP/1.1 403")  # type: ignore[union-attr]


# --- a repository has no say


OWN = """
[[detector]]
id = "acme.token"
name = "Acme token"
grants = "All."
severity = "high"
keywords = ["acmedeploy_"]
pattern = 'acmedeploy_[0-9a-f]{40}'
"""


def test_own_detectors_are_refused(repo: Repo, run: Run, vendor: Vendor, asker: Asker) -> None:
    value = "acmedeploy_" + secrets.token_hex(20)
    repo.write(".keystop.toml", OWN)
    repo.write("deploy.sh", f"TOKEN={value}\n")
    ran = run("deploy.sh:1", asker())
    assert ran == Ran(
        3,
        "",
        "keystop: acme.token is a detector of this repository's own: keystop asks about built-in "
        "kinds only\n",
    )
    assert vendor.dialled == []


@pytest.mark.parametrize(
    ("config", "said"),
    [
        (OWN + '[detector.verify]\nurl = "https://evil.example.org/"\n', None),
        (
            OWN.replace("acme.token", "twilio.auth-token"),
            "keystop: .keystop.toml: twilio.auth-token is built in and cannot be replaced\n",
        ),
        ("verify = true\n", None),
        ('[verify]\nurl = "https://evil.example.org/"\n', None),
    ],
    ids=["a request", "a built-in kind", "a switch", "a table"],
)
def test_configuration_cannot_redirect_it(
    config: str,
    said: str | None,
    repo: Repo,
    twilio: Twilio,
    run: Run,
    vendor: Vendor,
    asker: Asker,
) -> None:
    repo.write(".keystop.toml", config)
    repo.write("settings.py", twilio.lines)
    ran = run("settings.py:2", asker())
    assert (ran.status, ran.out) == (3, "")
    assert ran.err == (said or ran.err)
    assert said or "unknown key 'verify'" in ran.err
    assert vendor.dialled == []


# --- nothing but `keystop verify` goes on the network

GUARD = """
import os, sys

def no_network(event, arguments):
    if event.startswith(("socket.connect", "socket.get", "socket.send")):
        with open(os.environ["GUARD"], "a") as file:
            file.write(event + "\\n")
        raise OSError(1, "no network")

sys.addaudithook(no_network)
open(os.environ["GUARD"], "a").write("on\\n")
"""


def test_no_other_command_touches_the_network(repo: Repo, twilio: Twilio, tmp_path: Path) -> None:
    (tmp_path / "guard").mkdir()
    (tmp_path / "guard" / "sitecustomize.py").write_text(GUARD, encoding="utf-8")
    log = tmp_path / "log"
    env = {"PYTHONPATH": str(tmp_path / "guard"), "GUARD": str(log)}
    repo.write("settings.py", twilio.lines)
    repo.hook()
    repo.git("add", "settings.py")

    def events(*command: str, status: int) -> list[str]:
        log.write_text("", encoding="utf-8")
        done = repo.run(*command, env=env)
        assert done.returncode == status, done.stdout + done.stderr
        assert not seen(twilio.token, Ran(status, done.stdout, done.stderr))
        lines = log.read_text(encoding="utf-8").split()
        assert lines.pop(0) == "on"
        return lines

    assert events("keystop", "scan", ".", status=1) == []
    assert events("keystop", "scan", "--tracked", "--format", "json", status=1) == []
    assert events("git", "commit", "-m", "leak", status=1) == []
    assert events("keystop", "explain", "settings.py:2", status=0) == []
    assert events("keystop", "verify", "settings.py:2", status=2) == ["socket.getaddrinfo"]


def test_a_hook_knows_nothing_of_networks(repo: Repo) -> None:
    """Not even one that reads a repository's own detectors."""
    repo.write(".keystop.toml", OWN)
    repo.write("deploy.sh", f"TOKEN=acmedeploy_{secrets.token_hex(20)}\n")
    repo.git("add", ".")
    code = (
        "import sys; from keystop.hooks.pre_commit import main; status = main([]);"
        "print(status, sorted({'ssl', 'http.client', 'socket'} & set(sys.modules)))"
    )
    import sys

    done = repo.run(sys.executable, "-c", code)
    assert done.stdout.splitlines()[-1] == "1 []", done.stdout + done.stderr


def test_help_says_what_the_statuses_mean(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main(["verify", "--help"])
    said = " ".join(capsys.readouterr().out.split())
    assert "Exit status: 0 dead, 1 live or limited, 2 not known, 3 usage" in said
    assert "No proxy of the environment is used" in said


def test_a_secret_that_is_typed_is_not_told(repo: Repo, token: str) -> None:
    for command in ("verify", "fix", "impact", "respond"):
        done = repo.run("keystop", command, token)
        assert (done.returncode, token in done.stdout + done.stderr) == (3, False), command
