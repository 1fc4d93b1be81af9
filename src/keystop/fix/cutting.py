"""How a literal takes a look-up: in its place, within it, or joined with its parts."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from keystop.fix.edits import Edit
from keystop.fix.syntax import Lookup, Source, around

if TYPE_CHECKING:
    from tree_sitter import Node

# A format string gives what it is filled with a meaning, and so it would the value.
_FORMAT = re.compile(rb"%[-+ #0-9.*]*[sdvqxrfgT]|(?<!\{)\{[0-9A-Za-z_]*\}(?!\})")
_FORMATTING = re.compile(rb"(?i)format|printf|\bf\b|\w+f$")


class Wanted(NamedTuple):
    """A value that is to be looked up: by name, and by field where its secret holds a login.

    loose: nothing but its surroundings say where it ends.
    """

    value: bytes
    name: str
    loose: bool
    field: str = ""

    def looked_up(self, lookup: Lookup, quote: str) -> str:
        """The expression that reads it."""
        return lookup.of(self.name, quote, self.field)


class Cut(NamedTuple):
    """text[start:end] is the value, in a literal."""

    start: int
    end: int
    wanted: Wanted


def escaped(text: bytes, place: int) -> bool:
    """Whether the letter before a place is that of an escape: \\n, \\t."""
    return text[place - 2 : place - 1] == b"\\" and text[place - 1 : place] in b"ntr"


def _opening(source: Source, node: Node) -> tuple[bytes, bytes]:
    """What a literal begins and ends with; both empty for the text of a heredoc."""
    found = source.language.opening.match(source.text, node.start_byte, node.end_byte)
    if not found:
        return b"", b""
    closing = found[1].translate(bytes.maketrans(b"([{<", b")]}>"))
    if not source.of(node).endswith(closing):  # "..."u8 of C#
        return b"", b""
    return found[0], closing


def is_whole(source: Source, node: Node, cuts: list[Cut]) -> bool:
    """Whether a literal is a value and nothing else."""
    opening, closing = _opening(source, node)
    inside = node.start_byte + len(opening), node.end_byte - len(closing)
    return bool(opening) and (cuts[0].start, cuts[0].end) == inside


def replaced(source: Source, node: Node, cuts: list[Cut], lookup: Lookup) -> list[Edit]:
    """What puts look-ups in the place of a literal's values. Raises Usage with the reason."""
    language = source.language
    opening, closing = _opening(source, node)
    whole = is_whole(source, node, cuts)
    if not whole:
        _check_cuts(source, node, cuts, closing)
    between = language.between(opening or source.of(node)[:1])
    chained = node.parent if node.parent and node.parent.type == "chained_string" else None
    if between and (not whole or chained):
        return _interpolated(source, node, cuts, lookup, between)
    reason = "" if whole else _uncuttable(source, opening)
    if reason:
        raise source.refuse(node, reason)
    quote = closing.decode()[:1] if closing.decode()[:1] in language.quotes else '"'
    return _joined(source, node, cuts, lookup, quote)


def _uncuttable(source: Source, opening: bytes) -> str:
    """Why a literal that begins so cannot be cut in two; empty where it can."""
    if not opening:
        return "this text takes no look-up; put it into a variable, and that into the text"
    reasons = source.language.uncut.items()
    return next((why for start, why in reasons if opening.endswith(start)), "")


def _check_cuts(source: Source, node: Node, cuts: list[Cut], closing: bytes) -> None:
    """Raises Usage where what is cut out is not surely the value, or what remains is a format."""
    for cut in cuts:
        before, after = source.text[cut.start - 1 : cut.start], source.text[cut.end : cut.end + 1]
        split = source.text[node.start_byte : cut.start]
        if (len(split) - len(split.rstrip(b"\\"))) % 2 or (
            cut.wanted.loose and (after == b"\\" or escaped(source.text, cut.start))
        ):
            raise source.refuse(node, "an escape stands beside the value: where it ends is not "
                                "certain")  # fmt: skip
        if len(closing) == 3 and before == closing[:1]:
            raise source.refuse(node, "a quote stands before the value: cut there, the literal "
                                "would end too early")  # fmt: skip
        if cut.wanted.loose and any(
            side and side not in b" \t\r\n=:;,&@/?|'\"<>()" and side != closing[:1]
            for side in (before, after)
        ):
            raise source.refuse(node, "it is a part of a longer word: where it ends is not certain")
    if _FORMAT.search(source.of(node)) and not source.of(node).startswith((b"f", b"$", b"`")):
        for parent, name, _ in around(node):
            if parent.type == "binary_operator" and b"%" in source.of(parent):
                raise source.refuse(node, _IS_FORMAT)
            if name in ("arguments", "object") or "call" in parent.type:
                if _FORMATTING.search(source.of(parent).partition(b"(")[0]) or name == "object":
                    raise source.refuse(node, _IS_FORMAT)
                break


_IS_FORMAT = "it stands in a format string, which would read the value, too; give it as an argument"


def _interpolated(
    source: Source, node: Node, cuts: list[Cut], lookup: Lookup, between: tuple[str, str]
) -> list[Edit]:
    """The value's own place within the literal takes the look-up: "a${process.env.X}b"."""
    opening, _ = _opening(source, node)
    quote = "'" if b'"' in opening and "'" in source.language.quotes else '"'
    before, after = between
    return [
        Edit(cut.start, cut.end, f"{before}{cut.wanted.looked_up(lookup, quote)}{after}".encode())
        for cut in cuts
    ]


def _joined(source: Source, node: Node, cuts: list[Cut], lookup: Lookup, quote: str) -> list[Edit]:
    """The literal is cut at the value, and joined with the look-up: "a" + os.environ["X"] + "b"."""
    language = source.language
    opening, closing = _opening(source, node)
    place, last = node.start_byte + len(opening), node.end_byte - len(closing)
    parts: list[bytes] = []
    for cut in cuts:
        if cut.start > place:
            parts.append(opening + source.text[place : cut.start] + closing)
        parts.append(_expression(source, node, cut.wanted.looked_up(lookup, quote)))
        place = cut.end
    if last > place:
        parts.append(opening + source.text[place:last] + closing)
    bare = [cuts[0].start > node.start_byte + len(opening), place < last]
    if len(parts) > 1 and lookup.loose:
        step = slice(int(bare[0]), len(parts) - int(bare[1]))
        parts[step] = [part if part[:1] == opening[:1] else b"(%s)" % part for part in parts[step]]
    new = f" {language.sum[1]} ".encode().join(parts)
    chain = node.parent
    if chain is not None and chain.type == "concatenated_string":
        _check_whole(source, chain, node, bare)
        return _in_chain(source, chain, node, new, bare)
    if len(parts) > 1 or lookup.loose:
        new = _bracketed(source, node, new, is_sum=len(parts) > 1)
    wrap = language.wrap(source, node).encode()
    return [Edit(node.start_byte, node.end_byte, wrap[:1] + new + wrap[1:])]


def _check_whole(source: Source, chain: Node, node: Node, bare: list[bool]) -> None:
    """Raises Usage where the value may go on in a literal beside it. bare: see _pieces."""
    literals = chain.named_children
    place = next(n for n, one in enumerate(literals) if one.start_byte == node.start_byte)
    before, after = literals[:place], literals[place + 1 :]
    if (before and not bare[0] and re.search(rb"\w['\"]+$", source.of(before[-1]))) or (
        after and not bare[1] and re.match(rb"[A-Za-z]*['\"]+\w", source.of(after[0]))
    ):
        raise source.refuse(node, "the literal beside it may hold more of the value; join them")


def _expression(source: Source, node: Node, expression: str) -> bytes:
    """The look-up as what the literal is: bytes for b"..." in Python."""
    opening = _opening(source, node)[0]
    if source.language.name == "Python" and b"b" in opening.lower():
        expression += ".encode()"
    return expression.encode()


def _bracketed(source: Source, node: Node, new: bytes, *, is_sum: bool) -> bytes:
    """In parentheses, but where what is around takes it as it is."""
    parent, name, _ = next(around(node))
    operator = parent.child_by_field_name("operator")
    if {parent.type, f"{parent.type}.{name}"} & source.language.plain:
        return new
    if is_sum and operator and (parent.type, source.of(operator).decode()) == source.language.sum:
        return new
    return b"(" + new + b")"


def _in_chain(source: Source, chain: Node, node: Node, new: bytes, bare: list[bool]) -> list[Edit]:
    """In "a" "b" of Python: a look-up is joined with its neighbours, not put beside them.

    bare says whether new begins, and ends, with a string.
    """
    strings = [child for child in chain.named_children if child.type == "string"]
    if not bare[0] and node.id != strings[0].id:
        new = b"+ " + new
    if not bare[1] and node.id != strings[-1].id:
        new += b" +"
    made = [Edit(node.start_byte, node.end_byte, new)]
    if _bracketed(source, chain, b"", is_sum=True):
        made = [Edit(chain.start_byte, chain.start_byte, b"("), *made,
                Edit(chain.end_byte, chain.end_byte, b")")]  # fmt: skip
    return made
