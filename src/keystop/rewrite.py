"""New versions of commits, tags, folders and files in which some values are replaced.

Objects are taken apart as git stores them and put together again, so that all but the values
stays as it is, byte for byte: modes, times, odd headers, what git itself would write otherwise.
"""

from __future__ import annotations

import hashlib
import re
import zlib
from collections.abc import Iterable, Iterator

from keystop import git
from keystop.blobs import Blobs
from keystop.errors import NotRead
from keystop.git import Repository

PLACEHOLDER = b"REMOVED-BY-KEYSTOP"

# What stands between two ASCII characters in UTF-8, UTF-16 and UTF-32 of either byte order.
_GAPS = (b"", b"\0", b"\0\0\0")
_FOLDER, _SUBMODULE = b"40000", b"160000"
_PEOPLE = (b"author", b"committer", b"tagger")
_SIGNATURES = (b"gpgsig", b"gpgsig-sha256")
_SIGNED = re.compile(
    rb"^-----BEGIN (?:PGP SIGNATURE|PGP MESSAGE|SSH SIGNATURE|SIGNED MESSAGE)-----", re.MULTILINE
)
# The numbers of kinds in a pack.
_KINDS = {"commit": 1, "tree": 2, "blob": 3, "tag": 4}

Objects = dict[str, tuple[str, bytes]]


class Values:
    """Secrets in plain text, in memory only: nothing that is shown is made of them."""

    def __init__(self, values: Iterable[bytes]) -> None:
        self._plain = frozenset(filter(None, values))
        # The longest first: a shorter one may be a part of it.
        self._spelled = [
            (_spread(value, gap), _spread(PLACEHOLDER, gap))
            for value in sorted(self._plain, key=lambda value: (-len(value), value))
            for gap in _GAPS
        ]

    def __bool__(self) -> bool:
        return bool(self._plain)

    def __repr__(self) -> str:
        return f"<{len(self._plain)} values>"

    def within(self, text: bytes) -> bool:
        """Whether one of them is in a text."""
        return any(spelling in text for spelling, _ in self._spelled)

    def count(self, text: bytes) -> int:
        """How often they are in a text."""
        return sum(text.count(spelling) for spelling, _ in self._spelled)

    def replaced(self, text: bytes, by: bytes = b"") -> bytes:
        """A text with by (without it: the placeholder) in place of each of them."""
        for spelling, placeholder in self._spelled:
            text = text.replace(spelling, by or placeholder)
        return text

    def written_in(self, encoding: str) -> Values:
        """The same as they stand in a commit with this encoding."""
        if not encoding:
            return self
        # As it is, too: git does not check that a message is in the encoding that it names.
        return Values((*self._plain, *(_encoded(value, encoding) for value in self._plain)))


def _spread(text: bytes, gap: bytes) -> bytes:
    return gap.join(text[place : place + 1] for place in range(len(text)))


def _encoded(value: bytes, encoding: str) -> bytes:
    try:
        return value.decode("utf-8").encode(encoding)
    except (LookupError, UnicodeError):
        return value


class Rewriter:
    """Makes objects anew, in memory.

    made has what is new. files says for each that changes in how many places it does so, in the
    version that has most. unsigned says how many signatures are left off, as of something else.
    """

    def __init__(self, blobs: Blobs, values: Values) -> None:
        self._blobs = blobs
        self._values = values
        self._commits: dict[str, str] = {}
        self._others: dict[tuple[str, bytes], str] = {}
        self.made: Objects = {}
        self.files: dict[bytes, int] = {}
        self._places: dict[str, int] = {}
        self.unsigned = 0

    def add(self, commits: Iterable[str]) -> None:
        """Make commits anew, parents before children. All others stay as they are."""
        for oid in commits:
            if oid not in self._commits:
                self._commits[oid] = self._remade(oid, "commit", b"")

    def changed(self) -> list[str]:
        """The commits that were added and have a new version."""
        return [old for old, new in self._commits.items() if old != new]

    def new(self, oid: str, kind: str, path: bytes = b"") -> str:
        """The new version of an object, itself where nothing in it changes."""
        if kind == "commit":
            return self._commits.get(oid, oid)
        key = oid, path if kind == "tree" else b""
        if key not in self._others:
            self._others[key] = self._remade(oid, kind, path)
        return self._others[key]

    def _remade(self, oid: str, kind: str, path: bytes) -> str:
        old = self._read(oid)
        if kind == "blob":
            content = self._values.replaced(old)
            if content != old:
                self._places[oid] = self._values.count(old)
        elif kind == "tree":
            content = self._tree(old, path, len(oid) // 2)
        else:
            content = self._commit(old) if kind == "commit" else self._tag(old)
        if content == old:
            return oid
        new = _digest(f"{kind} {len(content)}\0".encode() + content, len(oid)).hex()
        self.made[new] = kind, content
        return new

    def _read(self, oid: str) -> bytes:
        kind, pieces = self._blobs.open(oid)
        if not kind:
            raise NotRead(f"the object {oid} is not here, as in a shallow or partial clone")
        return b"".join(pieces)

    def _tree(self, content: bytes, path: bytes, size: int) -> bytes:
        parts = []
        place = 0
        while place < len(content):
            end = content.index(b"\0", place) + 1
            mode, _, name = content[place : end - 1].partition(b" ")
            old = content[end : end + size].hex()
            new = old
            if mode.lstrip(b"0") == _FOLDER:
                new = self.new(old, "tree", path + name + b"/")
            elif mode != _SUBMODULE:
                new = self.new(old, "blob")
                if new != old:
                    known = self.files.get(path + name, 0)
                    self.files[path + name] = max(known, self._places[old])
            parts += [content[place:end], bytes.fromhex(new)]
            place = end + size
        return b"".join(parts)

    def _commit(self, content: bytes) -> bytes:
        head, gap, message = content.partition(b"\n\n")
        lines = _lines(head)
        encoding = next((_value(line) for line in lines if _name(line) == b"encoding"), b"")
        values = self._values.written_in(encoding.decode("ascii", "replace"))
        kept = [self._line(line, values) for line in lines if not self._stale(line)]
        rest = gap + values.replaced(message)
        if b"\n".join(kept) + rest == content:
            return content
        self._check_parents(lines)
        return b"\n".join(self._without_signatures(kept)) + rest

    def _line(self, line: bytes, values: Values) -> bytes:
        """A line of the head of a commit or a tag, made anew."""
        name, value = _name(line), _value(line)
        if name == b"tree":
            return b"tree " + self.new(value.decode("ascii"), "tree").encode("ascii")
        if name == b"parent":
            return b"parent " + self.new(value.decode("ascii"), "commit").encode("ascii")
        if name in _PEOPLE:
            who, *when = value.rsplit(b" ", 2)
            return b" ".join((name, values.replaced(who), *when))
        return line if name in (b"mergetag", b"tag", b"type") else values.replaced(line)

    def _stale(self, line: bytes) -> bool:
        """Whether it is a signed tag in the head of a merge, of what changes or with a value."""
        if _name(line) != b"mergetag":
            return False
        oid = _value(line)[7:].partition(b"\n")[0].decode("ascii", "replace")
        stale = self.new(oid, "commit") != oid or self._values.within(line)
        self.unsigned += stale
        return stale

    def _without_signatures(self, lines: list[bytes]) -> list[bytes]:
        kept = [line for line in lines if _name(line) not in _SIGNATURES]
        self.unsigned += len(kept) < len(lines)
        return kept

    def _check_parents(self, lines: list[bytes]) -> None:
        # A shallow clone knows by name the commits at which it ends, and not their new versions.
        for line in lines:
            oid = _value(line).decode("ascii", "replace")
            if _name(line) == b"parent" and oid not in self._commits:
                self._read(oid)

    def _tag(self, content: bytes) -> bytes:
        head, gap, message = content.partition(b"\n\n")
        lines = _lines(head)
        kind = next((_value(line) for line in lines if _name(line) == b"type"), b"")
        kept = []
        for line in lines:
            if _name(line) == b"object":
                new = self.new(_value(line).decode("ascii"), kind.decode("ascii"))
                kept.append(b"object " + new.encode("ascii"))
            else:
                kept.append(self._line(line, self._values))
        replaced = self._values.replaced(message)
        if b"\n".join(kept) + gap + replaced == content:
            return content
        signatures = list(_SIGNED.finditer(replaced))
        if signatures:
            replaced = replaced[: signatures[-1].start()]
            self.unsigned += 1
        return b"\n".join(self._without_signatures(kept)) + gap + replaced


def _lines(head: bytes) -> list[bytes]:
    """The lines of a head; one that begins with a blank goes on with the one before."""
    return re.split(rb"\n(?! )", head)


def _name(line: bytes) -> bytes:
    return line.partition(b" ")[0]


def _value(line: bytes) -> bytes:
    return line.partition(b" ")[2]


def _digest(content: bytes, size: int) -> bytes:
    """git's digest, of a repository whose object ids have so many hexadecimal digits."""
    kind = "sha1" if size == 40 else "sha256"
    return hashlib.new(kind, content, usedforsecurity=False).digest()


def store(repository: Repository, objects: Objects) -> None:
    """Put objects into a repository, all of them or none. Raises NotRead."""
    if objects:
        git.fed(("index-pack", "--stdin"), repository, _pack(objects))


def _pack(objects: Objects) -> Iterator[bytes]:
    """Objects as a pack (gitformat-pack(5)), none of them as a difference to another."""
    kind = "sha1" if len(next(iter(objects))) == 40 else "sha256"
    digest = hashlib.new(kind, usedforsecurity=False)
    piece = b"PACK" + (2).to_bytes(4) + len(objects).to_bytes(4)
    for name, content in objects.values():
        digest.update(piece)
        yield piece
        piece = _size(_KINDS[name], len(content)) + zlib.compress(content)
    digest.update(piece)
    yield piece
    yield digest.digest()


def _size(kind: int, size: int) -> bytes:
    """The head of an object: its kind and its size, four bits of it, then seven a byte."""
    head = bytearray()
    byte, size = kind << 4 | size & 15, size >> 4
    while size:
        head.append(byte | 0x80)
        byte, size = size & 0x7F, size >> 7
    head.append(byte)
    return bytes(head)
