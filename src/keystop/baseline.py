"""The file `.keystop-baseline`: findings that are known and triaged, without their plaintext.

    # keystop baseline 1 - written by `keystop baseline`
    salt 5f0c...
    config/old.yml generic.secret s1:0a1b2 test server, switched off
    src/app.py twilio.auth-token h1:5d41...

One sorted line an entry: path (percent-encoded), detector, fingerprint, reason. Nothing in it
changes when lines move, so it merges well. An entry of a machine-made secret counts wherever the
secret stands; one of a password only in its file.
"""

from __future__ import annotations

from keystop.errors import Usage

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from typing import Final

    from keystop.finding import Finding

NAME = ".keystop-baseline"
VERSION = 1
LARGEST = 64 << 20
TOO_LARGE = "it is larger than 64 MB"
_HEADER = "# keystop baseline "
MASK = b"*" * 8


class Entry:
    """A finding known to the baseline."""

    __slots__ = ("detector", "fingerprint", "path", "reason")

    def __init__(self, path: bytes, detector: str, fingerprint: str, reason: str) -> None:
        self.path: Final = path
        self.detector: Final = detector
        self.fingerprint: Final = fingerprint
        self.reason: Final = reason

    @property
    def key(self) -> tuple[bytes, str, str]:
        return self.path, self.detector, self.fingerprint

    def line(self) -> str:
        """The entry as it stands in the file."""
        fields = (encode_path(self.path), self.detector, self.fingerprint, self.reason)
        return " ".join(field for field in fields if field)


class Baseline:
    """A salt, and entries."""

    __slots__ = ("_machine", "_passwords", "entries", "salt")

    def __init__(self, salt: bytes, entries: Iterable[Entry]) -> None:
        self.salt: Final = salt
        self.entries: Final = tuple(entries)
        self._machine = {e.fingerprint for e in self.entries if e.fingerprint.startswith("h1:")}
        # Where a file's own name holds a secret, the entry has its path masked.
        self._passwords = {
            (b"" if MASK in e.path else e.path, e.detector, e.fingerprint)
            for e in self.entries
            if e.fingerprint.startswith("s1:")
        }

    @property
    def has_passwords(self) -> bool:
        """Whether slow fingerprints are needed to compare with it."""
        return bool(self._passwords)

    def knows(self, finding: Finding) -> bool:
        """Whether the finding is one of the entries."""
        return finding.fingerprint in self._machine or any(
            (path, finding.detector, finding.fingerprint) in self._passwords
            for path in (finding.path, b"")
        )

    def text(self) -> str:
        """The whole file."""
        lines = sorted({entry.line() for entry in self.entries})
        head = f"{_HEADER}{VERSION} - written by `keystop baseline`\nsalt {self.salt.hex()}\n"
        return head + "".join(f"{line}\n" for line in lines)


def read(data: bytes, name: str = NAME) -> Baseline:
    """The baseline in a file's content. Raises Usage where it is not wholly understood."""

    def broken(line: int, what: str) -> Usage:
        return Usage(f"{name}:{line}: {what}")

    if len(data) > LARGEST:
        raise broken(1, TOO_LARGE)
    if data[:2] in (b"\xff\xfe", b"\xfe\xff") or b"\0" in data[:100]:
        raise broken(1, "it is UTF-16 (written by a shell's `>`?): save it as UTF-8")
    try:
        lines = data.decode("utf-8").replace("\r\n", "\n").split("\n")
    except UnicodeDecodeError as error:
        raise broken(data.count(b"\n", 0, error.start) + 1, "it is not UTF-8") from None
    if not lines[0].startswith(_HEADER):
        raise broken(1, "it does not begin with `# keystop baseline 1`")
    version = lines[0][len(_HEADER) :].split()[:1]
    if version != [str(VERSION)]:
        raise broken(1, f"its version is not {VERSION}: it needs a newer keystop")
    salt = b""
    entries: dict[tuple[bytes, str, str], Entry] = {}
    for number, line in enumerate(lines[1:], 2):
        if not line.strip() or line.startswith("#"):
            continue
        if line.startswith(("<<<<<<<", "=======", ">>>>>>>", "|||||||")):
            raise broken(number, "it holds the marks of a merge conflict: keep both sides' lines")
        if line.startswith("salt "):
            if salt and salt != _salt(line):
                raise broken(number, "a second salt: keep one, and the entries that came with it")
            salt = _salt(line)
            if len(salt) != 16:
                raise broken(number, "the salt is not 32 hexadecimal digits")
            continue
        entry = _entry(line)
        if entry is None or not salt:
            raise broken(number, "not a line of `path detector fingerprint reason`")
        known = entries.setdefault(entry.key, entry)
        if known.reason != entry.reason:
            raise broken(number, "the same entry twice, with different reasons: keep one")
    if not salt:
        raise broken(2, "the salt is missing")
    return Baseline(salt, entries.values())


def blank(text: bytes) -> bytes:
    """Lines of a baseline without its salt and digests, which look like secrets and are none."""
    lines = text.split(b"\n")
    for number, line in enumerate(lines):
        fields = line.split(b" ", 3)
        place = 1 if fields[0] == b"salt" else 2
        digest = fields[place].removeprefix(b"h1:") if len(fields) > place else b""
        if len(digest) == 32 and not digest.translate(None, b"0123456789abcdef"):
            fields[place] = b"0" * len(fields[place])
            lines[number] = b" ".join(fields)
    return b"\n".join(lines)


def _salt(line: str) -> bytes:
    try:
        return bytes.fromhex(line[5:].strip())
    except ValueError:
        return b""


def _entry(line: str) -> Entry | None:
    fields = line.split(" ", 3)
    if len(fields) < 3:
        return None
    path, detector, fingerprint = decode_path(fields[0]), fields[1], fields[2]
    if path is None or not detector:
        return None
    scheme, _, digest = fingerprint.partition(":")
    if len(digest) != {"h1": 32, "s1": 5}.get(scheme) or not _hex(digest) or "." not in detector:
        return None
    return Entry(path, detector, fingerprint, fields[3] if len(fields) > 3 else "")


def _hex(text: str) -> bool:
    return all(character in "0123456789abcdef" for character in text)


def encode_path(path: bytes) -> str:
    """A path as one word: what is not printable ASCII, and what begins other lines, as %XX."""
    if path == b"salt":
        return "%73alt"
    return "".join(
        chr(byte) if 0x21 <= byte <= 0x7E and byte not in b"%#<=>|" else f"%{byte:02X}"
        for byte in path
    )


def decode_path(word: str) -> bytes | None:
    """The path that encode_path made into a word, None where it made no such word."""
    head, *parts = word.encode("utf-8").split(b"%")
    out = [head]
    for part in parts:
        if len(part) < 2 or not _hex(part[:2].decode("utf-8", "replace").lower()):
            return None
        out.append(bytes((int(part[:2], 16),)) + part[2:])
    return b"".join(out) or None


def baselined(
    findings: Iterable[Finding], baseline: Callable[[], Baseline | None]
) -> Iterator[Finding]:
    """The findings, those that the baseline knows marked as suppressed.

    baseline is asked for when there is a finding: without one it is not even read.
    """
    for finding in findings:
        known = baseline()
        if known is not None and not finding.suppressed and known.knows(finding):
            finding = finding.but(suppressed="baseline")
        yield finding
