"""Expressions of twenty languages: look-ups by name, clients, the left side of an assignment."""

from __future__ import annotations

import re

from keystop.impact.keypaths import unquoted

# So much of a line is looked at before a place: expressions may take long on what is hostile.
_NEAR = 200
# What stands right before the quoted name of an environment variable. Python, Ruby and Elixir,
# Go, Rust and C, JavaScript, .NET, the JVM, PHP, R, Perl, Swift and Dart; then tags of fields.
_ENVIRONMENT = re.compile(
    r"""(?: \b(?:os\.)?environ(?:b|\.get|\.pop|\.setdefault)? | \benviron\.(?:str|get)
      | \b(?:secure_)?getenv(?:_s)? | \bget_?[eE]nv(?:_var)? | \bfetch_env!?
      | \bENV(?:\.fetch|\.dig)?
      | \b(?:Must|must)?Getenv | \bLookupEnv | \benv(?:::|!)?(?:var|var_os)? !? | \boption_env!
      | \bprocess\.env | \bimport\.meta\.env | \b(?:Deno|Bun)\.env(?:\.get)?
      | \bGetEnvironmentVariable\w* | \bEnviron\$? | \bGetEnv
      | \bsys\.env(?:\.get|\.getOrElse)? | \b[eE]nv(?:::get|\.\w+)? | \$_(?:ENV|SERVER) | \$ENV
      | \bSys\.getenv | \.environment | \bPlatform\.environment | \bfromEnvironment
      | \b(?:env|envconfig|config|mapstructure|koanf|cfg|validation_alias|alias) \s* [=:]
    ) \s* [(\[{]* \s* (?:(?:variable|name|key)\s*[:=]\s*)? :? [bLuru]? $""",
    re.X,
)
# The same for a setting of the program's configuration.
_SETTING = re.compile(
    r"""(?: \b[_\w]*(?:[cC]onfig|[cC]fg|[cC]onf|[sS]ettings|[cC]onfiguration|[pP]rops|[pP]roperties
          |[sS]ecrets|[cC]redentials|viper|koanf|Application|parameters?)\w*
          (?:(?:\.|->|::|\?\.)\w+|\[[^\]]*\])* (?:<[\w?]+>)?
      | @Value | @ConfigProperty | @Property | \bgetProperty | \bgetString | \bGetValue(?:<\w+>)?
      | \bGetSection | \bGetRequiredValue | \bget_?[pP]arameter
    ) \s* [(\[]* \s* (?:(?:name|key|value)\s*=\s*)? \[? $""",
    re.X,
)
# What puts a value of its own there, as tests do.
_SETTER = re.compile(
    r"\b(?:[sS]et[eE]nv\w*|putenv|SetEnvironmentVariable|stubEnv|setProperty|set_env|set_var|mock\w*"
    r"|patch\.dict|delenv|[uU]nset[eE]nv|override_settings)\s*\("
)
# What takes a credential as an argument: clients of SDKs, and log-ins of HTTP.
_CLIENT = re.compile(
    r"""(?: \b\w*(?:Client|[tT]wilio|Connect|Session|Validator|AccessToken|RestClient\w*
          |A[pP][iI]|S[dD][kK]|Service|Provider) (?:(?:\.|::)\w+)* \s* (?:<[^>]*>)? \s* [({]
      | \b(?:[iI]nit|setup|configure|connect|login|authenticate|[vV]alidate_?[rR]equest)\s*[({]
      | \b(?:auth|basic_?[aA]uth|[sS]etBasicAuth|HTTPBasicAuth|userpwd|CURLOPT_(?:USERPWD|PASSWORD)
          |credentials|NetworkCredential|Authorization|[pP]assword|auth_?[tT]oken|AuthToken
          |api_?[kK]ey)\b \s* [=(:,{]
      | \b[sS]et_?\w*(?:[kK]ey|[tT]oken|[pP]assword|[sS]ecret|[cC]redentials)\s*\(
      | =\s*(?!Some|Ok|Just)[A-Z]\w+\(
      | \bBasic\s | \bBearer\s | \bnew\s+\w+\s*\( | ->new\b | \.[nN]ew\w*\s*\( )""",
    re.X,
)
# Arguments whose value is the name of what is looked up.
_LOOKS_UP = re.compile(
    r"[(,{]\s*(?:name|key|variable|env|alias|validation_alias|serialization_alias|default_env"
    r"|[sS]ecret_?[iI]d|[sS]ecret_?[nN]ame|path|Path|Name|mount_path|variable_id)\s*$"
)
_IDENTIFIER = r"[A-Za-z_$@][\w$]*"
_LEFT = re.compile(
    rf"""(?P<name>(?:[\w$@]+(?:\.|->|::|\?\.))*{_IDENTIFIER}|["'][\w.\-]+["']|:[a-z_]\w*)
        (?:\[["']?(?P<sub>[\w.\-]+)["']?\])? \s* (?:!?\??:\s*[\w&'<>\[\]?.,\s|*]+)? \s* :? $""",
    re.X,
)
# Words before a bracket or a value that are no names.
_STATEMENTS = re.compile(
    r"\b(?:if|while|switch|match|for|print\w*|return)\s*$|^\s*(?:def|func|fn|fun|function)\b"
)
_NO_NAMES = frozenset(
    "if return case else and or not yield await print elif unless when assert null None nil "
    "undefined true false True False string String str let const var val".split()
)
_BARE = re.compile(
    r"(?:process\.env|import\.meta\.env|Bun\.env)\??\.(\w+)|\$env:(\w+)|\$ENV\{(\w+)\}"
)


def is_environment(before: str) -> bool:
    """Whether a quoted name behind a text is looked up among environment variables."""
    return bool(_ENVIRONMENT.search(before[-_NEAR:]))


def is_setting(before: str) -> bool:
    """Whether it is looked up in a configuration."""
    return bool(_SETTING.search(before[-_NEAR:]))


def is_setter(before: str) -> bool:
    """Whether it is given a value of its own, as in tests."""
    return bool(_SETTER.search(before))


def is_client(text: str) -> bool:
    """Whether a text makes a client or a log-in with what stands in it."""
    return bool(_CLIENT.search(text))


def last(name: str) -> str:
    """The last part of a dotted name, without signs before it."""
    return re.split(r"\.|->|::|\?\.", unquoted(name))[-1].lstrip(":$@")


def looked_up(expression: str) -> tuple[str, str]:
    """(kind, name) of the variable or setting that an expression reads first; empty for none."""
    for match in re.finditer(r"""["'`]([A-Za-z_][\w.:/\-]*)["'`]""", expression):
        before = expression[: match.start()]
        if is_environment(before) or is_setting(before):
            return "environment" if is_environment(before) else "setting", match[1]
    bare = _BARE.search(expression)
    return "environment", next(filter(None, bare.groups()), "") if bare else ""


def bare_name(expression: str) -> str:
    """The last part of an expression that is one dotted name, empty where it is none."""
    match = re.fullmatch(r"(?:await\s+)?((?:[\w$@]+(?:\.|->|::))*[\w$@]+)(?:\(\))?", expression)
    name = last(match[1]) if match else ""
    return name if re.match(r"[A-Za-z_]", name) and name not in _NO_NAMES else ""


def left_side(before: str) -> str:
    """The name that gets a value which stands behind a text; empty where it is but an argument.

    Brackets of one argument are looked through: `a = require(` gives a, `f(x, ` gives none.
    """
    before = before[-_NEAR:]
    depth, place = 0, len(before)
    while place:
        place -= 1
        sign = before[place]
        if sign in ")]}":
            depth += 1
        elif depth:
            depth -= sign in "([{"
        elif sign == "," or (sign in "([{" and _ends_there(before, place)):
            return ""
        else:
            end = _operator(before, place)
            if end is None or (end >= 0 and _LOOKS_UP.search(before[:end])):
                continue
            return _name(before[:end]) if end >= 0 and not _is_argument(before, end) else ""
    return ""


def _is_argument(before: str, end: int) -> bool:
    """Whether the name before an operator is one of an argument: `f(name=`."""
    return before[end : end + 1] == "=" and bool(re.search(r"[(,]\s*\w+\s*$", before[:end]))


def _ends_there(before: str, place: int) -> bool:
    """Whether an opening bracket is no wrapper: a block, a statement, a client's."""
    sign = before[place]
    if sign == "{":
        return not is_environment(before[: place + 1])
    opened = before[: place + 1]
    return sign == "(" and (
        bool(_STATEMENTS.search(before[:place]))
        or (is_client(opened[-60:]) and not is_environment(opened) and not is_setting(opened))
    )


def _operator(before: str, place: int) -> int | None:
    """Where the left side of the operator at place ends; -1 for a comparison, None for none."""
    sign, earlier, later = before[place], before[place - 1 : place], before[place + 1 : place + 2]
    if sign == "=":
        return -1 if earlier in tuple("=!<>~") or later in tuple("=~") else place
    if (sign == "-" and earlier == "<") or (sign == ">" and earlier == "="):
        return place - 1
    if sign == ":" and earlier != ":" and later in ("", " ", "\t"):
        return place
    return None


def _name(left: str) -> str:
    match = _LEFT.search(left.rstrip(":|?+ "))
    if match is None:
        return ""
    name = match["sub"] or last(match["name"])
    return "" if name in _NO_NAMES else name
