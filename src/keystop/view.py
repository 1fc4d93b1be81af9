"""From a candidate to a finding: where it is, what may be shown of it, what may allow it."""

from __future__ import annotations

from bisect import bisect_left

from keystop import allow
from keystop.detector import RANK_CONTEXT, RANK_PLACE, Candidate
from keystop.finding import SEVERITIES, Excerpt, Finding, Partner
from keystop.hunk import CONTENT, after, line_ends
from keystop.quiet import made_up
from keystop.role import has_tests, is_generated, is_sample

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from keystop.scan import Scanner, Window

# So much of a vendor's public prefix is told.
SHOWN = 4
CONFIDENCE = ("low", "low", "low", "medium", "high", "high", "high", "high")  # by rank
_RESTS_ON = (
    "",
    "it is assigned to a telling name",
    "the place where it stands gives it away",
    "words near it and its name say what it is",
    "its form is the kind's own",
    "its form is the kind's own, and its checksum or structure is right",
    "its other half is near",
    "it is a value that was rotated",
)


class View:
    """One text with its candidates, from which findings are made."""

    def __init__(
        self, scanner: Scanner, window: Window, text: bytes, candidates: list[Candidate]
    ) -> None:
        self._scanner = scanner
        self._window = window
        self._text = text
        self._spans = sorted((one.start, one.end) for one in candidates)
        self._longest = max(one.end - one.start for one in candidates)
        self._ends = line_ends(text)
        self._counted = (0, window.line, window.column)

    def finding(self, candidate: Candidate) -> Finding:
        """The finding of a candidate: all that is told of it, and no plaintext."""
        detector, hunk = candidate.detector, self._window.hunk
        line, column = self._place(candidate.start)
        end_line, end_column = self._place(candidate.end)
        return Finding(
            detector=detector.id,
            name=detector.name,
            grants=detector.grants,
            severity=self._severity(candidate),
            confidence="low" if self._made_up(candidate) else CONFIDENCE[candidate.rank],
            path=hunk.path,
            line=line,
            column=column,
            end_line=end_line,
            end_column=end_column,
            length=len(candidate.value),
            prefix=detector.prefix[:SHOWN],
            fingerprint=self._fingerprint(candidate),
            excerpt=self._excerpt(candidate),
            where=hunk.where,
            commit=hunk.commit,
            partner=self._partner(candidate),
            encoded=candidate.encoded,
            reasons=tuple(self._reasons(candidate)),
            allows=self._allows(candidate),
            identity=self._identity(candidate.value),
            rotated=candidate.rotated,
        )

    def _identity(self, value: bytes) -> bytes:
        if not self._scanner.key:
            return b""
        from hashlib import blake2b

        return blake2b(value, key=self._scanner.key, digest_size=16).digest()

    def _made_up(self, candidate: Candidate) -> bool:
        return not candidate.rotated and made_up(candidate.value)

    def _severity(self, candidate: Candidate) -> str:
        own: str = candidate.detector.severity
        if candidate.doubt:
            return "low"
        if self._made_up(candidate):
            own = min(own, "medium", key=SEVERITIES.index)
        if candidate.rank <= RANK_PLACE and self._in_sample(candidate):
            return "low"  # made-up values are what tests and documentation are made of
        if candidate.rank <= RANK_CONTEXT and is_generated(self._window.hunk.path):
            return "low"  # words near a value mean little where lines are endless
        if candidate.partner is not None:
            other: str = candidate.partner[0].detector.severity
            return max(own, other, key=SEVERITIES.index)
        return own

    def _in_sample(self, candidate: Candidate) -> bool:
        """Whether it stands in a test, an example or documentation."""
        path = self._window.hunk.path
        if is_sample(path):
            return True
        before = self._text[: candidate.start]
        if path.endswith(b".rs") and self._window.line > 1:
            whole = self._scanner.whole(self._window.hunk) or b""
            before += b"\n".join(whole.split(b"\n", self._window.line)[: self._window.line])
        return has_tests(path, before)

    def _reasons(self, candidate: Candidate) -> Iterator[str]:
        partner = self._partner(candidate)
        if candidate.doubt:
            yield candidate.doubt
        elif partner is not None:
            yield f"its other half, {partner.name}, is in line {partner.line}"
        else:
            yield _RESTS_ON[candidate.rank]
        if self._made_up(candidate):
            yield "it looks like something typed, with its repeated or counting parts"
        if candidate.value.startswith(b"-----BEGIN"):
            from keystop.pem import describe

            what = describe(candidate.value)
            yield f"it reads as {what}" if what else "its body is cut short, or made up"
        yield from candidate.why
        if candidate.rank <= RANK_PLACE and self._in_sample(candidate):
            yield "the file is a test, an example or documentation, where values are made up"
        if candidate.rank <= RANK_CONTEXT and is_generated(self._window.hunk.path):
            yield "the file is generated"

    def _fingerprint(self, candidate: Candidate) -> str:
        # An identifier added beside its secret is known where the secret is.
        half = candidate
        if candidate.partner is not None:
            half = max(candidate, candidate.partner[0], key=severity_of)
        return self._scanner.fingerprint(half.detector, half.value, self._window.hunk.path)

    def _place(self, offset: int) -> tuple[int, int]:
        """Line and column, from 1, of an offset in the text."""
        known, line, column = self._counted
        if offset < known:
            known, line, column = 0, self._window.line, self._window.column
        line, column = after(self._text[known:offset], line, column, self._ends)
        self._counted = offset, line, column
        return line, column + 1

    def _partner(self, candidate: Candidate) -> Partner | None:
        if candidate.partner is None:
            return None
        other, whole = candidate.partner
        if whole:
            text = self._scanner.whole(self._window.hunk) or b""
            line, column = after(text[: other.start], 1, 0, line_ends(text))
            column += 1
        else:
            line, column = self._place(other.start)
        return Partner(other.detector.id, other.detector.name, line, column)

    def _line(self, offset: int) -> tuple[int, int]:
        begin = self._text.rfind(b"\n", 0, offset) + 1
        end = self._text.find(b"\n", offset)
        return begin, len(self._text) if end < 0 else end

    def _excerpt(self, candidate: Candidate) -> Excerpt:
        from keystop.masking import masked

        begin, end = self._line(candidate.start)
        first = bisect_left(self._spans, (begin - self._longest, 0))
        return masked(
            self._text,
            begin,
            end,
            self._spans[first : bisect_left(self._spans, (end, 0))],
            (candidate.start, candidate.end),
            candidate.detector.prefix[:SHOWN],
        )

    def _allows(self, candidate: Candidate) -> tuple[allow.Allow, ...]:
        begin, end = self._line(candidate.start)
        line = self._text[begin:end]
        if begin:
            above = self._text[self._line(begin - 1)[0] : begin]
        else:
            above = self._above(self._place(candidate.start)[0])
        found = [*allow.read(line), *allow.read_above(above)]
        found += allow.foreign(line, above, self._scanner.honoured())
        return tuple(found)

    def _above(self, line: int) -> bytes:
        """The line before the first one of the text: it is in the whole file, if anywhere."""
        if line == 1 or self._window.hunk.where != CONTENT:
            return b""
        content = self._scanner.whole(self._window.hunk)
        if content is None:
            return b""
        lines = content.split(b"\n", line)
        return lines[line - 2] if len(lines) >= line - 1 else b""


def severity_of(candidate: Candidate) -> int:
    """Its detector's severity as a number, greater for worse."""
    return SEVERITIES.index(candidate.detector.severity)
