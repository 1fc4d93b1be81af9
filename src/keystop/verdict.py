"""From hunks to an exit status: the one way that every hook and command goes."""

from __future__ import annotations

import time

from keystop import baseline as baselines
from keystop import config as configs
from keystop.baseline import Baseline, baselined
from keystop.config import Config, excluded
from keystop.engine import Engine, load
from keystop.errors import Interrupted, NotRead, Usage
from keystop.fingerprint import Fingerprints
from keystop.hunk import CONTENT, NAME, Hunk, Skipped
from keystop.scan import Receipt, Scanner

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from typing import Final

    from keystop.detector import Detector
    from keystop.finding import Finding
    from keystop.leaked import Leaked
    from keystop.receipts import Bypasses
    from keystop.scan import Witness

CLEAN, FOUND = 0, 1


class Policy:
    """Configuration and baseline, read when they are first needed.

    read gives a file of the repository's top by name (None where there is none): from the index
    in a hook, so that an unstaged edit hides nothing. likely gives the same from the working
    tree: to look for the file in the index would take time with every file in it, and the working
    tree is enough to tell whether a configuration may define detectors. slow asks for
    fingerprints of passwords even where no baseline has any. inline says whether allow comments
    count. elsewhere gives the files of leaks of other commits that count beside the one of read.
    """

    def __init__(
        self,
        read: Callable[[str], bytes | None],
        likely: Callable[[str], bytes | None] | None = None,
        baseline_name: str = baselines.NAME,
        *,
        slow: bool = False,
        inline: bool = True,
        elsewhere: Callable[[], Iterable[bytes]] = tuple,
    ) -> None:
        self._read = read
        self.inline = inline
        self._elsewhere = elsewhere
        self._likely = likely or read
        self._baseline_name = baseline_name
        self._slow = slow
        self._fingerprints: Fingerprints | None = None
        self._config: Config | None = None
        self._baseline: Baseline | None = None
        self._baseline_read = False

    def engines(self) -> tuple[Engine, ...]:
        """The built-in detectors, and the repository's own where it may have some."""
        engines: tuple[Engine, ...] = (load(),)
        if any(
            text is not None and configs.mentioned(text, name) and configs.has_detectors(text)
            for name in (configs.OWN, configs.SHARED)
            for text in [self._likely(name)]
        ):
            records = self.config().detectors
            if records:
                from keystop.custom import engine

                engines += (engine(records, engines[0]),)
        return engines

    def receipts(self) -> bool:
        """Whether commits are to have receipts. Raises Usage as config does."""
        files = (self._likely(name) for name in (configs.OWN, configs.SHARED))
        return any(b"receipts" in (text or b"") for text in files) and self.config().receipts

    def config(self) -> Config:
        """The configuration. Raises Usage where it is wrong."""
        if self._config is None:
            found = []
            for name in (configs.OWN, configs.SHARED):
                text = self._read(name)
                if text is not None and configs.mentioned(text, name):
                    config = configs.read(text, name)
                    if config is not None:
                        found.append(config)
            if len(found) > 1:
                raise Usage(
                    f"both {configs.OWN} and [tool.keystop] in {configs.SHARED} are here: keep one"
                )
            self._config = found[0] if found else Config()
        return self._config

    def baseline(self) -> Baseline | None:
        """The baseline, None where there is none. Raises Usage where it is broken."""
        if not self._baseline_read:
            data = self._read(self._baseline_name)
            self._baseline = None if data is None else baselines.read(data, self._baseline_name)
            self._baseline_read = True
        return self._baseline

    def leaked(self, engines: tuple[Engine, ...]) -> Leaked | None:
        """What looks for values that were rotated, None where there are none. Raises Usage."""
        own, others = self._read(configs.LEAKS), list(self._elsewhere())
        if own is None and not others:
            return None
        from keystop.leaked import Leaked
        from keystop.leaks import joined

        known = joined(own, others)
        return Leaked(known, engines) if any(leak.dead for leak in known.leaks) else None

    def check_leaks(self) -> None:
        """Raise Usage where the file of leaks is broken."""
        data = self._read(configs.LEAKS)
        if data is not None:
            from keystop.leaks import read

            read(data)

    def fingerprint(self, detector: Detector, value: bytes, path: bytes) -> str:
        """The fingerprint of a value, with the baseline's salt where there is a baseline."""
        if self._fingerprints is None:
            known = self.baseline()
            if known is None:
                self._fingerprints = Fingerprints(slow=self._slow)
            else:
                slow = self._slow or known.has_passwords
                self._fingerprints = Fingerprints(known.salt, slow=slow)
        return self._fingerprints.of(detector, value, path)

    def honoured(self) -> tuple[str, ...]:
        """The comments of other scanners that count."""
        return self.config().honoured


class Outcome:
    """All findings, what was read, and what stopped the reading (None where nothing did).

    bypasses: what the receipts of the commits say, None where nobody asked for receipts.
    """

    __slots__ = ("_names", "bypasses", "config", "error", "findings", "receipt")

    def __init__(
        self,
        findings: list[Finding],
        receipt: Receipt,
        error: NotRead | None,
        config: Config,
        bypasses: Bypasses | None = None,
    ) -> None:
        self.findings: Final = findings
        self.receipt: Final = receipt
        self.error: Final = error
        self.config: Final = config
        self.bypasses: Final = bypasses
        self._names = shown_names(findings)

    def with_findings(self, findings: list[Finding]) -> Outcome:
        """The same outcome with these findings."""
        return Outcome(findings, self.receipt, self.error, self.config, self.bypasses)

    def with_bypasses(self, bypasses: Bypasses) -> Outcome:
        """The same outcome with what the receipts of its commits say."""
        return Outcome(self.findings, self.receipt, self.error, self.config, bypasses)

    def shown(self, path: bytes) -> bytes:
        """A path as it may be shown: a secret in a file's name is masked everywhere."""
        return self._names.get(path, path)

    @property
    def blocking(self) -> list[Finding]:
        """The findings that stop a commit."""
        return [finding for finding in self.findings if finding.blocks(self.config.block)]

    @property
    def status(self) -> int:
        """The exit status: 1 wins over 2, and having been interrupted over both."""
        if isinstance(self.error, Interrupted):
            return self.error.status
        if self.blocking:
            return FOUND
        return CLEAN if self.error is None else self.error.status


def judge(
    hunks: Iterable[Hunk | Skipped],
    whole: Callable[[Hunk], bytes | None],
    policy: Policy,
    witness: Witness | None = None,
) -> Outcome:
    """Scan hunks and suppress what is known. Raises Usage; what cannot be read is in the outcome.

    whole gives the whole file of a hunk, None where there is none. witness: see Scanner.
    """
    receipt = Receipt()
    engines = policy.engines()
    scanner = Scanner(
        engines, policy.fingerprint, whole, policy.honoured,
        witness=witness, leaked=lambda: policy.leaked(engines),
    )  # fmt: skip
    return settled(
        scanner.scan(_checked(hunks, policy, own=len(engines) > 1), receipt), receipt, policy
    )


def settled(
    found: Iterator[Finding], receipt: Receipt, policy: Policy, *, partly: bool = False
) -> Outcome:
    """The outcome of what was found, without what is known. Raises Usage.

    What cannot be read is in the outcome, with all that was found before; with partly that it
    was interrupted, too.
    """
    findings: list[Finding] = []
    error: NotRead | None = None
    try:
        for finding in _unknown(found, policy):
            findings.append(finding)
    except NotRead as stopped:
        error = stopped
    except KeyboardInterrupt:
        if not partly:
            raise
        error = Interrupted("interrupted")
    unread = [skipped for skipped in receipt.skipped if not skipped.by_design]
    if unread and error is None:
        from keystop.escape import printable

        shown = shown_names(findings)
        names = ", ".join(
            f"{printable(shown.get(one.path, one.path))} ({one.reason})" for one in unread[:5]
        )
        error = NotRead(f"{names}{' and more' if len(unread) > 5 else ''}")
    return Outcome(findings, receipt, error, policy.config() if findings else Config())


def _unknown(found: Iterator[Finding], policy: Policy) -> Iterator[Finding]:
    """What is neither allowed nor in the baseline nor excluded."""
    for first in found:  # most commits have none, and need nothing of this
        from itertools import chain

        from keystop.allow import allowed

        findings: Iterator[Finding] = chain((first,), found)
        if policy.inline:
            findings = allowed(findings, time.strftime("%Y-%m-%d"))
        for one in excluded(baselined(findings, policy.baseline), policy.config):
            # A value that was rotated is known to strangers: nothing speaks for it any more.
            yield one.but(suppressed="") if one.rotated and one.suppressed else one


def shown_names(findings: list[Finding]) -> dict[bytes, bytes]:
    """The paths that hold secrets themselves, with these masked."""
    spans: dict[bytes, list[tuple[int, int]]] = {}
    for finding in findings:
        if finding.where == NAME:
            begin = _offset(finding.path, finding.line, finding.column)
            end = _offset(finding.path, finding.end_line, finding.end_column)
            spans.setdefault(finding.path, []).append((begin, end))
    if not spans:
        return {}
    from keystop.masking import masked_name

    return {path: masked_name(path, places) for path, places in spans.items()}


def _offset(path: bytes, line: int, column: int) -> int:
    """Where in a path a line and a column, both from 1, are: what git can name holds any byte."""
    start = 0
    for _ in range(line - 1):
        start = path.find(b"\n", start) + 1
    end = start
    while end < len(path) and len(path[start:end].decode("utf-8", "replace")) < column - 1:
        end += 1
    return end


def _checked(
    hunks: Iterable[Hunk | Skipped], policy: Policy, *, own: bool
) -> Iterator[Hunk | Skipped]:
    """The hunks; a configuration or baseline among them is read, to say at once what is wrong.

    own says that the repository's own detectors are at work.
    """
    for hunk in hunks:
        if hunk.path in (b".keystop.toml", b"pyproject.toml"):
            if policy.config().detectors and not own:
                raise Usage(
                    f"{hunk.path.decode()} is staged with detectors that its copy in the working "
                    "tree does not have: make them alike"
                )
        elif hunk.path == b".keystop-leaks":
            policy.check_leaks()
        elif hunk.path == b".keystop-baseline":
            policy.baseline()
            if not isinstance(hunk, Skipped) and hunk.where == CONTENT:
                hunk = Hunk(
                    hunk.path, hunk.line, baselines.blank(hunk.text), column=hunk.column,
                    more=hunk.more, blob=hunk.blob, commit=hunk.commit,
                )  # fmt: skip
        yield hunk
