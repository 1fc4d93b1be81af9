"""What is told where an extra is missing: a command that brings it to where keystop is."""

from __future__ import annotations

import io
import json
import shlex
import sys
from importlib import metadata
from pathlib import Path

import pytest

from keystop import guard
from keystop.extras import missing

HERE = f"x is missing: {shlex.quote(sys.executable)} -m pip install "
CHECKOUT = {"url": "file:///home/ann/key%20stop", "dir_info": {}}
GIT = {
    "url": "https://git.example/keystop",
    "vcs_info": {"vcs": "git", "requested_revision": "v0.1.0", "commit_id": "0" * 40},
}


@pytest.mark.parametrize(
    ("origin", "given"),
    [
        ({}, "'keystop[fix]'"),
        (CHECKOUT, "'/home/ann/key stop[fix]'"),
        (CHECKOUT | {"dir_info": {"editable": True}}, "-e '/home/ann/key stop[fix]'"),
        (GIT, "'keystop[fix] @ git+https://git.example/keystop@v0.1.0'"),
        (GIT | {"vcs_info": {"vcs": "git", "commit_id": "0" * 40}},
         f"'keystop[fix] @ git+https://git.example/keystop@{'0' * 40}'"),
        ({"url": "file:///tmp/keystop.whl", "archive_info": {}},
         "'keystop[fix] @ file:///tmp/keystop.whl'"),
    ],
)  # fmt: skip
def test_from_where_keystop_is(
    origin: dict[str, object], given: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    text = json.dumps(origin) if origin else None
    monkeypatch.setattr(metadata.PathDistribution, "read_text", lambda *_: text)
    assert str(missing("x is", "fix")) == HERE + given


@pytest.mark.parametrize(
    "prefix",
    [".cache/pre-commit/repo1a2b3c4d/py_env-python3.12", ".cache/prek/hooks/python-1a2b3c4d"],
)
def test_in_the_environment_of_a_hook(prefix: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """What is put into that goes with the next update: the configuration is to say it."""
    monkeypatch.setattr(sys, "prefix", f"/home/ann/{prefix}")
    assert str(missing("x is", "aws")) == (
        "x is missing: in .pre-commit-config.yaml give the hook "
        "additional_dependencies: ['keystop[aws]']"
    )


def test_all_extras_are_told_by_it() -> None:
    source = Path(__file__).parents[1] / "src" / "keystop"
    told = [path for path in source.rglob("*.py") if "pip install" in path.read_text("utf-8")]
    assert [path.name for path in told] == ["extras.py"]


def test_in_a_terminal_the_command_stays_whole(monkeypatch: pytest.MonkeyPatch) -> None:
    """All else is wrapped to its width; elsewhere it is one line."""
    monkeypatch.setenv("COLUMNS", "40")
    said = io.StringIO()
    monkeypatch.setattr(sys, "stderr", said)
    monkeypatch.setattr(guard, "_is_terminal", lambda: True)

    def stop() -> int:
        raise missing("the first and the second of three parsers of programs are", "fix")

    assert guard.guarded(stop) == 3
    lines = said.getvalue().splitlines()
    assert lines[-1] == f"  {missing('', 'fix').command}"
    assert len(lines[-1]) > 40
    assert max(map(len, lines[:-1])) < 40
