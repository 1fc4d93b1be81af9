"""`keystop scan --history`: all versions of all files, and all that commits and tags say."""

from __future__ import annotations

from keystop import git
from keystop.blobs import Blobs
from keystop.bulk import Done, Setting, judged
from keystop.errors import Interrupted, NotRead
from keystop.finding import Finding
from keystop.gate import policy_of
from keystop.hunk import NAME, Hunk
from keystop.known import Known
from keystop.scan import Receipt, Scanner
from keystop.sources.commits import messages
from keystop.sources.history import Versions, dangling, everything, versions
from keystop.sources.whereabouts import Key, Locator, key
from keystop.verdict import Outcome, Policy, settled

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator


class History:
    """The scan of one history."""

    def __init__(
        self, revisions: tuple[str, ...], named: dict[str, str], *, slow: bool, unreachable: bool
    ) -> None:
        """revisions as for git rev-list, all refs where there are none; named as for judged.

        unreachable: what only reflogs lead to (old stashes among it), and nothing at all, too.
        """
        self._repository = git.find_repository()
        self._revisions = revisions or everything(self._repository)
        self._tags: list[str] = []
        if unreachable:
            objects = dangling(self._repository)
            self._revisions += ("--reflog", *objects)
            self._tags = [oid for oid, kind in objects.items() if kind == "tag"]
        self._setting = Setting(self._repository, named, slow=slow)
        self._blobs: dict[Key, list[str]] = {}
        self._receipt = Receipt()

    def outcome(self, jobs: int, progress: Callable[[int], Callable[[Done], None]]) -> Outcome:
        """What is found, each with its whereabouts. Raises KeystopError.

        progress is told how many objects there are, and gives what is told of each part.
        """
        blobs = Blobs(self._repository)
        try:
            setting = self._setting
            policy = policy_of(self._repository, blobs, setting.named, slow=setting.slow)
            found = settled(self._found(policy, jobs, progress), self._receipt, policy, partly=True)
            try:
                return found.with_findings(self._located(found.findings))
            except (NotRead, KeyboardInterrupt) as stopped:  # what was found is told all the same
                error = stopped if isinstance(stopped, NotRead) else Interrupted("interrupted")
                return Outcome(found.findings, found.receipt, error, found.config)
        finally:
            blobs.close()

    def _found(
        self, policy: Policy, jobs: int, progress: Callable[[int], Callable[[Done], None]]
    ) -> Iterator[Finding]:
        engines = policy.engines()
        scanner = Scanner(
            engines, policy.fingerprint, lambda _: None, policy.honoured, self._setting.key
        )
        files = versions(self._repository, self._revisions)
        own = policy.config().detectors if len(engines) > 1 else ()
        known = Known(self._repository, repr(own).encode())
        unknown = [file for file in map(known.without, files) if len(file)]
        self._receipt.known = sum(map(len, files)) - sum(map(len, unknown))
        try:
            yield from self._judged(unknown, known, jobs, progress)
        finally:
            known.keep()
        for file in files:
            name = Hunk(file.path, 1, file.path, where=NAME)
            for finding in scanner.scan([name], Receipt()):
                self._blobs[key(finding)] = file.ids()
                yield finding
        said = Receipt()
        yield from scanner.scan(messages(self._repository, self._revisions, self._tags), said)
        self._receipt.commits = said.commits

    def _judged(
        self,
        files: list[Versions],
        known: Known,
        jobs: int,
        progress: Callable[[int], Callable[[Done], None]],
    ) -> Iterator[Finding]:
        by_path = {file.path: file for file in files}
        tell = progress(sum(map(len, files)))
        for done in judged(self._setting, files, jobs):
            tell(done)
            self._receipt.files += len(done.paths)
            self._receipt.versions += done.versions
            self._receipt.bytes += done.bytes
            with_findings: dict[bytes, set[str]] = {}
            for one in done.found:
                with_findings.setdefault(one.finding.path, set()).update(one.blobs)
            for path in done.paths:
                known.learn(path, set(by_path[path].ids()) - with_findings.get(path, set()))
            for one in done.found:
                self._blobs[key(one.finding)] = one.blobs
                yield one.finding
            if done.error:
                raise NotRead(done.error)

    def _located(self, findings: list[Finding]) -> list[Finding]:
        """The findings in the order of their places, those that are not suppressed located."""
        findings.sort(key=lambda one: (one.path, one.line, one.column, one.detector, one.commit))
        return Locator(self._repository, self._revisions).located(findings, self._blobs)
