"""How a value is named: assignments, arguments, headers, elements, in any language.

Bytes methods only: this runs on ordinary commits, where importing a regular-expression engine
would cost more than all the rest.
"""

from __future__ import annotations

from keystop.role import CODE, CONFIG

_NAME = b"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_.-"
_BEFORE = b"\"'`=:([{,>;@?& \t\n\r|!<"
_AFTER = b"\"'`,;)]}<>&@?#\\ \t\n\r:|/!"
_QUOTES = b"\"'`"
# Names that say nothing of their own: the telling name stands before them or on the line before.
_NEUTRAL = (b"value", b"string", b"default", b"val", b"defaultvalue", b"stringvalue", b"data")
# What may stand between a name and `=` in a typed declaration.
_TYPES = frozenset(
    (
        b"string str &str static char text bytes []byte any var let const final CharSequence "
        b"Optional[str] string? SecureString NSString"
    )
    .lower()
    .split()
) | {b"&'static str", b"str | none", b"string | undefined", b"string | null", b"const char"}


def within_word(text: bytes, start: int) -> bool:
    """Whether a letter or digit stands right before start that is no part of an escape."""
    before = text[start - 1 : start] if start else b""
    if not before.isalnum() or not before.isascii():
        return False
    # \\n, \\t and the like inside a string literal, %XX in a URL, a colour in a log
    return not (
        (before in b"nrt" and text[start - 2 : start - 1] == b"\\")
        or (
            text[max(0, start - 3) : start - 2] == b"%"
            and not text[start - 2 : start].translate(None, b"0123456789abcdefABCDEF")
        )
        or (
            before == b"m"
            and text[max(0, start - 15) : start - 1].rstrip(b"0123456789;")[-2:] == b"\x1b["
        )
    )


# Names of so few letters are written in one case, or with one capital.
_SHORT = 4


def amid(text: bytes, start: int, end: int) -> bool:
    """Whether text[start:end] is but a part of words: etsy in getsymbols and in getSymbols.

    Where one word begins or ends with it, it may be the name that is meant: myetsy_key.
    """
    word = text[start:end]
    if end - start <= _SHORT and not (word.islower() or word.isupper() or word.istitle()):
        return True
    around = text[start - 1 : start + 1] + text[end - 1 : end + 1]
    glued = len(around) == 4 and around.islower() and around.isalpha()
    return glued and text[start - 2 : start - 1] != b"\\"


# What a value may be glued to by a dash: acme-token-VALUE.
_GLUED = (b"token", b"key", b"secret", b"private", b"access", b"password")


def delimited(text: bytes, start: int, end: int) -> bool:
    """Whether text[start:end] stands alone: no part of a longer word, path or number, no name."""
    if text[end : end + 2] in (b'":', b"':"):
        return False
    before, after = text[start - 1 : start] if start else b"", text[end : end + 1]
    if before in (b"-", b".") and text[max(0, start - 9) : start - 1].lower().endswith(_GLUED):
        before = b""
    if before and before not in _BEFORE and (not before.isalnum() or within_word(text, start)):
        return False
    if after == b"=":  # padding of base64
        after = text[end : end + 3].lstrip(b"=")[:1]
    return not after or after in _AFTER


# What is said of a variable or a parameter between its name and its value: `type = string`. So
# many lines above the value may the name stand.
_ATTRIBUTES = frozenset(
    b"type description sensitive nullable ephemeral noecho secret required optional help label "
    b"title display_name displayname format minlength maxlength allowedpattern "
    b"constraintdescription".split()
)
_SAID = 5


def told(lower: bytes, start: int, words: tuple[bytes, ...]) -> int:
    """Length of the longest of the words that stands in what names the value at start; 0: none.

    That is the part of its line before it, up to 160 bytes, or a line before where its own
    line has no name but a neutral one (`value:`, `<string>`): the last one, or the one above what
    else is said of the value (`type`, `description`). In a longer line, as minified code has them,
    it is the nearest name.
    """
    line = max(lower.rfind(b"\n", 0, start) + 1, start - 160)
    before = lower[line:start]
    if len(before) == 160:
        nearest = before[max(map(before.rfind, (b",", b"{", b";"))) + 1 :]
        names = nearest.translate(_LETTERS_ONLY).split()
        if any(name not in _NEUTRAL and len(name) > 1 for name in names):  # \n is no name
            before = nearest
    found = max((len(word) for word in words if word in before), default=0)
    if found:
        return found
    own = before.translate(_LETTERS_ONLY).split()
    if own and not all(name in _NEUTRAL or name == b"name" for name in own):
        return 0
    for _ in range(_SAID):
        above_it = lower[max(lower.rfind(b"\n", 0, max(line - 1, 0)) + 1, line - 160) : line]
        found = max((len(word) for word in words if word in above_it), default=0)
        named = above_it.translate(_LETTERS_ONLY).split(None, 1)
        if found or not named or named[0] not in _ATTRIBUTES:
            return found
        line -= len(above_it)
    return 0


# Names of values that look like keys and are none.
_CONTRARY = (
    b"md5 sha1 sha256 sha512 etag checksum digest hash trace uuid guid commit revision integrity "
    b"fingerprint nonce".split()
)


# Endings of names of what identifies a secret, and is none.
_IDENTIFIERS = (b"_id", b"keyid", b"tokenid", b"secretid", b"_name", b"keyname", b"_url")


def named_after(lower: bytes, start: int, words: tuple[bytes, ...]) -> int:
    """Length of the word that is the whole name of the value at start; 0 for none: `acme = "v"`."""
    line = max(lower.rfind(b"\n", 0, start) + 1, start - 80)
    before = lower[line:start]
    names = before.translate(_LETTERS_ONLY).split()
    if not names or names[-1] not in words or not (b"=" in before or b":" in before):
        return 0
    return len(names[-1])


def contrary(lower: bytes, start: int, names: tuple[bytes, ...]) -> bool:
    """Whether the word right before a value says that it is no secret: a checksum, an id.

    names are the words that name the value sought: of what is called an id, an id is one.
    """
    line = max(lower.rfind(b"\n", 0, start) + 1, start - 80)
    words = lower[line:start].translate(_LETTERS_ONLY).split()
    while words and (words[-1] in _NEUTRAL or words[-1] in _TYPES):
        words.pop()  # NAME: string = "...", key="NAME" value="..."
    return bool(words) and (
        any(word in words[-1] for word in _CONTRARY)
        or (words[-1].endswith(_IDENTIFIERS) and not words[-1].endswith(names))
    )


# What a name ends with that holds a word like token and does not hold the token.
_NO_SECRET = tuple(
    b"id sid name names url uri path file type types format field label arn hint length len regex "
    b"header headers param params endpoint class prefix suffix version algorithm algo policy "
    b"placeholder expiry expires ttl count index status state error message text title "
    b"description provider source required enabled disabled size limit list set map hash md5 sha1 "
    b"sha256 digest checksum validator template page form input column table model mode role roles "
    b"scope scopes event action method location kind keyid issuer audience spec used time date _at "
    b"_on _until".split()
)


_LETTERS_ONLY = bytes(
    byte if chr(byte).isascii() and (chr(byte).isalnum() or byte == 0x5F) else 0x20
    for byte in range(256)
)


def above(lower: bytes, start: int, end: int, words: tuple[bytes, ...], lines: int) -> bool:
    """Whether one of the words stands on the line of a value, or one of so many lines before it.

    What stands inside the value, from start to end, does not count.
    """
    begin = start
    for _ in range(lines + 1):
        begin = lower.rfind(b"\n", max(0, begin - 1000), begin)
        if begin < 0:
            break
    begin = max(begin + 1, start - 2000)
    stop = lower.find(b"\n", end, end + 1000)
    before, after = lower[begin:start], lower[end : stop if stop >= 0 else end + 1000]
    return any(word in before or word in after for word in words)


class Literal:
    """text[start:end], and what names it.

    name is the whole name, in small letters. quoted: the value is a string of its own. within:
    name and value both stand inside a string literal. loose: nothing but space is between them.
    """

    __slots__ = ("end", "loose", "name", "quoted", "start", "within")

    def __init__(
        self, start: int, end: int, name: bytes, *, quoted: bool, within: bool, loose: bool
    ) -> None:
        self.start = start
        self.end = end
        self.name = name
        self.quoted = quoted
        self.within = within
        self.loose = loose


# So far behind a name, with the rest of it, an operator and a type, may the quote of a value stand.
_QUOTE_WITHIN = 160
# Words that make a name telling only where it ends with them: bypass, passed, author, keyboard.
_LAST = (b"pass", b"pw", b"auth", b"key", b"pat")


def quoted_behind(text: bytes, end: int) -> bool:
    """Whether a quote stands so near behind a name that it may begin what is assigned to it.

    In code it nearly has to: see embedded. The two cost a tenth of assigned, which decides.
    """
    found = [text.find(quote, end, end + _QUOTE_WITHIN) for quote in (b'"', b"'", b"`")]
    quote = min((place for place in found if place >= 0), default=-1)
    return quote >= 0 and all(text.find(sign, end, quote) < 0 for sign in (b";", b"{", b"}"))


def embedded(text: bytes, begin: int, end: int) -> bool:
    """Whether text[begin:end] may stand in a string or an element of code, or in an option.

    There a bare word is a value, too.
    """
    first = max(0, begin - 300)
    first = max(first, text.rfind(b"\n", first, begin) + 1)
    before = text[first:begin]
    return b'"' in before or b"<" in before[-80:] or b"-" in text[max(first, begin - 80) : end]


def assigned(text: bytes, begin: int, end: int, kind: int) -> Literal | None:
    """The literal that is assigned to the name of which text[begin:end] is a part.

    Knows `name = "v"`, `name: v`, `"name": "v"`, `name => 'v'`, `name := "v"`, `("name", "v")`,
    `name("v")`, `<name>v</name>`, `name="v"`, `--name v`, `PASSWORD 'v'`, `f(NAME, "v")`, typed
    declarations, `name || "v"`, and `env("name", "v")`, and outside of code `name v`. An unquoted
    value counts where a bare word is one (kind), in an element, and inside a string. None where
    nothing of it follows.
    """
    limit = min(len(text), end + 120)
    word = text[begin:end].lower().strip(b"_.-:= \"'")
    place = limit - len(text[end:limit].lstrip(_NAME))
    if text[end - 1] in _NAME:
        if word in _LAST and text[end:place].strip(b"0123456789"):
            return None
    else:  # "pw:"
        end = place = begin + len(text[begin:end].rstrip(b":= \"'"))
    before = text[max(0, end - 80) : begin]
    begin -= len(before) - len(before.rstrip(_NAME))
    if text[place : place + 1] == b"(" and b"." in text[end:place]:
        return None  # a method of what the word names: credentials.with_project("...")
    name_end = place
    name = text[begin:place].lower().rstrip(b"0123456789")
    if name.endswith(_NO_SECRET):
        return None
    opening = text[begin - 1 : begin]
    if opening == b":" and text[begin - 2 : begin - 1].isalnum():
        return None  # a part of a value: arn:aws:...:secret:name
    closed = text[place : place + 1] in (b'"', b"'", b"`") and opening in (b'"', b"'", b"`")
    if closed:
        place += 1
    elif text[place : place + 1] == b"\\" and text[place + 1 : place + 2] in (b'"', b"'"):
        place += 2
        closed = True
    elif (
        kind == CODE and text[place : place + 1] in (b",", b";") and not text[begin:place].isupper()
    ):
        return None  # one of several values
    shut = place
    while place < limit and text[place] in b"]) \t":
        place += 1
    if b")" in text[shut:place] and text[place : place + 2] == b"=>":
        return None  # f("name") => what it gives
    if text[place : place + 2] in (b"?:", b"!:"):
        place += 1
    element = opening == b"<" and text[place : place + 1] == b">"
    named = text[begin:name_end]
    if closed and text[place : place + 1] == b"{" and text.endswith(b'variable "', 0, begin):
        place = _default(text, place)
    else:
        place = _operator(text, place, limit, closed=closed or named.isupper(), element=element)
    within = not closed and _inside(text, begin)
    loose = place < 0
    if loose:
        flag = text[begin : begin + 1] == b"-"
        place = name_end
        while place < limit and text[place] in b" \t":
            place += 1
        if not name_end < place < limit or closed:
            return None
        if flag or text[place : place + 1] in (b'"', b"'"):
            kind, loose = CONFIG if flag else CODE, False
        elif kind == CODE:
            return None
    elif element:
        while place < limit and text[place] in b" \t\r\n":
            place += 1
    found = _literal(text, place, CONFIG if element or within else kind)
    if found is None:
        return None
    start, stop, quoted = found
    if closed and text[name_end + 1 : name_end + 2] == b",":
        if not quoted:
            return None  # call("a password", salt=1)
        if text[end:name_end].strip(b"0123456789"):
            return None  # ("HTTPPasswordMgr", "urllib2"): two of many names
        before = text[max(0, begin - 200) : begin].rstrip(b"\"'` b\n\t")
        if before[-1:] == b"," and text[stop + 1 : stop + 2] != b")":
            return None  # one of many in a list of words
    return Literal(start, stop, name, quoted=quoted, within=within, loose=loose)


def has_user(text: bytes, start: int, kind: int) -> bool:
    """Whether the name of a user is assigned near the value at start: the two make a log-in."""
    first, limit = max(0, start - 160), min(len(text), start + 120)
    lower = text[first:limit].lower()
    place = lower.find(b"user")
    while place >= 0:
        end = limit - len(text[first + place : limit].lstrip(_NAME))
        closed = text[end : end + 1] in (b'"', b"'", b"`")
        end = limit - len(text[end + closed : limit].lstrip(b"]) \t"))
        value = _operator(text, end, limit, closed=closed, element=False)
        found = _literal(text, value, kind) if value >= 0 else None
        if found is not None and found[0] != start:
            return True
        place = lower.find(b"user", place + 4)
    return False


def is_example(text: bytes, start: int) -> bool:
    """Whether the line says, before the value at start, that it is an example."""
    line = max(text.rfind(b"\n", 0, start) + 1, start - 100)
    before = text[line:start].lower()
    for name in (b"example.", b"example@"):  # example.org is but a name
        before = before.replace(name, b"")
    return b"e.g." in before or b"example" in before


def is_minified(text: bytes, literal: Literal) -> bool:
    """Whether a literal stands in an object as only minifiers write them: `,name:"value"`."""
    size = len(literal.name)
    place = literal.start - 3 - size
    return (
        literal.quoted
        and place >= 0
        and text[place] in b",{"
        and text[place + 1 : literal.start - 1].lower() == literal.name + b":"
    )


def _inside(text: bytes, place: int) -> bool:
    """Whether place stands inside a string literal, going by the quotes before it on its line."""
    line = text[max(text.rfind(b"\n", 0, place) + 1, place - 300) : place]
    return (line.count(b'"') - line.count(b'\\"')) % 2 == 1


_SIGNS = b":=.?|+!-~>&"


def _operator(text: bytes, place: int, limit: int, *, closed: bool, element: bool) -> int:
    """Where the value begins, past the assignment operator at place; -1 where there is none.

    closed: the name is itself quoted, or a constant. element: it is the name of an XML element.
    """
    signs = text[place : place + 4]
    signs = signs[: len(signs) - len(signs.lstrip(_SIGNS))]
    one = text[place : place + 1]
    if closed and text[place : place + 4] in (b'or "', b"or '"):
        place += 3
    elif text[place : place + 2] == b"<-":
        place += 2
    elif signs.endswith(b"=") or signs in (b"=>", b"==>", b"||", b"??", b"->", b"~>", b":-"):
        place += len(signs)
    elif (one == b"," and closed) or (one == b">" and element) or one == b"(":
        place += 1
    elif one == b":" and signs[1:2] != b":":
        place += 1
        # a type: `password: str = "..."`
        equals = text.find(b"=", place, min(limit, place + 30))
        if equals > 0 and text[place:equals].strip().lower() in _TYPES:
            place = equals + 1
    else:
        # `password string = "..."`, `key="password" value="..."`
        equals = text.find(b"=", place, min(limit, place + 24))
        word = text[place:equals].strip().lower() if equals > 0 else b""
        if word not in _TYPES and not (closed and word in _NEUTRAL):
            return -1
        place = equals + 1
    while place < limit and text[place] in b" \t":
        place += 1
    return place


# A block of a Terraform variable is looked at up to so many bytes on.
_BLOCK = 200


def _default(text: bytes, place: int) -> int:
    """Where the default of a Terraform variable begins, whose block does at place; -1: nowhere."""
    limit = min(len(text), place + _BLOCK)
    place += 1
    for _ in range(_SAID + 1):
        while place < limit and text[place] in b" \t":
            place += 1
        if text.startswith(b"}", place):
            return -1
        if text.startswith(b"default", place):
            rest = text[place + 7 : limit].lstrip(b" \t")
            value = rest[1:].lstrip(b" \t")
            return limit - len(value) if rest[:1] == b"=" and value else -1
        place = text.find(b"\n", place, limit) + 1
        if not place:
            return -1
    return -1


# Values assigned to a name are looked at up to this length: tokens in two and three parts.
LONGEST = 600


def _literal(text: bytes, place: int, kind: int) -> tuple[int, int, bool] | None:
    """Start and end of the literal that begins at place, without its quotes; whether it had any."""
    # b"...", r'...', @"...", ("...", \"...\" inside JSON
    for _ in range(2):
        if text[place : place + 1] in (b"b", b"r", b"u", b"f", b"L", b"\\", b"(", b"[") and (
            text[place + 1 : place + 2] in (b'"', b"'", b"`", b"\\")
        ):
            place += 1
    if text[place : place + 2] == b'@"':
        place += 1
    quote = text[place : place + 1]
    if quote and quote in _QUOTES:
        start = place + 1
        if text[start : start + 2] == quote * 2:  # """..."""
            start += 2
        end = text.find(quote, start, start + LONGEST + 2)
        newline = text.find(b"\n", start, start + LONGEST + 2)
        if end < 0 or 0 <= newline < end:
            return None
        if text[end - 1 : end] == b"\\":
            end -= 1
        return (start, end, True) if end > start else None
    if kind == CODE:
        return None
    end = place
    top = min(len(text), place + LONGEST + 2)
    while end < top and text[end] not in b" \t\r\n,;\"'`<>)}]\0\\":
        end += 1
    return (place, end, False) if end > place else None
