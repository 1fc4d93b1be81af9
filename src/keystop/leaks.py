"""The file `.keystop-leaks`: what has leaked, how far each leak is dealt with, no plaintext.

    # keystop leaks 1 - written by `keystop respond`
    h1:SALT:DIGEST:32 twilio.auth-token 2026-11-30T10:40:00Z open settings.py:5
    h1:SALT:DIGEST:32 twilio.auth-token 2026-11-30T10:52:10Z owner Ann
    h1:SALT:DIGEST:32 twilio.auth-token 2026-11-30T11:20:31Z rotated 401 with code 20003

One sorted line an event, and nothing is ever taken out: two branches merge by keeping the lines
of both. The first word recognises the value again: a keyed hash with its key, and the value's
length (h1); of passwords, which can be guessed, a slow hash cut short (s1, see fingerprint).
"""

from __future__ import annotations

from keystop.config import LEAKS
from keystop.errors import Usage
from keystop.escape import printable

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from typing import Final

NAME = LEAKS
_HEAD = "# keystop leaks 1"
# The states of a leak, each further than the one before.
STATES = ("open", "contained", "rotated", "purged")
# What is told of a leak beside its states: the last word counts.
NOTES = ("owner", "due")
_DIGITS = "0123456789"
_SALT, _DIGEST, _SHORT = 8, 12, 5  # bytes, bytes, hexadecimal digits


class Mark:
    """How a value is recognised again."""

    __slots__ = ("digest", "salt", "scheme", "size")

    def __init__(self, scheme: str, salt: bytes, digest: str, size: int) -> None:
        self.scheme: Final = scheme
        self.salt: Final = salt
        self.digest: Final = digest
        self.size: Final = size

    def __str__(self) -> str:
        return f"{self.scheme}:{self.salt.hex()}:{self.digest}:{self.size}"

    @property
    def short(self) -> str:
        """The name that people use for it."""
        return self.digest[:8]


def digest(scheme: str, salt: bytes, value: bytes) -> str:
    """The digest of a value, in hexadecimal digits; s1 takes 50 to 110 ms."""
    if scheme == "h1":
        import hmac

        return hmac.digest(salt, value, "sha256")[:_DIGEST].hex()
    import hashlib

    return hashlib.scrypt(value, salt=salt, n=1 << 14, r=8, p=1, dklen=3).hex()[:_SHORT]


class Event:
    """A line: of which leak, what became of it, when (UTC), and what shows it."""

    __slots__ = ("detector", "mark", "text", "what", "when")

    def __init__(self, mark: str, detector: str, when: str, what: str, text: str) -> None:
        self.mark: Final = mark
        self.detector: Final = detector
        self.when: Final = when
        self.what: Final = what
        self.text: Final = text

    def line(self) -> str:
        """The event as it stands in the file."""
        words = (self.mark, self.detector, self.when, self.what, self.text)
        return " ".join(word for word in words if word)


class Leak:
    """A value that has leaked, and its events in the order of their time."""

    __slots__ = ("events", "mark")

    def __init__(self, mark: Mark, events: list[Event]) -> None:
        self.mark: Final = mark
        self.events: Final = tuple(sorted(events, key=lambda one: (one.when, one.line())))

    @property
    def detector(self) -> str:
        """The id of its kind."""
        return self.events[0].detector

    @property
    def found(self) -> str:
        """Where it was found first."""
        return next((one.text for one in self.events if one.what == STATES[0]), "")

    @property
    def state(self) -> str:
        """The furthest state that it has reached."""
        reached = [STATES.index(one.what) for one in self.events if one.what in STATES]
        return STATES[max(reached, default=0)]

    @property
    def dead(self) -> str:
        """The day on which it was rotated, empty where it was not."""
        days = [one.when[:10] for one in self.events if one.what in STATES[2:]]
        return min(days, default="")

    def last(self, what: str) -> str:
        """The text of the last event of that name, empty without one."""
        return next((one.text for one in reversed(self.events) if one.what == what), "")


class Leaks:
    """All leaks of a repository."""

    __slots__ = ("_by_digest", "_slow", "leaks", "sizes")

    def __init__(self, events: Iterable[Event]) -> None:
        known: dict[str, list[Event]] = {}
        for event in events:
            known.setdefault(event.mark, []).append(event)
        self.leaks: Final = tuple(Leak(_mark(mark), of) for mark, of in sorted(known.items()))
        self.sizes: Final[dict[str, set[int]]] = {"h1": set(), "s1": set()}
        self._by_digest: Final[dict[tuple[str, bytes], dict[tuple[int, str], Leak]]] = {}
        self._slow: Final[dict[tuple[bytes, bytes], str]] = {}
        for leak in self.leaks:
            mark = leak.mark
            self.sizes[mark.scheme].add(mark.size)
            same = self._by_digest.setdefault((mark.scheme, mark.salt), {})
            same[mark.size, mark.digest] = leak

    def dead(self) -> Leaks:
        """Those that were rotated."""
        return Leaks(event for leak in self.leaks if leak.dead for event in leak.events)

    def of(self, value: bytes, scheme: str = "") -> Leak | None:
        """The leak of a value, None where it is not known to have leaked; scheme: only such."""
        for (kind, salt), known in self._by_digest.items():
            if scheme in ("", kind) and len(value) in self.sizes[kind]:
                found = known.get((len(value), self._digest(kind, salt, value)))
                if found is not None:
                    return found
        return None

    def _digest(self, scheme: str, salt: bytes, value: bytes) -> str:
        """The same as digest, of each password once: it is slow."""
        if scheme == "h1":
            return digest(scheme, salt, value)
        if (salt, value) not in self._slow:
            self._slow[salt, value] = digest(scheme, salt, value)
        return self._slow[salt, value]

    def named(self, name: str) -> Leak | None:
        """The leak with that mark, or whose digest alone begins so."""
        fit = [one for one in self.leaks if name in (str(one.mark), one.mark.short)]
        return fit[0] if len(fit) == 1 else None

    def text(self) -> str:
        """The whole file."""
        lines = sorted({event.line() for leak in self.leaks for event in leak.events})
        return f"{_HEAD} - written by `keystop respond`\n" + "".join(f"{one}\n" for one in lines)


def read(data: bytes, name: str = NAME) -> Leaks:
    """The leaks in a file's content. Raises Usage where it is not wholly understood."""
    try:
        lines = data.decode("utf-8").replace("\r\n", "\n").split("\n")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise Usage(f"{name}:{line}: it is not UTF-8") from None
    if lines[0].split(" - ")[0] != _HEAD:
        raise Usage(f"{name}:1: it does not begin with `{_HEAD}`")
    return Leaks(_events(lines, name))


def joined(own: bytes | None, others: Iterable[bytes]) -> Leaks:
    """What is in a file, None where there is none, and in those of other commits. Raises Usage.

    Of the others, what is not understood is left out: nobody can mend a commit that is made.
    """
    known = [event for leak in read(own).leaks for event in leak.events] if own is not None else []
    for data in {*others} - {own}:
        lines = data.decode("utf-8", "replace").splitlines()
        known += [event for event in map(_event, lines) if event is not None]
    return Leaks(known)


def _events(lines: list[str], name: str) -> Iterator[Event]:
    for number, line in enumerate(lines[1:], 2):
        if not line.strip() or line.startswith("#"):
            continue
        if line.startswith(("<<<<<<<", "=======", ">>>>>>>", "|||||||")):
            raise Usage(f"{name}:{number}: the marks of a merge conflict: keep both sides' lines")
        event = _event(line)
        if event is None:
            raise Usage(f"{name}:{number}: not a line of `mark detector time event text`")
        yield event


def _event(line: str) -> Event | None:
    """The event that a line tells of, None where it tells of none."""
    words = [printable(word) for word in line.split(" ", 4)]
    if (
        len(words) < 4
        or not _is_mark(words[0])
        or not _is_time(words[2])
        or words[3] not in (*STATES, *NOTES)
    ):
        return None
    mark, detector, when, what = words[:4]
    return Event(mark, detector, when, what, words[4] if len(words) > 4 else "")


def _is_time(word: str) -> bool:
    digits = "".join("0" if letter in _DIGITS else letter for letter in word)
    return digits == "0000-00-00T00:00:00Z"


def _is_mark(word: str) -> bool:
    parts = word.split(":")
    sizes = {"h1": 2 * _DIGEST, "s1": _SHORT}
    return (
        len(parts) == 4
        and len(parts[1]) == 2 * _SALT
        and len(parts[2]) == sizes.get(parts[0])
        and all(letter in "0123456789abcdef" for letter in parts[1] + parts[2])
        and 0 < len(parts[3]) < 9
        and parts[3][0] != "0"
        and all(letter in _DIGITS for letter in parts[3])
    )


def _mark(word: str) -> Mark:
    scheme, salt, hexadecimal, size = word.split(":")
    return Mark(scheme, bytes.fromhex(salt), hexadecimal, int(size))


def new_mark(leaks: Leaks, value: bytes, *, password: bool) -> Mark:
    """A mark for a value that has none, with the salt that the others have."""
    import os

    salt = leaks.leaks[0].mark.salt if leaks.leaks else os.urandom(_SALT)
    scheme = "s1" if password else "h1"
    return Mark(scheme, salt, digest(scheme, salt, value), len(value))
