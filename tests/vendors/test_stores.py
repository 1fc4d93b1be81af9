"""Where new secrets are put: only what is meant changes, and what cannot be written stays."""

from __future__ import annotations

import json
import os
import stat
from collections.abc import Iterator
from pathlib import Path
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from keystop.errors import KeystopError, Usage
from keystop.vendors import web
from keystop.vendors.aws_calls import Aws
from keystop.vendors.calls import Patience
from keystop.vendors.problems import Failed
from keystop.vendors.settings_file import SettingsFile
from keystop.vendors.stores import Store, put, store_of
from tests.conftest import Repo
from tests.snippets.conjur import ACCOUNT, HOST
from tests.vendors.fake_tokens import Fakes
from tests.vendors.served import Answer, Request, Server
from tests.vendors.world import to

TOP = Path(__file__).parents[2]

QUICK = Patience(lambda _: None, Random(1))
NAMES = st.from_regex(r"[A-Z_][A-Z0-9_]{0,6}", fullmatch=True)
VALUES = st.from_regex(r"[A-Za-z0-9_.-]{1,40}", fullmatch=True)
OTHERS = st.one_of(
    st.text(st.characters(exclude_characters="=\n", exclude_categories=["Cs"]), max_size=20),
    st.builds("{}={}".format, st.from_regex(r"[a-z]{1,5}", fullmatch=True), VALUES),
)


@settings(max_examples=40)
def _file(path: Path) -> Store:
    return Store(SettingsFile(str(path)), {})


@given(st.lists(OTHERS, max_size=6), st.dictionaries(NAMES, VALUES, max_size=3), st.data())
def test_other_lines_stay_as_they_are(
    tmp_path_factory: pytest.TempPathFactory,
    lines: list[str],
    changes: dict[str, str],
    data: st.DataObject,
) -> None:
    """And what is written is read back, in the place where it was before."""
    path = tmp_path_factory.mktemp("settings") / ".env"
    old = [f"export {name} = '{name}'  # why" for name in changes]
    mixed = data.draw(st.permutations([*lines, *old]))
    if mixed:
        path.write_text("\n".join(mixed), "utf-8", newline="")
    store = _file(path)
    put(store, changes)
    held = store.read()
    assert {name: held[name] for name in changes} == changes
    if changes:
        written = path.read_bytes().decode().removesuffix("\n").split("\n")
        named = {line: f"export {name} = {changes[name]}  # why"
                 for line, name in zip(old, changes, strict=True)}  # fmt: skip
        kept = [named.get(line, line) for line in "\n".join(mixed).split("\n")] if mixed else []
        if mixed and kept[-1] == "" and written == kept[:-1]:
            kept.pop()
        assert written[: len(kept)] == kept or kept == [""]
    put(store, dict.fromkeys(changes))
    assert not set(changes) & set(store.read())


def test_a_settings_file_is_its_owners(tmp_path: Path) -> None:
    path = tmp_path / ".env"
    path.write_text("A=1\n")
    path.chmod(0o644)
    put(_file(path), {"B": "2"})
    assert (path.read_text(), stat.S_IMODE(path.stat().st_mode)) == ("A=1\nB=2\n", 0o600)
    put(_file(tmp_path / "new.env"), {"B": "2"})
    assert stat.S_IMODE((tmp_path / "new.env").stat().st_mode) == 0o600


def test_a_tracked_file_is_refused(repo: Repo, monkeypatch: pytest.MonkeyPatch) -> None:
    """Also from elsewhere, and with GIT_DIR set by a hook of another repository."""
    path = repo.write("conf/.env", "A=1\n")
    repo.git("add", ".")
    monkeypatch.setenv("GIT_DIR", "/nowhere")
    with pytest.raises(Usage, match="git tracks"):
        put(_file(path), {"B": "2"})
    assert path.read_text() == "A=1\n"


def test_a_file_that_git_would_take_in_is_refused(repo: Repo) -> None:
    path = repo.path / "conf" / ".env"
    path.parent.mkdir()
    with pytest.raises(Usage, match=r"git does not ignore .*conf/\.env: the next git add"):
        _file(path).ready()
    repo.write(".gitignore", ".env\n")
    put(_file(path), {"B": "2"})
    assert repo.git("status", "--porcelain").split() == ["??", ".gitignore"]


@pytest.mark.parametrize("kind", ["link", "folder", "nowhere", "value"])
def test_what_cannot_be_written_stays(tmp_path: Path, kind: str) -> None:
    target = tmp_path / "target"
    target.write_text("A=1\n")
    path = {"link": tmp_path / "link", "folder": tmp_path, "nowhere": tmp_path / "x" / ".env",
            "value": target}[kind]  # fmt: skip
    if kind == "link":
        os.symlink(target, path)
    with pytest.raises(Usage):
        put(_file(path), {"B": "two\nlines" if kind == "value" else "2"})
    assert target.read_text() == "A=1\n"


def test_nothing_is_left_beside_it(repo: Repo) -> None:
    """The draft lies in the git directory, where no git add finds it."""
    repo.write(".gitignore", ".env\n")
    path = repo.path / ".env"
    drafts: list[str] = []
    replace = os.replace

    def seen(source: str, target: str) -> None:
        drafts.append(str(source))
        replace(source, target)

    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(os, "replace", seen)
        put(_file(path), {"B": "2"})
    assert drafts == [str(repo.path / ".git" / "keystop-settings.new")]


@pytest.mark.parametrize("text", ["", "env:", ".env", "file:x", "vault:secret"])
def test_what_is_no_store(text: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("VAULT_ADDR", "https://vault.example")
    with pytest.raises(Usage):
        store_of(text, web.Web(QUICK), Aws(QUICK))


@pytest.fixture
def fakes(random: Random, monkeypatch: pytest.MonkeyPatch) -> Iterator[Fakes]:
    """A Vault and a Conjur that know the login in the environment."""
    made = Fakes(random)
    monkeypatch.setenv("VAULT_ADDR", "https://vault.example/")
    monkeypatch.setenv("VAULT_TOKEN", made.vault.token)
    monkeypatch.setenv("CONJUR_APPLIANCE_URL", "https://conjur.example")
    monkeypatch.setenv("CONJUR_ACCOUNT", ACCOUNT)
    monkeypatch.setenv("CONJUR_AUTHN_LOGIN", HOST)
    monkeypatch.setenv("CONJUR_AUTHN_API_KEY", made.conjur.key)
    with made.server.running():
        yield made


def _store(text: str, fakes: Fakes) -> Store:
    return store_of(text, web.Web(QUICK, to(fakes.server)), Aws(QUICK))


def _held(text: str, fakes: Fakes) -> object:
    if text.startswith("vault"):
        return fakes.vault.value("team/app")
    return json.loads(fakes.conjur.value("team/app"))


@pytest.mark.parametrize("text", ["vault:secret/team/app", "conjur:team/app"])
def test_a_secret_store(fakes: Fakes, text: str) -> None:
    store = _store(text, fakes)
    assert store.read() == {}
    put(store, {"A": "1", "B": "2"})
    put(store, {"A": "3", "B": None})
    assert store.read() == {"A": "3"}
    assert _held(text, fakes) == {"A": "3"}


@pytest.mark.parametrize("text", ["vault:secret/team/app", "conjur:team/app"])
def test_a_rotated_key_is_where_the_programs_of_the_guide_read_it(fakes: Fakes, text: str) -> None:
    """And the account's SID stays beside it."""
    login = {"accountSid": "A", "apiKeySid": "old", "apiKeySecret": "old"}
    program = (TOP / "src/keystop/prevent/snippets/python/aws.py").read_text()
    assert all(f'"{field}"' in program for field in login)
    store = _store(text, fakes)
    fakes.vault.put("team/app", login)
    fakes.conjur.put("team/app", json.dumps(login).encode())
    put(store, {"TWILIO_API_KEY": "new", "TWILIO_API_SECRET": "newer"})
    assert _held(text, fakes) == {"accountSid": "A", "apiKeySid": "new", "apiKeySecret": "newer"}
    assert store.called("TWILIO_API_KEY") == "apiKeySid"
    assert store.read()["TWILIO_API_SECRET"] == "newer"


@pytest.mark.parametrize("text", ["vault:secret/team/app", "conjur:team/app"])
def test_a_login_that_is_refused(fakes: Fakes, text: str, monkeypatch: pytest.MonkeyPatch) -> None:
    secret = fakes.letters(20)
    monkeypatch.setenv("VAULT_TOKEN", secret)
    monkeypatch.setenv("CONJUR_AUTHN_API_KEY", secret)
    with pytest.raises(Failed) as raised:
        _store(text, fakes).read()
    assert secret[:6] not in str(raised.value)


def test_somebody_else_writes_to_vault_meanwhile(fakes: Fakes) -> None:
    """Their version is not overwritten."""
    store = _store("vault:secret/team/app", fakes)
    put(store, {"A": "1"})
    other = fakes.server.answer

    def between(request: Request) -> Answer:
        answer = other(request)
        if request.method == "GET":
            fakes.vault.put("team/app", {"A": "theirs"})
        return answer

    fakes.server.answer = between
    with pytest.raises(Failed):
        put(store, {"A": "2"})
    assert fakes.vault.value("team/app") == {"A": "theirs"}


def test_a_store_that_holds_something_else(tmp_path: Path) -> None:
    """It is not called stored then, and the value is not told."""

    class Forgetful(SettingsFile):
        def write(self, changes: object) -> None:
            pass

    with pytest.raises(KeystopError) as raised:
        put(Store(Forgetful(str(tmp_path / ".env")), {}), {"A": "a-secret-value"})
    assert "does not hold A" in str(raised.value)
    assert "a-secret-value" not in str(raised.value)


def test_a_redirect_is_not_followed(random: Random) -> None:
    """It would take the login along."""
    login = {"Authorization": "Bearer " + "".join(random.choices("abcdef", k=20))}

    def elsewhere(_: Request) -> Answer:
        return Answer(302, {}, {"Location": server.local("https://evil.example/")})

    server = Server(elsewhere, lambda status: Answer(status, {}))
    with (
        server.running(),
        pytest.raises(Failed, match=r"vault\.example refused the request \(302\)"),
    ):
        web.Web(QUICK, to(server)).ask("GET", "https://vault.example/v1/x", login)
    assert [request.host for request, _ in server.log] == ["vault.example"]
