"""`keystop scan` and `keystop detectors`."""

from __future__ import annotations

import argparse
import os
import re
import sys
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

from keystop import baseline, config
from keystop.blobs import LARGEST
from keystop.errors import Usage
from keystop.git import find_repository
from keystop.hunk import Hunk, Skipped, whole_file
from keystop.policy import read_file
from keystop.records import Record, load
from keystop.verdict import Outcome, Policy, judge


def scan(arguments: argparse.Namespace) -> int:
    """Scan what the arguments name, and report it; the exit status."""
    of_commits = (arguments.range, arguments.since, arguments.history)
    chosen = bool(arguments.path) + arguments.staged + arguments.tracked
    if chosen + sum(one is not None for one in of_commits) > 1:
        raise Usage(
            "keystop scan takes one of PATH, --staged, --tracked, --range, --since and --history"
        )
    if arguments.unreachable and arguments.history is None:
        raise Usage("--unreachable goes with --history")
    slow = arguments.format != "text"
    if arguments.history is not None:
        outcome = _judge_history(slow, arguments)
    elif arguments.range is not None or arguments.since is not None:
        outcome = _judge_commits(slow, arguments)
    elif arguments.staged or arguments.tracked:
        from keystop.gate import judged
        from keystop.sources.staged import staged
        from keystop.sources.whole import tracked

        outcome = judged(
            staged if arguments.staged else tracked,
            slow=slow,
            named=_named(arguments),
        )
    elif arguments.path == ["-"]:
        outcome = _judge_text(sys.stdin.buffer.read(), slow, arguments)
    else:
        outcome = _judge_paths(arguments.path or ["."], slow, arguments)
    status = _print(outcome, arguments)
    if status == 1 and arguments.exit_zero:
        # Findings are forgiven, what could not be read is not.
        return 0 if outcome.error is None else outcome.error.status
    return status


def _judge_history(slow: bool, arguments: argparse.Namespace) -> Outcome:
    from keystop.history import History
    from keystop.report.progress import bar

    history = History(
        _revisions(arguments.history),
        _named(arguments),
        slow=slow,
        unreachable=arguments.unreachable,
    )
    with bar() as progress:
        return history.outcome(arguments.jobs or _processors(), progress)


def _processors() -> int:
    """How many processors this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def _judge_commits(slow: bool, arguments: argparse.Namespace) -> Outcome:
    from keystop.gate import judged
    from keystop.sources.commits import commits
    from keystop.sources.history import everything

    bases: tuple[str, ...] = ()
    if arguments.range is not None:
        revisions = _revisions([arguments.range])
        bases = tuple(filter(None, re.split(r"\.{2,3}", arguments.range)))
    else:
        revisions = f"--since={arguments.since}", *everything(find_repository())
    return judged(
        lambda repository: commits(repository, revisions),
        slow=slow,
        named=_named(arguments),
        revisions=revisions,
        bases=bases,
    )


def _revisions(words: list[str]) -> tuple[str, ...]:
    """Revisions as they are typed; none of them is an option of git. Raises Usage."""
    for word in words:
        if word.startswith("-"):
            raise Usage(f"{word} is no revision")
    return tuple(words)


def _named(arguments: argparse.Namespace) -> dict[str, str]:
    """Files that the command line names in place of the repository's own."""
    named = {}
    # What is named is read at once: a mistake in it is to show without a finding, too.
    if arguments.baseline:
        named[baseline.NAME] = arguments.baseline
        baseline.read(read_file(arguments.baseline) or b"", arguments.baseline)
    if arguments.config:
        named[config.OWN] = arguments.config
        config.read(read_file(arguments.config) or b"", arguments.config)
    return named


def _judge_text(text: bytes, slow: bool, arguments: argparse.Namespace) -> Outcome:
    return judge(whole_file(b"-", [text]), lambda _: text, _policy(".", slow, arguments))


def _judge_paths(paths: list[str], slow: bool, arguments: argparse.Namespace) -> Outcome:
    from keystop.sources.files import files, read_whole

    root = ""
    if len(paths) == 1:
        root = paths[0] if os.path.isdir(paths[0]) else os.path.dirname(paths[0])
    source: Iterable[Hunk | Skipped] = files(paths)
    whole: Callable[[Hunk], bytes | None] = lambda hunk: read_whole(root, hunk, LARGEST)  # noqa: E731
    return judge(source, whole, _policy(root or ".", slow, arguments))


def _policy(root: str, slow: bool, arguments: argparse.Namespace) -> Policy:
    named = _named(arguments)

    def read(name: str) -> bytes | None:
        if name in named:
            return read_file(named[name])
        return read_file(os.path.join(root, name), optional=True)

    return Policy(read, slow=slow)


def _print(outcome: Outcome, arguments: argparse.Namespace) -> int:
    """Write the report where it is wanted; the outcome's exit status."""
    if arguments.format == "text" and not arguments.output:
        from keystop.report import show

        return show(outcome, "this does not pass", quiet=False)
    if arguments.format == "text":
        from keystop.report.text import report as lines

        text = "\n".join(lines(outcome, "this does not pass", quiet=False, plain=True))
    elif arguments.format == "json":
        from keystop.report.json import report

        text = report(outcome)
    else:
        from keystop.report.sarif import report

        text = report(outcome)
    if arguments.output:
        _write(arguments.output, text + "\n")
    else:
        print(text)
    if outcome.error is not None:
        from keystop.report import unread

        unread(outcome.error, "this does not pass")
    return outcome.status


def _write(name: str, text: str) -> None:
    """Write a report: a file wholly or not at all, a pipe or device as it comes."""
    path = Path(name)
    try:
        if path.exists() and not path.is_file():
            path.write_text(text, encoding="utf-8", errors="backslashreplace")
            return
    except OSError as error:
        raise Usage(f"{name} cannot be written: {error.strerror}") from None
    from keystop.replacing import replace_file

    replace_file(path.resolve(), text.encode("utf-8", "backslashreplace"))


def folder() -> Path:
    """Where the built-in TOML files are."""
    from keystop.engine import shipped_folder

    return Path(shipped_folder())


def list_detectors(form: str) -> int:
    """Print every kind of secret, a line each; form is "text" or "markdown"."""
    records = load(folder())
    if form == "markdown":
        print("\n".join(_markdown(records)))
        return 0
    width = max(len(record.id) for record in records)
    for record in records:
        print(f"{record.id:<{width}}  {record.severity:<8}  {record.name}")
    return 0


def _markdown(records: list[Record]) -> Iterator[str]:
    """The list of docs/kinds.md."""
    providers = len({record.provider for record in records})
    yield "# The kinds of secrets that keystop knows"
    yield ""
    yield f"{len(records):,} kinds of {providers:,} providers, as told by"
    yield "`keystop detectors list --format markdown`. `keystop detectors show ID` tells how the"
    yield "format of a kind is known. Kinds of severity low are reported and never block."
    provider = ""
    for record in sorted(records, key=lambda one: (one.provider.lower(), one.id)):
        if record.provider != provider:
            provider = record.provider
            yield ""
            yield f"## {provider}"
            yield ""
            yield "| kind | severity | evidence | a leak grants |"
            yield "|---|---|---|---|"
        grants = record.grants.replace("|", "\\|")
        yield f"| {record.name} (`{record.id}`) | {record.severity} | {_known(record)} | {grants} |"


def _known(record: Record) -> str:
    where = record.evidence.where
    kind = record.evidence.kind
    return f"[{kind}]({where})" if where.startswith("https://") and " " not in where else kind


def show_detector(name: str) -> int:
    """Print what one detector looks for."""
    from keystop.respond.explain import find

    record = find(name)
    rows = [
        ("name", record.name),
        ("provider", record.provider),
        ("severity", record.severity),
        ("grants", record.grants),
        ("pattern", " ".join(record.pattern.split())),
        ("keywords", ", ".join(record.keywords)),
        ("context", ", ".join(record.context)),
        ("names", ", ".join(record.names)),
        ("pair", record.pair.other if record.pair else ""),
        ("checksum", record.checksum),
        ("evidence", f"{record.evidence.kind} {record.evidence.where}".strip()),
        ("entropy", str(record.entropy or "")),
        ("file", record.source),
    ]
    print(record.id)
    for key, value in rows:
        if value:
            print(f"  {key:<9} {value}")
    for miss in record.near_misses:
        print(f"  not       {miss.why}")
    for reference in record.references:
        print(f"  see       {reference}")
    return 0


def check_detectors(word: str, elsewhere: str | None) -> int:
    """Judge the records; 1 where one fails."""
    from keystop.check import check

    place = Path(elsewhere) if elsewhere else folder()
    complaints = check(place, word)
    for complaint in complaints:
        print(complaint)
    judged = sum(1 for record in load(place) if word in record.id or word in record.source)
    print(f"{judged} detectors judged, {len(complaints)} complaints")
    return 1 if complaints or not judged else 0
