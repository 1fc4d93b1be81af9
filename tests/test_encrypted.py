"""A file that git-crypt is to encrypt does not go into a commit in the clear."""

from __future__ import annotations

import pytest

from tests.conftest import Repo

ATTRIBUTES = "secrets/** filter=git-crypt diff=git-crypt\n*.key filter=git-crypt-ops\n"
CIPHER = b"\0GITCRYPT\0" + bytes(range(200, 256)) * 4


def staged(repo: Repo, files: dict[str, bytes]) -> None:
    repo.write(".gitattributes", ATTRIBUTES)
    for name, content in files.items():
        repo.write(name, content)
    repo.git("add", ".")


@pytest.mark.parametrize(
    "files",
    [
        pytest.param({"secrets/a.env": CIPHER, "b.key": CIPHER}, id="encrypted"),
        pytest.param({"public/a.env": b"X = 1\n"}, id="not to be encrypted"),
        pytest.param({"secrets/empty": b""}, id="empty"),
    ],
)
def test_what_is_as_its_attribute_says_passes(repo: Repo, files: dict[str, bytes]) -> None:
    staged(repo, files)
    assert repo.run("keystop-pre-commit").returncode == 0


@pytest.mark.parametrize("name", ["secrets/a.env", "b.key", "secrets/\u00e9 x\ty"])
def test_what_is_in_the_clear_against_its_attribute_blocks(repo: Repo, name: str) -> None:
    staged(repo, {name: b"X = 1\n", "secrets/good": CIPHER})
    done = repo.run("keystop-pre-commit")
    assert done.returncode == 2
    assert "git-crypt is to encrypt it and did not" in done.stderr
    assert "good" not in done.stderr


def test_many_files_are_asked_about(repo: Repo) -> None:
    long = "x" * 100
    staged(repo, {f"secrets/{long}/{long}/{number}": CIPHER for number in range(300)})
    assert repo.run("keystop-pre-commit").returncode == 0
    repo.write(f"secrets/{long}/{long}/299", "in the clear\n")
    repo.git("add", ".")
    assert repo.run("keystop-pre-commit").returncode == 2


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 1\n", "file in Git LFS"),
        (CIPHER, "file encrypted by git-crypt"),
    ],
    ids=["lfs", "git-crypt"],
)
def test_a_stand_in_is_told(repo: Repo, content: bytes, reason: str) -> None:
    repo.write("a.bin", content)
    repo.git("add", ".")
    assert f"passed over 1 {reason}" in repo.run("keystop", "scan", "--staged").stdout
