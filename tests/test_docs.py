"""What the pages say: commands, names, settings and links exist, examples run as they are shown."""

from __future__ import annotations

import json
import os
import re
import shlex
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path
from random import Random

import pytest

from keystop.check import Judge
from keystop.config import EXCLUDE_KEYS, KEYS
from keystop.custom import KEYS as DETECTOR_KEYS
from keystop.install import HOOKS
from keystop.records import Record
from tests import wheelhouse
from tests.conftest import Repo, Twilio
from tests.wheelhouse import ROOT

PAGES = sorted(
    [*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")],
    key=lambda page: page.relative_to(ROOT).as_posix(),
)
IDS = [page.relative_to(ROOT).as_posix() for page in PAGES]
TEXT = {name: page.read_text(encoding="utf-8") for name, page in zip(IDS, PAGES, strict=True)}
FENCE = re.compile(r"^```(\w*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
README, GUIDE = TEXT["README.md"], TEXT["docs/guide.md"]

# Commands of which each has actions with options of their own.
ACTIONS = ("baseline", "detectors", "aws", "github", "gitlab", "npm", "sendgrid", "slack", "twilio")

every_page = pytest.mark.parametrize("name", IDS)


def blocks(text: str, language: str) -> list[str]:
    """The fenced blocks of a language."""
    return [body for found, body in FENCE.findall(text) if found == language]


def section(text: str, title: str) -> str:
    """What stands below a heading."""
    found = re.search(rf"^(#+) {re.escape(title)}\n(.*?)(?=^\1 |\Z)", text, re.M | re.S)
    assert found, title
    return found[2]


def code(text: str) -> Iterator[str]:
    """Everything that is set as code, in lines of fenced blocks and between back ticks."""
    for language, body in FENCE.findall(text):
        if language in ("sh", "console", "yaml"):
            yield from body.splitlines()
    yield from re.findall(r"`([^`\n]+)`", FENCE.sub("", text))


def anchors(text: str) -> set[str]:
    """The names of a page's headings, as code hosts make them."""
    titles = re.findall(r"^#+ (.*)$", FENCE.sub("", text), re.M)
    return {re.sub(r"[^\w -]", "", title.lower()).replace(" ", "-") for title in titles}


# --- every page


@every_page
def test_links_lead_somewhere(name: str) -> None:
    for target in re.findall(r"\]\(([^)\s]+)\)", FENCE.sub("", TEXT[name])):
        if target.startswith("https://"):
            continue
        path, _, anchor = target.partition("#")
        page = (ROOT / name).parent / path if path else ROOT / name
        assert page.exists(), target
        if anchor:
            assert anchor in anchors(page.read_text(encoding="utf-8")), target


@every_page
def test_commands_and_options_exist(name: str) -> None:
    helps: dict[str, str] = {}
    for line in code(TEXT[name]):
        for found in re.finditer(r"(?:^|[\s/(])keystop ((?!=)[a-z].*)", line):
            words = found[1].split("#")[0].split()
            command = words[0]
            if command not in helps:
                helps[command] = run("keystop", command, "--help")
            for word in words[1:]:
                option = word.partition("=")[0].strip("`,.;:")
                if option.startswith("--"):
                    known = helps[command]
                    if command in ACTIONS:
                        known += run("keystop", command, words[1], "--help")
                    assert option in known, line
            if command in ACTIONS and len(words) > 1:
                assert re.search(rf"\b{words[1]}\b", helps[command]), line


@every_page
def test_paths_exist(name: str) -> None:
    for word in code(TEXT[name]):
        if re.fullmatch(r"(tests|docs|src|hooks|\.ci|benchmarks|detectors)/[\w./-]+", word):
            if word in ("detectors/acme.toml",):  # the one that the reader is to write
                continue
            assert (ROOT / word).exists(), word


@every_page
def test_detectors_exist(name: str, records: dict[str, Record]) -> None:
    for word in code(TEXT[name]):
        for found in re.findall(
            r"(?:allow\[|explain |detectors show )([a-z0-9-]+\.[a-z0-9-]+)", word
        ):
            assert found in records or found.startswith("acme."), found


# Folders that every machine has, and texts may name.
COMMON = ("/", "/tmp", "/home", "/root", "/usr", "/opt", "/srv", "/var", "/mnt", "/src")


def test_no_file_names_this_machine() -> None:
    here = {ROOT.as_posix(), ROOT.parent.as_posix(), _home()} - {*COMMON, ""}
    words = [f"{folder}{end}" for folder in sorted(here) for end in ("/", '"', "'", "`", "\n")]
    listed = wheelhouse.run(
        "git", "ls-files", "-z", "--others", "--cached", "--exclude-standard", cwd=ROOT
    )
    for name in filter(None, listed.split("\0")):
        if (ROOT / name).is_file():
            text = (ROOT / name).read_text(encoding="utf-8", errors="replace")
            assert not [word for word in words if word in text], name


def _home() -> str:
    """The user's own home: HOME is another one in tests."""
    if sys.platform == "win32":
        return Path(os.environ["APPDATA"]).parent.parent.as_posix()
    import pwd

    return pwd.getpwuid(os.getuid()).pw_dir


def run(*command: str, status: int = 0) -> str:
    """What a command prints."""
    done = subprocess.run(command, capture_output=True, text=True, timeout=60)
    assert done.returncode == status, f"{command}\n{done.stdout}\n{done.stderr}"
    return done.stdout


# --- README


def test_the_blocked_commit_is_a_real_one(repo: Repo, twilio: Twilio) -> None:
    (picture,) = [body for body in blocks(README, "console") if "git commit" in body]
    command, _, expected = picture.partition("\n")
    repo.run("keystop", "install", check=True)
    repo.write(
        "settings.py", 'import os\n\nDEBUG = os.environ.get("DEBUG") == "1"\n' + twilio.lines
    )
    repo.git("add", "settings.py")
    done = repo.run(*shlex.split(command.removeprefix("$ ")))
    assert done.returncode == 1
    assert done.stdout + done.stderr == expected


def test_a_checkout_is_set_up_with_two_commands(tmp_path: Path) -> None:
    use, tests = (body.strip() for body in blocks(section(README, "From a checkout"), "sh"))
    assert "\n" not in use + tests
    last = tests.rpartition(" && ")[2]
    assert f"\n{last}\n" in (ROOT / ".ci" / "run").read_text(encoding="utf-8")
    assert tests in TEXT["CONTRIBUTING.md"]
    checkout = wheelhouse.clone(tmp_path / "checkout")
    env = wheelhouse.offline(tmp_path / "wheels")
    said = wheelhouse.run("sh", "-c", use, cwd=checkout, env=env)
    assert re.fullmatch(r"keystop: read [\d,]+ files, .*, 0 blocking.*\n", said)


@pytest.mark.parametrize("framework", ["pre-commit", "prek"])
def test_the_yaml_works_as_it_is(
    framework: str, repo: Repo, twilio: Twilio, tmp_path: Path
) -> None:
    (yaml,) = [body for body in blocks(README, "yaml") if "rev:" in body]
    published = re.search(r"repo: (\S+)", yaml)
    assert published
    checkout = wheelhouse.clone(tmp_path / "checkout")
    repo.git("config", "--global", f"url.file://{checkout}.insteadOf", published[1])
    # prek installs with uv, which it fetches: that takes a network.
    env = wheelhouse.offline(tmp_path / "wheels") if framework == "pre-commit" else {}
    repo.write(".pre-commit-config.yaml", yaml)
    repo.git("add", ".")
    repo.run(framework, "install", check=True)
    installed = {path.name for path in (repo.path / ".git" / "hooks").glob("*[!e]")}
    assert set(HOOKS) <= installed
    clean = repo.run("git", "commit", "-m", "clean", env=env)
    if "Failed to install uv" in clean.stderr:
        pytest.skip("prek could not fetch uv: no network")
    assert clean.returncode == 0, clean.stdout + clean.stderr
    message = repo.run("git", "commit", "--allow-empty", "-m", f"{twilio.lines}", env=env)
    assert message.returncode == 1
    assert "commit message:2:" in message.stdout + message.stderr
    repo.write("settings.py", twilio.lines)
    repo.git("add", ".")
    blocked = repo.run("git", "commit", "-m", "leak", env=env)
    assert blocked.returncode == 1
    assert "settings.py:2:" in blocked.stdout + blocked.stderr
    repo.git("commit", "--no-verify", "-m", "leak")
    repo.git("init", "--bare", "--quiet", str(tmp_path / "remote.git"))
    pushed = repo.run("git", "push", str(tmp_path / "remote.git"), "main", env=env)
    assert pushed.returncode == 1
    assert "settings.py:2:" in pushed.stdout + pushed.stderr


def test_hook_ids_are_those_of_the_manifest() -> None:
    manifest = (ROOT / ".pre-commit-hooks.yaml").read_text(encoding="utf-8")
    ids = set(re.findall(r"^- id: (\S+)$", manifest, re.M))
    shown = set(re.findall(r"- id: (\S+)", "".join(blocks(README, "yaml"))))
    assert shown == ids - {"keystop-all"}
    listed = re.findall(r"^\| `(keystop\S*)` \|", section(GUIDE, "With pre-commit or prek"), re.M)
    assert set(listed) == ids
    scripts = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    for entry in re.findall(r"^  entry: (\S+)", manifest, re.M):
        assert entry in scripts["project"]["scripts"]


def test_exit_statuses_are_the_same_everywhere() -> None:
    rows = re.findall(r"^\| (\d+) \| (\w+)", section(README, "Exit status"), re.M)
    guide = re.findall(r"^\| (\d+) \| (\w+)", section(GUIDE, "Exit status"), re.M)
    assert rows == guide
    said = " ".join(run("keystop", "--help").split())
    assert all(f"{number} {word}" in said or word == "everything" for number, word in rows)


# --- the guide


def test_the_configuration_is_accepted_and_complete(repo: Repo, judge: Judge) -> None:
    (text,) = [body for body in blocks(section(GUIDE, "Configuration"), "toml") if "block" in body]
    table = tomllib.loads(text)
    assert set(table) == set(KEYS)
    assert set(table["exclude"][0]) == set(EXCLUDE_KEYS)
    told = section(GUIDE, "Configuration")
    assert not [
        key for key in DETECTOR_KEYS if key not in table["detector"][0] and f"`{key}`" not in told
    ]
    repo.write(".keystop.toml", text)
    random = Random(1)
    token = "acmedeploy_" + "".join(random.choice("0123456789abcdef") for _ in range(40))
    twilio = judge.generator.value(next(r for r in judge.records if r.id == "twilio.api-key"))
    repo.write("deploy.sh", f'TOKEN="{token}"\n')
    repo.write("docs/samples/call.sh", f'TOKEN="{token}"\n')
    repo.write("other.py", f'KEY = "{twilio}"  # gitleaks:allow\n')
    done = repo.run("keystop", "scan", ".")
    assert done.returncode == 1
    assert "deploy.sh:1:8  critical  Acme deploy token" in done.stdout
    assert "1 secret found" in done.stdout
    assert "docs/samples" not in done.stdout
    assert "other.py" not in done.stdout


def test_json_keys_are_all_described(repo: Repo, twilio: Twilio) -> None:
    repo.write("settings.py", twilio.lines)
    done = repo.run("keystop", "scan", "--format", "json", ".")
    report = json.loads(done.stdout)
    told = section(GUIDE, "JSON")
    head, _, of_finding = told.partition("A finding:")
    for text, table in ((head, report), (of_finding, report["findings"][0])):
        keys = {
            key
            for row in re.findall(r"^\| (`.*?`) \|", text, re.M)
            for key in re.findall(r"`(\w+)`", row)
        }
        assert keys == set(table)


def test_inline_allow_as_shown(repo: Repo, twilio: Twilio) -> None:
    (line,) = blocks(section(GUIDE, "Inline allow"), "python")
    comment = "#" + line.partition("#")[2].replace("generic.secret", "twilio.auth-token")
    repo.write("settings.py", twilio.lines.rstrip("\n") + f"  {comment}")
    repo.git("add", ".")
    assert repo.run("keystop", "scan", "--staged").returncode == 0
    listed = repo.run("keystop", "allows", check=True).stdout
    assert "settings.py:2  twilio.auth-token  until 2027-01-31  the documented example" in listed


def test_baselines_merge_as_described(repo: Repo) -> None:
    (attributes,) = blocks(section(GUIDE, "Baseline"), "gitattributes")
    repo.write(".gitattributes", attributes)
    accounts = [Twilio(Random(number)) for number in range(3)]
    repo.write("first.py", accounts[0].lines)
    repo.git("add", ".")
    repo.run("keystop", "baseline", "create", "--reason", "before keystop", check=True)
    repo.git("add", ".")
    repo.git("commit", "-m", "start")
    for name, account in (("one", accounts[1]), ("two", accounts[2])):
        repo.git("checkout", "-q", "-b", name, "main")
        repo.write(f"{name}.py", account.lines)
        repo.git("add", ".")
        repo.run(
            "keystop",
            "baseline",
            "update",
            f"{name}.py:2",
            "--reason",
            "rotated in May",
            check=True,
        )
        repo.git("add", ".")
        repo.git("commit", "-m", name)
    repo.git("merge", "one")
    baseline = (repo.path / ".keystop-baseline").read_text(encoding="utf-8")
    assert baseline.count("rotated in May") == 2
    assert repo.run("keystop", "scan", "--tracked").returncode == 0


def test_ci_commands_run(repo: Repo, token: str, tmp_path: Path) -> None:
    commands = [
        line.partition("#")[0].split()
        for line in blocks(section(GUIDE, "In CI"), "sh")[0].splitlines()
    ]
    checkout = wheelhouse.clone(tmp_path / "checkout")
    env = wheelhouse.offline(tmp_path / "wheels")
    repo.write(
        ".pre-commit-config.yaml",
        f"repos:\n- repo: {checkout}\n  rev: v0.1.0\n"
        "  hooks:\n  - id: keystop\n  - id: keystop-all\n",
    )
    repo.git("add", ".")
    repo.git("commit", "-m", "start")
    repo.git("update-ref", "refs/remotes/origin/main", "HEAD")
    repo.write("late.py", f'TOKEN = "{token}"\n')
    repo.git("add", ".")
    repo.git("commit", "-m", "leak")
    for command in commands:
        done = repo.run(*command, env=env)
        assert done.returncode == 1, command
        assert "late.py:1:" in done.stdout + done.stderr, command


def test_every_module_is_in_the_architecture() -> None:
    source = ROOT / "src" / "keystop"
    modules = {path.stem for path in source.glob("[!_]*.py")}
    modules |= {path.parent.name for path in source.glob("*/__init__.py")}
    told = re.findall(r"^\| `(\w+)` \|", TEXT["docs/architecture.md"], re.M)
    assert (set(told), told) == (modules, sorted(told))


# --- writing a detector


@pytest.mark.parametrize("name", ["CONTRIBUTING.md", "docs/detectors.md"])
def test_the_example_detector_passes_the_check(name: str, tmp_path: Path) -> None:
    (text,) = [body for body in blocks(TEXT[name], "toml") if "[[detector]]" in body]
    (tmp_path / "acme.toml").write_text(text, encoding="utf-8")
    said = run("keystop", "detectors", "check", "--folder", str(tmp_path))
    assert said == "1 detectors judged, 0 complaints\n"


def test_the_list_of_kinds_is_what_the_records_say() -> None:
    said = run("keystop", "detectors", "list", "--format", "markdown")
    advice = "keystop detectors list --format markdown > docs/kinds.md"
    assert said == TEXT["docs/kinds.md"], advice


def test_the_hooks_of_this_repository_run(tmp_path: Path) -> None:
    checkout = wheelhouse.clone(tmp_path / "checkout")
    wheelhouse.run("pre-commit", "validate-config", cwd=checkout)
    wheelhouse.run("pre-commit", "validate-manifest", cwd=checkout)
    done = wheelhouse.run("pre-commit", "run", "keystop", "--all-files", cwd=checkout)
    assert "Passed" in done
