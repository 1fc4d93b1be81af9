"""What is installed from a wheel: all of it, the same every time, and it works."""

from __future__ import annotations

import json
import os
import zipfile
from pathlib import Path
from typing import NamedTuple

import pytest

from keystop.check import Judge
from keystop.prefilter import FEW_BYTES
from tests import wheelhouse
from tests.conftest import Repo, Twilio


class Built(NamedTuple):
    """A tree that was built from, the wheel, and the commands of an environment that has it."""

    tree: Path
    wheel: Path
    bin: Path


@pytest.fixture(scope="session")
def built(tmp_path_factory: pytest.TempPathFactory) -> Built:
    """The wheel, built and installed once."""
    place = tmp_path_factory.mktemp("package")
    tree = wheelhouse.copy(place / "tree")
    wheel = only_one(wheelhouse.build(tree, place / "dist", "wheel"))
    env = wheelhouse.offline(place / "wheels")
    return Built(tree, wheel, wheelhouse.environment(place / "venv", wheel, env))


def only_one(folder: Path, pattern: str = "*.whl") -> Path:
    """The only file of that kind in a folder."""
    (found,) = folder.glob(pattern)
    return found


def names(wheel: Path) -> set[str]:
    """The files in a wheel."""
    with zipfile.ZipFile(wheel) as archive:
        return set(archive.namelist())


def test_every_module_and_every_detector_is_in_the_wheel(built: Built) -> None:
    expected = {"keystop/py.typed", "keystop/words.bin", "keystop/detectors/__init__.py"}
    expected |= {f"keystop/detectors/{name}.marshal" for name in ("index", "entries")}
    expected |= {
        f"keystop/detectors/{path.name}" for path in (built.tree / "detectors").glob("*.toml")
    }
    expected |= {f"keystop/hooks/{path.name}" for path in (built.tree / "hooks").glob("*.py")}
    source = built.tree / "src" / "keystop"
    files = {*source.rglob("*.py"), *filter(Path.is_file, (source / "prevent").rglob("*"))}
    expected |= {f"keystop/{path.relative_to(source).as_posix()}" for path in files}
    code = {name for name in names(built.wheel) if not name.startswith("keystop-0")}
    assert code == expected
    assert any(name.endswith("licenses/LICENSE") for name in names(built.wheel))


def test_the_hook_of_the_wheel_passes_and_blocks(
    built: Built, repo: Repo, twilio: Twilio, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", f"{built.bin}{os.pathsep}{os.environ['PATH']}")
    repo.run("keystop", "install", check=True)
    assert str(built.bin) in (repo.path / ".git" / "hooks" / "pre-commit").read_text()
    repo.write("app.py", "print('hello')\n")
    repo.git("add", ".")
    clean = repo.run("git", "commit", "-m", "clean")
    assert (clean.returncode, clean.stderr) == (0, "")
    repo.write("settings.py", twilio.lines)
    repo.git("add", ".")
    blocked = repo.run("git", "commit", "-m", "leak")
    assert blocked.returncode == 1
    assert "Twilio Auth Token" in blocked.stderr + blocked.stdout
    assert twilio.token not in blocked.stderr + blocked.stdout
    assert repo.git("log", "--format=%s") == "clean\n"


def test_the_wheel_judges_its_own_records_as_the_checkout_does(built: Built, repo: Repo) -> None:
    of_wheel = repo.run(str(built.bin / "keystop"), "detectors", "list", check=True)
    assert of_wheel.stdout == repo.run("keystop", "detectors", "list", check=True).stdout
    assert "twilio.auth-token" in of_wheel.stdout


def scanned(repo: Repo, keystop: str, env: dict[str, str] | None = None) -> object:
    """The JSON report of a scan."""
    done = repo.run(keystop, "scan", "--format", "json", str(repo.path / "examples"), env=env)
    assert done.returncode == 1, done.stderr
    report: dict[str, object] = json.loads(done.stdout)
    return report


def test_results_are_the_same_without_hyperscan(built: Built, repo: Repo, judge: Judge) -> None:
    for record in judge.records[::3]:
        text, _ = judge.generator.text(record, record.examples[0])
        repo.write(f"examples/{record.id}.txt", f"{text}\n")
    # Enough to be searched that Hyperscan is asked for.
    repo.write("examples/0.txt", "nothing here\n" * (FEW_BYTES // 10))
    lacking = repo.write("lacking/hyperscan.py", "raise ImportError(__name__)\n").parent
    without = {"PYTHONPATH": str(lacking)}
    reports = [
        scanned(repo, str(built.bin / "keystop"), env) for env in (None, without)
    ] + [scanned(repo, "keystop")]  # fmt: skip
    assert reports[0] == reports[1] == reports[2]
    assert isinstance(reports[0], dict)
    assert len(reports[0]["findings"]) >= len(judge.records) // 6


def test_two_builds_are_equal(built: Built, tmp_path: Path) -> None:
    tree = wheelhouse.copy(tmp_path / "elsewhere", built.tree)
    again = only_one(wheelhouse.build(tree, tmp_path / "dist", "wheel", seed="1"))
    assert (again.name, again.read_bytes()) == (built.wheel.name, built.wheel.read_bytes())


def test_the_source_distribution_gives_the_same_wheel(built: Built, tmp_path: Path) -> None:
    tree = wheelhouse.copy(tmp_path / "tree", built.tree)
    source = only_one(wheelhouse.build(tree, tmp_path / "dist", "sdist"), "*.tar.gz")
    wheelhouse.run("tar", "-xzf", str(source), cwd=tmp_path)
    unpacked = tmp_path / source.name.removesuffix(".tar.gz")
    again = only_one(wheelhouse.build(unpacked, tmp_path / "again", "wheel"))
    assert names(again) == names(built.wheel)


def test_a_deleted_detector_does_not_come_back(built: Built, tmp_path: Path) -> None:
    tree = wheelhouse.copy(tmp_path / "tree", built.tree)
    wheelhouse.build(tree, tmp_path / "before", "wheel")
    assert (tree / "build").is_dir()
    deleted = "airtable.toml"
    (tree / "detectors" / deleted).unlink()
    wheel = only_one(wheelhouse.build(tree, tmp_path / "after", "wheel"))
    assert names(built.wheel) - names(wheel) == {f"keystop/detectors/{deleted}"}
    with zipfile.ZipFile(wheel) as archive:
        assert b"airtable." not in archive.read("keystop/detectors/index.marshal")
