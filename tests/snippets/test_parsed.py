"""The snippets that are not run: Ruby, C# and PHP can at least read them."""

from __future__ import annotations

import shutil
import subprocess

import pytest
import tree_sitter_c_sharp
import tree_sitter_php
import tree_sitter_ruby
from tree_sitter import Language, Node, Parser

from keystop.prevent import STORES, find, languages

GRAMMARS = {
    "ruby": Language(tree_sitter_ruby.language()),
    "csharp": Language(tree_sitter_c_sharp.language()),
    "php": Language(tree_sitter_php.language_php()),
}
every_store = pytest.mark.parametrize("store", STORES)


def test_what_is_not_run_is_parsed() -> None:
    assert {language.key for language in languages() if not language.ran} == set(GRAMMARS)


def mistakes(key: str, text: bytes) -> list[str]:
    """The places at which a grammar does not fit."""
    found: list[str] = []

    def visit(node: Node) -> None:
        if node.is_error or node.is_missing:
            found.append(f"line {node.start_point[0] + 1}: {node.type}")
        for child in node.children:
            visit(child)

    visit(Parser(GRAMMARS[key]).parse(text).root_node)
    return found


@pytest.mark.parametrize("key", GRAMMARS)
@every_store
def test_the_grammar_fits(key: str, store: str) -> None:
    text = find(key).file[store].read_bytes()
    assert mistakes(key, text) == []
    assert mistakes(key, text.replace(b")", b"", 1))


@pytest.mark.parametrize(("key", "command"), [("ruby", ("ruby", "-c")), ("php", ("php", "-l"))])
@every_store
def test_the_language_itself_takes_it(key: str, command: tuple[str, ...], store: str) -> None:
    if shutil.which(command[0]) is None:
        pytest.skip(f"{command[0]} is not installed")
    done = subprocess.run((*command, find(key).file[store]), capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr


FIELDS = {"env": ("TWILIO_ACCOUNT_SID", "TWILIO_API_KEY", "TWILIO_API_SECRET")}
JSON = ("accountSid", "apiKeySid", "apiKeySecret")


@pytest.mark.parametrize("key", GRAMMARS)
@every_store
def test_it_reads_all_of_the_login(key: str, store: str) -> None:
    text = find(key).file[store].read_text(encoding="utf-8")
    for field in FIELDS.get(store, JSON):
        assert field in text or field[0].upper() + field[1:] in text
