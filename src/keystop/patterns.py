"""What a pattern implies, found by taking it apart: lengths, alphabets, literals, examples.

Used when detectors are compiled and checked, never at commit time. Patterns are written in the
syntax that `re` and `regex` share, in verbose form, over bytes.
"""

from __future__ import annotations

import re
import re._constants as ops
import re._parser as parser
from dataclasses import dataclass
from math import log2
from random import Random
from typing import Any

# An open-ended repeat counts as this long. Patterns are to have bounds; `detectors check` says so.
UNBOUNDED = 1 << 16
PRINTABLE = frozenset(range(0x20, 0x7F))
_CATEGORIES = {
    ops.CATEGORY_DIGIT: rb"\d",
    ops.CATEGORY_NOT_DIGIT: rb"\D",
    ops.CATEGORY_SPACE: rb"\s",
    ops.CATEGORY_NOT_SPACE: rb"\S",
    ops.CATEGORY_WORD: rb"\w",
    ops.CATEGORY_NOT_WORD: rb"\W",
}
REPEATS = (ops.MAX_REPEAT, ops.MIN_REPEAT, ops.POSSESSIVE_REPEAT)
Items = Any  # re._parser.SubPattern, or a slice of its data


def parse(pattern: str) -> Items:
    """The parsed pattern. Raises re.error where it is none."""
    return parser.parse(pattern.encode(), re.VERBOSE)


def width(items: Items) -> tuple[int, int]:
    """Least and greatest length of a match in bytes; UNBOUNDED or more where there is no end."""
    low = high = 0
    for op, value in items:
        a, b = _width_of(op, value)
        low, high = low + a, high + b
    return low, min(high, UNBOUNDED)


def _width_of(op: Any, value: Any) -> tuple[int, int]:
    if op in (ops.LITERAL, ops.NOT_LITERAL, ops.IN, ops.ANY):
        return 1, 1
    if op in (ops.ASSERT, ops.ASSERT_NOT, ops.AT):
        return 0, 0
    if op in REPEATS:
        least, most, inner = value
        a, b = width(inner)
        return least * a, UNBOUNDED if most is ops.MAXREPEAT else min(most * b, UNBOUNDED)
    if op is ops.SUBPATTERN:
        return width(value[3])
    if op is ops.ATOMIC_GROUP:
        return width(value)
    if op is ops.BRANCH:
        widths = [width(branch) for branch in value[1]]
        return min(a for a, _ in widths), max(b for _, b in widths)
    if op is ops.GROUPREF:
        return 0, UNBOUNDED
    raise ValueError(f"{op} is not used in detectors")


def alphabet(items: Items, *, ignore_case: bool = False) -> frozenset[int]:
    """Every byte that can occur in a match."""
    found: set[int] = set()
    for op, value in items:
        found |= _alphabet_of(op, value, ignore_case)
    return frozenset(found)


def _alphabet_of(op: Any, value: Any, ignore_case: bool) -> set[int]:
    if op in (ops.ASSERT, ops.ASSERT_NOT, ops.AT, ops.GROUPREF):
        return set()
    if op in REPEATS:
        return set(alphabet(value[2], ignore_case=ignore_case))
    if op is ops.SUBPATTERN:
        return set(alphabet(value[3], ignore_case=_case(value, ignore_case)))
    if op is ops.ATOMIC_GROUP:
        return set(alphabet(value, ignore_case=ignore_case))
    if op is ops.BRANCH:
        return {byte for branch in value[1] for byte in alphabet(branch, ignore_case=ignore_case)}
    found = _set_of(op, value)
    if ignore_case:
        found |= {ord(both) for byte in found for both in (chr(byte).lower(), chr(byte).upper())
                  if byte < 128}  # fmt: skip
    return found


def _case(value: Any, ignore_case: bool) -> bool:
    _, added, removed, _ = value
    if added & re.IGNORECASE:
        return True
    return ignore_case and not removed & re.IGNORECASE


def _set_of(op: Any, value: Any) -> set[int]:
    """The bytes that an item of width one matches."""
    if op is ops.LITERAL:
        return {value}
    if op is ops.NOT_LITERAL:
        return set(range(256)) - {value}
    if op is ops.ANY:
        return set(range(256)) - {10}
    assert op is ops.IN
    found: set[int] = set()
    negated = False
    for kind, detail in value:
        if kind is ops.NEGATE:
            negated = True
        elif kind is ops.LITERAL:
            found.add(detail)
        elif kind is ops.RANGE:
            found.update(range(detail[0], detail[1] + 1))
        else:
            category = re.compile(_CATEGORIES[detail])
            found.update(byte for byte in range(256) if category.match(bytes((byte,))))
    return set(range(256)) - found if negated else found


@dataclass(frozen=True)
class Item:
    """A stretch of a match: least to most bytes, all of them in alphabet.

    single says that it is one byte of the pattern, not a repeat or a group. greedy says that
    it gives back nothing that it has taken (possessive repeats, atomic groups).
    """

    alphabet: frozenset[int]
    least: int
    most: int
    single: bool = False
    greedy: bool = False


# More alternatives than this are not told apart: the group that makes them is one item.
LIMIT = 256


def alternatives(pattern: str) -> list[list[Item]]:
    """The pattern as alternatives without groups: every match is made of one's items, in order.

    Branches and optional groups make alternatives. Assertions are left out.
    """
    return _alternatives(parse(pattern), False, LIMIT)


def secret(items: Items) -> Items:
    """The items of the group "secret", or all."""
    number = items.state.groupdict.get("secret")
    return items if number is None else _group(items, number)


def _group(items: Items, number: int) -> Items | None:
    for op, value in items:
        inner: list[Items] = []
        if op is ops.SUBPATTERN:
            if value[0] == number:
                return value[3]
            inner = [value[3]]
        elif op is ops.ATOMIC_GROUP:
            inner = [value]
        elif op is ops.BRANCH:
            inner = value[1]
        elif op in REPEATS:
            inner = [value[2]]
        for part in inner:
            found = _group(part, number)
            if found is not None:
                return found
    return None


def _alternatives(items: Items, fold: bool, limit: int) -> list[list[Item]]:
    found: list[list[Item]] = [[]]
    for op, value in items:
        if op in (ops.ASSERT, ops.ASSERT_NOT, ops.AT):
            continue
        inner: list[list[Item]] | None = None
        if op is ops.SUBPATTERN:
            inner = _alternatives(value[3], _case(value, fold), limit)
        elif op is ops.ATOMIC_GROUP:
            inner = _alternatives(value, fold, limit)
        elif op is ops.BRANCH:
            inner = [part for branch in value[1] for part in _alternatives(branch, fold, limit)]
        elif op in REPEATS and value[1] == 1 and width(value[2])[1] > 1:
            inner = _alternatives(value[2], fold, limit)
            if value[0] == 0:
                inner = [[], *inner]
        if inner is None or len(found) * len(inner) > limit:
            single = op in (ops.LITERAL, ops.NOT_LITERAL, ops.IN, ops.ANY)
            letters = alphabet([(op, value)], ignore_case=fold)
            greedy = op in (ops.POSSESSIVE_REPEAT, ops.ATOMIC_GROUP)
            inner = [[Item(letters, *_width_of(op, value), single, greedy)]]
        found = [before + part for before in found for part in inner]
    return found


@dataclass(frozen=True)
class Gate:
    """What can be checked where a keyword occurs, before a pattern is run.

    exact is how the keyword's first bytes are written, where only one way matches. stretches
    follow directly after the keyword: each an alphabet, and the least number of its bytes that
    come before a byte outside of it, with which the next stretch begins. first is a set, of which
    at least so many bytes come right after the keyword. before is the most bytes a match has in
    front of the keyword, after the most from the keyword's start.
    """

    exact: bytes
    stretches: tuple[tuple[frozenset[int], int], ...]
    first: tuple[frozenset[int], int]
    before: int
    after: int


def gates(pattern: str, keyword: bytes) -> list[Gate]:
    """All ways in which a match of pattern can hold a keyword (lower case).

    The last byte of keyword may come from a set of the pattern (`ac0` for AC[0-9a-f]{32}).
    """
    found: dict[Gate, None] = {}
    for items in alternatives(pattern):
        for index in range(len(items)):
            if _spells(items, index, keyword):
                found[_gate(items, index, keyword)] = None
    return list(found) if len(found) <= _MOST_GATES else [_merged(list(found))]


# To try so many for each keyword of a text made of nothing else takes 20 microseconds.
_MOST_GATES = 6


def _merged(ways: list[Gate]) -> Gate:
    """What all of many ways have in common."""
    letters: frozenset[int] = frozenset()
    for way in ways:
        for alphabet, _ in way.stretches:
            letters |= alphabet
    least = min(sum(size for _, size in way.stretches) for way in ways)
    return Gate(
        ways[0].exact if len({way.exact for way in ways}) == 1 else b"",
        ((letters, least),),
        (letters, least),
        max(way.before for way in ways),
        max(way.after for way in ways),
    )


def _gate(items: list[Item], index: int, keyword: bytes) -> Gate:
    exact = bytearray()
    for item in items[index : index + len(keyword)]:
        if not item.single or len(item.alphabet) != 1:
            break
        exact += bytes(item.alphabet)
    rest = items[index + len(keyword) :]
    last = items[index + len(keyword) - 1]
    if not last.single:  # the keyword took one byte of a repeat
        rest = [Item(last.alphabet, last.least - 1, last.most - 1), *rest]
    return Gate(
        bytes(exact),
        _stretches(rest),
        _start(rest),
        width_of(items[:index])[1],
        width_of(items[index:])[1],
    )


def _stretches(items: list[Item]) -> tuple[tuple[frozenset[int], int], ...]:
    """Items put together so that each stretch begins with a byte that the one before has not.

    Then the longest run of a stretch's alphabet is the stretch itself, and a text can be checked
    run by run, without going back.
    """
    stretches: list[tuple[frozenset[int], int]] = []
    for item in items:
        if stretches and (item.least == 0 or item.alphabet & stretches[-1][0]):
            letters, least = stretches[-1]
            stretches[-1] = letters | item.alphabet, least + item.least
        else:
            stretches.append((item.alphabet, item.least))
    return tuple(stretches)


# To look at more bytes after a keyword costs more than it tells.
_ENOUGH = 64


def _start(items: list[Item]) -> tuple[frozenset[int], int]:
    """A set and how many bytes of it there are at least at the beginning, so that few texts pass.

    The least bytes of the first items are all of the alphabets of these, however many are taken.
    """
    found: frozenset[int] = frozenset()
    size = 0
    best, few = (found, 0), 0.0
    for item in items:
        found, size = found | item.alphabet, size + item.least
        bits = size * log2(100 / len(found))
        if bits > few:
            best, few = (found, size), bits
    letters, size = best
    return letters, min(size, _ENOUGH)


def width_of(items: list[Item]) -> tuple[int, int]:
    """Least and greatest length of items."""
    return sum(item.least for item in items), sum(item.most for item in items)


def implied(pattern: str, keywords: tuple[bytes, ...]) -> bool:
    """Whether every match of pattern holds one of the keywords (lower case), in any case."""
    return all(
        any(
            _spells(items, index, keyword, always=True)
            for keyword in keywords
            for index in range(len(items))
        )
        or _covered(items, keywords)
        for items in alternatives(pattern)
    )


def _covered(items: list[Item], keywords: tuple[bytes, ...]) -> bool:
    """Whether keywords are a literal with every byte of the set after it (`ac0`...`acf`)."""
    for stem in {keyword[:-1] for keyword in keywords}:
        for index in range(len(items) - len(stem)):
            item = items[index + len(stem)]
            if (
                item.least
                and _spells(items, index, stem, always=True)
                and all(stem + bytes((byte,)).lower() in keywords for byte in item.alphabet)
            ):
                return True
    return False


def _spells(items: list[Item], index: int, keyword: bytes, *, always: bool = False) -> bool:
    """Whether the items from index on can spell keyword: all but its last byte in one way only.

    always: the last byte, too, so that every match holds the keyword.
    """
    if not keyword or index + len(keyword) > len(items):
        return False
    last = len(keyword) - 1
    for number, byte in enumerate(keyword):
        item = items[index + number]
        if not item.least or (not item.single and number < last):
            return False
        both = _both(byte)
        if not item.alphabet & both or (not item.alphabet <= both and (number < last or always)):
            return False
    return True


def _both(byte: int) -> frozenset[int]:
    if byte > 127:
        return frozenset((byte,))
    return frozenset((ord(chr(byte).lower()), ord(chr(byte).upper())))


def last_repeat(pattern: str) -> frozenset[int]:
    """The alphabet of the greedy repeat that every match ends with; empty where there is none."""
    items = list(parse(pattern))
    if not items or items[-1][0] is not ops.MAX_REPEAT:
        return frozenset()
    return alphabet(items[-1][1][2])


def edges(pattern: str) -> tuple[frozenset[int], frozenset[int]]:
    """The bytes that a match can begin with, and those it can end with."""
    first: set[int] = set()
    last: set[int] = set()
    for items in alternatives(pattern):
        first |= _first(items)
        last |= _first(items[::-1])
    return frozenset(first), frozenset(last)


def _first(items: list[Item]) -> set[int]:
    found: set[int] = set()
    for item in items:
        found |= item.alphabet
        if item.least:
            break
    return found


def single_run(pattern: str) -> bool:
    """Whether a pattern is one repeated set and nothing else, not even an assertion."""
    parsed = parse(pattern)
    if len(parsed) != 1 or parsed[0][0] not in REPEATS:
        return False
    return width(parsed[0][1][2]) == (1, 1)


def public_prefix(pattern: str) -> str:
    """The literal that every secret begins with, empty where there is none.

    The secret is the group of that name, or the whole match.
    """
    starts = []
    for items in _alternatives(secret(parse(pattern)), False, LIMIT):
        text = ""
        for item in items:
            if not item.single or len(item.alphabet) != 1:
                break
            text += chr(*item.alphabet)
        starts.append(text)
    shortest = min(starts, key=len)
    while shortest and not all(start.startswith(shortest) for start in starts):
        shortest = shortest[:-1]
    return shortest


# A part of a match: its bytes are of a set, at least and at most so many.
Part = tuple[frozenset[int], int, int]
# More ways to match than this are left to a regular expression.
_WAYS = 16
_SINGLE = (ops.LITERAL, ops.IN)


def ways(pattern: str) -> list[list[Part]] | None:
    """The ways to match a pattern, in the order they are tried, each a sequence of parts.

    None where the pattern looks around, captures, or has parts of other kinds.
    """
    return _ways(parse(pattern))


def _ways(items: Items) -> list[list[Part]] | None:
    found: list[list[Part]] = [[]]
    for op, value in items:
        inner: list[list[Part]] | None = None
        if op in _SINGLE:
            inner = [[(alphabet([(op, value)]), 1, 1)]]
        elif op is ops.SUBPATTERN and value[:3] == (None, 0, 0):
            inner = _ways(value[3])
        elif op is ops.BRANCH:
            branches = [_ways(branch) for branch in value[1]]
            if None not in branches:
                inner = [way for branch in branches for way in branch or ()]
        elif op in (ops.MAX_REPEAT, ops.POSSESSIVE_REPEAT):
            least, most, part = value
            if len(part) == 1 and part[0][0] in _SINGLE:
                inner = [[(alphabet(part), least, int(most))]]
            elif (least, most) == (0, 1) and op is ops.MAX_REPEAT:
                once = _ways(part)
                inner = None if once is None else [*once, []]
        if inner is None or len(found) * len(inner) > _WAYS:
            return None
        found = [before + way for before in found for way in inner]
    return found


def begins(pattern: str, keywords: tuple[bytes, ...]) -> bool:
    """Whether every match begins with one of the keywords (lower case), in any case."""
    return all(
        any(_spells(items, 0, keyword, always=True) for keyword in keywords)
        for items in alternatives(pattern)
    )


def bits(pattern: str) -> float:
    """A lower bound of the information in a match, in bits: log2 of the number of least matches."""

    def of(items: Items) -> float:
        total = 0.0
        for op, value in items:
            if op in REPEATS:
                total += value[0] * of(value[2])
            elif op is ops.SUBPATTERN:
                total += of(value[3])
            elif op is ops.ATOMIC_GROUP:
                total += of(value)
            elif op is ops.BRANCH:
                total += min(of(branch) for branch in value[1])
            elif op in (ops.IN, ops.NOT_LITERAL, ops.ANY):
                total += log2(max(1, len(_set_of(op, value) & PRINTABLE)))
        return total

    return of(parse(pattern))


def example(pattern: str, random: Random) -> str:
    """A random text that the pattern describes. Assertions are passed over: check the result."""
    return "".join(map(chr, _example(parse(pattern), random, {})))


def _example(items: Items, random: Random, groups: dict[int, list[int]]) -> list[int]:
    out: list[int] = []
    for op, value in items:
        if op in (ops.ASSERT, ops.ASSERT_NOT, ops.AT):
            continue
        if op in REPEATS:
            least, most, inner = value
            # Optional parts come and go; long open ranges stay near their least length.
            top = min(least + 12, most) if most is not ops.MAXREPEAT else least + 12
            for _ in range(random.randint(least, top)):
                out += _example(inner, random, groups)
        elif op is ops.SUBPATTERN:
            inner_text = _example(value[3], random, groups)
            groups[value[0]] = inner_text
            out += inner_text
        elif op is ops.ATOMIC_GROUP:
            out += _example(value, random, groups)
        elif op is ops.BRANCH:
            out += _example(random.choice(value[1]), random, groups)
        elif op is ops.GROUPREF:
            out += groups.get(value, [])
        else:
            options = _set_of(op, value)
            out.append(random.choice(sorted(options & PRINTABLE or options)))
    return out
