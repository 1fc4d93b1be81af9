"""From literals of a program to edits that put look-ups in their places."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from keystop.fix.cutting import Cut, Wanted, escaped, is_whole, replaced
from keystop.fix.edits import Edit
from keystop.fix.syntax import Lookup, Source, around, binds, errors, every

if TYPE_CHECKING:
    from tree_sitter import Node

_WORD = frozenset(b"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_")


def literal_at(source: Source, start: int, end: int) -> Node:
    """The string literal that text[start:end] stands in. Raises Usage where there is none."""
    node = source.root.descendant_for_byte_range(start, end)
    while node is not None and node.type not in source.language.literals:
        if node.type in source.language.comments:
            raise source.refuse(node, "the value stands in a comment; take it out of there by hand")
        node = node.parent
    if node is None:
        raise source.refuse(
            start, "the value is no string of the program there; take it out by hand"
        )
    return node


def places(text: bytes, value: bytes) -> list[int]:
    """Where a value stands in a text, but as a piece of a longer word."""
    return [place for place in _everywhere(text, value) if not _is_piece(text, value, place)]


def pieces(text: bytes, value: bytes) -> list[int]:
    """Where it stands as a piece of a longer word."""
    return [place for place in _everywhere(text, value) if _is_piece(text, value, place)]


def _everywhere(text: bytes, value: bytes) -> Iterator[int]:
    place = text.find(value)
    while place >= 0:
        yield place
        place = text.find(value, place + len(value))


def _is_piece(text: bytes, value: bytes, place: int) -> bool:
    end = place + len(value)
    before, after = text[place - 1 : place] if place else b"", text[end : end + 1]
    return bool(
        (value[0] in _WORD and before and before[0] in _WORD and not escaped(text, place))
        or (value[-1] in _WORD and after and after[0] in _WORD)
    )


def edits(source: Source, wanted: list[Wanted], lookup: Lookup) -> list[Edit]:
    """What puts look-ups in the place of the values, wherever they stand in a file.

    Raises Usage with the place and the reason where one cannot be replaced with certainty.
    """
    literals: dict[int, tuple[Node, list[Cut]]] = {}
    for one in wanted:
        for place in places(source.text, one.value):
            node = literal_at(source, place, place + len(one.value))
            cuts = literals.setdefault(node.id, (node, []))[1]
            cuts.append(Cut(place, place + len(one.value), one))
    made: dict[Edit, None] = {}  # a constant in which there are two is made a variable once
    fresh = False
    for node, cuts in literals.values():
        _check(source, node)
        fallback = source.language.fallback(source, node)
        if fallback and fallback.name == cuts[0].wanted.name and is_whole(source, node, cuts):
            made[Edit(fallback.node.start_byte, fallback.node.end_byte, fallback.new)] = None
            fresh |= bool(lookup.called) and lookup.called.encode() in fallback.new
            continue
        fresh = True
        made.update(dict.fromkeys(replaced(source, node, sorted(cuts), lookup)))
        made.update(dict.fromkeys(source.language.convert(source, node, lookup)))
    if fresh:
        _check_names(source, lookup)
        made.update(dict.fromkeys(source.language.place(source, lookup)))
    return list(made)


def _check(source: Source, node: Node) -> None:
    """Raises Usage where something around a literal takes no look-up."""
    unfit = source.language.unfit
    if node.has_error:
        raise source.refuse(node, "it cannot be read there: is the program whole?")
    if node.type in unfit:
        raise source.refuse(node, unfit[node.type])
    for parent, name, _ in around(node):
        for kind in (parent.type, f"{parent.type}.{name}"):
            if kind in unfit:
                raise source.refuse(node, unfit[kind])
        if parent.is_error:
            raise source.refuse(node, "the program around it cannot be read; is it whole?")


def _check_names(source: Source, lookup: Lookup) -> None:
    """Raises Usage where what a look-up uses is something else in the file."""
    first = re.match(r"\W*(?:new |await )?([A-Za-z_]\w*)", lookup.expression)
    names = {lookup.called, first[1] if first else "", *lookup.needs}
    for node in every(source.root):
        text = source.of(node).decode() if not node.named_children else ""
        if text in names and binds(node):
            whole = node.parent
            if whole is not None and source.of(whole).split() == lookup.helper.encode().split():
                continue
            raise source.refuse(
                node, f"{text} has a meaning of its own in this file; rename it first"
            )


def check(source: Source, text: bytes, parsed: Source, wanted: list[Wanted]) -> None:
    """Raises Usage where the new text is worse to read than the old, or still has a value."""
    if errors(parsed) > errors(source):
        raise source.refuse(None, "what came out would not be a program; fix it by hand")
    if any(places(text, one.value) for one in wanted):
        raise source.refuse(None, "the value would still be in it; fix it by hand")
