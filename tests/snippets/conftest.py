"""What the snippets need is installed while other tests run; the tests that need it come last."""

from __future__ import annotations

import os
import shutil
import sys
import tempfile
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path

import pytest

from tests.snippets.stores import moto_server
from tests.snippets.toolchains import LANGUAGES, Missing, Toolchain, prepare

# Paths and locks are those of POSIX.
collect_ignore = ["test_snippets.py", "test_fakes.py"] if sys.platform == "win32" else []

_POOL = pytest.StashKey[ThreadPoolExecutor]()
_TOOLCHAINS = pytest.StashKey[dict[str, Future[Toolchain]]]()


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    items.sort(key=lambda item: max(map(LANGUAGES.index, _languages(item)), default=-1))


def pytest_collection_finish(session: pytest.Session) -> None:
    if session.config.option.collectonly:
        return
    wanted = {language for item in session.items for language in _languages(item)}
    root = _root()
    root.mkdir(parents=True, exist_ok=True)
    pool = session.config.stash[_POOL] = ThreadPoolExecutor(len(LANGUAGES))
    session.config.stash[_TOOLCHAINS] = {
        language: pool.submit(prepare, language, root) for language in wanted
    }


def pytest_sessionfinish(session: pytest.Session) -> None:
    if _POOL not in session.config.stash:
        return
    session.config.stash[_POOL].shutdown(cancel_futures=True)
    root = _root()
    if "KEYSTOP_TEST_CACHE" not in os.environ:
        (root / f"left-{os.getpid()}").touch()
        if len(list(root.glob("left-*"))) == int(os.environ.get("PYTEST_XDIST_WORKER_COUNT", 1)):
            shutil.rmtree(root)


@pytest.fixture(scope="session")
def moto(request: pytest.FixtureRequest) -> Iterator[str]:
    """The address of moto's server."""
    python = request.config.stash[_TOOLCHAINS]["python"].result().folder / "venv/bin/python"
    with moto_server(python) as url:
        yield url


@pytest.fixture(scope="session")
def toolchain(request: pytest.FixtureRequest) -> Toolchain:
    """That of the language which is the parameter; skips, saying so, where it is not there."""
    try:
        return request.config.stash[_TOOLCHAINS][request.param].result()
    except Missing as error:
        pytest.skip(f"{error} is not installed")


def _languages(item: pytest.Item) -> set[str]:
    """The languages whose toolchains a test needs."""
    fixtures = getattr(item, "fixturenames", ())
    # moto's server is run by Python.
    found = {"python"} if {"moto", "store"} & {*fixtures} else set()
    if "toolchain" in fixtures:
        found.add(str(item.callspec.params["toolchain"]))  # type: ignore[attr-defined]
    return found


def _root() -> Path:
    """The folder of this session: the same in all of its processes."""
    session = os.environ.get("PYTEST_XDIST_TESTRUNUID", str(os.getpid()))
    return Path(
        os.environ.get("KEYSTOP_TEST_CACHE")
        or Path(tempfile.gettempdir()) / f"keystop-snippets-{session}"
    )
