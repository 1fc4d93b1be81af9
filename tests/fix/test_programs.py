"""The programs run: with the value in the environment they do what they did with it in them."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from types import FunctionType, ModuleType

import pytest

from keystop.fix.edits import applied
from keystop.fix.files import target
from keystop.fix.plan import plan
from tests.fix.cases import Case, cases, values
from tests.fix.conftest import Run


class Pair:
    """A case before and after, and the environment that the second one needs."""

    def __init__(self, case: Case, before: bytes, after: bytes, env: dict[str, str]) -> None:
        self.case, self.before, self.after, self.env = case, before, after, env


def pairs(language: str, folder: Path) -> list[Pair]:
    """All cases of a language that read the environment, fixed."""
    made = []
    for case in cases(language):
        if "refused" in case.special or "--store" in case.special.get("options", ""):
            continue
        secrets = values(case)
        path = folder / case.path
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(case.text(secrets))
        found = target(f"{case.path}:{case.place(secrets)}")
        options = case.special.get("options", "").split()
        planned = plan(found, "env", options[1] if options else "")
        given = [
            found.located.value,
            *([found.located.partner.value] if found.located.partner else []),
        ]
        env = dict(zip(planned.names, (value.decode() for value in given), strict=True))
        made.append(Pair(case, path.read_bytes(), applied(planned.changes[0]), env))
        path.unlink()
    return made


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, run: Run) -> Path:
    """An empty folder, in which one is; run makes detectors load once."""
    del run
    monkeypatch.chdir(tmp_path)
    return tmp_path


class _Stub(ModuleType):
    """A library that is not installed: what is called gives back what it was called with."""

    def __getattr__(self, name: str) -> object:
        if name.startswith("__"):
            raise AttributeError(name)
        return lambda *given, **named: (name, given, sorted(named.items()))


def seen(text: bytes, monkeypatch: pytest.MonkeyPatch) -> str:
    """What a program of Python has at its end: the values of its names and its classes'."""
    for name in ("twilio", "twilio.rest", "sendgrid", "requests", "environ", "db"):
        monkeypatch.setitem(sys.modules, name, _Stub(name))
    names: dict[str, object] = {"__file__": "settings.py", "__name__": "settings"}
    exec(compile(text, "settings.py", "exec"), names)
    told: list[object] = []
    for name, value in names.items():
        if isinstance(value, type):
            told.append((name, {key: one for key, one in vars(value).items() if key.isupper()}))
            told.append(vars(value()) if name == "Sender" else None)
        elif isinstance(value, FunctionType):
            told.append((name, value.__defaults__, value() if name == "client" else None))
        elif isinstance(value, (str, bytes, dict, tuple, list)) and not name.startswith("__"):
            told.append((name, value))
    return repr(told)


def fails(text: bytes, monkeypatch: pytest.MonkeyPatch) -> bool:
    """Whether a program ends where a variable is not set, and does not go on without it."""
    try:
        seen(text, monkeypatch)
    except KeyError:
        return True
    return False


def test_python(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    ran = 0
    for pair in pairs("python", folder):
        if "from . import" in pair.case.template:
            continue  # a package that is not there
        for name in pair.env:
            monkeypatch.delenv(name, raising=False)
        early = "def " not in pair.case.template and "environ.get" not in pair.case.template
        assert fails(pair.after, monkeypatch) or not early, pair.case.name
        before = seen(pair.before, monkeypatch)
        for name, value in pair.env.items():
            monkeypatch.setenv(name, value)
        if "same" not in pair.case.name:
            assert seen(pair.after, monkeypatch) == before, pair.case.name
        ran += 1
    assert ran >= 40


_NODE = """
const { writeFileSync } = require('node:fs');
const { pathToFileURL } = require('node:url');
const told = {};
(async () => {
  for (const [key, file] of JSON.parse(process.argv[2])) {
    const seen = file.endsWith('.cjs') ? require(file) : { ...(await import(pathToFileURL(file))) };
    told[key] = JSON.stringify(seen, (name, one) => typeof one === 'function' ? 'function' : one);
  }
  writeFileSync(process.argv[3], JSON.stringify(told));
})();
"""


@pytest.mark.skipif(not shutil.which("node"), reason="there is no node")
def test_javascript(folder: Path) -> None:
    made = [pair for pair in pairs("javascript", folder) if not pair.case.path.endswith("x")]
    stubs = {
        "twilio": "module.exports = (...given) => given;",
        "@sendgrid/mail": "exports.setApiKey = (key) => { exports.key = key; };",
    }
    for name, stub in stubs.items():
        package = folder / "node_modules" / name
        package.mkdir(parents=True)
        (package / "index.js").write_text(stub, encoding="utf-8")
    told = {}
    for which in ("before", "after"):
        files, env = [], dict(os.environ)
        for number, pair in enumerate(made):
            suffix = "mjs" if pair.case.special.get("runs") == "module" else "cjs"
            path = folder / f"{which}{number}.{suffix}"
            path.write_bytes(pair.before if which == "before" else renamed(pair, number))
            files.append((str(number), str(path)))
            if which == "after":
                env |= {f"C{number}_{name}": value for name, value in pair.env.items()}
        (folder / "run.js").write_text(_NODE, encoding="utf-8")
        answer = folder / f"{which}.json"
        subprocess.run(
            ["node", "run.js", json.dumps(files), answer], check=True, env=env, cwd=folder
        )
        told[which] = json.loads(answer.read_text(encoding="utf-8"))
    for number, pair in enumerate(made):
        assert told["after"][str(number)] == told["before"][str(number)], pair.case.name
    assert len(made) >= 25


def renamed(pair: Pair, number: int) -> bytes:
    """The program with a name of its own for each variable: many run with one environment."""
    text = pair.after
    for name in pair.env:
        text = re.sub(rb"(?<![A-Za-z_])%s\b" % name.encode(), f"C{number}_{name}".encode(), text)
    return text


@pytest.mark.skipif(not shutil.which("go"), reason="there is no go")
def test_go(folder: Path) -> None:
    made = pairs("go", folder)
    (folder / "go.mod").write_text("module example.com/shop\n\ngo 1.20\n", encoding="utf-8")
    lines, imports, env = [], [], dict(os.environ)
    for number, pair in enumerate(made):
        env |= {f"C{number}_{name}": value for name, value in pair.env.items()}
        for which, text in (("before", pair.before), ("after", renamed(pair, number))):
            package = f"{which}{number}"
            (folder / package).mkdir()
            text = text.replace(b"package main", b"package " + package.encode(), 1)
            text = re.sub(rb"(?m)^package main", b"package " + package.encode(), text)
            (folder / package / "it.go").write_bytes(text)
            imports.append(f'\t"example.com/shop/{package}"\n')
            lines.append(f'\tfmt.Printf("%q\\n", {package}.Show())\n')
    head = f'package main\n\nimport (\n\t"fmt"\n{"".join(imports)})\n'
    main = f"{head}\nfunc main() {{\n{''.join(lines)}}}\n"
    (folder / "main.go").write_text(main, encoding="utf-8")
    env |= {"GOPROXY": "off", "GOTOOLCHAIN": "local", "GOCACHE": str(folder / "cache")}
    done = subprocess.run(["go", "run", "."], cwd=folder, env=env, capture_output=True, text=True)
    assert done.returncode == 0, re.sub(r"[0-9a-f]{8,}", "...", done.stderr)
    told = done.stdout.splitlines()
    for number, pair in enumerate(made):
        assert told[2 * number] == told[2 * number + 1], pair.case.name
    assert len(made) >= 20


@pytest.mark.skipif(not shutil.which("javac"), reason="there is no javac")
def test_java(folder: Path) -> None:
    made = pairs("java", folder)
    lines, files, env = [], [], dict(os.environ)
    for number, pair in enumerate(made):
        env |= {f"C{number}_{name}": value for name, value in pair.env.items()}
        for which, text in (("before", pair.before), ("after", renamed(pair, number))):
            package = f"{which}{number}"
            path = folder / package / "Sender.java"
            path.parent.mkdir()
            path.write_bytes(text.replace(b"package CASE", b"package " + package.encode()))
            files.append(str(path))
            lines.append(f"System.out.println({package}.Sender.show());")
    program = (
        f"public class Main {{ public static void main(String[] given) {{ {' '.join(lines)} }} }}"
    )
    (folder / "Main.java").write_text(program, encoding="utf-8")
    subprocess.run(["javac", "-d", "out", "Main.java", *files], cwd=folder, check=True)
    done = subprocess.run(["java", "-cp", "out", "Main"], cwd=folder, env=env, check=True,
                          capture_output=True, text=True)  # fmt: skip
    told = done.stdout.splitlines()
    for number, pair in enumerate(made):
        assert told[2 * number] == told[2 * number + 1], pair.case.name
    assert len(made) >= 14


@pytest.mark.parametrize(
    ("language", "command", "suffix"),
    [("ruby", ("ruby", "-c"), "rb"), ("php", ("php", "-l"), "php")],
)
def test_syntax(language: str, command: tuple[str, ...], suffix: str, folder: Path) -> None:
    if not shutil.which(command[0]):
        pytest.skip(f"there is no {command[0]}")
    for number, pair in enumerate(pairs(language, folder)):
        path = folder / f"case{number}.{suffix}"
        path.write_bytes(pair.after)
        done = subprocess.run([*command, path.name], cwd=folder, capture_output=True)
        assert done.returncode == 0, pair.case.name


@pytest.mark.skipif(not shutil.which("terraform"), reason="there is no terraform")
def test_terraform(folder: Path) -> None:
    for pair in pairs("terraform", folder):
        done = subprocess.run(["terraform", "fmt", "-"], input=pair.after, capture_output=True)
        assert done.returncode == 0, pair.case.name
