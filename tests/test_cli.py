"""The promise: a command does what it says, and a wrong one ends with 3 and one line of advice."""

from __future__ import annotations

import pytest

from keystop import __version__
from keystop.check import Judge
from keystop.records import Record
from tests.conftest import Repo, Twilio

WRONG = {
    "no-command": (),
    "unknown-command": ("scna",),
    "unknown-option": ("scan", "--stagd"),
    "two-places": ("scan", "--staged", "a.py"),
    "staged-and-tracked": ("scan", "--staged", "--tracked"),
    "unknown-format": ("scan", "--format", "xml"),
    "no-such-path": ("scan", "nowhere"),
    "no-such-baseline": ("scan", "--baseline", "nowhere", "."),
    "no-such-config": ("scan", "--config", "nowhere", "."),
    "output-in-no-folder": ("scan", "--output", "no/where", "."),
    "baseline-without-action": ("baseline",),
    "detectors-without-action": ("detectors",),
    "explain-nothing": ("explain",),
    "explain-unknown": ("explain", "twillio.auth-token"),
    "show-unknown": ("detectors", "show", "x"),
    "install-unknown": ("install", "--hook", "x"),
}


@pytest.mark.parametrize("command", WRONG.values(), ids=WRONG)
def test_a_wrong_command(repo: Repo, command: tuple[str, ...]) -> None:
    done = repo.run("keystop", *command)
    assert done.returncode == 3
    assert "Traceback" not in done.stderr
    assert done.stderr.count("\n") == (1 if command else 0), done.stderr


def test_a_near_miss_is_told() -> None:
    from keystop.errors import Usage
    from keystop.respond.explain import find

    with pytest.raises(Usage, match=r"there is no detector 'twillio.auth-token'; did you mean "):
        find("twillio.auth-token")


@pytest.mark.parametrize("command", [("explain",), ("detectors", "show")], ids=" ".join)
def test_a_secret_that_is_typed_for_a_kind_is_not_told(
    repo: Repo, token: str, command: tuple[str, ...]
) -> None:
    done = repo.run("keystop", *command, token)
    assert (done.returncode, done.stdout) == (3, "")
    assert done.stderr == "keystop: there is no detector '********'; see keystop detectors list\n"


@pytest.mark.parametrize(
    "command",
    [
        "scan {}", "scan --range {}", "scan --range {} --format json",
        "scan --range {} --format sarif", "scan --history {}", "scan --config {} .", "scan {}/a.py",
        "baseline update {}:1 --reason x", "prevent {} python", "prevent env {}",
        "status --format {}", "respond a.py:1 --due {}", "fix {}:1", "impact {}", "verify {}:1",
        "undo {}", "{}", "detectors {}", "twilio rotate a.py:1 --store {}",
    ],
)  # fmt: skip
def test_a_secret_that_is_typed_for_something_else_is_not_told(
    repo: Repo, records: dict[str, Record], judge: Judge, command: str
) -> None:
    value = judge.generator.value(records["github.personal-access-token"])
    done = repo.run("keystop", *command.format(value).split())
    assert done.returncode in (2, 3)
    assert value not in done.stdout + done.stderr
    assert "internal error" not in done.stderr


def test_version_and_help(repo: Repo) -> None:
    assert repo.run("keystop", "--version").stdout == f"keystop {__version__}\n"
    assert repo.run("keystop", "--help").returncode == 0
    for command in ("scan", "baseline", "allows", "explain", "install", "uninstall", "detectors"):
        done = repo.run("keystop", command, "--help")
        assert (done.returncode, done.stderr) == (0, "")


FORGIVEN = {"clean": ("x = 1\n", 0), "found": (None, 0)}


@pytest.mark.parametrize(("content", "status"), FORGIVEN.values(), ids=FORGIVEN)
def test_exit_zero_forgives_findings(
    repo: Repo, twilio: Twilio, content: str | None, status: int
) -> None:
    repo.write("a.py", content or twilio.lines)
    assert repo.run("keystop", "scan", "--exit-zero", ".").returncode == status


def test_exit_zero_never_forgives_what_was_not_read(repo: Repo, twilio: Twilio) -> None:
    repo.write("a.py", twilio.lines)
    repo.write("b.py", "x = 1\n")
    repo.git("add", ".")
    oid = repo.git("rev-parse", ":b.py").strip()
    (repo.path / ".git" / "objects" / oid[:2] / oid[2:]).unlink()
    done = repo.run("keystop", "scan", "--tracked")
    assert (done.returncode, "Twilio Auth Token" in done.stdout) == (1, True)  # 1 wins over 2
    assert "not everything could be read" in done.stderr
    assert repo.run("keystop", "scan", "--tracked", "--exit-zero").returncode == 2


def test_standard_input(repo: Repo, twilio: Twilio) -> None:
    assert repo.run("keystop", "scan", "-", stdin="x = 1\n").returncode == 0
    done = repo.run("keystop", "scan", "-", stdin=twilio.lines)
    assert (done.returncode, done.stdout.splitlines()[2].partition(" ")[0]) == (1, "-:2:22")


def test_output_is_written_whole_or_as_it_comes(repo: Repo, twilio: Twilio) -> None:
    repo.write("a.py", twilio.lines)
    for form in ("text", "json", "sarif"):
        printed = repo.run("keystop", "scan", "a.py", "--format", form).stdout
        done = repo.run("keystop", "scan", "a.py", "--format", form, "--output", "report")
        assert (done.returncode, done.stdout, done.stderr) == (1, "", "")
        assert (repo.path / "report").read_text() == printed
        device = repo.run("keystop", "scan", "a.py", "--format", form, "--output", "/dev/stdout")
        assert device.stdout == printed
    assert sorted(path.name for path in repo.path.iterdir()) == [".git", "a.py", "report"]


def test_explain_and_show_every_detector(repo: Repo) -> None:
    listed = repo.run("keystop", "detectors", "list").stdout.splitlines()
    ids = [line.split(" ", 1)[0] for line in listed]
    assert ids == sorted(ids)
    for name in (ids[0], "twilio.auth-token", ids[-1]):
        explained = repo.run("keystop", "explain", name)
        assert (explained.returncode, name in explained.stdout) == (0, True)
        assert max(map(len, explained.stdout.splitlines())) <= 200
        assert repo.run("keystop", "detectors", "show", name).stdout.startswith(f"{name}\n  name")


def test_a_folder_says_nothing_of_files_outside_of_it(repo: Repo, twilio: Twilio) -> None:
    repo.write("inner/a.py", twilio.lines)
    repo.write("outer.toml", 'block = "critical"\n')
    (repo.path / "inner/.keystop.toml").symlink_to("../outer.toml")
    done = repo.run("keystop", "scan", "inner")
    assert (done.returncode, done.stderr) == (
        3,
        "keystop: inner/.keystop.toml:1: it is a symbolic link; a file of its own is wanted\n",
    )


def test_a_reader_that_leaves_early_hears_no_complaint(repo: Repo) -> None:
    done = repo.run("sh", "-c", "keystop explain twilio.auth-token | head -1")
    assert (done.stdout.count("\n"), done.stderr) == (1, "")
