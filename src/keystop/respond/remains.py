"""Where a secret still is when it has been taken out of all commits that can be made anew."""

from __future__ import annotations

import os
import shlex
from collections.abc import Iterator

from keystop import git
from keystop.blobs import Blobs
from keystop.errors import NotRead
from keystop.escape import printable
from keystop.finding import Finding
from keystop.git import Repository
from keystop.hunk import CONTENT, Hunk
from keystop.respond.plan import BACKUPS
from keystop.rewrite import Rewriter, Values
from keystop.sources.commits import said
from keystop.sources.history import Reader, versions
from keystop.sources.whereabouts import Locator, key

_LOCAL = ("--all", "--reflog", "--not", "--remotes")
_REFLOGS = ("log", "--walk-reflogs", "--all", "--format=%H %gD", "--no-patch",
            "--no-show-signature", "--no-notes", "--no-mailmap", "--no-color")  # fmt: skip
# Where git leaves the last message that was written.
_MESSAGES = ("COMMIT_EDITMSG", "TAG_EDITMSG", "MERGE_MSG", "SQUASH_MSG")
_BRANCHES, _TAGS, _REMOTES, _STASH = "refs/heads/", "refs/tags/", "refs/remotes/", "refs/stash"


class Remains:
    """What still reaches some values."""

    def __init__(self, repository: Repository, blobs: Blobs, values: Values) -> None:
        self._repository = repository
        self._values = values
        # What would be made anew is what reaches a value; nothing of it is kept.
        self._rewriter = Rewriter(blobs, values)
        order = git.output(("rev-list", "--topo-order", "--reverse", *_LOCAL), repository)
        self._rewriter.add(order.decode("ascii").split())

    def local(self) -> Iterator[str]:
        """What in this repository still has it, each with what to type, in that order."""
        logs: dict[str, None] = {}
        for oid, name, number in self._entries():
            if self._rewriter.new(oid, "commit") == oid:
                continue
            if name == _STASH:
                yield f"stash@{{{number}}}:"
                yield f"  git stash drop stash@{{{number}}}"
            else:
                logs[name] = None
        yield from self._other_refs()
        yield from self._drafts()
        if logs:
            yield f"the reflogs of {', '.join(logs)}:"
            yield f"  git reflog expire --expire=now {shlex.join(logs)}"
        yield "objects that nothing names any more:"
        yield "  git gc --prune=now"
        yield "  The last two forget all that is lost: also the way back to other work of yours."

    def _entries(self) -> list[tuple[str, str, int]]:
        """The entries of all reflogs, the last first: a stash that is dropped renumbers those."""
        entries = []
        for line in git.output(_REFLOGS, self._repository).decode("utf-8", "replace").splitlines():
            oid, _, name = line.partition(" ")
            name, _, number = name.removesuffix("}").rpartition("@{")
            entries.append((oid, name, int(number)))
        return entries[::-1]

    def _other_refs(self) -> Iterator[str]:
        backups: dict[str, None] = {}
        listed = git.output(
            ("for-each-ref", "--format=%(objectname) %(objecttype) %(refname)"), self._repository
        )
        for line in listed.decode("utf-8", "replace").splitlines():
            oid, kind, name = line.split(" ", 2)
            if name.startswith((_BRANCHES, _TAGS, _REMOTES)) or name == _STASH:
                continue
            if self._rewriter.new(oid, kind) == oid:
                continue
            if name.startswith(BACKUPS):
                backups["/".join(name.split("/")[:4])] = None
            else:
                yield f"{name}:"
                yield f"  git update-ref -d {shlex.quote(name)}"
        for name in backups:
            yield f"the backup {name}:"
            folder = shlex.quote(f"{name}/")
            yield (
                f"  git for-each-ref --format='delete %(refname)' {folder} | git update-ref --stdin"
            )

    def _drafts(self) -> Iterator[str]:
        for name in _MESSAGES:
            try:
                with open(os.path.join(self._repository.git_dir, name), "rb") as file:
                    text = file.read()
            except OSError:
                continue  # as there mostly is none
            if self._values.within(text):
                yield f"{name} of git:"
                yield f'  rm "$(git rev-parse --git-path {name})"'

    def pushed(self, example: Finding) -> Iterator[str]:
        """What to read about the commits that a remote has; example is any finding."""
        try:
            found = self._pushed(example)
        except NotRead as error:
            yield f"what the remotes have, which is not all here: {printable(str(error))}"
            return
        if found:
            yield "commits that a remote has: there it has leaked, and only replacing it helps"
        for one in found:
            where = one.whereabouts
            if where is not None and where.first is not None:
                name = printable(one.path) or "what it says itself"
                yield f"  {where.first.oid[:12]} on {', '.join(where.remotes)}: {name}"

    def _pushed(self, example: Finding) -> list[Finding]:
        """Findings made of an example, one for each place on a remote. Raises NotRead."""
        locator = Locator(self._repository, ("--remotes",))
        files = {
            example.but(path=path, where=CONTENT, commit="", identity=b""): oids
            for path, oids in self._pushed_files()
        }
        places = {key(finding): oids for finding, oids in files.items()}
        words = [
            example.but(path=b"", where=hunk.where, commit=hunk.commit)
            for hunk in said(self._repository, ("--remotes",))
            if isinstance(hunk, Hunk) and self._values.within(hunk.text)
        ]
        return locator.located([*files, *words], places)

    def _pushed_files(self) -> Iterator[tuple[bytes, list[str]]]:
        reader = Reader(self._repository)
        try:
            for file in versions(self._repository, ("--remotes",)):
                oids = [
                    oid
                    for oid, text in reader.contents(file)
                    if self._values.within(text if isinstance(text, bytes) else b"".join(text))
                ]
                if oids:
                    yield file.path, oids
        finally:
            reader.close()
