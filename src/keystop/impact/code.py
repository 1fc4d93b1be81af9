"""Programs: which line looks a name up, which one gives it to another name, which one uses it."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import NamedTuple

from keystop.impact.expressions import (
    bare_name,
    is_client,
    is_environment,
    is_setter,
    is_setting,
    last,
    looked_up,
)
from keystop.impact.facts import Context, Fact
from keystop.impact.implicit import IMPLICIT
from keystop.impact.lexical import Line
from keystop.impact.names import distinctive, fold, key_name, whole, words
from keystop.impact.references import ALL, Node, entry
from keystop.impact.source import Source

_IMPORT = re.compile(
    r"^\s*(?:from\s+\S+\s+import|import\b|(?:const|let|var)\s*\{[^}]*\}\s*=\s*(?:await\s+)?(?:require|import)"
    r"|using\s|use\s|require|include)"
)
# A name that stands there, without quotes, for a variable of the environment.
_BARE_ENVIRONMENT = re.compile(
    r"(?:process\.env\??\.|import\.meta\.env\.|\$env:|\$ENV\{|Bun\.env\.|BuildConfig\.|\bENV\.)$"
)
_GIVEN = re.compile(
    r"""["']?\]?\s*(?:!?\??:\s*[\w&'<>\[\]?.,\s|*]+?)?\s*(?::=|<-|\|\|=|=(?![=~>]))\s*(.*)"""
)
_KEYED = re.compile(r"""["']?\s*(?:=>|:(?![:=]))\s*(.*)""")
# A line that only asks whether there is one.
_CONDITION = re.compile(r"\s*\}?\s*(?:if|elif|elsif|else\s+if|unless|assert|guard|when)\b")
# So much of a line is looked at for what a name is a member of.
_NEAR = 100
_TYPES = ("string", "String", "String?", "string?", "string | undefined", "&str", "Option<String>")
# So many common names are followed in a file; hostile ones have more.
_MOST = 50


class Hit(NamedTuple):
    """A whole name in a line of code: text[start:end]. lead is what it is a member of."""

    line: Line
    start: int
    end: int
    lead: str

    @property
    def name(self) -> str:
        """The name as it is written."""
        return self.line.text[self.start : self.end]

    @property
    def before(self) -> str:
        """What stands before it in its line."""
        return self.line.text[: self.start]


class Program:
    """A file of code."""

    def __init__(self, context: Context, ending: str) -> None:
        self._context = context
        self._ending = ending
        # of which common names of this file the uses are told
        self._told: set[Node] = set()
        self._source = Source(context.file.text, ending)
        self._lines = self._source.lines

    def facts(self, names: re.Pattern[str]) -> Iterator[Fact]:
        """What its lines say about names."""
        for line in self._lines:
            for match in names.finditer(line.text):
                if whole(line.text, *match.span()):
                    lead = re.search(
                        r"((?:[\w$@\])'\"?!]+(?:\.|->|::|:|\[[\"':]?))*)$",
                        line.text[max(0, match.start() - _NEAR) : match.start()],
                    )
                    fact = self._fact(Hit(line, *match.span(), lead[1] if lead else ""))
                    if fact is not None:
                        yield fact
                        yield from self._local_uses(fact)

    def implicit(self, variables: set[str]) -> Iterator[Fact]:
        """The lines where a client of an SDK reads one of these variables by itself."""
        for one in IMPLICIT:
            if one.variable not in variables or self._ending not in one.endings:
                continue
            if not any(one.imported.search(line.text) for line in self._lines):
                continue
            for line in self._lines:
                if one.call.search(line.text):
                    what = f"makes a client, which reads {one.variable} by itself"
                    yield self._made(
                        line, "client", what, self._context.local(one.variable), one.variable
                    )

    def values(self, numbers: set[int], ours: Callable[[str], bool]) -> Iterator[Fact]:
        """The lines of those numbers, which hold the value: what they give it to."""
        for line in self._lines:
            if line.number not in numbers:
                continue
            for begin, end in line.strings:
                literal = line.text[begin + 1 : end - 1]
                if ours(literal):
                    name = self._source.target(line, begin)
                    fact = self._made(line, "value", f"sets {name}" if name else "the value itself",
                                      target=name, literal=literal)  # fmt: skip
                    yield fact
                    yield from self._local_uses(fact)
                    break

    def stores(self, path: str) -> Iterator[Fact]:
        """The lines that read an entry of a secret store."""
        for line in self._lines:
            start = line.text.find(path)
            inner = line.string(start) if start >= 0 else None
            if inner is None or line.text[inner[0] : inner[1]].strip("/") != path:
                continue
            call = re.sub(r"\w+\s*=\s*[&\w.]*\(?$", "", line.text[: inner[0] - 1].rstrip("bLu"))
            fact = self._made(line, "store", f"reads {path} from a secret store", entry(path),
                              path, target=self._source.target(line, len(call)))  # fmt: skip
            yield fact
            yield from self._local_uses(fact)

    def members(self, path: str, name: str, telling_words: set[str]) -> Iterator[Fact]:
        """The uses of a name that the file at path has and that means little by itself."""
        source = Node(f"file {path}", fold(name))
        stem = re.escape(path.rpartition("/")[2].partition(".")[0])
        word = rf"(?<![\w$]){re.escape(name)}(?![\w$])"
        member = rf"(?:\.|->|::)(?:get_?)?{re.escape(name)}\b"
        related = len(words(name)) > 1 and bool(telling_words & self._source.spoken)
        imported = False
        for line in self._lines:
            text = line.text
            if _IMPORT.match(text) and re.search(word, text) and re.search(rf"\b{stem}\b", text):
                imported = True
                yield self._made(line, "import", f"imports {name}", source, name, target=name)
            elif re.search(rf"(?<![\w$]){stem}{member}", text, re.I):
                yield self._made(line, _use(text), f"uses {name} of {path}", source, name)
            elif related and re.search(member, text, re.I) and self._source.opens_client(line):
                yield self._made(line, "client", f"uses a {name}", source, name, sure=False)
        if imported:
            yield from self._uses(name, Node(self._file, fold(name)), 0)

    @property
    def _file(self) -> str:
        return f"file {self._context.file.path}"

    def _made(
        self,
        line: Line,
        kind: str,
        what: str,
        source: Node | None = None,
        read: str = "",
        *,
        target: str = "",
        literal: str | None = None,
        longer: tuple[Node, ...] = (),
        sure: bool = True,
    ) -> Fact:
        """A fact of this file; target is the name of what the line gives the value to."""
        node = self._node(target, line) if target else None
        if node is not None and node == source:
            node = None
        return Fact(self._context.file.path, line.number, kind, what, self._context.service, node,
                    source, literal, target or read, read, "", longer, sure)  # fmt: skip

    def _fact(self, hit: Hit) -> Fact | None:
        inner = hit.line.string(hit.start)
        if inner is None:
            return self._identifier(hit)
        if _interpolated(hit, inner):
            return self._use_of(hit)
        return self._quoted(hit, inner)

    def _use_of(self, hit: Hit, target: str = "", longer: tuple[Node, ...] = ()) -> Fact:
        source = self._context.local(hit.name)
        return self._made(hit.line, _use(hit.line.text), f"uses {hit.name}", source, hit.name,
                          target=target, longer=longer)  # fmt: skip

    def _quoted(self, hit: Hit, inner: tuple[int, int]) -> Fact | None:
        """A name in a string: a look-up, a key that gets a value, or but a word of a message."""
        text = hit.line.text
        before = self._source.before(hit.line, inner[0] - 1)
        rest = text[inner[0] : hit.start] + text[hit.end : inner[1]]
        if re.search(r"[^\w.:/\-%(){}$,;*@]", rest) or len(rest) > 60 or is_setter(before):
            return None
        behind = text[inner[1] + 1 :]
        given = re.match(r"\s*(?:=>|:(?!:)|=(?![=~>]))\s*(.*)|\]\s*=(?![=~>])\s*(.*)", behind)
        if given:
            return self._assigned(hit, given[1] or given[2] or "")
        if not re.search(r"[=:,(\[{]\s*[bLu@$]*$", before) and not is_environment(before):
            return None
        kind = "environment" if is_environment(before) else "setting"
        what = "environment variable" if kind == "environment" else "setting"
        return self._made(hit.line, kind, f"reads the {what} {hit.name}",
                          self._context.local(hit.name), hit.name,
                          target=self._source.target(hit.line, inner[0] - 1),
                          longer=self._longer(hit, text[inner[0] : hit.start]),
                          sure=kind == "environment" or is_setting(before))  # fmt: skip

    def _identifier(self, hit: Hit) -> Fact | None:
        """A name without quotes: a look-up, an import, an assignment, or a use."""
        text, local = hit.line.text, self._context.local(hit.name)
        bare = _BARE_ENVIRONMENT.search(hit.before)
        if bare or re.search(r"\}\s*=\s*process\.env\s*;?\s*$", text):
            target = self._source.target(hit.line, bare.start()) if bare else ""
            return self._made(hit.line, "environment", f"reads the environment variable {hit.name}",
                              local, hit.name, target=target)  # fmt: skip
        longer = self._longer(hit, hit.lead)
        if _IMPORT.match(text):
            return self._made(
                hit.line, "import", f"imports {hit.name}", local, hit.name, longer=longer
            )
        given = _GIVEN.match(text, hit.end)
        if given and not hit.before.rstrip().endswith("("):
            return self._assigned(hit, given[1])
        keyed = _KEYED.match(text, hit.end)
        if keyed and not re.search(r"\?[^:]*$", hit.before):
            return self._assigned(hit, keyed[1])
        if (_CONDITION.match(text) or _declares(hit)) and not is_client(text):
            return None
        return self._use_of(hit, self._source.target(hit.line, hit.start - len(hit.lead)), longer)

    def _assigned(self, hit: Hit, right: str) -> Fact | None:
        """The fact of a line that gives a name what stands on the right; None for a type."""
        right = right.strip()
        if not right and hit.line.number < len(self._lines):
            right = self._lines[hit.line.number].text.strip()
        right = right.rstrip(";,")
        literal = re.match(r"[bfruL@]?([\"'`])(.*?)\1", right)
        if literal:
            return self._made(
                hit.line, "constant", f"sets {hit.name}", target=hit.name, literal=literal[2]
            )
        kind, read = looked_up(right)
        if read:
            return self._made(hit.line, kind, f"reads {read} into {hit.name}",
                              self._context.local(read), read, target=hit.name)  # fmt: skip
        if right in _TYPES and self._ending != "py":  # in Python it may be a setting
            return None
        name = bare_name(right)
        source = self._node(name, hit.line) if name else None
        return self._made(hit.line, "constant", f"sets {hit.name}", source, name, target=hit.name)

    def _longer(self, hit: Hit, lead: str) -> tuple[Node, ...]:
        """The names with what stands before them: config.eu.twilio.token, eu.twilio.token."""
        parts = [part for part in re.split(r"[^\w\-]+", lead) if part]
        return tuple(
            self._context.local(".".join((*parts[place:], hit.name))) for place in range(len(parts))
        )

    def _node(self, name: str, line: Line) -> Node:
        """The node of a name that the file gives a value: its own where it is a common one."""
        if distinctive(name):
            return self._context.local(name)
        nested = key_name((*self._source.parents(line), name))
        if distinctive(nested):
            return self._context.local(nested)
        return Node(self._file, fold(name))

    def _local_uses(self, fact: Fact) -> Iterator[Fact]:
        """The uses of a common name that a fact gives the value to, in its file."""
        target = fact.target
        if target is None or target.scope != self._file or target.name == ALL:
            return
        if target not in self._told and len(self._told) < _MOST:
            self._told.add(target)
            yield from self._uses(last(fact.spelled), target, fact.line)

    def _uses(self, name: str, source: Node, bound: int) -> Iterator[Fact]:
        """The lines, but for the one that binds it, that make a client with a name."""
        pattern = re.compile(
            rf"(?<![\w\"'`\-]){re.escape(name)}(?![\w$\"'`(\-]|\s*=[^=>]|\s*:=)",
            re.I if len(name) > 5 else 0,
        )
        for line in self._lines:
            if line.number == bound or _IMPORT.match(line.text):
                continue
            for match in pattern.finditer(line.text):
                quoted = line.string(match.start()) is not None
                if quoted and not re.search(r"[{$]$", line.text[: match.start()]):
                    continue
                if self._source.opens_client(line):
                    yield self._made(line, "client", f"makes a client or a log-in with {name}",
                                     source, name)  # fmt: skip
                    break


def _declares(hit: Hit) -> bool:
    """Whether a line gives a name but a type: `String name,` or `Name string`."""
    behind = hit.line.text[hit.end :]
    if re.search(r"\b(?:String|string|str|char\s*\*|&str)\??\s+$", hit.before):
        return bool(re.match(r"\s*(?:[,;)]|$)", behind))
    return not hit.before.strip() and bool(re.match(r"\s+\*?string\s*$", behind))


def _use(text: str) -> str:
    return "client" if is_client(text) else "constant"


def _interpolated(hit: Hit, inner: tuple[int, int]) -> bool:
    """Whether a name in a string stands for its value there: `$NAME`, `${NAME}`, `#{NAME}`."""
    text = hit.line.text
    lead = text[inner[0] : max(inner[0], hit.start - len(hit.lead))]
    if re.search(r"[$#]?\{[\w.()\[\]'\"]*$", lead):
        # "${twilio.token}" alone is the name of a setting, unless a template's
        alone = re.fullmatch(r"\$\{[\w.:\-]+\}", text[inner[0] : inner[1]])
        return not alone or text[inner[0] - 1] == "`"
    return bool(re.search(r"\$(?:env:|ENV\{)?$", hit.before)) or lead.endswith("$")
