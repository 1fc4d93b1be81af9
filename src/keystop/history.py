"""`keystop scan --history`: all versions of all files, and all that commits and tags say."""

from __future__ import annotations

from keystop import git
from keystop.blobs import Blobs
from keystop.bulk import Done, Setting, judged
from keystop.errors import Interrupted, NotRead
from keystop.finding import Finding
from keystop.hunk import CONTENT, NAME, Hunk
from keystop.policy import Files
from keystop.scan import Receipt, Scanner
from keystop.sources.commits import messages
from keystop.sources.history import everything, versions
from keystop.sources.whereabouts import Locator
from keystop.verdict import Outcome, Policy, settled

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

# A file, a kind, a value: what is one finding, in however many versions of the file it is.
_Key = tuple[bytes, str, str, bytes]


class History:
    """The scan of one history."""

    def __init__(self, revisions: tuple[str, ...], named: dict[str, str], *, slow: bool) -> None:
        """revisions as for git rev-list, all refs where there are none; named as for judged."""
        self.repository = git.find_repository()
        self._revisions = revisions or everything(self.repository)
        self._setting = Setting(self.repository, named, slow=slow)
        self._blobs: dict[_Key, list[str]] = {}
        self._receipt = Receipt()

    def outcome(self, jobs: int, progress: Callable[[int], Callable[[Done], None]]) -> Outcome:
        """What is found, each with its whereabouts. Raises KeystopError.

        progress is told how many objects there are, and gives what is told of each part.
        """
        blobs = Blobs(self.repository)
        try:
            setting = self._setting
            files = Files(self.repository, blobs, setting.named)
            policy = Policy(files.read, files.likely, slow=setting.slow)
            found = settled(self._found(policy, jobs, progress), self._receipt, policy)
            return found.with_findings(self._located(found.findings))
        finally:
            blobs.close()

    def _found(
        self, policy: Policy, jobs: int, progress: Callable[[int], Callable[[Done], None]]
    ) -> Iterator[Finding]:
        try:
            scanner = Scanner(
                policy.engines(), policy.fingerprint, lambda _: None, policy.honoured,
                self._setting.key,
            )  # fmt: skip
            files = versions(self.repository, self._revisions)
            tell = progress(sum(len(ids) // size for _, ids, size in files))
            for done in judged(self._setting, files, jobs, tell):
                self._receipt.files += done.files
                self._receipt.versions += done.versions
                self._receipt.bytes += done.bytes
                for one in done.found:
                    self._blobs[_key(one.finding)] = one.blobs
                    yield one.finding
                if done.error:
                    raise NotRead(done.error)
            for path, ids, size in files:
                for finding in scanner.scan([Hunk(path, 1, path, where=NAME)], Receipt()):
                    oids = [ids[at : at + size].hex() for at in range(0, len(ids), size)]
                    self._blobs[_key(finding)] = oids
                    yield finding
            said = Receipt()
            yield from scanner.scan(messages(self.repository, self._revisions), said)
            self._receipt.commits = said.commits
        except KeyboardInterrupt:
            raise Interrupted("interrupted") from None

    def _located(self, findings: list[Finding]) -> list[Finding]:
        """The findings in the order of their places, those that are not suppressed located."""
        findings.sort(key=lambda one: (one.path, one.line, one.column, one.detector, one.commit))
        locator = Locator(self.repository, self._revisions)
        open_ones = [one for one in findings if not one.suppressed]
        of_files = [one for one in open_ones if one.where in (CONTENT, NAME)]
        of_commits = [one for one in open_ones if one.where not in (CONTENT, NAME)]
        places = locator.of_files(
            [(one.path, frozenset(self._blobs[_key(one)])) for one in of_files]
        )
        others = locator.of_commits([one.commit for one in of_commits])
        known = dict(zip([*of_files, *of_commits], [*places, *others], strict=True))
        return [one.but(whereabouts=known[one]) if one in known else one for one in findings]


def _key(finding: Finding) -> _Key:
    return finding.path, finding.where, finding.detector, finding.identity
