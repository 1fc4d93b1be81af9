"""The cases of the data files: programs with places for secrets, and what becomes of them.

A case begins with "=== its name", then what is special about it ("options: --store aws",
"refused: why"), then the file, then after "--- becomes" the lines that change.
"""

from __future__ import annotations

import difflib
import re
import secrets
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

DATA = Path(__file__).parent / "data"
_PLACE = re.compile(r"\{\{([A-Z]+)\}\}")
_HEADER = re.compile(r"(refused|options|path|crlf|bom|eol|runs): (.*)\n")
_PATHS = {
    "python": "settings.py",
    "javascript": "index.js",
    "typescript": "index.ts",
    "go": "client.go",
    "java": "Sender.java",
    "ruby": "sender.rb",
    "csharp": "Sender.cs",
    "php": "sender.php",
    "yaml": "docker-compose.yml",
    "terraform": "main.tf",
}


class Case(NamedTuple):
    """A file as it is written in the data, with {{TOKEN}} where a secret is put at run time."""

    language: str
    name: str
    special: dict[str, str]
    template: str
    becomes: str

    @property
    def path(self) -> str:
        """The name of the file."""
        return self.special.get("path", _PATHS[self.language])

    @property
    def kinds(self) -> list[str]:
        """What is put in, in the order of the text."""
        return list(dict.fromkeys(_PLACE.findall(self.template)))

    @property
    def at(self) -> str:
        """What is to be replaced."""
        return "TOKEN" if "TOKEN" in self.kinds else self.kinds[0]

    def text(self, values: dict[str, str]) -> bytes:
        """The file with secrets in it."""
        text = _PLACE.sub(lambda match: values[match[1]], self.template)
        if self.special.get("eol") == "no":
            text = text.removesuffix("\n")
        if self.special.get("crlf") == "yes":
            text = text.replace("\n", "\r\n")
        return ("\ufeff" if self.special.get("bom") == "yes" else "").encode() + text.encode()

    def place(self, values: dict[str, str]) -> str:
        """LINE:COLUMN of the secret."""
        before = self.text(values).decode().removeprefix("\ufeff").partition(values[self.at])[0]
        mark = self.special.get("bom") == "yes" and "\n" not in before
        return f"{before.count(chr(10)) + 1}:{len(before.rpartition(chr(10))[2]) + 1 + mark}"


def values(case: Case) -> dict[str, str]:
    """New secrets for a case."""
    return {kind: value(kind) for kind in case.kinds}


def value(kind: str) -> str:
    """A new secret."""
    if kind == "SID":
        return "AC" + secrets.token_hex(16)
    if kind == "SENDGRID":
        return f"SG.{secrets.token_urlsafe(16)}.{secrets.token_urlsafe(32)}"
    if kind == "PASSWORD":
        letters = "".join(secrets.choice("bcdfghjkmnpqrstvwxz") for _ in range(6))
        return f"Q{letters}{secrets.randbelow(9000) + 1000}Zk{secrets.token_hex(2)}"
    return secrets.token_hex(16)


def cases(language: str) -> Iterator[Case]:
    """All cases of a data file."""
    text = (DATA / f"{language}.txt").read_text(encoding="utf-8")
    for part in re.split(r"^=== ", text, flags=re.M)[1:]:
        name, _, rest = part.partition("\n")
        special = {}
        while match := _HEADER.match(rest):
            special[match[1]] = match[2]
            rest = rest[match.end() :]
        template, _, becomes = rest.partition("--- becomes\n")
        yield Case(language, name, special, template, becomes)


def changed_lines(old: bytes, new: bytes, values: dict[str, str]) -> str:
    """The lines that differ, as - and +, with the places for secrets."""
    lines = list(
        difflib.unified_diff(_lines(old), _lines(new), n=0, lineterm="")
    )[2:]  # fmt: skip
    text = "\n".join(line for line in lines if not line.startswith("@@"))
    for kind, secret in values.items():
        text = text.replace(secret, "{{" + kind + "}}")
    return text + "\n" if text else ""


def _lines(text: bytes) -> list[str]:
    return text.decode().replace("\r\n", "\n").split("\n")
