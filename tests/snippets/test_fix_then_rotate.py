"""A hard-coded key is taken out of a program, put into a store, and replaced at Twilio: the program
that `keystop fix` wrote reads the new one, from where `keystop twilio rotate` puts it."""

from __future__ import annotations

import os
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pytest

from keystop.cli import main
from tests.snippets.stores import Login, Store, opened
from tests.snippets.toolchains import Toolchain
from tests.vendors.conftest import fake, world  # noqa: F401
from tests.vendors.fake_twilio import FakeTwilio
from tests.vendors.world import World


class Program(NamedTuple):
    """A program with a key in it, which prints it, and how it is started in its folder."""

    file: str
    text: str
    commands: tuple[tuple[str, ...], ...]


PROGRAMS = {
    "python": Program(
        "send.py",
        'api_key = "{key}"\napi_secret = "{secret}"\nprint(api_key, api_secret)\n',
        (("{tools}/venv/bin/python", "send.py"),),
    ),
    "javascript": Program(
        "send.mjs",
        'const apiKey = "{key}";\nconst apiSecret = "{secret}";\nconsole.log(apiKey, apiSecret);\n',
        (("node", "send.mjs"),),
    ),
    "go": Program(
        "send.go",
        'package main\n\nimport "fmt"\n\nvar apiKey = "{key}"\nvar apiSecret = "{secret}"\n\n'
        "func main() {{ fmt.Println(apiKey, apiSecret) }}\n",
        (("go", "run", "-gcflags=all=-N -l", "send.go"),),
    ),
    "java": Program(
        "Send.java",
        'public class Send {{\n    static String apiKey = "{key}";\n'
        '    static String apiSecret = "{secret}";\n'
        "    public static void main(String[] given) {{\n"
        '        System.out.println(apiKey + " " + apiSecret);\n    }}\n}}\n',
        (("java", "-XX:TieredStopAtLevel=1", "-cp", "{tools}/lib/*", "Send.java"),),
    ),
}


@pytest.fixture
def store(
    request: pytest.FixtureRequest, moto: str, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Store]:
    """An empty store, which the environment leads to."""
    with opened(request.param, moto) as made:
        for name, value in made.environment.items():
            monkeypatch.setenv(name, value)
        yield made


def ran(program: Program, folder: Path, tools: Path) -> list[str]:
    """What a program prints."""
    for command in program.commands:
        done = subprocess.run(
            [word.format(tools=tools) for word in command],
            cwd=folder, capture_output=True, text=True, env=settings(tools),
        )  # fmt: skip
        assert done.returncode == 0, done.stderr
    return done.stdout.split()


def settings(tools: Path) -> dict[str, str]:
    downloads = tools.parent / "downloads"
    places = {"GOMODCACHE": str(downloads / "go"), "GOCACHE": str(downloads / "go-build")}
    return {**os.environ, **places, "GOFLAGS": "-modcacherw -mod=mod", "GOPROXY": "off"}


CASES = [
    (language, name)
    for language in PROGRAMS
    for name in ("aws", "vault", "conjur")
    if (language, name) != ("java", "conjur")  # CyberArk's library is in no registry
]


@pytest.mark.parametrize(
    ("toolchain", "store", "language", "name"),
    [(language, name, language, name) for language, name in CASES],
    indirect=["toolchain", "store"],
)
def test_it_reads_the_new_one(
    toolchain: Toolchain,
    store: Store,
    language: str,
    name: str,
    world: World,  # noqa: F811
    fake: FakeTwilio,  # noqa: F811
    capsys: pytest.CaptureFixture[str],
) -> None:
    program = PROGRAMS[language]
    old = fake.add_key(name="billing")
    folder = world.repo.path
    for tool in ("node_modules", "go.mod", "go.sum"):
        if (toolchain.folder / tool).exists():
            (folder / tool).symlink_to(toolchain.folder / tool)
    path = world.repo.write(program.file, program.text.format(key=old.sid, secret=old.secret))
    place = f"{program.file}:{path.read_text().partition(old.secret)[0].count(chr(10)) + 1}"

    assert main(["fix", place, "--store", name, "--apply"]) == 0
    said = capsys.readouterr().out
    assert old.secret not in path.read_text() + said
    where = re.search(r"keystop twilio rotate - --store (\S+)", said)
    assert where

    store.put(Login(fake.account.sid, old.sid, old.secret).fields())
    assert ran(program, folder, toolchain.folder) == [old.sid, old.secret]
    rotate = ("twilio", "rotate", "-", "--store", where[1], "--apply", "--yes")
    for resume in ((), ("--resume",)):
        world.run(*rotate, *resume, twilio_http=fake.client(), stdin=f"{old.sid}:{old.secret}\n")
    (new,) = fake.account.keys.values()
    assert new.sid != old.sid
    assert ran(program, folder, toolchain.folder) == [new.sid, new.secret]


def test_a_settings_file_has_the_names_of_the_program(
    world: World,  # noqa: F811
    fake: FakeTwilio,  # noqa: F811
) -> None:
    old = fake.add_key(name="billing")
    program = PROGRAMS["python"].text.format(key=old.sid, secret=old.secret)
    path = world.repo.write("send.py", program)
    world.repo.write(".gitignore", ".env\n")
    assert main(["fix", "send.py:2", "--apply"]) == 0
    world.run("twilio", "rotate", "-", "--store", "env:.env", "--apply", "--yes",
              twilio_http=fake.client(), stdin=f"{old.sid}:{old.secret}\n")  # fmt: skip
    read = set(re.findall(r'os\.environ\["(\w+)"\]', path.read_text()))
    written = (world.repo.path / ".env").read_text().splitlines()
    assert read == {line.partition("=")[0] for line in written}
