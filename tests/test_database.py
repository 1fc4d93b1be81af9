"""A kept database: the same result with it, without it, and with a damaged one."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from keystop import database
from keystop.prefilter import Prefilter, heads
from keystop.shapes import plain

hyperscan = pytest.importorskip("hyperscan")

LITERALS = [b"abc", b"bcd", b"xyz", b"aaaa"]
TEXT = b"abcd xyz aaaaaaaaaaaaaaaaaaaaaaaaaaa abc"


@pytest.fixture
def kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where the database is kept, in a place of its own."""
    monkeypatch.setattr(database, "__file__", str(tmp_path / "database.py"))
    monkeypatch.setattr("keystop.prefilter.FEW_BYTES", 0)
    monkeypatch.setattr("keystop.prefilter.FEW_WHERE_NONE_IS_KEPT", 0)
    folder = tmp_path / "__pycache__"
    folder.mkdir()
    return folder / "prefilter.hyperscan"


def hits(stamp: bytes = b"1") -> set[tuple[int, int, int]]:
    made = Prefilter(LITERALS, heads(LITERALS), lambda: plain(LITERALS), lambda: stamp)
    found, shaped = made.hits(TEXT, TEXT)
    assert shaped, "there is no Hyperscan here"
    return set(found)


@pytest.fixture
def expected() -> set[tuple[int, int, int]]:
    return set(Prefilter(LITERALS, heads(LITERALS), list).all(TEXT))


def test_it_is_built_once(
    kept: Path, expected: set[tuple[int, int, int]], monkeypatch: pytest.MonkeyPatch
) -> None:
    assert hits() == expected
    assert [one.name for one in kept.parent.iterdir()] == [kept.name]
    monkeypatch.setattr(hyperscan, "Database", None)
    assert hits() == expected


def test_without_a_stamp_nothing_is_kept(kept: Path, expected: set[tuple[int, int, int]]) -> None:
    assert hits(b"") == expected
    assert not kept.exists()


def flipped(place: int) -> Callable[[bytes], bytes]:
    def flip(content: bytes) -> bytes:
        at = len(content) * place // 100
        return content[:at] + bytes((content[at] ^ 1,)) + content[at + 1 :]

    return flip


DAMAGES: dict[str, Callable[[bytes], bytes]] = {
    "empty": lambda _: b"",
    "cut": lambda content: content[:-1],
    "cut in the middle": lambda content: content[: len(content) // 2],
    "nothing but the stamp": lambda content: content[:2],
    "something else": lambda content: content[:2] + b"x" * 5000,
    "longer": lambda content: content + b"x",
    **{f"a bit at {place} %": flipped(place) for place in range(3, 100, 8)},
}


@pytest.mark.parametrize("damage", DAMAGES.values(), ids=DAMAGES)
def test_a_damaged_one_is_built_again(
    kept: Path, expected: set[tuple[int, int, int]], damage: Callable[[bytes], bytes]
) -> None:
    hits()
    whole = kept.read_bytes()
    kept.write_bytes(damage(whole))
    assert hits() == expected
    assert kept.read_bytes() == whole


def test_for_few_bytes_none_is_built(
    kept: Path, expected: set[tuple[int, int, int]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("keystop.prefilter.FEW_WHERE_NONE_IS_KEPT", 2 * len(TEXT))
    made = Prefilter(LITERALS, heads(LITERALS), lambda: plain(LITERALS), lambda: b"1")
    assert made.hits(b"", b"") == ([], False)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(database, "kept", None)  # it is not looked for again
        assert made.hits(TEXT, TEXT) == (made.all(TEXT), False)
    assert not kept.exists()
    found, shaped = made.hits(TEXT, TEXT)
    assert (set(found), shaped) == (expected, True)
    assert kept.exists()
    # What is kept is used at once.
    assert hits() == expected


@pytest.mark.usefixtures("kept")
def test_one_of_other_literals_is_built_again(expected: set[tuple[int, int, int]]) -> None:
    other = Prefilter([b"zzzz"], heads([b"zzzz"]), lambda: plain([b"zzzz"]), lambda: b"2")
    assert other.hits(b"zzzz", b"zzzz") == ([(0, 0, 4)], True)
    assert hits() == expected


def no_folder(kept: Path) -> None:
    kept.parent.rmdir()


def a_folder(kept: Path) -> None:
    kept.mkdir()


def a_file(kept: Path) -> None:
    kept.parent.rmdir()
    kept.parent.write_bytes(b"")


@pytest.mark.parametrize("place", [no_folder, a_folder, a_file])
def test_where_none_can_be_kept_it_is_built(
    kept: Path, expected: set[tuple[int, int, int]], place: Callable[[Path], None]
) -> None:
    place(kept)
    assert hits() == expected
    assert not list(kept.parent.parent.rglob("*.hyperscan.*"))
