"""What the hooks and `keystop scan` judge in a repository: the index, the tree, commits."""

from __future__ import annotations

from keystop.blobs import Blobs
from keystop.git import find_repository
from keystop.policy import Files
from keystop.verdict import Policy, judge

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from keystop.detector import Candidate
    from keystop.finding import Finding
    from keystop.git import Repository
    from keystop.hunk import Hunk, Skipped
    from keystop.respond.plaintext import Plaintext
    from keystop.verdict import Outcome

    Source = Callable[[Repository], Iterable[Hunk | Skipped]]


def judged(
    source: Source,
    *,
    slow: bool = False,
    named: dict[str, str] | None = None,
    revisions: tuple[str, ...] = (),
    bases: tuple[str, ...] = (),
) -> Outcome:
    """The outcome over what source reads from the current repository. Raises KeystopError.

    Configuration and baseline come from the index, so that an unstaged edit hides nothing, or
    from the files that named gives in their place. slow: see Policy. revisions name the
    commits that are read, where their receipts are to be looked at. bases are commits that are
    built upon: what was rotated in their files of leaks counts, too.
    """
    repository = find_repository()
    blobs = Blobs(repository)
    try:
        files = Files(repository, blobs, named or {}, bases=bases)
        files.ask_for_leaks()
        policy = _policy(files, slow=slow)
        made: list[Plaintext] = []

        def witness(finding: Finding, candidate: Candidate, text: bytes) -> None:
            if not made:
                from keystop.respond.plaintext import Plaintext

                made.append(Plaintext())
            made[0].witness(finding, candidate, text)

        outcome = judge(source(repository), blobs.whole, policy, witness)
        if outcome.blocking:
            from keystop.respond.exposure import exposed

            outcome = exposed(repository, blobs, outcome, made[0])
        return with_bypasses(outcome, repository, policy, revisions)
    finally:
        blobs.close()


def with_bypasses(
    outcome: Outcome, repository: Repository, policy: Policy, revisions: tuple[str, ...]
) -> Outcome:
    """The outcome with what the receipts of these commits say, where the policy asks for them."""
    if not revisions or outcome.error is not None or not policy.receipts():
        return outcome
    from keystop.receipts import bypasses

    return outcome.with_bypasses(bypasses(repository, revisions))


def policy_of(repository: Repository, blobs: Blobs, named: dict[str, str], *, slow: bool) -> Policy:
    """The policy of a repository, read through blobs (see judged)."""
    return _policy(Files(repository, blobs, named), slow=slow)


def _policy(files: Files, *, slow: bool) -> Policy:
    return Policy(files.read, files.likely, slow=slow, elsewhere=files.leaks_elsewhere)


def staged_or_tracked(repository: Repository) -> Iterator[Hunk | Skipped]:
    """What is staged; where nothing is, by hand, everything tracked: never nothing at all."""
    from keystop.sources.staged import staged

    any_staged = False
    for hunk in staged(repository):
        any_staged = True
        yield hunk
    if not any_staged:
        from keystop.sources.whole import tracked

        yield from tracked(repository)
