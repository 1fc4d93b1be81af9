"""YAML, JSON, TOML, INI, properties, HCL and XML as keys, values and lines.

No parser of these languages tells in which line a value stands and goes on after a mistake or a
template. What is wanted is little: which keys lead to a value.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

_YAML_KEY = re.compile(
    r"""(?P<key>"[^"]*"|'[^']*'|[\w.\-/$<*%@]+(?:\ [\w.\-/]+)*|\{\{.*?\}\}[\w.\-]*)"""
    r"""\s*:(?=\s|$)\s*"""
)
_JSON = re.compile(r'"((?:[^"\\\n]|\\.)*)"(\s*:)?|[{}\[\],\n]|[^\s{}\[\],":]+')
# Of a flow of YAML: strings, references, signs, words.
_FLOW = re.compile(
    r"""\"[^\"]*\"|'[^']*'|\$?\{\{.*?\}\}|\$\{[^}]*\}|[{}\[\],]|:(?=\s|$)|[^\s{}\[\],:][^{}\[\],:]*(?::(?!\s)[^{}\[\],:]*)*"""
)
_SECTION = re.compile(r"\s*\[+\s*([^\]]+?)\s*\]+\s*(?:[#;].*)?$")
_SETTING = re.compile(r"\s*(?:export\s+|set\s+)?([\w.\-/\[\]:]+?)\s*[=:]\s*(.*)$")
_BLOCK = re.compile(r'\s*([\w.\-]+(?:\s+(?:"[^"]*"|[\w.\-]+))*)\s*=?\s*\{\s*$')
_ONE_LINE = re.compile(r'\s*([\w.\-]+(?:\s+"[^"]*")*)\s*=?\s*\{(.*)\}\s*$')
_HCL = re.compile(r"""\s*"?([\w.\-]+)"?\s*[=:]\s*(.*)$""")
_XML = re.compile(r"<([\w.:\-]+)([^<>]*)>(?:([^<\n]*)</)?")
_ATTRIBUTE = re.compile(r"""\b(key|name|value)\s*=\s*["']([^"']*)["']""")
# Nobody's settings are nested as deep as this.
_DEEP = 50


class Entry(NamedTuple):
    """A value and the keys that lead to it. Items of lists have numbers for keys.

    document counts the documents of a file of YAML.
    """

    line: int
    path: tuple[str, ...]
    value: str
    document: int = 0

    @property
    def key(self) -> str:
        """The last key that is no number."""
        return next((key for key in reversed(self.path) if not key.isdigit()), "")


def unquoted(text: str) -> str:
    """A value without the quotes around it."""
    text = text.strip()
    if len(text) > 1 and text[0] == text[-1] and text[0] in "\"'`":
        return text[1:-1]
    return text


class _Open(NamedTuple):
    """A key, or an item of a list, that the lines below may belong to."""

    indent: int
    key: str
    item: bool


class _Yaml:
    """What is open at a line of YAML."""

    def __init__(self) -> None:
        self._stack: list[_Open] = []

    @property
    def path(self) -> tuple[str, ...]:
        """The keys that lead here."""
        return tuple(one.key for one in self._stack)

    def key(self, indent: int, key: str) -> None:
        """A key stands at that indent."""
        while self._stack and self._stack[-1].indent >= indent:
            self._stack.pop()
        self._stack.append(_Open(indent, key, item=False))

    def item(self, indent: int) -> None:
        """An item of a list stands there; a list may be indented like the key that has it."""
        number = 0
        while self._stack and (
            self._stack[-1].indent > indent
            or (self._stack[-1].indent == indent and self._stack[-1].item)
        ):
            last = self._stack.pop()
            number = int(last.key) + 1 if last.item and last.indent == indent else 0
        self._stack.append(_Open(indent, str(number), item=True))


def yaml(text: str) -> Iterator[Entry]:
    """The entries of a file of YAML, or of a template for one."""
    here, document, block = _Yaml(), 0, -1
    for number, line in enumerate(text.split("\n"), 1):
        bare = line.lstrip(" ")
        indent = len(line) - len(bare)
        if block >= 0 and (not bare.strip() or indent > block):
            yield Entry(number, here.path, line.strip(), document)
            continue
        block = -1
        bare = _without_comment(bare.rstrip())
        if bare.startswith("---"):
            here, document = _Yaml(), document + 1
            continue
        if not bare or bare.startswith("{{-") or re.fullmatch(r"\{\{.*\}\}", bare):
            continue
        while dash := re.match(r"-(?:\s+|$)", bare):
            here.item(indent)
            bare, indent = bare[dash.end() :], indent + dash.end()
        match = _YAML_KEY.match(bare)
        if match:
            here.key(indent, unquoted(match["key"]))
            bare = re.sub(r"^&[\w-]+\s+(?=\S)", "", bare[match.end() :])
            if re.fullmatch(r"(?:![\w!]+\s+)?[|>][+-]?\d?[+-]?", bare):
                block, bare = indent, ""
        if _is_flow(bare):
            for one in _flow(bare):
                yield Entry(number, here.path + one.path, one.value, document)
        elif here.path and (bare or match):
            yield Entry(number, here.path, unquoted(bare), document)


def _is_flow(value: str) -> bool:
    return (value[:1] == "{" and value[:2] != "{{") or (value[:1] == "[" and value[-1:] == "]")


def _flow(text: str) -> Iterator[Entry]:
    """The entries of `{a: b, c: {d: [e]}}`, which stand in one line."""
    path: list[str] = [""]
    lists = [-1]
    key = True  # whether a key comes next, and not a value
    for token in _FLOW.findall(text):
        if token in ("{", "["):
            path.append("0" if token == "[" else "")
            lists.append(0 if token == "[" else -1)
            key = token == "{"
        elif token in ("}", "]"):
            if len(path) > 1:
                path.pop()
                lists.pop()
        elif token == ",":
            key = lists[-1] < 0
            if lists[-1] >= 0:
                lists[-1] += 1
                path[-1] = str(lists[-1])
        elif token == ":":
            key = False
        elif key:
            path[-1] = unquoted(token)
        elif any(path):
            yield Entry(0, tuple(one for one in path if one), unquoted(token))


def _without_comment(text: str) -> str:
    if "#" not in text:
        return text
    quote = ""
    for place, sign in enumerate(text):
        if quote:
            quote = "" if sign == quote else quote
        elif sign in "\"'" and (place == 0 or not text[place - 1].isalnum()):
            quote = sign
        elif sign == "#" and (place == 0 or text[place - 1] in " \t"):
            return text[:place].rstrip()
    return text


def json(text: str) -> Iterator[Entry]:
    """The entries of a file of JSON; an object that has a key is one, too, with the value `{`."""
    line, path, lists = 1, [""], [-1]
    for match in _JSON.finditer(text):
        token = match[0]
        if token == "\n":
            line += 1
        elif token in "{[":
            if len(path) > _DEEP:
                return
            if token == "{" and path[-1]:
                yield Entry(line, _keys(path, lists), token)
            path.append("")
            lists.append(0 if token == "[" else -1)
        elif token in "}]":
            if len(path) > 1:
                path.pop()
                lists.pop()
        elif token == ",":
            lists[-1] += lists[-1] >= 0
        elif match[2]:
            path[-1] = match[1]
        else:
            keys = _keys(path, lists)
            if keys:
                yield Entry(line, keys, match[1] if match[1] is not None else token)


def _keys(path: list[str], lists: list[int]) -> tuple[str, ...]:
    keys = (str(count) if count >= 0 else key for key, count in zip(path, lists, strict=True))
    return tuple(key for key in keys if key)


def settings(text: str) -> Iterator[Entry]:
    """The entries of TOML, INI, properties and `.env`: sections, and `key = value`."""
    section: tuple[str, ...] = ()
    for number, line in enumerate(text.split("\n"), 1):
        if line.lstrip()[:1] in ("#", ";", "!", ""):
            continue
        header = _SECTION.match(line)
        if header and "=" not in line:
            section = tuple(unquoted(part) for part in header[1].split("."))
            continue
        match = _SETTING.match(line)
        if match:
            value = _without_comment(match[2].strip())
            if value[:1] == "{":
                for one in re.finditer(r"""([\w.\-]+)\s*=\s*("[^"]*"|'[^']*'|[^,{}]+)""", value):
                    yield Entry(number, (*section, match[1], one[1]), unquoted(one[2]))
            else:
                yield Entry(number, (*section, *match[1].split(".")), unquoted(value))


def hcl(text: str) -> Iterator[Entry]:
    """The entries of Terraform. A block comes as an entry without a value, too, and an item of a
    list that is an object in one line as one whose last key is `[]`."""
    stack: list[str] = []
    for number, line in enumerate(text.split("\n"), 1):
        line = re.sub(r"\s*(?:#|//).*$", "", line) if '"' not in line else line
        if opened := _BLOCK.match(line):
            stack.append(_title(opened[1]))
            yield Entry(number, tuple(stack), "")
        elif item := re.match(r"\s*\{(.+)\},?\s*$", line):
            yield Entry(number, (*stack, "[]"), item[1].strip())
        elif block := _ONE_LINE.match(line):
            path = (*stack, _title(block[1]))
            yield Entry(number, path, "")
            for one in re.finditer(r'([\w.\-]+)\s*=\s*("[^"]*"|[^,{}]+)', block[2]):
                yield Entry(number, (*path, one[1]), one[2].strip())
        elif re.match(r"\s*[}\])]+\s*[,)]*\s*$", line):
            stack = stack[:-1] if "}" in line else stack
        elif match := _HCL.match(line):
            value = match[2].strip().rstrip(",")
            yield Entry(number, (*stack, match[1]), value)
            if value.endswith("{"):
                stack.append(match[1])


def _title(block: str) -> str:
    """The words before a block, without quotes."""
    return " ".join(unquoted(word) for word in re.findall(r'"[^"]*"|[\w.\-]+', block))


def xml(text: str) -> Iterator[Entry]:
    """Elements with a text or a value: `<a>v</a>`, `<add key="a" value="v"/>`."""
    for number, line in enumerate(text.split("\n"), 1):
        for tag, inner, content in _XML.findall(line):
            told = dict(_ATTRIBUTE.findall(inner))
            name = told.get("key") or told.get("name") or tag
            yield Entry(number, (name,), told.get("value", content).strip())
