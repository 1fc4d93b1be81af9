"""YAML, JSON, TOML, INI, properties, HCL and XML as keys, values and lines.

No parser of these languages tells in which line a value stands and goes on after a mistake or a
template. What is wanted is little: which keys lead to a value.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

_YAML_KEY = re.compile(
    r"""(?P<key>"[^"]*"|'[^']*'|[\w.\-/$<*%@]+(?:\ [\w.\-/]+)*|\{\{.*?\}\}[\w.\-]*)\s*:(?=\s|$)\s*"""
)
_JSON = re.compile(r'"((?:[^"\\\n]|\\.)*)"(\s*:)?|[{}\[\],\n]|[^\s{}\[\],":]+')
# Of a flow of YAML: strings, references, signs, words.
_FLOW = re.compile(
    r"""\"[^\"]*\"|'[^']*'|\$?\{\{.*?\}\}|\$\{[^}]*\}|[{}\[\],]|:(?=\s|$)|[^\s{}\[\],:][^{}\[\],:]*(?::(?!\s)[^{}\[\],:]*)*"""
)
_SECTION = re.compile(r"\s*\[+\s*([^\]]+?)\s*\]+\s*(?:[#;].*)?$")
_SETTING = re.compile(r"\s*(?:export\s+|set\s+)?([\w.\-/\[\]:]+?)\s*[=:]\s*(.*)$")
_BLOCK = re.compile(r'\s*([\w.\-]+(?:\s+(?:"[^"]*"|[\w.\-]+))*)\s*=?\s*\{\s*$')
_HCL = re.compile(r"""\s*"?([\w.\-]+)"?\s*[=:]\s*(.*)$""")
_XML = re.compile(
    r"""<(?P<tag>[\w.:\-]+)[^>]*?(?:\b(?:key|name)\s*=\s*["'](?P<name>[^"']+)["'])?[^>]*?"""
    r"""(?:\bvalue\s*=\s*["'](?P<value>[^"']*)["'][^>]*>|>(?P<text>[^<\n]*)</)"""
)


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


def yaml(text: str) -> Iterator[Entry]:
    """The entries of a file of YAML, or of a template for one."""
    stack: list[tuple[int, str]] = []
    counts: dict[tuple[str, ...], int] = {}
    document, block = 0, -1
    for number, line in enumerate(text.split("\n"), 1):
        bare = line.lstrip(" ")
        indent = len(line) - len(bare)
        bare = _without_comment(bare.rstrip())
        if block >= 0:
            if not bare or indent > block:
                yield Entry(number, tuple(key for _, key in stack), line.strip(), document)
                continue
            block = -1
        if bare.startswith("---"):
            document, stack, counts = document + 1, [], {}
            continue
        if not bare or bare.startswith(("#", "{{-", "{{/*")) or re.fullmatch(r"\{\{.*\}\}", bare):
            continue
        dashes = re.match(r"(?:-\s+|-$)+", bare)
        while stack and (
            stack[-1][0] > indent or (stack[-1][0] == indent and not _below(stack, bare))
        ):
            stack.pop()
        if dashes:
            while stack and stack[-1][0] >= indent and stack[-1][1].isdigit():
                stack.pop()
            parent = tuple(key for _, key in stack)
            counts[parent] = counts.get(parent, -1) + 1
            stack.append((indent, str(counts[parent])))
            for key in [
                key for key in counts if key[: len(parent) + 1] == (*parent, str(counts[parent]))
            ]:
                del counts[key]
            bare = bare[dashes.end() :]
            indent += dashes.end()
        match = _YAML_KEY.match(bare)
        if match is None:
            path = tuple(key for _, key in stack)
            if _is_flow(bare):
                yield from (
                    Entry(number, path + one.path, one.value, document) for one in _flow(bare)
                )
            elif bare:
                yield Entry(number, path, unquoted(bare), document)
            continue
        stack.append((indent, unquoted(match["key"])))
        value = bare[match.end() :]
        value = re.sub(r"^&[\w-]+\s+(?=\S)", "", value)
        if re.fullmatch(r"(?:![\w!]+\s+)?[|>][+-]?\d?[+-]?", value):
            block, value = indent, ""
        path = tuple(key for _, key in stack)
        counts.pop(path, None)
        if _is_flow(value):
            yield from (Entry(number, path + one.path, one.value, document) for one in _flow(value))
        else:
            yield Entry(number, path, unquoted(value), document)


def _is_flow(value: str) -> bool:
    return (value[:1] == "{" and value[:2] != "{{") or (value[:1] == "[" and value[-1:] == "]")


def _below(stack: list[tuple[int, str]], bare: str) -> bool:
    """Whether a line at the indent of the last key belongs to it: a list may stand so."""
    return bare.startswith("-") and not stack[-1][1].isdigit()


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
        else:
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
            value = match[1] if match[1] is not None else token
            yield Entry(line, _keys(path, lists), value)


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
    """The entries of Terraform. A block comes as an entry without a value, too."""
    stack: list[str] = []
    counts: dict[str, int] = {}
    for number, line in enumerate(text.split("\n"), 1):
        line = re.sub(r"\s*(?:#|//(?!/)(?<!://)).*$", "", line) if '"' not in line else line
        opened = _BLOCK.match(line)
        if opened:
            title = " ".join(unquoted(word) for word in re.findall(r'"[^"]*"|[\w.\-]+', opened[1]))
            counts[title] = counts.get(title, 0) + 1
            stack.append(title)
            yield Entry(number, tuple(stack), "")
            continue
        one_line = re.match(r"\s*([\w.\-]+(?:\s+\"[^\"]*\")*)\s*=?\s*\{(.*)\}\s*$", line)
        if one_line:
            title = " ".join(
                unquoted(word) for word in re.findall(r'"[^"]*"|[\w.\-]+', one_line[1])
            )
            yield Entry(number, (*stack, title), "")
            for one in re.finditer(r'([\w.\-]+)\s*=\s*("[^"]*"|[^,{}]+)', one_line[2]):
                yield Entry(number, (*stack, title, one[1]), one[2].strip())
            continue
        if re.match(r"\s*[}\])]+\s*[,)]*\s*$", line):
            stack = stack[:-1] if "}" in line else stack
            continue
        match = _HCL.match(line)
        if match:
            value = match[2].strip().rstrip(",")
            yield Entry(number, (*stack, match[1]), value)
            if value.endswith(("({", "{")):
                stack.append(match[1])


def xml(text: str) -> Iterator[Entry]:
    """Elements with a text or a value: `<a>v</a>`, `<add key="a" value="v"/>`."""
    for number, line in enumerate(text.split("\n"), 1):
        for match in _XML.finditer(line):
            value = match["value"] if match["value"] is not None else match["text"]
            yield Entry(number, (match["name"] or match["tag"],), value.strip())
