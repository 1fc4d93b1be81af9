"""The snippets of four languages, run for real: real clients, real processes, stores that hold
values which only the test knows."""

from __future__ import annotations

import hashlib
import os
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.snippets.stores import Login, Store, opened
from tests.snippets.toolchains import LANGUAGES, Toolchain

every_language = pytest.mark.parametrize("toolchain", LANGUAGES, indirect=True)
every_store = pytest.mark.parametrize("name", ["aws", "vault", "vault by role", "conjur"])


@pytest.fixture
def store(name: str, request: pytest.FixtureRequest) -> Iterator[Store]:
    """An empty one. moto's server takes its time: only who needs it waits for it."""
    moto = request.getfixturevalue("moto") if name == "aws" else ""
    with opened(name, moto) as made:
        yield made


class Program:
    """The harness with a snippet, running."""

    def __init__(self, toolchain: Toolchain, store: str, environment: dict[str, str]) -> None:
        self._process = subprocess.Popen(
            (*toolchain.command, store.split()[0]),
            cwd=toolchain.folder,
            env={"PATH": os.environ["PATH"], "HOME": "/nonexistent", **environment},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def ask(self) -> str:
        """The hash of the login that a client, made now, would use."""
        assert self._process.stdin
        assert self._process.stdout
        self._process.stdin.write("\n")
        self._process.stdin.flush()
        return self._process.stdout.readline().strip()

    def end(self) -> tuple[int, str]:
        """Its status, and what else it printed."""
        output, errors = self._process.communicate(timeout=60)
        return self._process.returncode, output + errors


def said(toolchain: Toolchain, store: str, environment: dict[str, str]) -> str:
    """What a program prints that fails at once."""
    program = Program(toolchain, store, environment)
    assert program.ask() == ""
    status, printed = program.end()
    assert status != 0
    return printed


def hashed(login: Login) -> str:
    return hashlib.sha256("\n".join(login).encode()).hexdigest()


def shown(values: tuple[str, ...], printed: str) -> list[str]:
    """The values that are in what was printed, or in the arguments of any process."""
    lines = b"\0".join(_read(path) for path in Path("/proc").glob("[0-9]*/cmdline"))
    return [value for value in values if value in printed or value.encode() in lines]


def keys(store: Store) -> tuple[str, ...]:
    """What a program shows to the store itself to be let in."""
    return tuple(store.environment[name] for name in store.refused)


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError:  # it has ended
        return b""


@every_language
@every_store
def test_the_login_is_that_of_the_store_and_follows_its_rotation(
    toolchain: Toolchain, name: str, store: Store
) -> None:
    old, new = Login.made_up(), Login.made_up()
    store.put(old.fields())
    program = Program(toolchain, name, store.environment)
    assert program.ask() == hashed(old)
    store.put(new.fields())
    assert program.ask() == hashed(new)
    assert not shown((*old, *new, *keys(store)), "")
    status, printed = program.end()
    assert status == 0, printed
    assert not shown((*old, *new, *keys(store)), printed)


@every_language
@every_store
def test_a_secret_that_is_not_there(toolchain: Toolchain, name: str, store: Store) -> None:
    printed = said(toolchain, name, store.environment)
    assert "twilio" in printed
    assert not shown(keys(store), printed)


@every_language
@every_store
def test_a_secret_without_one_of_the_fields(toolchain: Toolchain, name: str, store: Store) -> None:
    login = Login.made_up()
    fields = login.fields()
    del fields["apiKeySecret"]
    store.put(fields)
    printed = said(toolchain, name, store.environment)
    assert "apiKeySecret" in printed
    assert not shown(login, printed)


@every_language
@every_store
def test_a_secret_that_is_something_else(toolchain: Toolchain, name: str, store: Store) -> None:
    """Parsers like to quote what they cannot read."""
    login = Login.made_up()
    store.put(f"q{login.secret}")
    printed = said(toolchain, name, store.environment)
    assert "twilio" in printed
    assert not shown((login.secret, login.secret[:8]), printed)


@every_language
@pytest.mark.parametrize("name", ["aws", "conjur"])
def test_a_secret_that_is_json_without_fields(
    toolchain: Toolchain, name: str, store: Store
) -> None:
    login = Login.made_up()
    store.put(f'"{login.secret}"')
    printed = said(toolchain, name, store.environment)
    assert "prod/twilio" in printed
    assert not shown((login.secret, login.secret[:8]), printed)


@every_language
@every_store
def test_a_program_that_may_not_read_it(toolchain: Toolchain, name: str, store: Store) -> None:
    login = Login.made_up()
    store.put(login.fields())
    printed = said(toolchain, name, store.environment | store.refused)
    assert not shown((*login, *filter(None, store.refused.values())), printed)


ENV = ("TWILIO_ACCOUNT_SID", "TWILIO_API_KEY", "TWILIO_API_SECRET")


@every_language
def test_the_login_is_that_of_the_environment(toolchain: Toolchain) -> None:
    login = Login.made_up()
    program = Program(toolchain, "env", dict(zip(ENV, login, strict=True)))
    assert program.ask() == hashed(login)
    status, printed = program.end()
    assert status == 0, printed
    assert not shown(login, printed)


@every_language
@pytest.mark.parametrize("missing", ENV)
@pytest.mark.parametrize("how", ["unset", "empty"])
def test_a_variable_that_is_missing(toolchain: Toolchain, missing: str, how: str) -> None:
    login = dict(zip(ENV, Login.made_up(), strict=True))
    value = login.pop(missing)
    printed = said(toolchain, "env", login | ({missing: ""} if how == "empty" else {}))
    assert f"not set in the environment: {missing}" in printed
    assert not shown((value, *login.values()), printed)
