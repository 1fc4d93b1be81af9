"""The five formats: whole outputs, shapes, and that no part of a value is in any of them."""

from __future__ import annotations

import json
import os
import re
from base64 import b64encode, urlsafe_b64encode
from html.parser import HTMLParser
from pathlib import Path

import jsonschema
import pytest

from tests.conftest import Repo, Twilio
from tests.impact import couriers
from tests.impact.conftest import Asked, Values
from tests.impact.marked import write

FORMATS = ("text", "json", "dot", "mermaid", "html")
EXPECTED = """\
Twilio Auth Token (twilio.auth-token), .env:2
It goes by: SMS_SECRET, TWILIO_AUTH_TOKEN, TW_AUTH

3 services depend on it.

services/api
  owner     @acme/messaging @acme/core
  redeploy  docker compose up -d api
  docker-compose.yml:5  gives service api SMS_SECRET  (certain: it is given the value itself)
  services/api/main.py:4  reads the environment variable SMS_SECRET
      (certain: it is given the value itself)
  services/api/main.py:5  makes a client or a log-in with token
      (certain: it is given the value itself)

services/web
  owner     A Tester
  redeploy  restart services/web with the new value
  services/web/index.js:1  reads the environment variable TWILIO_AUTH_TOKEN
      (certain: the unusual name TWILIO_AUTH_TOKEN)

.github/workflows/deploy.yml
  owner     A Tester
  redeploy  run .github/workflows/deploy.yml again
  .github/workflows/deploy.yml:7  sets TWILIO_AUTH_TOKEN
      (likely: TWILIO_AUTH_TOKEN is filled from TW_AUTH)

Shared by services, or of none
  owner     A Tester
  .env:2  sets TWILIO_AUTH_TOKEN  (certain: the value itself)
  notes.md:1  the value itself, as base64 of ID:value  (certain: the value itself)

To get the new value:
  - GitHub secret TW_AUTH
  - .env:2 (TWILIO_AUTH_TOKEN)

The value still stands in:
  .env:2
  notes.md:1, as base64 of ID:value
  old.cfg:1 on branch legacy, tag v1
"""


@pytest.fixture
def small(repo: Repo, twilio: Twilio) -> Repo:
    """Three services, a workflow, an old branch and a tag."""
    pair = b64encode(f"{twilio.sid}:{twilio.token}".encode()).decode()
    repo.write("old.cfg", f"twilio_auth_token = {twilio.token}\n")
    repo.git("add", ".")
    repo.git("commit", "--quiet", "-m", "old")
    repo.git("branch", "legacy")
    repo.git("tag", "-a", "-m", "first", "v1")
    repo.git("rm", "--quiet", "old.cfg")
    files = {
        ".env": f"TWILIO_ACCOUNT_SID={twilio.sid}\nTWILIO_AUTH_TOKEN={twilio.token}\n",
        "docker-compose.yml": "services:\n  api:\n    build: services/api\n    environment:\n"
        "      SMS_SECRET: ${TWILIO_AUTH_TOKEN}\n",
        "services/api/Dockerfile": "FROM python\n",
        "services/api/main.py": "import os\n\n\n"
        'token = os.environ["SMS_SECRET"]\nclient = Client(sid, token)\n',
        "services/web/package.json": "{}\n",
        "services/web/index.js": "start(process.env.TWILIO_AUTH_TOKEN);\n",
        ".github/workflows/deploy.yml": "on: push\njobs:\n  deploy:\n    steps:\n"
        "      - run: ./deploy\n        env:\n"
        "          TWILIO_AUTH_TOKEN: ${{ secrets.TW_AUTH }}\n",
        "notes.md": f"curl -H 'Authorization: Basic {pair}'\n",
        "CODEOWNERS": "/services/ @acme/core\n/services/api @acme/messaging @acme/core\n"
        "/services/web/ \ndocker-compose.yml @acme/messaging @acme/core\n",
    }
    for name, text in files.items():
        repo.write(name, text)
    repo.git("add", ".")
    repo.git("commit", "--quiet", "-m", "new")
    return repo


def test_the_text_as_a_whole(small: Repo) -> None:
    done = small.run("keystop", "impact", ".env:2")
    assert done.stdout == EXPECTED
    assert (done.stderr, done.returncode) == ("", 0)
    assert all(len(line) <= 100 for line in done.stdout.splitlines())


@pytest.mark.parametrize("now", ["environment", "another"])
def test_a_common_name_that_a_commit_has_is_followed_in_its_file(
    repo: Repo, twilio: Twilio, token: str, now: str
) -> None:
    lines = (
        'import os\n\nSID = "{sid}"\nAUTH_TOKEN = {value}\n'
        "client = twilio.rest.Client(SID, AUTH_TOKEN)\n"
    )
    repo.write("send.py", lines.format(sid=twilio.sid, value=f'"{twilio.token}"'))
    repo.git("add", ".")
    repo.git("commit", "--quiet", "-m", "old")
    value = 'os.environ["SMS_SECRET"]' if now == "environment" else f'"{token}"'
    repo.write("send.py", lines.format(sid=twilio.sid, value=value))
    repo.git("add", ".")
    repo.git("commit", "--quiet", "-m", "new")
    told = json.loads(
        repo.run("keystop", "impact", "HEAD~1:send.py:4", "--format", "json", check=True).stdout
    )
    lines_told = [(link["line"], link["name"]) for link in told["shared"]["links"]]
    assert lines_told == ([(4, "SMS_SECRET"), (5, "AUTH_TOKEN")] if now == "environment" else [])


def test_the_report_is_written_into_a_file(small: Repo) -> None:
    done = small.run("keystop", "impact", ".env:2", "--output", "report.txt")
    assert (done.stdout, done.stderr, done.returncode) == ("", "", 0)
    assert (small.path / "report.txt").read_text() == EXPECTED


LINK = {
    "type": "object",
    "additionalProperties": False,
    "required": ["path", "line", "kind", "what", "confidence", "reason", "name"],
    "properties": {
        "path": {"type": "string"},
        "line": {"type": "integer", "minimum": 1},
        "kind": {"type": "string", "pattern": "^[a-z ]+$"},
        "what": {"type": "string"},
        "confidence": {"enum": ["certain", "likely", "possible"]},
        "reason": {"type": "string"},
        "name": {"type": "string"},
    },
}
SERVICE = {
    "type": "object",
    "additionalProperties": False,
    "required": ["name", "owner", "weight", "redeploy", "links"],
    "properties": {
        "name": {"type": "string"},
        "owner": {"type": "string"},
        "weight": {"type": "integer"},
        "redeploy": {"type": "array", "items": {"type": "string"}},
        "links": {"type": "array", "items": LINK},
    },
}
SHAPE = {
    "type": "object",
    "additionalProperties": False,
    "required": ["version", "keystop", "finding", "names", "services", "shared", "update", "value"],
    "properties": {
        "version": {"const": 1},
        "keystop": {"type": "string"},
        "finding": {
            "type": "object",
            "additionalProperties": False,
            "required": ["detector", "name", "place"],
            "properties": {key: {"type": "string"} for key in ("detector", "name", "place")},
        },
        "names": {"type": "array", "items": {"type": "string"}},
        "services": {"type": "array", "items": SERVICE},
        "shared": SERVICE,
        "update": {"type": "array", "items": {"type": "string"}},
        "value": {
            "type": "array",
            "items": {
                "type": "object",
                "additionalProperties": False,
                "required": ["path", "line", "spelling", "refs"],
                "properties": {
                    "path": {"type": "string"},
                    "line": {"type": "integer"},
                    "spelling": {"type": "string"},
                    "refs": {"type": "array", "items": {"type": "string"}},
                },
            },
        },
    },
}


def test_the_json_has_the_shape_that_is_documented(small: Repo, asked: Asked) -> None:
    told = asked(".env:2")
    assert told == asked(".env:2")
    jsonschema.validate(told, SHAPE)
    documented = (Path(__file__).parents[2] / "docs" / "impact.md").read_text(encoding="utf-8")
    for keys in (SHAPE, SERVICE, LINK):
        for key in keys["properties"]:  # type: ignore[attr-defined]
            assert f"`{key}`" in documented
    weights = [service["weight"] for service in told["services"]]
    assert weights == sorted(weights, reverse=True)
    assert told["value"][-1] == {
        "path": "old.cfg", "line": 1, "spelling": "", "refs": ["branch legacy", "tag v1"],
    }  # fmt: skip
    assert small.path.is_dir()


def test_dot_declares_what_it_joins(small: Repo) -> None:
    told = small.run("keystop", "impact", ".env:2", "--format", "dot", check=True).stdout
    first, *body, last = told.splitlines()
    assert (first, last) == ("digraph impact {", "}")
    text = "\n".join(body)
    nodes = dict(re.findall(r'^  (n\d+) \[label="((?:[^"\\]|\\.)*)", shape=\w+\];$', text, re.M))
    edges = re.findall(r"^  (n\d+) -> (n\d+) \[style=\w+\];$", text, re.M)
    assert len(nodes) + len(edges) == len(body) - 2
    named = {(nodes[one], nodes[other]) for one, other in edges}
    assert ("SMS_SECRET", "services/api/main.py") in named
    assert ("services/api/main.py", "services/api") in named


def test_mermaid_declares_what_it_joins(small: Repo) -> None:
    told = small.run("keystop", "impact", ".env:2", "--format", "mermaid", check=True).stdout
    first, *body = told.splitlines()
    assert first == "flowchart LR"
    text = "\n".join(body)
    nodes = set(re.findall(r'^  (n\d+)[{(\[/]+"[^"]*"[})\]/]+$', text, re.M))
    edges = re.findall(r"^  (n\d+) -(?:\.-|-)> (n\d+)$", text, re.M)
    assert len(nodes) + len(edges) == len(body)
    assert {node for edge in edges for node in edge} <= nodes


class Tags(HTMLParser):
    """Fails where a tag is closed that is not open."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.seen: set[str] = set()
        self.attributes: set[str] = set()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.seen.add(tag)
        self.attributes |= {name for name, _ in attrs}
        if tag != "meta":
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


def test_the_page_is_well_formed_and_needs_nothing(small: Repo, twilio: Twilio) -> None:
    small.write("services/api/<img src=x>&.env", f"TWILIO_AUTH_TOKEN={twilio.token}\n")
    small.git("add", ".")
    page = small.run("keystop", "impact", ".env:2", "--format", "html", check=True).stdout
    tags = Tags()
    tags.feed(page)
    tags.close()
    assert tags.open == []
    assert not tags.seen & {"script", "img", "link", "iframe", "object"}
    assert not tags.attributes & {"src", "href", "onload"}
    assert "services/api/&lt;img src=x&gt;&amp;.env:1" in page
    assert "http" not in page
    assert "light dark" in page


def windows(value: str) -> set[str]:
    """Every six characters of a value, and of it in other spellings."""
    data = value.encode()
    spellings = [value, data.hex(), data.hex().upper(), "".join(f"%{byte:02x}" for byte in data)]
    for shift in range(3):
        # the first and the last signs of base64 depend on what stands beside the value
        encoded = b64encode(bytes(shift) + data).decode()[-(-shift * 8 // 6) : -4]
        spellings += [encoded, urlsafe_b64encode(bytes(shift) + data).decode()[4:-4]]
    return {text[at : at + 6] for text in spellings for at in range(len(text) - 5)}


def test_no_part_of_a_value_is_told_or_passed_on(
    repo: Repo, values: Values, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Not in any format, not on standard error, not in the arguments of any process."""
    write(repo, couriers.FILES, values)
    token = values["TOKEN"]
    # names and paths that are made of it
    repo.write(f"services/api/{token}.env", f"TWILIO_AUTH_TOKEN={token}\n")
    repo.write("services/api/odd.yml", f"twilio_auth_token: ${token}\nx: ${{{token[4:20]}}}\n")
    repo.git("add", ".")
    repo.git("commit", "--quiet", "-m", "all")
    repo.git("branch", f"with-{token}")
    log = tmp_path / "arguments"
    real = next(
        path for folder in os.environ["PATH"].split(os.pathsep)
        if (path := Path(folder) / "git").is_file()
    )  # fmt: skip
    git = tmp_path / "bin" / "git"
    git.parent.mkdir()
    git.write_text(f'#!/bin/sh\necho "$@" >> {log}\nexec {real} "$@"\n')
    git.chmod(0o755)
    monkeypatch.setenv("PATH", f"{git.parent}{os.pathsep}{os.environ['PATH']}")
    texts = []
    for form in FORMATS:
        done = repo.run("keystop", "impact", ".env:3", "--format", form, check=True)
        assert len(done.stdout) > 1000
        texts += [done.stdout, done.stderr]
    missing = repo.run("keystop", "impact", ".env:3", "--in", "nowhere")
    assert missing.returncode == 3
    texts += [missing.stderr, log.read_text()]
    assert "cat-file" in texts[-1]
    known = windows(token) | windows(values["SID"][2:])
    for text in texts:
        assert not [one for one in known if one in text]
