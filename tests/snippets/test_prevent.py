"""`keystop prevent`, and that pages, versions and commands are what the tests use."""

from __future__ import annotations

import base64
import json
import os
import re
import shutil
import subprocess
import urllib.request
from pathlib import Path

import pytest

from keystop.prevent import STORES, Language, find, guide, languages
from keystop.prevent.pages import page
from tests.conftest import Repo
from tests.snippets.conjur import ACCOUNT, HOST, Conjur
from tests.snippets.serving import serving
from tests.snippets.stores import AwsStore, Login
from tests.wheelhouse import ROOT

every_store = pytest.mark.parametrize("store", STORES)
every_language = pytest.mark.parametrize("language", languages(), ids=lambda one: one.key)
SECTIONS = ("Set it up", "Least privilege", "Local development", "Tests", "Rotation",
            "Common mistakes")  # fmt: skip


@every_store
def test_the_page_is_made_of_the_guide(store: str) -> None:
    assert (ROOT / "docs" / "prevention" / f"{store}.md").read_text(encoding="utf-8") == page(store)


@every_store
def test_every_store_has_all_that_one_needs(store: str) -> None:
    assert tuple(title for title, _ in guide(store).sections) == SECTIONS


@every_store
@every_language
def test_the_command_prints_program_and_guide(repo: Repo, store: str, language: Language) -> None:
    done = repo.run("keystop", "prevent", store, language.key)
    assert (done.returncode, done.stderr) == (0, "")
    program = language.file[store].read_text(encoding="utf-8").rstrip()
    before, after = done.stdout.split(program)
    assert before.startswith(f"{guide(store).title}: {language.name}\n")
    assert before.endswith(f"\n{language.file[store].name} ({language.proof()})\n\n")
    titles = [line for line in after.splitlines() if line in SECTIONS]
    assert titles == list(SECTIONS)
    assert not re.search(r"^\s*```|\]\(|^#+ ", before + after, re.MULTILINE)


def test_help_lists_stores_and_languages(repo: Repo) -> None:
    done = repo.run("keystop", "prevent", "--help")
    assert done.returncode == 0
    told = done.stdout.partition("stores:\n")[2].split()
    for word in (*STORES, *(name for one in languages() for name in (one.key, *one.aliases))):
        assert word in told


def test_what_the_command_prints(repo: Repo) -> None:
    done = repo.run("keystop", "prevent", "env", "rb")
    expected = [
        "Twilio credentials in environment variables: Ruby",
        "",
        *guide("env").about.splitlines(),
        "",
        "Install",
        "",
        "    bundle add twilio-ruby --version '~> 7.6'",
        "",
        "env.rb (not run, only parsed, by keystop's tests)",
        "",
        *find("ruby").file["env"].read_text(encoding="utf-8").splitlines(),
        "",
        "Set it up",
        "",
    ]
    assert done.stdout.splitlines()[: len(expected)] == expected


@pytest.mark.parametrize(
    ("name", "key"),
    [("py", "python"), ("js", "javascript"), ("ts", "javascript"), ("TypeScript", "javascript"),
     ("golang", "go"), ("rb", "ruby"), ("C#", "csharp"), ("cs", "csharp"), ("PHP", "php")],
)  # fmt: skip
def test_other_names_of_a_language(name: str, key: str) -> None:
    assert find(name).key == key


def test_a_language_that_is_not_there(repo: Repo) -> None:
    done = repo.run("keystop", "prevent", "env", "cobol")
    assert (done.returncode, done.stdout) == (3, "")
    assert done.stderr == (
        "keystop: there is no program in 'cobol'; there are python, javascript, go, java, ruby, "
        "csharp, php\n"
    )


def test_the_versions_are_those_that_the_tests_use() -> None:
    here = Path(__file__).parent
    pinned = {
        "python": (here / "python/requirements.txt").read_text().split("\n"),
        "javascript": [
            f"{name}@{version}"
            for name, version in json.loads((here / "javascript/package.json").read_text())[
                "dependencies"
            ].items()
        ],
        "go": [
            "@".join(found)
            for found in re.findall(r"^\t(\S+) (v\S+)$", (here / "go/go.mod").read_text(), re.M)
        ],
        "java": [
            ":".join(found)
            for found in re.findall(
                r"<groupId>(.+)</groupId>\s*<artifactId>(.+)</artifactId>\s*<version>(.+)</version>",
                (here / "java/pom.xml").read_text(),
            )
        ],
    }
    assert set(pinned) == {language.key for language in languages() if language.ran}
    for key, known in pinned.items():
        for command in find(key).install.values():
            words = [word for word in command.split() if re.search(r"\d", word)]
            assert words
            assert set(words) <= set(known)


def shell(store: str, word: str) -> str:
    """The block of commands in a store's guide that has that word."""
    blocks = re.findall(r"^```sh\n(.*?)^```$", page(store), re.M | re.S)
    return str(next(block for block in blocks if word in block))


def test_conjur_is_given_the_secret_on_standard_input(tmp_path: Path) -> None:
    if shutil.which("curl") is None:
        pytest.skip("curl is not installed")
    conjur, login = Conjur(), Login.made_up()
    with serving(conjur.answer) as url:
        path = f"/authn/{ACCOUNT}/{HOST.replace('/', '%2F')}/authenticate"
        with urllib.request.urlopen(url + path, conjur.key.encode()) as answer:
            token = base64.b64encode(answer.read()).decode()
        # In place of CyberArk's own command, which is in no package registry.
        (tmp_path / "token").write_text(f'Authorization: Token token="{token}"\n')
        command = tmp_path / "conjur"
        command.write_text(
            f'#!/bin/sh\n[ "$*" = "authenticate --header" ] && cat {tmp_path}/token\n'
        )
        command.chmod(0o700)
        done = subprocess.run(
            ["sh", "-eu", "-c", shell("conjur", "curl")],
            cwd=tmp_path,
            env={"PATH": f"{tmp_path}:{os.environ['PATH']}", "CONJUR_APPLIANCE_URL": url,
                 "CONJUR_ACCOUNT": ACCOUNT},
            input=json.dumps(login.fields()), capture_output=True, text=True,
        )  # fmt: skip
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    assert conjur.value("prod/twilio") == json.dumps(login.fields()).encode()
    assert not (tmp_path / "header").exists()


def test_aws_is_given_the_secret_on_standard_input(moto: str) -> None:
    if shutil.which("aws") is None:
        pytest.skip("aws is not installed")
    store = AwsStore(moto)
    for command in shell("aws", "put-secret-value").splitlines():
        text = json.dumps(Login.made_up().fields())
        done = subprocess.run(
            ["sh", "-eu", "-c", command],
            env={**os.environ, **store.environment}, input=text, capture_output=True, text=True,
        )  # fmt: skip
        assert done.returncode == 0, done.stderr
        assert store.value() == text


def test_the_policy_of_aws_allows_one_thing() -> None:
    [policy] = [
        json.loads(block)
        for block in re.findall(r"^```json\n(.*?)^```$", page("aws"), re.M | re.S)
        if "Statement" in block
    ]
    [statement] = policy["Statement"]
    assert statement["Action"] == "secretsmanager:GetSecretValue"
    assert statement["Resource"].endswith(":secret:prod/twilio-??????")
