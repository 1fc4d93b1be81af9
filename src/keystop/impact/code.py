"""Programs: which line looks a name up, which one gives it to another name, which one uses it."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import NamedTuple

from keystop.impact.facts import Context, Fact
from keystop.impact.keypaths import unquoted
from keystop.impact.lexical import Line, code
from keystop.impact.names import distinctive, fold, key_name, whole, words
from keystop.impact.references import ALL, Node, entry

# What stands right before the quoted name of an environment variable.
_ENVIRONMENT = re.compile(
    r"""(?: \b(?:os\.)?environ(?:b|\.get|\.pop|\.setdefault)? | \b(?:os|Deno\.env|Bun\.env|std::env|dotenv)(?:\.|::)(?:getenv|get|var|var_os)
      | \b(?:secure_)?getenv(?:_s|Optional)? | \b(?:Getenv|LookupEnv|MustGetenv|mustGetenv|GetEnvironmentVariable\w*|GetEnv|get_env|fetch_env!?|env!|option_env!|var_os|env::var)
      | \bSys\.getenv | \bsys\.env(?:\.get|\.getOrElse)? | \bENV(?:\.fetch|\.dig)? | \$_(?:ENV|SERVER) | \$ENV
      | \bPlatform\.environment | \bfromEnvironment | \.environment | \bprocess\.env | \bimport\.meta\.env | \bEnviron\$?
      | \benv(?:iron)?(?:\.(?:str|get|getOrThrow|getOrDefault|read|string|secret))? | \bEnv(?:::get|\.get|\.GetString)? | \bget_env_var | \bEnv\.fetch
      | \b(?:env|envconfig|config|mapstructure|koanf|cfg|default_env|validation_alias|alias) \s* [=:]
    ) \s* (?:\.to_string)? \s* \(? \s* (?:\[|\()? \s* (?:variable\s*[:=]\s*|name\s*=\s*|key\s*=\s*|:)? [bLuru]? $""",
    re.X,
)
# The same for a setting of the program's configuration.
_SETTING = re.compile(
    r"""(?:\b(?:config|Config|cfg|conf|settings|Settings|configuration|Configuration|_config\w*|_configuration|props|properties|secrets|credentials|viper|koanf|Application|app\.config|st\.secrets)
      (?:(?:\.|->|::|\?\.)\w+|\[[^\]]*\])* (?:<[\w?]+>)? | @Value | @ConfigProperty | @Property | \bgetProperty | \bgetString | \bGetValue(?:<\w+>)? | \bGetSection | \bGetRequiredValue
      | \bget_parameter | \bgetParameter | \bparameter | \bplugins\.\w+) \s* (?:\(|\[)? \s* (?:name\s*=\s*|key\s*=\s*|value\s*=\s*)? \[?$""",
    re.X,
)
# What puts a value of its own there, as tests do.
_SETTER = re.compile(
    r"\b(?:setenv|putenv|setEnv\w*|SetEnvironmentVariable|stubEnv|setProperty|set_env|set_var|mock\w*|patch\.dict|delenv|unsetenv|Setenv|Unsetenv|t\.Setenv|override_settings)\s*\("
)
# What reads an entry of a secret store, up to the quote before its name.
_STORE = re.compile(
    r"""(?:\b(?:SecretId|secretId|SecretName|secret_id|secret_name|secretName|secret|path|Path|Name|name|mount_path|variable_id)\s*[=:]\s*(?:aws\.String\(|&|Some\()?
      | \b(?:get_secret_value|get_secret|getSecret\w*|GetSecret\w*|getSecretValue|get_parameter|getParameter|GetParameter|getVariable|retrieveSecret|retrieve_secret|read_secret\w*|secret_id|secret_string|access_secret_version|RetrieveSecret|logical\(\)\.read|Logical\(\)\.Read\w*|kv\.get|Get)\s*\(\s*(?:ctx\s*,\s*)?(?:name\s*=\s*)?
    ) [bLuru@$]? $""",
    re.X,
)
# What takes a credential as an argument: clients of SDKs, and log-ins of HTTP.
_CLIENT = re.compile(
    r"""(?:\b\w*(?:Client|Twilio|twilio|Connect|Session|Validator|AccessToken|RestClient\w*|Api|API|SDK|Sdk|Service|Provider)(?:\.\w+|::\w+)*\s*(?:<[^>]*>)?\s*[({]
      | \b(?:init|Init|setup|configure|connect|login|authenticate|validateRequest|validate_request|ValidateRequest|webhook)\s*[({]
      | \b(?:auth|basic_auth|basicAuth|setBasicAuth|SetBasicAuth|HTTPBasicAuth|req_basic|authenticate|userpwd|CURLOPT_USERPWD|CURLOPT_PASSWORD|NetworkCredential|Authorization|password|Password|auth_token|authToken|AuthToken|api_key|apiKey)\b\s*[=(:,{]
      | \bBasic\s | \bBearer\s | \bnew\s+\w+\s*\( | \b\w+(?:::\w+)+->new | ::Client\.new | \.new\s*\()""",
    re.X,
)
_IMPORT = re.compile(
    r"^\s*(?:from\s+\S+\s+import|import\b|export\s*\{|(?:const|let|var)\s*\{[^}]*\}\s*=\s*(?:await\s+)?(?:require|import)|using\s|use\s|require|include)"
)
_IDENTIFIER = r"[A-Za-z_$@][\w$]*"
_TARGET = re.compile(
    rf"""(?P<name>(?:[\w$@]+(?:\.|->|::|\?\.))*{_IDENTIFIER}|["'][\w.\-]+["']|:[a-z_]\w*)(?:\[["']?(?P<sub>[\w.\-]+)["']?\])?
        \s*(?:!?\??:\s*[\w&'<>\[\]?.,\s|*]+)?\s*:?$""",
    re.X,
)
_STAGES = frozenset(
    {
        "if",
        "return",
        "case",
        "else",
        "and",
        "or",
        "not",
        "yield",
        "await",
        "print",
        "elif",
        "unless",
        "when",
        "assert",
    }
)


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


def hits(lines: list[Line], names: re.Pattern[str]) -> Iterator[Hit]:
    """The names that stand in code, whole and in no comment."""
    for line in lines:
        for match in names.finditer(line.text):
            if whole(line.text, *match.span()):
                lead = re.search(
                    r"((?:[\w$@\])'\"?!]+(?:\.|->|::|:|\[[\"':]?))*)$", line.text[: match.start()]
                )
                yield Hit(line, *match.span(), lead[1] if lead else "")


class Program:
    """A file of code."""

    def __init__(self, context: Context, ending: str) -> None:
        self._context = context
        self._lines = code(context.file.text, ending)
        self._spoken = {word for line in self._lines for word in words(line.text)}

    def facts(self, names: re.Pattern[str]) -> Iterator[Fact]:
        """What its lines say about names."""
        for hit in hits(self._lines, names):
            fact = self._fact(hit)
            if fact is not None:
                yield fact
                yield from self._local_uses(fact)

    def stores(self, path: str) -> Iterator[Fact]:
        """The lines that read an entry of a secret store."""
        for line in self._lines:
            start = line.text.find(path)
            if start < 0:
                continue
            inner = line.string(start)
            if inner is None or line.text[inner[0] : start].strip("/").count(" "):
                continue
            before = self._before(line, inner[0] - 1)
            node = entry(path)
            if line.text[inner[0] : inner[1]].endswith((path, f"{path}-")) or "#" in line.text:
                target = self._target(line, inner[0] - 1)
                fact = self._made(line, "store", f"reads {path} from a secret store",
                                  Node(self._file, fold(target)) if target else None, node, path,
                                  sure=bool(_STORE.search(before)))  # fmt: skip
                yield fact
                if target:
                    yield from self._local_uses(fact._replace(spelled=target))

    def values(self, numbers: set[int], ours: Callable[[str], bool]) -> Iterator[Fact]:
        """The lines of those numbers, which hold the value: what they give it to."""
        for line in self._lines:
            if line.number not in numbers:
                continue
            found = [span for span in line.strings if ours(line.text[span[0] + 1 : span[1] - 1])]
            if not found:
                continue
            name = self._target(line, found[0][0])
            target = self._node(name, line) if name else None
            fact = self._made(line, "value", f"sets {name}" if name else "the value itself", target,
                              None, name, sure=True, literal=line.text[found[0][0] + 1 : found[0][1] - 1])  # fmt: skip
            yield fact
            yield from self._local_uses(fact)

    def members(self, path: str, name: str, telling_words: set[str]) -> Iterator[Fact]:
        """The uses of a name that the file at path has and that means little by itself."""
        source = Node(f"file {path}", fold(name))
        stem = re.escape(path.rpartition("/")[2].partition(".")[0])
        word = rf"(?<![\w$]){re.escape(name)}(?![\w$])"
        of_file = re.compile(rf"(?<![\w$]){stem}(?:\.|->|::)(?:get_?)?{re.escape(name)}\b", re.I)
        field = re.compile(rf"(?:\.|->|::)(?:get_?)?{re.escape(name)}\b", re.I)
        related = len(words(name)) > 1 and bool(telling_words & self._spoken)
        imported = False
        for line in self._lines:
            if (
                _IMPORT.match(line.text)
                and re.search(word, line.text)
                and re.search(rf"\b{stem}\b", line.text)
            ):
                imported = True
                yield self._made(
                    line,
                    "import",
                    f"imports {name}",
                    Node(self._file, fold(name)),
                    source,
                    name,
                    sure=True,
                )
            elif of_file.search(line.text):
                yield self._made(
                    line, _use(line.text), f"uses {name} of {path}", None, source, name, sure=True
                )
            elif related and field.search(line.text) and self._opens_client(line):
                yield self._made(line, "client", f"uses a {name}", None, source, name, sure=False)
        if imported:
            yield from self._uses(name, Node(self._file, fold(name)), 0)

    @property
    def _file(self) -> str:
        return f"file {self._context.file.path}"

    def _made(
        self, line: Line, kind: str, what: str, target: Node | None, source: Node | None, spelled: str, *,
        sure: bool, literal: str | None = None, longer: tuple[Node, ...] = (),
    ) -> Fact:  # fmt: skip
        return Fact(self._context.file.path, line.number, kind, what, self._context.service, target,
                    source, literal, spelled, longer=longer, sure=sure)  # fmt: skip

    def _before(self, line: Line, end: int) -> str:
        """What stands before a place, with the line before where nothing else does."""
        before = line.text[:end]
        if not before.strip() and line.number > 1:
            before = self._lines[line.number - 2].text.rstrip() + before.strip()
        return before

    def _fact(self, hit: Hit) -> Fact | None:
        inner = hit.line.string(hit.start)
        if inner is not None:
            return self._quoted(hit, inner)
        return self._identifier(hit)

    def _quoted(self, hit: Hit, inner: tuple[int, int]) -> Fact | None:
        text = hit.line.text
        content = text[inner[0] : inner[1]]
        before = self._before(hit.line, inner[0] - 1)
        source = self._context.local(hit.name)
        if _interpolated(text, hit, inner):
            return self._made(
                hit.line, _use(text), f"uses {hit.name}", None, source, hit.name, sure=True
            )
        rest = content[: hit.start - inner[0]] + content[hit.end - inner[0] :]
        if re.search(r"[^\w.:/\-%(){}$,;*@]", rest) or (len(rest) > 60) or _SETTER.search(before):
            return None
        if (
            re.search(r"[=:,(]\s*$", before) is None
            and not re.search(r"[\[({]\s*[bLu@$]*$", before)
            and not _ENVIRONMENT.search(before)
        ):
            if not re.match(r"\s*(?:=>|:|\])", text[inner[1] + 1 :]):
                return None
        after = re.match(r"\s*(?:=>|:(?!:)|=(?![=~>]))\s*(.*)", text[inner[1] + 1 :])
        subscript = re.match(r"\]\s*=(?![=~>])\s*(.*)", text[inner[1] + 1 :])
        if after or subscript:
            return self._assigned(hit, (after or subscript)[1])  # type: ignore[index]
        name = self._target(hit.line, inner[0] - 1)
        target = self._node(name, hit.line) if name else None
        longer = self._longer(hit, content[: hit.start - inner[0]])
        if _ENVIRONMENT.search(before):
            return self._made(hit.line, "environment", f"reads the environment variable {hit.name}",
                              target, source, name or hit.name, sure=True, longer=longer)  # fmt: skip
        sure = bool(_SETTING.search(before))
        return self._made(hit.line, "setting", f"reads the setting {hit.name}", target, source,
                          name or hit.name, sure=sure, longer=longer)  # fmt: skip

    def _identifier(self, hit: Hit) -> Fact | None:
        text = hit.line.text
        source = self._context.local(hit.name)
        longer = self._longer(hit, hit.lead)
        if re.search(
            r"process\.env\.$|import\.meta\.env\.$|\$env:$|Bun\.env\.$|\$ENV\{$|\benv\.$|ENV\.$|BuildConfig\.$",
            hit.lead or text[: hit.start],
        ) or re.search(r"\$(?:env:|ENV\{)$|process\.env\??\.$", text[: hit.start]):
            name = self._target(hit.line, hit.start - len(hit.lead))
            return self._made(hit.line, "environment", f"reads the environment variable {hit.name}",
                              self._node(name, hit.line) if name else None, source, name or hit.name, sure=True)  # fmt: skip
        if _IMPORT.match(text):
            if re.match(r"\s*export\s*\{", text):
                return self._made(
                    hit.line, "constant", f"hands on {hit.name}", None, source, hit.name, sure=True
                )
            return self._made(
                hit.line,
                "import",
                f"imports {hit.name}",
                None,
                source,
                hit.name,
                sure=True,
                longer=longer,
            )
        rest = text[hit.end :]
        given = re.match(
            r"""["']?\]?\s*(?:!?\??:\s*[\w&'<>\[\]?.,\s|*]+?)?\s*(?::=|<-|=(?![=~>])|\|\|=)\s*(.*)""",
            rest,
        )
        keyed = re.match(r"""["']?\s*(?:=>|:(?![:=]))\s*(.*)""", rest)
        if given and not re.search(r"\($", text[: hit.start].rstrip()):
            return self._assigned(hit, given[1])
        if keyed and not re.search(r"\?[^:]*$", text[: hit.start]):
            return self._assigned(hit, keyed[1])
        name = self._target(hit.line, hit.start - len(hit.lead))
        target = self._node(name, hit.line) if name else None
        if target == source:
            target = None
        return self._made(hit.line, _use(text), f"uses {hit.name}", target, source, name if target and name else hit.name,
                          sure=True, longer=longer)  # fmt: skip

    def _longer(self, hit: Hit, lead: str) -> tuple[Node, ...]:
        """The names with what stands before them: eu.twilio.token, then the whole of it."""
        parts = [part for part in re.split(r"[^\w\-]+", lead) if part]
        return tuple(
            self._context.local(".".join((*parts[place:], hit.name))) for place in range(len(parts))
        )

    def _assigned(self, hit: Hit, right: str) -> Fact | None:
        """The fact of a line that gives a name what stands on the right."""
        target = self._node(hit.name, hit.line)
        right = right.strip()
        if not right and hit.line.number < len(self._lines):
            right = self._lines[hit.line.number].text.strip()
        right = right.rstrip(";,")
        own = re.match(r"(?:b|f|r|u|L|@)?([\"'`])(.*?)\1", right)
        if own:
            return self._made(hit.line, "constant", f"sets {hit.name}", target, None, hit.name,
                              sure=True, literal=own[2])  # fmt: skip
        read = _looked_up(right)
        if read:
            source = self._context.local(read)
            return self._made(
                hit.line,
                "environment",
                f"reads {read} into {hit.name}",
                target,
                source,
                hit.name,
                sure=True,
            )
        name = re.match(r"(?:await\s+)?((?:[\w$@]+(?:\.|->|::))*[\w$@]+)(?:\(\))?$", right)
        if (
            name
            and re.search(r"[A-Za-z]", name[1])
            and name[1]
            not in ("null", "None", "nil", "undefined", "true", "false", "String", "string", "str")
        ):
            last = re.split(r"\.|->|::", name[1])[-1]
            source = self._node(last, hit.line)
            return self._made(
                hit.line, "constant", f"sets {hit.name}", target, source, hit.name, sure=True
            )
        return self._made(
            hit.line, "constant", f"names {hit.name}", target, None, hit.name, sure=True
        )

    def _node(self, name: str, line: Line) -> Node:
        """The node of a name that the file gives a value: its own where it is a common one."""
        if distinctive(name):
            return self._context.local(name)
        parent = self._parent(line)
        if parent:
            nested = key_name((*parent, name))
            if distinctive(nested):
                return self._context.local(nested)
        return Node(self._file, fold(name))

    def _parent(self, line: Line) -> tuple[str, ...]:
        """The keys of the objects around a line, by its indent."""
        indent = len(line.text) - len(line.text.lstrip())
        keys: list[str] = []
        for above in reversed(self._lines[: line.number - 1]):
            if not above.text.strip():
                continue
            depth = len(above.text) - len(above.text.lstrip())
            if depth >= indent:
                continue
            indent = depth
            match = re.search(
                r"""([\w\-]+)["']?\s*(?:=>|=|:)\s*(?:new\s+\w+\s*)?[{\[(]\s*$|^\s*([\w\-]+):\s*$""",
                above.text,
            )
            if match is None:
                break
            keys.insert(0, match[1] or match[2])
            if not depth:
                break
        return tuple(keys)

    def _target(self, line: Line, end: int) -> str:
        """The name that gets what begins at a place; empty where it is but an argument."""
        before = self._before(line, end)
        annotation = re.match(r"\s*@\w+", line.text)
        if annotation:
            below = (
                line.text[end:]
                + " "
                + (self._lines[line.number].text if line.number < len(self._lines) else "")
            )
            field = re.search(rf"\)\s*(?:[\w<>?]+\s+)*({_IDENTIFIER})\s*[;,=):]", below)
            return field[1] if field else ""
        tag = re.match(r"\s*(\w+)\s+[\w.*\[\]]+\s+`", before)
        if tag:
            return tag[1]
        return _left(before)

    def _local_uses(self, fact: Fact) -> Iterator[Fact]:
        """The uses of a common name that a fact gives the value to, in its file."""
        target = fact.target
        if target is None or not target.scope.startswith("file ") or target.name == ALL:
            return
        yield from self._uses(fact.spelled, target, fact.line)

    def _uses(self, spelled: str, source: Node, line: int) -> Iterator[Fact]:
        name = re.split(r"\.|->|::", unquoted(spelled).lstrip(":$@"))[-1]
        if not name:
            return
        pattern = re.compile(
            rf"(?<![\w$\"'`\-]){re.escape(name)}(?![\w$\"'`(\-]|\s*=[^=>]|\s*:=)",
            re.I if len(name) > 5 else 0,
        )
        for one in self._lines:
            if one.number == line or _IMPORT.match(one.text):
                continue
            for match in pattern.finditer(one.text):
                if one.string(match.start()) is not None and not re.search(
                    r"[{$]$", one.text[: match.start()]
                ):
                    continue
                if re.match(r"\s*[:=](?![=:])", one.text[match.end() :]) and not re.search(
                    r"[:=]\s*\S", one.text[match.end() :]
                ):
                    continue
                if self._opens_client(one):
                    yield self._made(
                        one,
                        "client",
                        f"makes a client or a log-in with {name}",
                        None,
                        source,
                        name,
                        sure=True,
                    )
                    break

    def _opens_client(self, line: Line) -> bool:
        """Whether a line, or the call that it stands in, takes a credential."""
        if _CLIENT.search(line.text):
            return True
        indent = len(line.text) - len(line.text.lstrip())
        for above in reversed(self._lines[max(0, line.number - 8) : line.number - 1]):
            if above.text.strip() and len(above.text) - len(above.text.lstrip()) < indent:
                return bool(_CLIENT.search(above.text)) and above.text.rstrip()[-1:] in "({[,"
        return False


def _use(text: str) -> str:
    return "client" if _CLIENT.search(text) else "constant"


def _interpolated(text: str, hit: Hit, inner: tuple[int, int]) -> bool:
    """Whether a name in a string stands for its value there: `$NAME`, `${NAME}`, `#{NAME}`."""
    lead = text[inner[0] : hit.start - len(hit.lead)] if hit.lead else text[inner[0] : hit.start]
    after = text[hit.end : hit.end + 1]
    if re.search(r"[$#]?\{[\w.()\[\]'\"]*$", lead) and text[: inner[0] - 1][-1:] != "@":
        content = text[inner[0] : inner[1]]
        bare = re.fullmatch(r"\$\{[\w.:\-]+\}", content)  # @Value("${...}"), a setting
        return not bare or text[: inner[0] - 1].endswith("`")
    return bool(re.search(r"\$$", lead)) and after != "("


def _looked_up(right: str) -> str:
    """The name of the variable or setting that an expression reads first."""
    for match in re.finditer(r"""["'`]([A-Za-z_][\w.:/\-]*)["'`]""", right):
        before = right[: match.start()]
        if _ENVIRONMENT.search(before) or _SETTING.search(before):
            return match[1]
    bare = re.search(
        r"(?:process\.env|import\.meta\.env|Bun\.env)\??\.(\w+)|\$env:(\w+)|\$ENV\{(\w+)\}", right
    )
    return next((one for one in bare.groups() if one), "") if bare else ""


def _left(before: str) -> str:
    """The name on the left of the operator that a value stands behind.

    Brackets of one argument are looked through: `a = require(x)` gives a, `f(x, y)` gives none.
    """
    depth, place, comma = 0, len(before), False
    while place:
        place -= 1
        sign = before[place]
        if sign in ")]}":
            depth += 1
        elif sign in "([{":
            if depth:
                depth -= 1
            elif comma or sign == "{":
                return ""
            elif sign == "(" and re.search(
                r"\b(?:if|while|switch|match|for|print\w*|return)\s*$|^\s*(?:def|func|fn|function)\b",
                before[:place],
            ):
                return ""
            elif (
                sign == "("
                and _CLIENT.search(before[: place + 1][-60:])
                and not _ENVIRONMENT.search(before)
            ):
                return ""
        elif depth:
            continue
        elif sign == ",":
            comma = True
        elif sign == "=" and not comma:
            if (
                before[place - 1 : place] in ("=", "!", "<", ">", "~")
                and before[place - 1 : place] != "<"
            ):
                return ""
            if before[place + 1 : place + 2] in ("=", "~"):
                return ""
            return _named(before[:place].rstrip(":|?+ "))
        elif sign == "-" and before[place - 1 : place] == "<" and not comma:
            return _named(before[: place - 1])
        elif sign == ">" and before[place - 1 : place] == "=" and not comma:
            return _named(before[: place - 1])
        elif (
            sign == ":"
            and not comma
            and before[place - 1 : place] != ":"
            and before[place + 1 : place + 2] in (" ", "")
        ):
            return _named(before[:place])
    return ""


def _named(left: str) -> str:
    """The name that a left side ends with."""
    match = _TARGET.search(left.rstrip())
    if match is None:
        return ""
    name = match["sub"] or re.split(r"\.|->|::|\?\.", unquoted(match["name"]))[-1]
    name = name.lstrip(":$@")
    return "" if name in _STAGES else name
