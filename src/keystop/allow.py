"""The inline comment `keystop: allow[detector-id] reason, until=YYYY-MM-DD`."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from typing import Final

    from keystop.finding import Finding

# What every allow comment begins with: a text without it need not be looked through.
MARK = b"keystop:"
# Comments of other scanners, honoured where the configuration names them: (same line, line above)
FOREIGN = {
    "gitleaks:allow": (b"gitleaks:allow", b""),
    "pragma: allowlist secret": (b"pragma: allowlist secret", b"pragma: allowlist nextline secret"),
    "ggignore": (b"ggignore", b""),
    "trufflehog:ignore": (b"trufflehog:ignore", b""),
}
_ANY = "*"
_CLOSINGS = ("*/", "-->", "--%>", "#}", "}}", "%>", "*)", "-}", "|#", "]]")
# The languages in which a comment begins with a word.
_COMMENT_WORDS = (b"rem", b"@rem", b"dnl", b"c", b"::rem")
_DAYS = (31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)


class Allow:
    """One allow comment: which detector, why, until when (an ISO date, empty for no end)."""

    __slots__ = ("detector", "reason", "until")

    def __init__(self, detector: str, reason: str, until: str) -> None:
        self.detector: Final = detector
        self.reason: Final = reason
        self.until: Final = until


def read(line: bytes) -> Iterator[Allow]:
    """The allow comments on a line."""
    found = list(_marks(line))
    for number, (_, begin) in enumerate(found):
        end = line.find(b"]", begin, begin + 200)
        if end < 0:
            continue
        stop = found[number + 1][0] if number + 1 < len(found) else len(line)
        reason, until = _reason(line[end + 1 : stop].decode("utf-8", "replace"))
        for word in line[begin:end].decode("ascii", "replace").split(","):
            detector = word.strip()
            # One that means every detector would let through what nobody has looked at.
            yield Allow("all" if detector == _ANY else detector, reason, until)


def read_above(line: bytes) -> Iterator[Allow]:
    """The allow comments on a line that is nothing but a comment: they are for the next line."""
    for place, _ in _marks(line):
        before = line[:place].strip().lower()
        if not any(chr(byte).isalnum() for byte in before) or before in _COMMENT_WORDS:
            yield from read(line)
        return


def _marks(line: bytes) -> Iterator[tuple[int, int]]:
    """Where allow comments begin, and where their list of detectors does."""
    place = line.find(MARK)
    while place >= 0:
        end = _past_blanks(line, place + len(MARK))
        if line.startswith(b"allow", end):
            end = _past_blanks(line, end + 5)
            if line.startswith(b"[", end):
                yield place, end + 1
        place = line.find(MARK, place + 1)


def _past_blanks(line: bytes, place: int) -> int:
    while line[place : place + 1] in (b" ", b"\t"):
        place += 1
    return place


def _reason(rest: str) -> tuple[str, str]:
    for closing in _CLOSINGS:
        rest = rest.partition(closing)[0]
    before, sign, after = _until(rest)
    date, _, behind = after.strip().strip("\"'").partition(" ")
    reason = _bare(before) or _bare(behind)
    # An end that is announced and not given is no permission.
    return reason, (date[:10] or "?") if sign else ""


def _until(rest: str) -> tuple[str, str, str]:
    """What stands before `until=`, the sign, and what stands after it."""
    place = rest.find("until")
    while place >= 0:
        after = rest[place + 5 :].lstrip()
        if after[:1] in ("=", ":"):
            return rest[:place], "until", after[1:]
        place = rest.find("until", place + 1)
    return rest, "", ""


def _bare(reason: str) -> str:
    bare = reason.strip(" \t\r\n,;:\"'.-*/")
    return bare if any(character.isalnum() for character in bare) else ""


def foreign(line: bytes, above: bytes, honoured: tuple[str, ...]) -> Iterator[Allow]:
    """The comments of other scanners that the configuration honours."""
    for name in honoured:
        here, before = FOREIGN[name]
        if here in line or (before and before in above):
            yield Allow(_ANY, f"{name} comment", "")


def allowed(findings: Iterable[Finding], today: str) -> Iterator[Finding]:
    """The findings, those that an inline comment allows today marked as suppressed.

    A comment without a reason, for another detector, or past its date does not count.
    """
    for finding in findings:
        for allow in finding.allows:
            if allow.detector in (finding.detector, _ANY) and holds(allow, today):
                finding = finding.but(suppressed=f"allowed: {allow.reason}")
                break
        yield finding


def holds(allow: Allow, today: str) -> bool:
    """Whether a comment counts: it has a reason, and its date has not passed."""
    return state(allow, today) == ""


def state(allow: Allow, today: str) -> str:
    """Why a comment does not count, in words; empty where it does."""
    if not allow.reason:
        return "no reason is given"
    if not allow.until:
        return ""
    if not _is_date(allow.until):
        return "its date is not YYYY-MM-DD"
    return "" if today <= allow.until else "expired"


def _is_date(date: str) -> bool:
    digits = date.replace("-", "")
    if not (len(date) == 10 and date[4] == date[7] == "-" and len(digits) == 8):
        return False
    if not (digits.isascii() and digits.isdigit()):
        return False
    month, day = int(date[5:7]), int(date[8:])
    return 1 <= month <= 12 and 1 <= day <= _DAYS[month - 1]
