"""What a blocked person reads."""

from __future__ import annotations

import os
import sys

from keystop.escape import printable
from keystop.hunk import AUTHOR, CONTENT, MESSAGE, NAME
from keystop.itself import full_path
from keystop.logins import VARIABLES

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from keystop.finding import Commit, Finding, Whereabouts
    from keystop.receipts import Bypasses
    from keystop.scan import Receipt
    from keystop.verdict import Outcome

_COLOURS = {"critical": "1;31", "high": "31", "medium": "33", "low": "36"}
# Beyond so many findings the rest is counted: nobody reads on.
_SHOWN = 50
_COMMITTED = "nothing was committed"

_HASH = ("# ", "")
_SLASHES = ("// ", "")
_COMMENTS = {
    **dict.fromkeys(
        "py rb sh bash zsh yml yaml toml env cfg conf ini properties tf hcl pl pm r jl ex exs "
        "dockerfile gitignore".split(),
        _HASH,
    ),
    **dict.fromkeys(
        "js jsx mjs cjs ts tsx go java kt kts scala groovy gradle cs c h cc cpp hpp swift rs "
        "dart php m mm sol proto".split(),
        _SLASHES,
    ),
    **dict.fromkeys("sql lua hs elm".split(), ("-- ", "")),
    **dict.fromkeys("html xml vue svelte md plist csproj".split(), ("<!-- ", " -->")),
    **dict.fromkeys("css scss".split(), ("/* ", " */")),
}
# What `keystop fix` rewrites.
_FIXED = frozenset("py js jsx mjs cjs ts tsx mts cts go java rb cs php yml yaml tf env".split())
_NO_COMMENTS = frozenset(["json", "ipynb", "csv", "pem", "key", "lock"])
_FROM_ENVIRONMENT = {
    **dict.fromkeys("py ipynb".split(), 'os.environ["{}"]'),
    **dict.fromkeys("js jsx mjs cjs ts tsx vue svelte".split(), "process.env.{}"),
    "go": 'os.Getenv("{}")',
    **dict.fromkeys(["java", "kt", "kts", "scala", "groovy"], 'System.getenv("{}")'),
    "rb": 'ENV.fetch("{}")',
    "cs": 'Environment.GetEnvironmentVariable("{}")',
    "php": 'getenv("{}")',
    "rs": 'std::env::var("{}")',
    "tfvars": "the variable of the environment TF_VAR_ and the variable's name",
    "tf": "a variable with sensitive = true, set through TF_VAR_{}",
    **dict.fromkeys(["yml", "yaml", "sh", "bash"], "${{{}}}"),
}


def report(
    outcome: Outcome,
    what: str,
    *,
    quiet: bool,
    plain: bool = False,
    repairs: Sequence[str] = (),
    exception: str = "",
) -> Iterator[str]:
    """The lines to print. what says what a finding stops; quiet says nothing when clean; plain
    is for what is no terminal; for repairs and exception see show."""
    page = _Page(plain=plain)
    blocking = outcome.blocking
    notes = [f for f in outcome.findings if not f.suppressed and f not in blocking]
    if blocking:
        yield page.paint("1;31", f"keystop: {count(len(blocking), 'secret')} found; {what}.")
        yield ""
    elif notes:
        yield f"keystop: {count(len(notes), 'note')}; nothing here blocks."
        yield ""
    for finding in (*blocking, *notes)[:_SHOWN]:
        yield from _finding(finding, outcome.shown(finding.path), page)
        yield ""
    hidden = len(blocking) + len(notes) - _SHOWN
    if hidden > 0:
        yield f"... and {count(hidden, 'more finding')}: keystop scan --format json lists all."
        yield ""
    if blocking:
        yield from _next_steps(blocking[:_SHOWN], outcome, what, repairs, exception, page)
        if not exception:  # what a server tells is read elsewhere
            yield from _itself(page)
        yield ""
    yield from _bypasses(outcome.bypasses)
    if outcome.findings or not quiet or outcome.error:
        yield summary(outcome, len(blocking), len(notes))


def _bypasses(bypasses: Bypasses | None) -> Iterator[str]:
    """Which commits were made past the hooks, as far as receipts tell."""
    if bypasses is None:
        return
    for commits, what in (
        (bypasses.without, "did not go through the hook"),
        (bypasses.changed, "changed after the hook"),
    ):
        if commits:
            names = ", ".join(map(_commit, commits[:5]))
            more = f" and {len(commits) - 5:,} more" if len(commits) > 5 else ""
            number = f"{len(commits):,} of {count(bypasses.commits, 'commit')}"
            yield f"keystop: {number} {what}: {printable(names)}{more}"


def summary(outcome: Outcome, blocking: int, notes: int) -> str:
    """One line: what was read, what was found, what was kept quiet."""
    parts = [read(outcome.receipt), f"{blocking} blocking"]
    if notes:
        parts.append(f"{notes} noted")
    known = [finding.suppressed for finding in outcome.findings if finding.suppressed]
    for words, begin in (("allowed", "allowed"), ("in the baseline", "base"), ("left out", "left")):
        number = sum(1 for reason in known if reason.startswith(begin))
        if number:
            parts.append(f"{number} {words}")
    return "keystop: " + ", ".join(parts)


def read(receipt: Receipt) -> str:
    """What was read, and what was passed over by design."""
    lines = count(receipt.lines, "line")
    if receipt.versions or receipt.known:
        lines = f"{count(receipt.versions, 'version')} of them, {count(receipt.commits, 'commit')}"
        if receipt.known:
            lines += f", {receipt.known:,} known from before"
    text = f"read {count(receipt.files, 'file')}, {lines}, {_size(receipt.bytes)}"
    reasons: dict[str, int] = {}
    for skipped in receipt.skipped:
        reasons[skipped.reason] = reasons.get(skipped.reason, 0) + 1
    for reason, number in sorted(reasons.items()):
        text += f", passed over {count(number, reason)}"
    return text


def place(finding: Finding, path: bytes) -> str:
    """Where a finding is, for a person; path is its path as it may be shown."""
    shown = printable(path)
    if finding.where == MESSAGE:
        shown = "commit message" if not finding.commit else f"message of {finding.commit[:12]}"
    elif finding.where == AUTHOR:
        shown = f"people of {finding.commit[:12]}"
    elif finding.where == NAME:
        return f"{shown} (the file's name)"
    elif finding.commit:
        shown = f"{finding.commit[:12]}:{shown}"
    return f"{shown}:{finding.line}:{finding.column}"


def _finding(finding: Finding, path: bytes, page: _Page) -> Iterator[str]:
    colour = _COLOURS[finding.severity]
    words = printable(finding.name)
    if finding.partner is not None:
        words += f", with the {printable(finding.partner.name)} of line {finding.partner.line}"
    if finding.encoded:
        words += f", in {printable(finding.encoded)}"
    where = page.paint("1", page.fit(place(finding, path)))
    yield f"{where}  {page.paint(colour, finding.severity)}  {page.fit(words)}"
    if finding.where != NAME:
        number = str(finding.line)
        excerpt = finding.excerpt
        before = page.fit(excerpt.text[: excerpt.start])
        yield f"  {number} | {before}{page.fit(excerpt.text[excerpt.start :])}"
        under = "^" * excerpt.length
        yield f"  {' ' * len(number)} | {' ' * _width(before)}{page.paint(colour, under)}"
    for line in _wrapped(page.fit(printable(finding.grants))):
        yield f"  {line}"
    if finding.rotated:
        yield page.paint("1", f"  It was rotated on {finding.rotated}, and stays blocked for ever.")
    elif finding.whereabouts is not None:
        for line in _wrapped(page.fit(printable(_whereabouts(finding.whereabouts)))):
            yield f"  {line}"
    if finding.confidence == "low":  # a person has to judge, and should know from what
        for line in _wrapped(page.fit(printable("Why: " + "; ".join(finding.reasons) + "."))):
            yield f"  {line}"


def _whereabouts(where: Whereabouts) -> str:
    """In which commits and refs a finding is, how far it has come, and what follows."""
    from keystop.respond.exposure import verdict

    parts = []
    if where.first is not None:
        parts.append(f"Since {_commit(where.first)}")
    if where.in_head:
        parts.append("still in HEAD")
    elif where.removed is not None:
        parts.append(f"taken out in {_commit(where.removed)}")
    if where.versions > 1:
        parts.append(f"in {count(where.versions, 'version')} of the file")
    for kind, names in (
        ("branches", where.branches), ("tags", where.tags), ("remotes", where.remotes),
    ):  # fmt: skip
        if names:
            more = f" and {len(names) - 5} more" if len(names) > 5 else ""
            parts.append(f"{kind}: {', '.join(names[:5])}{more}")
    told = "; ".join(parts) + ". " if parts else ""
    return told + verdict(where)


def _commit(commit: Commit) -> str:
    return f"{commit.oid[:12]} ({commit.day}, {commit.author})"


def _next_steps(
    blocking: list[Finding],
    outcome: Outcome,
    what: str,
    repairs: Sequence[str],
    exception: str,
    page: _Page,
) -> Iterator[str]:
    """What to type next; the example is the first finding that was not rotated."""
    fresh = [finding for finding in blocking if not finding.rotated]
    if len(fresh) < len(blocking):
        old = "what was rotated" if fresh else "it"
        yield f"Take {old} out. It is of no use to anybody: who needs the new one reads it from"
        yield "where secrets are kept. keystop status tells of this leak."
    if not fresh:
        if repairs:
            yield from _rewriting(blocking[0], repairs)
        return
    example = fresh[0]
    yield page.paint("1", "If it is real:") + f" {_instead(example)}"
    if repairs:
        yield from _rewriting(blocking[0], repairs)
    elif what == _COMMITTED and example.where == CONTENT:
        places = _fixed(fresh, outcome, page)
        if places:
            them = "it" if len(fresh) == 1 else "them"
            yield f"  To have {them} written: keystop fix {' '.join(places)}"
        yield "  Then git add the file again."
    left = "If it ever left this machine it has leaked"
    if exception:
        left = "It has left the machine it was written on"
    elif any(one.whereabouts and one.whereabouts.pushed for one in fresh):
        left = "What has left this machine has leaked"
    yield f"  {left}: replace it. How:"
    for detector in sorted({finding.detector for finding in fresh}):
        yield f"    keystop respond {printable(detector)}"
    if exception:
        yield page.paint("1", "If it is not:") + f" {exception}"
        return
    if example.where in (NAME, AUTHOR):
        return
    yield page.paint("1", "If it is not:") + " say so, with your reason,"
    suffix = _suffix(example.path)
    mark = f"keystop: allow[{printable(example.detector)}] REASON"
    if example.where == MESSAGE:
        yield f"  on its line of the message: {mark}"
        return
    either = ""
    if suffix not in _NO_COMMENTS:
        either = "or "
        opening, closing = _COMMENTS.get(suffix, _HASH)
        yield f"  in a comment on its line or the line above: {opening}{mark}{closing}"
    where = _shell(page.fit(f"{printable(outcome.shown(example.path))}:{example.line}"))
    yield f"  {either}in the baseline: keystop baseline update {where} --reason REASON"


def _itself(page: _Page) -> Iterator[str]:
    """How to type what was named, where the shell does not find keystop."""
    path = full_path()
    if path and os.name == "nt":
        yield f"keystop is not in PATH. Here it is {page.fit(printable(path))}"
    elif path:
        yield "keystop is not in PATH. To type these commands:"
        yield f"  alias keystop={_shell(page.fit(printable(path)))}"


def _rewriting(first: Finding, repairs: Sequence[str]) -> Iterator[str]:
    """How the first finding, of which repairs are, is taken out of its commit."""
    yield f"  Take it out of {first.commit[:12]}, too:"
    for command in repairs:
        yield f"    {printable(command)}"
    if first.where != NAME and not (first.whereabouts and first.whereabouts.pushed):
        yield "  Or let keystop do it: keystop undo"


def _fixed(blocking: list[Finding], outcome: Outcome, page: _Page) -> list[str]:
    """What `keystop fix` is to be given for all that it may rewrite."""
    found = [one for one in blocking if one.where == CONTENT and can_be_fixed(one.path)]
    lines = [(one.path, one.line) for one in found]
    places = []
    for one in found:
        place = f"{printable(outcome.shown(one.path))}:{one.line}"
        if lines.count((one.path, one.line)) > 1:
            place += f":{one.column}"
        places.append(_shell(page.fit(place)))
    return places


def _instead(finding: Finding) -> str:
    if finding.where == NAME:
        return "rename the file."
    if finding.where == MESSAGE:
        return "write the message without it."
    if finding.where == AUTHOR:
        return "set user.name and user.email to yours, and make the commit again."
    # What the program calls it, of which the name of the others is made, only a parser sees.
    variable = VARIABLES.get(finding.detector, "NAME")
    how = _FROM_ENVIRONMENT.get(_suffix(finding.path), "the environment variable {}")
    return f"read it from a secret store or the environment: {how.format(printable(variable))}"


def can_be_fixed(path: bytes) -> bool:
    """Whether keystop fix knows files of that name."""
    return _suffix(path) in _FIXED and os.path.basename(path).lower() != b"dockerfile"


def _suffix(path: bytes) -> str:
    name = os.path.basename(path).decode("utf-8", "replace").lower()
    if name == "dockerfile" or name.startswith(".env"):
        return "env"
    return name.rpartition(".")[2]


def _shell(word: str) -> str:
    if word.startswith("-"):  # else it would be taken for an option
        word = f"./{word}"
    plain = (
        word.replace("/", "").replace(".", "").replace("-", "").replace("_", "").replace(":", "")
    )
    if plain.isalnum():
        return word
    return "'" + word.replace("'", "'\\''") + "'"


def count(number: int, thing: str) -> str:
    """So many things, in words."""
    return f"{number:,} {thing}{'' if number == 1 else 's'}"


def _size(size: int) -> str:
    for unit in ("bytes", "kB", "MB"):
        if size < 1000:
            return f"{size:,.0f} {unit}" if unit == "bytes" else f"{size:,.1f} {unit}"
        size_in = size / 1000
        if size_in < 1000 or unit == "MB":
            return f"{size_in:,.1f} {'kB' if unit == 'bytes' else 'MB' if unit == 'kB' else 'GB'}"
        size = int(size_in)
    return f"{size:,} GB"


class _Page:
    """What is printed on: whether it shows colours, and which characters it has."""

    def __init__(self, *, plain: bool) -> None:
        self._encoding = "utf-8" if plain else getattr(sys.stdout, "encoding", None) or "utf-8"
        self._colours = (
            not plain
            and sys.stdout is not None
            and sys.stdout.isatty()
            and not os.environ.get("NO_COLOR")
            and os.environ.get("TERM") != "dumb"
        )

    def paint(self, code: str, text: str) -> str:
        """text in a colour of the terminal."""
        return f"\x1b[{code}m{text}\x1b[0m" if self._colours else text

    def fit(self, text: str) -> str:
        """text as it will stand there: what has no sign in its encoding as \\uXXXX."""
        if text.isascii():
            return text
        return text.encode(self._encoding, "backslashreplace").decode(self._encoding)


def _width(text: str) -> int:
    """How many columns of a terminal a text takes."""
    if text.isascii():
        return len(text)
    from unicodedata import combining, east_asian_width

    return sum(
        0 if combining(sign) else 2 if east_asian_width(sign) in ("W", "F") else 1 for sign in text
    )


def _wrapped(text: str) -> list[str]:
    import textwrap

    return textwrap.wrap(text, 94, break_long_words=False, break_on_hyphens=False)
