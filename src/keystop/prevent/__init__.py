"""`keystop prevent`: how a program gets a secret from a store instead of its code."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from keystop.errors import Usage

HERE = Path(__file__).parent
STORES = ("env", "aws", "vault", "conjur")


class Language(NamedTuple):
    """A language: file and install by store. ran says with what the tests run it, or is empty."""

    key: str
    name: str
    aliases: tuple[str, ...]
    ran: str
    file: dict[str, Path]
    install: dict[str, str]

    def proof(self) -> str:
        """What the tests do with its snippets."""
        done = f"run {self.ran}" if self.ran else "not run, only parsed"
        return f"{done}, by keystop's tests"


class Guide(NamedTuple):
    """What is written of a store: a title, what it is for, and sections: title and Markdown."""

    title: str
    about: str
    sections: tuple[tuple[str, str], ...]


def prevent(store: str, language: str) -> int:
    """Print the program of a language that reads a store, and how to go about it."""
    for line in lines(store, find(language)):
        print(line)
    return 0


def languages() -> list[Language]:
    """All languages, in the order of the guide."""
    tables = tomllib.loads((HERE / "languages.toml").read_text(encoding="utf-8"))
    return [
        Language(
            key,
            table["name"],
            tuple(table["aliases"]),
            table["ran"],
            {
                store: HERE / "snippets" / table["file"].format(store=store, Store=store.title())
                for store in STORES
            },
            {store: table["install"][store].strip() for store in STORES},
        )
        for key, table in tables.items()
    ]


def find(name: str) -> Language:
    """The language of that name or alias, in any case. Raises Usage naming the known ones."""
    for language in languages():
        if name.lower() in (language.key, *language.aliases):
            return language
    known = ", ".join(language.key for language in languages())
    raise Usage(f"there is no program in {name!r}; there are {known}")


def guide(store: str) -> Guide:
    """What is written of one of STORES."""
    text = (HERE / "stores" / f"{store}.md").read_text(encoding="utf-8")
    head, *parts = re.split(r"^## ", text, flags=re.MULTILINE)
    title, about = head.removeprefix("# ").split("\n", 1)
    sections = (part.split("\n", 1) for part in parts)
    return Guide(title, about.strip(), tuple((name, body.strip()) for name, body in sections))


def lines(store: str, language: Language) -> Iterator[str]:
    """The guide of a store for one language, as plain text."""
    written = guide(store)
    yield f"{written.title}: {language.name}"
    yield ""
    yield from _plain(written.about)
    yield from ("", "Install", "")
    yield from _indented(language.install[store])
    file = language.file[store]
    yield from ("", f"{file.name} ({language.proof()})", "")
    yield file.read_text(encoding="utf-8").rstrip()
    for title, body in written.sections:
        yield from ("", title, "")
        yield from _plain(body)


def _plain(markdown: str) -> Iterator[str]:
    """Without fences and links: code is indented, and an address stands behind its words."""
    markdown = re.sub(r"\[([^]]+)\]\((https:[^)]+)\)", r"\1 (\2)", markdown)
    for place, text in enumerate(re.split(r"^```\w*\n?", markdown, flags=re.MULTILINE)):
        if place % 2:
            yield ""
            yield from _indented(text.rstrip("\n"))
        elif text.strip():
            yield from text.rstrip("\n").split("\n")


def _indented(text: str) -> Iterator[str]:
    for line in text.split("\n"):
        yield f"    {line}".rstrip()
