"""What `keystop undo` says."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from keystop.escape import printable
from keystop.hunk import NAME
from keystop.masking import MASK
from keystop.report.text import count, place
from keystop.respond.plan import BACKUPS, Plan
from keystop.respond.repair import repairs
from keystop.rewrite import PLACEHOLDER


def say(lines: Iterable[str], plan: Plan) -> None:
    """Print lines, with no value in them wherever they come from."""
    for line in lines:
        said = printable(line).encode("utf-8", "surrogateescape")
        print(plan.values.replaced(said, MASK.encode()).decode("utf-8", "surrogateescape"))


def planned(plan: Plan, stays: Iterable[str], obstacle: str) -> Iterator[str]:
    """What a dry run says."""
    blocking = plan.outcome.blocking
    yield f"keystop: {count(len(blocking), 'secret')} in commits and tags that no remote has."
    yield ""
    yield from found(plan)
    if plan.moves:
        yield f"To be rewritten: {count(len(plan.commits), 'commit')}."
        yield from _moved(plan)
        if plan.files:
            yield "  In these files, in so many places of a version:"
            for path, number in sorted(plan.files.items()):
                yield f"    {printable(plan.outcome.shown(path))}: {number}"
        yield f"Backups will be under {BACKUPS}TIME/:"
        yield "  " + ", ".join(one.backup for one in plan.saved)
    yield from stays
    yield "If it ever left this machine it has leaked: replace it. How:"
    for detector in sorted({finding.detector for finding in blocking}):
        yield f"  keystop respond {detector}"
    if plan.moves:
        yield (
            f"keystop undo --apply will refuse: {obstacle}."
            if obstacle
            else "Nothing is changed. This does it: keystop undo --apply"
        )


def found(plan: Plan) -> Iterator[str]:
    """Where the secrets are, and what will be there."""
    for finding in plan.outcome.blocking:
        shown = place(finding, plan.outcome.shown(finding.path))
        yield f"{shown}  {finding.severity}  {finding.name}"
        if finding.where == NAME:
            yield "  keystop undo renames no file. Do it with:"
            yield from (
                f"    {command}" for command in repairs(plan.outcome.with_findings([finding]))
            )
            continue
        text, start = finding.excerpt.text, finding.excerpt.start
        rest = text[start + finding.excerpt.length :]
        yield f"  before | {text}"
        yield f"  after  | {text[:start]}{PLACEHOLDER.decode()}{rest}"


def _moved(plan: Plan) -> Iterator[str]:
    for one in plan.moves:
        kind, _, name = one.backup.partition("/")
        shown = {"heads": f"branch {name}", "tags": f"tag {name}"}.get(kind, one.backup)
        yield f"  {shown}: {one.old[:12]} -> {one.new[:12]}"
    if plan.head is not None:
        yield "  The index and the files of the working tree follow; untracked files stay."
    if plan.unsigned:
        yield f"  {count(plan.unsigned, 'signature')} dropped: what was signed is another object."
    if any(one.ref.startswith("refs/tags/") for one in plan.moves):
        yield "  Of tags git does not know whether a remote has them: if one has, it has leaked."


def applied(plan: Plan, base: str) -> Iterator[str]:
    """What was done, and how to go back."""
    yield f"keystop: {count(len(plan.commits), 'commit')} rewritten."
    yield from _moved(plan)
    yield f"The old ones, with the secret, are kept under {base}. This goes back:"
    back = (
        f"git for-each-ref --format='update refs/%(refname:lstrip=4) %(objectname)' "
        f"{base}heads {base}tags | git update-ref --stdin"
    )
    yield "  " + (f"git reset --keep {base}HEAD && {back}" if plan.head is not None else back)
