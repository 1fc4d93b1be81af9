"""Trains the model of what words and identifiers look like, `src/keystop/words.bin`.

    python benchmarks/words.py FOLDER [--out src/keystop/words.bin]

The text is that of the packages below, fetched by pip and npm into FOLDER where they are not
there yet. Every different word counts once, so that no package's favourite outweighs the rest:
what is learned is which three characters follow each other in words, names, paths and messages.
The same packages give the same file.
"""

from __future__ import annotations

import argparse
import math
import subprocess
import sys
import tarfile
import zipfile
from collections.abc import Iterator
from pathlib import Path

from keystop.words import CLASSES, COUNT, SCALE

PYPI = (
    "django==5.2.19", "ansible-core==2.19.14", "botocore==1.44.8", "sphinx==9.0.4",
    "kubernetes==37.0.2", "sqlalchemy==2.1.9", "pandas==3.1.1",
)  # fmt: skip
NPM = (
    "typescript@7.0.2", "lodash@4.18.1", "@types/node@26.6.6", "eslint@10.15.0",
    "webpack@5.112.2", "aws-sdk@2.1693.0", "firebase-admin@13.10.0",
)  # fmt: skip
# Text only; what is minified or a list of hashes teaches nothing about words.
_ENDINGS = (".py", ".js", ".ts", ".json", ".md", ".txt", ".rst", ".yml", ".html", ".po", ".css")
_NO_WORDS = (".min.js", "-lock.json", "RECORD")
# A character that was never seen in a place counts as if it had been, this often.
_UNSEEN = 0.05
_WORD = bytes(
    byte if chr(byte).isascii() and (chr(byte).isalnum() or byte in b"_-.") else 0x20
    for byte in range(256)
)


def main() -> int:
    """Fetch, count, write."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", type=Path)
    parser.add_argument("--out", type=Path, default=Path("src/keystop/words.bin"))
    arguments = parser.parse_args()
    arguments.folder.mkdir(parents=True, exist_ok=True)
    words: set[bytes] = set()
    for archive in fetched(arguments.folder):
        for text in texts(archive):
            words.update(word for word in text.translate(_WORD).split() if useful(word))
    arguments.out.write_bytes(table(words))
    print(f"{len(words)} different words")
    return 0


def fetched(folder: Path) -> list[Path]:
    """The archives of all packages, fetched where needed."""
    if not any(folder.iterdir()):
        pip = [sys.executable, "-m", "pip", "download", "-q", "--no-deps", "-d", str(folder)]
        subprocess.run([*pip, *PYPI], check=True)
        for package in NPM:
            subprocess.run(["npm", "pack", "-s", package], cwd=folder, check=True)
    return sorted(path for path in folder.iterdir() if path.suffix in (".whl", ".tgz"))


def texts(archive: Path) -> Iterator[bytes]:
    """The text files of a wheel or an npm package."""
    if archive.suffix == ".whl":
        with zipfile.ZipFile(archive) as wheel:
            for name in wheel.namelist():
                if name.endswith(_ENDINGS) and not name.endswith(_NO_WORDS):
                    yield wheel.read(name)
        return
    with tarfile.open(archive) as package:
        for member in package:
            if member.isfile() and member.name.endswith(_ENDINGS):
                file = package.extractfile(member)
                if file is not None and not member.name.endswith(_NO_WORDS):
                    yield file.read()


def useful(word: bytes) -> bool:
    """Whether a word is one: what is mostly digits is a number, a hash, a part of data."""
    letters = sum(map(word.count, b"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"))
    return 3 <= len(word) <= 40 and letters > 0.8 * len(word)


def table(words: set[bytes]) -> bytes:
    """SCALE times the bits by which each character surprises after the two before it."""
    counts = [0.0] * COUNT**3
    for word in words:
        first = second = 0
        for byte in word + b" ":
            third = CLASSES[byte]
            counts[(first * COUNT + second) * COUNT + third] += 1
            first, second = second, third
    result = bytearray()
    single = [sum(counts[third::COUNT]) + 1 for third in range(COUNT)]
    everything = sum(single)
    for pair in range(COUNT**2):
        row = counts[pair * COUNT : (pair + 1) * COUNT]
        total = sum(row) + _UNSEEN * COUNT
        for third in range(COUNT):
            chance = (row[third] + _UNSEEN * COUNT * single[third] / everything) / total
            result.append(min(255, round(-math.log2(chance) * SCALE)))
    return bytes(result)


if __name__ == "__main__":
    raise SystemExit(main())
